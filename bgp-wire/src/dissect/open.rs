//! OPEN (RFC 4271 §4.2) and its capabilities (RFC 5492 §4, RFC 9072).

use alloc::format;
use alloc::string::{String, ToString};

use super::node::{Node, Part, Walk, hex, number};
use crate::CapabilityView;

/// Walks the body and says in a line what the sender is.
pub(super) fn body(walk: &mut Walk<'_>) -> String {
    // What is cut off is left to the caller.
    fields(walk).unwrap_or_default()
}

fn fields(walk: &mut Walk<'_>) -> Option<String> {
    walk.number("Version", 1)?;
    let asn = walk.number("My Autonomous System", 2)?;
    let hold = walk.number("Hold Time", 2)?;
    let identifier = walk.peek(4).map(|part| address(part.octets))?;
    walk.field("BGP Identifier", 4, address)?;
    let extended = walk
        .peek(2)
        .is_some_and(|it| it.octets.first() != Some(&0) && it.octets.get(1) == Some(&255));
    let length = walk.number("Optional Parameters Length", 1)?;
    let length = if extended {
        walk.field("Extended Parameters", 1, |_| "RFC 9072".into())?;
        walk.number("Extended Parameters Length", 2)?
    } else {
        length
    };
    let length = usize::try_from(length).ok()?.min(walk.rest.octets.len());
    walk.node(length, |part| parameters(part, extended))?;
    Some(format!(
        "AS {asn}, hold time {hold} s, identifier {identifier}"
    ))
}

pub(super) fn address(octets: &[u8]) -> String {
    match (<[u8; 4]>::try_from(octets), <[u8; 16]>::try_from(octets)) {
        (Ok(four), _) => core::net::Ipv4Addr::from(four).to_string(),
        (_, Ok(sixteen)) => core::net::Ipv6Addr::from(sixteen).to_string(),
        _ => hex(octets),
    }
}

fn parameters(part: Part<'_>, extended: bool) -> Node {
    let mut walk = Walk::new(part);
    let width = if extended { 2 } else { 1 };
    while let Some(length) = tlv(&walk, width) {
        let taken = walk.node(length, |part| {
            let mut walk = Walk::new(part);
            let kind = walk.number("Parameter Type", 1);
            let _ = walk.number("Parameter Length", width);
            if kind == Some(2) {
                while let Some(length) = tlv(&walk, 1) {
                    let _ = walk.node(length, capability);
                }
            }
            walk.finish("Parameter", String::new(), "not capabilities")
        });
        if taken.is_none() {
            break;
        }
    }
    walk.finish("Optional Parameters", String::new(), "cut off")
}

/// How long the type, length and value at the front are; `None` where they are cut off.
fn tlv(walk: &Walk<'_>, width: usize) -> Option<usize> {
    let head = walk.peek(width.saturating_add(1))?.octets;
    let value = usize::try_from(number(head.get(1..)?)).ok()?;
    let length = head.len().saturating_add(value);
    walk.peek(length).map(|_| length)
}

fn capability(part: Part<'_>) -> Node {
    let mut walk = Walk::new(part);
    let code = walk.number("Code", 1).unwrap_or_default();
    let code = u8::try_from(code).unwrap_or_default();
    let _ = walk.number("Length", 1);
    let value = walk.rest.octets;
    let text = match CapabilityView::decode(code, value) {
        Ok(CapabilityView::Unknown { code, value }) => {
            format!("code {code} not known, {}", hex(value))
        }
        Ok(view) => format!("{view:?}"),
        Err(kind) => format!("code {code}: {kind}, {}", hex(value)),
    };
    let _ = walk.field("Value", value.len(), hex);
    walk.finish("Capability", text, "")
}
