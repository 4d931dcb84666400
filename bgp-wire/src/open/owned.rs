//! The OPEN to send, and its capabilities.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::Ipv4Addr;

use super::capability::code;
use super::view::{CAPABILITIES, EXTENDED};
use super::{
    AddPath, BgpsecCapability, CapabilityView, ExtendedNextHop, GracefulRestartFamily,
    LongLivedFamily, MultipleLabels, OpenView, OrfFamilyView, OrfType, PathsLimit, Role,
};
use crate::context::MAX_MESSAGE;
use crate::frame::{HEADER, finish, start};
use crate::writer::{Count, Out, Writer};
use crate::{Asn, EncodeError, Family, MessageType};

/// One capability, owned. The meaning of each is told at [`CapabilityView`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Capability {
    /// Routes of a family (RFC 4760 §8).
    MultiProtocol(Family),
    /// Route refresh (RFC 2918 §2).
    RouteRefresh,
    /// Outbound route filtering (RFC 5291 §5).
    OutboundRouteFiltering(Vec<OrfFamily>),
    /// IPv4 routes over IPv6 next hops (RFC 8950 §4).
    ExtendedNextHop(Vec<ExtendedNextHop>),
    /// Messages of up to 65,535 octets (RFC 8654 §3).
    ExtendedMessage,
    /// Signed paths (RFC 8205 §2.1).
    Bgpsec(BgpsecCapability),
    /// Several labels before a prefix (RFC 8277 §2.1).
    MultipleLabels(Vec<MultipleLabels>),
    /// Role (RFC 9234 §4.1).
    Role(Role),
    /// Graceful restart (RFC 4724 §3).
    GracefulRestart {
        /// The sender has restarted.
        restarted: bool,
        /// Restarts follow the rules for NOTIFICATIONs too (RFC 8538 §2).
        notification: bool,
        /// Seconds until the session should be back; what exceeds 4095 is cut
        /// to that.
        restart_time: u16,
        /// The families whose forwarding survives.
        families: Vec<GracefulRestartFamily>,
    },
    /// 4-octet AS numbers, with the sender's own (RFC 6793 §3).
    FourOctetAs(Asn),
    /// Several paths for one prefix (RFC 7911 §4).
    AddPath(Vec<AddPath>),
    /// Beginning and end of a refresh are marked (RFC 7313 §3.1).
    EnhancedRouteRefresh,
    /// Long-lived graceful restart (RFC 9494).
    LongLivedGracefulRestart(Vec<LongLivedFamily>),
    /// Host and domain name.
    Fqdn {
        /// Host name.
        hostname: String,
        /// Domain name, often empty.
        domain: String,
    },
    /// Name and version of the sender's software.
    SoftwareVersion(String),
    /// At most so many paths for one prefix (draft-abraitis-idr-addpath-paths-limit).
    PathsLimit(Vec<PathsLimit>),
    /// IPv6 next hops that are a link-local address alone
    /// (draft-ietf-idr-linklocal-capability).
    LinkLocalNextHop,
    /// Another one.
    Unknown {
        /// Capability code.
        code: u8,
        /// The value.
        value: Vec<u8>,
    },
}

