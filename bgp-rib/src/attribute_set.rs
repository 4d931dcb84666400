//! Attribute sets, stored once however many routes share them.
//!
//! An UPDATE carries one attribute set for all its NLRI, so the set is hashed
//! and looked up once a message. Within one RIB, equal sets are the same
//! allocation, which makes "did anything change" a comparison of pointers.
//!
//! A set is the octets that it has on the wire, in the one form that there is
//! ([`PackedAttributes`]), behind a summary of what every decision asks: about
//! 100 octets, where the struct of the fields has 264 before its lists.

use bgp_wire::{
    Asn, Community, EncodeError, NextHop, Origin, PackedAttributes, PathAttributes, UpdateView,
};
use bitflags::bitflags;
use hashbrown::HashTable;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::Ipv4Addr;
use triomphe::ThinArc;

bitflags! {
    /// What a set has, without a look at its octets.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) struct Marks: u16 {
        const NEIGHBOR_AS = 1;
        const MED = 1 << 1;
        const LOCAL_PREF = 1 << 2;
        const ORIGINATOR_ID = 1 << 3;
        const CLUSTER_LIST = 1 << 4;
        const AIGP = 1 << 5;
        const ONLY_TO_CUSTOMER = 1 << 6;
        /// The community LLGR_STALE (RFC 9494 §4.3).
        const LLGR_STALE = 1 << 7;
        const NO_LLGR = 1 << 8;
        const GRACEFUL_SHUTDOWN = 1 << 9;
        const NO_ADVERTISE = 1 << 10;
        const NO_EXPORT = 1 << 11;
        const NO_EXPORT_SUBCONFED = 1 << 12;
    }
}

/// What the decision process and the export rules ask of every set.
#[derive(Clone, Copy)]
struct Summary {
    path_length: u32,
    neighbor_as: Asn,
    med: u32,
    local_pref: u32,
    marks: Marks,
    origin: Origin,
}

/// A shared, immutable attribute set of one RIB. Equal is what is the same
/// allocation.
#[derive(Clone)]
pub(crate) struct AttributeSet(ThinArc<Summary, u8>);

impl AttributeSet {
    fn new(octets: &[u8]) -> Self {
        let summary = Summary::of(PackedAttributes::new(octets));
        Self(ThinArc::from_header_and_slice(summary, octets))
    }

    fn octets(&self) -> &[u8] {
        &self.0.slice
    }

    fn summary(&self) -> &Summary {
        &self.0.header.header
    }

    /// The attributes in place.
    pub(crate) fn packed(&self) -> PackedAttributes<'_> {
        PackedAttributes::new(self.octets())
    }

    /// Whether it has any of these.
    pub(crate) fn has(&self, marks: Marks) -> bool {
        self.summary().marks.intersects(marks)
    }

    /// Length of the AS_PATH for RFC 4271 §9.1.2.2 a).
    pub(crate) fn path_length(&self) -> u32 {
        self.summary().path_length
    }

    /// The neighbouring AS, `None` where the local AS stands in for it.
    pub(crate) fn neighbor_as(&self) -> Option<Asn> {
        self.has(Marks::NEIGHBOR_AS)
            .then_some(self.summary().neighbor_as)
    }

    pub(crate) fn origin(&self) -> Origin {
        self.summary().origin
    }

    pub(crate) fn med(&self) -> Option<u32> {
        self.has(Marks::MED).then_some(self.summary().med)
    }

    pub(crate) fn local_pref(&self) -> Option<u32> {
        self.has(Marks::LOCAL_PREF)
            .then_some(self.summary().local_pref)
    }

    pub(crate) fn originator_id(&self) -> Option<Ipv4Addr> {
        let there = self.has(Marks::ORIGINATOR_ID);
        there.then(|| self.packed().originator_id()).flatten()
    }

    pub(crate) fn aigp(&self) -> Option<u64> {
        self.has(Marks::AIGP)
            .then(|| self.packed().aigp())
            .flatten()
    }

    pub(crate) fn only_to_customer(&self) -> Option<Asn> {
        let there = self.has(Marks::ONLY_TO_CUSTOMER);
        there.then(|| self.packed().only_to_customer()).flatten()
    }

    /// How many reflectors the route has passed.
    pub(crate) fn cluster_list_length(&self) -> u32 {
        let there = self.has(Marks::CLUSTER_LIST);
        let length = there.then(|| self.packed().cluster_list().len());
        length.map_or(0, |length| u32::try_from(length).unwrap_or(u32::MAX))
    }

    /// Whether a cluster is in the CLUSTER_LIST.
    pub(crate) fn has_passed(&self, cluster: Ipv4Addr) -> bool {
        self.has(Marks::CLUSTER_LIST)
            && self
                .packed()
                .cluster_list()
                .iter()
                .any(|held| held == cluster)
    }

    pub(crate) fn next_hop(&self) -> Option<NextHop> {
        self.packed().next_hop()
    }

    /// The fields. Allocates.
    pub(crate) fn to_path_attributes(&self) -> PathAttributes {
        self.packed().to_path_attributes()
    }

    /// The address of the allocation: an identity for as long as it is held.
    pub(crate) fn identity(&self) -> usize {
        self.octets().as_ptr().addr()
    }
}

