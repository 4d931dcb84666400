//! Making the octets: from fields, or straight from an UPDATE that says
//! everything in the form that is kept anyway, as nearly all do.

use alloc::vec::Vec;

use super::EVERYTHING;
use crate::attribute::RawAttribute;
use crate::{
    AttributeFlags, AttributeType, EncodeAttributes as _, EncodeError, NextHop, PathAttributes,
    UpdateView,
};

impl PathAttributes {
    /// Writes them as [`PackedAttributes`](crate::PackedAttributes), in the place
    /// of what `out` held.
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`]: an attribute exceeds 65,535 octets, so no
    /// message could carry it; `out` is empty then.
    pub fn pack(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        start(self.next_hop, out);
        let head = out.len();
        let length = self.encoded_len(&EVERYTHING, false);
        out.resize(head.saturating_add(length.min(MOST)), 0);
        let room = out.get_mut(head..).unwrap_or_default();
        let written = self.encode_attributes(&EVERYTHING, false, room);
        if written.is_err() {
            out.clear();
        }
        written.map(drop)
    }
}

/// More than all attributes that one message can carry.
const MOST: usize = 1 << 24;

impl UpdateView<'_> {
    /// Writes what [`path_attributes_via`](Self::path_attributes_via) says as
    /// [`PackedAttributes`](crate::PackedAttributes), in the place of what `out`
    /// held.
    ///
    /// Where the message has its attributes in the order of their types and in
    /// their usual form, they are copied; else they go through their fields.
    ///
    /// # Errors
    /// [`EncodeError::ValueTooLong`]: an AS_PATH of 2-octet numbers that fills an
    /// extended message has no form with four; `out` is empty then.
    pub fn pack_attributes(
        &self,
        next_hop: Option<NextHop>,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        if self.context.four_octet_as && self.findings().is_empty() {
            start(next_hop, out);
            if self.copy_attributes(out).is_some() {
                return Ok(());
            }
        }
        self.path_attributes_via(next_hop).pack(out)
    }

    /// Copies the attributes, in runs; `None` when one is not in its usual form.
    fn copy_attributes(&self, out: &mut Vec<u8>) -> Option<()> {
        let octets = self.attribute_octets();
        let mut attributes = self.raw_attributes();
        let (mut run, mut start) = (0, 0);
        let (mut last, mut mandatory) = (AttributeType(0), 0);
        while let Some(raw) = attributes.next() {
            let end = octets.len().saturating_sub(attributes.remaining());
            match raw.attribute_type {
                AttributeType::MP_REACH_NLRI
                | AttributeType::MP_UNREACH_NLRI
                | AttributeType::NEXT_HOP => {
                    out.extend_from_slice(octets.get(run..start)?);
                    run = end;
                }
                kind if kind > last && is_usual(&raw) => {
                    last = kind;
                    mandatory += usize::from(kind <= AttributeType::AS_PATH);
                }
                _ => return None,
            }
            start = end;
        }
        out.extend_from_slice(octets.get(run..start)?);
        (mandatory == 2).then_some(())
    }
}

/// Begins with the next hop.
fn start(next_hop: Option<NextHop>, out: &mut Vec<u8>) {
    out.clear();
    match next_hop {
        None => out.push(0),
        Some(NextHop::V4(address)) => {
            out.push(4);
            out.extend(address.octets());
        }
        Some(NextHop::V6 { global, link_local }) => {
            out.push(if link_local.is_some() { 32 } else { 16 });
            out.extend(global.octets());
            out.extend(link_local.iter().flat_map(core::net::Ipv6Addr::octets));
        }
    }
}

/// Whether an attribute stands as [`PathAttributes`] would write it.
fn is_usual(raw: &RawAttribute<'_>) -> bool {
    let length = raw.value.len();
    let (flags, fits) = match raw.attribute_type {
        AttributeType::ORIGIN | AttributeType::AS_PATH | AttributeType::ATOMIC_AGGREGATE => {
            (AttributeFlags::WELL_KNOWN, true)
        }
        AttributeType::LOCAL_PREF => (AttributeFlags::WELL_KNOWN, length == 4),
        AttributeType::MULTI_EXIT_DISC | AttributeType::ORIGINATOR_ID => {
            (AttributeFlags::OPTIONAL, length == 4)
        }
        AttributeType::CLUSTER_LIST => (AttributeFlags::OPTIONAL, length > 0),
        AttributeType::AGGREGATOR => (AttributeFlags::OPTIONAL_TRANSITIVE, length == 8),
        AttributeType::COMMUNITIES | AttributeType::EXTENDED_COMMUNITIES => {
            (AttributeFlags::OPTIONAL_TRANSITIVE, length > 0)
        }
        // Several may be the same one, which is kept once.
        AttributeType::LARGE_COMMUNITIES => (AttributeFlags::OPTIONAL_TRANSITIVE, length == 12),
        AttributeType::ONLY_TO_CUSTOMER => (AttributeFlags::OPTIONAL_TRANSITIVE, length == 4),
        _ => return false,
    };
    let wide = match length {
        ..=255 => AttributeFlags::empty(),
        256.. => AttributeFlags::EXTENDED_LENGTH,
    };
    fits && raw.flags == flags | wide
}
