//! One walk over a block, which copies what stays and writes what changes.

use core::net::Ipv4Addr;
use core::ops::Range;

use super::{AttributeBlock, Entry, Reflection};
use crate::attribute::{Sink, Sum};
use crate::writer::Writer;
use crate::{
    AttributeFlags, AttributeType, Context, EncodeAttributes, EncodeError, NextHop, PeerType,
};

/// What a block is written for.
#[derive(Clone, Copy)]
pub(super) struct Target {
    /// LOCAL_PREF and what reflectors add stay inside of an AS.
    pub(super) external: bool,
    pub(super) aigp: bool,
    pub(super) bgpsec: bool,
    /// The address in NEXT_HOP; `None` where the attribute is left out.
    pub(super) next_hop: Option<Ipv4Addr>,
}

impl EncodeAttributes for AttributeBlock<'_> {
    fn next_hop(&self) -> Option<NextHop> {
        self.next_hop
    }

    fn attributes_len(&self, context: &Context, body_next_hop: bool) -> Result<usize, EncodeError> {
        let mut sum = Sum::default();
        self.emit(self.target(context, body_next_hop)?, &mut sum)?;
        Ok(sum.0)
    }

    fn encode_attributes(
        &self,
        context: &Context,
        body_next_hop: bool,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        self.emit(self.target(context, body_next_hop)?, &mut writer)?;
        Ok(writer.position())
    }
}

impl AttributeBlock<'_> {
    fn target(&self, context: &Context, body_next_hop: bool) -> Result<Target, EncodeError> {
        if self.as_numbers && self.four_octet_as != context.four_octet_as {
            return Err(EncodeError::AsNumberWidth);
        }
        let next_hop = match (body_next_hop, self.next_hop) {
            (false, _) => None,
            (true, Some(NextHop::V4(address))) => Some(address),
            (true, Some(NextHop::V6 { .. }) | None) => return Err(EncodeError::NoNextHop),
        };
        Ok(Target {
            external: context.peer_type == PeerType::External,
            aigp: context.aigp,
            bgpsec: context.bgpsec_send,
            next_hop,
        })
    }

    /// Hands the block to `sink`, in runs of octets that stay as they are.
    pub(super) fn emit(&self, target: Target, sink: &mut impl Sink) -> Result<(), EncodeError> {
        let reflection = self.reflection.filter(|_| !target.external);
        #[cfg(feature = "alloc")]
        if let super::Kept::All(ready) = self.kept
            && reflection.is_none()
            && !(target.external && ready.internal)
            && (target.aigp || !ready.aigp)
            && (target.bgpsec || !ready.bgpsec)
        {
            return self.copy(ready.next_hop, target.next_hop, sink);
        }
        let mut missing = self.missing(target, reflection);
        let mut run = 0..0;
        for entry in self.entries() {
            let change = Self::change(&entry, target, reflection);
            if matches!(change, Change::Drop) {
                continue;
            }
            if missing.comes_before(entry.raw.attribute_type) {
                self.flush(&mut run, sink)?;
                missing.emit_before(entry.raw.attribute_type.0, sink)?;
            }
            if matches!(change, Change::Keep) && run.end == entry.start {
                run.end = entry.end;
                continue;
            }
            self.flush(&mut run, sink)?;
            match change {
                Change::Keep => run = entry.start..entry.end,
                Change::Drop => {}
                Change::Partial => {
                    let flags = entry.raw.flags | AttributeFlags::PARTIAL;
                    sink.fixed(flags, entry.raw.attribute_type, entry.raw.value)?;
                }
                Change::NextHop(address) => {
                    sink.fixed(entry.raw.flags, AttributeType::NEXT_HOP, &address.octets())?
                }
                Change::ClusterList(cluster) => prepend(&entry, cluster, sink)?,
            }
        }
        self.flush(&mut run, sink)?;
        missing.emit_before(u8::MAX, sink)
    }

    /// Octets that stay as they are, but for NEXT_HOP.
    #[cfg(feature = "alloc")]
    fn copy(
        &self,
        (start, end): (usize, usize),
        next_hop: Option<Ipv4Addr>,
        sink: &mut impl Sink,
    ) -> Result<(), EncodeError> {
        let octets = |range| self.octets.get(range).unwrap_or_default();
        sink.octets(octets(0..start))?;
        if let Some(address) = next_hop {
            let flags = octets(start..end).first();
            let flags = flags.map_or(AttributeFlags::WELL_KNOWN, |flags| {
                AttributeFlags::from_bits_retain(*flags)
            });
            sink.fixed(flags, AttributeType::NEXT_HOP, &address.octets())?;
        }
        sink.octets(octets(end..self.octets.len()))
    }

    fn flush(&self, run: &mut Range<usize>, sink: &mut impl Sink) -> Result<(), EncodeError> {
        let octets = self.octets.get(run.clone()).unwrap_or_default();
        *run = 0..0;
        match octets {
            [] => Ok(()),
            octets => sink.octets(octets),
        }
    }

    /// What is to be added because the block has none of it.
    fn missing(&self, target: Target, reflection: Option<Reflection>) -> Missing {
        let absent = |attribute| !self.has(attribute);
        Missing {
            next_hop: target.next_hop.filter(|_| absent(AttributeType::NEXT_HOP)),
            originator: reflection
                .map(|it| it.originator_id)
                .filter(|_| absent(AttributeType::ORIGINATOR_ID)),
            cluster: reflection
                .map(|it| it.cluster_id)
                .filter(|_| absent(AttributeType::CLUSTER_LIST)),
        }
    }

    /// Whether a known attribute is in the block.
    pub(super) fn has(&self, attribute: AttributeType) -> bool {
        match &self.kept {
            #[cfg(feature = "alloc")]
            super::Kept::All(_) => self.value(attribute).is_some(),
            super::Kept::Some(kept) => kept.contains(attribute),
        }
    }

    #[inline]
    fn change(entry: &Entry<'_>, target: Target, reflection: Option<Reflection>) -> Change {
        match entry.raw.attribute_type {
            AttributeType::NEXT_HOP => match target.next_hop {
                Some(address) if entry.raw.value == address.octets() => Change::Keep,
                Some(address) => Change::NextHop(address),
                None => Change::Drop,
            },
            AttributeType::LOCAL_PREF
            | AttributeType::ORIGINATOR_ID
            | AttributeType::CLUSTER_LIST
                if target.external =>
            {
                Change::Drop
            }
            AttributeType::CLUSTER_LIST => match reflection {
                Some(reflection) => Change::ClusterList(reflection.cluster_id),
                None => Change::Keep,
            },
            AttributeType::AIGP if !target.aigp => Change::Drop,
            AttributeType::BGPSEC_PATH if !target.bgpsec => Change::Drop,
            _ if entry.needs_partial() => Change::Partial,
            _ => Change::Keep,
        }
    }
}

