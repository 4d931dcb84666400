//! A ROUTE-REFRESH with outbound route filters, to send.

use alloc::vec::Vec;

use super::{OrfEntry, OrfGroup, OrfView, PrefixFilter, WhenToRefresh};
use crate::frame::{HEADER, finish, start};
use crate::nlri::put_prefix;
use crate::open::OrfType;
use crate::writer::{Count, Out, Writer};
use crate::{Afi, EncodeError, Family, MessageType};

/// A ROUTE-REFRESH with filters, to send.
///
/// ```
/// use bgp_wire::{Context, Family, OrfEntry, OrfFilters, OrfRequest, PeerType};
/// use bgp_wire::{RouteRefreshView, WhenToRefresh};
/// let request = OrfRequest {
///     family: Family::IPV4_UNICAST,
///     when: WhenToRefresh::Immediate,
///     groups: vec![OrfFilters::AddressPrefix(vec![OrfEntry::RemoveAll])],
/// };
/// let context = Context::new(PeerType::External);
/// let mut out = [0; 4096];
/// let length = request.encode(&context, &mut out).unwrap();
/// assert_eq!(out[16..length], [0, 28, 5, 0, 1, 0, 1, 1, 64, 0, 1, 0x80]);
/// let view = RouteRefreshView::decode(&out[..length], &context).unwrap();
/// assert_eq!(OrfRequest::from_view(&view), Some(request));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OrfRequest {
    /// The family that is filtered.
    pub family: Family,
    /// When to refresh.
    pub when: WhenToRefresh,
    /// The groups of entries.
    pub groups: Vec<OrfFilters>,
}

/// The entries of one ORF type, owned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum OrfFilters {
    /// Type 64: address prefixes.
    AddressPrefix(Vec<OrfEntry>),
    /// Another type.
    Other {
        /// ORF type.
        kind: u8,
        /// The entries.
        octets: Vec<u8>,
    },
}

impl OrfRequest {
    /// The filters of a received message; `None` where it has none.
    #[must_use]
    pub fn from_view(view: &crate::RouteRefreshView<'_>) -> Option<Self> {
        let filters: OrfView<'_> = view.filters()?;
        let owned = |group| match group {
            OrfGroup::AddressPrefix(entries) => OrfFilters::AddressPrefix(entries.collect()),
            OrfGroup::Other { kind, octets } => OrfFilters::Other {
                kind,
                octets: octets.into(),
            },
        };
        Some(Self {
            family: view.family(),
            when: filters.when,
            groups: filters.groups().map(owned).collect(),
        })
    }

    /// Size of the whole message in octets, whatever the session's limit.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let group = |group: &OrfFilters| {
            let entries = Count::of(|out| self.write_entries(group, out));
            entries.saturating_add(3)
        };
        let sum = |sum: usize, it| sum.saturating_add(group(it));
        self.groups.iter().fold(HEADER + 5, sum)
    }

    /// Writes the whole message and returns its size.
    ///
    /// # Errors
    /// The message exceeds the session's limit or the buffer, a group its
    /// length, or a prefix is not of the family's IP version.
    pub fn encode(&self, context: &crate::Context, out: &mut [u8]) -> Result<usize, EncodeError> {
        let mut writer = Writer::new(out);
        start(&mut writer, MessageType::RouteRefresh)?;
        writer.u16(self.family.afi.0)?;
        writer.put(&[0, self.family.safi.0, self.when.code()])?;
        for group in &self.groups {
            self.write_group(group, &mut writer)?;
        }
        finish(&mut writer, context.send_limit)
    }

    fn write_group(&self, group: &OrfFilters, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let kind = match group {
            OrfFilters::AddressPrefix(_) => OrfType::ADDRESS_PREFIX,
            OrfFilters::Other { kind, .. } => *kind,
        };
        writer.u8(kind)?;
        let at = writer.position();
        writer.u16(0)?;
        self.write_entries(group, writer)?;
        let length = writer.position().saturating_sub(at).saturating_sub(2);
        writer.patch_u16(at, length)
    }

    fn write_entries(&self, group: &OrfFilters, out: &mut impl Out) -> Result<(), EncodeError> {
        match group {
            OrfFilters::AddressPrefix(entries) => {
                let mut entries = entries.iter();
                entries.try_for_each(|entry| write_entry(entry, self.family.afi, out))
            }
            OrfFilters::Other { octets, .. } => out.put(octets),
        }
    }
}

fn write_entry(entry: &OrfEntry, afi: Afi, writer: &mut impl Out) -> Result<(), EncodeError> {
    let (action, filter) = match entry {
        OrfEntry::Add(filter) => (0, filter),
        OrfEntry::Remove(filter) => (0x40, filter),
        OrfEntry::RemoveAll => return writer.u8(0x80),
    };
    let PrefixFilter {
        sequence,
        permit,
        min_len,
        max_len,
        prefix,
    } = *filter;
    if crate::nlri::afi_of_prefix(&prefix) != afi {
        return Err(EncodeError::WrongFamily);
    }
    writer.u8(action | if permit { 0 } else { 0x20 })?;
    writer.u32(sequence)?;
    writer.put(&[min_len, max_len, prefix.prefix_len()])?;
    put_prefix(writer, prefix)
}
