//! What peers must have in common to be told the same.
//!
//! INVARIANT: the attributes under which a peer hears of a route are a function
//! of the route, the RIB's configuration and the peer's key. Whatever else
//! export might ask of a peer belongs in here. (Whether it hears of a route at
//! all depends on its identity too, see [`Audience`](super::Audience).)

use crate::peer::Peer;
use crate::{FilterChain, NextHopMode, RibConfig};
use bgp_wire::{Asn, Context, Family, PeerType, Role};
use ipnet::IpNet;
use smallvec::SmallVec;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;

/// The export side of a peer's configuration and capabilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExportKey {
    /// What is negotiated for sending; the receiving half is at its defaults,
    /// so that it separates nobody.
    pub(crate) context: Context,
    /// The cluster of clients, to whom routes of non-clients are reflected (RFC 4456 §6).
    pub(crate) cluster: Option<Ipv4Addr>,
    /// An internal peer that hears of the best external route at least.
    pub(crate) best_external: bool,
    /// Most paths with ADD-PATH, in families that have a limit.
    paths: SmallVec<[(Family, NonZeroU16); 2]>,
    /// Our AS in the session.
    pub(crate) local_as: Asn,
    /// Whether `local_as` is the session's own.
    own_local_as: bool,
    pub(crate) next_hop_mode: NextHopMode,
    pub(crate) local_ipv4: Option<Ipv4Addr>,
    pub(crate) local_ipv6: Option<Ipv6Addr>,
    pub(crate) local_link_local: Option<Ipv6Addr>,
    pub(crate) shared_subnets: Vec<IpNet>,
    pub(crate) export: FilterChain,
    /// The peer knows long-lived stale routes (RFC 9494).
    pub(crate) long_lived: bool,
    /// Our role, if the session is external (RFC 9234).
    pub(crate) role: Option<Role>,
    /// The session is about to be shut down (RFC 8326 §4.2).
    pub(crate) graceful_shutdown: bool,
}

impl ExportKey {
    /// The key of a peer whose session negotiated `negotiated`.
    pub(crate) fn new(rib: &RibConfig, held: &Peer, negotiated: &Context) -> Self {
        let peer = &held.config;
        let mut context = Context::new(negotiated.peer_type);
        context.four_octet_as = negotiated.four_octet_as;
        context.families = negotiated.families;
        context.add_path_send = negotiated.add_path_send;
        context.extended_next_hop = negotiated.extended_next_hop;
        context.send_limit = negotiated.send_limit;
        context.aigp = negotiated.aigp;
        let internal = negotiated.peer_type == PeerType::Internal;
        let adds = negotiated.add_path_send.intersection(negotiated.families);
        let limit = |family| Some((family, held.most_paths(family)?));
        Self {
            context,
            cluster: peer.cluster(rib).filter(|_| internal),
            best_external: peer.best_external && internal,
            paths: adds.iter().filter_map(limit).collect(),
            local_as: peer.local_as.unwrap_or(rib.local_as),
            own_local_as: peer.local_as.is_some(),
            next_hop_mode: peer.next_hop,
            local_ipv4: peer.local_ipv4,
            local_ipv6: peer.local_ipv6,
            local_link_local: peer.local_link_local,
            shared_subnets: peer.shared_subnets.clone(),
            export: peer.export.clone(),
            long_lived: held.long_lived,
            role: peer
                .role
                .filter(|_| negotiated.peer_type == PeerType::External),
            graceful_shutdown: peer.graceful_shutdown,
        }
    }

    /// How many paths to a destination its members are told of, if not one alone.
    pub(crate) fn most_paths(&self, family: Family) -> Option<usize> {
        let limit = self.paths.iter().find(|(of, _)| *of == family);
        let limit = limit.map_or(usize::MAX, |(_, limit)| usize::from(limit.get()));
        self.context.add_path_send.contains(family).then_some(limit)
    }

    /// Whether its members may hear of another route than before although the best one is the
    /// same.
    pub(crate) fn follows_all(&self, family: Family) -> bool {
        self.best_external || self.context.add_path_send.contains(family)
    }

    /// The AS that external peers see: the session's own, else the
    /// confederation's, else the speaker's (RFC 5065 §4).
    pub(crate) fn external_as(&self, rib: &RibConfig) -> Asn {
        match rib.confederation {
            Some(identifier) if !self.own_local_as => identifier,
            Some(_) | None => self.local_as,
        }
    }
}
