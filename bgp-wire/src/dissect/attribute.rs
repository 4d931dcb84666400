//! Path attributes (RFC 4271 §4.3).

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Display;

use super::fields::{TlvForm, address};
use super::node::{Node, Part, Walk, hex, number};
use super::update::nlri;
use super::{link_state, tunnel};
use crate::attribute::fixed;
use crate::reader::Reader;
use crate::{
    Aggregator, Asn, AttributeFlags, AttributeType, Community, Context, ExtendedCommunity,
    Ipv6ExtendedCommunity, LargeCommunity, NextHop, Origin, OtherAttribute, RawAttribute, WireItem,
};

/// ATTR_SETs within one another that are opened (RFC 6368 §5 wants none).
const MAX_SETS: usize = 4;

/// A list of attributes, one child for each.
pub(super) fn list(name: &'static str, part: Part<'_>, context: &Context, sets: usize) -> Node {
    let mut walk = Walk::new(part);
    while !walk.is_done() {
        let mut reader = Reader::new(walk.rest.octets);
        let Some(raw) = RawAttribute::read(&mut reader) else {
            break;
        };
        let length = walk.rest.octets.len().saturating_sub(reader.len());
        let taken = walk.node(length, |part| attribute(&raw, part, context, sets));
        if taken.is_none() {
            break;
        }
    }
    walk.finish(name, String::new(), "an attribute that is cut off")
}

fn attribute(raw: &RawAttribute<'_>, part: Part<'_>, context: &Context, sets: usize) -> Node {
    let mut walk = Walk::new(part);
    let width = match raw.flags.contains(AttributeFlags::EXTENDED_LENGTH) {
        true => 2,
        false => 1,
    };
    let _ = walk.field("Flags", 1, |_| flags(raw.flags));
    let _ = walk.number("Type", 1);
    let _ = walk.number("Length", width);
    let text = value(raw, &mut walk, context, sets);
    walk.finish(
        raw.attribute_type.to_string(),
        text,
        "malformed, or cut off",
    )
}

fn flags(flags: AttributeFlags) -> String {
    let letters = [
        (AttributeFlags::OPTIONAL, "optional", "well-known"),
        (AttributeFlags::TRANSITIVE, "transitive", "non-transitive"),
        (AttributeFlags::PARTIAL, "partial", "complete"),
    ];
    let words = letters.map(|(flag, set, unset)| if flags.contains(flag) { set } else { unset });
    format!("0x{:02x}, {}", flags.bits(), words.join(", "))
}

/// Walks the value and says it in a line, where one is enough.
fn value(raw: &RawAttribute<'_>, walk: &mut Walk<'_>, context: &Context, sets: usize) -> String {
    let octets = raw.value;
    let four = context.four_octet_as;
    let line = match raw.attribute_type {
        AttributeType::ORIGIN => Origin::decode(octets).ok().map(|it| it.to_string()),
        AttributeType::NEXT_HOP | AttributeType::ORIGINATOR_ID if octets.len() == 4 => {
            Some(address(octets))
        }
        AttributeType::MULTI_EXIT_DISC | AttributeType::LOCAL_PREF => decimal(octets),
        AttributeType::ONLY_TO_CUSTOMER => decimal(octets).map(|asn| format!("AS{asn}")),
        AttributeType::AS_PATH => return path(walk, four),
        AttributeType::AS4_PATH => return path(walk, true),
        AttributeType::COMMUNITIES => return items::<Community>(walk),
        AttributeType::CLUSTER_LIST => return items::<core::net::Ipv4Addr>(walk),
        AttributeType::EXTENDED_COMMUNITIES => return extended::<ExtendedCommunity>(walk),
        AttributeType::IPV6_EXTENDED_COMMUNITIES => {
            return extended::<Ipv6ExtendedCommunity>(walk);
        }
        AttributeType::LARGE_COMMUNITIES => return items::<LargeCommunity>(walk),
        AttributeType::MP_REACH_NLRI => return mp(walk, context, true).unwrap_or_default(),
        AttributeType::MP_UNREACH_NLRI => return mp(walk, context, false).unwrap_or_default(),
        AttributeType::ATTR_SET if sets < MAX_SETS => {
            return attr_set(walk, context, sets).unwrap_or_default();
        }
        AttributeType::ATOMIC_AGGREGATE => None,
        other => {
            structured(other, walk, four);
            return match other {
                AttributeType::AGGREGATOR => aggregator(octets, four).unwrap_or_default(),
                AttributeType::AS4_AGGREGATOR => aggregator(octets, true).unwrap_or_default(),
                other => other_text(other, octets),
            };
        }
    };
    let Some(line) = line else {
        return String::new();
    };
    let _ = walk.field("Value", octets.len(), hex);
    line
}

