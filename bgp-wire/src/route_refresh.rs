//! ROUTE-REFRESH (RFC 2918 §3) and its subtypes (RFC 7313 §3).
//!
//! ```text
//! +---------+-------------+----------+---------------------------+
//! | AFI (2) | Subtype (1) | SAFI (1) | ORF entries (RFC 5291 §5) |
//! +---------+-------------+----------+---------------------------+
//! ```

use core::fmt;

use crate::frame::{HEADER, finish, start};
use crate::reader::Reader;
use crate::writer::Writer;
use crate::{
    Afi, Context, DecodeError, DecodeErrorKind, EncodeError, Family, Frame, MessageType, OrfView,
    Safi,
};

/// What a ROUTE-REFRESH asks or announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RefreshSubtype {
    /// Send your routes again (RFC 2918).
    Request,
    /// Beginning of a route refresh, BoRR (RFC 7313 §3.2).
    Begin,
    /// End of a route refresh, EoRR (RFC 7313 §3.2).
    End,
    /// One that is to be ignored (RFC 7313 §5).
    Unknown(u8),
}

impl RefreshSubtype {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Request => 0,
            Self::Begin => 1,
            Self::End => 2,
            Self::Unknown(code) => code,
        }
    }

    const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Request,
            1 => Self::Begin,
            2 => Self::End,
            code => Self::Unknown(code),
        }
    }
}

impl fmt::Display for RefreshSubtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request => f.write_str("request"),
            Self::Begin => f.write_str("begin"),
            Self::End => f.write_str("end"),
            Self::Unknown(code) => write!(f, "subtype {code}"),
        }
    }
}

/// A received ROUTE-REFRESH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteRefreshView<'a> {
    family: Family,
    subtype_octet: u8,
    enhanced: bool,
    orf: &'a [u8],
}

impl<'a> RouteRefreshView<'a> {
    /// Reads a whole message, header included.
    ///
    /// # Errors
    /// BoRR or EoRR longer than 23 octets from a peer with enhanced route
    /// refresh (RFC 7313 §5).
    pub fn decode(bytes: &'a [u8], context: &Context) -> Result<Self, DecodeError> {
        let mut body = Reader::new(Frame::whole(bytes, MessageType::RouteRefresh)?);
        let cut = DecodeError::new(DecodeErrorKind::MessageLength, 16, 2);
        let [high, low, subtype_octet, safi] = body.array().ok_or(cut)?;
        let view = Self {
            family: Family::new(Afi(u16::from_be_bytes([high, low])), Safi(safi)),
            subtype_octet,
            enhanced: context.enhanced_route_refresh,
            orf: body.rest(),
        };
        match view.subtype() {
            RefreshSubtype::Begin | RefreshSubtype::End if !view.orf.is_empty() => Err(
                DecodeError::new(DecodeErrorKind::RouteRefreshLength, 0, bytes.len()),
            ),
            RefreshSubtype::Request
            | RefreshSubtype::Begin
            | RefreshSubtype::End
            | RefreshSubtype::Unknown(_) => Ok(view),
        }
    }

    /// The family to refresh.
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// The subtype. From a peer without enhanced route refresh the octet is
    /// reserved, and every message is a request (RFC 2918 §3, RFC 7313 §5).
    #[must_use]
    pub const fn subtype(&self) -> RefreshSubtype {
        if self.enhanced {
            RefreshSubtype::from_code(self.subtype_octet)
        } else {
            RefreshSubtype::Request
        }
    }

    /// The third octet of the body as it was received.
    #[must_use]
    pub const fn subtype_octet(&self) -> u8 {
        self.subtype_octet
    }

    /// Outbound route filters behind the family (RFC 5291 §4); `None` in a plain
    /// request. They mean something where both sides sent the capability.
    #[must_use]
    pub fn filters(&self) -> Option<OrfView<'a>> {
        OrfView::new(self.orf, self.family)
    }

    /// The octets of the filters.
    #[must_use]
    pub const fn orf(&self) -> &'a [u8] {
        self.orf
    }
}

impl fmt::Display for RouteRefreshView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ROUTE-REFRESH {} {}", self.subtype(), self.family)?;
        match self.filters() {
            Some(filters) => write!(f, ", {filters}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for RouteRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ROUTE-REFRESH {} {}", self.subtype, self.family)
    }
}

/// A ROUTE-REFRESH to send.
///
/// ```
/// use bgp_wire::{Family, RefreshSubtype, RouteRefresh};
/// let mut out = [0; 23];
/// RouteRefresh::request(Family::IPV6_UNICAST).encode(&mut out)?;
/// assert_eq!(out[16..], [0, 23, 5, 0, 2, 0, 1]);
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RouteRefresh {
    /// The family to refresh.
    pub family: Family,
    /// A request, or where a refresh begins and ends.
    pub subtype: RefreshSubtype,
}

impl RouteRefresh {
    /// Size of the message in octets.
    pub const ENCODED_LEN: usize = HEADER + 4;

    /// Asks for all routes of a family again.
    #[must_use]
    pub const fn request(family: Family) -> Self {
        Self {
            family,
            subtype: RefreshSubtype::Request,
        }
    }

    /// Writes the whole message and returns its size.
    ///
    /// # Errors
    /// The buffer is too small.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        start(&mut writer, MessageType::RouteRefresh)?;
        writer.u16(self.family.afi.0)?;
        writer.u8(self.subtype.code())?;
        writer.u8(self.family.safi.0)?;
        finish(&mut writer, crate::context::MAX_MESSAGE)
    }
}

impl From<RouteRefreshView<'_>> for RouteRefresh {
    fn from(view: RouteRefreshView<'_>) -> Self {
        Self {
            family: view.family(),
            subtype: view.subtype(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PeerType;

    fn message(subtype: u8, orf: &[u8]) -> ([u8; 32], usize) {
        let mut bytes = [0xff; 32];
        let length = 23 + orf.len();
        bytes[16..23].copy_from_slice(&[0, length as u8, 5, 0, 1, subtype, 1]);
        bytes[23..length].copy_from_slice(orf);
        (bytes, length)
    }

    #[test]
    fn subtypes_need_the_capability() {
        let (bytes, length) = message(1, &[]);
        let mut context = Context::new(PeerType::External);
        let plain = RouteRefreshView::decode(&bytes[..length], &context).unwrap();
        assert_eq!(
            (plain.subtype(), plain.subtype_octet()),
            (RefreshSubtype::Request, 1)
        );
        context.enhanced_route_refresh = true;
        let enhanced = RouteRefreshView::decode(&bytes[..length], &context).unwrap();
        assert_eq!(enhanced.subtype(), RefreshSubtype::Begin);
    }

    #[test]
    fn a_long_borr_is_answered_with_the_message() {
        let (bytes, length) = message(2, &[1, 2, 3]);
        let mut context = Context::new(PeerType::External);
        assert_eq!(
            RouteRefreshView::decode(&bytes[..length], &context)
                .unwrap()
                .orf(),
            [1, 2, 3]
        );
        context.enhanced_route_refresh = true;
        let error = RouteRefreshView::decode(&bytes[..length], &context).unwrap_err();
        let answer = error.notification(&bytes[..length]);
        assert_eq!((answer.code(), answer.subcode()), (7, 1));
        assert_eq!(answer.data(), &bytes[..length]);
    }
}
