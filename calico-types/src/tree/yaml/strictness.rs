//! What go-yaml v2 refuses although it is YAML 1.2.
//!
//! It reads YAML 1.1, and not all of that: tabs may not stand where indentation
//! is told, some escapes are unknown, and three more characters break lines.

use granit_parser::{Event, ScalarStyle};

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::tree::split::Chunk;
use crate::tree::syntax;

/// Looks at the source that events stand for.
pub(super) struct Strictness<'a> {
    chunk: &'a Chunk<'a>,
    /// Whether there is a tab at all.
    tabs: bool,
    /// How many flow collections are open; tabs are fine there.
    flow: usize,
}

impl<'a> Strictness<'a> {
    pub(super) fn new(chunk: &'a Chunk<'a>) -> Self {
        Self {
            chunk,
            tabs: chunk.text.contains('\t'),
            flow: 0,
        }
    }

    /// What is wrong with the source of one event, at `span` of the whole source.
    pub(super) fn event(&mut self, event: &Event<'_>, span: Span) -> Option<Diagnostic> {
        let source = self.source(span);
        let opens = source.starts_with(['{', '[']);
        if matches!(event, Event::SequenceStart(..) | Event::MappingStart(..)) {
            self.flow += usize::from(self.flow > 0 || opens);
        } else if matches!(event, Event::SequenceEnd | Event::MappingEnd) {
            self.flow = self.flow.saturating_sub(1);
        } else if let Event::Scalar(_, style, ..) = event {
            let quoted = matches!(style, ScalarStyle::DoubleQuoted);
            return self
                .tab(span)
                .or_else(|| quoted.then(|| unknown_escape(source, span))?);
        }
        None
    }

    fn source(&self, span: Span) -> &'a str {
        let start = span.start.saturating_sub(self.chunk.offset);
        let end = span.end.saturating_sub(self.chunk.offset);
        self.chunk.text.get(start..end).unwrap_or_default()
    }

    /// A tab among the spaces and dashes before a block's scalar.
    fn tab(&self, span: Span) -> Option<Diagnostic> {
        if !self.tabs || self.flow > 0 {
            return None;
        }
        let start = span.start.saturating_sub(self.chunk.offset);
        let before = self.chunk.text.get(..start)?;
        let line = before.rsplit('\n').next()?;
        let indents =
            line.contains('\t') && line.chars().all(|c| matches!(c, ' ' | '\t' | '-' | '?'));
        indents.then(|| {
            let message = "a tab stands where YAML counts spaces";
            syntax("yaml-tab", message, span).help("indent with spaces")
        })
    }
}

/// `\/`, and escaped halves of characters.
fn unknown_escape(source: &str, span: Span) -> Option<Diagnostic> {
    let message = match crate::tree::unknown_escape(source)? {
        "\\/" => "go-yaml does not know the escape \\/",
        _ => "go-yaml does not know an escaped half of a character",
    };
    Some(syntax("unknown-escape", message, span).help("write the character itself"))
}

/// A character that only go-yaml takes for the end of a line.
pub(super) fn line_separator(chunk: &Chunk<'_>) -> Option<Diagnostic> {
    if chunk.text.is_ascii() {
        return None;
    }
    let separates = |c: char| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
    let at = chunk.text.find(separates)?;
    let (before, after) = chunk.text.split_at(at);
    let found = after.chars().next()?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    let span = Span {
        start: chunk.offset + at,
        end: chunk.offset + at + found.len_utf8(),
        line: chunk.lines + before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    };
    let code = u32::from(found);
    let message = format!("the invisible character U+{code:04X} ends a line for go-yaml");
    Some(syntax("yaml-line-separator", message, span).help("remove it, or write it as an escape"))
}
