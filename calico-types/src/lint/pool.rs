//! Address pools: overlapping, not what the operator wants, encapsulating
//! more than they need.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::bundle::{Bundle, Placed};
use crate::mtu::PoolOverlay;
use crate::resources::{
    EncapsulationMode, IPPool, IPPoolSpec, InstallationIPPool, Node, NodeBGPSpec, Switch,
};
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let (subnet_v4, subnet_v6) = (
        shared_subnet(&bundle.nodes, v4),
        shared_subnet(&bundle.nodes, v6),
    );
    let mut seen: BTreeMap<IpNet, &Placed<'_, IPPool>> = BTreeMap::new();
    for pool in &bundle.pools {
        let cidr = pool.resource.spec.cidr.trunc();
        let earlier = sharing(&seen, cidr).find(|earlier| earlier.name() != pool.name());
        found.extend(earlier.map(|earlier| overlap(earlier, pool)));
        seen.entry(cidr).or_insert(pool);
        let subnet = if cidr.addr().is_ipv4() {
            subnet_v4
        } else {
            subnet_v6
        };
        found.extend(subnet.and_then(|subnet| always(subnet, pool)));
    }
    for installation in &bundle.installations {
        let network = installation.resource.spec.calico_network.as_ref();
        let pools = network.and_then(|network| network.ip_pools.as_deref());
        let owned = pools.unwrap_or_default();
        if !bundle.afford(owned.len().saturating_mul(bundle.pools.len())) {
            continue;
        }
        // Of each pool the first contradiction: the rest is the same mistake.
        let contradicted = |pool| owned.iter().find_map(|owned| against(pool, owned));
        found.extend(bundle.pools.iter().filter_map(contradicted));
    }
}

/// The pools that have addresses in common with a block: those around it, then
/// those inside. A look-up for each length, whatever the number of pools.
fn sharing<'s, 'a>(
    seen: &'s BTreeMap<IpNet, &'s Placed<'a, IPPool>>,
    cidr: IpNet,
) -> impl Iterator<Item = &'s Placed<'a, IPPool>> {
    let around = std::iter::successors(Some(cidr), IpNet::supernet);
    let around = around.filter_map(|net| seen.get(&net).copied());
    let last = IpNet::from(cidr.broadcast());
    let inside = seen.range(cidr..=last).map(|(_, pool)| *pool);
    around.chain(inside)
}

/// One finding for each pool that comes too late, however many it collides with.
fn overlap(pool: &Placed<'_, IPPool>, other: &Placed<'_, IPPool>) -> Diagnostic {
    let (one, two) = (pool.resource.spec.cidr, other.resource.spec.cidr);
    let message = format!(
        "pools {} ({one}) and {} ({two}) have addresses in common",
        pool.name(),
        other.name()
    );
    other
        .finding(Severity::Warning, "overlapping-pools", "spec.cidr", message)
        .help("calicoctl refuses the second; an API server stores it and never allocates from it")
}

/// Blocks of addresses nest or are disjoint: one contains the other's first
/// address, or they have none in common.
fn overlaps(one: IpNet, two: IpNet) -> bool {
    one.contains(&two.network()) || two.contains(&one.network())
}

/// The name that the operator gives a pool without one.
fn owned_name(owned: &InstallationIPPool) -> &str {
    match (&owned.name, owned.cidr) {
        (Some(name), _) => name,
        (None, Some(IpNet::V6(_))) => "default-ipv6-ippool",
        (None, Some(IpNet::V4(_)) | None) => "default-ipv4-ippool",
    }
}

/// A pool beside one that the operator owns.
///
/// The operator reconciles the pools that its `Installation` lists: what somebody
/// applies beside them is changed back within seconds.
fn against(pool: &Placed<'_, IPPool>, owned: &InstallationIPPool) -> Option<Diagnostic> {
    let cidr = owned.cidr?;
    let (name, theirs) = (pool.name(), pool.resource.spec.cidr);
    if name != owned_name(owned) {
        if !overlaps(theirs, cidr) {
            return None;
        }
        let message = format!(
            "pool {name} ({theirs}) has addresses in common with {} ({cidr}), which the operator owns",
            owned_name(owned)
        );
        let help = "change the pool in the Installation instead";
        let finding = pool.finding(Severity::Warning, "overlapping-pools", "spec.cidr", message);
        return Some(finding.help(help));
    }
    let (field, wanted) = difference(pool.resource, owned)?;
    let message = format!(
        "the operator owns pool {name} and changes it back: its Installation wants {wanted}"
    );
    Some(
        pool.finding(
            Severity::Warning,
            "pool-differs-from-installation",
            &format!("spec.{field}"),
            message,
        )
        .help("change the Installation; the pool follows"),
    )
}

