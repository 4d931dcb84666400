//! Changes that a rule makes to a route.
//!
//! Each is idempotent but for prepending, and none can fail. What the kind of
//! session demands comes after them: a LOCAL_PREF set here does not reach an
//! external peer, an AS prepended here stands behind our own.

use bgp_wire::{Asn, Community, LargeCommunity, PathAttributes};

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
    /// Puts these numbers, in this order, before the path.
    PrependAsPath(Vec<Asn>),
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
            Self::PrependAsPath(list) => {
                for asn in list.iter().rev() {
                    attributes.as_path.prepend(*asn, 1);
                }
            }
            Self::SetLocalPref(value) => attributes.local_pref = Some(*value),
            Self::SetMed(value) => attributes.med = Some(*value),
            Self::RemoveMed => attributes.med = None,
        }
    }

    /// Whether the operation decides about MULTI_EXIT_DISC.
    pub(crate) const fn touches_med(&self) -> bool {
        matches!(self, Self::SetMed(_) | Self::RemoveMed)
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if !list.contains(&value) {
        list.push(value);
    }
}
