//! The dense index of destinations and the routes to each.

use crate::chunks::Chunks;
use crate::destination::{PrefixKey, family_of};
use crate::routes::{Route, Routes};
use crate::{Destination, DestinationView, PeerId};
use bgp_wire::{Afi, Family, NlriBuf, NlriView, Safi};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use ipnet::IpNet;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::hash::{BuildHasher, RandomState};
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

/// What stands at a place: in 18 octets, so that a place is one cache line.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    /// A prefix of IPv4 or IPv6 unicast, host bits zero.
    Prefix(IpNet),
    /// An NLRI of this AFI and SAFI, which the table has beside its places.
    Nlri([u8; 2], Safi),
}

impl Key {
    /// The family.
    pub(crate) const fn family(self) -> Family {
        match self {
            Self::Prefix(prefix) => family_of(&prefix),
            Self::Nlri(afi, safi) => Family::new(Afi(u16::from_be_bytes(afi)), safi),
        }
    }
}

/// A destination and its routes.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// What leads there is called.
    key: Key,
    /// Whether the index names this place: whether it is not free.
    indexed: bool,
    /// Whether the first route is the best one.
    has_best: bool,
    /// Every route held, eligible or not, the best one first.
    pub(crate) routes: Routes,
    /// Number of queues and update groups that still refer to this place.
    pub(crate) references: u32,
}

impl Place {
    /// The family of its routes.
    pub(crate) const fn family(&self) -> Family {
        self.key.family()
    }

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
    places: Chunks<Place>,
    free: Vec<PrefixId>,
    /// The NLRI at places that are not prefixes.
    nlri: Names,
}

impl Table {
    /// The place of a destination, if it has one. One hash lookup.
    pub(crate) fn find(&self, destination: &DestinationView<'_>) -> Option<PrefixId> {
        let Self {
            index,
            hasher,
            places,
            ..
        } = self;
        match destination {
            DestinationView::Prefix(prefix) => {
                let is_it = |id: &PrefixId| is_prefix(places, *id, prefix);
                index.find(hash_of(hasher, prefix), is_it).copied()
            }
            DestinationView::Nlri(nlri) => self.find_nlri(nlri),
        }
    }

    #[cold]
    fn find_nlri(&self, nlri: &NlriView<'_>) -> Option<PrefixId> {
        let hash = self.hasher.hash_one(DestinationView::Nlri(*nlri));
        let is_it = |id: &PrefixId| is_nlri(&self.nlri, *id, nlri);
        self.index.find(hash, is_it).copied()
    }

    /// The place of a destination, made when there is none; `None` only when 2³² are in use.
    pub(crate) fn place(&mut self, destination: DestinationView<'_>) -> Option<PrefixId> {
        if self.index.len() == self.index.capacity() {
            self.grow();
        }
        match destination {
            DestinationView::Prefix(prefix) => self.place_prefix(prefix),
            DestinationView::Nlri(nlri) => self.place_nlri(nlri),
        }
    }

    #[inline]
    fn place_prefix(&mut self, prefix: IpNet) -> Option<PrefixId> {
        let Self {
            index,
            hasher,
            places,
            free,
            nlri,
        } = self;
        let hash = hash_of(hasher, &prefix);
        let is_it = |id: &PrefixId| is_prefix(places, *id, &prefix);
        let rehash = |id: &PrefixId| hash_at(hasher, places, nlri, *id);
        match index.entry(hash, is_it, rehash) {
            Entry::Occupied(held) => Some(*held.get()),
            Entry::Vacant(vacant) => {
                let id = settle(places, free, Key::Prefix(prefix))?;
                vacant.insert(id);
                Some(id)
            }
        }
    }

    #[cold]
    fn place_nlri(&mut self, wanted: NlriView<'_>) -> Option<PrefixId> {
        let Self {
            index,
            hasher,
            places,
            free,
            nlri,
        } = self;
        let view = DestinationView::Nlri(wanted);
        let hash = hasher.hash_one(view);
        let is_it = |id: &PrefixId| is_nlri(nlri, *id, &wanted);
        let rehash = |id: &PrefixId| hash_at(hasher, places, nlri, *id);
        let vacant = match index.entry(hash, is_it, rehash) {
            Entry::Occupied(held) => return Some(*held.get()),
            Entry::Vacant(vacant) => vacant,
        };
        let Family { afi, safi } = wanted.family();
        let id = settle(places, free, Key::Nlri(afi.0.to_be_bytes(), safi))?;
        if let Destination::Nlri(name) = view.to_destination() {
            nlri.insert(id, name);
        }
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
                let hash = hash_at(&self.hasher, &self.places, &self.nlri, id);
                self.index.insert_unique(hash, id, |_| hash);
            }
        }
    }

    /// The destination at a place. Places that are free still answer, with no
    /// routes.
    pub(crate) fn get(&self, id: PrefixId) -> Option<&Place> {
        self.places.get(id.index())
    }

    /// As [`Self::get`], to change it. Whoever removes the last route or
    /// reference calls [`Self::release_if_unused`] afterwards.
    pub(crate) fn get_mut(&mut self, id: PrefixId) -> Option<&mut Place> {
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
        let key = held.key;
        let hash = hash_at(&self.hasher, &self.places, &self.nlri, id);
        if let Ok(entry) = self.index.find_entry(hash, |held| *held == id) {
            entry.remove();
        }
        if let Key::Nlri(..) = key {
            self.nlri.remove(&id);
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
        self.nlri = FxHashMap::default();
    }

    /// What the routes at a place lead to.
    pub(crate) fn view(&self, id: PrefixId) -> Option<DestinationView<'_>> {
        view_at(&self.places, &self.nlri, id)
    }

    /// The same, to be kept.
    pub(crate) fn destination(&self, id: PrefixId) -> Option<Destination> {
        Some(match self.get(id)?.key {
            Key::Prefix(prefix) => Destination::Prefix(prefix),
            Key::Nlri(..) => Destination::Nlri(Arc::clone(self.nlri.get(&id)?)),
        })
    }

    /// Takes a reference to a place.
    pub(crate) fn reference(&mut self, id: PrefixId) {
        if let Some(place) = self.get_mut(id) {
            place.references += 1;
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
    pub(crate) fn iter(&self) -> impl Iterator<Item = (PrefixId, &Place)> {
        let places = (0..).map(PrefixId).zip(self.places.iter());
        places.filter(|(_, place)| !place.routes.is_empty() || place.references > 0)
    }

    /// Places in use, in order of destination. Sorts: O(n log n).
    pub(crate) fn sorted(&self) -> Vec<(PrefixId, &Place)> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_unstable_by_key(|(id, _)| self.view(*id));
        all
    }

    /// Octets held, without attributes. O(destinations).
    pub(crate) fn octets(&self) -> usize {
        let further = self.places.iter().map(|place| place.routes.octets());
        let index = self.index.allocation_size();
        let nlri = self.nlri.values().map(|nlri| nlri.octets().len());
        let nlri = nlri.sum::<usize>() + self.nlri.len() * size_of::<NlriBuf>();
        index + self.places.len() * size_of::<Place>() + further.sum::<usize>() + nlri
    }

    /// Number of destinations in use.
    pub(crate) fn len(&self) -> usize {
        self.index.len()
    }
}

