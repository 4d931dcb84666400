//! Sessions that come, go and come back (RFC 4271 §9, RFC 4724 §4).
//!
//! Staleness is one bit a family. A route carries the parity that its peer had when the
//! route came; a peer that is lost gracefully flips its own, and with one write
//! all its routes are stale. A route that comes again takes the new parity;
//! End-of-RIB removes those that still have the old one.
//!
//! INVARIANT: `peer.stale` names the families that may have stale routes. It is
//! empty before the parity flips, so two generations of stale routes never mix:
//! RFC 4724 §4.2 wants those of an earlier restart gone by then.

use super::Rib;
use super::decide::is_stale;
use super::event::ChangeLog;
use crate::PeerId;
use crate::attribute_set::Marks;
use crate::peer::Established;
use crate::route::Status;
use crate::routes::Route;
use crate::table::PrefixId;
use bgp_wire::{Community, Context, Family, FamilySet};
use std::net::Ipv4Addr;
use std::num::NonZeroU16;

impl Rib {
    pub(super) fn peer_up(
        &mut self,
        id: PeerId,
        identifier: Ipv4Addr,
        context: &Context,
        log: &mut ChangeLog,
    ) {
        if self.peer(id).is_some_and(|peer| peer.session.is_some()) {
            self.peer_down(id, FamilySet::empty(), log);
        }
        let Some(peer) = self.peer_mut(id) else {
            return;
        };
        let identity_changed = peer.identifier != identifier || peer.peer_type != context.peer_type;
        peer.identifier = identifier;
        peer.peer_type = context.peer_type;
        peer.peer_as = context.peer_as;
        let kept = peer.stale;
        if identity_changed && !kept.is_empty() {
            // Stale routes are compared and reflected under the peer's identity.
            self.drop_stale(id, FamilySet::all(), log);
        } else {
            // RFC 4724 §4.2: a family that did not come back is not kept.
            self.drop_stale(id, kept.difference(context.families), log);
        }
        if let Some(group) = self.join(id, context)
            && let Some(peer) = self.peer_mut(id)
        {
            peer.session = Some(Established {
                context: *context,
                group,
            });
        }
    }

    pub(super) fn peer_down(&mut self, id: PeerId, retain: FamilySet, log: &mut ChangeLog) {
        let Some(session) = self.peer_mut(id).and_then(|peer| peer.session.take()) else {
            self.drop_stale(id, FamilySet::all(), log);
            return;
        };
        self.leave(id, session.group);
        // RFC 4724 §4.2: routes that are stale from an earlier restart go.
        self.drop_stale(id, FamilySet::all(), log);
        self.drop_routes(id, log, |family, _| !retain.contains(family));
        if let Some(peer) = self.peer_mut(id) {
            peer.stale = retain.intersection(session.context.families);
            for family in session.context.families.iter() {
                peer.parity.flip(family);
            }
        }
        self.publish_staleness(id);
    }

    pub(super) fn end_of_rib(&mut self, id: PeerId, family: Family, log: &mut ChangeLog) {
        self.drop_stale(id, FamilySet::empty().with(family), log);
    }

    /// RFC 7313 §4: routes of the family are stale until they come again. A second begin makes
    /// those stale that have come since the first.
    pub(super) fn begin_of_refresh(&mut self, id: PeerId, family: Family) {
        let Some(peer) = self.peer_mut(id).filter(|peer| peer.session.is_some()) else {
            return;
        };
        if peer.stale.contains(family) {
            self.stale_again(id, family);
        } else {
            peer.stale.insert(family);
            peer.parity.flip(family);
        }
        self.publish_staleness(id);
    }

    /// Makes those routes of a family stale that have come since the others were. One bit cannot
    /// say who is who: O(routes of the peer).
    fn stale_again(&mut self, id: PeerId, family: Family) {
        let Some(peer) = self.peers.get(id) else {
            return;
        };
        for prefix in peer.prefixes.iter() {
            let Some(destination) = self.table.get_mut(prefix) else {
                continue;
            };
            if destination.family() != family {
                continue;
            }
            let stale = !peer.parity.of(family);
            let mut routes = destination.routes.iter_mut();
            for route in routes.by_ref().filter(|route| route.peer == Some(id)) {
                route.parity = stale;
            }
        }
    }

    /// RFC 9494 §4.3.
    pub(super) fn long_lived_stale(&mut self, id: PeerId, family: Family, log: &mut ChangeLog) {
        let Some(peer) = self.peer_mut(id).filter(|peer| peer.stale.contains(family)) else {
            return;
        };
        peer.long_stale.insert(family);
        let parity = peer.parity;
        for prefix in peer.prefixes.iter().collect::<Vec<_>>() {
            let Some(destination) = self.table.get(prefix) else {
                continue;
            };
            if destination.family() != family {
                continue;
            }
            let fresh = parity.of(family);
            let stale = |route: &Route| route.peer == Some(id) && route.parity != fresh;
            let routes: Vec<Route> = destination
                .routes
                .iter()
                .filter(|it| stale(it))
                .cloned()
                .collect();
            self.remove_routes(prefix, log, |route| {
                stale(route) && route.received().has(Marks::NO_LLGR)
            });
            for mut route in routes {
                if !route.received().has(Marks::NO_LLGR) {
                    self.mark_long_lived(&mut route);
                    self.put(prefix, route, log);
                }
            }
        }
    }

