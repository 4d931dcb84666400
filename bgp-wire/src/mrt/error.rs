//! What can be wrong with an archive.

/// Why a record cannot be read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at octet {offset}")]
pub struct MrtError {
    /// What is wrong.
    pub kind: MrtErrorKind,
    /// Where: in octets from the beginning of the archive for what
    /// [`Records`](super::Records) and [`MrtReader`](super::MrtReader) say, of the body
    /// for what is said of a body.
    pub offset: u64,
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum MrtErrorKind {
    /// The archive ends within the record.
    #[error("the archive ends within a record")]
    Torn,
    /// The length is too little for the type, or more than a reader takes.
    #[error("a record of impossible length")]
    Length,
    /// The body does not have the form of its type.
    #[error("a body that does not have the form of its type")]
    Body,
}

impl MrtError {
    pub(super) const fn new(kind: MrtErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// A body that goes wrong with `left` of `length` octets unread.
    pub(super) fn body(length: usize, left: usize) -> Self {
        Self::new(MrtErrorKind::Body, length.saturating_sub(left) as u64)
    }

    pub(super) const fn after(mut self, octets: u64) -> Self {
        self.offset = self.offset.saturating_add(octets);
        self
    }
}
