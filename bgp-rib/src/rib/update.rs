//! UPDATE messages and routes that come and go.
//!
//! A route that cannot be used (refused by policy, looped) still replaces what
//! its source said before: the implicit withdrawal of RFC 4271 §3.1 and §9
//! does not depend on what the new route is worth.
//!
//! INVARIANT: every route in the table holds its next hop once
//! (`NextHops::depend`), and gives it back when it is replaced or removed; an
//! UPDATE at work holds it besides, so that the entry outlives its routes.

use super::Rib;
use super::event::ChangeLog;
use super::import::Incoming;
use crate::next_hop::NextHopId;
use crate::route::Status;
use crate::routes::Route;
use crate::table::PrefixId;
use crate::{DestinationView, PeerId};
use bgp_wire::{Announcement, Family, NextHop, Nlri, NlriView, UpdateView};
use smallvec::SmallVec;

/// How many destinations are looked up together.
const AT_A_TIME: usize = 16;

impl Rib {
    /// RFC 4271 §9: withdrawn first, then what is announced; a prefix that is in
    /// both is announced (RFC 4271 §4.3).
    pub(super) fn update(&mut self, peer: PeerId, update: &UpdateView<'_>, log: &mut ChangeLog) {
        if self.peer(peer).is_none_or(|peer| peer.session.is_none()) {
            return;
        }
        for family in update.disabled_families().iter() {
            self.family_down(peer, family, log);
        }
        let mut gone = update.unreachable().filter(is_unicast);
        while self.withdraw_some(peer, &mut gone, log) {}
        let has_others = has_other_family(update);
        if has_others {
            for nlri in update.unreachable_nlri().filter(is_other) {
                self.withdraw(Some(peer), nlri.into(), nlri.path_id().unwrap_or(0), log);
            }
        }
        for announcement in update.announcements() {
            self.announced(peer, update, announcement, log);
        }
        if has_others {
            self.announced_others(peer, update, log);
        }
        if let Some(family) = update.end_of_rib() {
            self.end_of_rib(peer, family, log);
        }
    }

    fn announced(
        &mut self,
        peer: PeerId,
        update: &UpdateView<'_>,
        announcement: Announcement<'_>,
        log: &mut ChangeLog,
    ) {
        let routes = announcement.routes.filter(is_unicast);
        let routes = routes.map(|nlri| (nlri.prefix.into(), nlri.path_id));
        self.announced_with(peer, update, announcement.next_hop, routes, log);
    }

    /// What is announced in MP_REACH_NLRI of another family than unicast.
    fn announced_others(&mut self, peer: PeerId, update: &UpdateView<'_>, log: &mut ChangeLog) {
        let mut routes = update.reachable_nlri().filter(is_other).peekable();
        if routes.peek().is_none() {
            return;
        }
        let next_hop = update.mp_reach().and_then(|view| view.next_hop());
        let routes = routes.map(|nlri| (nlri.into(), nlri.path_id()));
        self.announced_with(peer, update, next_hop, routes, log);
    }

    fn announced_with<'a>(
        &mut self,
        peer: PeerId,
        update: &UpdateView<'_>,
        next_hop: Option<NextHop>,
        routes: impl Iterator<Item = (DestinationView<'a>, Option<u32>)>,
        log: &mut ChangeLog,
    ) {
        let Some(mut incoming) = self.incoming(peer, update, next_hop) else {
            // What cannot be kept replaces what was said before all the same.
            for (destination, path_id) in routes {
                self.withdraw(Some(peer), destination, path_id.unwrap_or(0), log);
            }
            return;
        };
        for (destination, path_id) in routes {
            if self.takes(peer, destination.family()) {
                let path_id = path_id.unwrap_or(0);
                self.announce(peer, destination, path_id, &mut incoming, log);
            }
        }
        self.done(incoming);
    }

    /// A route of a peer comes, or replaces an earlier one.
    pub(super) fn announce(
        &mut self,
        peer: PeerId,
        destination: DestinationView<'_>,
        path_id: u32,
        incoming: &mut Incoming,
        log: &mut ChangeLog,
    ) {
        let route = self.imported(peer, destination, path_id, incoming);
        let keeps = self
            .peer(peer)
            .is_some_and(|peer| peer.config.keep_rejected);
        if route.status != Status::Usable && !keeps {
            self.withdraw(Some(peer), destination, path_id, log);
            return;
        }
        let Some(id) = self.table.place(destination) else {
            return;
        };
        self.put(id, route, log);
    }

