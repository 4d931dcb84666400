//! Message framing: the header that every message begins with (RFC 4271 §4.1).
//!
//! ```text
//! +--------------------------------+------------+----------+
//! | Marker (16 octets of ones)     | Length (2) | Type (1) |
//! +--------------------------------+------------+----------+
//! ```

use core::fmt;

use crate::context::MAX_MESSAGE;
use crate::writer::Writer;
use crate::{DecodeError, DecodeErrorKind, EncodeError};

/// Octets of the message header.
pub(crate) const HEADER: usize = 19;
const MARKER: [u8; 16] = [0xff; 16];
/// Where the length field stands.
const LENGTH_AT: usize = 16;

/// The type of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MessageType {
    /// OPEN (RFC 4271 §4.2).
    Open,
    /// UPDATE (RFC 4271 §4.3).
    Update,
    /// NOTIFICATION (RFC 4271 §4.5).
    Notification,
    /// KEEPALIVE (RFC 4271 §4.4).
    Keepalive,
    /// ROUTE-REFRESH (RFC 2918 §3).
    RouteRefresh,
}

impl MessageType {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Open => 1,
            Self::Update => 2,
            Self::Notification => 3,
            Self::Keepalive => 4,
            Self::RouteRefresh => 5,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Open,
            2 => Self::Update,
            3 => Self::Notification,
            4 => Self::Keepalive,
            5 => Self::RouteRefresh,
            _ => return None,
        })
    }

    /// The lengths that the type can have (RFC 4271 §6.1, RFC 8654 §4).
    const fn accepts(self, length: u16, receive_limit: u16) -> bool {
        match self {
            Self::Open => length >= 29 && length <= MAX_MESSAGE,
            Self::Update => length >= 23 && length <= receive_limit,
            Self::Notification => length >= 21 && length <= receive_limit,
            Self::Keepalive => length == 19,
            Self::RouteRefresh => length >= 23 && length <= receive_limit,
        }
    }
}

impl fmt::Display for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "OPEN",
            Self::Update => "UPDATE",
            Self::Notification => "NOTIFICATION",
            Self::Keepalive => "KEEPALIVE",
            Self::RouteRefresh => "ROUTE-REFRESH",
        })
    }
}

/// One whole message at the beginning of a stream.
///
/// ```
/// use bgp_wire::{Frame, MessageType, keepalive};
/// let mut stream = [0; 40];
/// let length = keepalive(&mut stream)?;
/// let frame = Frame::split(&stream, 4096).unwrap().unwrap();
/// assert_eq!((frame.message_type, frame.bytes.len()), (MessageType::Keepalive, length));
/// assert!(Frame::split(&stream[..18], 4096).unwrap().is_none(), "more is needed");
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What the header says.
    pub message_type: MessageType,
    /// The message, header included.
    pub bytes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Splits the first message off `buf`; `None` while it is not complete.
    ///
    /// The header is judged as soon as it is there, so that a hostile length
    /// never makes the caller wait or grow a buffer: at most `receive_limit`
    /// octets are ever needed (what *we* advertised, RFC 8654 §4).
    ///
    /// # Errors
    /// A marker that is not all ones, an unknown type, a length that the type
    /// cannot have (RFC 4271 §6.1).
    pub fn split(buf: &'a [u8], receive_limit: u16) -> Result<Option<Self>, DecodeError> {
        let Some((header, _)) = buf.split_first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let (message_type, length) = judge(header, receive_limit)?;
        Ok(buf.get(..usize::from(length)).map(|bytes| Self {
            message_type,
            bytes,
        }))
    }

    /// The body of the one message that `bytes` are, which must be of the type.
    pub(crate) fn whole(
        bytes: &'a [u8],
        message_type: MessageType,
    ) -> Result<&'a [u8], DecodeError> {
        let frame = Self::exact(bytes, u16::MAX)?;
        if frame.message_type != message_type {
            return Err(DecodeError::new(
                DecodeErrorKind::MessageType,
                LENGTH_AT + 2,
                1,
            ));
        }
        Ok(bytes.get(HEADER..).unwrap_or_default())
    }

    /// The frame of bytes that must be one message and nothing else.
    pub(crate) fn exact(bytes: &'a [u8], receive_limit: u16) -> Result<Self, DecodeError> {
        match Self::split(bytes, receive_limit)? {
            Some(frame) if frame.bytes.len() == bytes.len() => Ok(frame),
            _ => Err(DecodeError::new(
                DecodeErrorKind::MessageLength,
                LENGTH_AT.min(bytes.len()),
                2,
            )),
        }
    }
}

