//! NOTIFICATION messages (RFC 4271 §4.5): why a session ends.
//!
//! ```text
//! +----------------+----------------+----------------------------+
//! | Error code (1) | Subcode (1)    | Data (variable)            |
//! +----------------+----------------+----------------------------+
//! ```
//!
//! An error inside a received NOTIFICATION is never answered (RFC 4271 §6.4),
//! so that decoding one only fails when code and subcode are cut off.

use core::fmt;

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use crate::frame::{HEADER, finish, start};
use crate::reader::Reader;
use crate::writer::Writer;
use crate::{DecodeError, DecodeErrorKind, EncodeError, Frame, MessageType};

/// An error code with its subcode.
///
/// ```
/// use bgp_wire::NotificationCode;
/// let code = NotificationCode::ADMINISTRATIVE_SHUTDOWN;
/// assert_eq!((code.code, code.subcode), (6, 2));
/// assert_eq!(code.to_string(), "Cease / Administrative Shutdown");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NotificationCode {
    /// Error code.
    pub code: u8,
    /// Error subcode; 0 is "unspecific".
    pub subcode: u8,
}

/// Declares the constants and the table of names from one list.
const fn code(code: u8, subcode: u8) -> NotificationCode {
    NotificationCode { code, subcode }
}

impl NotificationCode {
    /// The marker is not all ones (RFC 4271 §6.1).
    pub const CONNECTION_NOT_SYNCHRONIZED: Self = code(1, 1);
    /// A length that the message type cannot have (RFC 4271 §6.1).
    pub const BAD_MESSAGE_LENGTH: Self = code(1, 2);
    /// An unknown message type (RFC 4271 §6.1).
    pub const BAD_MESSAGE_TYPE: Self = code(1, 3);
    /// A fault of the OPEN without a subcode of its own (RFC 4271 §6.2).
    pub const OPEN_MESSAGE_ERROR: Self = code(2, 0);
    /// The version is not 4.
    pub const UNSUPPORTED_VERSION: Self = code(2, 1);
    /// Not the AS that was configured, or AS 0.
    pub const BAD_PEER_AS: Self = code(2, 2);
    /// Identifier 0, or our own on an internal session (RFC 6286 §2.2).
    pub const BAD_BGP_IDENTIFIER: Self = code(2, 3);
    /// An optional parameter that is not Capabilities.
    pub const UNSUPPORTED_OPTIONAL_PARAMETER: Self = code(2, 4);
    /// Hold time of 1 or 2 seconds, or one that is not wanted.
    pub const UNACCEPTABLE_HOLD_TIME: Self = code(2, 6);
    /// A capability that we require is missing (RFC 5492 §5).
    pub const UNSUPPORTED_CAPABILITY: Self = code(2, 7);
    /// The roles do not fit each other (RFC 9234 §4.2).
    pub const ROLE_MISMATCH: Self = code(2, 11);
    /// The attribute list cannot be read (RFC 4271 §6.3).
    pub const MALFORMED_ATTRIBUTE_LIST: Self = code(3, 1);
    /// A well-known attribute that is not known.
    pub const UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE: Self = code(3, 2);
    /// A mandatory attribute is missing.
    pub const MISSING_WELL_KNOWN_ATTRIBUTE: Self = code(3, 3);
    /// Attribute flags conflict with the type.
    pub const ATTRIBUTE_FLAGS_ERROR: Self = code(3, 4);
    /// Attribute length conflicts with the type.
    pub const ATTRIBUTE_LENGTH_ERROR: Self = code(3, 5);
    /// Undefined ORIGIN.
    pub const INVALID_ORIGIN: Self = code(3, 6);
    /// NEXT_HOP syntactically wrong.
    pub const INVALID_NEXT_HOP: Self = code(3, 8);
    /// The value of an optional attribute is wrong.
    pub const OPTIONAL_ATTRIBUTE_ERROR: Self = code(3, 9);
    /// A prefix that cannot be parsed.
    pub const INVALID_NETWORK_FIELD: Self = code(3, 10);
    /// AS_PATH syntactically wrong.
    pub const MALFORMED_AS_PATH: Self = code(3, 11);
    /// Nothing was heard for the hold time (RFC 4271 §6.5).
    pub const HOLD_TIMER_EXPIRED: Self = code(4, 0);
    /// Unexpected message in OpenSent (RFC 6608 §4).
    pub const UNEXPECTED_IN_OPEN_SENT: Self = code(5, 1);
    /// Unexpected message in OpenConfirm (RFC 6608 §4).
    pub const UNEXPECTED_IN_OPEN_CONFIRM: Self = code(5, 2);
    /// Unexpected message in Established (RFC 6608 §4).
    pub const UNEXPECTED_IN_ESTABLISHED: Self = code(5, 3);
    /// Too many prefixes (RFC 4486 §4).
    pub const MAXIMUM_PREFIXES_REACHED: Self = code(6, 1);
    /// Stopped by an operator; may carry a text (RFC 9003 §2).
    pub const ADMINISTRATIVE_SHUTDOWN: Self = code(6, 2);
    /// The peer is no longer configured (RFC 4486 §4).
    pub const PEER_DECONFIGURED: Self = code(6, 3);
    /// Restarted by an operator; may carry a text (RFC 9003 §2).
    pub const ADMINISTRATIVE_RESET: Self = code(6, 4);
    /// The connection is not wanted (RFC 4486 §4).
    pub const CONNECTION_REJECTED: Self = code(6, 5);
    /// Another configuration change (RFC 4486 §4).
    pub const OTHER_CONFIGURATION_CHANGE: Self = code(6, 6);
    /// Lost a connection collision (RFC 4271 §6.8).
    pub const CONNECTION_COLLISION_RESOLUTION: Self = code(6, 7);
    /// Out of memory or the like (RFC 4486 §4).
    pub const OUT_OF_RESOURCES: Self = code(6, 8);
    /// Ends the session without graceful restart (RFC 8538 §3.1).
    pub const HARD_RESET: Self = code(6, 9);
    /// BFD declared the path down (RFC 9384).
    pub const BFD_DOWN: Self = code(6, 10);
    /// BoRR or EoRR of wrong length (RFC 7313 §5).
    pub const INVALID_ROUTE_REFRESH_LENGTH: Self = code(7, 1);
    /// Nothing could be sent for the send hold time (RFC 9687).
    pub const SEND_HOLD_TIMER_EXPIRED: Self = code(8, 0);

