//! UPDATE (RFC 4271 §4.3) and NLRI of every family.

use alloc::format;
use alloc::string::String;

use super::node::{Node, Part, Walk};
use super::{attribute, route};
use crate::{Context, Family, NlriIter};

/// Walks the body and says in a line how much it has.
pub(super) fn body(walk: &mut Walk<'_>, context: &Context) -> String {
    // Lengths that overrun leave their octets to the caller.
    sections(walk, context).unwrap_or_default()
}

fn sections(walk: &mut Walk<'_>, context: &Context) -> Option<String> {
    let mut withdrawn = 0;
    let mut attributes = 0;
    let mut announced = 0;
    let family = Family::IPV4_UNICAST;
    let length = usize::try_from(walk.number("Withdrawn Routes Length", 2)?).ok()?;
    walk.node(length, |part| {
        let node = nlri("Withdrawn Routes", part, family, context, false);
        withdrawn = node.children.len();
        node
    })?;
    let length = usize::try_from(walk.number("Total Path Attribute Length", 2)?).ok()?;
    walk.node(length, |part| {
        let node = attribute::list("Path Attributes", part, context, 0);
        attributes = node.children.len();
        node
    })?;
    let length = walk.rest.octets.len();
    walk.node(length, |part| {
        let node = nlri("NLRI", part, family, context, true);
        announced = node.children.len();
        node
    })?;
    Some(format!(
        "{withdrawn} withdrawn, {attributes} attributes, {announced} announced"
    ))
}

/// A field of NLRI, one child for each route.
pub(super) fn nlri(
    name: &'static str,
    part: Part<'_>,
    family: Family,
    context: &Context,
    reach: bool,
) -> Node {
    let mut walk = Walk::new(part);
    let add_path = context.add_path_receive.contains(family);
    let mut routes = match reach {
        true => NlriIter::new(part.octets, family, context),
        false => NlriIter::withdrawn(part.octets, family, context),
    };
    while let Some(view) = routes.read() {
        let length = walk.rest.octets.len().saturating_sub(routes.rest().len());
        let taken = walk.node(length, |part| route::route(part, &view, add_path));
        if taken.is_none() {
            break;
        }
    }
    walk.finish(name, format!("{family}"), "a route that is cut off")
}