impl Capability {
    /// The code on the wire.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::MultiProtocol(_) => code::MULTI_PROTOCOL,
            Self::RouteRefresh => code::ROUTE_REFRESH,
            Self::OutboundRouteFiltering(_) => code::OUTBOUND_ROUTE_FILTERING,
            Self::ExtendedNextHop(_) => code::EXTENDED_NEXT_HOP,
            Self::ExtendedMessage => code::EXTENDED_MESSAGE,
            Self::Bgpsec(_) => code::BGPSEC,
            Self::MultipleLabels(_) => code::MULTIPLE_LABELS,
            Self::Role(_) => code::ROLE,
            Self::GracefulRestart { .. } => code::GRACEFUL_RESTART,
            Self::FourOctetAs(_) => code::FOUR_OCTET_AS,
            Self::AddPath(_) => code::ADD_PATH,
            Self::EnhancedRouteRefresh => code::ENHANCED_ROUTE_REFRESH,
            Self::LongLivedGracefulRestart(_) => code::LONG_LIVED_GRACEFUL_RESTART,
            Self::Fqdn { .. } => code::FQDN,
            Self::SoftwareVersion(_) => code::SOFTWARE_VERSION,
            Self::PathsLimit(_) => code::PATHS_LIMIT,
            Self::LinkLocalNextHop => code::LINK_LOCAL_NEXT_HOP,
            Self::Unknown { code, .. } => *code,
        }
    }

    /// Octets of code, length and value; more than 257 do not encode.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        Count::of(|out| self.write_value(out)).saturating_add(2)
    }

    /// Writes code, length and value.
    fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u8(self.code())?;
        let at = writer.position();
        writer.u8(0)?;
        self.write_value(writer)?;
        let length = writer.position().saturating_sub(at).saturating_sub(1);
        writer.patch_u8(at, length)
    }

    pub(super) fn write_value(&self, writer: &mut impl Out) -> Result<(), EncodeError> {
        match self {
            Self::RouteRefresh
            | Self::ExtendedMessage
            | Self::EnhancedRouteRefresh
            | Self::LinkLocalNextHop => Ok(()),
            Self::OutboundRouteFiltering(list) => list.iter().try_for_each(|it| it.write(writer)),
            Self::Bgpsec(bgpsec) => writer.put(&bgpsec.octets()),
            Self::MultipleLabels(list) => list.iter().try_for_each(|it| {
                writer.u16(it.family.afi.0)?;
                writer.put(&[it.family.safi.0, it.count])
            }),
            Self::PathsLimit(list) => list.iter().try_for_each(|it| {
                writer.u16(it.family.afi.0)?;
                writer.u8(it.family.safi.0)?;
                writer.u16(it.limit)
            }),
            Self::MultiProtocol(family) => {
                writer.u16(family.afi.0)?;
                writer.put(&[0, family.safi.0])
            }
            Self::ExtendedNextHop(list) => list.iter().try_for_each(|it| {
                writer.u16(it.family.afi.0)?;
                writer.u16(it.family.safi.0.into())?;
                writer.u16(it.next_hop.0)
            }),
            Self::Role(role) => writer.u8(role.code()),
            Self::GracefulRestart {
                restarted,
                notification,
                restart_time,
                families,
            } => {
                let flags = u16::from(*restarted) << 15 | u16::from(*notification) << 14;
                writer.u16(flags | (*restart_time).min(0x0fff))?;
                families
                    .iter()
                    .try_for_each(|it| write_flagged(writer, it.family, it.forwarding_preserved))
            }
            Self::FourOctetAs(asn) => writer.u32(asn.0),
            Self::AddPath(list) => list.iter().try_for_each(|it| {
                writer.u16(it.family.afi.0)?;
                writer.put(&[it.family.safi.0, it.direction.code()])
            }),
            Self::LongLivedGracefulRestart(list) => list.iter().try_for_each(|it| {
                write_flagged(writer, it.family, it.forwarding_preserved)?;
                let [_, octets @ ..] = it.stale_time.min(0x00ff_ffff).to_be_bytes();
                writer.put(&octets)
            }),
            Self::Fqdn { hostname, domain } => {
                write_text(writer, hostname)?;
                write_text(writer, domain)
            }
            Self::SoftwareVersion(version) => write_text(writer, version),
            Self::Unknown { value, .. } => writer.put(value),
        }
    }
}

/// A family and the flags octet of graceful restart.
fn write_flagged(
    writer: &mut impl Out,
    family: Family,
    forwarding_preserved: bool,
) -> Result<(), EncodeError> {
    writer.u16(family.afi.0)?;
    writer.put(&[family.safi.0, u8::from(forwarding_preserved) << 7])
}

/// A text behind an octet of length.
fn write_text(writer: &mut impl Out, text: &str) -> Result<(), EncodeError> {
    writer.u8(u8::try_from(text.len()).map_err(|_| EncodeError::ValueTooLong)?)?;
    writer.put(text.as_bytes())
}

impl From<CapabilityView<'_>> for Capability {
    fn from(view: CapabilityView<'_>) -> Self {
        match view {
            CapabilityView::MultiProtocol(family) => Self::MultiProtocol(family),
            CapabilityView::RouteRefresh => Self::RouteRefresh,
            CapabilityView::OutboundRouteFiltering(families) => {
                Self::OutboundRouteFiltering(families.map(OrfFamily::from).collect())
            }
            CapabilityView::Bgpsec(bgpsec) => Self::Bgpsec(bgpsec),
            CapabilityView::MultipleLabels(list) => {
                Self::MultipleLabels(list.into_iter().collect())
            }
            CapabilityView::PathsLimit(list) => Self::PathsLimit(list.into_iter().collect()),
            CapabilityView::LinkLocalNextHop => Self::LinkLocalNextHop,
            CapabilityView::ExtendedNextHop(list) => {
                Self::ExtendedNextHop(list.into_iter().collect())
            }
            CapabilityView::ExtendedMessage => Self::ExtendedMessage,
            CapabilityView::Role(role) => Self::Role(role),
            CapabilityView::GracefulRestart {
                restarted,
                notification,
                restart_time,
                families,
            } => {
                let families = families.into_iter().collect();
                Self::GracefulRestart {
                    restarted,
                    notification,
                    restart_time,
                    families,
                }
            }
            CapabilityView::FourOctetAs(asn) => Self::FourOctetAs(asn),
            CapabilityView::AddPath(list) => Self::AddPath(list.into_iter().collect()),
            CapabilityView::EnhancedRouteRefresh => Self::EnhancedRouteRefresh,
            CapabilityView::LongLivedGracefulRestart(list) => {
                Self::LongLivedGracefulRestart(list.into_iter().collect())
            }
            CapabilityView::Fqdn { hostname, domain } => Self::Fqdn {
                hostname: hostname.into(),
                domain: domain.into(),
            },
            CapabilityView::SoftwareVersion(version) => Self::SoftwareVersion(version.into()),
            CapabilityView::Unknown { code, value } => Self::Unknown {
                code,
                value: value.into(),
            },
        }
    }
}

