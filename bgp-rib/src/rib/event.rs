//! What happens to a RIB, and what follows.
//!
//! Events are all there is: no call but [`Rib::apply`](crate::Rib::apply) and the
//! changes of policy moves a route, so a log of events is a log of everything.

use crate::{Destination, LocalRoute, PeerId, Reachability, RouteInfo, Vrp};
use bgp_wire::{Context, Family, FamilySet, UpdateView};
use std::net::{IpAddr, Ipv4Addr};

/// Something that happened. Events of one peer are to come in the order in which
/// they happened; between peers any order leads to the same best routes, unless the
/// profile asks for what was best before ([`Step::Current`](crate::Step::Current)).
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "an event is passed on once and never stored"
)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A session is established. The peer's table follows, and ours is sent to
    /// it. A second one without [`Event::PeerDown`] between replaces the first.
    ///
    /// Stale routes of the last session stay until End-of-RIB if the identifier
    /// and the type of the session are the same and the family came back. Where
    /// the peer did not preserve its forwarding state (F bit clear, RFC 4724
    /// §4.2) let [`Event::EndOfRib`] follow at once. O(destinations), to fill
    /// the peer's queue.
    PeerUp {
        /// The peer.
        peer: PeerId,
        /// Its BGP Identifier: a tie-break, and the ORIGINATOR_ID of what is
        /// reflected for it (RFC 4456 §8).
        identifier: Ipv4Addr,
        /// What was negotiated.
        context: &'a Context,
    },
    /// A session has ended: the peer's routes go. O(routes of the peer).
    PeerDown {
        /// The peer.
        peer: PeerId,
        /// Families whose routes stay, marked stale, until End-of-RIB comes on
        /// the next session or [`Event::StaleExpired`] (RFC 4724 §4.2). Empty
        /// without graceful restart.
        retain: FamilySet,
    },
    /// An UPDATE came. What its RFC 7606 disposition withdraws is withdrawn; an
    /// End-of-RIB marker and disabled families are seen to. NLRI of families
    /// that were not negotiated are passed over. One hash
    /// of the attributes, then one lookup and one decision for each NLRI.
    Update {
        /// The peer.
        peer: PeerId,
        /// The message.
        update: &'a UpdateView<'a>,
    },
    /// The peer has sent its whole table in a family; what is still stale goes.
    /// Only needed when the marker does not come as an [`Event::Update`].
    EndOfRib {
        /// The peer.
        peer: PeerId,
        /// The family.
        family: Family,
    },
    /// The time for stale routes is over (RFC 4724 §4.2): the Restart Time of
    /// the peer's OPEN has passed without a session, or the embedder's own limit
    /// for End-of-RIB on the new one. All routes that are still stale go.
    StaleExpired {
        /// The peer.
        peer: PeerId,
    },
    /// The Restart Time has passed, and long-lived graceful restart keeps the stale routes of a
    /// family for longer (RFC 9494 §4.3): they take on LLGR_STALE and lose against any other
    /// route; those with NO_LLGR go. Peers that do not know such routes
    /// ([`Rib::set_long_lived`](crate::Rib::set_long_lived)) have them withdrawn. They go with
    /// [`Event::StaleExpired`], or with End-of-RIB on the next session. O(routes of the peer).
    LongLivedStale {
        /// The peer.
        peer: PeerId,
        /// The family.
        family: Family,
    },
    /// The peer is about to send its whole table in a family again (BoRR, RFC 7313 §4): what it
    /// has there becomes stale, and is as good as before. O(1), but for a begin without the end of
    /// the one before: O(routes of the peer).
    BeginOfRefresh {
        /// The peer.
        peer: PeerId,
        /// The family.
        family: Family,
    },
    /// The peer has sent it (EoRR, RFC 7313 §4): what it did not repeat goes. If this never
    /// comes, let [`Event::StaleExpired`] come in its place. O(routes of the peer).
    EndOfRefresh {
        /// The peer.
        peer: PeerId,
        /// The family.
        family: Family,
    },
    /// The peer asks for our table in a family (RFC 2918). It hears everything
    /// again when it is polled; the others of its update group hear nothing.
    RouteRefresh {
        /// The peer.
        peer: PeerId,
        /// The family.
        family: Family,
    },
    /// A family of a session is out of use until the session ends (RFC 7606
    /// §5.3): its routes go, and nothing more is taken from or sent in it. What
    /// the peer was told in it counts as forgotten. An [`Event::Update`] that
    /// disables a family does the same by itself.
    FamilyDown {
        /// The peer.
        peer: PeerId,
        /// The family.
        family: Family,
    },
    /// A route is originated here, or replaces the one with the same prefix. It
    /// competes with learned routes by [`LocalRoute::preference`] and then by
    /// the decision process. Host bits of the prefix are ignored.
    Originate(LocalRoute),
    /// A route is originated no longer.
    WithdrawLocal(Destination),
    /// Payloads of origin validation come and go (RFC 6811): routes that they cover are judged
    /// anew by import and export policy that asks for the state ([`Matcher::Rpki`](crate::Matcher::Rpki)).
    /// All changes of an update belong into one event: it costs a pass over the destinations.
    Rpki {
        /// New ones.
        added: &'a [Vrp],
        /// Old ones.
        removed: &'a [Vrp],
    },
    /// The routing table has news about a next hop; `None` withdraws what it
    /// said. Every route over it is judged anew: eligibility (RFC 4271
    /// §9.1.2.1), interior cost, filters that ask for the interface. What is said
    /// of a next hop before the first route over it counts too.
    /// O(routes over the next hop).
    NextHop {
        /// The address, as it is in UPDATEs.
        address: IpAddr,
        /// What is known.
        reachability: Option<Reachability>,
    },
}

