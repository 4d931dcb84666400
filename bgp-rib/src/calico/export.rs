//! The chain that Calico applies to exports after the BGPFilters of a peer.
//!
//! A route that no filter rule decides about goes through these steps, the
//! first that speaks deciding: disabled pools, tunnel interfaces, own blocks,
//! static routes, service ranges on a reflector, pools, and at last a refusal.
//! A node therefore never hands on foreign routes unless a filter accepts them.

use super::priority::{NormalPriority, complement};
use crate::LocalOrigin;
use crate::filter::{InterfacePattern, RouteSource, RouteView, contains};
use bgp_wire::{Community, LargeCommunity, PathAttributes, PeerType};
use ipnet::IpNet;
use std::fmt;

/// LOCAL_PREF of a route received without one.
const DEFAULT_LOCAL_PREF: u32 = 100;

/// What Calico's export chain knows of the cluster and the node.
///
/// Made by the embedder from IPPool, BlockAffinity, BGPConfiguration and
/// FelixConfiguration; a change of any of them is a new context, a new chain and
/// [`Rib::set_export`](crate::Rib::set_export).
///
/// ```
/// use bgp_rib::{
///     BuiltIn, Decider, ExportContext, Fallback, FilterChain, LocalOrigin, Pool, RouteSource, RouteView,
/// };
/// use bgp_wire::{PathAttributes, PeerType};
///
/// let pool = Pool { cidr: "192.168.0.0/16".parse()?, disable_bgp_export: false };
/// let context = ExportContext {
///     pools: vec![pool],
///     own_blocks: vec!["192.168.3.64/26".parse()?],
///     ..ExportContext::default()
/// };
/// let chain = FilterChain::new(Vec::new(), Fallback::CalicoExport(context.into()));
///
/// let attributes = PathAttributes::default();
/// let decided = |prefix: &str| Ok::<_, ipnet::AddrParseError>(chain.evaluate(&RouteView {
///     destination: prefix.parse::<ipnet::IpNet>()?.into(),
///     attributes: &attributes,
///     source: RouteSource::Local(&LocalOrigin::OwnBlock),
///     interface: None,
///     session: PeerType::Internal,
///     rpki: bgp_rib::RpkiState::NotFound,
/// }).decided_by);
/// assert_eq!(decided("192.168.3.64/26")?, Decider::BuiltIn(BuiltIn::OwnBlock));
/// // The address of one pod stays at home, as its block is announced.
/// assert_eq!(decided("192.168.3.65/32")?, Decider::BuiltIn(BuiltIn::InsideOwnBlock));
/// # Ok::<(), ipnet::AddrParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportContext {
    /// The IP pools of both families. A route inside none of them needs another
    /// reason to be announced.
    pub pools: Vec<Pool>,
    /// Blocks with confirmed affinity to this node; pending ones do not count.
    pub own_blocks: Vec<IpNet>,
    /// Load-balancer and external service ranges, which a reflector hands on.
    pub service_ranges: Vec<IpNet>,
    /// `prefixAdvertisements` of BGPConfiguration, those of the node before the
    /// global ones.
    pub advertisements: Vec<PrefixAdvertisement>,
    /// Priority of normal routes: the metric of local routes that bring none,
    /// and what "elevated" is measured by.
    pub normal_priority: NormalPriority,
    /// The node is a route reflector.
    pub reflector: bool,
    /// BIRD, not Felix, programs the routes of IPIP pools, so `tunl0` is theirs.
    pub bird_programs_ipip: bool,
}

/// An IP pool, as far as exports care. A pool with `disableBGPExport` wins over
/// one without that contains the same prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pool {
    /// `spec.cidr`.
    pub cidr: IpNet,
    /// `spec.disableBGPExport`.
    pub disable_bgp_export: bool,
}

/// Communities for the routes inside a prefix: `prefixAdvertisements` of a
/// BGPConfiguration with its names resolved. Every entry that contains the route
/// adds its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixAdvertisement {
    /// `cidr`.
    pub cidr: IpNet,
    /// Communities of two parts.
    pub communities: Vec<Community>,
    /// Communities of three parts.
    pub large_communities: Vec<LargeCommunity>,
}

/// The step of the built-in chain that decided, in the order in which steps are
/// asked. A rule of a BGPFilter that accepts skips them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuiltIn {
    /// Refused: inside a pool with `disableBGPExport`.
    DisabledPool,
    /// Refused: over a tunnel interface, to an iBGP peer, which has a tunnel of
    /// its own.
    TunnelInterface,
    /// Refused: over an interface of the eBPF dataplane.
    BpfInterface,
    /// Accepted: a block of this node.
    OwnBlock,
    /// Accepted: inside an own block with a priority above normal (a workload
    /// that is moving).
    ElevatedInOwnBlock,
    /// Refused: more specific than an own block.
    InsideOwnBlock,
    /// Accepted: a static route (a service).
    StaticRoute,
    /// Accepted: a service range, on a reflector.
    ServiceRange,
    /// Accepted: inside a pool.
    EnabledPool,
    /// Refused: nothing above spoke for it. So a node does not hand on what it
    /// learned from the data centre, nor routes of other families than unicast unless a rule
    /// ([`Matcher::Family`](crate::Matcher::Family)) accepts them.
    NothingElse,
}

