//! EVPN routes (RFC 7432 §7, RFC 9136 §3.1, RFC 9251 §9, RFC 9572 §3).
//!
//! ```text
//! +----------------+------------+----------------------------+
//! | Route type (1) | Length (1) | Route type specific (that  |
//! |                | in octets  | many octets)               |
//! +----------------+------------+----------------------------+
//! ```
//!
//! | type | after the route distinguisher (8) |
//! |---|---|
//! | 1 | ESI (10), Ethernet tag (4), label (3) |
//! | 2 | ESI (10), Ethernet tag (4), 48, MAC (6), bits (1), IP (0, 4, 16), label (3), label (0, 3) |
//! | 3 | Ethernet tag (4), bits (1), originator (4, 16) |
//! | 4 | ESI (10), bits (1), originator (4, 16) |
//! | 5 | ESI (10), Ethernet tag (4), bits (1), prefix (4, 16), gateway (4, 16), label (3) |
//! | 6 | Ethernet tag (4), source, group, originator, each behind its bits (1), flags (1) |
//! | 7 | ESI (10), then as type 6 |
//! | 8 | as type 7, reserved (4) and maximum response time (1) before the flags |
//! | 9 | Ethernet tag (4), region (8) |
//! | 10 | as type 6, without flags |
//! | 11 | instead of it: route key (an NLRI), bits (1), originator (4, 16) |

mod decode;
mod text;

pub(crate) use decode::key;

use core::net::IpAddr;

use ipnet::IpNet;

use crate::EncodeError;
use crate::nlri::field::{afi_of_prefix, put_address, put_sized_address};
use crate::nlri::{Esi, Label, MacAddr, RouteDistinguisher};
use crate::writer::{Count, Out};

/// Flags of the IGMP and MLD routes (RFC 9251 §9.1): which versions, and
/// whether sources are included or excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MulticastFlags(pub u8);

impl MulticastFlags {
    /// IGMPv1, or MLDv1.
    pub const VERSION_1: Self = Self(0x01);
    /// IGMPv2, or MLDv2.
    pub const VERSION_2: Self = Self(0x02);
    /// IGMPv3; never for MLD.
    pub const VERSION_3: Self = Self(0x04);
    /// The sources are excluded, not included.
    pub const EXCLUDE: Self = Self(0x08);

    /// Both sets of flags.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of the other flags are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the versions are ones that the group's protocol has: no IGMPv1
    /// (RFC 9251 §10) and no third version of MLD (§9.1).
    pub(crate) const fn fit(self, group: Option<IpAddr>) -> bool {
        match group {
            Some(IpAddr::V4(_)) => self.0 & 0x07 != 0x01,
            Some(IpAddr::V6(_)) => !self.contains(Self::VERSION_3),
            None => true,
        }
    }
}

/// A multicast flow: a source or any, a group or any, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MulticastFlow {
    /// The source; `None` for any, `(*,G)`.
    pub source: Option<IpAddr>,
    /// The group; `None` for any, `(*,*)` (RFC 6625).
    pub group: Option<IpAddr>,
    /// The router that originates the route.
    pub originator: IpAddr,
}

