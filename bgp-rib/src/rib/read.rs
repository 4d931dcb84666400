//! Looking into the tables.
//!
//! Readers on the writer's own thread; those on other threads take a
//! [`Snapshot`](crate::Snapshot). Everything is worked out when it is asked for:
//! nothing is stored per route for the sake of questions. Prefixes are looked up
//! as they are given, host bits included.

use super::Rib;
use crate::attributes::Attributes;
use crate::export::{Exporter, Memo, Withheld, family_of};
use crate::group::{ExportKey, Told};
use crate::{PeerConfig, PeerId, RouteInfo};
use ipnet::IpNet;

impl Rib {
    /// The best route to exactly `prefix`, `None` when none is eligible. A more
    /// general route does not count; [`Snapshot::longest_match`](crate::Snapshot::longest_match)
    /// finds it. O(1).
    #[must_use]
    pub fn best(&self, prefix: &IpNet) -> Option<RouteInfo> {
        let destination = self.table.get(self.table.find(prefix)?)?;
        Some(self.info(*prefix, destination.best_route()?))
    }

    /// Every route to exactly `prefix` that may take part in the decision, the
    /// best one first, the others in order of arrival.
    #[must_use]
    pub fn candidates(&self, prefix: &IpNet) -> Vec<RouteInfo> {
        let destination = self.table.find(prefix).and_then(|id| self.table.get(id));
        let Some(destination) = destination else {
            return Vec::new();
        };
        let routes = destination.routes.iter();
        routes
            .filter(|route| self.judge().is_eligible(route))
            .map(|route| self.info(*prefix, route))
            .collect()
    }

