//! OPEN (RFC 4271 §4.2) and its capabilities (RFC 5492 §4, RFC 9072).

use alloc::format;
use alloc::string::String;

use super::capability::capability;
use super::fields::address;
use super::node::{Node, Part, Walk, number};

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
pub(super) fn tlv(walk: &Walk<'_>, width: usize) -> Option<usize> {
    let head = walk.peek(width.saturating_add(1))?.octets;
    let value = usize::try_from(number(head.get(1..)?)).ok()?;
    let length = head.len().saturating_add(value);
    walk.peek(length).map(|_| length)
}
