//! NLRI of every family, field by field.

use alloc::format;
use alloc::string::{String, ToString};

use super::fields::{TlvForm, address, group, named};
use super::link_state;
use super::node::{Node, Part, Walk, hex, number};
use crate::nlri::count_labels;
use crate::{Afi, Family, NlriView, Safi};

/// One NLRI, with its path identifier where it has one.
pub(super) fn route(part: Part<'_>, nlri: &NlriView<'_>, add_path: bool) -> Node {
    let mut walk = Walk::new(part);
    if add_path {
        let _ = walk.number("Path Identifier", 4);
    }
    // What has another form is left to `finish`.
    let _ = fields(&mut walk, nlri);
    walk.finish("Route", nlri.to_string(), "not of the form of the family")
}

fn fields(walk: &mut Walk<'_>, nlri: &NlriView<'_>) -> Option<()> {
    let Family { afi, safi } = nlri.family();
    match (afi, safi) {
        (Afi::IPV4 | Afi::IPV6, Safi::UNICAST | Safi::MULTICAST) => walk.prefix(afi),
        (Afi::IPV4 | Afi::IPV6, Safi::LABELED) => labeled(walk, nlri, false),
        (Afi::IPV4 | Afi::IPV6, Safi::MPLS_VPN) => labeled(walk, nlri, true),
        (_, Safi::EVPN) => evpn(walk),
        (Afi::IPV4 | Afi::IPV6, Safi::FLOW_SPEC) => flow_spec(walk, afi, false),
        (Afi::IPV4 | Afi::IPV6, Safi::FLOW_SPEC_VPN) => flow_spec(walk, afi, true),
        (_, Safi::ROUTE_TARGET) => route_target(walk),
        (_, Safi::BGP_LS) => link_state::route(walk, false),
        (_, Safi::BGP_LS_VPN) => link_state::route(walk, true),
        (_, Safi::MVPN) => mvpn(walk),
        (_, Safi::SR_POLICY) => sr_policy(walk),
        (_, Safi::VPLS) => vpls(walk),
        (_, Safi::MUP) => mup(walk, afi),
        _ => {
            walk.all("NLRI", hex);
            Some(())
        }
    }
}

/// RFC 8277 §2, RFC 4364 §4.3.4: the length counts labels and route distinguisher.
fn labeled(walk: &mut Walk<'_>, nlri: &NlriView<'_>, vpn: bool) -> Option<()> {
    let afi = nlri.family().afi;
    let labels = count_labels(nlri.octets, afi, nlri.form, vpn)?;
    let mut bits = u8::try_from(walk.number("Length", 1)?).ok()?;
    for _ in 0..labels {
        walk.label("Label")?;
        bits = bits.checked_sub(24)?;
    }
    if vpn {
        walk.rd()?;
        bits = bits.checked_sub(64)?;
    }
    walk.bits(afi, bits)
}

/// RFC 4684 §4.
fn route_target(walk: &mut Walk<'_>) -> Option<()> {
    walk.number("Length", 1)?;
    walk.number("Origin AS", 4)?;
    walk.all("Route Target", hex);
    Some(())
}

/// RFC 7432 §7, RFC 9136 §3.1, RFC 9251 §9, RFC 9572 §3.
fn evpn(walk: &mut Walk<'_>) -> Option<()> {
    let kind = number(walk.peek(1)?.octets);
    walk.field("Route Type", 1, named(evpn_name))?;
    walk.number("Length", 1)?;
    if kind == 11 {
        walk.all("Route Key and Originating Router", hex);
        return Some(());
    }
    walk.rd()?;
    if matches!(kind, 1 | 2 | 4 | 5 | 7 | 8) {
        walk.esi()?;
    }
    if kind != 4 {
        walk.number("Ethernet Tag ID", 4)?;
    }
    match kind {
        1 => walk.label("Label")?,
        2 => {
            walk.number("MAC Address Length", 1)?;
            walk.mac()?;
            walk.sized("IP Address Length", "IP Address")?;
            walk.label("Label 1")?;
            // The second is for symmetric routing (RFC 9135 §3.1).
            let _ = walk.label("Label 2");
        }
        3 | 4 => walk.sized("IP Address Length", "Originating Router")?,
        5 => ip_prefix(walk)?,
        6..=8 | 10 => multicast(walk, kind)?,
        9 => walk.all("Region ID", hex),
        _ => walk.all("Value", hex),
    }
    Some(())
}

