//! Link-state routes as text.

use core::fmt;
use core::net::Ipv4Addr;

use super::{LinkState, LinkStateDescriptor, LinkStateKind, LinkStateProtocol, NodeDescriptor};
use crate::nlri::Hex;

impl fmt::Display for LinkStateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::NODE => "node",
            Self::LINK => "link",
            Self::IPV4_PREFIX => "prefix4",
            Self::IPV6_PREFIX => "prefix6",
            Self::SR_POLICY => "sr-policy",
            Self::SRV6_SID => "srv6-sid",
            Self(code) => return write!(f, "{code}"),
        })
    }
}

impl fmt::Display for LinkStateProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::ISIS_L1 => "isis-l1",
            Self::ISIS_L2 => "isis-l2",
            Self::OSPF_V2 => "ospfv2",
            Self::DIRECT => "direct",
            Self::STATIC => "static",
            Self::OSPF_V3 => "ospfv3",
            Self::BGP => "bgp",
            Self(code) => return write!(f, "{code}"),
        })
    }
}

impl fmt::Display for LinkState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[type:{}]", self.kind())?;
        if let Some(rd) = self.distinguisher() {
            write!(f, "[rd:{rd}]")?;
        }
        let (Some(protocol), Some(identifier)) = (self.protocol(), self.identifier()) else {
            return write!(f, "[value:0x{}]", Hex(self.value()));
        };
        write!(f, "[protocol:{protocol}][id:{identifier}]")?;
        if let Some(node) = self.local_node() {
            write!(f, "[local:{node}]")?;
        }
        if let Some(node) = self.remote_node() {
            write!(f, "[remote:{node}]")?;
        }
        self.descriptors()
            .try_for_each(|descriptor| write!(f, "[{descriptor}]"))
    }
}

impl fmt::Display for LinkStateDescriptor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LinkIdentifiers { local, remote } => write!(f, "link:{local}/{remote}"),
            Self::InterfaceAddress(address) => write!(f, "interface:{address}"),
            Self::NeighborAddress(address) => write!(f, "neighbor:{address}"),
            Self::MultiTopology(octets) => write!(f, "topology:0x{}", Hex(octets)),
            Self::OspfRouteType(kind) => write!(f, "ospf-route-type:{kind}"),
            Self::IpReachability(prefix) => write!(f, "prefix:{prefix}"),
            Self::Other(tlv) => write!(f, "{}:0x{}", tlv.code, Hex(tlv.value)),
        }
    }
}

/// The sub-TLVs in braces, those that are known by name.
impl fmt::Display for NodeDescriptor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, tlv) in self.tlvs().enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            let number = tlv.value.try_into().ok().map(u32::from_be_bytes);
            match (tlv.code, number) {
                (512, Some(asn)) => write!(f, "as {asn}")?,
                (513, Some(identifier)) => write!(f, "bgp-ls-id {identifier}")?,
                (514, Some(area)) => write!(f, "area {}", Ipv4Addr::from(area))?,
                (515, _) => write_router_id(f, tlv.value)?,
                (516, Some(id)) => write!(f, "bgp-router-id {}", Ipv4Addr::from(id))?,
                (517, Some(asn)) => write!(f, "member-as {asn}")?,
                (code, _) => write!(f, "{code} 0x{}", Hex(tlv.value))?,
            }
        }
        f.write_str("}")
    }
}

/// As OSPF and IS-IS write it, the pseudonode behind it.
fn write_router_id(f: &mut fmt::Formatter<'_>, octets: &[u8]) -> fmt::Result {
    f.write_str("router-id ")?;
    match *octets {
        [a, b, c, d] => write!(f, "{}", Ipv4Addr::new(a, b, c, d)),
        [a, b, c, d, w, x, y, z] => {
            write!(
                f,
                "{}:{}",
                Ipv4Addr::new(a, b, c, d),
                Ipv4Addr::new(w, x, y, z)
            )
        }
        [a, b, c, d, e, g] => write!(f, "{a:02x}{b:02x}.{c:02x}{d:02x}.{e:02x}{g:02x}"),
        [a, b, c, d, e, g, psn] => {
            write!(f, "{a:02x}{b:02x}.{c:02x}{d:02x}.{e:02x}{g:02x}.{psn:02x}")
        }
        _ => write!(f, "0x{}", Hex(octets)),
    }
}
