//! BGP-LS: routes and what is known of them (RFC 9552, RFC 9085, RFC 9086, RFC 9514).

use alloc::borrow::Cow;
use alloc::format;

use super::fields::{TlvForm, address, named, utf8};
use super::node::{Walk, hex};

/// Fields of a route (RFC 9552 §5.2).
pub(super) fn route(walk: &mut Walk<'_>, vpn: bool) -> Option<()> {
    walk.field("NLRI Type", 2, named(kind))?;
    walk.number("Length", 2)?;
    if vpn {
        walk.rd()?;
    }
    walk.field("Protocol", 1, named(protocol))?;
    walk.field("Identifier", 8, hex)?;
    walk.tlvs(TlvForm::WIDE, tlv);
    Some(())
}

/// The value of a TLV, and what it is called.
pub(super) fn tlv(walk: &mut Walk<'_>, code: u16) -> Cow<'static, str> {
    let length = walk.rest.octets.len();
    match (code, length) {
        // Node descriptors have sub-TLVs.
        (256 | 257, _) => walk.tlvs(TlvForm::WIDE, tlv),
        (1026 | 1098, _) => walk.all("Value", utf8),
        (259 | 260 | 1028 | 1030, 4) | (261 | 262 | 1029 | 1031, 16) => walk.all("Value", address),
        (512 | 513 | 516 | 1088 | 1092 | 1095 | 1155, 1..=8) => {
            let _ = walk.number("Value", length);
        }
        _ => walk.all("Value", hex),
    }
    match name(code) {
        Some(name) => Cow::Borrowed(name),
        None => format!("TLV {code}").into(),
    }
}

const fn kind(code: u64) -> Option<&'static str> {
    Some(match code {
        1 => "Node",
        2 => "Link",
        3 => "IPv4 Topology Prefix",
        4 => "IPv6 Topology Prefix",
        5 => "SR Policy Candidate Path",
        6 => "SRv6 SID",
        _ => return None,
    })
}

const fn protocol(code: u64) -> Option<&'static str> {
    Some(match code {
        1 => "IS-IS Level 1",
        2 => "IS-IS Level 2",
        3 => "OSPFv2",
        4 => "Direct",
        5 => "Static configuration",
        6 => "OSPFv3",
        7 => "BGP",
        _ => return None,
    })
}

/// Names of the registry of TLVs.
const fn name(code: u16) -> Option<&'static str> {
    Some(match code {
        256 => "Local Node Descriptors",
        257 => "Remote Node Descriptors",
        258 => "Link Local/Remote Identifiers",
        259 => "IPv4 Interface Address",
        260 => "IPv4 Neighbor Address",
        261 => "IPv6 Interface Address",
        262 => "IPv6 Neighbor Address",
        263 => "Multi-Topology Identifier",
        264 => "OSPF Route Type",
        265 => "IP Reachability Information",
        266 => "Node MSD",
        267 => "Link MSD",
        512 => "Autonomous System",
        513 => "BGP-LS Identifier",
        514 => "OSPF Area-ID",
        515 => "IGP Router-ID",
        516 => "BGP Router-ID",
        517 => "BGP Confederation Member",
        518 => "SRv6 SID Information",
        1024 => "Node Flag Bits",
        1025 => "Opaque Node Attribute",
        1026 => "Node Name",
        1027 => "IS-IS Area Identifier",
        1028 => "IPv4 Router-ID of Local Node",
        1029 => "IPv6 Router-ID of Local Node",
        1030 => "IPv4 Router-ID of Remote Node",
        1031 => "IPv6 Router-ID of Remote Node",
        1034 => "SR Capabilities",
        1035 => "SR Algorithm",
        1036 => "SR Local Block",
        1037 => "SRMS Preference",
        1038 => "SRv6 Capabilities",
        1088 => "Administrative Group",
        1089 => "Maximum Link Bandwidth",
        1090 => "Maximum Reservable Link Bandwidth",
        1091 => "Unreserved Bandwidth",
        1092 => "TE Default Metric",
        1093 => "Link Protection Type",
        1094 => "MPLS Protocol Mask",
        1095 => "IGP Metric",
        1096 => "Shared Risk Link Group",
        1097 => "Opaque Link Attribute",
        1098 => "Link Name",
        1099 => "Adjacency SID",
        1100 => "LAN Adjacency SID",
        1101 => "PeerNode SID",
        1102 => "PeerAdj SID",
        1103 => "PeerSet SID",
        1106 => "SRv6 End.X SID",
        1107 => "IS-IS SRv6 LAN End.X SID",
        1108 => "OSPFv3 SRv6 LAN End.X SID",
        1152 => "IGP Flags",
        1153 => "IGP Route Tag",
        1154 => "IGP Extended Route Tag",
        1155 => "Prefix Metric",
        1156 => "OSPF Forwarding Address",
        1157 => "Opaque Prefix Attribute",
        1158 => "Prefix SID",
        1159 => "Range",
        1161 => "SID/Label",
        1162 => "SRv6 Locator",
        1170 => "Prefix Attribute Flags",
        1171 => "Source Router Identifier",
        1172 => "L2 Bundle Member Attributes",
        1250 => "SRv6 Endpoint Behavior",
        1251 => "SRv6 BGP PeerNode SID",
        1252 => "SRv6 SID Structure",
        _ => return None,
    })
}
