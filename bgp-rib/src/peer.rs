//! Peers: what is configured and what their session brought.
//!
//! A peer outlives its sessions, and so do its configuration, its identifier
//! and, with graceful restart, its routes. What a session negotiated lives in
//! `Established` and is gone with it.

use crate::group::GroupId;
use crate::set::PrefixSet;
use crate::{FilterChain, RibConfig};
use bgp_wire::{Asn, Context, Family, FamilySet, NextHop, PeerType, Role};
use ipnet::IpNet;
use smallvec::SmallVec;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::{NonZeroU16, NonZeroU32};

/// A peer of one RIB, in the order in which peers were added. Identifiers are
/// not used again, so one that is kept too long names nobody, never somebody
/// else. They mean nothing in another RIB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(
    // One more than the index, so that a route without a peer needs no word more.
    NonZeroU32,
);

impl PeerId {
    /// The peer at an index. There is no memory for 2³² of them.
    pub(crate) fn at(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(u32::try_from(index).unwrap_or(u32::MAX)))
    }

    pub(crate) const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "peer {}", self.index())
    }
}

/// Which next hop a peer is told (Calico's `nextHopMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NextHopMode {
    /// As RFC 4271 §5.1.3 says: kept towards internal peers, our own address
    /// towards external ones unless the next hop lies in a shared subnet.
    #[default]
    Auto,
    /// Always our own address, also of reflected routes: then we forward for
    /// everybody, which RFC 4456 §10 advises against.
    SelfNextHop,
    /// Always the route's, where the session can carry it; our own for routes
    /// that have none. For multihop eBGP whose peers can reach the next hop.
    Keep,
}

