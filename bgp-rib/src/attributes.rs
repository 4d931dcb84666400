//! Attribute sets, stored once however many routes share them.
//!
//! An UPDATE carries one attribute set for all its NLRI, so the set is hashed
//! and looked up once a message. Within one RIB, equal sets are the same
//! allocation, which makes "did anything change" a comparison of pointers.
//!
//! What every decision asks of a set (length of the path, neighbouring AS, the
//! LLGR_STALE community) is worked out once, when the set is made.

use bgp_wire::{Asn, Community, PathAttributes};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;
use std::sync::Arc;

/// A shared, immutable attribute set. Cloning is one reference count; it reads
/// like the [`PathAttributes`] it holds. Comparing two sets of one RIB is
/// comparing pointers; sets of different RIBs are compared field by field.
///
/// ```
/// use bgp_rib::Attributes;
/// use bgp_wire::PathAttributes;
///
/// let set = Attributes::new(PathAttributes { med: Some(5), ..PathAttributes::default() });
/// assert_eq!(set.clone().med, Some(5));
/// ```
#[derive(Debug, Clone)]
pub struct Attributes(Arc<Contents>);

#[derive(Debug)]
struct Contents {
    attributes: PathAttributes,
    path_length: u32,
    neighbor_as: Option<Asn>,
    stale: bool,
}

impl Attributes {
    /// Wraps attributes that belong to no table.
    #[must_use]
    pub fn new(attributes: PathAttributes) -> Self {
        Self(Arc::new(Contents {
            path_length: u32::try_from(attributes.as_path.length()).unwrap_or(u32::MAX),
            neighbor_as: attributes.as_path.first_as(),
            stale: attributes.communities.contains(&Community::LLGR_STALE),
            attributes,
        }))
    }

    /// Length of the AS_PATH for RFC 4271 §9.1.2.2 a), computed once.
    pub(crate) fn path_length(&self) -> u32 {
        self.0.path_length
    }

    /// The neighbouring AS, `None` where the local AS stands in for it.
    pub(crate) fn neighbor_as(&self) -> Option<Asn> {
        self.0.neighbor_as
    }

    /// Whether the route is long-lived stale (RFC 9494 §4.3).
    pub(crate) fn is_stale(&self) -> bool {
        self.0.stale
    }

    /// Whether both are the same allocation; for two sets of one store that is
    /// equality.
    pub(crate) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The address of the allocation: an identity for as long as it is held.
    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

impl Deref for Attributes {
    type Target = PathAttributes;

    fn deref(&self) -> &PathAttributes {
        &self.0.attributes
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.same(other) || self.0.attributes == other.0.attributes
    }
}

impl Eq for Attributes {}

/// The sets in use, found by content.
///
/// INVARIANT: no two entries are equal. Entries that nobody else holds are
/// dropped by a sweep once enough new ones came, so memory follows use and the
/// cost is constant on average.
#[derive(Debug, Default)]
pub(crate) struct AttributeStore {
    sets: HashMap<u64, SmallVec<[Attributes; 1]>>,
    // Randomly keyed: peers choose the content, and must not choose collisions.
    hasher: RandomState,
    len: usize,
    until_sweep: usize,
}

/// Fewest insertions between two sweeps.
const SWEEP_INTERVAL: usize = 1024;

impl AttributeStore {
    /// The shared form of `attributes`.
    pub(crate) fn intern(&mut self, attributes: PathAttributes) -> Attributes {
        let hash = self.hasher.hash_one(&attributes);
        let bucket = self.sets.entry(hash).or_default();
        if let Some(held) = bucket.iter().find(|held| held.0.attributes == attributes) {
            return held.clone();
        }
        let shared = Attributes::new(attributes);
        bucket.push(shared.clone());
        self.len += 1;
        if self.until_sweep == 0 {
            self.sweep();
        }
        self.until_sweep = self.until_sweep.saturating_sub(1);
        shared
    }

    /// Number of sets held, including those awaiting the next sweep.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    fn sweep(&mut self) {
        let mut len = 0;
        self.sets.retain(|_, bucket| {
            bucket.retain(|held| Arc::strong_count(&held.0) > 1);
            len += bucket.len();
            !bucket.is_empty()
        });
        self.len = len;
        self.until_sweep = len.max(SWEEP_INTERVAL);
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
        let first = store.intern(with_med(1));
        assert!(store.intern(with_med(1)).same(&first));
        assert!(!store.intern(with_med(2)).same(&first));
        assert_eq!(store.len(), 2);
    }

    #[test]
    fn unused_sets_are_swept() {
        let mut store = AttributeStore::default();
        let kept = store.intern(with_med(0));
        for med in 1..100_000 {
            let _ = store.intern(with_med(med));
        }
        assert!(store.len() <= 2 * SWEEP_INTERVAL + 1, "{}", store.len());
        assert!(store.intern(with_med(0)).same(&kept));
    }
}
