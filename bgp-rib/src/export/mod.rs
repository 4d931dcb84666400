//! What a group of peers is told about a route, if anything.
//!
//! In this order: the reflection rules (RFC 4456 §6), the well-known
//! communities (RFC 1997), the export chain, and the changes that the kind of
//! session asks for (RFC 4271 §5.1, RFC 4456 §8, RFC 5065 §4).
//!
//! Policy comes before the rewriting, so filters see a route as the decision
//! process saw it: with LOCAL_PREF and without our own AS in front, also towards
//! external peers. What they set is then subject to the rules of the session.

mod next_hop;
mod rewrite;

use crate::attribute_set::{AttributeSet, AttributeStore, Marks};
use crate::filter::{Decider, Fields, Outcome, RouteSource, RouteView};
use crate::group::ExportKey;
use crate::next_hop::NextHops;
use crate::peers::Peers;
use crate::rib::Judge;
use crate::routes::Route;
use crate::{DestinationView, LocalOrigin, RibConfig, RpkiState, VrpTable, rpki};
use bgp_wire::{Community, Family, PeerType, Role};
use std::fmt;
use std::net::Ipv4Addr;

/// Why a route is not told to a peer; the answer of
/// [`Rib::advertisement`](crate::Rib::advertisement).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Withheld {
    /// There is no session.
    Down,
    /// The session does not carry the family.
    FamilyNotNegotiated,
    /// There is no eligible route to the prefix.
    NoRoute,
    /// It came from the peer itself.
    OwnRoute,
    /// ORIGINATOR_ID is the peer's identifier: it would ignore the route
    /// (RFC 4456 §8).
    OwnOriginator,
    /// Learned from an internal peer, and neither that peer nor this one is a
    /// client (RFC 4456 §6).
    NotReflected,
    /// Learned from a client of the peer's own cluster, whose clients reach each other without us
    /// ([`RibConfig::client_to_client`], RFC 4456 §9).
    SameCluster,
    /// Our cluster is in the CLUSTER_LIST already (RFC 4456 §8).
    ClusterLoop,
    /// NO_ADVERTISE, NO_EXPORT or NO_EXPORT_SUBCONFED (RFC 1997), in what import
    /// policy left of the route. What export policy adds is for the peer to obey.
    WellKnownCommunity(Community),
    /// LLGR_STALE, and the peer does not know long-lived graceful restart (RFC 9494 §4.3).
    LongLivedStale,
    /// ONLY_TO_CUSTOMER, and the peer is a provider, a lateral peer or a route server of ours
    /// (RFC 9234 §5).
    OnlyToCustomer,
    /// Export policy refused it.
    Rejected(Decider),
    /// No next hop can be told: our address in the family is not configured
    /// ([`PeerConfig::local_address`](crate::PeerConfig::local_address)), or the
    /// session cannot carry a next hop of the other family (RFC 8950).
    NoNextHop,
    /// Originated here with the peer's address as next hop (RFC 4271 §5.1.3).
    PeerIsNextHop,
    /// The attributes alone fill a message (RFC 4271 §9.2). With extended
    /// messages (RFC 8654) on this session it may pass.
    TooLarge,
}

impl std::error::Error for Withheld {}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down => f.write_str("the session is down"),
            Self::FamilyNotNegotiated => f.write_str("the session does not carry the family"),
            Self::NoRoute => f.write_str("no eligible route"),
            Self::OwnRoute => f.write_str("the route came from the peer"),
            Self::OwnOriginator => f.write_str("the peer originated the route (RFC 4456 §8)"),
            Self::NotReflected => f.write_str("neither side is a client (RFC 4456 §6)"),
            Self::SameCluster => f.write_str("both are clients of one cluster (RFC 4456 §9)"),
            Self::ClusterLoop => f.write_str("own cluster in CLUSTER_LIST (RFC 4456 §8)"),
            Self::LongLivedStale => {
                f.write_str("long-lived stale, which the peer does not know (RFC 9494 §4.3)")
            }
            Self::OnlyToCustomer => f.write_str("for customers only (RFC 9234 §5)"),
            Self::WellKnownCommunity(community) => write!(f, "community {community} (RFC 1997)"),
            Self::Rejected(Decider::BuiltIn(step)) => write!(f, "refused: {step}"),
            Self::Rejected(Decider::Rule { filter, rule }) => {
                write!(f, "refused by rule {rule} of filter {filter}")
            }
            Self::Rejected(Decider::Fallback) => f.write_str("refused by default"),
            Self::NoNextHop => f.write_str("no next hop to tell (RFC 4271 §5.1.3)"),
            Self::PeerIsNextHop => f.write_str("the peer is the next hop (RFC 4271 §5.1.3)"),
            Self::TooLarge => f.write_str("the attributes fill a message (RFC 4271 §9.2)"),
        }
    }
}

/// What exports read of the RIB, and the store for what they make.
pub(crate) struct Exporter<'a> {
    pub(crate) config: &'a RibConfig,
    pub(crate) peers: &'a Peers,
    pub(crate) next_hops: &'a NextHops,
    pub(crate) vrps: &'a VrpTable,
    pub(crate) store: &'a mut AttributeStore,
}

/// The last set made for a group: routes of one UPDATE follow each other, and
/// all take the same changes.
#[derive(Debug, Default, Clone)]
pub(crate) struct Memo {
    made: Option<(MemoKey, Result<AttributeSet, Withheld>)>,
    /// The fields of a set, for chains that ask for them.
    fields: Fields,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct MemoKey {
    // Held, so that its allocation cannot become another set's.
    attributes: AttributeSet,
    // By value: a peer may come back under another identifier or AS.
    origin: Origin,
    family: Family,
    outcome: Outcome,
}

/// What the rewriting needs to know of a route's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Origin {
    /// Type of the peer, `None` for a route originated here.
    peer_type: Option<PeerType>,
    identifier: Ipv4Addr,
    /// The cluster that the peer is a client in.
    cluster: Option<Ipv4Addr>,
}

