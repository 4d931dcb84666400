//! The dense index of destinations and the routes to each.

use crate::PeerId;
use crate::attributes::Attributes;
use crate::next_hop::NextHopId;
use crate::route::{LocalOrigin, Status};
use ipnet::IpNet;
use smallvec::SmallVec;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

/// Position of a destination in the table. A position is used again only when
/// no route, queue or update group refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PrefixId(pub(crate) u32);

impl PrefixId {
    /// The position as an index into arrays over the table.
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One route to a destination, as received and as policy made it.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// The peer, `None` for a route originated here.
    pub(crate) peer: Option<PeerId>,
    /// Path identifier as received, 0 without ADD-PATH.
    pub(crate) path_id: u32,
    /// Path identifier under which we hand the route on, unique in the
    /// destination and kept as long as the route lives.
    pub(crate) local_path_id: u32,
    /// The next hop as received; cost and resolvability are looked up there.
    pub(crate) next_hop: NextHopId,
    /// Before import policy.
    pub(crate) received: Attributes,
    /// After import policy; the same allocation when policy changed nothing.
    pub(crate) effective: Attributes,
    /// What the route is, when it is originated here.
    pub(crate) origin: Option<Arc<LocalOrigin>>,
    /// Protocol preference: BGP's 100, a local route's own, or policy's.
    pub(crate) preference: u16,
    /// What was found when the route came in.
    pub(crate) status: Status,
    /// The peer's parity when the route came; another parity than the peer's
    /// own means stale (RFC 4724 §4.2).
    pub(crate) parity: bool,
}

impl Route {
    /// Whether this is the route of that source and path identifier, of which
    /// a destination has at most one (RFC 7911 §3).
    pub(crate) fn is(&self, peer: Option<PeerId>, path_id: u32) -> bool {
        self.peer == peer && self.path_id == path_id
    }
}

/// A prefix and its routes.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    /// The prefix, host bits zero.
    pub(crate) prefix: IpNet,
    /// Every route held, eligible or not, in order of arrival.
    pub(crate) routes: SmallVec<[Route; 1]>,
    /// Position of the best route.
    pub(crate) best: Option<u32>,
    /// Number of queues and update groups that still refer to this place.
    pub(crate) references: u32,
}

impl Destination {
    /// The route in Loc-RIB, if any is eligible.
    pub(crate) fn best_route(&self) -> Option<&Route> {
        self.routes.get(self.best? as usize)
    }

    /// Whether there is a route. A place without one may be free; nothing may
    /// be queued for it but what its last route left behind.
    pub(crate) fn is_in_use(&self) -> bool {
        !self.routes.is_empty()
    }

    /// Where the route of that source and path identifier stands. O(routes).
    pub(crate) fn position(&self, peer: Option<PeerId>, path_id: u32) -> Option<usize> {
        self.routes.iter().position(|route| route.is(peer, path_id))
    }

    /// The lowest path identifier (from 1) that no route here uses. O(routes):
    /// a peer decides how many paths it sends, so the cost must not grow faster.
    pub(crate) fn free_path_id(&self) -> u32 {
        // Of n + 1 identifiers n routes leave one free.
        let mut taken: SmallVec<[bool; 16]> = SmallVec::from_elem(false, self.routes.len());
        for route in &self.routes {
            let position = (route.local_path_id as usize).checked_sub(1);
            if let Some(slot) = position.and_then(|position| taken.get_mut(position)) {
                *slot = true;
            }
        }
        let lowest = taken.iter().position(|taken| !taken);
        u32::try_from(lowest.unwrap_or(taken.len())).map_or(u32::MAX, |id| id.saturating_add(1))
    }
}

/// A prefix as hash key: one or two words, fed to the hasher as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key(IpNet);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0.addr() {
            IpAddr::V4(addr) => {
                state.write_u64((u64::from(addr.to_bits()) << 8) | u64::from(self.0.prefix_len()));
            }
            IpAddr::V6(addr) => {
                state.write_u128(addr.to_bits());
                state.write_u8(self.0.prefix_len());
            }
        }
    }
}