const fn evpn_name(code: u64) -> Option<&'static str> {
    Some(match code {
        1 => "Ethernet Auto-discovery",
        2 => "MAC/IP Advertisement",
        3 => "Inclusive Multicast Ethernet Tag",
        4 => "Ethernet Segment",
        5 => "IP Prefix",
        6 => "Selective Multicast Ethernet Tag",
        7 => "Multicast Membership Report Synch",
        8 => "Multicast Leave Synch",
        9 => "Per-Region I-PMSI A-D",
        10 => "S-PMSI A-D",
        11 => "Leaf A-D",
        _ => return None,
    })
}

/// RFC 9136 §3.1: both addresses have the same IP version, which the length tells.
fn ip_prefix(walk: &mut Walk<'_>) -> Option<()> {
    walk.number("IP Prefix Length", 1)?;
    let length = match walk.rest.octets.len() {
        11 => 4,
        _ => 16,
    };
    walk.field("IP Prefix", length, address)?;
    walk.field("Gateway", length, address)?;
    walk.label("Label")
}

/// RFC 9251 §9.1–9.3, RFC 9572 §3.2.
fn multicast(walk: &mut Walk<'_>, kind: u64) -> Option<()> {
    walk.sized("Source Length", "Multicast Source")?;
    walk.sized("Group Length", "Multicast Group")?;
    walk.sized("Originator Length", "Originating Router")?;
    if kind == 8 {
        walk.number("Reserved", 4)?;
        walk.number("Maximum Response Time", 1)?;
    }
    if kind != 10 {
        walk.field("Flags", 1, hex)?;
    }
    Some(())
}

/// RFC 8955 §4, RFC 8956 §3.
fn flow_spec(walk: &mut Walk<'_>, afi: Afi, vpn: bool) -> Option<()> {
    let wide = walk.peek(1)?.octets.first()? >> 4 == 0xf;
    walk.field("Length", if wide { 2 } else { 1 }, |octets| {
        (number(octets) & if wide { 0xfff } else { 0xff }).to_string()
    })?;
    if vpn {
        walk.rd()?;
    }
    while !walk.is_done() {
        let before = walk.rest.octets;
        let length = component_len(before, afi)?;
        let kind = number(before.get(..1)?);
        let name = flow_name(kind, afi).unwrap_or("Component");
        group(walk, name, length, |inner| {
            let _ = component(inner, kind, afi);
        })?;
    }
    Some(())
}

const fn flow_name(kind: u64, afi: Afi) -> Option<&'static str> {
    Some(match kind {
        1 => "Destination Prefix",
        2 => "Source Prefix",
        3 if matches!(afi, Afi::IPV6) => "Upper-Layer Protocol",
        3 => "IP Protocol",
        4 => "Port",
        5 => "Destination Port",
        6 => "Source Port",
        7 => "ICMP Type",
        8 => "ICMP Code",
        9 => "TCP Flags",
        10 => "Packet Length",
        11 => "DSCP",
        12 => "Fragment",
        13 => "Flow Label",
        _ => return None,
    })
}

/// How many octets the first component has.
fn component_len(octets: &[u8], afi: Afi) -> Option<usize> {
    if matches!(octets.first()?, 1 | 2) {
        let bits = *octets.get(1)?;
        let (head, skipped) = match afi {
            Afi::IPV6 => (3, *octets.get(2)?),
            _ => (2, 0),
        };
        return Some(head + usize::from(bits.saturating_sub(skipped).div_ceil(8)));
    }
    let mut at: usize = 1;
    loop {
        let operator = *octets.get(at)?;
        at = at.saturating_add(test_len(operator));
        if operator & 0x80 != 0 {
            return Some(at);
        }
    }
}

/// An operator and its value.
const fn test_len(operator: u8) -> usize {
    1 + (1 << (operator >> 4 & 3))
}

fn component(walk: &mut Walk<'_>, kind: u64, afi: Afi) -> Option<()> {
    walk.number("Type", 1)?;
    match (kind, afi) {
        (1 | 2, Afi::IPV6) => {
            walk.number("Length", 1)?;
            walk.number("Offset", 1)?;
            walk.all("Pattern", hex);
        }
        (1 | 2, _) => walk.prefix(afi)?,
        _ => {
            let is_mask = matches!(kind, 9 | 12);
            while let Some(operator) = walk.rest.octets.first().copied() {
                walk.field("Test", test_len(operator), |octets| {
                    let value = number(octets.get(1..).unwrap_or_default());
                    test(operator, value, is_mask)
                })?;
            }
        }
    }
    Some(())
}

