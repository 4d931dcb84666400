//! The attributes of a scanned UPDATE as a route keeps them.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::update::index;
use crate::{
    Aggregator, AsPath, AttributeFlags, AttributeType, Family, LargeCommunity, ListView, NextHop,
    OtherAttribute, PathAttributes, UpdateView,
};

impl UpdateView<'_> {
    /// The attributes as a route of the family keeps them: AS4_PATH and
    /// AS4_AGGREGATOR merged (RFC 6793 §4.2.3), discarded ones gone, unknown
    /// transitive ones marked Partial (RFC 4271 §5), large communities once
    /// each (RFC 8092 §5).
    ///
    /// Meaningful where [`reachable`](Self::reachable) has routes; costs a few
    /// allocations, once an UPDATE.
    #[must_use]
    pub fn path_attributes(&self, family: Family) -> PathAttributes {
        self.path_attributes_via(self.next_hop(family))
    }

    /// As [`path_attributes`](Self::path_attributes), for the next hop of an
    /// [`Announcement`](crate::Announcement).
    #[must_use]
    pub fn path_attributes_via(&self, next_hop: Option<NextHop>) -> PathAttributes {
        PathAttributes {
            origin: self.origin().unwrap_or_default(),
            as_path: self.merged_as_path(),
            next_hop,
            med: self.med(),
            local_pref: self.local_pref(),
            atomic_aggregate: self.atomic_aggregate(),
            aggregator: self.merged_aggregator(),
            communities: self.communities().into_iter().collect(),
            extended_communities: self.extended_communities().into_iter().collect(),
            ipv6_extended_communities: self.ipv6_extended_communities().into_iter().collect(),
            large_communities: once_each(self.large_communities()),
            originator_id: self.originator_id(),
            cluster_list: self.cluster_list().into_iter().collect(),
            aigp: self.aigp(),
            only_to_customer: self.only_to_customer(),
            others: self.others(),
        }
    }

    fn merged_as_path(&self) -> AsPath {
        match (self.as_path(), self.as4_path()) {
            (Some(path), Some(as4_path)) if !self.as4_is_stale() => AsPath::merge(path, as4_path),
            (Some(path), _) => path.into(),
            (None, _) => AsPath::empty(),
        }
    }

    fn merged_aggregator(&self) -> Option<Aggregator> {
        match (self.aggregator(), self.as4_aggregator()) {
            (Some(_), Some(as4)) if !self.as4_is_stale() => Some(as4),
            (aggregator, _) => aggregator,
        }
    }

    /// The attributes without a field of their own, by type code.
    fn others(&self) -> Vec<OtherAttribute> {
        let untyped = self
            .attributes()
            .filter(|raw| !is_typed(raw.attribute_type));
        let mut others: Vec<_> = untyped
            .map(|raw| {
                let known = index::slot(raw.attribute_type).is_some();
                let partial = if known {
                    AttributeFlags::empty()
                } else {
                    AttributeFlags::PARTIAL
                };
                OtherAttribute {
                    flags: raw.flags | partial,
                    attribute_type: raw.attribute_type,
                    value: raw.value.into(),
                }
            })
            .collect();
        others.sort_by_key(|it| it.attribute_type);
        others
    }
}

/// The first of each value (RFC 8092 §5), in order. A short list is compared
/// with itself; a long one, whose square a peer could make us pay for, is looked
/// up.
fn once_each(list: ListView<'_, LargeCommunity>) -> Vec<LargeCommunity> {
    const SHORT: usize = 32;
    let mut kept: Vec<LargeCommunity> = Vec::with_capacity(list.len());
    let mut seen = BTreeSet::new();
    for community in list {
        let is_new = match list.len() <= SHORT {
            true => !kept.contains(&community),
            false => seen.insert(community),
        };
        if is_new {
            kept.push(community);
        }
    }
    kept
}

/// Whether the attribute has a field in [`PathAttributes`], or none at all.
const fn is_typed(attribute: AttributeType) -> bool {
    matches!(attribute.0, 1..=10 | 14..=18 | 25 | 26 | 32 | 35)
}
