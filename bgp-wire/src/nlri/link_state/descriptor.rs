//! Descriptors of nodes, links and prefixes (RFC 9552 §5.2.1–5.2.3).

use core::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::{LOCAL_NODE, LinkStateKind, REMOTE_NODE, in_order};
use crate::nlri::field::prefix;
use crate::reader::Reader;
use crate::tlv::{Tlv, Tlvs};
use crate::{Afi, Asn};

/// Who a node is.
#[derive(Clone, Copy, Debug)]
pub struct NodeDescriptor<'a> {
    tlvs: Tlvs<'a>,
}

impl<'a> NodeDescriptor<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self {
            tlvs: Tlvs::new(octets),
        }
    }

    /// All sub-TLVs.
    #[must_use]
    pub const fn tlvs(&self) -> Tlvs<'a> {
        self.tlvs
    }

    /// The AS of the node (512).
    #[must_use]
    pub fn asn(&self) -> Option<Asn> {
        self.number(512).map(Asn)
    }

    /// The BGP-LS identifier (513), which RFC 9552 keeps for old speakers only.
    #[must_use]
    pub fn bgp_ls_identifier(&self) -> Option<u32> {
        self.number(513)
    }

    /// The OSPF area (514).
    #[must_use]
    pub fn area(&self) -> Option<Ipv4Addr> {
        self.number(514).map(Ipv4Addr::from)
    }

    /// The IGP router identifier (515): 4 octets in OSPF, 6 in IS-IS, 8 and 7
    /// for a network's pseudonode.
    #[must_use]
    pub fn router_id(&self) -> Option<&'a [u8]> {
        self.tlvs.find(515)
    }

    /// The BGP router identifier (516, RFC 9086 §4.1).
    #[must_use]
    pub fn bgp_router_id(&self) -> Option<Ipv4Addr> {
        self.number(516).map(Ipv4Addr::from)
    }

    /// The member AS of a confederation (517, RFC 9086 §4.1).
    #[must_use]
    pub fn member_as(&self) -> Option<Asn> {
        self.number(517).map(Asn)
    }

    fn number(&self, code: u16) -> Option<u32> {
        let octets = self.tlvs.find(code)?.try_into().ok()?;
        Some(u32::from_be_bytes(octets))
    }
}

/// A descriptor of a link or of a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkStateDescriptor<'a> {
    /// Link local and remote identifiers (258).
    LinkIdentifiers {
        /// The number of the link at the local end.
        local: u32,
        /// The number of the link at the remote end, 0 if not known.
        remote: u32,
    },
    /// Address of the local interface (259, 261).
    InterfaceAddress(IpAddr),
    /// Address of the remote interface (260, 262).
    NeighborAddress(IpAddr),
    /// Topologies (263), two octets each.
    MultiTopology(&'a [u8]),
    /// OSPF route type (264): 1 intra-area to 6 NSSA external 2.
    OspfRouteType(u8),
    /// The prefix (265).
    IpReachability(IpNet),
    /// Any other, or one of a strange length.
    Other(Tlv<'a>),
}

impl<'a> LinkStateDescriptor<'a> {
    pub(super) fn decode(kind: LinkStateKind, tlv: Tlv<'a>) -> Self {
        typed(kind, tlv).unwrap_or(Self::Other(tlv))
    }
}

fn typed<'a>(kind: LinkStateKind, tlv: Tlv<'a>) -> Option<LinkStateDescriptor<'a>> {
    let mut reader = Reader::new(tlv.value);
    let descriptor = match tlv.code {
        258 => LinkStateDescriptor::LinkIdentifiers {
            local: reader.u32()?,
            remote: reader.u32()?,
        },
        259 => LinkStateDescriptor::InterfaceAddress(reader.address(4)?),
        260 => LinkStateDescriptor::NeighborAddress(reader.address(4)?),
        261 => LinkStateDescriptor::InterfaceAddress(reader.address(16)?),
        262 => LinkStateDescriptor::NeighborAddress(reader.address(16)?),
        263 => LinkStateDescriptor::MultiTopology(reader.take(tlv.value.len() & !1)?),
        264 => LinkStateDescriptor::OspfRouteType(reader.u8()?),
        265 => {
            let afi = match kind {
                LinkStateKind::IPV6_PREFIX => Afi::IPV6,
                _ => Afi::IPV4,
            };
            let bits = reader.u8()?;
            let octets = reader.take(usize::from(bits).div_ceil(8))?;
            LinkStateDescriptor::IpReachability(prefix(afi, octets, bits)?)
        }
        _ => return None,
    };
    reader.is_empty().then_some(descriptor)
}

/// RFC 9552 §8.2.2: whether everything in a route of a known kind fills its
/// length and stands in order. A node descriptor has no type twice.
pub(super) fn check(value: &[u8]) -> bool {
    let Some(descriptors) = value.get(9..) else {
        return false;
    };
    let mut last = None;
    Tlvs::new(descriptors).check(|tlv| {
        in_order(&mut last, tlv, false)
            && match tlv.code {
                LOCAL_NODE | REMOTE_NODE => check_node(tlv.value),
                _ => true,
            }
    })
}

fn check_node(octets: &[u8]) -> bool {
    let mut last = None;
    Tlvs::new(octets).check(|tlv| in_order(&mut last, tlv, true))
}
