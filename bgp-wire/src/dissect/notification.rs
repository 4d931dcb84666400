//! NOTIFICATION (RFC 4271 §4.5), and what its data say by the code.

use alloc::format;
use alloc::string::{String, ToString};

use super::capability::capability;
use super::fields::{group, utf8};
use super::node::{Walk, hex, number};
use super::{attribute, open};
use crate::nlri::Hex;
use crate::{Context, NotificationView};

/// HARD_RESETs within one another that are opened; RFC 8538 §3.1 wants one.
const MAX_RESETS: usize = 4;

/// Walks the body and says it in a line.
pub(super) fn body(walk: &mut Walk<'_>, context: &Context) -> String {
    let octets = walk.rest.octets;
    error(walk, context, 0);
    let mut whole = alloc::vec![0xff; 16];
    let length = octets.len().saturating_add(19);
    whole.extend_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
    whole.push(3);
    whole.extend_from_slice(octets);
    match NotificationView::decode(&whole) {
        Ok(view) => view.to_string(),
        Err(_) => format!("0x{}", Hex(octets)),
    }
}

fn error(walk: &mut Walk<'_>, context: &Context, resets: usize) {
    let code = walk.number("Error Code", 1);
    let subcode = walk.number("Error Subcode", 1);
    let length = walk.rest.octets.len();
    if let (Some(code), Some(subcode), 1..) = (code, subcode, length) {
        let _ = group(walk, "Data", length, |walk| {
            // What has another form is left to the node.
            let _ = data(walk, (code, subcode), context, resets);
        });
    }
}

fn data(walk: &mut Walk<'_>, error: (u64, u64), context: &Context, resets: usize) -> Option<()> {
    let length = walk.rest.octets.len();
    match (error, length) {
        // RFC 4271 §6.1.
        ((1, 2), 2) => drop(walk.number("Length", 2)?),
        ((1, 3), 1) => drop(walk.number("Type", 1)?),
        // RFC 4271 §6.2, RFC 5492 §5.
        ((2, 1), 2) => drop(walk.number("Largest Version", 2)?),
        ((2, 7), _) => {
            while let Some(length) = open::tlv(walk, 1) {
                walk.node(length, capability)?;
            }
        }
        // RFC 4271 §6.3.
        ((3, 3), 1) => drop(walk.number("Attribute Type", 1)?),
        ((3, 2 | 4 | 5 | 6 | 8 | 9), _) => {
            walk.node(length, |part| {
                attribute::list("Attribute", part, context, 0)
            })?;
        }
        // RFC 4486 §4.
        ((6, 1), 7) => {
            walk.family()?;
            walk.number("Maximum Prefixes", 4)?;
        }
        // RFC 9003 §2.
        ((6, 2 | 4), _) => {
            let length = usize::try_from(number(walk.peek(1)?.octets)).ok()?;
            walk.number("Length", 1)?;
            walk.field("Shutdown Communication", length, utf8)?;
        }
        // RFC 8538 §3.1.
        ((6, 9), 2..) if resets < MAX_RESETS => {
            self::error(walk, context, resets.saturating_add(1));
        }
        _ => walk.all("Octets", hex),
    }
    Some(())
}