    /// Puts a route into its place, replacing one of the same source and path
    /// identifier.
    pub(super) fn put(&mut self, id: PrefixId, mut route: Route, log: &mut ChangeLog) {
        let Some(destination) = self.table.get_mut(id) else {
            return;
        };
        let position = destination.position(route.peer, route.path_id);
        if let Some(held) = position.and_then(|position| destination.routes.get_mut(position))
            && held.repeats(&route)
        {
            let was_stale = std::mem::replace(&mut held.parity, route.parity) != route.parity;
            if was_stale {
                self.mark_for_readers(id);
                self.mark_said(route.peer, id);
            }
            return;
        }
        self.next_hops.depend(route.next_hop, id);
        if position.is_none() {
            match route.peer.and_then(|peer| self.peers.get_mut(peer)) {
                Some(peer) => {
                    peer.prefixes.insert(id);
                    peer.routes.add(destination.family());
                }
                None => self.own_routes += 1,
            }
        }
        self.mark_said(route.peer, id);
        let mut replaced: Option<NextHopId> = None;
        self.change(id, log, |destination| match position {
            Some(position) => {
                if let Some(held) = destination.routes.get_mut(position) {
                    replaced = Some(held.next_hop);
                    route.local_path_id = held.local_path_id;
                    *held = route;
                }
            }
            None => {
                route.local_path_id = destination.free_path_id();
                destination.routes.push(route);
            }
        });
        if let Some(next_hop) = replaced {
            self.next_hops.release(next_hop);
        }
    }

    /// A route goes.
    pub(super) fn withdraw(
        &mut self,
        peer: Option<PeerId>,
        destination: DestinationView<'_>,
        path_id: u32,
        log: &mut ChangeLog,
    ) {
        let Some(id) = self.table.find(&destination) else {
            return;
        };
        self.remove_routes(id, log, |route| route.is(peer, path_id));
    }

    /// Withdraws what comes next; `false` when there was nothing. Looked up are
    /// several at a time, before anything is done with them: each lookup in a large
    /// table waits for memory, and so they wait together.
    fn withdraw_some(
        &mut self,
        peer: PeerId,
        gone: &mut impl Iterator<Item = Nlri>,
        log: &mut ChangeLog,
    ) -> bool {
        let mut found: SmallVec<[(PrefixId, u32); AT_A_TIME]> = SmallVec::new();
        let mut any = false;
        for nlri in gone.take(AT_A_TIME) {
            any = true;
            let id = self.table.find(&nlri.prefix.into());
            found.extend(id.map(|id| (id, nlri.path_id.unwrap_or(0))));
        }
        // None of these places goes to another prefix meanwhile: nothing is announced.
        for (id, path_id) in found {
            self.remove_routes(id, log, |route| route.is(Some(peer), path_id));
        }
        any
    }

    /// Removes the routes to a destination that `goes` names, and forgets the
    /// destination in the set of a peer that has no route to it any more.
    pub(super) fn remove_routes(
        &mut self,
        id: PrefixId,
        log: &mut ChangeLog,
        goes: impl Fn(&Route) -> bool,
    ) {
        let Some(destination) = self.table.get(id) else {
            return;
        };
        let family = destination.family();
        let gone: SmallVec<[(Option<PeerId>, NextHopId); 2]> = destination
            .routes
            .iter()
            .filter(|route| goes(route))
            .map(|route| (route.peer, route.next_hop))
            .collect();
        if gone.is_empty() {
            return;
        }
        for (peer, next_hop) in gone {
            self.mark_said(peer, id);
            self.next_hops.release(next_hop);
            let others = destination_has_other(self.table.get(id), peer, &goes);
            match peer.and_then(|peer| self.peers.get_mut(peer)) {
                Some(peer) => {
                    peer.routes.remove(family);
                    if !others {
                        peer.prefixes.remove(id);
                    }
                }
                None => self.own_routes -= 1,
            }
        }
        self.change(id, log, |destination| {
            destination.routes.retain(|route| !goes(route))
        });
    }
}

/// Whether `peer` keeps a route to the destination.
fn destination_has_other(
    destination: Option<&crate::table::Place>,
    peer: Option<PeerId>,
    goes: impl Fn(&Route) -> bool,
) -> bool {
    destination.is_some_and(|destination| {
        destination
            .routes
            .iter()
            .any(|route| route.peer == peer && !goes(route))
    })
}

fn is_unicast(nlri: &Nlri) -> bool {
    nlri.family == Family::IPV4_UNICAST || nlri.family == Family::IPV6_UNICAST
}

fn is_other(nlri: &NlriView<'_>) -> bool {
    nlri.family() != Family::IPV4_UNICAST && nlri.family() != Family::IPV6_UNICAST
}

/// Whether anything in an UPDATE is of another family than unicast.
fn has_other_family(update: &UpdateView<'_>) -> bool {
    let reach = update.mp_reach().map(|view| view.family);
    let unreach = update.mp_unreach().map(|view| view.family);
    let mut families = reach.into_iter().chain(unreach);
    families.any(|family| family != Family::IPV4_UNICAST && family != Family::IPV6_UNICAST)
}
