//! Values with a structure of their own: tunnels, segment identifiers, signatures.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};

use super::fields::{TlvForm, address, group, named, utf8};
use super::node::{Walk, hex, number};
use crate::TunnelType;

/// PMSI_TUNNEL (RFC 6514 §5).
pub(super) fn pmsi(walk: &mut Walk<'_>) -> Option<()> {
    walk.field("Flags", 1, |octets| match octets {
        [flags] if flags & 1 == 1 => format!("0x{flags:02x}, leaf information required"),
        _ => hex(octets),
    })?;
    let kind = number(walk.peek(1)?.octets);
    walk.field("Tunnel Type", 1, named(pmsi_name))?;
    walk.label("MPLS Label")?;
    match kind {
        3..=5 => {
            let width = walk.rest.octets.len() / 2;
            walk.field("Sender", width, address)?;
            walk.field("P-Multicast Group", width, address)?;
        }
        6 => walk.all("Tunnel Endpoint", address),
        _ => walk.all("Tunnel Identifier", hex),
    }
    Some(())
}

const fn pmsi_name(code: u64) -> Option<&'static str> {
    Some(match code {
        0 => "no tunnel information",
        1 => "RSVP-TE P2MP LSP",
        2 => "mLDP P2MP LSP",
        3 => "PIM-SSM tree",
        4 => "PIM-SM tree",
        5 => "BIDIR-PIM tree",
        6 => "ingress replication",
        7 => "mLDP MP2MP LSP",
        _ => return None,
    })
}

/// Tunnel Encapsulation (RFC 9012 §2).
pub(super) fn encapsulation(walk: &mut Walk<'_>) {
    walk.tlvs(TlvForm::WIDE, |walk, code| {
        walk.tlvs(TlvForm::TUNNEL, sub_tlv);
        format!("Tunnel {}", TunnelType(code)).into()
    });
}

