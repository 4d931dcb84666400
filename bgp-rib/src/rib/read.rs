//! Looking into the tables.
//!
//! Readers on the writer's own thread; those on other threads take a
//! [`Snapshot`](crate::Snapshot). Everything is worked out when it is asked for:
//! nothing is stored per route for the sake of questions. Prefixes are looked up
//! as they are given, host bits included.

use super::Rib;
use crate::attributes::Attributes;
use crate::export::{Exporter, Memo, Withheld};
use crate::group::{ExportKey, Told};
use crate::{Destination, DestinationView, PeerConfig, PeerId, RouteInfo};
use bgp_wire::NlriBuf;
use std::sync::Arc;

impl Rib {
    /// The best route to exactly this destination, `None` when none is eligible. A more
    /// general route does not count; [`Snapshot::longest_match`](crate::Snapshot::longest_match)
    /// finds it. O(1).
    #[must_use]
    pub fn best<'a>(&self, destination: impl Into<DestinationView<'a>>) -> Option<RouteInfo> {
        let view = destination.into();
        let place = self.table.get(self.table.find(&view)?)?;
        Some(self.info(view.to_destination(), place.best_route()?))
    }

    /// Every route to exactly this destination that may take part in the decision, the
    /// best one first, the others in order of arrival.
    #[must_use]
    pub fn candidates<'a>(&self, destination: impl Into<DestinationView<'a>>) -> Vec<RouteInfo> {
        let view = destination.into();
        let place = self.table.find(&view).and_then(|id| self.table.get(id));
        let Some(place) = place else {
            return Vec::new();
        };
        let routes = place.routes.iter();
        routes
            .filter(|route| self.judge().is_eligible(route))
            .map(|route| self.info(view.to_destination(), route))
            .collect()
    }

    /// The best routes (Loc-RIB) in order of destination. Sorts: O(n log n); a
    /// [`Reader`](crate::Reader) has them sorted.
    pub fn loc_rib(&self) -> impl Iterator<Item = RouteInfo> + '_ {
        self.table.sorted().into_iter().filter_map(|(id, place)| {
            Some(self.info(self.table.destination(id)?, place.best_route()?))
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
        let mut routes = Vec::new();
        for id in held.prefixes.iter() {
            let (Some(name), Some(place)) = (self.table.destination(id), self.table.get(id)) else {
                continue;
            };
            let of_peer = place.routes.iter();
            let of_peer = of_peer.filter(|route| route.peer == Some(peer));
            routes.extend(of_peer.map(|route| self.info(name.clone(), route)));
        }
        routes.sort_by(|one, other| {
            let by_name = one.destination.cmp(&other.destination);
            by_name.then(one.path_id.cmp(&other.path_id))
        });
        routes
    }

    /// What a peer has been told, or will be by the messages that are ready
    /// (Adj-RIB-Out), in order of destination and path identifier. What still waits to be judged
    /// counts as it was before: it is up to date when [`pending`](Self::pending) does not name
    /// the peer. O(destinations).
    #[must_use]
    pub fn adj_rib_out(&self, peer: PeerId) -> Vec<Advertised> {
        let group = self.group_of(peer).and_then(|id| self.groups.get(id));
        let Some(group) = group else {
            return Vec::new();
        };
        let mut routes = Vec::new();
        for (id, _) in self.table.iter() {
            for told in group.told.get(id) {
                if !group.members.excluded(told).contains(&peer)
                    && let Some(destination) = self.table.destination(id)
                {
                    routes.push(Advertised {
                        destination,
                        nlri: group.told.nlri(id, told.path_id).cloned(),
                        path_id: told.path_id,
                        attributes: Attributes::from(&told.attributes),
                    });
                }
            }
        }
        routes.sort_by(|one, other| {
            let by_name = one.destination.cmp(&other.destination);
            by_name.then(one.path_id.cmp(&other.path_id))
        });
        routes
    }

    /// What a peer would be told now about the best route to a destination, or why
    /// nothing: the first question of whoever misses a route. Asks the code that
    /// makes the messages, and changes nothing. O(rules of the chain).
    ///
    /// ```
    /// use bgp_rib::{PeerConfig, Rib, RibConfig, Withheld};
    /// use bgp_wire::Asn;
    ///
    /// let mut rib = Rib::new(RibConfig::new(Asn(64512), [10, 0, 0, 1].into()));
    /// let peer = rib.add_peer(PeerConfig::new([10, 0, 0, 2].into()));
    /// let prefix: ipnet::IpNet = "192.0.2.0/24".parse()?;
    /// let answer = rib.advertisement(peer, prefix);
    /// assert_eq!(answer, Err(Withheld::Down));
    /// # Ok::<(), ipnet::AddrParseError>(())
    /// ```
    ///
    /// # Errors
    /// The rule, policy or limit that withholds the route.
    pub fn advertisement<'a>(
        &mut self,
        peer: PeerId,
        destination: impl Into<DestinationView<'a>>,
    ) -> Result<Attributes, Withheld> {
        let view = destination.into();
        let held = self.peer(peer).ok_or(Withheld::Down)?;
        let session = held.session.as_ref().ok_or(Withheld::Down)?;
        let key = ExportKey::new(&self.config, held, &session.context);
        let group = session.group;
        if !session.context.families.contains(view.family()) {
            return Err(Withheld::FamilyNotNegotiated);
        }
        let place = self.table.find(&view).and_then(|id| self.table.get(id));
        let route = place
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
        let attributes = exporter.export(&key, &mut Memo::default(), &view, route)?;
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

/// A route as a peer was told it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advertised {
    /// The destination.
    pub destination: Destination,
    /// The NLRI as it was sent, with its labels; `None` in IPv4 and IPv6 unicast.
    pub nlri: Option<Arc<NlriBuf>>,
    /// The path identifier that it was sent with, 0 without ADD-PATH.
    pub path_id: u32,
    /// The attributes.
    pub attributes: Attributes,
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
    /// Destinations with a route, or whose withdrawal still waits to be sent.
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
