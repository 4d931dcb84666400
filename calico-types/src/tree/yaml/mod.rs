//! YAML documents with places, read as `kubectl` and `calicoctl` read them.

mod build;
mod scalar;
mod split;

use granit_parser::{Event, Parser, options};

use build::Builder;

use super::{Limits, Parsed};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::source::Span;

/// Reads every document of `text`. A broken one does not hide the others.
pub(crate) fn parse(text: &str, limits: &Limits) -> Parsed {
    let mut parsed = Parsed::default();
    for chunk in split::documents(text) {
        document(&chunk, limits, &mut parsed);
    }
    parsed
}

/// A stretch of a source that holds one document.
struct Chunk<'a> {
    text: &'a str,
    /// Bytes before it.
    offset: usize,
    /// Lines before it.
    lines: usize,
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

fn document(chunk: &Chunk<'_>, limits: &Limits, parsed: &mut Parsed) {
    let options = options! { emit_comments: false };
    let mut builder = Builder::new(limits);
    for event in Parser::new_from_str_with_options(chunk.text, options) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let marker = *error.marker();
                let span = chunk.span(granit_parser::Span::empty(marker));
                let message = format!("not YAML: {error}", error = error.kind());
                parsed.diagnostics.push(syntax(message, span));
                return;
            }
        };
        let span = chunk.span(span);
        if matches!(event, Event::DocumentEnd) {
            if let Some(root) = builder.finish() {
                parsed.documents.push(root);
            }
        } else if let Err(diagnostic) = builder.event(event, span) {
            parsed.diagnostics.push(*diagnostic);
            return;
        }
    }
    parsed.diagnostics.append(&mut builder.diagnostics);
}

fn syntax(message: String, span: Span) -> Diagnostic {
    Diagnostic {
        span: Some(span),
        ..Diagnostic::error(Code("yaml-syntax"), message).refused_by(RefusedBy::EVERYONE)
    }
}
