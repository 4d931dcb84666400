//! The common header (RFC 7854 §4.1), and messages in a row.

use core::fmt;
use core::iter::FusedIterator;

use super::error::{BmpError, BmpErrorKind};
use super::message::BmpMessage;
use crate::reader::Reader;

/// Octets of the common header.
pub(super) const HEADER: usize = 6;

/// The longest message that readers take if nothing else is said: 1 MiB. A Peer Up has two
/// OPENs, all others have one BGP message at most; information and statistics are short.
pub const DEFAULT_LIMIT: usize = 1 << 20;

/// The version of RFC 7854.
pub(super) const VERSION: u8 = 3;

/// What a message is about, as IANA assigns it (RFC 7854 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BmpMessageType(pub u8);

#[expect(missing_docs, reason = "the names of the registry")]
impl BmpMessageType {
    pub const ROUTE_MONITORING: Self = Self(0);
    pub const STATISTICS_REPORT: Self = Self(1);
    pub const PEER_DOWN: Self = Self(2);
    pub const PEER_UP: Self = Self(3);
    pub const INITIATION: Self = Self(4);
    pub const TERMINATION: Self = Self(5);
    pub const ROUTE_MIRRORING: Self = Self(6);
}

impl BmpMessageType {
    /// Whether a per-peer header follows the common one (RFC 7854 §4.2); `None` for a type
    /// that is not known.
    #[must_use]
    pub const fn has_peer(self) -> Option<bool> {
        match self.0 {
            0..=3 | 6 => Some(true),
            4 | 5 => Some(false),
            _ => None,
        }
    }
}

impl fmt::Display for BmpMessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::ROUTE_MONITORING => "Route Monitoring",
            Self::STATISTICS_REPORT => "Statistics Report",
            Self::PEER_DOWN => "Peer Down Notification",
            Self::PEER_UP => "Peer Up Notification",
            Self::INITIATION => "Initiation",
            Self::TERMINATION => "Termination",
            Self::ROUTE_MIRRORING => "Route Mirroring",
            Self(other) => return write!(f, "type {other}"),
        })
    }
}

/// One whole message at the beginning of a stream.
///
/// ```text
/// +-------------+------------+----------+------+
/// | Version (1) | Length (4) | Type (1) | Body |
/// +-------------+------------+----------+------+
/// ```
///
/// The length counts the header.
///
/// ```
/// use bgp_wire::bmp::{BmpFrame, BmpMessageType};
/// let stream = [3, 0, 0, 0, 12, 5, 0, 1, 0, 2, 0, 0, 3];
/// let frame = BmpFrame::split(&stream, 4096)?.unwrap();
/// assert_eq!(frame.message_type, BmpMessageType::TERMINATION);
/// assert_eq!(frame.bytes.len(), 12);
/// assert_eq!(BmpFrame::split(&stream[12..], 4096)?, None, "more is needed");
/// # Ok::<(), bgp_wire::bmp::BmpError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BmpFrame<'a> {
    /// The version; the one of RFC 7854 is 3.
    pub version: u8,
    /// What the message is about.
    pub message_type: BmpMessageType,
    /// The message, header included.
    pub bytes: &'a [u8],
}

impl<'a> BmpFrame<'a> {
    /// Splits the first message off `buf`; `None` while it is not complete.
    ///
    /// The length is judged as soon as it is there: at most `limit` octets are ever needed.
    /// Every version has the same header, and so the messages of versions that are not
    /// known can be passed over.
    ///
    /// # Errors
    /// [`BmpErrorKind::Length`] when the length is over the limit or less than the
    /// header's own.
    pub fn split(buf: &'a [u8], limit: usize) -> Result<Option<Self>, BmpError> {
        let mut reader = Reader::new(buf);
        let (Some(version), Some(length)) = (reader.u8(), reader.u32()) else {
            return Ok(None);
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length < HEADER || length > limit {
            return Err(BmpError::new(BmpErrorKind::Length, 1));
        }
        let (Some(code), Some(bytes)) = (reader.u8(), buf.get(..length)) else {
            return Ok(None);
        };
        Ok(Some(Self {
            version,
            message_type: BmpMessageType(code),
            bytes,
        }))
    }

    /// What stands behind the header.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.bytes.get(HEADER..).unwrap_or_default()
    }

    /// What the message says. BGP messages in it are not looked into.
    ///
    /// # Errors
    /// Another version than 3, a per-peer header that is cut off, or a body that does not
    /// have the form of its type. The connection can go on: see
    /// [`BmpErrorKind::ends_stream`].
    pub fn decode(&self) -> Result<BmpMessage<'a>, BmpError> {
        if self.version != VERSION {
            return Err(BmpError::new(BmpErrorKind::Version(self.version), 0));
        }
        BmpMessage::read(self.message_type, self.body())
    }
}

impl fmt::Debug for BmpFrame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BmpFrame")
            .field("version", &self.version)
            .field("message_type", &self.message_type)
            .field("bytes", &format_args!("0x{}", crate::nlri::Hex(self.bytes)))
            .finish()
    }
}

/// The messages in a row of octets, a recorded stream for one.
///
/// After an error nothing follows: nothing marks where a message begins.
///
/// ```
/// use bgp_wire::bmp::{BmpErrorKind, BmpFrames};
/// let mut frames = BmpFrames::new(&[3, 0, 0, 0, 6, 4, 3, 0, 0]);
/// assert_eq!(frames.next().unwrap()?.bytes.len(), 6);
/// let error = frames.next().unwrap().unwrap_err();
/// assert_eq!((error.kind, error.offset), (BmpErrorKind::Torn, 6));
/// assert!(frames.next().is_none());
/// # Ok::<(), bgp_wire::bmp::BmpError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BmpFrames<'a> {
    rest: &'a [u8],
    at: u64,
    limit: usize,
}

impl<'a> BmpFrames<'a> {
    /// The messages in these octets.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self {
            rest: octets,
            at: 0,
            limit: DEFAULT_LIMIT,
        }
    }

    /// The same with another limit to a message's length.
    #[must_use]
    pub const fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Where the next message begins, in octets from the beginning.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.at
    }
}

impl<'a> Iterator for BmpFrames<'a> {
    type Item = Result<BmpFrame<'a>, BmpError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let torn = BmpError::new(BmpErrorKind::Torn, 0);
        let split = BmpFrame::split(self.rest, self.limit).and_then(|frame| frame.ok_or(torn));
        match split {
            Ok(frame) => {
                self.rest = self.rest.get(frame.bytes.len()..).unwrap_or_default();
                self.at = self.at.saturating_add(frame.bytes.len() as u64);
                Some(Ok(frame))
            }
            Err(error) => {
                self.rest = &[];
                Some(Err(error.after(self.at)))
            }
        }
    }
}

impl FusedIterator for BmpFrames<'_> {}