    /// The best routes (Loc-RIB) in order of prefix. Sorts: O(n log n); a
    /// [`Reader`](crate::Reader) has them sorted.
    pub fn loc_rib(&self) -> impl Iterator<Item = RouteInfo> + '_ {
        self.table.sorted().into_iter().filter_map(|destination| {
            Some(self.info(destination.prefix, destination.best_route()?))
        })
    }

    /// Everything a peer sent, before policy (Adj-RIB-In), in order of prefix
    /// and path identifier: also what policy refused or what loops, if
    /// [`keep_rejected`](crate::PeerConfig::keep_rejected) is set. O(n log n).
    #[must_use]
    pub fn adj_rib_in(&self, peer: PeerId) -> Vec<RouteInfo> {
        let Some(held) = self.peer(peer) else {
            return Vec::new();
        };
        let destinations = held.prefixes.iter().filter_map(|id| self.table.get(id));
        let mut routes: Vec<RouteInfo> = destinations
            .flat_map(|destination| {
                let of_peer = destination
                    .routes
                    .iter()
                    .filter(|route| route.peer == Some(peer));
                of_peer.map(|route| self.info(destination.prefix, route))
            })
            .collect();
        routes.sort_by_key(|route| (route.prefix, route.path_id));
        routes
    }

    /// What a peer has been told, or will be by the messages that are ready
    /// (Adj-RIB-Out): prefix, path identifier (0 without ADD-PATH), attributes;
    /// in order of prefix. What still waits to be judged counts as it was before:
    /// it is up to date when [`pending`](Self::pending) does not name the peer.
    /// O(destinations).
    #[must_use]
    pub fn adj_rib_out(&self, peer: PeerId) -> Vec<(IpNet, u32, Attributes)> {
        let group = self.group_of(peer).and_then(|id| self.groups.get(id));
        let Some(group) = group else {
            return Vec::new();
        };
        let mut routes = Vec::new();
        for (id, destination) in self.table.iter() {
            for told in group.told.get(id) {
                if !group.members.excluded(told).contains(&peer) {
                    let attributes = Attributes::from(&told.attributes);
                    routes.push((destination.prefix, told.path_id, attributes));
                }
            }
        }
        routes.sort_by_key(|(prefix, path_id, _)| (*prefix, *path_id));
        routes
    }

    /// What a peer would be told now about the best route to `prefix`, or why
    /// nothing: the first question of whoever misses a route. Asks the code that
    /// makes the messages, and changes nothing. O(rules of the chain).
    ///
    /// ```
    /// use bgp_rib::{PeerConfig, Rib, RibConfig, Withheld};
    /// use bgp_wire::Asn;
    ///
    /// let mut rib = Rib::new(RibConfig::new(Asn(64512), [10, 0, 0, 1].into()));
    /// let peer = rib.add_peer(PeerConfig::new([10, 0, 0, 2].into()));
    /// let answer = rib.advertisement(peer, &"192.0.2.0/24".parse()?);
    /// assert_eq!(answer, Err(Withheld::Down));
    /// # Ok::<(), ipnet::AddrParseError>(())
    /// ```
    ///
    /// # Errors
    /// The rule, policy or limit that withholds the route.
    pub fn advertisement(&mut self, peer: PeerId, prefix: &IpNet) -> Result<Attributes, Withheld> {
        let held = self.peer(peer).ok_or(Withheld::Down)?;
        let session = held.session.as_ref().ok_or(Withheld::Down)?;
        let key = ExportKey::new(&self.config, held, &session.context);
        let group = session.group;
        if !session.context.families.contains(family_of(prefix)) {
            return Err(Withheld::FamilyNotNegotiated);
        }
        let destination = self.table.find(prefix).and_then(|id| self.table.get(id));
        let route = destination
            .and_then(|held| held.best_route())
            .ok_or(Withheld::NoRoute)?;
        if route.peer == Some(peer) {
            return Err(Withheld::OwnRoute);
        }
        let mut exporter = Exporter {
            config: &self.config,
            peers: &self.peers,
            next_hops: &self.next_hops,
            vrps: &self.vrps,
            store: &mut self.store,
        };
        let attributes = exporter.export(&key, &mut Memo::default(), prefix, route)?;
        let told = Told {
            path_id: 0,
            peer: route.peer,
            attributes,
        };
        let excluded = self
            .groups
            .get(group)
            .map(|group| group.members.excluded(&told));
        if excluded.is_none_or(|excluded| !excluded.contains(&peer)) {
            return Ok(Attributes::from(&told.attributes));
        }
        Err(if told.peer.is_none() {
            Withheld::PeerIsNextHop
        } else {
            Withheld::OwnOriginator
        })
    }

    /// Configuration of a peer.
    #[must_use]
    pub fn peer_config(&self, peer: PeerId) -> Option<&PeerConfig> {
        Some(&self.peer(peer)?.config)
    }

    /// The peers, whether their sessions are up or not.
    pub fn peers(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.peers.iter().map(|(id, _)| id)
    }

    /// Sizes of the tables, for monitoring. O(peers + update groups).
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let learned = self.peers.iter().map(|(_, peer)| peer.routes.all());
        Statistics {
            destinations: self.table.len(),
            routes: self.own_routes + learned.sum::<usize>(),
            attribute_sets: self.store.len(),
            update_groups: self.groups.iter().count(),
            advertised: self.groups.iter().map(|(_, group)| group.told.len()).sum(),
        }
    }

    /// What the tables take, for whoever plans. O(destinations + attribute sets).
    ///
    /// ```
    /// use bgp_rib::{Event, LocalOrigin, LocalRoute, Rib, RibConfig};
    /// use bgp_wire::Asn;
    ///
    /// let mut rib = Rib::new(RibConfig::new(Asn(64512), [10, 0, 0, 1].into()));
    /// let route = LocalRoute::new("192.168.0.0/26".parse()?, LocalOrigin::OwnBlock);
    /// let _ = rib.apply(Event::Originate(route));
    /// let (memory, sizes) = (rib.memory(), rib.statistics());
    /// println!("{} bytes a route", memory.table / sizes.routes);
    /// println!("{} bytes an attribute set", memory.attributes / sizes.attribute_sets);
    /// # Ok::<(), ipnet::AddrParseError>(())
    /// ```
    #[must_use]
    pub fn memory(&self) -> Memory {
        let told = self.groups.iter().map(|(_, group)| group.told.octets());
        Memory {
            table: self.table.octets(),
            attributes: self.store.octets(),
            advertised: told.sum(),
        }
    }
}

/// Bytes that the tables of a RIB take. What an allocator adds to each piece is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Memory {
    /// Destinations, the routes to them, and the index.
    pub table: usize,
    /// Attribute sets.
    pub attributes: usize,
    /// What update groups were told (Adj-RIBs-Out).
    pub advertised: usize,
}

/// Sizes of the tables of a RIB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Statistics {
    /// Prefixes with a route, or whose withdrawal still waits to be sent.
    pub destinations: usize,
    /// Routes of all peers and our own.
    pub routes: usize,
    /// Distinct attribute sets, some of which may await being dropped.
    pub attribute_sets: usize,
    /// Update groups.
    pub update_groups: usize,
    /// Routes in all Adj-RIBs-Out, each counted once an update group.
    pub advertised: usize,
}
