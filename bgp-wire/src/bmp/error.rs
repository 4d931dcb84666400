//! What can be wrong with what a router sends.

/// Why a message cannot be read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at octet {offset}")]
pub struct BmpError {
    /// What is wrong.
    pub kind: BmpErrorKind,
    /// Where: in octets from the beginning of the stream for what
    /// [`BmpFrames`](super::BmpFrames) and [`BmpReader`](super::BmpReader) say, else of the
    /// message, header included.
    pub offset: u64,
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum BmpErrorKind {
    /// The stream ends within a message.
    #[error("the stream ends within a message")]
    Torn,
    /// A version other than 3 (RFC 7854 §4.1).
    #[error("version {0} of BMP")]
    Version(u8),
    /// A length of fewer octets than the header has, or of more than a reader takes.
    #[error("a message of impossible length")]
    Length,
    /// The per-peer header is cut off (RFC 7854 §4.2).
    #[error("a per-peer header that is cut off")]
    PeerHeader,
    /// What follows does not have the form of the message's type.
    #[error("a body that does not have the form of its type")]
    Body,
    /// There are more or fewer statistics than the report says (RFC 7854 §4.8).
    #[error("another number of statistics than is said")]
    StatisticsCount,
}

impl BmpErrorKind {
    /// Whether it is not known where the next message begins, so that the connection
    /// is of no more use. Of other errors only the message is lost.
    #[must_use]
    pub const fn ends_stream(self) -> bool {
        match self {
            Self::Torn | Self::Length => true,
            Self::Version(_) | Self::PeerHeader | Self::Body | Self::StatisticsCount => false,
        }
    }
}

impl BmpError {
    pub(super) const fn new(kind: BmpErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    pub(super) const fn after(mut self, octets: u64) -> Self {
        self.offset = self.offset.saturating_add(octets);
        self
    }
}