/// What is not decoded prints behind its name, which the node has already.
fn other_text(attribute: AttributeType, octets: &[u8]) -> String {
    let text = OtherAttribute::new(attribute, octets.into()).to_string();
    let name = attribute.to_string();
    match text
        .strip_prefix(&name)
        .and_then(|it| it.strip_prefix(": "))
    {
        Some(value) => value.to_string(),
        None => text,
    }
}

/// Walks the parts of a value that has some. What has another form is left to the caller.
fn structured(attribute: AttributeType, walk: &mut Walk<'_>, four: bool) {
    match attribute {
        AttributeType::AGGREGATOR => tunnel::aggregator(walk, four),
        AttributeType::AS4_AGGREGATOR => tunnel::aggregator(walk, true),
        AttributeType::PMSI_TUNNEL => drop(tunnel::pmsi(walk)),
        AttributeType::TUNNEL_ENCAPSULATION => tunnel::encapsulation(walk),
        AttributeType::AIGP => tunnel::aigp(walk),
        AttributeType::PE_DISTINGUISHER_LABELS => tunnel::pe_labels(walk),
        AttributeType::BGP_LS => walk.tlvs(TlvForm::WIDE, link_state::tlv),
        AttributeType::BGPSEC_PATH => drop(tunnel::bgpsec(walk)),
        AttributeType::BFD_DISCRIMINATOR => drop(tunnel::bfd(walk)),
        AttributeType::PREFIX_SID => tunnel::prefix_sid(walk),
        _ => walk.all("Value", hex),
    }
}

fn decimal(octets: &[u8]) -> Option<String> {
    let octets = fixed::<4>(octets).ok()?;
    Some(u32::from_be_bytes(octets).to_string())
}

fn aggregator(octets: &[u8], four: bool) -> Option<String> {
    Aggregator::decode(octets, four)
        .ok()
        .map(|it| it.to_string())
}

fn items<T: WireItem + Display>(walk: &mut Walk<'_>) -> String {
    while let Some(part) = walk.peek(T::WIDTH) {
        let text = T::read(part.octets).map_or_else(|| hex(part.octets), |it| it.to_string());
        let _ = walk.field("Item", T::WIDTH, |_| text);
    }
    String::new()
}

/// Extended communities, each with its type.
fn extended<T: WireItem + Display>(walk: &mut Walk<'_>) -> String {
    while let Some(part) = walk.peek(T::WIDTH) {
        let text = T::read(part.octets).map_or_else(|| hex(part.octets), |it| it.to_string());
        let _ = walk.node(T::WIDTH, |part| {
            let mut walk = Walk::new(part);
            tunnel::extended_community(&mut walk);
            walk.finish("Item", text, "")
        });
    }
    String::new()
}

fn path(walk: &mut Walk<'_>, four: bool) -> String {
    let width = if four { 4 } else { 2 };
    while let Some(head) = walk.peek(2) {
        let count = usize::try_from(number(head.octets.get(1..).unwrap_or_default()));
        let length = count
            .unwrap_or_default()
            .saturating_mul(width)
            .saturating_add(2);
        if walk.node(length, |part| segment(part, width)).is_none() {
            break;
        }
    }
    String::new()
}

fn segment(part: Part<'_>, width: usize) -> Node {
    let mut walk = Walk::new(part);
    let kind = match walk.number("Segment Type", 1) {
        Some(1) => "AS_SET",
        Some(2) => "AS_SEQUENCE",
        Some(3) => "AS_CONFED_SEQUENCE",
        Some(4) => "AS_CONFED_SET",
        _ => "Segment of unknown type",
    };
    let _ = walk.number("Segment Length", 1);
    let mut text = String::new();
    while let Some(asn) = walk.number("AS", width) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&Asn(u32::try_from(asn).unwrap_or_default()).to_string());
    }
    walk.finish(kind, text, "")
}

fn mp(walk: &mut Walk<'_>, context: &Context, reach: bool) -> Option<String> {
    let family = walk.family()?;
    let mut text = family.to_string();
    if reach {
        let length = usize::try_from(walk.number("Next Hop Length", 1)?).ok()?;
        walk.field("Next Hop", length, |octets| {
            let hop = NextHop::decode_mp(octets).map_or_else(|| hex(octets), |it| it.to_string());
            text = format!("{text} via {hop}");
            hop
        })?;
        walk.number("Reserved", 1)?;
    }
    let length = walk.rest.octets.len();
    let name = if reach { "NLRI" } else { "Withdrawn Routes" };
    walk.node(length, |part| nlri(name, part, family, context, reach))?;
    Some(text)
}

fn attr_set(walk: &mut Walk<'_>, context: &Context, sets: usize) -> Option<String> {
    let origin = walk.number("Origin AS", 4)?;
    let length = walk.rest.octets.len();
    let mut inner = *context;
    // RFC 6368 §5: AS numbers in the set always have four octets.
    inner.four_octet_as = true;
    walk.node(length, |part| {
        list("Path Attributes", part, &inner, sets.saturating_add(1))
    })?;
    Some(format!("origin AS{origin}"))
}
