//! What a group has been told (Adj-RIB-Out, RFC 4271 §3.2).
//!
//! INVARIANT: a place that is free in the table has an empty entry here. A group
//! that follows a family holds a reference until it has taken notice that the
//! last route went; one that stops following a family forgets what it was told.

use crate::PeerId;
use crate::attributes::Attributes;
use crate::table::PrefixId;
use smallvec::SmallVec;

/// One route as it was told.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// Path identifier, 0 without ADD-PATH.
    pub(crate) path_id: u32,
    /// Where the route came from, `None` when originated here.
    pub(crate) peer: Option<PeerId>,
    /// Attributes as sent.
    pub(crate) attributes: Attributes,
}

impl Told {
    /// Whether nobody would hear a difference.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.path_id == other.path_id
            && self.peer == other.peer
            && self.attributes.same(&other.attributes)
    }
}

/// The routes told for one prefix: one, or several with ADD-PATH.
pub(crate) type ToldRoutes = SmallVec<[Told; 1]>;

/// The table, indexed by destination.
#[derive(Debug, Clone, Default)]
pub(crate) struct AdjRibOut {
    places: Vec<ToldRoutes>,
    routes: usize,
}

impl AdjRibOut {
    /// What was told of a destination.
    pub(crate) fn get(&self, id: PrefixId) -> &[Told] {
        self.places
            .get(id.index())
            .map_or(&[], |routes| routes.as_slice())
    }

    /// Puts `routes` in the place of what was told, which is returned.
    pub(crate) fn replace(&mut self, id: PrefixId, routes: ToldRoutes) -> ToldRoutes {
        if self.places.len() <= id.index() {
            if routes.is_empty() {
                return routes;
            }
            self.places.resize_with(id.index() + 1, ToldRoutes::new);
        }
        let Some(place) = self.places.get_mut(id.index()) else {
            return ToldRoutes::new();
        };
        self.routes = (self.routes + routes.len()).saturating_sub(place.len());
        std::mem::replace(place, routes)
    }

    /// Number of routes.
    pub(crate) const fn len(&self) -> usize {
        self.routes
    }
}