/// All destinations.
///
/// INVARIANT: a place is either in `index` (and not free) or in `free`. A free
/// place still names its last prefix, which may live elsewhere by then: whoever
/// keeps a [`PrefixId`] without a reference asks [`Destination::is_in_use`].
///
/// INVARIANT: a place with a route, or with a reference, is not free. A queue
/// or update group that still has something to say of a prefix holds a
/// reference, so that the place cannot go to another prefix in between.
#[derive(Debug, Default)]
pub(crate) struct Table {
    // The default hasher is randomly keyed; peers choose the prefixes.
    index: HashMap<Key, PrefixId>,
    places: Vec<Destination>,
    free: Vec<PrefixId>,
}

impl Table {
    /// The place of `prefix`, if it has one. One hash lookup.
    pub(crate) fn find(&self, prefix: &IpNet) -> Option<PrefixId> {
        self.index.get(&Key(*prefix)).copied()
    }

    /// The place of `prefix`, made when there is none; `None` only when 2³²
    /// destinations are in use.
    pub(crate) fn place(&mut self, prefix: IpNet) -> Option<PrefixId> {
        if let Some(id) = self.index.get(&Key(prefix)) {
            return Some(*id);
        }
        let empty = Destination {
            prefix,
            routes: SmallVec::new(),
            best: None,
            references: 0,
        };
        let id = match self.free.pop() {
            Some(id) => {
                *self.places.get_mut(id.index())? = empty;
                id
            }
            None => {
                let id = PrefixId(u32::try_from(self.places.len()).ok()?);
                self.places.push(empty);
                id
            }
        };
        self.index.insert(Key(prefix), id);
        Some(id)
    }

    /// The destination at a place. Places that are free still answer, with no
    /// routes.
    pub(crate) fn get(&self, id: PrefixId) -> Option<&Destination> {
        self.places.get(id.index())
    }

    /// As [`Self::get`], to change it. Whoever removes the last route or
    /// reference calls [`Self::release_if_unused`] afterwards.
    pub(crate) fn get_mut(&mut self, id: PrefixId) -> Option<&mut Destination> {
        self.places.get_mut(id.index())
    }

    /// Frees the place when nothing refers to it.
    pub(crate) fn release_if_unused(&mut self, id: PrefixId) {
        let Some(destination) = self.places.get(id.index()) else {
            return;
        };
        if !destination.routes.is_empty() || destination.references > 0 {
            return;
        }
        // A place that is free already may still name a prefix that has moved.
        let key = Key(destination.prefix);
        if self.index.get(&key) == Some(&id) {
            self.index.remove(&key);
            self.free.push(id);
        }
    }

    /// Gives up one reference, and the place with the last one.
    pub(crate) fn unreference(&mut self, id: PrefixId) {
        if let Some(destination) = self.get_mut(id) {
            destination.references = destination.references.saturating_sub(1);
            self.release_if_unused(id);
        }
    }

    /// Destinations in use, in order of place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (PrefixId, &Destination)> {
        let places = (0..).map(PrefixId).zip(&self.places);
        places.filter(|(_, place)| !place.routes.is_empty() || place.references > 0)
    }

    /// Destinations in use, in order of prefix. Sorts: O(n log n).
    pub(crate) fn sorted(&self) -> Vec<&Destination> {
        let mut all: Vec<_> = self.iter().map(|(_, destination)| destination).collect();
        all.sort_unstable_by_key(|destination| destination.prefix);
        all
    }

    /// Number of destinations in use.
    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_reused_only_when_unreferenced() {
        let mut table = Table::default();
        let one = table.place("10.0.0.0/8".parse().unwrap()).unwrap();
        assert_eq!(table.place("10.0.0.0/8".parse().unwrap()), Some(one));
        table.get_mut(one).unwrap().references = 1;
        table.release_if_unused(one);
        let two = table.place("10.0.0.0/9".parse().unwrap()).unwrap();
        assert_ne!(one, two);
        table.unreference(one);
        assert_eq!(table.find(&"10.0.0.0/8".parse().unwrap()), None);
        assert_eq!(table.place("::/0".parse().unwrap()), Some(one));
        assert_eq!(table.len(), 2);
    }
}
