//! Pools and nodes: too few blocks, nodes without a pool, pools that give nothing.
//!
//! A node takes addresses in blocks, and has at least one block of each pool that
//! its pods use. All of this depends on every node and every pool being known.

use ipnet::IpNet;

use super::bundle::{Bundle, Placed};
use crate::resources::{AssignmentMode, IPPool, IPPoolAllowedUse};
use crate::selector::Selector;
use crate::{Diagnostic, Resource, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let known = bundle.unseen.none_of("IPPool") && bundle.unseen.none_of("Node");
    let workload: Vec<_> = bundle
        .pools
        .iter()
        .filter(|pool| serves_workloads(pool))
        .collect();
    if !bundle.is_complete() || !known || workload.is_empty() {
        return;
    }
    let usable: Vec<&Placed<'_, IPPool>> =
        workload.iter().copied().filter(|p| is_usable(p)).collect();
    if usable.is_empty() {
        found.extend(workload.first().map(|pool| nothing_to_give(pool)));
        return;
    }
    let told = bundle
        .peers
        .iter()
        .any(|p| p.resource.spec.peer_ip.is_some());
    if !told && bundle.unseen.none_of("BGPPeer") {
        found.extend(usable.iter().filter_map(|pool| without_nat(pool)));
    }
    if !bundle.afford(usable.len().saturating_mul(bundle.inventory.nodes.len())) {
        return;
    }
    let coverage = usable.iter().map(|pool| Coverage::new(bundle, pool));
    if let Some(coverage) = coverage.collect::<Option<Vec<_>>>() {
        found.extend(too_few(bundle, &coverage));
        found.extend(without_pool(bundle, &coverage));
    }
}

fn serves_workloads(pool: &Placed<'_, IPPool>) -> bool {
    let uses = pool
        .resource
        .spec
        .allowed_uses
        .as_deref()
        .unwrap_or_default();
    uses.is_empty() || uses.contains(&IPPoolAllowedUse::Workload)
}

/// Whether IPAM takes addresses from it unasked.
fn is_usable(pool: &Placed<'_, IPPool>) -> bool {
    let spec = &pool.resource.spec;
    spec.disabled != Some(true) && spec.assignment_mode != Some(AssignmentMode::Manual)
}

fn nothing_to_give(pool: &Placed<'_, IPPool>) -> Diagnostic {
    let (field, what) = if pool.resource.spec.disabled == Some(true) {
        ("spec.disabled", "disabled")
    } else {
        (
            "spec.assignmentMode",
            "used only where an annotation names it",
        )
    };
    let message = format!(
        "every pool for pods is like {}: {what}; new pods get no address",
        pool.name()
    );
    pool.finding(Severity::Warning, "no-usable-pool", field, message)
        .help("leave one pool enabled, with assignmentMode Automatic")
}

/// Private addresses that leave the cluster as they are, where nobody outside is
/// told of them.
fn without_nat(pool: &Placed<'_, IPPool>) -> Option<Diagnostic> {
    let IpNet::V4(cidr) = pool.resource.spec.cidr else {
        return None;
    };
    let on = pool.resource.spec.nat_outgoing == Some(true);
    if on || !cidr.addr().is_private() {
        return None;
    }
    let message = format!(
        "packets from pool {} ({cidr}) leave the cluster with pods' addresses, and no BGPPeer tells a router outside where those are",
        pool.name()
    );
    Some(
        pool.finding(
            Severity::Info,
            "no-nat-outgoing",
            "spec.natOutgoing",
            message,
        )
        .help("where the network has routes to the pool by other means, this is right")
        .suggest("natOutgoing: true"),
    )
}

/// A pool and the nodes that may use it.
struct Coverage<'b, 'a> {
    pool: &'b Placed<'a, IPPool>,
    nodes: Vec<bool>,
}

