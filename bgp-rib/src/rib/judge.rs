//! Choosing among the routes to a destination.

use crate::RibConfig;
use crate::attribute_set::Marks;
use crate::decision::{Candidate, select};
use crate::next_hop::NextHops;
use crate::peer::Peer;
use crate::peers::Peers;
use crate::route::Status;
use crate::routes::Route;
use bgp_wire::PeerType;
use smallvec::SmallVec;
use std::net::{IpAddr, Ipv4Addr};

/// What a decision depends on beside the routes.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) config: &'a RibConfig,
    pub(crate) peers: &'a Peers,
    pub(crate) next_hops: &'a NextHops,
}

/// Positions in a list of routes.
type Positions = SmallVec<[usize; 4]>;

impl Judge<'_> {
    /// RFC 4271 §9.1.2: whether a route may be chosen.
    pub(crate) fn is_eligible(&self, route: &Route) -> bool {
        route.status == Status::Usable && self.next_hops.is_resolvable(route.next_hop)
    }

    /// Position of the best route. `before` is the route that was best.
    pub(crate) fn choose(&self, routes: &[Route], before: Option<&Route>) -> Option<usize> {
        if let [only] = routes {
            return self.is_eligible(only).then_some(0);
        }
        self.choose_from(routes, self.eligible(routes), before)
    }

    /// Position of the best route that was not learned from an internal peer.
    pub(crate) fn choose_external(&self, routes: &[Route], best: Option<&Route>) -> Option<usize> {
        let mut positions = self.eligible(routes);
        positions.retain(|at| {
            let route = routes.get(*at);
            route.is_some_and(|route| self.peer_type(route) != Some(PeerType::Internal))
        });
        self.choose_from(routes, positions, best)
    }

    /// Positions of the `most` routes that would be chosen one after the other, in that order;
    /// of all that are eligible, in any order, where there are no more. `best` is the route
    /// that is best. O(most · routes).
    pub(crate) fn choose_several(
        &self,
        routes: &[Route],
        best: Option<&Route>,
        most: usize,
    ) -> Positions {
        let mut left = self.eligible(routes);
        if left.len() <= most {
            return left;
        }
        let mut chosen = Positions::new();
        while chosen.len() < most
            && let Some(next) = self.choose_from(routes, left.clone(), best)
        {
            left.retain(|at| *at != next);
            chosen.push(next);
        }
        chosen
    }

    fn eligible(&self, routes: &[Route]) -> Positions {
        let eligible = |(at, route)| self.is_eligible(route).then_some(at);
        routes.iter().enumerate().filter_map(eligible).collect()
    }

    fn choose_from(
        &self,
        routes: &[Route],
        positions: Positions,
        before: Option<&Route>,
    ) -> Option<usize> {
        let candidate = |at: &usize| {
            let route = routes.get(*at)?;
            let current = before.is_some_and(|old| old.is(route.peer, route.path_id));
            Some(self.candidate(route, current))
        };
        let candidates: SmallVec<[Candidate; 4]> = positions.iter().filter_map(candidate).collect();
        let best = select(&candidates, self.config.profile.steps())?;
        positions.get(best).copied()
    }

    fn peer(&self, route: &Route) -> Option<&Peer> {
        self.peers.get(route.peer?)
    }

    fn peer_type(&self, route: &Route) -> Option<PeerType> {
        Some(self.peer(route)?.peer_type)
    }

    /// The values that the decision process compares.
    pub(crate) fn candidate(&self, route: &Route, current: bool) -> Candidate {
        let peer = self.peer(route);
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
}
