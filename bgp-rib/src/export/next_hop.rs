//! Which next hop a peer is told (RFC 4271 §5.1.3, RFC 2545 §3, RFC 8950).
//!
//! | mode | internal, confederation | external | own route without next hop |
//! |---|---|---|---|
//! | Auto | the route's | ours; the route's in a shared subnet, or beside a label | ours |
//! | SelfNextHop | ours | ours | ours |
//! | Keep | the route's | the route's | ours |
//!
//! The family of the session's transport plays no part: an IPv6 prefix has an
//! IPv6 next hop on a session over IPv4 too, and an IPv4 prefix may have one
//! where extended next hops were negotiated. Where a route has a label, a VNI or a SID beside the
//! prefix, that means something to the next hop which gave it, and to no other (RFC 8277 §2.4,
//! RFC 8365 §5.1.3): with `Auto` the next hop is kept on every session, as a route reflector
//! and a route server want it. FlowSpec routes have none (RFC 8955 §4). A next hop that the session cannot
//! carry is not replaced by something that happens to fit: the route is withheld.

use crate::NextHopMode;
use crate::destination::is_plain;
use crate::group::ExportKey;
use bgp_wire::{Afi, Family, NextHop, PeerType};
use ipnet::IpNet;
use std::net::IpAddr;

impl ExportKey {
    /// The next hop for a route of a family whose own is `held`, learned from a
    /// peer of type `source` (`None`: originated here).
    pub(super) fn next_hop(
        &self,
        family: Family,
        held: Option<NextHop>,
        source: Option<PeerType>,
    ) -> Option<NextHop> {
        let kept = held.and_then(|next_hop| self.kept(family, next_hop));
        match self.next_hop_mode {
            NextHopMode::SelfNextHop => self.own(family),
            NextHopMode::Keep if held.is_some() => kept,
            NextHopMode::Keep => self.own(family),
            NextHopMode::Auto if held.is_none() => self.own(family),
            NextHopMode::Auto => match self.context.peer_type {
                PeerType::Internal | PeerType::ConfederationExternal => kept,
                PeerType::External if !is_plain(family) => kept,
                PeerType::External if self.is_shared(held) && source.is_some() => kept,
                PeerType::External => self.own(family),
            },
        }
    }

    /// The route's own next hop, where the session can carry it. Link-local
    /// addresses mean something in their subnet only.
    fn kept(&self, family: Family, next_hop: NextHop) -> Option<NextHop> {
        match next_hop {
            NextHop::V4(_) => self.carries_ipv4(family).then_some(next_hop),
            NextHop::V6 { global, link_local } => {
                let link_local = link_local.filter(|_| self.is_shared(Some(next_hop)));
                self.carries_ipv6(family)
                    .then_some(NextHop::V6 { global, link_local })
            }
        }
    }

    /// Our own address in the IP version of the family, or an IPv6 one for IPv4 where
    /// the session allows it.
    fn own(&self, family: Family) -> Option<NextHop> {
        if let Some(address) = self.local_ipv4.filter(|_| self.carries_ipv4(family)) {
            return Some(NextHop::V4(address));
        }
        let global = self.local_ipv6.filter(|_| self.carries_ipv6(family))?;
        Some(NextHop::V6 {
            global,
            link_local: self.local_link_local,
        })
    }

    fn carries_ipv6(&self, family: Family) -> bool {
        family.afi != Afi::IPV4 || self.context.extended_next_hop.contains(family)
    }

    /// Families without an IP version of their own, as EVPN, have next hops of both.
    fn carries_ipv4(&self, family: Family) -> bool {
        family.afi != Afi::IPV6 || self.context.extended_next_hop.contains(family)
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
