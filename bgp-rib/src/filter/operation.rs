//! Changes that a rule makes to a route.
//!
//! Each is idempotent but for prepending, and none can fail. What the kind of
//! session demands comes after them: a LOCAL_PREF set here does not reach an
//! external peer, an AS prepended here stands behind our own.

use super::{CommunityPattern, LargeCommunityPattern};
use bgp_wire::{
    Asn, AttributeType, Community, ExtendedCommunity, LargeCommunity, NextHop, Origin,
    PathAttributes,
};

/// One change, applied in the order listed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Adds a community unless it is there (RFC 1997).
    AddCommunity(Community),
    /// Removes a community.
    RemoveCommunity(Community),
    /// Adds a large community unless it is there (RFC 8092).
    AddLargeCommunity(LargeCommunity),
    /// Removes a large community.
    RemoveLargeCommunity(LargeCommunity),
    /// Removes the communities that fit one of these.
    RemoveCommunities(Vec<CommunityPattern>),
    /// Removes the large communities that fit one of these.
    RemoveLargeCommunities(Vec<LargeCommunityPattern>),
    /// Adds an extended community unless it is there (RFC 4360).
    AddExtendedCommunity(ExtendedCommunity),
    /// Removes an extended community.
    RemoveExtendedCommunity(ExtendedCommunity),
    /// Sets ORIGIN.
    SetOrigin(Origin),
    /// Sets the next hop. In an import chain traffic goes there, and it is looked up there; in an
    /// export chain it stands where the session leaves a route's next hop alone.
    SetNextHop(NextHop),
    /// Sets the metric of AIGP (RFC 7311).
    SetAigp(u64),
    /// Removes an attribute that is neither mandatory nor has an operation of its own; a type
    /// of the other kind stays.
    RemoveAttribute(AttributeType),
    /// Puts these numbers, in this order, before the path.
    PrependAsPath(Vec<Asn>),
    /// Sets the preference by which routes are compared before any attribute: BIRD's `preference`,
    /// others' weight; BGP's own is 100. It goes nowhere, and has no effect on export.
    SetPreference(u16),
    /// Sets LOCAL_PREF. It is not sent to external peers.
    SetLocalPref(u32),
    /// Sets MULTI_EXIT_DISC; in an export chain it is then also sent to
    /// external peers (RFC 4271 §5.1.4).
    SetMed(u32),
    /// Removes MULTI_EXIT_DISC.
    RemoveMed,
}

impl Operation {
    pub(crate) fn apply(&self, attributes: &mut PathAttributes) {
        match self {
            Self::AddCommunity(value) => add(&mut attributes.communities, *value),
            Self::RemoveCommunity(value) => attributes.communities.retain(|held| held != value),
            Self::AddLargeCommunity(value) => add(&mut attributes.large_communities, *value),
            Self::RemoveLargeCommunity(value) => {
                attributes.large_communities.retain(|held| held != value);
            }
            Self::RemoveCommunities(list) => {
                let keeps = |held: &Community| !list.iter().any(|one| one.matches(*held));
                attributes.communities.retain(keeps);
            }
            Self::RemoveLargeCommunities(list) => {
                let keeps = |held: &LargeCommunity| !list.iter().any(|one| one.matches(*held));
                attributes.large_communities.retain(keeps);
            }
            Self::AddExtendedCommunity(value) => add(&mut attributes.extended_communities, *value),
            Self::RemoveExtendedCommunity(value) => {
                attributes.extended_communities.retain(|held| held != value);
            }
            Self::SetOrigin(value) => attributes.origin = *value,
            Self::SetNextHop(value) => attributes.next_hop = Some(*value),
            Self::SetAigp(value) => attributes.aigp = Some(*value),
            Self::RemoveAttribute(value) => remove(*value, attributes),
            Self::PrependAsPath(list) => {
                for asn in list.iter().rev() {
                    attributes.as_path.prepend(*asn, 1);
                }
            }
            // No attribute: see `Self::preference`.
            Self::SetPreference(_) => {}
            Self::SetLocalPref(value) => attributes.local_pref = Some(*value),
            Self::SetMed(value) => attributes.med = Some(*value),
            Self::RemoveMed => attributes.med = None,
        }
    }

    /// The preference that it sets.
    pub(super) const fn preference(&self) -> Option<u16> {
        if let Self::SetPreference(preference) = self {
            return Some(*preference);
        }
        None
    }

    /// Whether the operation decides about MULTI_EXIT_DISC.
    pub(crate) const fn touches_med(&self) -> bool {
        matches!(
            self,
            Self::SetMed(_)
                | Self::RemoveMed
                | Self::RemoveAttribute(AttributeType::MULTI_EXIT_DISC)
        )
    }
}

fn remove(attribute_type: AttributeType, attributes: &mut PathAttributes) {
    match attribute_type {
        AttributeType::MULTI_EXIT_DISC => attributes.med = None,
        AttributeType::ATOMIC_AGGREGATE => attributes.atomic_aggregate = false,
        AttributeType::AGGREGATOR => attributes.aggregator = None,
        AttributeType::COMMUNITIES => attributes.communities.clear(),
        AttributeType::EXTENDED_COMMUNITIES => attributes.extended_communities.clear(),
        AttributeType::IPV6_EXTENDED_COMMUNITIES => attributes.ipv6_extended_communities.clear(),
        AttributeType::LARGE_COMMUNITIES => attributes.large_communities.clear(),
        AttributeType::AIGP => attributes.aigp = None,
        _ => attributes
            .others
            .retain(|held| held.attribute_type != attribute_type),
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if !list.contains(&value) {
        list.push(value);
    }
}