/// An EVPN route. All but the last two own their fields; each encodes.
///
/// It prints as fields in brackets, and parses from that except for Leaf A-D
/// and unknown routes. `vni` is the label field as a number of 24 bits: a VXLAN
/// network identifier, or an MPLS label and four bits behind it.
///
/// ```
/// use bgp_wire::EvpnRoute;
/// let text = "[type:macadv][rd:65000:10][esi:0][etag:0][mac:00:00:5e:00:53:01][ip:192.0.2.9][vni:10010]";
/// let route: EvpnRoute<'_> = text.parse()?;
/// assert_eq!(route.route_type(), 2);
/// assert_eq!(route.to_string(), text);
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EvpnRoute<'a> {
    /// Type 1, Ethernet auto-discovery (RFC 7432 §7.1).
    EthernetAutoDiscovery {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The segment.
        esi: Esi,
        /// Ethernet tag; all ones for the segment as a whole.
        tag: u32,
        /// Label or VNI; no part of the key.
        label: Label,
    },
    /// Type 2, MAC/IP advertisement (RFC 7432 §7.2).
    MacIp {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The segment; no part of the key.
        esi: Esi,
        /// Ethernet tag.
        tag: u32,
        /// The MAC address.
        mac: MacAddr,
        /// The IP address that belongs to it.
        ip: Option<IpAddr>,
        /// Label or VNI of layer 2; no part of the key.
        label1: Label,
        /// Label or VNI of layer 3; no part of the key.
        label2: Option<Label>,
    },
    /// Type 3, inclusive multicast Ethernet tag (RFC 7432 §7.3).
    InclusiveMulticast {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Ethernet tag.
        tag: u32,
        /// The router that originates the route.
        originator: IpAddr,
    },
    /// Type 4, Ethernet segment (RFC 7432 §7.4).
    EthernetSegment {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The segment.
        esi: Esi,
        /// The router that originates the route.
        originator: IpAddr,
    },
    /// Type 5, IP prefix (RFC 9136 §3.1).
    IpPrefix {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The segment as overlay index, or zero; no part of the key.
        esi: Esi,
        /// Ethernet tag.
        tag: u32,
        /// The prefix.
        prefix: IpNet,
        /// The gateway as overlay index, or the unspecified address, of the
        /// prefix's IP version; no part of the key.
        gateway: IpAddr,
        /// Label or VNI; no part of the key.
        label: Label,
    },
    /// Type 6, selective multicast Ethernet tag, SMET (RFC 9251 §9.1).
    SelectiveMulticast {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Ethernet tag.
        tag: u32,
        /// The flow that receivers want.
        flow: MulticastFlow,
        /// Versions; no part of the key.
        flags: MulticastFlags,
    },
    /// Type 7, multicast membership report synch (RFC 9251 §9.2).
    ReportSynch {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The segment.
        esi: Esi,
        /// Ethernet tag.
        tag: u32,
        /// The flow that was joined.
        flow: MulticastFlow,
        /// Versions; no part of the key.
        flags: MulticastFlags,
    },
    /// Type 8, multicast leave synch (RFC 9251 §9.3).
    LeaveSynch {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The segment.
        esi: Esi,
        /// Ethernet tag.
        tag: u32,
        /// The flow that was left.
        flow: MulticastFlow,
        /// Maximum response time of the query; no part of the key.
        max_response_time: u8,
        /// Versions; no part of the key.
        flags: MulticastFlags,
    },
    /// Type 9, per-region I-PMSI auto-discovery (RFC 9572 §3.1).
    PerRegionPmsi {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Ethernet tag.
        tag: u32,
        /// The region: an extended community that names it.
        region: [u8; 8],
    },
    /// Type 10, S-PMSI auto-discovery (RFC 9572 §3.2).
    SelectivePmsi {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Ethernet tag.
        tag: u32,
        /// The flow.
        flow: MulticastFlow,
    },
    /// Type 11, leaf auto-discovery (RFC 9572 §3.3).
    LeafAutoDiscovery {
        /// The NLRI of the route that asked for leaves.
        route_key: &'a [u8],
        /// The router that originates the route.
        originator: IpAddr,
    },
    /// A type that is not known, to be discarded (RFC 7606 §5.4), or a route
    /// whose inside is of another form than today's.
    Unknown {
        /// The type.
        route_type: u8,
        /// What follows type and length.
        value: &'a [u8],
    },
}

