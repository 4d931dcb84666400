//! ROUTE-REFRESH with filters (RFC 2918, RFC 5291, RFC 7313).

use alloc::format;
use alloc::string::String;

use super::node::{Node, Part, Walk, hex, number};
use crate::{Afi, Context, Family, OrfGroup, OrfType, OrfView, Safi};

/// Walks the body of a ROUTE-REFRESH.
pub(super) fn body(walk: &mut Walk<'_>, context: &Context) -> String {
    refresh(walk, context).unwrap_or_default()
}

fn refresh(walk: &mut Walk<'_>, context: &Context) -> Option<String> {
    let afi = u16::try_from(walk.number("AFI", 2)?).ok()?;
    let subtype = walk.number("Subtype", 1)?;
    let safi = u8::try_from(walk.number("SAFI", 1)?).ok()?;
    let family = Family::new(Afi(afi), Safi(safi));
    let kind = match subtype {
        1 if context.enhanced_route_refresh => "begin",
        2 if context.enhanced_route_refresh => "end",
        _ => "request",
    };
    if !walk.is_done() {
        walk.field("When to refresh", 1, |octets| match octets {
            [1] => "immediate".into(),
            [2] => "defer".into(),
            other => hex(other),
        })?;
        while let Some(length) = group_length(walk) {
            walk.node(length, |part| group(part, family))?;
        }
    }
    Some(format!("{kind} {family}"))
}

fn group_length(walk: &Walk<'_>) -> Option<usize> {
    let head = walk.peek(3)?.octets;
    let length = usize::try_from(number(head.get(1..)?))
        .ok()?
        .saturating_add(3);
    walk.peek(length).map(|_| length)
}

fn group(part: Part<'_>, family: Family) -> Node {
    let mut walk = Walk::new(part);
    let kind = walk.number("ORF Type", 1);
    let _ = walk.number("Length", 2);
    if kind == Some(u64::from(OrfType::ADDRESS_PREFIX)) {
        while let Some((length, text)) = entry(walk.rest.octets, family) {
            if walk.field("ORF entry", length, |_| text).is_none() {
                break;
            }
        }
    }
    walk.finish("ORF", String::new(), "filters of another kind, or cut off")
}

/// The first entry of address prefix filters and its size (RFC 5292 §4).
fn entry(octets: &[u8], family: Family) -> Option<(usize, String)> {
    let length = match octets.first()? >> 6 {
        2 => 1,
        _ => usize::from(octets.get(7)?.div_ceil(8)).saturating_add(8),
    };
    let octets = octets.get(..length)?;
    let size = u16::try_from(length).ok()?.to_be_bytes();
    let mut group = alloc::vec![1, OrfType::ADDRESS_PREFIX];
    group.extend_from_slice(&size);
    group.extend_from_slice(octets);
    let OrfGroup::AddressPrefix(mut entries) = OrfView::new(&group, family)?.groups().next()?
    else {
        return None;
    };
    Some((length, format!("{:?}", entries.next()?)))
}
