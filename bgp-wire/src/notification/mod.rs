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

mod code;

use core::fmt;

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

pub use code::NotificationCode;

use crate::attribute::read_family;
use crate::frame::{HEADER, finish, start};
use crate::reader::Reader;
use crate::writer::Writer;
use crate::{DecodeError, DecodeErrorKind, EncodeError, Family, Frame, MessageType};

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
            (Some(kind), Some(subcode)) => Ok(Self::new(
                NotificationCode {
                    code: kind,
                    subcode,
                },
                body.rest(),
            )),
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

    /// The family that had too many prefixes and the bound, where the peer tells
    /// them (RFC 4486 §4).
    #[must_use]
    pub fn maximum_prefixes(&self) -> Option<(Family, u32)> {
        if self.kind != NotificationCode::MAXIMUM_PREFIXES_REACHED {
            return None;
        }
        let mut data = Reader::new(self.data);
        let family = read_family(&mut data)?;
        let bound = data.u32()?;
        data.is_empty().then_some((family, bound))
    }

    /// What a hard reset wraps (RFC 8538 §3.1); `None` for another code.
    #[must_use]
    pub fn hard_reset(&self) -> Option<Self> {
        if self.kind != NotificationCode::HARD_RESET {
            return None;
        }
        let mut data = Reader::new(self.data);
        let (code, subcode) = (data.u8()?, data.u8()?);
        let inner = NotificationCode { code, subcode };
        Some(Self::new(inner, data.rest()))
    }

    /// Size of the whole message in octets.
    #[must_use]
    pub const fn encoded_len(&self) -> usize {
        (HEADER + 2).saturating_add(self.data.len())
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
        if let Some((family, bound)) = self.maximum_prefixes() {
            return write!(f, " ({family}: {bound})");
        }
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

    /// Too many prefixes of a family, with the bound (RFC 4486 §4).
    #[must_use]
    pub fn maximum_prefixes(family: Family, bound: u32) -> Self {
        let mut data = family.afi.0.to_be_bytes().to_vec();
        data.push(family.safi.0);
        data.extend(bound.to_be_bytes());
        Self::new(NotificationCode::MAXIMUM_PREFIXES_REACHED, data)
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
        NotificationCode {
            code: self.code,
            subcode: self.subcode,
        }
    }

    /// The same, borrowed.
    #[must_use]
    pub fn view(&self) -> NotificationView<'_> {
        NotificationView::new(self.kind(), &self.data)
    }

    /// Size of the whole message in octets.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        self.view().encoded_len()
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

    /// RFC 4486 §4: AFI, SAFI, bound.
    #[test]
    fn too_many_prefixes_may_say_of_what() {
        let cease = Notification::maximum_prefixes(Family::IPV6_UNICAST, 1000);
        assert_eq!(cease.data, [0, 2, 1, 0, 0, 3, 0xe8]);
        let told = cease.view().maximum_prefixes();
        assert_eq!(told, Some((Family::IPV6_UNICAST, 1000)));
        let text = "Cease / Maximum Number of Prefixes Reached (ipv6 unicast: 1000)";
        assert_eq!(alloc::format!("{cease}"), text);
        let silent = NotificationView::new(NotificationCode::MAXIMUM_PREFIXES_REACHED, &[]);
        assert_eq!(silent.maximum_prefixes(), None);
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
}
