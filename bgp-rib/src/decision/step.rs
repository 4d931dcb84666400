//! The steps of the decision process and the profiles that order them.
//!
//! | | before LOCAL_PREF | after MED | ties |
//! |---|---|---|---|
//! | RFC, BIRD | protocol preference, stale | eBGP, cost | identifier, CLUSTER_LIST, address |
//! | FRR | stale, preference; own routes after LOCAL_PREF | eBGP, cost, the one that is best already | identifier, CLUSTER_LIST, address |
//! | GoBGP | stale; own routes after LOCAL_PREF | eBGP, the one that is best already | identifier of the peer, address |
//! | OpenBGPD | – | eBGP | identifier, CLUSTER_LIST, address |
//!
//! INVARIANT: a step never removes the last survivor, and what it removes
//! depends on the set of survivors only, not on their order. The one exception
//! by design is [`Step::Current`], which asks what was chosen before.

use super::{Candidate, Survivors};
use bgp_wire::Asn;
use smallvec::SmallVec;
use std::fmt;

/// One comparison of the decision process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Preference of the protocol, before any attribute (local policy,
    /// RFC 4271 §9.1.1). Calico uses it to let moving workloads win.
    Preference,
    /// Fresh routes over long-lived stale ones (RFC 9494 §4.3). Routes kept by
    /// plain graceful restart (RFC 4724) are as good as before.
    Fresh,
    /// Highest LOCAL_PREF (RFC 4271 §9.1.2); routes without one have
    /// [`RibConfig::default_local_pref`](crate::RibConfig::default_local_pref).
    LocalPref,
    /// Originated here over learned (FRR, GoBGP; not in the RFC).
    Local,
    /// Lowest AIGP plus interior cost; routes without AIGP lose to any with it
    /// (RFC 7311 §4.1).
    Aigp,
    /// Shortest AS_PATH (RFC 4271 §9.1.2.2 a): an AS_SET counts as one, segments
    /// of a confederation as none (RFC 5065 §5.3).
    PathLength,
    /// Lowest ORIGIN (RFC 4271 §9.1.2.2 b).
    Origin,
    /// Lowest MULTI_EXIT_DISC within each neighbouring AS (RFC 4271 §9.1.2.2 c).
    /// An absent one counts as 0; several neighbouring ASes leave a survivor each.
    Med,
    /// eBGP over iBGP (RFC 4271 §9.1.2.2 d). Peers in other member ASes of the
    /// confederation count as iBGP (RFC 5065 §5.3).
    External,
    /// Lowest cost to the next hop, if all are known (RFC 4271 §9.1.2.2 e).
    InteriorCost,
    /// Shortest CLUSTER_LIST (RFC 4456 §9).
    ClusterListLength,
    /// The best route stays best among external ones (RFC 5004 §3): fewer
    /// changes, at the price of a result that depends on history.
    Current,
    /// Lowest ORIGINATOR_ID or BGP Identifier (RFC 4271 §9.1.2.2 f, RFC 4456 §9).
    Identifier,
    /// Lowest BGP Identifier of the peer, ORIGINATOR_ID ignored (GoBGP).
    PeerIdentifier,
    /// Lowest peer address (RFC 4271 §9.1.2.2 g).
    PeerAddress,
    /// Lowest received path identifier, so that the order is total.
    PathId,
}

impl Step {
    /// Removes the losers of this step from `survivors`, telling `lost` of each
    /// loser and one winner that beat it.
    pub(super) fn retain(
        self,
        candidates: &[Candidate],
        survivors: &mut Survivors,
        lost: impl FnMut(usize, usize),
    ) {
        let all = candidates;
        match self {
            Self::Preference => keep(all, survivors, lost, |c| !c.preference),
            Self::Fresh => keep(all, survivors, lost, |c| c.stale),
            Self::LocalPref => keep(all, survivors, lost, |c| !c.local_pref),
            Self::Local => keep(all, survivors, lost, |c| !c.local),
            Self::Aigp => keep(all, survivors, lost, aigp_rank),
            Self::PathLength => keep(all, survivors, lost, |c| c.path_length),
            Self::Origin => keep(all, survivors, lost, |c| c.origin as u8),
            Self::Med => keep_lowest_med(all, survivors, lost),
            Self::External => keep(all, survivors, lost, |c| !c.external),
            Self::InteriorCost => keep_nearest(all, survivors, lost),
            Self::ClusterListLength => keep(all, survivors, lost, |c| c.cluster_list_length),
            Self::Current => keep_current(all, survivors, lost),
            Self::Identifier => keep(all, survivors, lost, |c| c.identifier),
            Self::PeerIdentifier => keep(all, survivors, lost, |c| c.peer_identifier),
            Self::PeerAddress => keep(all, survivors, lost, |c| c.peer_address),
            Self::PathId => keep(all, survivors, lost, |c| c.path_id),
        }
    }