impl Exporter<'_> {
    /// Who decides between routes.
    pub(crate) const fn judge(&self) -> Judge<'_> {
        Judge {
            config: self.config,
            peers: self.peers,
            next_hops: self.next_hops,
        }
    }

    /// The attributes under which peers of `key` hear of `route`.
    pub(crate) fn export(
        &mut self,
        key: &ExportKey,
        memo: &mut Memo,
        destination: &DestinationView<'_>,
        route: &Route,
    ) -> Result<AttributeSet, Withheld> {
        if !key.context.families.contains(destination.family()) {
            return Err(Withheld::FamilyNotNegotiated);
        }
        let origin = self.origin(route);
        self.check_reflection(key, &origin, &route.effective)?;
        check_communities(key.context.peer_type, &route.effective)?;
        check_customers(key.role, &route.effective)?;
        if route.effective.has(Marks::LLGR_STALE) && !key.long_lived {
            return Err(Withheld::LongLivedStale);
        }
        let fields = memo.fields.of(&key.export, &route.effective);
        let view = RouteView {
            destination: *destination,
            attributes: fields,
            source: route_source(&origin, route.origin().map(AsRef::as_ref)),
            interface: self.interface(route),
            session: key.context.peer_type,
            rpki: match destination.unicast().filter(|_| key.export.asks_rpki()) {
                // RFC 8893: the origin that the peer will see.
                Some(prefix) => self.vrps.validate(
                    &prefix,
                    rpki::origin_of(&fields.as_path, key.external_as(self.config)),
                ),
                None => RpkiState::NotFound,
            },
        };
        let outcome = key.export.decide(&view);
        if !outcome.accepted {
            return Err(Withheld::Rejected(outcome.decided_by));
        }
        let memo_key = MemoKey {
            attributes: route.effective.clone(),
            origin,
            family: destination.family(),
            outcome,
        };
        if let Some((held, result)) = &memo.made
            && *held == memo_key
        {
            return result.clone();
        }
        let result = self
            .rewrite(key, memo_key.family, route, &origin, &memo_key.outcome)
            .and_then(|made| self.store.intern(&made).map_err(|_| Withheld::TooLarge));
        memo.made = Some((memo_key, result.clone()));
        result
    }

    fn origin(&self, route: &Route) -> Origin {
        let peer = route.peer.and_then(|id| self.peers.get(id));
        Origin {
            peer_type: peer.map(|peer| peer.peer_type),
            identifier: peer.map_or(self.config.identifier, |peer| peer.identifier),
            cluster: peer.and_then(|peer| peer.config.cluster(self.config)),
        }
    }

    fn interface<'a>(&'a self, route: &'a Route) -> Option<&'a str> {
        let own = route.origin().and_then(|origin| origin.interface());
        own.or_else(|| self.next_hops.interface(route.next_hop))
    }

    /// RFC 4456 §6: client to all, non-client to clients; RFC 4456 §8 on the
    /// sending side.
    fn check_reflection(
        &self,
        key: &ExportKey,
        origin: &Origin,
        attributes: &AttributeSet,
    ) -> Result<(), Withheld> {
        let internal = PeerType::Internal;
        if origin.peer_type != Some(internal) || key.context.peer_type != internal {
            return Ok(());
        }
        let clusters = [origin.cluster, key.cluster];
        match clusters {
            [None, None] => return Err(Withheld::NotReflected),
            [Some(from), Some(to)] if from == to && !self.config.client_to_client => {
                return Err(Withheld::SameCluster);
            }
            [_, _] => {}
        }
        let mut passed = clusters.into_iter().flatten();
        match passed.any(|cluster| attributes.has_passed(cluster)) {
            true => Err(Withheld::ClusterLoop),
            false => Ok(()),
        }
    }
}

/// RFC 9234 §5: what is for customers goes neither up nor sideways.
fn check_customers(role: Option<Role>, attributes: &AttributeSet) -> Result<(), Withheld> {
    let upwards = matches!(
        role,
        Some(Role::Customer | Role::Peer | Role::RouteServerClient)
    );
    match upwards && attributes.has(Marks::ONLY_TO_CUSTOMER) {
        true => Err(Withheld::OnlyToCustomer),
        false => Ok(()),
    }
}

/// RFC 1997: the three communities that limit how far a route goes.
fn check_communities(session: PeerType, attributes: &AttributeSet) -> Result<(), Withheld> {
    let external = session == PeerType::External;
    let rules = [
        (true, Marks::NO_ADVERTISE, Community::NO_ADVERTISE),
        (external, Marks::NO_EXPORT, Community::NO_EXPORT),
        (
            session != PeerType::Internal,
            Marks::NO_EXPORT_SUBCONFED,
            Community::NO_EXPORT_SUBCONFED,
        ),
    ];
    let stops = |(applies, mark, _): &(bool, Marks, Community)| *applies && attributes.has(*mark);
    match rules.into_iter().find(stops) {
        Some((_, _, community)) => Err(Withheld::WellKnownCommunity(community)),
        None => Ok(()),
    }
}

/// Where the route came from, as the chain sees it.
const fn route_source<'a>(origin: &Origin, local: Option<&'a LocalOrigin>) -> RouteSource<'a> {
    match (local, origin.peer_type) {
        (Some(local), _) => RouteSource::Local(local),
        (None, Some(peer_type)) => RouteSource::Peer(peer_type),
        (None, None) => RouteSource::Local(&LocalOrigin::Static),
    }
}