impl EvpnRoute<'_> {
    /// The route type.
    #[must_use]
    pub const fn route_type(&self) -> u8 {
        match self {
            Self::EthernetAutoDiscovery { .. } => 1,
            Self::MacIp { .. } => 2,
            Self::InclusiveMulticast { .. } => 3,
            Self::EthernetSegment { .. } => 4,
            Self::IpPrefix { .. } => 5,
            Self::SelectiveMulticast { .. } => 6,
            Self::ReportSynch { .. } => 7,
            Self::LeaveSynch { .. } => 8,
            Self::PerRegionPmsi { .. } => 9,
            Self::SelectivePmsi { .. } => 10,
            Self::LeafAutoDiscovery { .. } => 11,
            Self::Unknown { route_type, .. } => *route_type,
        }
    }

    /// Writes type, length and the route.
    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let length = Count::of(|count| self.emit_value(count));
        out.u8(self.route_type())?;
        out.u8(u8::try_from(length).map_err(|_| EncodeError::ValueTooLong)?)?;
        self.emit_value(out)
    }

    fn emit_value(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        self.emit_names(out)?;
        match *self {
            Self::EthernetAutoDiscovery { label, .. } => out.put(&label.octets()),
            Self::MacIp {
                mac,
                ip,
                label1,
                label2,
                ..
            } => {
                out.u8(48)?;
                out.put(&mac.0)?;
                put_sized_address(out, ip)?;
                out.put(&label1.octets())?;
                label2.map_or(Ok(()), |label| out.put(&label.octets()))
            }
            Self::InclusiveMulticast { originator, .. }
            | Self::EthernetSegment { originator, .. } => put_sized_address(out, Some(originator)),
            Self::IpPrefix {
                prefix,
                gateway,
                label,
                ..
            } => {
                if afi_of_prefix(&prefix) != crate::nlri::field::afi_of(&gateway) {
                    return Err(EncodeError::WrongFamily);
                }
                out.u8(prefix.prefix_len())?;
                put_address(out, prefix.network())?;
                put_address(out, gateway)?;
                out.put(&label.octets())
            }
            Self::SelectiveMulticast { flow, flags, .. }
            | Self::ReportSynch { flow, flags, .. } => {
                flow.emit(out)?;
                out.u8(flags.0)
            }
            Self::LeaveSynch {
                flow,
                max_response_time,
                flags,
                ..
            } => {
                flow.emit(out)?;
                out.put(&[0, 0, 0, 0, max_response_time, flags.0])
            }
            Self::PerRegionPmsi { region, .. } => out.put(&region),
            Self::SelectivePmsi { flow, .. } => flow.emit(out),
            Self::LeafAutoDiscovery {
                route_key,
                originator,
            } => {
                out.put(route_key)?;
                put_sized_address(out, Some(originator))
            }
            Self::Unknown { value, .. } => out.put(value),
        }
    }

    /// Distinguisher, segment and tag, as far as the type has them.
    fn emit_names(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let (rd, esi, tag) = self.names();
        rd.map_or(Ok(()), |rd| out.put(&rd.octets()))?;
        esi.map_or(Ok(()), |esi| out.put(&esi.0))?;
        tag.map_or(Ok(()), |tag| out.u32(tag))
    }

    const fn names(&self) -> (Option<RouteDistinguisher>, Option<Esi>, Option<u32>) {
        match *self {
            Self::EthernetAutoDiscovery { rd, esi, tag, .. }
            | Self::MacIp { rd, esi, tag, .. }
            | Self::IpPrefix { rd, esi, tag, .. }
            | Self::ReportSynch { rd, esi, tag, .. }
            | Self::LeaveSynch { rd, esi, tag, .. } => (Some(rd), Some(esi), Some(tag)),
            Self::InclusiveMulticast { rd, tag, .. }
            | Self::SelectiveMulticast { rd, tag, .. }
            | Self::PerRegionPmsi { rd, tag, .. }
            | Self::SelectivePmsi { rd, tag, .. } => (Some(rd), None, Some(tag)),
            Self::EthernetSegment { rd, esi, .. } => (Some(rd), Some(esi), None),
            Self::LeafAutoDiscovery { .. } | Self::Unknown { .. } => (None, None, None),
        }
    }

    /// The route distinguisher, where the type has one.
    #[must_use]
    pub const fn distinguisher(&self) -> Option<RouteDistinguisher> {
        self.names().0
    }

    /// The Ethernet segment, where the type has one.
    #[must_use]
    pub const fn esi(&self) -> Option<Esi> {
        self.names().1
    }

    /// The Ethernet tag, where the type has one.
    #[must_use]
    pub const fn ethernet_tag(&self) -> Option<u32> {
        self.names().2
    }
}

impl MulticastFlow {
    fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        put_sized_address(out, self.source)?;
        put_sized_address(out, self.group)?;
        put_sized_address(out, Some(self.originator))
    }
}
