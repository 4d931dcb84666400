//! What the kernel's table is to have.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use bgp_rib::{LocalOrigin, RouteInfo, Source};
use ipnet::IpNet;

/// The device of IP-in-IP, which the node's agent sets up.
pub const TUNNEL: &str = "tunl0";

/// Where packets to a destination go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KernelRoute {
    /// Nowhere: what a node has of its own block is in longer prefixes.
    Blackhole,
    /// To one of these, by the hash of the flow.
    Via(Vec<Hop>),
}

/// A next hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// Its address, as BGP has it.
    pub gateway: IpAddr,
    /// Packets to it go through [`TUNNEL`].
    pub tunnel: bool,
}

/// How packets between nodes to a pool are encapsulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encapsulation {
    /// Not at all.
    None,
    /// By IP-in-IP.
    Ipip,
    /// By IP-in-IP, to nodes of other subnets.
    IpipCrossSubnet,
    /// By VXLAN: the node's agent has the routes, and not the speaker.
    Vxlan,
}

/// By what routes go into the kernel's table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forwarding {
    /// The pools of pod addresses.
    pub pools: Vec<(IpNet, Encapsulation)>,
    /// The node's addresses, with the length of their subnets.
    pub subnets: Vec<IpNet>,
    /// Peers, as destinations of full length, with the gateways through which they are reached
    /// (Calico's `reachableBy`).
    pub reachable_by: BTreeMap<IpNet, IpAddr>,
}

impl Forwarding {
    /// What the table is to have for a destination of which these are the best routes
    /// ([`Rib::multipath`](bgp_rib::Rib::multipath)); `None`: nothing of the speaker's.
    #[must_use]
    pub fn route(&self, prefix: IpNet, best: &[RouteInfo]) -> Option<KernelRoute> {
        if let Some(gateway) = self.reachable_by.get(&prefix).copied() {
            let tunnel = false;
            return Some(KernelRoute::Via(vec![Hop { gateway, tunnel }]));
        }
        let first = best.first()?;
        if let Source::Local(origin) = &first.source {
            return matches!(**origin, LocalOrigin::OwnBlock).then_some(KernelRoute::Blackhole);
        }
        let encapsulation = self.encapsulation(prefix);
        if encapsulation == Encapsulation::Vxlan {
            return None;
        }
        let gateways = best
            .iter()
            .filter_map(|route| Some(route.attributes.next_hop?.addr()));
        let hops = gateways.map(|gateway| Hop {
            gateway,
            tunnel: match encapsulation {
                Encapsulation::Ipip => gateway.is_ipv4(),
                Encapsulation::IpipCrossSubnet => gateway.is_ipv4() && !self.is_near(gateway),
                Encapsulation::None | Encapsulation::Vxlan => false,
            },
        });
        let hops: Vec<Hop> = hops.collect();
        (!hops.is_empty()).then_some(KernelRoute::Via(hops))
    }

    /// That of the pool that has the destination.
    fn encapsulation(&self, prefix: IpNet) -> Encapsulation {
        let pools = self.pools.iter().filter(|(pool, _)| pool.contains(&prefix));
        let pool = pools.max_by_key(|(pool, _)| pool.prefix_len());
        pool.map_or(Encapsulation::None, |(_, encapsulation)| *encapsulation)
    }

    /// Whether an address is in a subnet of the node.
    fn is_near(&self, address: IpAddr) -> bool {
        self.subnets.iter().any(|subnet| subnet.contains(&address))
    }
}

impl fmt::Display for KernelRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blackhole => f.write_str("blackhole"),
            Self::Via(hops) => {
                for (index, hop) in hops.iter().enumerate() {
                    let comma = if index == 0 { "via " } else { ", " };
                    write!(f, "{comma}{}", hop.gateway)?;
                    if hop.tunnel {
                        write!(f, " through {TUNNEL}")?;
                    }
                }
                Ok(())
            }
        }
    }
}
