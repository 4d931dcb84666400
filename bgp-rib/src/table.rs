//! The dense index of destinations and the routes to each.

use crate::PeerId;
use crate::chunks::Chunks;
use crate::routes::{Route, Routes};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use ipnet::IpNet;
use smallvec::SmallVec;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::net::IpAddr;

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

/// A prefix and its routes.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    /// The prefix, host bits zero.
    pub(crate) prefix: IpNet,
    /// Whether the index names this place: whether it is not free.
    indexed: bool,
    /// Whether the first route is the best one.
    has_best: bool,
    /// Every route held, eligible or not, the best one first.
    pub(crate) routes: Routes,
    /// Number of queues and update groups that still refer to this place.
    pub(crate) references: u32,
}

impl Destination {
    /// The route in Loc-RIB, if any is eligible.
    pub(crate) fn best_route(&self) -> Option<&Route> {
        self.routes.first().filter(|_| self.has_best)
    }

    /// Takes another route for the best one: the one at `position`, which moves
    /// to the front.
    pub(crate) fn set_best(&mut self, position: Option<usize>) {
        self.has_best = position.is_some();
        if let Some(routes) = position.and_then(|position| self.routes.get_mut(..=position)) {
            routes.rotate_right(1);
        }
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
        for route in self.routes.iter() {
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
    /// Places by the prefix that stands there.
    index: HashTable<PrefixId>,
    // Randomly keyed: peers choose the prefixes.
    hasher: RandomState,
    places: Chunks<Destination>,
    free: Vec<PrefixId>,
}

impl Table {
    /// The place of `prefix`, if it has one. One hash lookup.
    pub(crate) fn find(&self, prefix: &IpNet) -> Option<PrefixId> {
        let hash = self.hasher.hash_one(Key(*prefix));
        let is_it = |id: &PrefixId| self.get(*id).is_some_and(|held| held.prefix == *prefix);
        self.index.find(hash, is_it).copied()
    }

    /// The place of `prefix`, made when there is none; `None` only when 2³²
    /// destinations are in use.
    pub(crate) fn place(&mut self, prefix: IpNet) -> Option<PrefixId> {
        if self.index.len() == self.index.capacity() {
            self.grow();
        }
        let Self {
            index,
            hasher,
            places,
            free,
        } = self;
        let hash = hasher.hash_one(Key(prefix));
        let is_it = |id: &PrefixId| places.get(id.index()).is_some_and(|it| it.prefix == prefix);
        let hash_of = |id: &PrefixId| {
            let held = places.get(id.index());
            held.map_or(0, |held| hasher.hash_one(Key(held.prefix)))
        };
        let vacant = match index.entry(hash, is_it, hash_of) {
            Entry::Occupied(held) => return Some(*held.get()),
            Entry::Vacant(vacant) => vacant,
        };
        let empty = Destination {
            prefix,
            indexed: true,
            has_best: false,
            routes: Routes::None,
            references: 0,
        };
        let id = match free.pop() {
            Some(id) => {
                *places.get_mut(id.index())? = empty;
                id
            }
            None => {
                let id = PrefixId(u32::try_from(places.len()).ok()?);
                places.push(empty);
                id
            }
        };
        vacant.insert(id);
        Some(id)
    }

    /// Makes room in the index. Places are visited as they lie in memory: by the
    /// order of the old index each would be a cache miss, and those were a sixth of the
    /// time in a profile of a million routes that come and go.
    #[cold]
    fn grow(&mut self) {
        let wanted = self.index.len().saturating_mul(2).max(16);
        // The old one goes first, so that there is never memory for both.
        self.index = HashTable::new();
        self.index = HashTable::with_capacity(wanted);
        for (id, held) in (0..).map(PrefixId).zip(self.places.iter()) {
            if held.indexed {
                let hash = self.hasher.hash_one(Key(held.prefix));
                self.index.insert_unique(hash, id, |_| hash);
            }
        }
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
        let Some(held) = self.places.get_mut(id.index()) else {
            return;
        };
        if !held.indexed || !held.routes.is_empty() || held.references > 0 {
            return;
        }
        held.indexed = false;
        let hash = self.hasher.hash_one(Key(held.prefix));
        if let Ok(entry) = self.index.find_entry(hash, |held| *held == id) {
            entry.remove();
        }
        self.free.push(id);
        if self.index.is_empty() {
            self.give_back();
        }
    }

    /// Gives back the memory of a table that nothing refers to.
    fn give_back(&mut self) {
        self.index = HashTable::new();
        self.places = Chunks::default();
        self.free = Vec::new();
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
        let places = (0..).map(PrefixId).zip(self.places.iter());
        places.filter(|(_, place)| !place.routes.is_empty() || place.references > 0)
    }

    /// Destinations in use, in order of prefix. Sorts: O(n log n).
    pub(crate) fn sorted(&self) -> Vec<&Destination> {
        let mut all: Vec<_> = self.iter().map(|(_, destination)| destination).collect();
        all.sort_unstable_by_key(|destination| destination.prefix);
        all
    }

    /// Octets held, without attributes. O(destinations).
    pub(crate) fn octets(&self) -> usize {
        let further = self.places.iter().map(|place| place.routes.octets());
        let index = self.index.allocation_size();
        index + self.places.len() * size_of::<Destination>() + further.sum::<usize>()
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
        assert!(size_of::<Destination>() <= 64, "a cache line");
        let two = table.place("10.0.0.0/9".parse().unwrap()).unwrap();
        assert_ne!(one, two);
        table.unreference(one);
        assert_eq!(table.find(&"10.0.0.0/8".parse().unwrap()), None);
        assert_eq!(table.place("::/0".parse().unwrap()), Some(one));
        assert_eq!(table.len(), 2);
    }
}