impl PartialEq for AttributeSet {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for AttributeSet {}

impl fmt::Debug for AttributeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_path_attributes().fmt(f)
    }
}

impl Summary {
    fn of(attributes: PackedAttributes<'_>) -> Self {
        let as_path = attributes.as_path();
        let (neighbor_as, med) = (as_path.first_as(), attributes.med());
        let local_pref = attributes.local_pref();
        let fields = [
            (neighbor_as.is_some(), Marks::NEIGHBOR_AS),
            (med.is_some(), Marks::MED),
            (local_pref.is_some(), Marks::LOCAL_PREF),
            (attributes.originator_id().is_some(), Marks::ORIGINATOR_ID),
            (!attributes.cluster_list().is_empty(), Marks::CLUSTER_LIST),
            (attributes.aigp().is_some(), Marks::AIGP),
            (
                attributes.only_to_customer().is_some(),
                Marks::ONLY_TO_CUSTOMER,
            ),
        ];
        let fields = fields
            .into_iter()
            .filter(|(there, _)| *there)
            .map(|(_, mark)| mark);
        let communities = attributes.communities().iter().map(mark_of);
        Self {
            path_length: u32::try_from(as_path.length()).unwrap_or(u32::MAX),
            neighbor_as: neighbor_as.unwrap_or(Asn::ZERO),
            med: med.unwrap_or(0),
            local_pref: local_pref.unwrap_or(0),
            marks: fields.chain(communities).collect(),
            origin: attributes.origin(),
        }
    }
}

/// The well-known communities that something here depends on.
const fn mark_of(community: Community) -> Marks {
    match community {
        Community::LLGR_STALE => Marks::LLGR_STALE,
        Community::NO_LLGR => Marks::NO_LLGR,
        Community::GRACEFUL_SHUTDOWN => Marks::GRACEFUL_SHUTDOWN,
        Community::NO_ADVERTISE => Marks::NO_ADVERTISE,
        Community::NO_EXPORT => Marks::NO_EXPORT,
        Community::NO_EXPORT_SUBCONFED => Marks::NO_EXPORT_SUBCONFED,
        _ => Marks::empty(),
    }
}

/// The sets in use, found by content.
///
/// INVARIANT: no two entries are equal. Entries that nobody else holds are
/// dropped by a sweep once enough new ones came, so memory follows use and the
/// cost is constant on average; and whenever many may have lost their last
/// route at once ([`Self::sweep`]).
#[derive(Debug, Default)]
pub(crate) struct AttributeStore {
    sets: HashTable<AttributeSet>,
    // Randomly keyed: peers choose the content, and must not choose collisions.
    hasher: RandomState,
    until_sweep: usize,
    scratch: Vec<u8>,
}

/// Fewest insertions between two sweeps.
const SWEEP_INTERVAL: usize = 1024;

impl AttributeStore {
    /// The shared form of `attributes`.
    ///
    /// # Errors
    /// One of them is too long for any message.
    pub(crate) fn intern(
        &mut self,
        attributes: &PathAttributes,
    ) -> Result<AttributeSet, EncodeError> {
        attributes.pack(&mut self.scratch)?;
        Ok(self.find_or_add())
    }