/// RFC 8955 §4.2.1.
fn test(operator: u8, value: u64, is_mask: bool) -> String {
    let and = if operator & 0x40 != 0 { "and " } else { "" };
    let text = match (is_mask, operator & 7) {
        (false, 0) => "never".to_string(),
        (false, 1) => format!("= {value}"),
        (false, 2) => format!("> {value}"),
        (false, 3) => format!(">= {value}"),
        (false, 4) => format!("< {value}"),
        (false, 5) => format!("<= {value}"),
        (false, 6) => format!("!= {value}"),
        (false, _) => "always".to_string(),
        (true, bits) => {
            let not = if bits & 2 != 0 { "not " } else { "" };
            let how = if bits & 1 != 0 { "all" } else { "any" };
            format!("{not}{how} of 0x{value:02x}")
        }
    };
    format!("{and}{text}")
}

/// RFC 6514 §4.
fn mvpn(walk: &mut Walk<'_>) -> Option<()> {
    let kind = number(walk.peek(1)?.octets);
    walk.field("Route Type", 1, named(mvpn_name))?;
    walk.number("Length", 1)?;
    if kind == 4 {
        walk.all("Route Key and Originating Router", hex);
        return Some(());
    }
    walk.rd()?;
    if matches!(kind, 2 | 6 | 7) {
        walk.number("Source AS", 4)?;
    }
    if matches!(kind, 3 | 5 | 6 | 7) {
        let source = if kind == 6 {
            "C-RP"
        } else {
            "Multicast Source"
        };
        walk.sized("Source Length", source)?;
        walk.sized("Group Length", "Multicast Group")?;
    }
    match kind {
        1 | 3 => walk.all("Originating Router", address),
        2 | 5..=7 => {}
        _ => walk.all("Value", hex),
    }
    Some(())
}

const fn mvpn_name(code: u64) -> Option<&'static str> {
    Some(match code {
        1 => "Intra-AS I-PMSI A-D",
        2 => "Inter-AS I-PMSI A-D",
        3 => "S-PMSI A-D",
        4 => "Leaf A-D",
        5 => "Source Active A-D",
        6 => "Shared Tree Join",
        7 => "Source Tree Join",
        _ => return None,
    })
}

/// RFC 9830 §2.1.
fn sr_policy(walk: &mut Walk<'_>) -> Option<()> {
    walk.number("Length", 1)?;
    walk.number("Distinguisher", 4)?;
    walk.number("Color", 4)?;
    walk.all("Endpoint", address);
    Some(())
}

/// RFC 4761 §3.2.2, RFC 6074 §3.2.2.1.
fn vpls(walk: &mut Walk<'_>) -> Option<()> {
    let length = walk.number("Length", 2)?;
    walk.rd()?;
    if length == 12 {
        return walk.field("PE Address", 4, address);
    }
    walk.number("VE ID", 2)?;
    walk.number("VE Block Offset", 2)?;
    walk.number("VE Block Size", 2)?;
    walk.label("Label Base")
}

/// draft-ietf-bess-mup-safi-01 §3.1.
fn mup(walk: &mut Walk<'_>, afi: Afi) -> Option<()> {
    walk.number("Architecture Type", 1)?;
    let kind = number(walk.peek(2)?.octets);
    walk.field("Route Type", 2, named(mup_name))?;
    walk.number("Length", 1)?;
    walk.rd()?;
    match kind {
        1 => walk.prefix(afi)?,
        2 => walk.all("Address", address),
        3 => {
            walk.prefix(afi)?;
            walk.field("TEID", 4, hex)?;
            walk.number("QFI", 1)?;
            walk.sized("Endpoint Length", "Endpoint")?;
            if !walk.is_done() {
                walk.sized("Source Length", "Source")?;
            }
        }
        4 => {
            let bits = walk.number("Endpoint Length", 1)?;
            let width = if matches!(afi, Afi::IPV6) { 16 } else { 4 };
            walk.field("Endpoint", width, address)?;
            let octets = usize::try_from(bits.div_ceil(8)).ok()?;
            walk.field("TEID", octets.checked_sub(width)?, hex)?;
        }
        _ => walk.all("Value", hex),
    }
    if matches!(kind, 3 | 4) {
        walk.tlvs(TlvForm::NARROW, |inner, _| {
            inner.all("Value", hex);
            "TLV".into()
        });
    }
    Some(())
}

const fn mup_name(code: u64) -> Option<&'static str> {
    Some(match code {
        1 => "Interwork Segment Discovery",
        2 => "Direct Segment Discovery",
        3 => "Type 1 Session Transformed",
        4 => "Type 2 Session Transformed",
        _ => return None,
    })
}
