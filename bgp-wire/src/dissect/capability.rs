//! Capabilities, field by field (RFC 5492 §4 and those of each).

use alloc::format;
use alloc::string::{String, ToString};

use super::fields::{named, utf8};
use super::node::{Node, Part, Walk, hex, number};
use crate::{Asn, CapabilityView};

/// A capability with its code and length.
pub(super) fn capability(part: Part<'_>) -> Node {
    let mut walk = Walk::new(part);
    let code = walk.number("Code", 1).unwrap_or_default();
    let code = u8::try_from(code).unwrap_or_default();
    let _ = walk.number("Length", 1);
    let value = walk.rest.octets;
    let text = match CapabilityView::decode(code, value) {
        Ok(view) => view.to_string(),
        Err(kind) => format!("capability {code}: {kind}"),
    };
    // What has another form is left to `finish`.
    let _ = fields(code, &mut walk);
    walk.finish("Capability", text, "not of the form of the capability")
}

fn fields(code: u8, walk: &mut Walk<'_>) -> Option<()> {
    match code {
        // Multiprotocol (RFC 4760 §8).
        1 => {
            let afi = walk.number("AFI", 2)?;
            walk.number("Reserved", 1)?;
            let _ = afi;
            walk.number("SAFI", 1)?;
        }
        // Outbound route filtering (RFC 5291 §5).
        3 => {
            while !walk.is_done() {
                orf(walk)?;
            }
        }
        // Extended next hop (RFC 8950 §4).
        5 => {
            while !walk.is_done() {
                walk.number("AFI", 2)?;
                walk.number("SAFI", 2)?;
                walk.number("Next Hop AFI", 2)?;
            }
        }
        // BGPsec (RFC 8205 §2.1).
        7 => {
            walk.field("Version and Direction", 1, hex)?;
            walk.number("AFI", 2)?;
        }
        // Multiple labels (RFC 8277 §2.1).
        8 => each_family(walk, |walk| walk.number("Labels", 1).map(drop))?,
        // Role (RFC 9234 §4.1).
        9 => walk.field("Role", 1, named(role))?,
        // Graceful restart (RFC 4724 §3, RFC 8538 §2).
        64 => {
            walk.field("Flags and Restart Time", 2, |octets| {
                restart(number(octets))
            })?;
            each_family(walk, |walk| walk.field("Flags", 1, forwarding))?;
        }
        // Four-octet AS numbers (RFC 6793 §3).
        65 => walk.field("AS Number", 4, |octets| {
            Asn(u32::try_from(number(octets)).unwrap_or_default()).to_string()
        })?,
        // ADD-PATH (RFC 7911 §4).
        69 => each_family(walk, |walk| walk.field("Send/Receive", 1, named(direction)))?,
        // Long-lived graceful restart (RFC 9494 §3).
        71 => each_family(walk, |walk| {
            walk.field("Flags", 1, forwarding)?;
            walk.number("Stale Time", 3).map(drop)
        })?,
        // FQDN (draft-walton-bgp-hostname-capability).
        73 => {
            let length = usize::try_from(walk.number("Hostname Length", 1)?).ok()?;
            walk.field("Hostname", length, utf8)?;
            let length = usize::try_from(walk.number("Domain Length", 1)?).ok()?;
            walk.field("Domain", length, utf8)?;
        }
        // Software version (draft-ietf-idr-bgp-version).
        75 => {
            let length = usize::try_from(walk.number("Version Length", 1)?).ok()?;
            walk.field("Version", length, utf8)?;
        }
        // Limit of paths (draft-ietf-idr-add-paths-paths-limit).
        76 => each_family(walk, |walk| walk.number("Paths Limit", 2).map(drop))?,
        _ => walk.all("Value", hex),
    }
    Some(())
}

/// Families, each with what follows it.
fn each_family(
    walk: &mut Walk<'_>,
    mut more: impl FnMut(&mut Walk<'_>) -> Option<()>,
) -> Option<()> {
    while !walk.is_done() {
        walk.family()?;
        more(walk)?;
    }
    Some(())
}

fn orf(walk: &mut Walk<'_>) -> Option<()> {
    walk.number("AFI", 2)?;
    walk.number("Reserved", 1)?;
    walk.number("SAFI", 1)?;
    let count = walk.number("Number of ORFs", 1)?;
    for _ in 0..count {
        walk.number("ORF Type", 1)?;
        walk.field("Send/Receive", 1, named(direction))?;
    }
    Some(())
}

const fn role(code: u64) -> Option<&'static str> {
    Some(match code {
        0 => "provider",
        1 => "route server",
        2 => "route server client",
        3 => "customer",
        4 => "peer",
        _ => return None,
    })
}

const fn direction(code: u64) -> Option<&'static str> {
    Some(match code {
        1 => "receive",
        2 => "send",
        3 => "both",
        _ => return None,
    })
}

fn restart(field: u64) -> String {
    let restarted = if field & 0x8000 != 0 {
        "restarted, "
    } else {
        ""
    };
    let notification = if field & 0x4000 != 0 {
        "notification, "
    } else {
        ""
    };
    format!("{restarted}{notification}{} s", field & 0xfff)
}

fn forwarding(octets: &[u8]) -> String {
    match octets {
        [flags] if flags & 0x80 != 0 => "forwarding state preserved".to_string(),
        _ => hex(octets),
    }
}