/// How a peer is treated.
///
/// ```
/// use bgp_rib::{FilterChain, NextHopMode, PeerConfig};
///
/// // A client of this reflector, in both families, that may announce nothing.
/// let mut config = PeerConfig::new([10, 0, 0, 11].into())
///     .local_address([10, 0, 0, 1].into())
///     .local_address(std::net::IpAddr::V6("2001:db8::1".parse()?));
/// config.route_reflector_client = true;
/// config.next_hop = NextHopMode::Keep;
/// config.import = FilterChain::reject_all();
/// config.keep_rejected = false; // refused routes cost no memory
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
///
/// Peers that shall share an update group need equal values in all fields but
/// the address and those about import. Whether the peer is internal or external
/// is not here: the session finds out ([`Context`]).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerConfig {
    /// Its address: the last but one tie-break, and never told as the next hop
    /// of a route originated here.
    pub address: IpAddr,
    /// Our AS in this session, where it is not the speaker's (Calico's
    /// `localASNumber`). External peers see it in front of the AS_PATH, in place
    /// of the speaker's; a route with either in its path is looped.
    pub local_as: Option<Asn>,
    /// An internal peer that is a client of ours (RFC 4456 §6): it hears routes
    /// of all internal peers, and all of them hear its. Of no effect on other
    /// peers.
    pub route_reflector_client: bool,
    /// The cluster of a client that is not in the speaker's own
    /// ([`RibConfig::cluster_id`](crate::RibConfig::cluster_id)): one reflector may serve several.
    /// A route reflected from one cluster to another has both in its CLUSTER_LIST.
    pub cluster_id: Option<Ipv4Addr>,
    /// An internal peer that may not hear of the best route, because that came from an internal
    /// peer too (RFC 4456 §6), hears of the best one among those of external peers and our own
    /// instead (draft-ietf-idr-best-external): the others then know a way out before they need it.
    /// Default off.
    pub best_external: bool,
    /// Most paths to a destination that the peer is told with ADD-PATH: so many as the decision
    /// process would choose one after the other. `None`: all that are eligible.
    /// What the peer has asked for ([`Rib::set_paths_limit`](crate::Rib::set_paths_limit)) holds too.
    pub add_path_limit: Option<NonZeroU16>,
    /// Which next hop it is told.
    pub next_hop: NextHopMode,
    /// Our IPv4 address as next hop. A route that comes with it is ignored: it
    /// would send traffic in a circle (RFC 4271 §5.1.3).
    pub local_ipv4: Option<Ipv4Addr>,
    /// Our global IPv6 address as next hop; IPv4 routes take it where the session
    /// allows it and [`Self::local_ipv4`] is absent (RFC 8950). Without an
    /// address in a family, nothing of ours is announced in it.
    pub local_ipv6: Option<Ipv6Addr>,
    /// Our link-local IPv6 address, sent beside the global one to directly
    /// connected peers (RFC 2545 §3).
    pub local_link_local: Option<Ipv6Addr>,
    /// Subnets shared with the peer, whose addresses may be told as third-party
    /// next hops (RFC 4271 §5.1.3), with their link-local addresses. Empty for
    /// multihop peers.
    pub shared_subnets: Vec<IpNet>,
    /// How often our AS may be in a received AS_PATH (Calico's
    /// `numAllowedLocalASNumbers`). 0, the default, is RFC 4271 §9.1.2; more is
    /// for sites of one AS joined by a provider.
    pub allow_local_as: u8,
    /// Our role on an external session (RFC 9234 §4.1), by which routes leak to nobody: a route with
    /// ONLY_TO_CUSTOMER is not used if it comes from a customer, or from a lateral peer who did not
    /// mark it, and told neither to providers nor to peers nor to route servers; routes from
    /// those, and to customers and peers, are marked (RFC 9234 §5). `None`, the default: nothing of this.
    pub role: Option<Role>,
    /// Lowers LOCAL_PREF to 0, after policy, on routes of an external peer that carry the
    /// community GRACEFUL_SHUTDOWN (RFC 8326 §4.1): the peer announces that they are about to
    /// go, and any other route is better. Default on; a peer lowers none but its own routes.
    pub accept_graceful_shutdown: bool,
    /// The session is about to be shut down (RFC 8326 §4.2): an external peer is told
    /// GRACEFUL_SHUTDOWN with each route, an internal one LOCAL_PREF 0, and routes of an external
    /// peer have LOCAL_PREF 0 here, all after policy. Routes stay usable, so traffic moves to
    /// others before the session ends. [`Rib::set_graceful_shutdown`](crate::Rib::set_graceful_shutdown)
    /// changes it while the session is up. Default off.
    pub graceful_shutdown: bool,
    /// Policy for routes from the peer; [`Rib::set_import`](crate::Rib::set_import)
    /// changes it later.
    pub import: FilterChain,
    /// Policy for routes to the peer; [`Rib::set_export`](crate::Rib::set_export)
    /// changes it later.
    pub export: FilterChain,
    /// Whether routes that import policy refuses or that loop are kept, so that
    /// they can be explained and judged anew. Without it they cost no memory,
    /// and a change of policy needs a route refresh.
    pub keep_rejected: bool,
}

impl PeerConfig {
    /// A peer at `address` with no policy, RFC next hops and no reflection.
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        Self {
            address,
            local_as: None,
            route_reflector_client: false,
            cluster_id: None,
            best_external: false,
            add_path_limit: None,
            next_hop: NextHopMode::Auto,
            local_ipv4: None,
            local_ipv6: None,
            local_link_local: None,
            shared_subnets: Vec::new(),
            allow_local_as: 0,
            role: None,
            accept_graceful_shutdown: true,
            graceful_shutdown: false,
            import: FilterChain::accept_all(),
            export: FilterChain::accept_all(),
            keep_rejected: true,
        }
    }

    /// The same with `address` as our next hop in its family.
    #[must_use]
    pub const fn local_address(mut self, address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => self.local_ipv4 = Some(address),
            IpAddr::V6(address) => self.local_ipv6 = Some(address),
        }
        self
    }
}

impl PeerConfig {
    /// The cluster that it is a client in.
    pub(crate) fn cluster(&self, rib: &RibConfig) -> Option<Ipv4Addr> {
        let own = || self.cluster_id.unwrap_or_else(|| rib.cluster());
        self.route_reflector_client.then(own)
    }

    /// Whether a next hop is one of our own addresses in the session.
    pub(crate) fn is_own(&self, next_hop: Option<&NextHop>) -> bool {
        match next_hop.map(NextHop::addr) {
            Some(IpAddr::V4(address)) => self.local_ipv4 == Some(address),
            Some(IpAddr::V6(address)) => {
                [self.local_ipv6, self.local_link_local].contains(&Some(address))
            }
            None => false,
        }
    }
}