    /// Name of the error code alone.
    #[must_use]
    pub const fn code_name(self) -> Option<&'static str> {
        Some(match self.code {
            1 => "Message Header Error",
            2 => "OPEN Message Error",
            3 => "UPDATE Message Error",
            4 => "Hold Timer Expired",
            5 => "Finite State Machine Error",
            6 => "Cease",
            7 => "ROUTE-REFRESH Message Error",
            8 => "Send Hold Timer Expired",
            _ => return None,
        })
    }

    /// Name of the subcode, where it has one.
    #[must_use]
    pub fn subcode_name(self) -> Option<&'static str> {
        SUBCODES
            .iter()
            .find(|(code, _)| *code == self)
            .map(|(_, name)| *name)
    }
}

/// Every subcode with its name in the IANA registry.
const SUBCODES: [(NotificationCode, &str); 36] = [
    (code(1, 1), "Connection Not Synchronized"),
    (code(1, 2), "Bad Message Length"),
    (code(1, 3), "Bad Message Type"),
    (code(2, 1), "Unsupported Version Number"),
    (code(2, 2), "Bad Peer AS"),
    (code(2, 3), "Bad BGP Identifier"),
    (code(2, 4), "Unsupported Optional Parameter"),
    (code(2, 5), "Authentication Failure"),
    (code(2, 6), "Unacceptable Hold Time"),
    (code(2, 7), "Unsupported Capability"),
    (code(2, 11), "Role Mismatch"),
    (code(3, 1), "Malformed Attribute List"),
    (code(3, 2), "Unrecognized Well-known Attribute"),
    (code(3, 3), "Missing Well-known Attribute"),
    (code(3, 4), "Attribute Flags Error"),
    (code(3, 5), "Attribute Length Error"),
    (code(3, 6), "Invalid ORIGIN Attribute"),
    (code(3, 7), "AS Routing Loop"),
    (code(3, 8), "Invalid NEXT_HOP Attribute"),
    (code(3, 9), "Optional Attribute Error"),
    (code(3, 10), "Invalid Network Field"),
    (code(3, 11), "Malformed AS_PATH"),
    (code(5, 1), "Receive Unexpected Message in OpenSent State"),
    (
        code(5, 2),
        "Receive Unexpected Message in OpenConfirm State",
    ),
    (
        code(5, 3),
        "Receive Unexpected Message in Established State",
    ),
    (code(6, 1), "Maximum Number of Prefixes Reached"),
    (code(6, 2), "Administrative Shutdown"),
    (code(6, 3), "Peer De-configured"),
    (code(6, 4), "Administrative Reset"),
    (code(6, 5), "Connection Rejected"),
    (code(6, 6), "Other Configuration Change"),
    (code(6, 7), "Connection Collision Resolution"),
    (code(6, 8), "Out of Resources"),
    (code(6, 9), "Hard Reset"),
    (code(6, 10), "BFD Down"),
    (code(7, 1), "Invalid Message Length"),
];

