//! YAML documents with places, read as `kubectl` and `calicoctl` read them.

mod build;
#[cfg(test)]
mod go;
mod merge;
mod scalar;
mod strictness;

use granit_parser::{Event, Parser, options};

use build::Builder;
use strictness::{Strictness, line_separator};

use super::split::Chunk;
use super::{Parsed, Spending, syntax};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Reads a chunk: one document, or several that `...` ends.
pub(super) fn parse(chunk: &Chunk<'_>, spending: &mut Spending, parsed: &mut Parsed) {
    parsed.diagnostics.extend(directive(chunk));
    parsed.diagnostics.extend(line_separator(chunk));
    let mut strictness = Strictness::new(chunk);
    // As libyaml does, which Go's reader is a translation of.
    let options = options! {
        emit_comments: false,
        bom_inside_document_as_content: true,
        block_scalar_eof_without_line_feed: true,
        // The depth is ours to bound; this must not be met first.
        flow_nesting_limit: spending.depth.saturating_add(1),
        block_nesting_limit: spending.depth.saturating_add(1),
    };
    let most = parsed.diagnostics.len().saturating_add(spending.findings);
    let mut builder = Builder::new(spending);
    let mut documents = 0_usize;
    for event in Parser::new_from_str_with_options(chunk.text, options) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let span = granit_parser::Span::empty(*error.marker());
                let message = format!("not YAML: {error}", error = error.kind());
                let found = syntax("yaml-syntax", message, chunk.span(span));
                parsed.diagnostics.push(found);
                break;
            }
        };
        let span = chunk.span(span);
        if parsed.diagnostics.len() < most {
            parsed.diagnostics.extend(strictness.event(&event, span));
        }
        let result = if matches!(event, Event::DocumentStart(..)) {
            builder.document(span)
        } else if matches!(event, Event::DocumentEnd) {
            if let Some(root) = builder.finish() {
                documents += 1;
                if documents > 1 {
                    parsed.unseparated(root.span);
                }
                parsed.documents.push(root);
            }
            Ok(())
        } else {
            builder.event(event, span)
        };
        if let Err(diagnostic) = result {
            parsed.diagnostics.push(*diagnostic);
            break;
        }
    }
    let left = builder.copies();
    parsed.diagnostics.append(&mut builder.diagnostics);
    spending.copies = left;
}

impl Chunk<'_> {
    /// A place of the parser, as a place of the whole source.
    fn span(&self, span: granit_parser::Span) -> Span {
        let bytes = span.byte_range().unwrap_or_default();
        Span {
            start: self.offset.saturating_add(bytes.start),
            end: self.offset.saturating_add(bytes.end),
            line: self.lines.saturating_add(span.start.line()),
            column: span.start.col().saturating_add(1),
        }
    }
}

/// What to say of a directive: the tools cut before `---`, and then find a
/// directive that no document follows.
fn directive(chunk: &Chunk<'_>) -> Option<Diagnostic> {
    let mut offset = chunk.offset;
    for (before, line) in chunk.text.split_inclusive('\n').enumerate() {
        if line.starts_with('%') {
            let span = Span {
                start: offset,
                end: offset + line.trim_end().len(),
                line: chunk.lines + before + 1,
                column: 1,
            };
            let message = "calicoctl and kubectl take no YAML directives";
            return Some(syntax("yaml-directive", message, span).help("remove the line"));
        }
        // Directives stand before anything else but comments.
        if !line.starts_with('#') && !line.trim().is_empty() {
            return None;
        }
        offset += line.len();
    }
    None
}
