//! The routes to one destination.
//!
//! Most destinations have one route, so that one stands in place and several
//! behind a pointer: a destination is then one cache line.

use crate::PeerId;
use crate::attribute_set::AttributeSet;
use crate::next_hop::NextHopId;
use crate::route::{LocalOrigin, Status};
use bgp_wire::NlriBuf;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// BIRD's preference of BGP routes.
pub(crate) const BGP_PREFERENCE: u16 = 100;

/// One route to a destination, as received and as policy made it.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// After import policy.
    pub(crate) effective: AttributeSet,
    /// What few routes have.
    pub(crate) more: Option<Arc<More>>,
    /// The peer, `None` for a route originated here.
    pub(crate) peer: Option<PeerId>,
    /// Path identifier as received, 0 without ADD-PATH.
    pub(crate) path_id: u32,
    /// Path identifier under which we hand the route on, unique in the
    /// destination and kept as long as the route lives.
    pub(crate) local_path_id: u32,
    /// The next hop, as received or as policy set it; cost and resolvability are looked up there.
    pub(crate) next_hop: NextHopId,
    /// What was found when the route came in.
    pub(crate) status: Status,
    /// The peer's parity when the route came; another parity than the peer's
    /// own means stale (RFC 4724 §4.2).
    pub(crate) parity: bool,
}

/// What sets a route apart from one that policy left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct More {
    /// Before import policy.
    pub(crate) received: AttributeSet,
    /// What the route is, when it is originated here.
    pub(crate) origin: Option<Arc<LocalOrigin>>,
    /// Protocol preference: a local route's own, or policy's.
    pub(crate) preference: u16,
    /// The NLRI as it came, where it is not the prefix alone: with its labels.
    pub(crate) nlri: Option<Arc<NlriBuf>>,
}

impl Route {
    /// Whether this is the route of that source and path identifier, of which
    /// a destination has at most one (RFC 7911 §3).
    pub(crate) fn is(&self, peer: Option<PeerId>, path_id: u32) -> bool {
        self.peer == peer && self.path_id == path_id
    }

    /// Before import policy; the same set when policy changed nothing.
    pub(crate) fn received(&self) -> &AttributeSet {
        self.more
            .as_ref()
            .map_or(&self.effective, |more| &more.received)
    }

    /// What the route is, when it is originated here.
    pub(crate) fn origin(&self) -> Option<&Arc<LocalOrigin>> {
        self.more.as_ref()?.origin.as_ref()
    }

    /// Protocol preference: BGP's 100, a local route's own, or policy's.
    pub(crate) fn preference(&self) -> u16 {
        self.more
            .as_ref()
            .map_or(BGP_PREFERENCE, |more| more.preference)
    }

    /// The NLRI, where it is not the prefix alone.
    pub(crate) fn nlri(&self) -> Option<&Arc<NlriBuf>> {
        self.more.as_ref()?.nlri.as_ref()
    }

    /// Takes on other attributes and another preference; what was received
    /// stays.
    pub(crate) fn change(&mut self, effective: AttributeSet, preference: u16) {
        let received = self.received().clone();
        let origin = self.origin().cloned();
        let nlri = self.nlri().cloned();
        let plain = received == effective
            && origin.is_none()
            && nlri.is_none()
            && preference == BGP_PREFERENCE;
        self.more = (!plain).then(|| {
            Arc::new(More {
                received,
                origin,
                preference,
                nlri,
            })
        });
        self.effective = effective;
    }

    /// Whether it says nothing that `other` does not.
    pub(crate) fn repeats(&self, other: &Self) -> bool {
        self.effective == other.effective && self.more == other.more && self.status == other.status
    }
}

/// Routes, the best one first if there is one, the others in order of arrival.
#[derive(Debug, Clone, Default)]
pub(crate) enum Routes {
    #[default]
    None,
    One(Route),
    #[expect(
        clippy::box_collection,
        reason = "a word where a vector is three, in every destination"
    )]
    Many(Box<Vec<Route>>),
}

impl Routes {
    pub(crate) fn push(&mut self, route: Route) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(route),
            Self::One(first) => Self::Many(Box::new(vec![first, route])),
            Self::Many(mut routes) => {
                routes.push(route);
                Self::Many(routes)
            }
        };
    }

    /// Octets held outside of the destination.
    pub(crate) fn octets(&self) -> usize {
        match self {
            Self::None | Self::One(_) => 0,
            Self::Many(routes) => size_of::<Vec<Route>>() + routes.capacity() * size_of::<Route>(),
        }
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&Route) -> bool) {
        *self = match std::mem::take(self) {
            Self::One(route) if keep(&route) => Self::One(route),
            Self::None | Self::One(_) => Self::None,
            Self::Many(mut routes) => {
                routes.retain(keep);
                match routes.len() {
                    0 | 1 => routes.pop().map_or(Self::None, Self::One),
                    2.. => Self::Many(routes),
                }
            }
        };
    }
}

impl Deref for Routes {
    type Target = [Route];

    fn deref(&self) -> &[Route] {
        match self {
            Self::None => &[],
            Self::One(route) => std::slice::from_ref(route),
            Self::Many(routes) => routes,
        }
    }
}

impl DerefMut for Routes {
    fn deref_mut(&mut self) -> &mut [Route] {
        match self {
            Self::None => &mut [],
            Self::One(route) => std::slice::from_mut(route),
            Self::Many(routes) => routes,
        }
    }
}