impl fmt::Display for NotificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code_name() {
            Some(name) => f.write_str(name)?,
            None => write!(f, "code {}", self.code)?,
        }
        match (self.subcode_name(), self.subcode) {
            (Some(name), _) => write!(f, " / {name}"),
            (None, 0) => Ok(()),
            (None, subcode) => write!(f, " / subcode {subcode}"),
        }
    }
}

/// A NOTIFICATION whose data is borrowed: received, or about to be sent.
///
/// ```
/// use bgp_wire::{NotificationCode, NotificationView};
/// let mut out = [0; 64];
/// let cease = NotificationView::new(NotificationCode::PEER_DECONFIGURED, &[]);
/// let length = cease.encode(&mut out)?;
/// assert_eq!(out[16..length], [0, 21, 3, 6, 3]);
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotificationView<'a> {
    kind: NotificationCode,
    data: &'a [u8],
}

impl<'a> NotificationView<'a> {
    /// Joins a code and its data.
    #[must_use]
    pub const fn new(kind: NotificationCode, data: &'a [u8]) -> Self {
        Self { kind, data }
    }

    /// Reads a whole message, header included.
    ///
    /// # Errors
    /// Code and subcode are cut off.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut body = Reader::new(Frame::whole(bytes, MessageType::Notification)?);
        match (body.u8(), body.u8()) {
            (Some(kind), Some(subcode)) => Ok(Self::new(code(kind, subcode), body.rest())),
            _ => Err(DecodeError::new(DecodeErrorKind::MessageLength, 16, 2)),
        }
    }

    /// Code and subcode together.
    #[must_use]
    pub const fn kind(&self) -> NotificationCode {
        self.kind
    }

    /// Error code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        self.kind.code
    }

    /// Error subcode.
    #[must_use]
    pub const fn subcode(&self) -> u8 {
        self.kind.subcode
    }

    /// The data field.
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The operator's text of an administrative shutdown or reset (RFC 9003
    /// §2); `None` when there is none or it is not UTF-8.
    #[must_use]
    pub fn shutdown_communication(&self) -> Option<&'a str> {
        match self.kind {
            NotificationCode::ADMINISTRATIVE_SHUTDOWN | NotificationCode::ADMINISTRATIVE_RESET => {}
            _ => return None,
        }
        let mut data = Reader::new(self.data);
        let length = data.u8()?;
        let text = core::str::from_utf8(data.take(length.into())?).ok()?;
        (!text.is_empty()).then_some(text)
    }

    /// What a hard reset wraps (RFC 8538 §3.1); `None` for another code.
    #[must_use]
    pub fn hard_reset(&self) -> Option<Self> {
        if self.kind != NotificationCode::HARD_RESET {
            return None;
        }
        let mut data = Reader::new(self.data);
        let inner = code(data.u8()?, data.u8()?);
        Some(Self::new(inner, data.rest()))
    }

    /// Size of the whole message in octets.
    #[must_use]
    pub const fn encoded_len(&self) -> usize {
        HEADER + 2 + self.data.len()
    }

    /// Writes the whole message and returns its size.
    ///
    /// # Errors
    /// The buffer is too small, or the data exceeds 65,514 octets.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        start(&mut writer, MessageType::Notification)?;
        writer.u8(self.kind.code)?;
        writer.u8(self.kind.subcode)?;
        writer.put(self.data)?;
        finish(&mut writer, u16::MAX)
    }
}

impl fmt::Display for NotificationView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.kind, f)?;
        match (self.shutdown_communication(), self.hard_reset()) {
            (Some(text), _) => write!(f, " ({text:?})"),
            (None, Some(inner)) => write!(f, " of {}", inner.kind),
            (None, None) => Ok(()),
        }
    }
}

/// An owned NOTIFICATION.
///
/// ```
/// use bgp_wire::Notification;
/// let stop = Notification::administrative_shutdown("moving rack 12");
/// assert_eq!(stop.to_string(), "Cease / Administrative Shutdown (\"moving rack 12\")");
/// ```
#[cfg(feature = "alloc")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Notification {
    /// Error code.
    pub code: u8,
    /// Error subcode.
    pub subcode: u8,
    /// Data, in the form that code and subcode ask for.
    pub data: Vec<u8>,
}

