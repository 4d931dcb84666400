//! A peer as its `BGPPeer` describes it: which of the properties that a `BGPPeer`
//! states apply to a peer depends on how the peer was found.

use std::net::IpAddr;

use super::rule::{Found, Peer, Rule, Terms};
use super::{Family, NextHop, Password};
use crate::scalar::Asn;

/// A peer as its `BGPPeer` describes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Described<'a> {
    pub(super) peer: &'a Peer,
    terms: &'a Terms,
}

impl<'a> Described<'a> {
    pub(super) fn new(peer: &'a Peer, rule: &'a Rule) -> Self {
        let terms = &rule.terms;
        Self { peer, terms }
    }

    fn family(self) -> usize {
        match Family::of(self.peer.address) {
            Family::Ipv4 => 0,
            Family::Ipv6 => 1,
        }
    }

    /// What applies to routers only.
    fn router(self) -> Option<&'a Terms> {
        match self.peer.found {
            Found::BySelector | Found::ByAddress { .. } => Some(self.terms),
            Found::Workload => None,
        }
    }

    /// Found by address, which is a node's.
    pub(super) fn names_a_node(self) -> bool {
        self.peer.found == Found::ByAddress { of_node: true }
    }

    pub(super) fn is_workload(self) -> bool {
        self.peer.found == Found::Workload
    }

    /// The AS to show instead of the node's.
    pub(super) fn local_as(self) -> Option<Asn> {
        match self.peer.found {
            Found::ByAddress { .. } | Found::Workload => self.terms.local_as,
            Found::BySelector => None,
        }
    }

    pub(super) fn allow_local_as(self) -> Option<u32> {
        match self.peer.found {
            Found::ByAddress { .. } => self.terms.allow_local_as,
            Found::BySelector | Found::Workload => None,
        }
    }

    /// The gateway, where it is of the family.
    pub(super) fn reachable_by(self) -> Option<IpAddr> {
        let gateway = self.router()?.reachable_by?;
        (gateway.is_ipv4() == self.peer.address.is_ipv4()).then_some(gateway)
    }

    pub(super) fn uses_node_address(self) -> bool {
        self.router().is_some_and(|terms| terms.use_node_address)
    }

    pub(super) fn ttl_security(self) -> Option<u8> {
        self.router()?.ttl_security
    }

    /// The mode, or what the field that it superseded says: that one is heard
    /// over eBGP only.
    pub(super) fn next_hop(self, internal: bool) -> NextHop {
        match self.router() {
            Some(terms) if terms.next_hop.is_none() && !internal => {
                if terms.keep_original_next_hop {
                    NextHop::Keep
                } else {
                    NextHop::Auto
                }
            }
            Some(terms) => terms.next_hop.unwrap_or_default(),
            None => NextHop::Auto,
        }
    }

    pub(super) fn keepalive_s(self) -> Option<u32> {
        self.router()?.keepalive_s
    }

    pub(super) fn graceful_restart_s(self) -> Option<u32> {
        self.router()?.graceful_restart_s
    }

    pub(super) fn password(self) -> Option<&'a Password> {
        self.router()?.password.as_ref()
    }

    pub(super) fn import_filters(self) -> &'a [String] {
        let filters = self.terms.import_filters.get(self.family());
        filters.map_or(&[], Vec::as_slice)
    }

    pub(super) fn export_filters(self) -> &'a [String] {
        let filters = self.terms.export_filters.get(self.family());
        filters.map_or(&[], Vec::as_slice)
    }
}

/// Whether two `BGPPeer`s describe the same peer alike.
impl PartialEq for Described<'_> {
    fn eq(&self, other: &Self) -> bool {
        let next_hops = |of: &Self| [of.next_hop(false), of.next_hop(true)];
        self.peer == other.peer
            && self.local_as() == other.local_as()
            && self.allow_local_as() == other.allow_local_as()
            && self.reachable_by() == other.reachable_by()
            && self.uses_node_address() == other.uses_node_address()
            && self.ttl_security() == other.ttl_security()
            && next_hops(self) == next_hops(other)
            && self.keepalive_s() == other.keepalive_s()
            && self.graceful_restart_s() == other.graceful_restart_s()
            && self.password() == other.password()
            && self.import_filters() == other.import_filters()
            && self.export_filters() == other.export_filters()
    }
}
