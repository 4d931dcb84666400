//! What may be there although it is not among the resources.
//!
//! A filter that stands in a manifest with a wrong word in it is not missing, and
//! nobody is helped by being told that it is. What depends on something being
//! absent is therefore only said where nothing of the kind was left unread.

use std::collections::BTreeSet;

use crate::decode::Unread;

/// Kinds of policies that are enforced.
const POLICIES: [&str; 3] = [
    "NetworkPolicy",
    "GlobalNetworkPolicy",
    "ClusterNetworkPolicy",
];

/// Kinds that make endpoints, and the labels that they have.
const ENDPOINTS: [&str; 6] = [
    "Pod",
    "WorkloadEndpoint",
    "HostEndpoint",
    "Namespace",
    "ServiceAccount",
    "Profile",
];

/// Kinds that decide who peers with whom.
const PEERINGS: [&str; 3] = ["BGPPeer", "BGPConfiguration", "Node"];

/// Documents that could not be read, as far as lints care.
#[derive(Default)]
pub(super) struct Unseen<'a> {
    /// One of which not even the kind is known: it may be anything.
    anything: bool,
    kinds: BTreeSet<&'static str>,
    /// Kinds of which one has no name that could be read.
    nameless: BTreeSet<&'static str>,
    names: BTreeSet<(&'static str, &'a str)>,
}

impl<'a> Unseen<'a> {
    pub(super) fn new(unread: &'a [Unread]) -> Self {
        let mut unseen = Self::default();
        for document in unread {
            let Some(kind) = document.kind else {
                unseen.anything = true;
                continue;
            };
            unseen.kinds.insert(kind);
            match document.name.as_deref() {
                Some(name) => unseen.names.insert((kind, name)),
                None => unseen.nameless.insert(kind),
            };
        }
        unseen
    }

    /// Whether something of this kind and name may be among them.
    pub(super) fn may_be(&self, kind: &'static str, name: &str) -> bool {
        self.anything || self.nameless.contains(kind) || self.names.contains(&(kind, name))
    }

    /// Whether all of a kind are among the resources, as far as they were given.
    pub(super) fn none_of(&self, kind: &str) -> bool {
        !self.anything && !self.kinds.contains(kind)
    }

    /// Whether everything that could be read was.
    pub(super) fn nothing_lost(&self) -> bool {
        !self.anything
    }

    pub(super) fn no_policies(&self) -> bool {
        POLICIES.iter().all(|kind| self.none_of(kind))
    }

    pub(super) fn no_endpoints(&self) -> bool {
        ENDPOINTS.iter().all(|kind| self.none_of(kind))
    }

    pub(super) fn no_peerings(&self) -> bool {
        PEERINGS.iter().all(|kind| self.none_of(kind))
    }
}
