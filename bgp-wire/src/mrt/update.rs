//! A route of a table as the UPDATE that announces it: one way to read attributes.

use alloc::vec::Vec;

use crate::reader::Reader;
use crate::{AttributeFlags, AttributeType, Context, Family, FamilySet, PeerType, RawAttributes};

/// What goes into the UPDATE.
pub(super) struct UpdateBytes<'a> {
    pub(super) family: Family,
    pub(super) path_id: &'a [u8],
    pub(super) nlri: &'a [u8],
    pub(super) attributes: &'a [u8],
}

/// How such an UPDATE reads.
pub(super) fn context(family: Family, add_path: bool, four_octet_as: bool) -> Context {
    let mut context = Context::new(PeerType::Internal);
    context.families = FamilySet::empty().with(family);
    if add_path {
        context.add_path_receive = context.families;
    }
    context.four_octet_as = four_octet_as;
    (context.receive_limit, context.send_limit) = (u16::MAX, u16::MAX);
    context
}

/// Writes the message over what is in `out`.
pub(super) fn build(update: &UpdateBytes<'_>, out: &mut Vec<u8>) -> Option<()> {
    out.clear();
    out.extend([0xff; 16]);
    // Lengths follow when they are known.
    out.extend([0, 0, 2, 0, 0, 0, 0]);
    let begin = out.len();
    let mut attributes = RawAttributes::new(update.attributes);
    for raw in attributes.by_ref() {
        let mp = raw.attribute_type == AttributeType::MP_REACH_NLRI;
        match mp && update.family != Family::IPV4_UNICAST {
            true => put_mp_reach(update, next_hop(raw.value, update.family)?, out)?,
            false if mp => {}
            false => put_attribute(raw.flags, raw.attribute_type, &[raw.value], out)?,
        }
    }
    if attributes.remaining() > 0 {
        return None;
    }
    let length = u16::try_from(out.len().checked_sub(begin)?).ok()?;
    out.get_mut(21..23)?.copy_from_slice(&length.to_be_bytes());
    if update.family == Family::IPV4_UNICAST {
        out.extend(update.path_id);
        out.extend(update.nlri);
    }
    let length = u16::try_from(out.len()).ok()?;
    out.get_mut(16..18)?.copy_from_slice(&length.to_be_bytes());
    Some(())
}

/// The next hop of an MP_REACH_NLRI: behind its length, or in the attribute as it was on
/// the wire, which some collectors write (RFC 6396 §4.3.4).
fn next_hop(value: &[u8], family: Family) -> Option<&[u8]> {
    let mut reader = Reader::new(value);
    let length = reader.u8()?;
    if reader.len() == usize::from(length) {
        return Some(reader.rest());
    }
    let mut reader = Reader::new(value);
    let written = Family::new(crate::Afi(reader.u16()?), crate::Safi(reader.u8()?));
    let length = reader.u8()?;
    reader.take(length.into()).filter(|_| written == family)
}

fn put_mp_reach(update: &UpdateBytes<'_>, next_hop: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let [high, low] = update.family.afi.0.to_be_bytes();
    let length = u8::try_from(next_hop.len()).ok()?;
    let head = [high, low, update.family.safi.0, length];
    let parts = [&head, next_hop, &[0], update.path_id, update.nlri];
    put_attribute(
        AttributeFlags::OPTIONAL,
        AttributeType::MP_REACH_NLRI,
        &parts,
        out,
    )
}

fn put_attribute(
    flags: AttributeFlags,
    attribute: AttributeType,
    parts: &[&[u8]],
    out: &mut Vec<u8>,
) -> Option<()> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let flags = match length > 255 {
        true => flags.union(AttributeFlags::EXTENDED_LENGTH),
        false => flags,
    };
    out.extend([flags.bits(), attribute.0]);
    match flags.contains(AttributeFlags::EXTENDED_LENGTH) {
        true => out.extend(u16::try_from(length).ok()?.to_be_bytes()),
        false => out.push(length as u8),
    }
    for part in parts {
        out.extend(*part);
    }
    Some(())
}
