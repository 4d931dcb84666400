//! Splitting a source into documents before anything is parsed, as `kubectl`
//! and `calicoctl` do: a line that begins with `---` stands between two of
//! them, and what else is on that line is dropped.
//!
//! One broken document therefore hides no other.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// A stretch of a source that holds one document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'a> {
    pub(super) text: &'a str,
    /// Bytes of the source before it.
    pub(super) offset: usize,
    /// Lines of the source before it.
    pub(super) lines: usize,
    /// Whether it begins with the separator that ends the chunk before it.
    separated: bool,
}

/// The stretches between separators. Empty ones and ones that hold only
/// comments are left out; directives (`%YAML`) stay with what follows them.
/// `offset` is where the text begins in its source.
pub(super) fn chunks(text: &str, offset: usize) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = Some(Chunk {
        text,
        offset,
        lines: 0,
        separated: false,
    });
    std::iter::from_fn(move || {
        loop {
            let (chunk, after) = rest.take()?.cut();
            rest = after;
            if !chunk.is_empty() {
                return Some(chunk);
            }
        }
    })
}

impl<'a> Chunk<'a> {
    /// The first document, and what follows it.
    fn cut(self) -> (Self, Option<Self>) {
        let mut from = 0;
        while let Some(at) = self.text.get(from..).and_then(|rest| rest.find("\n---")) {
            let at = from + at + 1;
            let (before, after) = self.text.split_at(at);
            // What precedes is nothing but directives for what follows.
            if from == 0 && only_directives(before) {
                from = at;
                continue;
            }
            let rest = Self {
                text: after,
                offset: self.offset + at,
                lines: self.lines + before.bytes().filter(|b| *b == b'\n').count(),
                separated: true,
            };
            return (
                Self {
                    text: before,
                    ..self
                },
                Some(rest.without_rule()),
            );
        }
        (self, None)
    }

    /// Without a separator that YAML does not take for one, such as `-----`.
    fn without_rule(self) -> Self {
        let rest = self.text.get(3..).unwrap_or_default();
        if rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']) {
            return self;
        }
        let line = self.text.find('\n').map_or(self.text.len(), |end| end);
        Self {
            text: self.text.get(line..).unwrap_or_default(),
            offset: self.offset + line,
            ..self
        }
    }

    /// Whether there is nothing to parse.
    fn is_empty(&self) -> bool {
        let mut lines = self.text.lines();
        if self.has_marker() {
            let rest = lines.next().and_then(|line| line.get(3..));
            if rest.is_some_and(|rest| !is_blank(rest)) {
                return false;
            }
        }
        lines.all(is_blank)
    }

    /// Whether the text begins with a line `---`.
    fn has_marker(&self) -> bool {
        self.text
            .strip_prefix("---")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
    }

    /// What to say of content on the line of the separator.
    pub(super) fn dropped(&self) -> Option<Diagnostic> {
        if !(self.separated && self.has_marker()) {
            return None;
        }
        let line = self.text.lines().next()?;
        let rest = line.get(3..)?;
        let content = rest.trim_start();
        if content.is_empty() || content.starts_with('#') {
            return None;
        }
        let start = line.len() - content.len();
        let message = "what stands on the line of `---` is dropped by calicoctl and kubectl";
        Some(Diagnostic {
            span: Some(Span {
                start: self.offset + start,
                end: self.offset + line.len(),
                line: self.lines + 1,
                column: start + 1,
            }),
            ..Diagnostic::warning(Code("separator-content"), message)
                .help("begin the document on the next line")
        })
    }

    /// Whether the text is JSON rather than YAML that begins with a bracket.
    #[cfg(all(feature = "json", feature = "yaml"))]
    pub(super) fn looks_like_json(&self) -> bool {
        let mut bytes = self.text.bytes().filter(|b| !b.is_ascii_whitespace());
        bytes.next().is_some() && matches!(bytes.next(), Some(b'"' | b'{' | b'[' | b'}' | b']'))
    }

    /// The first byte.
    #[cfg(not(all(feature = "json", feature = "yaml")))]
    pub(super) const fn start(&self) -> Span {
        Span {
            start: self.offset,
            end: self.offset,
            line: self.lines + 1,
            column: 1,
        }
    }
}

fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line == "..."
}

/// Whether a stretch is nothing but directives for the document after it.
fn only_directives(text: &str) -> bool {
    let mut directives = text.lines().filter(|line| !is_blank(line)).peekable();
    directives.peek().is_some() && directives.all(|line| line.starts_with('%'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(&str, usize, usize)> {
        chunks(text, 0)
            .map(|chunk| (chunk.text, chunk.offset, chunk.lines))
            .collect()
    }

    #[test]
    fn cuts_at_separator_lines() {
        assert_eq!(
            split("a: 1\n---\nb: 2\n"),
            [("a: 1\n", 0, 0), ("---\nb: 2\n", 5, 1)]
        );
        assert_eq!(split("---\n# nothing\n---\nb: 2"), [("---\nb: 2", 14, 2)]);
        assert_eq!(split("--- {a: 1}\n---\n"), [("--- {a: 1}\n", 0, 0)]);
        assert_eq!(
            split("a: x\n  ---\nb: |\n  ----\n"),
            [("a: x\n  ---\nb: |\n  ----\n", 0, 0)]
        );
        assert_eq!(split("# only\n\n"), []);
        assert_eq!(
            split("a: 1\r\n---\r\nb: 2"),
            [("a: 1\r\n", 0, 0), ("---\r\nb: 2", 6, 1)]
        );
    }

    #[test]
    fn takes_longer_rules_for_separators_as_kubectl_does() {
        assert_eq!(
            split("a: 1\n-----\nb: 2\n---x\nc: 3"),
            [("a: 1\n", 0, 0), ("\nb: 2\n", 10, 1), ("\nc: 3", 20, 3)]
        );
    }

    #[test]
    fn keeps_directives_with_their_document() {
        assert_eq!(
            split("%YAML 1.2\n---\na: 1\n---\nb: 2"),
            [("%YAML 1.2\n---\na: 1\n", 0, 0), ("---\nb: 2", 19, 3)]
        );
    }

    #[test]
    fn says_what_a_separator_drops() {
        let dropped: Vec<_> = chunks("--- {a: 1}\n--- {b: 2}\n--- # c\nx: 1", 0)
            .map(|chunk| {
                let span = chunk.dropped()?.span?;
                Some((span.line, span.column))
            })
            .collect();
        assert_eq!(dropped, [None, Some((2, 5)), None]);
    }
}
