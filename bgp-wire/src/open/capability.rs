//! Capabilities (RFC 5492 §4): what a speaker can do.
//!
//! ```text
//! +----------+------------+-------+
//! | Code (1) | Length (1) | Value |
//! +----------+------------+-------+
//! ```

use super::{BgpsecCapability, MultipleLabels, OrfFamilies, PathsLimit};
use crate::attribute::{ListView, WireItem};
use crate::reader::Reader;
use crate::{Afi, Asn, DecodeErrorKind, Family, Safi};

/// Capability codes, as IANA assigns them.
pub(crate) mod code {
    pub(crate) const MULTI_PROTOCOL: u8 = 1;
    pub(crate) const ROUTE_REFRESH: u8 = 2;
    pub(crate) const OUTBOUND_ROUTE_FILTERING: u8 = 3;
    pub(crate) const EXTENDED_NEXT_HOP: u8 = 5;
    pub(crate) const EXTENDED_MESSAGE: u8 = 6;
    pub(crate) const BGPSEC: u8 = 7;
    pub(crate) const MULTIPLE_LABELS: u8 = 8;
    pub(crate) const ROLE: u8 = 9;
    pub(crate) const GRACEFUL_RESTART: u8 = 64;
    pub(crate) const FOUR_OCTET_AS: u8 = 65;
    pub(crate) const ADD_PATH: u8 = 69;
    pub(crate) const ENHANCED_ROUTE_REFRESH: u8 = 70;
    pub(crate) const LONG_LIVED_GRACEFUL_RESTART: u8 = 71;
    pub(crate) const FQDN: u8 = 73;
    pub(crate) const SOFTWARE_VERSION: u8 = 75;
    pub(crate) const PATHS_LIMIT: u8 = 76;
    pub(crate) const LINK_LOCAL_NEXT_HOP: u8 = 77;
}

/// One family whose next hop may be of another IP version (RFC 8950 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ExtendedNextHop {
    /// The family of the NLRI.
    pub family: Family,
    /// The address family of the next hop, in practice IPv6.
    pub next_hop: Afi,
}

impl WireItem for ExtendedNextHop {
    const WIDTH: usize = 6;

    fn read(octets: &[u8]) -> Option<Self> {
        let [a, b, c, d, e, f] = octets.try_into().ok()?;
        // The SAFI has two octets here; no SAFI above 255 exists.
        let safi = u8::try_from(u16::from_be_bytes([c, d])).ok()?;
        let family = Family::new(Afi(u16::from_be_bytes([a, b])), Safi(safi));
        Some(Self {
            family,
            next_hop: Afi(u16::from_be_bytes([e, f])),
        })
    }
}

/// Which way path identifiers go (RFC 7911 §4), from the sender's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AddPathDirection {
    /// Able to receive several paths.
    Receive,
    /// Able to send several paths.
    Send,
    /// Both.
    Both,
}

impl AddPathDirection {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Receive => 1,
            Self::Send => 2,
            Self::Both => 3,
        }
    }

    /// Whether the speaker receives path identifiers.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::Receive | Self::Both)
    }

    /// Whether the speaker sends path identifiers.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::Send | Self::Both)
    }
}

/// ADD-PATH for one family (RFC 7911 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AddPath {
    /// The family.
    pub family: Family,
    /// Send, receive or both.
    pub direction: AddPathDirection,
}

impl WireItem for AddPath {
    const WIDTH: usize = 4;

    fn read(octets: &[u8]) -> Option<Self> {
        let [high, low, safi, direction] = octets.try_into().ok()?;
        let family = Family::new(Afi(u16::from_be_bytes([high, low])), Safi(safi));
        let direction = match direction {
            1 => AddPathDirection::Receive,
            2 => AddPathDirection::Send,
            3 => AddPathDirection::Both,
            _ => return None,
        };
        Some(Self { family, direction })
    }
}

/// Graceful restart of one family (RFC 4724 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GracefulRestartFamily {
    /// The family.
    pub family: Family,
    /// The forwarding state was preserved over the restart.
    pub forwarding_preserved: bool,
}

impl WireItem for GracefulRestartFamily {
    const WIDTH: usize = 4;

    fn read(octets: &[u8]) -> Option<Self> {
        let [high, low, safi, flags] = octets.try_into().ok()?;
        let family = Family::new(Afi(u16::from_be_bytes([high, low])), Safi(safi));
        Some(Self {
            family,
            forwarding_preserved: flags & 0x80 != 0,
        })
    }
}