    /// Gives a route LLGR_STALE.
    pub(super) fn mark_long_lived(&mut self, route: &mut Route) {
        if route.effective.has(Marks::LLGR_STALE) {
            return;
        }
        let mut attributes = route.effective.to_path_attributes();
        attributes.communities.push(Community::LLGR_STALE);
        match self.store.intern(&attributes) {
            Ok(stale) => route.change(stale, route.preference()),
            Err(_) => route.status = Status::TooLarge,
        }
    }

    /// Says whether a peer has offered long-lived graceful restart (RFC 9494 §4.2): only then it
    /// hears of routes with LLGR_STALE. Default not; best said before [`Event::PeerUp`](crate::Event::PeerUp).
    pub fn set_long_lived(&mut self, peer: PeerId, long_lived: bool) {
        let Some(held) = self.peer_mut(peer) else {
            return;
        };
        held.long_lived = long_lived;
        let context = held.session.as_ref().map(|session| session.context);
        if let Some(context) = context {
            let _ = self.rekey(peer, &context);
        }
    }

    /// Says how many paths to a destination a peer wants in a family, as its PATHS-LIMIT
    /// capability has it (draft-ietf-idr-add-paths-paths-limit): with ADD-PATH it is told no more.
    /// `None`: it has not said so. Best said before [`Event::PeerUp`](crate::Event::PeerUp);
    /// [`PeerConfig::add_path_limit`](crate::PeerConfig::add_path_limit) holds besides.
    pub fn set_paths_limit(&mut self, peer: PeerId, family: Family, limit: Option<NonZeroU16>) {
        let Some(held) = self.peer_mut(peer) else {
            return;
        };
        held.paths_limit.retain(|(of, _)| *of != family);
        held.paths_limit.extend(limit.map(|limit| (family, limit)));
        let context = held.session.as_ref().map(|session| session.context);
        if let Some(context) = context {
            let _ = self.rekey(peer, &context);
        }
    }

    pub(super) fn stale_expired(&mut self, id: PeerId, log: &mut ChangeLog) {
        self.drop_stale(id, FamilySet::all(), log);
    }

    /// RFC 7606 §5.3: as if the family had not been negotiated.
    pub(super) fn family_down(&mut self, id: PeerId, family: Family, log: &mut ChangeLog) {
        let Some(peer) = self.peer_mut(id) else {
            return;
        };
        let Some(session) = &mut peer.session else {
            return;
        };
        if !session.context.families.contains(family) {
            return;
        }
        session.context.families.remove(family);
        let context = session.context;
        self.drop_routes(id, log, |held, _| held == family);
        self.rekey(id, &context);
    }

    /// Removes the stale routes of some families.
    fn drop_stale(&mut self, id: PeerId, families: FamilySet, log: &mut ChangeLog) {
        let Some(peer) = self.peer_mut(id) else {
            return;
        };
        let concerned = peer.stale.intersection(families);
        peer.stale = peer.stale.difference(families);
        peer.long_stale = peer.long_stale.difference(families);
        if !concerned.is_empty() {
            self.drop_routes(id, log, |family, stale| stale && concerned.contains(family));
        }
    }

    /// Removes the routes of a peer that `goes` names by family and staleness.
    fn drop_routes(
        &mut self,
        id: PeerId,
        log: &mut ChangeLog,
        goes: impl Fn(Family, bool) -> bool,
    ) {
        let Some(peer) = self.peers.get(id) else {
            return;
        };
        let parity = peer.parity;
        let prefixes: Vec<PrefixId> = peer.prefixes.iter().collect();
        let many = prefixes.len();
        for prefix in prefixes {
            let Some(destination) = self.table.get(prefix) else {
                continue;
            };
            let family = destination.family();
            let fresh = parity.of(family);
            let of_peer =
                |route: &Route| route.peer == Some(id) && goes(family, route.parity != fresh);
            self.remove_routes(prefix, log, of_peer);
        }
        // Sets may have lost their last routes; a look at all of them costs no more than that.
        if many >= self.store.len() || self.table.len() == 0 {
            self.store.sweep();
        }
    }

    /// Number of routes held from a peer, and how many of them are stale. Refused routes
    /// count while they are kept. O(1), with stale routes O(routes of the peer).
    #[must_use]
    pub fn route_counts(&self, id: PeerId) -> Option<(usize, usize)> {
        let peer = self.peer(id)?;
        let stale = |place: PrefixId| {
            let Some(held) = self.table.get(place) else {
                return 0;
            };
            let is_it =
                |route: &&Route| route.peer == Some(id) && is_stale(peer, held.family(), route);
            held.routes.iter().filter(is_it).count()
        };
        let stale = if peer.stale.is_empty() {
            0
        } else {
            peer.prefixes.iter().map(stale).sum()
        };
        Some((peer.routes.all(), stale))
    }

    /// Number of routes of a family held from a peer, stale ones among them: what a limit on
    /// prefixes is compared with (RFC 4271 §6.7). With ADD-PATH each path counts, and so do
    /// refused routes while they are kept. O(1).
    #[must_use]
    pub fn route_count(&self, id: PeerId, family: Family) -> Option<usize> {
        Some(self.peer(id)?.routes.of(family))
    }
}
