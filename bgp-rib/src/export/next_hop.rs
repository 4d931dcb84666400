//! Which next hop a peer is told (RFC 4271 §5.1.3, RFC 2545 §3, RFC 8950).
//!
//! | mode | internal, confederation | external | own route without next hop |
//! |---|---|---|---|
//! | Auto | the route's | ours; the route's in a shared subnet | ours |
//! | SelfNextHop | ours | ours | ours |
//! | Keep | the route's | the route's | ours |
//!
//! The family of the session's transport plays no part: an IPv6 prefix has an
//! IPv6 next hop on a session over IPv4 too, and an IPv4 prefix may have one
//! where extended next hops were negotiated. A next hop that the session cannot
//! carry is not replaced by something that happens to fit: the route is withheld.

use super::family_of;
use crate::NextHopMode;
use crate::group::ExportKey;
use bgp_wire::{NextHop, PeerType};
use ipnet::IpNet;
use std::net::IpAddr;

impl ExportKey {
    /// The next hop for a route to `prefix` whose own is `held`, learned from a
    /// peer of type `source` (`None`: originated here).
    pub(super) fn next_hop(
        &self,
        prefix: &IpNet,
        held: Option<NextHop>,
        source: Option<PeerType>,
    ) -> Option<NextHop> {
        let kept = held.and_then(|next_hop| self.kept(prefix, next_hop));
        match self.next_hop_mode {
            NextHopMode::SelfNextHop => self.own(prefix),
            NextHopMode::Keep if held.is_some() => kept,
            NextHopMode::Keep => self.own(prefix),
            NextHopMode::Auto if held.is_none() => self.own(prefix),
            NextHopMode::Auto => match self.context.peer_type {
                PeerType::Internal | PeerType::ConfederationExternal => kept,
                PeerType::External if self.is_shared(held) && source.is_some() => kept,
                PeerType::External => self.own(prefix),
            },
        }
    }

    /// The route's own next hop, where the session can carry it. Link-local
    /// addresses mean something in their subnet only.
    fn kept(&self, prefix: &IpNet, next_hop: NextHop) -> Option<NextHop> {
        match next_hop {
            NextHop::V4(_) => matches!(prefix, IpNet::V4(_)).then_some(next_hop),
            NextHop::V6 { global, link_local } => {
                let link_local = link_local.filter(|_| self.is_shared(Some(next_hop)));
                self.carries_ipv6(prefix)
                    .then_some(NextHop::V6 { global, link_local })
            }
        }
    }

    /// Our own address in the prefix's family, or an IPv6 one for IPv4 where
    /// the session allows it.
    fn own(&self, prefix: &IpNet) -> Option<NextHop> {
        if let (IpNet::V4(_), Some(address)) = (prefix, self.local_ipv4) {
            return Some(NextHop::V4(address));
        }
        let global = self.local_ipv6.filter(|_| self.carries_ipv6(prefix))?;
        Some(NextHop::V6 {
            global,
            link_local: self.local_link_local,
        })
    }

    fn carries_ipv6(&self, prefix: &IpNet) -> bool {
        matches!(prefix, IpNet::V6(_)) || self.context.extended_next_hop.contains(family_of(prefix))
    }

    fn is_shared(&self, next_hop: Option<NextHop>) -> bool {
        let Some(address) = next_hop.map(|next_hop| next_hop.addr()) else {
            return false;
        };
        self.shared_subnets
            .iter()
            .any(|subnet| match (subnet, address) {
                (IpNet::V4(subnet), IpAddr::V4(address)) => subnet.contains(&address),
                (IpNet::V6(subnet), IpAddr::V6(address)) => subnet.contains(&address),
                (IpNet::V4(_), IpAddr::V6(_)) | (IpNet::V6(_), IpAddr::V4(_)) => false,
            })
    }
}
