//! What a group has been told (Adj-RIB-Out, RFC 4271 §3.2).
//!
//! Two words a destination: the first route stands in place, and the further
//! ones that ADD-PATH brings in a map beside it.
//!
//! INVARIANT: a place that is free in the table has an empty entry here. A group
//! that follows a family holds a reference until it has taken notice that the
//! last route went; one that stops following a family forgets what it was told.
//!
//! INVARIANT: a destination has further routes only if it has a first one.

use crate::PeerId;
use crate::attribute_set::AttributeSet;
use crate::chunks::Chunks;
use crate::table::PrefixId;
use bgp_wire::NlriBuf;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::Arc;

/// One route as it was told.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Attributes as sent.
    pub(crate) attributes: AttributeSet,
    /// Where the route came from, `None` when originated here.
    pub(crate) peer: Option<PeerId>,
    /// Path identifier, 0 without ADD-PATH.
    pub(crate) path_id: u32,
}

impl Told {
    /// Whether nobody would hear a difference.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.path_id == other.path_id
            && self.peer == other.peer
            && self.attributes == other.attributes
    }
}

/// The routes told for one prefix: one, or several with ADD-PATH.
pub(crate) type ToldRoutes = SmallVec<[Told; 1]>;

/// The NLRI of a path identifier.
pub(crate) fn find(nlri: &[(u32, Arc<NlriBuf>)], path_id: u32) -> Option<&Arc<NlriBuf>> {
    let found = nlri.iter().find(|(held, _)| *held == path_id);
    found.map(|(_, nlri)| nlri)
}

/// The table, indexed by destination.
#[derive(Debug, Clone, Default)]
pub(crate) struct AdjRibOut {
    first: Chunks<Option<Told>>,
    further: FxHashMap<PrefixId, Vec<Told>>,
    /// The NLRI of routes that have more than a prefix, by path identifier.
    nlri: FxHashMap<PrefixId, Vec<(u32, Arc<NlriBuf>)>>,
    routes: usize,
}

impl AdjRibOut {
    /// What was told of a destination.
    pub(crate) fn get(&self, id: PrefixId) -> impl Iterator<Item = &Told> {
        let first = self.first.get(id.index()).and_then(Option::as_ref);
        let further = first.and_then(|_| self.further.get(&id));
        first.into_iter().chain(further.into_iter().flatten())
    }

    /// The NLRI that a route was told with, where it is not the prefix alone.
    pub(crate) fn nlri(&self, id: PrefixId, path_id: u32) -> Option<&Arc<NlriBuf>> {
        find(self.nlri.get(&id)?, path_id)
    }

    /// Puts the NLRI of routes in the place of those that were told, which are returned.
    pub(crate) fn replace_nlri(
        &mut self,
        id: PrefixId,
        now: Vec<(u32, Arc<NlriBuf>)>,
    ) -> Vec<(u32, Arc<NlriBuf>)> {
        let old = match now.is_empty() {
            true => self.nlri.remove(&id),
            false => self.nlri.insert(id, now),
        };
        old.unwrap_or_default()
    }

    /// Puts `routes` in the place of what was told, which is returned.
    pub(crate) fn replace(&mut self, id: PrefixId, routes: &[Told]) -> ToldRoutes {
        let mut old = ToldRoutes::new();
        if self.first.len() <= id.index() {
            if routes.is_empty() {
                return old;
            }
            while self.first.len() <= id.index() {
                self.first.push(None);
            }
        }
        let (first, further) = match routes.split_first() {
            Some((first, further)) => (Some(first.clone()), further),
            None => (None, &[][..]),
        };
        if let Some(place) = self.first.get_mut(id.index()) {
            old.extend(std::mem::replace(place, first));
        }
        if !self.further.is_empty() {
            old.extend(self.further.remove(&id).unwrap_or_default());
        }
        if !further.is_empty() {
            self.further.insert(id, further.to_vec());
        }
        self.routes = (self.routes + routes.len()).saturating_sub(old.len());
        old
    }

    /// Number of routes.
    pub(crate) const fn len(&self) -> usize {
        self.routes
    }

    /// Octets held, without the attributes.
    pub(crate) fn octets(&self) -> usize {
        let further = self.further.values().map(Vec::capacity).sum::<usize>();
        let nlri = self.nlri.values().map(Vec::len).sum::<usize>();
        self.first.len() * size_of::<Option<Told>>()
            + further * size_of::<Told>()
            + nlri * size_of::<(u32, Arc<NlriBuf>)>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_two_words() {
        assert_eq!(size_of::<Option<Told>>(), 16);
    }
}