/// What becomes of one attribute.
#[derive(Clone, Copy)]
enum Change {
    Keep,
    Drop,
    Partial,
    NextHop(Ipv4Addr),
    ClusterList(Ipv4Addr),
}

/// The cluster in front of the list.
fn prepend(entry: &Entry<'_>, cluster: Ipv4Addr, sink: &mut impl Sink) -> Result<(), EncodeError> {
    let length = entry.raw.value.len().saturating_add(4);
    sink.head(entry.raw.flags, AttributeType::CLUSTER_LIST, length)?;
    sink.octets(&cluster.octets())?;
    sink.octets(entry.raw.value)
}

/// Attributes that are still to be added, each before the first one of a
/// higher type.
struct Missing {
    next_hop: Option<Ipv4Addr>,
    originator: Option<Ipv4Addr>,
    cluster: Option<Ipv4Addr>,
}

impl Missing {
    #[inline]
    fn comes_before(&self, next: AttributeType) -> bool {
        self.next_hop.is_some() && next > AttributeType::NEXT_HOP
            || self.originator.is_some() && next > AttributeType::ORIGINATOR_ID
            || self.cluster.is_some() && next > AttributeType::CLUSTER_LIST
    }

    fn emit_before(&mut self, next: u8, sink: &mut impl Sink) -> Result<(), EncodeError> {
        for (slot, attribute, flags) in [
            (
                &mut self.next_hop,
                AttributeType::NEXT_HOP,
                AttributeFlags::WELL_KNOWN,
            ),
            (
                &mut self.originator,
                AttributeType::ORIGINATOR_ID,
                AttributeFlags::OPTIONAL,
            ),
            (
                &mut self.cluster,
                AttributeType::CLUSTER_LIST,
                AttributeFlags::OPTIONAL,
            ),
        ] {
            if let Some(address) = slot.take_if(|_| attribute.0 < next) {
                sink.fixed(flags, attribute, &address.octets())?;
            }
        }
        Ok(())
    }
}
