//! Named bytes, and places in them.

use serde::Serialize;

/// Manifests as they came: a file's content, say, and its name.
///
/// Reading files is the caller's; the name appears in diagnostics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// How diagnostics call it, most often a file name.
    pub name: String,
    /// YAML or JSON, any number of documents.
    pub bytes: Vec<u8>,
}

impl Source {
    /// Bytes with a name.
    #[must_use]
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            bytes: bytes.into(),
        }
    }
}

/// A stretch of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
    /// Line of the first byte, from 1.
    pub line: usize,
    /// Character within that line, from 1.
    pub column: usize,
}

impl Span {
    /// A part of this span, which must lie in one line: for spans inside a
    /// scalar, as selectors have them. `offset` and `length` are in bytes of
    /// ASCII text.
    #[must_use]
    pub fn part(self, offset: usize, length: usize) -> Self {
        let start = self.start.saturating_add(offset).min(self.end);
        Self {
            start,
            end: start.saturating_add(length).min(self.end.max(start)),
            line: self.line,
            column: self.column.saturating_add(start - self.start),
        }
    }
}
