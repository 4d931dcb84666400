//! Peers: what is configured and what their session brought.

use crate::FilterChain;
use crate::group::GroupId;
use crate::set::PrefixSet;
use bgp_wire::{Asn, Context, FamilySet, NextHop, PeerType};
use ipnet::IpNet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A peer of one RIB. Identifiers are not used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub(crate) u32);

impl PeerId {
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "peer {}", self.0)
    }
}

/// Which next hop a peer is told (Calico's `nextHopMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NextHopMode {
    /// As RFC 4271 §5.1.3 says: kept towards internal peers, our own address
    /// towards external ones unless the next hop lies in a shared subnet.
    #[default]
    Auto,
    /// Always our own address.
    SelfNextHop,
    /// Always the route's.
    Keep,
}

/// How a peer is treated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerConfig {
    /// Its address: the last but one tie-break, and never told as the next hop
    /// of a route originated here.
    pub address: IpAddr,
    /// Our AS in this session, where it is not the speaker's (Calico's
    /// `localASNumber`).
    pub local_as: Option<Asn>,
    /// An internal peer that is a client of ours (RFC 4456 §6).
    pub route_reflector_client: bool,
    /// Which next hop it is told.
    pub next_hop: NextHopMode,
    /// Our IPv4 address as next hop.
    pub local_ipv4: Option<Ipv4Addr>,
    /// Our global IPv6 address as next hop.
    pub local_ipv6: Option<Ipv6Addr>,
    /// Our link-local IPv6 address, sent beside the global one to directly
    /// connected peers (RFC 2545 §3).
    pub local_link_local: Option<Ipv6Addr>,
    /// Subnets shared with the peer, whose addresses may be told as third-party
    /// next hops (RFC 4271 §5.1.3). Empty for multihop peers.
    pub shared_subnets: Vec<IpNet>,
    /// How often our AS may be in a received AS_PATH (Calico's
    /// `numAllowedLocalASNumbers`).
    pub allow_local_as: u8,
    /// Policy for routes from the peer.
    pub import: FilterChain,
    /// Policy for routes to the peer.
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
            next_hop: NextHopMode::Auto,
            local_ipv4: None,
            local_ipv6: None,
            local_link_local: None,
            shared_subnets: Vec::new(),
            allow_local_as: 0,
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
    /// Destinations that may have a route of this peer.
    pub(crate) prefixes: PrefixSet,
    /// Number of routes held from the peer.
    pub(crate) routes: usize,
    /// Flips when a session is lost gracefully: routes of the other parity are
    /// stale. One write marks them all.
    pub(crate) parity: bool,
    /// Families with stale routes.
    pub(crate) stale: FamilySet,
    /// Removed for good; the place stays, so that identifiers are not reused.
    pub(crate) removed: bool,
}

/// What the session brought.
#[derive(Debug)]
pub(crate) struct Established {
    pub(crate) context: Context,
    pub(crate) group: GroupId,
}

impl Peer {
    pub(crate) fn new(config: PeerConfig) -> Self {
        Self {
            config,
            session: None,
            identifier: Ipv4Addr::UNSPECIFIED,
            peer_type: PeerType::External,
            prefixes: PrefixSet::default(),
            routes: 0,
            parity: false,
            stale: FamilySet::empty(),
            removed: false,
        }
    }
}