/// Long-lived graceful restart of one family (RFC 9494).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LongLivedFamily {
    /// The family.
    pub family: Family,
    /// The forwarding state was preserved over the restart.
    pub forwarding_preserved: bool,
    /// Seconds for which stale routes may be kept, below 2^24.
    pub stale_time: u32,
}

impl WireItem for LongLivedFamily {
    const WIDTH: usize = 7;

    fn read(octets: &[u8]) -> Option<Self> {
        let [high, low, safi, flags, a, b, c] = octets.try_into().ok()?;
        let family = Family::new(Afi(u16::from_be_bytes([high, low])), Safi(safi));
        let stale_time = u32::from_be_bytes([0, a, b, c]);
        Some(Self {
            family,
            forwarding_preserved: flags & 0x80 != 0,
            stale_time,
        })
    }
}

/// What the sender is to the receiver (RFC 9234 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// Its provider.
    Provider,
    /// A route server.
    RouteServer,
    /// A route server's client.
    RouteServerClient,
    /// Its customer.
    Customer,
    /// A lateral peer.
    Peer,
    /// One that is not defined, and never fits ours.
    Unknown(u8),
}

impl Role {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Provider => 0,
            Self::RouteServer => 1,
            Self::RouteServerClient => 2,
            Self::Customer => 3,
            Self::Peer => 4,
            Self::Unknown(code) => code,
        }
    }

    const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Provider,
            1 => Self::RouteServer,
            2 => Self::RouteServerClient,
            3 => Self::Customer,
            4 => Self::Peer,
            code => Self::Unknown(code),
        }
    }

    /// Whether two sides' roles may meet (RFC 9234 §4.2, table 2).
    #[must_use]
    pub const fn fits(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Provider, Self::Customer)
                | (Self::Customer, Self::Provider)
                | (Self::RouteServer, Self::RouteServerClient)
                | (Self::RouteServerClient, Self::RouteServer)
                | (Self::Peer, Self::Peer)
        )
    }
}