type Names = FxHashMap<PrefixId, Arc<NlriBuf>>;

#[inline]
fn view_at<'a>(
    places: &Chunks<Place>,
    nlri: &'a Names,
    id: PrefixId,
) -> Option<DestinationView<'a>> {
    match places.get(id.index())?.key {
        Key::Prefix(prefix) => Some(DestinationView::Prefix(prefix)),
        Key::Nlri(..) => nlri.get(&id).map(|nlri| DestinationView::Nlri(nlri.view())),
    }
}

/// A place of its own for something.
fn settle(places: &mut Chunks<Place>, free: &mut Vec<PrefixId>, key: Key) -> Option<PrefixId> {
    let empty = Place {
        key,
        indexed: true,
        has_best: false,
        routes: Routes::None,
        references: 0,
    };
    if let Some(id) = free.pop() {
        *places.get_mut(id.index())? = empty;
        return Some(id);
    }
    let id = PrefixId(u32::try_from(places.len()).ok()?);
    places.push(empty);
    Some(id)
}

#[inline]
fn is_prefix(places: &Chunks<Place>, id: PrefixId, wanted: &IpNet) -> bool {
    let held = places.get(id.index()).map(|place| place.key);
    matches!(held, Some(Key::Prefix(held)) if held == *wanted)
}

/// Places that are prefixes have no NLRI.
fn is_nlri(names: &Names, id: PrefixId, wanted: &NlriView<'_>) -> bool {
    let held = names.get(&id);
    held.is_some_and(|held| DestinationView::Nlri(held.view()) == DestinationView::Nlri(*wanted))
}

/// A prefix as it is hashed everywhere: one or two words.
#[inline]
fn hash_of(hasher: &RandomState, prefix: &IpNet) -> u64 {
    hasher.hash_one(PrefixKey(*prefix))
}

#[inline]
fn hash_at(hasher: &RandomState, places: &Chunks<Place>, names: &Names, id: PrefixId) -> u64 {
    match places.get(id.index()).map(|place| place.key) {
        Some(Key::Prefix(prefix)) => hash_of(hasher, &prefix),
        Some(Key::Nlri(..)) => names.get(&id).map_or(0, |nlri| {
            hasher.hash_one(DestinationView::Nlri(nlri.view()))
        }),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> DestinationView<'static> {
        DestinationView::Prefix(text.parse().unwrap())
    }

    #[test]
    fn places_are_reused_only_when_unreferenced() {
        let mut table = Table::default();
        let one = table.place(prefix("10.0.0.0/8")).unwrap();
        assert_eq!(table.place(prefix("10.0.0.0/8")), Some(one));
        table.get_mut(one).unwrap().references = 1;
        table.release_if_unused(one);
        let two = table.place(prefix("10.0.0.0/9")).unwrap();
        assert_ne!(one, two);
        table.unreference(one);
        assert_eq!(table.find(&prefix("10.0.0.0/8")), None);
        assert_eq!(table.place(prefix("::/0")), Some(one));
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn a_place_is_a_cache_line() {
        assert!(size_of::<Place>() <= 64, "{}", size_of::<Place>());
    }

    #[test]
    fn nlri_of_any_family_have_places() {
        let mut table = Table::default();
        let vpn =
            |text: &str| NlriBuf::parse(Family::new(Afi::IPV4, Safi::MPLS_VPN), text).unwrap();
        let one = vpn("64512:1:10.0.0.0/8 label 16");
        let place = table.place((&one).into()).unwrap();
        // The index grows and knows it still, by another label as well.
        for number in 0..1000 {
            let _ = table.place((&vpn(&format!("1:{number}:10.0.0.0/8 label 3"))).into());
        }
        let relabeled = vpn("64512:1:10.0.0.0/8 label 17");
        assert_eq!(table.find(&(&relabeled).into()), Some(place));
        assert_eq!(table.find(&prefix("10.0.0.0/8")), None);
        table.release_if_unused(place);
        assert_eq!(table.find(&(&one).into()), None);
        assert_eq!(table.len(), 1000);
    }
}