/// The first field in which a pool is not what the operator makes of its own.
fn difference(pool: &IPPool, owned: &InstallationIPPool) -> Option<(&'static str, String)> {
    let spec = &pool.spec;
    let cidr = owned.cidr.filter(|cidr| *cidr != spec.cidr);
    if let Some(cidr) = cidr {
        return Some(("cidr", format!("cidr {cidr}")));
    }
    if PoolOverlay::of_pool(spec) != PoolOverlay::of_installation_pool(owned) {
        let field = mode(spec);
        let wanted = owned.encapsulation.unwrap_or_default();
        return Some((field, format!("encapsulation {wanted:?}")));
    }
    let full = if spec.cidr.addr().is_ipv4() { 26 } else { 122 };
    let block = owned.block_size.unwrap_or(full);
    if spec.block_size.is_some_and(|size| i32::from(size) != block) {
        return Some(("blockSize", format!("blockSize {block}")));
    }
    let nat = owned.nat_outgoing.unwrap_or(Switch::Enabled);
    (spec
        .nat_outgoing
        .is_some_and(|on| on != (nat == Switch::Enabled)))
    .then(|| ("natOutgoing", format!("natOutgoing {nat:?}")))
}

/// Encapsulating always, although nodes share subnets.
fn always(subnet: IpNet, pool: &Placed<'_, IPPool>) -> Option<Diagnostic> {
    let used = PoolOverlay::of_pool(&pool.resource.spec);
    if !used.always {
        return None;
    }
    let field = mode(&pool.resource.spec);
    let message = format!(
        "pool {} encapsulates always: packets between nodes of one subnet, such as {subnet}, carry {} needless bytes",
        pool.name(),
        used.overlay.overhead()
    );
    Some(
        pool.finding(Severity::Info, "always-encapsulated", &format!("spec.{field}"), message)
            .help("CrossSubnet encapsulates only where a router lies between; where the network drops foreign addresses, Always is right")
            .suggest(format!("{field}: CrossSubnet")),
    )
}

/// The field that says how the pool encapsulates; of two that say that it does not,
/// the one that is there.
fn mode(spec: &IPPoolSpec) -> &'static str {
    let on = |mode: Option<EncapsulationMode>| mode.is_some_and(|m| m != EncapsulationMode::Never);
    let written = spec.ipip_mode.is_some() && spec.vxlan_mode.is_none();
    if on(spec.ipip_mode) || (written && !on(spec.vxlan_mode)) {
        "ipipMode"
    } else {
        "vxlanMode"
    }
}

fn v4(bgp: &NodeBGPSpec) -> Option<IpNet> {
    bgp.ipv4_address.map(|address| IpNet::V4(address.trunc()))
}

fn v6(bgp: &NodeBGPSpec) -> Option<IpNet> {
    bgp.ipv6_address.map(|address| IpNet::V6(address.trunc()))
}

/// A subnet of a family in which two nodes have their addresses.
///
/// Then `Always` encapsulates packets that the network would carry as they are.
/// Where every node has a subnet of its own, `Always` and `CrossSubnet` are the
/// same.
fn shared_subnet(
    nodes: &[Placed<'_, Node>],
    of_family: fn(&NodeBGPSpec) -> Option<IpNet>,
) -> Option<IpNet> {
    let mut seen = BTreeSet::new();
    let mut subnets = nodes
        .iter()
        .filter_map(|node| node.resource.spec.bgp.as_ref().and_then(of_family))
        .filter(|subnet| subnet.prefix_len() < subnet.max_prefix_len());
    subnets.find(|subnet| !seen.insert(*subnet))
}