    /// The shared form of the attributes that an UPDATE announces with.
    ///
    /// # Errors
    /// As with [`Self::intern`].
    pub(crate) fn intern_update(
        &mut self,
        update: &UpdateView<'_>,
        next_hop: Option<NextHop>,
    ) -> Result<AttributeSet, EncodeError> {
        update.pack_attributes(next_hop, &mut self.scratch)?;
        Ok(self.find_or_add())
    }

    /// The set of the octets in `scratch`.
    fn find_or_add(&mut self) -> AttributeSet {
        let octets = self.scratch.as_slice();
        let hash = self.hasher.hash_one(octets);
        if let Some(held) = self.sets.find(hash, |held| held.octets() == octets) {
            return held.clone();
        }
        let set = AttributeSet::new(octets);
        if self.until_sweep == 0 {
            self.sweep();
        }
        self.until_sweep = self.until_sweep.saturating_sub(1);
        let hasher = &self.hasher;
        let added = set.clone();
        self.sets
            .insert_unique(hash, added, |held| hasher.hash_one(held.octets()));
        set
    }

    /// Number of sets held, including those awaiting the next sweep.
    pub(crate) fn len(&self) -> usize {
        self.sets.len()
    }

    /// Octets of all sets, without what allocations cost beside them. O(sets).
    pub(crate) fn octets(&self) -> usize {
        let head = size_of::<Summary>() + 2 * size_of::<usize>();
        self.sets.iter().map(|set| head + set.octets().len()).sum()
    }

    /// Drops the sets that nobody holds. O(sets).
    pub(crate) fn sweep(&mut self) {
        self.sets.retain(|held| ThinArc::strong_count(&held.0) > 1);
        if self.sets.is_empty() {
            self.sets = HashTable::new();
            self.scratch = Vec::new();
        }
        self.until_sweep = self.sets.len().max(SWEEP_INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_med(med: u32) -> PathAttributes {
        PathAttributes {
            med: Some(med),
            ..PathAttributes::default()
        }
    }

    #[test]
    fn equal_sets_are_one_allocation() {
        let mut store = AttributeStore::default();
        let first = store.intern(&with_med(1)).unwrap();
        assert_eq!(store.intern(&with_med(1)), Ok(first.clone()));
        assert_ne!(store.intern(&with_med(2)), Ok(first));
        assert_eq!(store.len(), 2);
    }

    #[test]
    fn unused_sets_are_swept() {
        let mut store = AttributeStore::default();
        let kept = store.intern(&with_med(0)).unwrap();
        for med in 1..100_000 {
            let _ = store.intern(&with_med(med));
        }
        assert!(store.len() <= 2 * SWEEP_INTERVAL + 1, "{}", store.len());
        assert_eq!(store.intern(&with_med(0)), Ok(kept));
    }

    #[test]
    fn a_set_says_what_its_fields_say() {
        let attributes = PathAttributes {
            local_pref: Some(7),
            communities: vec![Community::NO_EXPORT, Community::new(1, 2)],
            cluster_list: vec![[10, 0, 0, 1].into(), [10, 0, 0, 2].into()],
            originator_id: Some([10, 0, 0, 3].into()),
            aigp: Some(9),
            only_to_customer: Some(Asn(5)),
            ..with_med(6)
        };
        let mut store = AttributeStore::default();
        let set = store.intern(&attributes).unwrap();
        assert_eq!(set.to_path_attributes(), attributes);
        assert_eq!(
            (set.med(), set.local_pref(), set.aigp()),
            (Some(6), Some(7), Some(9))
        );
        assert_eq!((set.cluster_list_length(), set.path_length()), (2, 0));
        assert_eq!(
            (set.neighbor_as(), set.only_to_customer()),
            (None, Some(Asn(5)))
        );
        assert_eq!(set.originator_id(), attributes.originator_id);
        assert!(set.has_passed([10, 0, 0, 2].into()) && !set.has_passed([10, 0, 0, 3].into()));
        assert!(set.has(Marks::NO_EXPORT) && !set.has(Marks::NO_ADVERTISE | Marks::LLGR_STALE));
    }
}