/// The filters of one family (RFC 5291 §5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OrfFamily {
    /// The family.
    pub family: Family,
    /// The types of filters, 255 at most.
    pub types: Vec<OrfType>,
}

impl OrfFamily {
    fn write(&self, writer: &mut impl Out) -> Result<(), EncodeError> {
        let count = u8::try_from(self.types.len()).map_err(|_| EncodeError::ValueTooLong)?;
        writer.u16(self.family.afi.0)?;
        writer.put(&[0, self.family.safi.0, count])?;
        let mut types = self.types.iter();
        types.try_for_each(|it| writer.put(&[it.code, it.direction]))
    }
}

impl From<OrfFamilyView<'_>> for OrfFamily {
    fn from(view: OrfFamilyView<'_>) -> Self {
        Self {
            family: view.family,
            types: view.types.into_iter().collect(),
        }
    }
}

/// An OPEN to send.
///
/// ```
/// use bgp_wire::{Asn, Capability, Family, Open, OpenView};
/// let open = Open {
///     my_as: Asn(4_200_000_000),
///     hold_time: 90,
///     identifier: [192, 0, 2, 1].into(),
///     capabilities: vec![
///         Capability::MultiProtocol(Family::IPV6_UNICAST),
///         Capability::FourOctetAs(Asn(4_200_000_000)),
///     ],
/// };
/// let mut out = [0; 4096];
/// let length = open.encode(&mut out)?;
/// let read = OpenView::decode(&out[..length]).unwrap();
/// assert_eq!(read.my_as_field(), 23456); // AS_TRANS
/// assert_eq!(Open::from(&read), open);
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Open {
    /// Our AS. The two-octet field gets AS_TRANS where the number does not
    /// fit; [`Capability::FourOctetAs`] is the caller's to add.
    pub my_as: Asn,
    /// Proposed hold time in seconds: 0, or 3 and more.
    pub hold_time: u16,
    /// Our BGP identifier.
    pub identifier: Ipv4Addr,
    /// What we can do, all in one parameter (RFC 5492 §4).
    pub capabilities: Vec<Capability>,
}

impl Open {
    /// Writes the whole message and returns its size. Capabilities of more
    /// than 253 octets take the extended form (RFC 9072 §2).
    ///
    /// # Errors
    /// A capability above 255 octets, a message above 4096, a small buffer.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        match self.encode_form(out, false) {
            Err(EncodeError::ValueTooLong) => self.encode_form(out, true),
            result => result,
        }
    }

    /// Size of the whole message in octets. One above 4096, or with a
    /// capability above 255 octets, does not encode.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let sum = |sum: usize, it: &Capability| sum.saturating_add(it.encoded_len());
        let frame = match self.capabilities.iter().fold(0, sum) {
            0 => 0,
            length @ ..254 => length.saturating_add(2),
            length => length.saturating_add(6),
        };
        frame.saturating_add(HEADER + 10)
    }

    fn encode_form(&self, out: &mut [u8], extended: bool) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        start(&mut writer, MessageType::Open)?;
        writer.u8(4)?;
        writer.u16(self.my_as.two_octet())?;
        writer.u16(self.hold_time)?;
        writer.put(&self.identifier.octets())?;
        match (extended, self.capabilities.is_empty()) {
            (false, true) => writer.u8(0)?,
            (false, false) => self.write_parameter(&mut writer)?,
            (true, _) => self.write_extended(&mut writer)?,
        }
        finish(&mut writer, MAX_MESSAGE)
    }

    /// Parameter length, then the one parameter.
    fn write_parameter(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let at = writer.position();
        writer.put(&[0, CAPABILITIES, 0])?;
        self.write_capabilities(writer)?;
        let length = writer.position().saturating_sub(at);
        writer.patch_u8(at, length.saturating_sub(1))?;
        writer.patch_u8(at.saturating_add(2), length.saturating_sub(3))
    }

    /// The same with two octets for each length.
    fn write_extended(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.put(&[EXTENDED, EXTENDED])?;
        let at = writer.position();
        writer.put(&[0, 0, CAPABILITIES, 0, 0])?;
        self.write_capabilities(writer)?;
        let length = writer.position().saturating_sub(at);
        writer.patch_u16(at, length.saturating_sub(2))?;
        writer.patch_u16(at.saturating_add(3), length.saturating_sub(5))
    }

    fn write_capabilities(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        self.capabilities
            .iter()
            .try_for_each(|capability| capability.write(writer))
    }
}

impl From<&OpenView<'_>> for Open {
    fn from(view: &OpenView<'_>) -> Self {
        Self {
            my_as: view.my_as(),
            hold_time: view.hold_time(),
            identifier: view.identifier(),
            capabilities: view.capabilities().map(Capability::from).collect(),
        }
    }
}