impl BuiltIn {
    /// Whether the step lets the route pass.
    #[must_use]
    pub const fn accepts(self) -> bool {
        match self {
            Self::OwnBlock
            | Self::ElevatedInOwnBlock
            | Self::StaticRoute
            | Self::ServiceRange
            | Self::EnabledPool => true,
            Self::DisabledPool
            | Self::TunnelInterface
            | Self::BpfInterface
            | Self::InsideOwnBlock
            | Self::NothingElse => false,
        }
    }
}

impl fmt::Display for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DisabledPool => "inside a pool with disableBGPExport",
            Self::TunnelInterface => "over a tunnel interface to an iBGP peer",
            Self::BpfInterface => "over an interface of the eBPF dataplane",
            Self::OwnBlock => "a block of this node",
            Self::ElevatedInOwnBlock => "inside an own block with a priority above normal",
            Self::InsideOwnBlock => "more specific than a block of this node",
            Self::StaticRoute => "a static route",
            Self::ServiceRange => "a service range, on a reflector",
            Self::EnabledPool => "inside a pool",
            Self::NothingElse => "neither own block, static route nor inside a pool",
        })
    }
}

impl ExportContext {
    /// The LOCAL_PREF that a local route starts with.
    pub(crate) fn local_pref(&self, origin: &LocalOrigin, prefix: &IpNet) -> u32 {
        complement(
            origin
                .metric()
                .unwrap_or_else(|| self.normal_priority.of(prefix)),
        )
    }

    /// The deciding step; `advertised` hears of every advertisement whose
    /// communities the route takes on.
    pub(crate) fn decide(
        &self,
        route: &RouteView<'_>,
        local_pref: Option<u32>,
        advertised: impl FnMut(u16),
    ) -> BuiltIn {
        // Calico announces unicast alone; a rule before this one may let other families pass.
        let Some(prefix) = &route.destination.unicast() else {
            return BuiltIn::NothingElse;
        };
        if self.in_pool(prefix, true) {
            return BuiltIn::DisabledPool;
        }
        if let Some(step) = self.refused_interface(route) {
            return step;
        }
        self.advertisements_of(prefix).for_each(advertised);
        if let Some(step) = self.own_block(prefix, local_pref) {
            return step;
        }
        if matches!(route.source, RouteSource::Local(origin) if origin.is_static()) {
            return BuiltIn::StaticRoute;
        }
        if self.reflector
            && self
                .service_ranges
                .iter()
                .any(|range| contains(range, prefix))
        {
            return BuiltIn::ServiceRange;
        }
        if self.in_pool(prefix, false) {
            BuiltIn::EnabledPool
        } else {
            BuiltIn::NothingElse
        }
    }

    fn in_pool(&self, prefix: &IpNet, disabled: bool) -> bool {
        let mut pools = self
            .pools
            .iter()
            .filter(|pool| pool.disable_bgp_export == disabled);
        pools.any(|pool| contains(&pool.cidr, prefix))
    }

    fn refused_interface(&self, route: &RouteView<'_>) -> Option<BuiltIn> {
        let interface = route.interface?;
        let fits = |pattern: &str| InterfacePattern::new(pattern).matches(interface);
        let tunnel = fits("*.cali")
            || fits("*.calico")
            || (interface == "tunl0" && !self.bird_programs_ipip);
        if tunnel && route.session == PeerType::Internal {
            return Some(BuiltIn::TunnelInterface);
        }
        fits("bpf*.cali").then_some(BuiltIn::BpfInterface)
    }

    fn advertisements_of<'a>(&'a self, prefix: &'a IpNet) -> impl Iterator<Item = u16> + 'a {
        let inside = |(_, entry): &(u16, &PrefixAdvertisement)| contains(&entry.cidr, prefix);
        (0..)
            .zip(&self.advertisements)
            .filter(inside)
            .map(|(position, _)| position)
    }

    fn own_block(&self, prefix: &IpNet, local_pref: Option<u32>) -> Option<BuiltIn> {
        if self.own_blocks.contains(prefix) {
            return Some(BuiltIn::OwnBlock);
        }
        if !self.own_blocks.iter().any(|block| contains(block, prefix)) {
            return None;
        }
        let metric = complement(local_pref.unwrap_or(DEFAULT_LOCAL_PREF));
        let elevated = metric < self.normal_priority.of(prefix);
        Some(if elevated {
            BuiltIn::ElevatedInOwnBlock
        } else {
            BuiltIn::InsideOwnBlock
        })
    }

    pub(crate) fn advertise(&self, position: u16, attributes: &mut PathAttributes) {
        let Some(entry) = self.advertisements.get(usize::from(position)) else {
            return;
        };
        for community in &entry.communities {
            if !attributes.communities.contains(community) {
                attributes.communities.push(*community);
            }
        }
        for community in &entry.large_communities {
            if !attributes.large_communities.contains(community) {
                attributes.large_communities.push(*community);
            }
        }
    }
}