    /// What the winner of the step has, as a phrase: `shorter AS_PATH`. The
    /// [`Display`](fmt::Display) form adds the [`reference`](Self::reference).
    ///
    /// ```
    /// use bgp_rib::Step;
    /// assert_eq!(Step::Origin.describe(), "lower ORIGIN");
    /// assert_eq!(Step::Origin.to_string(), "lower ORIGIN (RFC 4271 §9.1.2.2 b)");
    /// ```
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Preference => "higher protocol preference",
            Self::Fresh => "not long-lived stale",
            Self::LocalPref => "higher LOCAL_PREF",
            Self::Local => "originated here",
            Self::Aigp => "lower AIGP",
            Self::PathLength => "shorter AS_PATH",
            Self::Origin => "lower ORIGIN",
            Self::Med => "lower MULTI_EXIT_DISC from the same AS",
            Self::External => "eBGP over iBGP",
            Self::InteriorCost => "lower cost to the next hop",
            Self::ClusterListLength => "shorter CLUSTER_LIST",
            Self::Current => "external and best already",
            Self::Identifier => "lower BGP Identifier or ORIGINATOR_ID",
            Self::PeerIdentifier => "lower BGP Identifier of the peer",
            Self::PeerAddress => "lower peer address",
            Self::PathId => "lower path identifier",
        }
    }

    /// The section that asks for the step, `None` for local conventions.
    #[must_use]
    pub const fn reference(self) -> Option<&'static str> {
        match self {
            Self::Preference => Some("RFC 4271 §9.1.1"),
            Self::Fresh => Some("RFC 9494 §4.3"),
            Self::LocalPref => Some("RFC 4271 §9.1.2"),
            Self::Aigp => Some("RFC 7311 §4.1"),
            Self::PathLength => Some("RFC 4271 §9.1.2.2 a"),
            Self::Origin => Some("RFC 4271 §9.1.2.2 b"),
            Self::Med => Some("RFC 4271 §9.1.2.2 c"),
            Self::External => Some("RFC 4271 §9.1.2.2 d"),
            Self::InteriorCost => Some("RFC 4271 §9.1.2.2 e"),
            Self::ClusterListLength => Some("RFC 4456 §9"),
            Self::Current => Some("RFC 5004 §3"),
            Self::Identifier => Some("RFC 4271 §9.1.2.2 f"),
            Self::PeerAddress => Some("RFC 4271 §9.1.2.2 g"),
            Self::Local | Self::PeerIdentifier | Self::PathId => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reference() {
            Some(reference) => write!(f, "{} ({reference})", self.describe()),
            None => f.write_str(self.describe()),
        }
    }
}

/// The order of steps: the RFCs', or that of an implementation, so that its
/// choices can be predicted and compared. All speakers of an AS should choose by
/// the same rules, or they may forward in circles (RFC 4271 §9.1.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Profile {
    /// RFC 4271 §9.1.2 with RFC 4456, 5065 and 7311, and with BIRD's protocol
    /// preference in front.
    #[default]
    Rfc,
    /// BIRD 2 and 3 with `deterministic med`.
    Bird,
    /// FRR with `bgp deterministic-med`. Its comparison of CLUSTER_LISTs before the identifiers is
    /// one of `maximum-paths ibgp … equal-cluster-length`, and not here.
    Frr,
    /// GoBGP 3; its age comparison is RFC 5004's here.
    Gobgp,
    /// OpenBGPD with its default `rde` settings.
    Openbgpd,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 5] = [
        Self::Rfc,
        Self::Bird,
        Self::Frr,
        Self::Gobgp,
        Self::Openbgpd,
    ];

    /// The steps in order. The last two are always the peer address and the
    /// path identifier.
    #[must_use]
    pub const fn steps(self) -> &'static [Step] {
        match self {
            Self::Rfc => RFC,
            Self::Bird => BIRD,
            Self::Frr => FRR,
            Self::Gobgp => GOBGP,
            Self::Openbgpd => OPENBGPD,
        }
    }
}

const RFC: &[Step] = &[
    Step::Preference,
    Step::Fresh,
    Step::LocalPref,
    Step::Aigp,
    Step::PathLength,
    Step::Origin,
    Step::Med,
    Step::External,
    Step::InteriorCost,
    Step::Identifier,
    Step::ClusterListLength,
    Step::PeerAddress,
    Step::PathId,
];