/// RFC 9012 §3, RFC 9830 §2.4.
fn sub_tlv(walk: &mut Walk<'_>, code: u16) -> Cow<'static, str> {
    let name = match code {
        1 => "Encapsulation",
        2 => "Protocol Type",
        4 => "Color",
        6 => "Tunnel Egress Endpoint",
        7 => "DS Field",
        8 => "UDP Destination Port",
        9 => "Embedded Label Handling",
        10 => "MPLS Label Stack",
        11 => "Prefix-SID",
        12 => "Preference",
        13 => "Binding SID",
        14 => "Explicit NULL Label Policy",
        15 => "Priority",
        20 => "SRv6 Binding SID",
        128 => "Segment List",
        129 => "SR Policy Candidate Path Name",
        130 => "SR Policy Name",
        _ => "",
    };
    // What has another form is left to the caller.
    let _ = sub_tlv_value(walk, code);
    match name {
        "" => format!("Sub-TLV {code}").into(),
        name => Cow::Borrowed(name),
    }
}

fn sub_tlv_value(walk: &mut Walk<'_>, code: u16) -> Option<()> {
    match code {
        2 => walk.field("Protocol", 2, hex)?,
        4 => {
            walk.field("Color Community", 4, hex)?;
            walk.number("Color", 4)?;
        }
        6 => {
            walk.number("Reserved", 4)?;
            walk.number("Address Family", 2)?;
            walk.all("Address", address);
        }
        8 => drop(walk.number("Port", 2)?),
        12 => {
            walk.field("Flags", 1, hex)?;
            walk.number("Reserved", 1)?;
            walk.number("Preference", 4)?;
        }
        13 => {
            walk.field("Flags", 1, hex)?;
            walk.number("Reserved", 1)?;
            walk.all("Binding SID", |octets| match octets.len() {
                16 => address(octets),
                _ => hex(octets),
            });
        }
        14 | 15 => {
            walk.number(if code == 14 { "Flags" } else { "Priority" }, 1)?;
            walk.number("Reserved", 1)?;
            if code == 14 {
                walk.number("ENLP", 1)?;
            }
        }
        20 => {
            walk.field("Flags", 1, hex)?;
            walk.number("Reserved", 1)?;
            walk.field("SRv6 SID", 16, address)?;
            walk.all("Behavior and Structure", hex);
        }
        128 => {
            walk.number("Reserved", 1)?;
            walk.tlvs(TlvForm::NARROW, segment);
        }
        129 | 130 => {
            walk.number("Reserved", 1)?;
            walk.all("Name", utf8);
        }
        _ => walk.all("Value", hex),
    }
    Some(())
}

/// RFC 9830 §2.4.4, RFC 9831 §2.
fn segment(walk: &mut Walk<'_>, code: u16) -> Cow<'static, str> {
    let _ = segment_value(walk, code);
    match code {
        1 => "Segment Type A".into(),
        9 => "Weight".into(),
        13 => "Segment Type B".into(),
        3..=8 | 10..=12 | 14..=16 => format!("Segment of type {code}").into(),
        _ => format!("Sub-TLV {code}").into(),
    }
}

fn segment_value(walk: &mut Walk<'_>, code: u16) -> Option<()> {
    walk.field("Flags", 1, hex)?;
    walk.number("Reserved", 1)?;
    match code {
        1 => walk.field("Label", 4, |octets| {
            let entry = number(octets);
            let (label, class, ttl) = (entry >> 12, entry >> 9 & 7, entry & 0xff);
            format!("{label}, traffic class {class}, TTL {ttl}")
        })?,
        9 => drop(walk.number("Weight", 4)?),
        13 => {
            walk.field("SRv6 SID", 16, address)?;
            walk.all("Behavior and Structure", hex);
        }
        _ => walk.all("Value", hex),
    }
    Some(())
}

/// Prefix-SID (RFC 8669 §3, RFC 9252 §2).
pub(super) fn prefix_sid(walk: &mut Walk<'_>) {
    walk.tlvs(TlvForm::MIXED, |walk, code| {
        let _ = prefix_sid_value(walk, code);
        match code {
            1 => "Label-Index".into(),
            3 => "Originator SRGB".into(),
            5 => "SRv6 L3 Service".into(),
            6 => "SRv6 L2 Service".into(),
            _ => format!("TLV {code}").into(),
        }
    });
}

fn prefix_sid_value(walk: &mut Walk<'_>, code: u16) -> Option<()> {
    match code {
        1 => {
            walk.number("Reserved", 1)?;
            walk.field("Flags", 2, hex)?;
            walk.number("Label Index", 4)?;
        }
        3 => {
            walk.field("Flags", 2, hex)?;
            while !walk.is_done() {
                walk.number("SRGB Base", 3)?;
                walk.number("SRGB Size", 3)?;
            }
        }
        5 | 6 => {
            walk.number("Reserved", 1)?;
            walk.tlvs(TlvForm::MIXED, service);
        }
        _ => walk.all("Value", hex),
    }
    Some(())
}

/// RFC 9252 §3.1.
fn service(walk: &mut Walk<'_>, code: u16) -> Cow<'static, str> {
    if code != 1 {
        walk.all("Value", hex);
        return format!("Sub-TLV {code}").into();
    }
    let fields = |walk: &mut Walk<'_>| {
        walk.number("Reserved", 1)?;
        walk.field("SRv6 SID", 16, address)?;
        walk.field("Flags", 1, hex)?;
        walk.field("Endpoint Behavior", 2, hex)?;
        walk.number("Reserved", 1)?;
        walk.tlvs(TlvForm::MIXED, structure);
        Some(())
    };
    let _ = fields(walk);
    "SRv6 SID Information".into()
}

/// RFC 9252 §3.2.1.
fn structure(walk: &mut Walk<'_>, code: u16) -> Cow<'static, str> {
    if code != 1 || walk.rest.octets.len() != 6 {
        walk.all("Value", hex);
        return format!("Sub-Sub-TLV {code}").into();
    }
    for name in [
        "Locator Block Length",
        "Locator Node Length",
        "Function Length",
        "Argument Length",
        "Transposition Length",
        "Transposition Offset",
    ] {
        let _ = walk.number(name, 1);
    }
    "SRv6 SID Structure".into()
}

/// BGPsec_PATH (RFC 8205 §3).
pub(super) fn bgpsec(walk: &mut Walk<'_>) -> Option<()> {
    let length = usize::try_from(number(walk.peek(2)?.octets)).ok()?;
    group(walk, "Secure_Path", length, |walk| {
        let _ = walk.number("Length", 2);
        while walk.peek(6).is_some() {
            let _ = group(walk, "Segment", 6, |walk| {
                let _ = walk.number("pCount", 1);
                let _ = walk.field("Flags", 1, hex);
                let _ = walk.number("AS", 4);
            });
        }
    })?;
    while !walk.is_done() {
        let length = usize::try_from(number(walk.peek(2)?.octets)).ok()?;
        if length < 3 {
            return None;
        }
        group(walk, "Signature_Block", length, |walk| {
            let _ = signatures(walk);
        })?;
    }
    Some(())
}

fn signatures(walk: &mut Walk<'_>) -> Option<()> {
    walk.number("Length", 2)?;
    walk.number("Algorithm Suite", 1)?;
    while !walk.is_done() {
        walk.field("Subject Key Identifier", 20, hex)?;
        let length = usize::try_from(walk.number("Signature Length", 2)?).ok()?;
        walk.field("Signature", length, hex)?;
    }
    Some(())
}

/// AIGP (RFC 7311 §3).
pub(super) fn aigp(walk: &mut Walk<'_>) {
    walk.tlvs(TlvForm::AIGP, |walk, code| {
        if code == 1 && walk.rest.octets.len() == 8 {
            let _ = walk.number("Accumulated IGP Metric", 8);
            return "AIGP TLV".into();
        }
        walk.all("Value", hex);
        format!("TLV {code}").into()
    });
}

/// BFD Discriminator (RFC 9026 §3.1.6).
pub(super) fn bfd(walk: &mut Walk<'_>) -> Option<()> {
    walk.number("BFD Mode", 1)?;
    walk.number("BFD Discriminator", 4)?;
    walk.tlvs(TlvForm::NARROW, |walk, code| {
        if code == 1 {
            walk.all("Source IP Address", address);
            return "Source IP Address".into();
        }
        walk.all("Value", hex);
        format!("TLV {code}").into()
    });
    Some(())
}

/// PE Distinguisher Labels (RFC 6514 §8): one IP version, which the length tells.
pub(super) fn pe_labels(walk: &mut Walk<'_>) {
    let width = if walk.rest.octets.len().is_multiple_of(7) {
        4
    } else {
        16
    };
    while walk.peek(width + 3).is_some() {
        let _ = walk.field("PE Address", width, address);
        let _ = walk.label("Label");
    }
}

/// AGGREGATOR and AS4_AGGREGATOR (RFC 4271 §5.1.7, RFC 6793 §3).
pub(super) fn aggregator(walk: &mut Walk<'_>, four: bool) {
    let width = if four { 4 } else { 2 };
    let _ = walk.field("AS", width, |octets| number(octets).to_string());
    let _ = walk.field("Address", 4, address);
}

/// An extended community of eight octets (RFC 4360 §2), or twenty (RFC 5701 §2).
pub(super) fn extended_community(walk: &mut Walk<'_>) {
    let text = |octets: &[u8]| -> String {
        match octets {
            [high] => {
                let scope = if high & 0x40 != 0 {
                    "non-transitive"
                } else {
                    "transitive"
                };
                format!("0x{high:02x}, {scope}")
            }
            _ => hex(octets),
        }
    };
    let _ = walk.field("Type", 1, text);
    let _ = walk.field("Subtype", 1, hex);
    walk.all("Value", hex);
}