/// One capability, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CapabilityView<'a> {
    /// Routes of a family (RFC 4760 §8).
    MultiProtocol(Family),
    /// Route refresh (RFC 2918 §2).
    RouteRefresh,
    /// Outbound route filtering (RFC 5291 §5).
    OutboundRouteFiltering(OrfFamilies<'a>),
    /// IPv4 routes over IPv6 next hops (RFC 8950 §4).
    ExtendedNextHop(ListView<'a, ExtendedNextHop>),
    /// Messages of up to 65,535 octets (RFC 8654 §3).
    ExtendedMessage,
    /// Signed paths (RFC 8205 §2.1).
    Bgpsec(BgpsecCapability),
    /// Several labels before a prefix (RFC 8277 §2.1).
    MultipleLabels(ListView<'a, MultipleLabels>),
    /// Role (RFC 9234 §4.1).
    Role(Role),
    /// Graceful restart (RFC 4724 §3).
    GracefulRestart {
        /// The sender has restarted.
        restarted: bool,
        /// Restarts follow the rules for NOTIFICATIONs too (RFC 8538 §2).
        notification: bool,
        /// Seconds until the session should be back, below 4096.
        restart_time: u16,
        /// The families whose forwarding survives.
        families: ListView<'a, GracefulRestartFamily>,
    },
    /// 4-octet AS numbers, with the sender's own (RFC 6793 §3).
    FourOctetAs(Asn),
    /// Several paths for one prefix (RFC 7911 §4).
    AddPath(ListView<'a, AddPath>),
    /// Beginning and end of a refresh are marked (RFC 7313 §3.1).
    EnhancedRouteRefresh,
    /// Long-lived graceful restart (RFC 9494).
    LongLivedGracefulRestart(ListView<'a, LongLivedFamily>),
    /// Host and domain name.
    Fqdn {
        /// Host name.
        hostname: &'a str,
        /// Domain name, often empty.
        domain: &'a str,
    },
    /// Name and version of the sender's software.
    SoftwareVersion(&'a str),
    /// At most so many paths for one prefix (draft-abraitis-idr-addpath-paths-limit).
    PathsLimit(ListView<'a, PathsLimit>),
    /// IPv6 next hops that are a link-local address alone
    /// (draft-ietf-idr-linklocal-capability).
    LinkLocalNextHop,
    /// Another one.
    Unknown {
        /// Capability code.
        code: u8,
        /// The value.
        value: &'a [u8],
    },
}

impl<'a> CapabilityView<'a> {
    /// Reads the value of a capability.
    ///
    /// # Errors
    /// [`DecodeErrorKind::CapabilityLength`]: the value has not the form of a
    /// known capability. [`DecodeErrorKind::CapabilityValue`]: it has the form
    /// but no meaning, and should be ignored (RFC 7911 §4 for ADD-PATH).
    pub fn decode(code: u8, value: &'a [u8]) -> Result<Self, DecodeErrorKind> {
        let mut reader = Reader::new(value);
        let view = match code {
            code::MULTI_PROTOCOL => read_multi_protocol(&mut reader),
            code::ROUTE_REFRESH => Some(Self::RouteRefresh),
            code::OUTBOUND_ROUTE_FILTERING => {
                let families = OrfFamilies::new(value).map(Self::OutboundRouteFiltering);
                return families.ok_or(DecodeErrorKind::CapabilityLength);
            }
            code::EXTENDED_NEXT_HOP => return list(value).map(Self::ExtendedNextHop),
            code::EXTENDED_MESSAGE => Some(Self::ExtendedMessage),
            code::BGPSEC => BgpsecCapability::read(&mut reader).map(Self::Bgpsec),
            code::MULTIPLE_LABELS => return list(value).map(Self::MultipleLabels),
            code::ROLE => reader.u8().map(|code| Self::Role(Role::from_code(code))),
            code::GRACEFUL_RESTART => return read_graceful_restart(value),
            code::FOUR_OCTET_AS => reader.u32().map(|asn| Self::FourOctetAs(Asn(asn))),
            code::ADD_PATH => return list(value).map(Self::AddPath),
            code::ENHANCED_ROUTE_REFRESH => Some(Self::EnhancedRouteRefresh),
            code::LONG_LIVED_GRACEFUL_RESTART => {
                return list(value).map(Self::LongLivedGracefulRestart);
            }
            code::FQDN => return read_fqdn(value),
            code::SOFTWARE_VERSION => return read_software_version(value),
            code::PATHS_LIMIT => return list(value).map(Self::PathsLimit),
            code::LINK_LOCAL_NEXT_HOP => Some(Self::LinkLocalNextHop),
            code => return Ok(Self::Unknown { code, value }),
        };
        // A value longer than the capability is as wrong as a shorter one.
        view.filter(|_| reader.is_empty())
            .ok_or(DecodeErrorKind::CapabilityLength)
    }
}

fn read_multi_protocol<'a>(reader: &mut Reader<'_>) -> Option<CapabilityView<'a>> {
    let [high, low, _, safi] = reader.array()?;
    let family = Family::new(Afi(u16::from_be_bytes([high, low])), Safi(safi));
    Some(CapabilityView::MultiProtocol(family))
}

fn read_graceful_restart(value: &[u8]) -> Result<CapabilityView<'_>, DecodeErrorKind> {
    let mut reader = Reader::new(value);
    let head = reader.u16().ok_or(DecodeErrorKind::CapabilityLength)?;
    Ok(CapabilityView::GracefulRestart {
        restarted: head & 0x8000 != 0,
        notification: head & 0x4000 != 0,
        restart_time: head & 0x0fff,
        families: list(reader.rest())?,
    })
}

fn read_fqdn(value: &[u8]) -> Result<CapabilityView<'_>, DecodeErrorKind> {
    let mut reader = Reader::new(value);
    let mut part = || {
        let length = reader.u8()?;
        reader.take(length.into())
    };
    let (hostname, domain) = part()
        .zip(part())
        .ok_or(DecodeErrorKind::CapabilityLength)?;
    if !reader.is_empty() {
        return Err(DecodeErrorKind::CapabilityLength);
    }
    Ok(CapabilityView::Fqdn {
        hostname: text(hostname)?,
        domain: text(domain)?,
    })
}

/// The text, with or without an octet of length in front of it: both occur.
fn read_software_version(value: &[u8]) -> Result<CapabilityView<'_>, DecodeErrorKind> {
    let version = match value.split_first() {
        Some((length, version)) if usize::from(*length) == version.len() => version,
        _ => value,
    };
    Ok(CapabilityView::SoftwareVersion(text(version)?))
}

fn text(octets: &[u8]) -> Result<&str, DecodeErrorKind> {
    core::str::from_utf8(octets).map_err(|_| DecodeErrorKind::CapabilityValue)
}

/// A list of whole items with a meaning each.
fn list<T: WireItem>(value: &[u8]) -> Result<ListView<'_, T>, DecodeErrorKind> {
    if value.len().checked_rem(T::WIDTH) != Some(0) {
        return Err(DecodeErrorKind::CapabilityLength);
    }
    let list = ListView::new(value);
    match list.iter().count() == list.len() {
        true => Ok(list),
        false => Err(DecodeErrorKind::CapabilityValue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(code: u8, value: &[u8]) -> Option<DecodeErrorKind> {
        CapabilityView::decode(code, value).err()
    }

    #[test]
    fn lengths_are_exact() {
        for (code, value) in [
            (1, &[0, 1, 0][..]),
            (1, &[0, 1, 0, 1, 0]),
            (2, &[0]),
            (5, &[0, 1, 0, 1, 0]),
            (9, &[]),
            (9, &[0, 0]),
            (64, &[0]),
            (64, &[0, 0, 1]),
            (65, &[0, 0, 1]),
            (69, &[0, 1, 1]),
            (71, &[0, 1, 1, 0, 0, 0]),
            (73, &[1, b'a']),
            (3, &[0, 1, 0, 1, 1]),
            (7, &[0, 0]),
            (8, &[0, 1, 4]),
            (76, &[0, 1, 1, 0]),
            (77, &[0]),
        ] {
            assert_eq!(
                kind(code, value),
                Some(DecodeErrorKind::CapabilityLength),
                "{code}"
            );
        }
    }

    #[test]
    fn values_without_meaning() {
        assert_eq!(
            kind(69, &[0, 1, 1, 4]),
            Some(DecodeErrorKind::CapabilityValue)
        );
        assert_eq!(
            kind(73, &[1, 0xff, 0]),
            Some(DecodeErrorKind::CapabilityValue)
        );
    }

    #[test]
    fn graceful_restart_parts() {
        let view = CapabilityView::decode(64, &[0xc0, 0x78, 0, 1, 1, 0x80]).unwrap();
        let CapabilityView::GracefulRestart {
            restarted,
            notification,
            restart_time,
            families,
        } = view
        else {
            panic!("{view:?}");
        };
        assert!(restarted && notification);
        assert_eq!(restart_time, 120);
        let family = GracefulRestartFamily {
            family: Family::IPV4_UNICAST,
            forwarding_preserved: true,
        };
        assert!(families.iter().eq([family]));
    }

    /// RFC 5291 §5, RFC 8205 §2.1, RFC 8277 §2.1.
    #[test]
    fn capabilities_of_families() {
        let orf = [0, 1, 0, 1, 2, 64, 3, 128, 1, 0, 2, 0, 1, 1, 64, 2, 9];
        let view = CapabilityView::decode(3, &orf).unwrap();
        let CapabilityView::OutboundRouteFiltering(families) = view else {
            panic!("{view:?}");
        };
        let types: [&[u8]; 2] = [&[64, 3, 128, 1], &[64, 2]];
        assert!(families.map(|it| it.types.octets()).eq(types));
        assert!(families.map(|it| it.family.afi.0).eq([1, 2]));

        let bgpsec = BgpsecCapability {
            version: 0,
            send: true,
            afi: Afi::IPV6,
        };
        let view = CapabilityView::decode(7, &[0x08, 0, 2]);
        assert_eq!(view, Ok(CapabilityView::Bgpsec(bgpsec)));

        let view = CapabilityView::decode(8, &[0, 1, 128, 255]).unwrap();
        let CapabilityView::MultipleLabels(list) = view else {
            panic!("{view:?}");
        };
        let entry = MultipleLabels {
            family: Family::new(Afi::IPV4, Safi::MPLS_VPN),
            count: 255,
        };
        assert!(list.iter().eq([entry]));
    }

    #[test]
    fn roles_that_fit() {
        assert!(Role::Provider.fits(Role::Customer) && Role::Peer.fits(Role::Peer));
        assert!(!Role::Provider.fits(Role::Peer) && !Role::Unknown(9).fits(Role::Unknown(9)));
    }
}