impl<'b, 'a> Coverage<'b, 'a> {
    /// `None` where its selector cannot be read.
    fn new(bundle: &Bundle<'a>, pool: &'b Placed<'a, IPPool>) -> Option<Self> {
        let text = pool.resource.spec.node_selector.as_deref();
        let selector = Selector::parse(text.unwrap_or_default()).ok()?;
        let labels = bundle.inventory.nodes.values();
        let nodes = labels.map(|labels| selector.matches(*labels)).collect();
        Some(Self { pool, nodes })
    }

    fn cidr(&self) -> IpNet {
        self.pool.resource.spec.cidr
    }

    /// How many blocks the pool has.
    fn blocks(&self) -> u128 {
        let cidr = self.cidr();
        let usual = if cidr.addr().is_ipv4() { 26 } else { 122 };
        let size = self.pool.resource.spec.block_size;
        let size = size.filter(|size| *size > 0).unwrap_or(usual);
        let bits = u32::from(size.saturating_sub(cidr.prefix_len()));
        1_u128.checked_shl(bits).unwrap_or(u128::MAX)
    }

    fn shares_nodes(&self, other: &Self) -> bool {
        let mut pairs = self.nodes.iter().zip(&other.nodes);
        pairs.any(|(one, two)| *one && *two)
    }
}

/// Pools that cannot give each of their nodes a block, not even with the others that
/// those nodes may use.
fn too_few(bundle: &Bundle<'_>, coverage: &[Coverage<'_, '_>]) -> Vec<Diagnostic> {
    let strict = bundle.all.iter().any(
        |at| matches!(&at.resource, Resource::IPAMConfiguration(ipam) if ipam.spec.strict_affinity),
    );
    let nodes_of = |one: &Coverage<'_, '_>| one.nodes.iter().filter(|selected| **selected).count();
    let mut found = Vec::new();
    for one in coverage {
        let nodes = nodes_of(one);
        let others = coverage.len().saturating_mul(one.nodes.len());
        // The pool's own blocks first: they are nearly always enough.
        if one.blocks() >= nodes as u128 || !bundle.afford(others) {
            continue;
        }
        let family = |other: &&Coverage<'_, '_>| {
            other.cidr().addr().is_ipv4() == one.cidr().addr().is_ipv4()
        };
        let rivals = coverage
            .iter()
            .filter(family)
            .filter(|other| other.shares_nodes(one));
        let blocks = rivals.fold(0_u128, |sum, other| sum.saturating_add(other.blocks()));
        if blocks >= nodes as u128 {
            continue;
        }
        let what = if strict {
            "pods of the others get no address (strictAffinity)"
        } else {
            "pods of the others borrow single addresses, each with a route of its own"
        };
        let message = format!(
            "{blocks} blocks for {nodes} nodes that use pool {} ({}): {what}",
            one.pool.name(),
            one.cidr()
        );
        found.push(
            one.pool
                .finding(Severity::Warning, "too-few-blocks", "spec.blockSize", message)
                .help("take smaller blocks (a larger blockSize), or a larger pool; neither can be changed on an existing pool"),
        );
    }
    found
}

/// Nodes that no pool is for.
fn without_pool(bundle: &Bundle<'_>, coverage: &[Coverage<'_, '_>]) -> Option<Diagnostic> {
    let selected = |index: usize| {
        let mut pools = coverage.iter();
        pools.any(|one| one.nodes.get(index).copied().unwrap_or(true))
    };
    let nodes = bundle.inventory.nodes.keys().enumerate();
    let left: Vec<&str> = nodes
        .filter(|(index, _)| !selected(*index))
        .map(|(_, name)| *name)
        .collect();
    let first = left.first()?;
    let message = match left.len() {
        1 => format!("no pool selects node {first}: its pods get no address"),
        n => format!("no pool selects {n} nodes, such as {first}: their pods get no address"),
    };
    let pool = coverage.first()?.pool;
    Some(
        pool.finding(
            Severity::Warning,
            "node-without-pool",
            "spec.nodeSelector",
            message,
        )
        .help("give a pool a nodeSelector that selects them, or label the nodes"),
    )
}
