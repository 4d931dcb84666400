//! Choosing the best route and telling everybody who is concerned.
//!
//! The decision is made from scratch over all eligible routes of the
//! destination, as MULTI_EXIT_DISC gives no order in which a newcomer could be
//! placed (RFC 4271 §9.1.2.2 c). Destinations have few routes; one alone is
//! best without being compared.
//!
//! INVARIANT: `destination.best` is the position of the route that the decision
//! process of the RIB's profile chooses from the eligible ones, at all times
//! outside [`Rib::change`].

use super::Rib;
use super::event::ChangeLog;
use crate::attribute_set::Marks;
use crate::decision::{Candidate, select};
use crate::export::{Exporter, family_of};
use crate::peer::Peer;
use crate::route::{RouteInfo, Source, Status};
use crate::routes::Route;
use crate::snapshot::Best;
use crate::table::{Destination, PrefixId};
use bgp_wire::PeerType;
use smallvec::SmallVec;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

impl Rib {
    /// Changes the routes to a destination with `change` and decides anew. All
    /// changes of routes go through here.
    pub(super) fn change(
        &mut self,
        id: PrefixId,
        log: &mut ChangeLog,
        change: impl FnOnce(&mut Destination),
    ) {
        let Some(destination) = self.table.get_mut(id) else {
            return;
        };
        let prefix = destination.prefix;
        let before = destination.best_route().cloned();
        change(destination);
        let chosen = self
            .table
            .get(id)
            .and_then(|now| self.choose(now, before.as_ref()));
        let Some(destination) = self.table.get_mut(id) else {
            return;
        };
        destination.set_best(chosen);
        let after = destination.best_route();
        let best_changed = match (&before, after) {
            (None, None) => false,
            (Some(old), Some(new)) => !same_to_others(old, new),
            (Some(_), None) | (None, Some(_)) => true,
        };
        if best_changed && self.config.report_best {
            let old = before.map(|route| self.info(prefix, &route));
            log.note(prefix, old);
        }
        if self.config.multipath {
            log.touch(prefix);
        }
        self.mark(id, best_changed);
        self.table.release_if_unused(id);
    }

    /// Position of the best route. `before` is the route that was best.
    fn choose(&self, destination: &Destination, before: Option<&Route>) -> Option<usize> {
        let eligibility = self.eligibility();
        if let [only] = &*destination.routes {
            return eligibility.is_eligible(only).then_some(0);
        }
        let mut positions: SmallVec<[usize; 4]> = SmallVec::new();
        let mut candidates: SmallVec<[Candidate; 4]> = SmallVec::new();
        for (position, route) in destination.routes.iter().enumerate() {
            if eligibility.is_eligible(route) {
                let current = before.is_some_and(|old| old.is(route.peer, route.path_id));
                positions.push(position);
                candidates.push(self.candidate(route, current));
            }
        }
        let best = select(&candidates, self.config.profile.steps())?;
        positions.get(best).copied()
    }

    /// The values that the decision process compares.
    pub(super) fn candidate(&self, route: &Route, current: bool) -> Candidate {
        let peer = route.peer.and_then(|id| self.peers.get(id.index()));
        let attributes = &route.effective;
        let peer_identifier = peer.map_or(self.config.identifier, |peer| peer.identifier);
        Candidate {
            preference: route.preference(),
            stale: attributes.has(Marks::LLGR_STALE),
            local_pref: attributes
                .local_pref()
                .unwrap_or(self.config.default_local_pref),
            local: route.peer.is_none(),
            aigp: attributes.aigp().filter(|_| self.config.aigp),
            path_length: attributes.path_length(),
            origin: attributes.origin(),
            med: attributes.med().unwrap_or(0),
            neighbor_as: attributes.neighbor_as().unwrap_or(self.config.local_as),
            external: peer.is_some_and(|peer| peer.peer_type == PeerType::External),
            interior_cost: self.next_hops.cost(route.next_hop),
            current,
            identifier: attributes.originator_id().unwrap_or(peer_identifier),
            peer_identifier,
            cluster_list_length: attributes.cluster_list_length(),
            peer_address: peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| {
                peer.config.address
            }),
            path_id: route.path_id,
        }
    }

    /// Marks a destination in every group and in the publisher. Where the best
    /// route is unchanged, only groups that are told all routes care.
    pub(super) fn mark(&mut self, id: PrefixId, best_changed: bool) {
        let Some(destination) = self.table.get_mut(id) else {
            return;
        };
        let family = family_of(&destination.prefix);
        for group in self.groups.iter_mut() {
            let context = &group.key.context;
            let concerned = best_changed || context.add_path_send.contains(family);
            if concerned && context.families.contains(family) && group.dirty.push(id) {
                destination.references += 1;
            }
        }
        if best_changed {
            self.mark_for_readers(id);
        }
    }

    /// The route as users meet it.
    pub(super) fn info(&self, prefix: ipnet::IpNet, route: &Route) -> RouteInfo {
        self.best_of(route).info(prefix)
    }

    /// The route as readers hold it.
    pub(super) fn best_of(&self, route: &Route) -> Best {
        let peer = route
            .peer
            .and_then(|id| Some((id, self.peers.get(id.index())?)));
        let source = match (peer, route.origin()) {
            (Some((id, peer)), _) => Source::Peer {
                id,
                address: peer.config.address,
            },
            (None, Some(origin)) => Source::Local(Arc::clone(origin)),
            (None, None) => Source::Local(Arc::new(crate::LocalOrigin::Static)),
        };
        Best {
            source,
            path_id: route.path_id,
            stale: peer.is_some_and(|(_, peer)| is_stale(peer, route)),
            received: (route.received() != &route.effective).then(|| route.received().clone()),
            effective: route.effective.clone(),
        }
    }

    pub(super) fn eligibility(&self) -> Eligibility<'_> {
        Eligibility {
            next_hops: &self.next_hops,
        }
    }
}

/// Whether the two routes differ in nothing that a peer or the forwarding table
/// could see.
fn same_to_others(old: &Route, new: &Route) -> bool {
    old.is(new.peer, new.path_id) && old.effective == new.effective && old.origin() == new.origin()
}

/// Whether a route has outlived its session (RFC 4724 §4.2).
pub(super) const fn is_stale(peer: &Peer, route: &Route) -> bool {
    route.parity != peer.parity
}

/// What eligibility depends on beside the route.
pub(super) struct Eligibility<'a> {
    next_hops: &'a crate::next_hop::NextHops,
}

impl Eligibility<'_> {
    pub(super) fn is_eligible(&self, route: &Route) -> bool {
        route.status == Status::Usable && self.next_hops.is_resolvable(route.next_hop)
    }
}

impl Exporter<'_> {
    pub(crate) fn is_eligible(&self, route: &Route) -> bool {
        Eligibility {
            next_hops: self.next_hops,
        }
        .is_eligible(route)
    }
}