/// Type and length of a header that passes RFC 4271 §6.1.
fn judge(header: &[u8; HEADER], limit: u16) -> Result<(MessageType, u16), DecodeError> {
    let [marker @ .., high, low, code] = header;
    if *marker != MARKER {
        return Err(DecodeError::new(DecodeErrorKind::Marker, 0, 16));
    }
    let length = u16::from_be_bytes([*high, *low]);
    let bad_length = Err(DecodeError::new(
        DecodeErrorKind::MessageLength,
        LENGTH_AT,
        2,
    ));
    if length < HEADER as u16 {
        return bad_length;
    }
    let Some(message_type) = MessageType::from_code(*code) else {
        return Err(DecodeError::new(
            DecodeErrorKind::MessageType,
            LENGTH_AT + 2,
            1,
        ));
    };
    if message_type.accepts(length, limit) {
        Ok((message_type, length))
    } else {
        bad_length
    }
}

/// Writes a header whose length is not known yet.
pub(crate) fn start(writer: &mut Writer<'_>, message_type: MessageType) -> Result<(), EncodeError> {
    writer.put(&MARKER)?;
    writer.u16(0)?;
    writer.u8(message_type.code())
}

/// Writes the length of the message that ends here, and returns it.
pub(crate) fn finish(writer: &mut Writer<'_>, limit: u16) -> Result<usize, EncodeError> {
    let length = writer.position();
    if length > usize::from(limit) {
        return Err(EncodeError::MessageTooLong);
    }
    writer.patch_u16(LENGTH_AT, length)?;
    Ok(length)
}

/// Writes a KEEPALIVE (RFC 4271 §4.4) and returns its size, 19.
///
/// # Errors
/// The buffer is too small.
pub fn keepalive(out: &mut [u8]) -> Result<usize, EncodeError> {
    let mut writer = Writer::new(out);
    start(&mut writer, MessageType::Keepalive)?;
    finish(&mut writer, MAX_MESSAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(length: u16, code: u8) -> [u8; HEADER] {
        let mut bytes = [0xff; HEADER];
        bytes[16..18].copy_from_slice(&length.to_be_bytes());
        bytes[18] = code;
        bytes
    }

    fn kind(length: u16, code: u8, limit: u16) -> Option<DecodeErrorKind> {
        Frame::split(&header(length, code), limit)
            .err()
            .map(|error| error.kind())
    }

    #[test]
    fn lengths_of_rfc_4271_6_1() {
        for (code, least) in [(1, 29), (2, 23), (3, 21), (4, 19), (5, 23)] {
            assert_eq!(
                kind(least - 1, code, 4096),
                Some(DecodeErrorKind::MessageLength)
            );
            assert_eq!(kind(least, code, 4096), None, "type {code}");
        }
        assert_eq!(kind(20, 4, 4096), Some(DecodeErrorKind::MessageLength));
    }

    #[test]
    fn only_some_types_may_be_extended() {
        for (code, allowed) in [(1, false), (2, true), (3, true), (4, false), (5, true)] {
            assert_eq!(kind(4097, code, u16::MAX).is_none(), allowed, "type {code}");
            assert!(kind(4097, code, 4096).is_some());
        }
    }

    #[test]
    fn a_broken_marker_is_found_before_the_rest() {
        let mut bytes = header(5, 77);
        bytes[3] = 0xfe;
        assert_eq!(
            Frame::split(&bytes, 4096).unwrap_err().kind(),
            DecodeErrorKind::Marker
        );
    }
}