const BIRD: &[Step] = &[
    Step::Preference,
    Step::Fresh,
    Step::LocalPref,
    Step::Aigp,
    Step::PathLength,
    Step::Origin,
    Step::Med,
    Step::External,
    Step::InteriorCost,
    Step::Identifier,
    Step::ClusterListLength,
    Step::PeerAddress,
    Step::PathId,
];

const FRR: &[Step] = &[
    Step::Fresh,
    Step::Preference,
    Step::LocalPref,
    Step::Local,
    Step::Aigp,
    Step::PathLength,
    Step::Origin,
    Step::Med,
    Step::External,
    Step::InteriorCost,
    Step::Current,
    Step::Identifier,
    Step::ClusterListLength,
    Step::PeerAddress,
    Step::PathId,
];

const GOBGP: &[Step] = &[
    Step::Fresh,
    Step::LocalPref,
    Step::Local,
    Step::PathLength,
    Step::Origin,
    Step::Med,
    Step::External,
    Step::Current,
    Step::PeerIdentifier,
    Step::PeerAddress,
    Step::PathId,
];

const OPENBGPD: &[Step] = &[
    Step::LocalPref,
    Step::PathLength,
    Step::Origin,
    Step::Med,
    Step::External,
    Step::Identifier,
    Step::ClusterListLength,
    Step::PeerAddress,
    Step::PathId,
];

/// Routes without AIGP lose to any with it; among these the sum decides.
fn aigp_rank(candidate: &Candidate) -> (bool, u64) {
    candidate.aigp.map_or((true, 0), |value| {
        let cost = u64::from(candidate.interior_cost.unwrap_or(0));
        (false, value.saturating_add(cost))
    })
}

/// Keeps the survivors of the lowest rank.
fn keep<K: Ord>(
    candidates: &[Candidate],
    survivors: &mut Survivors,
    mut lost: impl FnMut(usize, usize),
    rank: impl Fn(&Candidate) -> K,
) {
    let rank_at = |position: &usize| candidates.get(*position).map(&rank);
    let Some(winner) = survivors.iter().copied().min_by_key(rank_at) else {
        return;
    };
    let lowest = rank_at(&winner);
    survivors.retain(|position| {
        let stays = rank_at(position) == lowest;
        if !stays {
            lost(*position, winner);
        }
        stays
    });
}

/// RFC 4271 §9.1.2.2 e): "If the NEXT_HOP hop for a route is reachable, but no
/// cost can be determined, then this step should be skipped".
fn keep_nearest(
    candidates: &[Candidate],
    survivors: &mut Survivors,
    lost: impl FnMut(usize, usize),
) {
    let known = |position: &usize| {
        candidates
            .get(*position)
            .is_some_and(|c| c.interior_cost.is_some())
    };
    if survivors.iter().all(known) {
        keep(candidates, survivors, lost, |c| c.interior_cost);
    }
}

/// Removes every route that another one of the same neighbouring AS undercuts.
/// O(n log n): peers decide how many routes there are.
fn keep_lowest_med(
    candidates: &[Candidate],
    survivors: &mut Survivors,
    mut lost: impl FnMut(usize, usize),
) {
    let mut lowest: SmallVec<[(Asn, u32, usize); 8]> = survivors
        .iter()
        .filter_map(|position| Some((candidates.get(*position)?, *position)))
        .map(|(candidate, position)| (candidate.neighbor_as, candidate.med, position))
        .collect();
    lowest.sort_unstable();
    lowest.dedup_by_key(|(neighbor_as, ..)| *neighbor_as);
    let undercut = |loser: &Candidate| {
        let found =
            lowest.binary_search_by_key(&loser.neighbor_as, |(neighbor_as, ..)| *neighbor_as);
        let (_, med, position) = lowest.get(found.ok()?)?;
        (*med < loser.med).then_some(*position)
    };
    survivors.retain(|position| {
        let winner = candidates.get(*position).and_then(undercut);
        if let Some(winner) = winner {
            lost(*position, winner);
        }
        winner.is_none()
    });
}

/// RFC 5004 §3: an external best route that came this far stays best against
/// external routes of other speakers; with an equal BGP Identifier they go on
/// to be compared.
fn keep_current(
    candidates: &[Candidate],
    survivors: &mut Survivors,
    mut lost: impl FnMut(usize, usize),
) {
    let current = survivors.iter().copied().find_map(|position| {
        let candidate = candidates.get(position)?;
        (candidate.current && candidate.external).then_some((position, *candidate))
    });
    let Some((winner, best)) = current else {
        return;
    };
    survivors.retain(|position| {
        let loses = candidates.get(*position).is_some_and(|candidate| {
            *position != winner
                && candidate.external
                && candidate.peer_identifier != best.peer_identifier
        });
        if loses {
            lost(*position, winner);
        }
        !loses
    });
}