/// A peer and its routes.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) config: PeerConfig,
    /// Present while the session is up.
    pub(crate) session: Option<Established>,
    /// Identifier and type of the last session, which stale routes still need.
    pub(crate) identifier: Ipv4Addr,
    pub(crate) peer_type: PeerType,
    /// Its AS in the last session.
    pub(crate) peer_as: Asn,
    /// Destinations that may have a route of this peer.
    pub(crate) prefixes: PrefixSet,
    /// Number of routes held from the peer.
    pub(crate) routes: RouteCount,
    /// Flips when all that the peer has said becomes stale: routes of the other parity are. One
    /// write marks them all.
    pub(crate) parity: Parity,
    /// Families with stale routes.
    pub(crate) stale: FamilySet,
    /// Of these, families whose stale routes are long-lived (RFC 9494).
    pub(crate) long_stale: FamilySet,
    /// It knows long-lived stale routes.
    pub(crate) long_lived: bool,
    /// How many paths to a destination it wants, by family.
    pub(crate) paths_limit: SmallVec<[(Family, NonZeroU16); 2]>,
}

/// A bit for each family, which its routes carry too.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Parity(FamilySet);

impl Parity {
    /// The parity of routes of a family that are not stale.
    pub(crate) const fn of(self, family: Family) -> bool {
        self.0.contains(family)
    }

    /// Makes all routes of a family stale that are not, and those not that are.
    pub(crate) const fn flip(&mut self, family: Family) {
        if self.0.contains(family) {
            self.0.remove(family);
        } else {
            self.0.insert(family);
        }
    }
}

/// Numbers of routes, by family.
#[derive(Debug, Default)]
pub(crate) struct RouteCount {
    ipv4: usize,
    ipv6: usize,
    others: Vec<(Family, usize)>,
}

impl RouteCount {
    pub(crate) fn all(&self) -> usize {
        let others = self.others.iter().map(|(_, count)| count);
        self.ipv4 + self.ipv6 + others.sum::<usize>()
    }

    /// Those of a family.
    pub(crate) fn of(&self, family: Family) -> usize {
        match family {
            Family::IPV4_UNICAST => self.ipv4,
            Family::IPV6_UNICAST => self.ipv6,
            _ => {
                let found = self.others.iter().find(|(of, _)| *of == family);
                found.map_or(0, |(_, count)| *count)
            }
        }
    }

    pub(crate) fn add(&mut self, family: Family) {
        self.change(family, |count| count.saturating_add(1));
    }

    pub(crate) fn remove(&mut self, family: Family) {
        self.change(family, |count| count.saturating_sub(1));
    }

    fn change(&mut self, family: Family, change: impl Fn(usize) -> usize) {
        match family {
            Family::IPV4_UNICAST => self.ipv4 = change(self.ipv4),
            Family::IPV6_UNICAST => self.ipv6 = change(self.ipv6),
            _ => match self.others.iter_mut().find(|(of, _)| *of == family) {
                Some((_, count)) => *count = change(*count),
                None => self.others.push((family, change(0))),
            },
        }
    }
}

/// What the session brought.
#[derive(Debug)]
pub(crate) struct Established {
    pub(crate) context: Context,
    pub(crate) group: GroupId,
}

impl Peer {
    /// Most paths to a destination that it is told with ADD-PATH.
    pub(crate) fn most_paths(&self, family: Family) -> Option<NonZeroU16> {
        let wanted = self.paths_limit.iter().find(|(of, _)| *of == family);
        let wanted = wanted.map(|(_, limit)| *limit);
        self.config.add_path_limit.into_iter().chain(wanted).min()
    }

    pub(crate) fn new(config: PeerConfig) -> Self {
        Self {
            config,
            session: None,
            identifier: Ipv4Addr::UNSPECIFIED,
            peer_type: PeerType::External,
            peer_as: Asn::ZERO,
            prefixes: PrefixSet::default(),
            routes: RouteCount::default(),
            parity: Parity::default(),
            stale: FamilySet::empty(),
            long_stale: FamilySet::empty(),
            long_lived: false,
            paths_limit: SmallVec::new(),
        }
    }
}
