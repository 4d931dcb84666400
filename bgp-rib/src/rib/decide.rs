//! Deciding anew and telling everybody who is concerned.
//!
//! The decision is made from scratch over all eligible routes of the
//! destination, as MULTI_EXIT_DISC gives no order in which a newcomer could be
//! placed (RFC 4271 §9.1.2.2 c). Destinations have few routes; one alone is
//! best without being compared.
//!
//! INVARIANT: `destination.best` is the position of the route that the decision
//! process of the RIB's profile chooses from the eligible ones, at all times
//! outside [`Rib::change`].

use super::Judge;
use super::Rib;
use super::event::ChangeLog;
use crate::Destination;
use crate::peer::Peer;
use crate::route::{RouteInfo, Source};
use crate::routes::Route;
use crate::snapshot::Best;
use crate::table::{Place, PrefixId};
use bgp_wire::Family;
use std::sync::Arc;

impl Rib {
    /// Changes the routes to a destination with `change` and decides anew. All
    /// changes of routes go through here.
    pub(super) fn change(
        &mut self,
        id: PrefixId,
        log: &mut ChangeLog,
        change: impl FnOnce(&mut Place),
    ) {
        let Some(destination) = self.table.get_mut(id) else {
            return;
        };
        let before = destination.best_route().cloned();
        change(destination);
        let chosen = self
            .table
            .get(id)
            .and_then(|now| self.judge().choose(&now.routes, before.as_ref()));
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
        // Nobody hears of what came in under policy that makes the same of it, but readers see it.
        let received_changed = match (&before, after) {
            (Some(old), Some(new)) => old.received() != new.received(),
            (_, _) => false,
        };
        if best_changed
            && self.config.report_best
            && let Some(name) = self.table.destination(id)
        {
            let old = before.map(|route| self.info(name.clone(), &route));
            log.note(name, old);
        }
        if self.config.multipath
            && let Some(name) = self.table.destination(id)
        {
            log.touch(name);
        }
        self.mark(id, best_changed);
        if received_changed {
            self.mark_for_readers(id);
        }
        self.table.release_if_unused(id);
    }

    /// Marks a destination in every group and in the publisher. Where the best
    /// route is unchanged, only groups that are told all routes care.
    pub(super) fn mark(&mut self, id: PrefixId, best_changed: bool) {
        let Some(destination) = self.table.get_mut(id) else {
            return;
        };
        let family = destination.family();
        for group in self.groups.iter_mut() {
            let concerned = best_changed || group.key.follows_all(family);
            let carried = group.key.context.families.contains(family);
            if concerned && carried && group.dirty.push(id) {
                destination.references += 1;
            }
        }
        if best_changed {
            self.mark_for_readers(id);
        }
    }

    /// The route as users meet it.
    pub(super) fn info(&self, destination: Destination, route: &Route) -> RouteInfo {
        let family = destination.family();
        let nlri = route.nlri().cloned();
        self.best_of(family, route).info(destination, nlri)
    }

    /// The route as readers hold it.
    pub(super) fn best_of(&self, family: Family, route: &Route) -> Best {
        let peer = route.peer.and_then(|id| Some((id, self.peers.get(id)?)));
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
            stale: peer.is_some_and(|(_, peer)| is_stale(peer, family, route)),
            received: (route.received() != &route.effective).then(|| route.received().clone()),
            effective: route.effective.clone(),
        }
    }

    pub(super) const fn judge(&self) -> Judge<'_> {
        Judge {
            config: &self.config,
            peers: &self.peers,
            next_hops: &self.next_hops,
        }
    }
}

/// Whether the two routes differ in nothing that a peer or the forwarding table
/// could see.
fn same_to_others(old: &Route, new: &Route) -> bool {
    old.is(new.peer, new.path_id)
        && old.effective == new.effective
        && old.origin() == new.origin()
        && old.nlri() == new.nlri()
}

/// Whether a route has outlived its session (RFC 4724 §4.2).
pub(super) const fn is_stale(peer: &Peer, family: Family, route: &Route) -> bool {
    route.parity != peer.parity.of(family)
}