/// A destination whose best route is another now: another source, or other
/// attributes. What differs in none of these (a cost, a stale mark) is no change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BestChange {
    /// The destination.
    pub destination: Destination,
    /// The best route before the event.
    pub old: Option<RouteInfo>,
    /// The best route after it.
    pub new: Option<RouteInfo>,
}

/// What an event changed, in order of destination, each once: from the state
/// before the event to the one after it, whatever lay between. A route that an
/// UPDATE withdraws and announces again unchanged is not in here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "changes of best routes are for the forwarding table"]
pub struct Changes {
    /// Changes of best routes (Loc-RIB).
    pub best: Vec<BestChange>,
    /// Destinations of which any route changed, in order, each once; only with
    /// [`RibConfig::multipath`](crate::RibConfig::multipath).
    pub touched: Vec<Destination>,
}

impl Changes {
    /// Whether every route that is told of is what it was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.best.is_empty() && self.touched.is_empty()
    }
}

/// Changes while an event is at work.
#[derive(Debug, Default)]
pub(super) struct ChangeLog {
    entries: Vec<(Destination, Option<RouteInfo>)>,
    touched: Vec<Destination>,
}

impl ChangeLog {
    /// Notes that the best route to `destination` was `old`.
    pub(super) fn note(&mut self, destination: Destination, old: Option<RouteInfo>) {
        self.entries.push((destination, old));
    }

    /// Notes that a route to `destination` changed, the best one or another.
    pub(super) fn touch(&mut self, destination: Destination) {
        self.touched.push(destination);
    }

    /// The changes from the first state of each destination to the one that `now`
    /// tells.
    pub(super) fn finish(mut self, now: impl Fn(&Destination) -> Option<RouteInfo>) -> Changes {
        self.touched.sort_unstable();
        self.touched.dedup();
        // Stable: the first note of a destination stays first.
        self.entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.entries.dedup_by(|(one, _), (other, _)| one == other);
        let change = |(destination, old)| BestChange {
            new: now(&destination),
            destination,
            old,
        };
        let best = self
            .entries
            .into_iter()
            .map(change)
            .filter(|change| change.old != change.new);
        Changes {
            best: best.collect(),
            touched: self.touched,
        }
    }
}