#[cfg(feature = "alloc")]
impl Notification {
    /// Joins a code and its data.
    #[must_use]
    pub fn new(kind: NotificationCode, data: impl Into<Vec<u8>>) -> Self {
        Self {
            code: kind.code,
            subcode: kind.subcode,
            data: data.into(),
        }
    }

    /// Administrative shutdown with a text for the other operator, cut to the
    /// 255 octets that fit (RFC 9003 §2).
    #[must_use]
    pub fn administrative_shutdown(text: &str) -> Self {
        Self::new(
            NotificationCode::ADMINISTRATIVE_SHUTDOWN,
            communication(text),
        )
    }

    /// Administrative reset with a text, as [`Notification::administrative_shutdown`].
    #[must_use]
    pub fn administrative_reset(text: &str) -> Self {
        Self::new(NotificationCode::ADMINISTRATIVE_RESET, communication(text))
    }

    /// This notification wrapped in a hard reset (RFC 8538 §3.1).
    #[must_use]
    pub fn into_hard_reset(self) -> Self {
        let mut data = Vec::with_capacity(self.data.len().saturating_add(2));
        data.extend([self.code, self.subcode]);
        data.extend(self.data);
        Self::new(NotificationCode::HARD_RESET, data)
    }

    /// Code and subcode together.
    #[must_use]
    pub const fn kind(&self) -> NotificationCode {
        code(self.code, self.subcode)
    }

    /// The same, borrowed.
    #[must_use]
    pub fn view(&self) -> NotificationView<'_> {
        NotificationView::new(self.kind(), &self.data)
    }

    /// Writes the whole message and returns its size.
    ///
    /// # Errors
    /// As [`NotificationView::encode`].
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        self.view().encode(out)
    }
}

/// One octet of length and the text, cut at a character.
#[cfg(feature = "alloc")]
fn communication(text: &str) -> Vec<u8> {
    let mut end = text.len().min(255);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let text = text.as_bytes().get(..end).unwrap_or_default();
    let mut data = Vec::with_capacity(text.len().saturating_add(1));
    if let Ok(length @ 1..) = u8::try_from(text.len()) {
        data.push(length);
        data.extend(text);
    }
    data
}

#[cfg(feature = "alloc")]
impl From<NotificationView<'_>> for Notification {
    fn from(view: NotificationView<'_>) -> Self {
        Self::new(view.kind, view.data)
    }
}

#[cfg(feature = "alloc")]
impl fmt::Display for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.view(), f)
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn shutdown_text_is_cut_at_a_character() {
        let long = "ä".repeat(200);
        let cease = Notification::administrative_shutdown(&long);
        assert_eq!(cease.data.len(), 255, "254 octets of text and their length");
        assert_eq!(
            cease.view().shutdown_communication(),
            Some(&*"ä".repeat(127))
        );
    }

    #[test]
    fn empty_shutdown_text_leaves_no_data() {
        assert_eq!(Notification::administrative_reset("").data, []);
    }

    #[test]
    fn text_that_is_not_utf8_or_overruns_is_none() {
        let kind = NotificationCode::ADMINISTRATIVE_SHUTDOWN;
        assert_eq!(
            NotificationView::new(kind, &[1, 0xff]).shutdown_communication(),
            None
        );
        assert_eq!(
            NotificationView::new(kind, &[2, b'a']).shutdown_communication(),
            None
        );
    }

    #[test]
    fn hard_reset_wraps_and_unwraps() {
        let inner = Notification::administrative_shutdown("bye");
        let hard = inner.clone().into_hard_reset();
        assert_eq!(hard.data, [6, 2, 3, b'b', b'y', b'e']);
        assert_eq!(hard.view().hard_reset(), Some(inner.view()));
    }

    #[test]
    fn message_round_trip() {
        let mut out = [0; 64];
        let sent = Notification::administrative_shutdown("x");
        let length = sent.encode(&mut out).unwrap();
        assert_eq!(length, sent.view().encoded_len());
        let read = NotificationView::decode(&out[..length]).unwrap();
        assert_eq!(Notification::from(read), sent);
    }

    #[test]
    fn unknown_codes_print_as_numbers() {
        assert_eq!(code(9, 7).to_string(), "code 9 / subcode 7");
        assert_eq!(code(4, 0).to_string(), "Hold Timer Expired");
    }
}
