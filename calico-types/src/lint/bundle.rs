//! The resources of a set, by kind, with their places.
//!
//! Made once and shared by all lints. What is costly and not always needed (the
//! topology) is made when it is first asked for; what lints look up is indexed by
//! name, so that no lint goes through all of a kind for each of another.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::LintContext;
use super::inventory::Inventory;
use super::policy::{self, PolicyView};
use super::unseen::Unseen;
use crate::decode::{Located, Unread};
use crate::resources::{
    BGPConfiguration, BGPFilter, BGPPeer, FelixConfiguration, HostEndpoint, IPPool, Installation,
    Kind, KubeControllersConfiguration, Node, PolicyType, Tier,
};
use crate::topology::{Family, Problem, Topology, TopologyInput};
use crate::{Diagnostic, Resource, Severity, convert};

/// Evaluations of selectors on nodes beyond which no topology is built.
const MOST_EVALUATIONS: usize = 10_000_000;

/// Session ends beyond which a topology is not looked at, those of the mesh
/// apart; a cluster of 5 000 nodes with ten reflectors has 100 000.
const MOST_SESSIONS: usize = 500_000;

/// Pairs of policies, and of selectors and endpoints, beyond which none are
/// compared: some seconds' work.
const MOST_COMPARISONS: usize = 50_000_000;

/// A resource and its place.
pub(super) struct Placed<'a, T> {
    pub(super) resource: &'a T,
    pub(super) at: &'a Located,
}

impl<T> Clone for Placed<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Placed<'_, T> {}

impl<T: Kind> Placed<'_, T> {
    pub(super) fn name(&self) -> &str {
        &self.resource.metadata().name
    }

    /// A finding about a field of the resource.
    pub(super) fn finding(
        &self,
        severity: Severity,
        code: &'static str,
        path: &str,
        message: impl Into<String>,
    ) -> Diagnostic {
        finding(self.at, severity, code, path, message)
    }
}

/// A finding about a field of a resource.
pub(super) fn finding(
    at: &Located,
    severity: Severity,
    code: &'static str,
    path: &str,
    message: impl Into<String>,
) -> Diagnostic {
    at.finding(severity, code, path, message)
}

/// Everything that lints ask for.
pub(super) struct Bundle<'a> {
    pub(super) all: &'a [Located],
    pub(super) context: LintContext,
    /// What could not be read.
    pub(super) unseen: Unseen<'a>,
    pub(super) nodes: Vec<Placed<'a, Node>>,
    pub(super) configurations: Vec<Placed<'a, BGPConfiguration>>,
    pub(super) peers: Vec<Placed<'a, BGPPeer>>,
    pub(super) filters: Vec<Placed<'a, BGPFilter>>,
    pub(super) pools: Vec<Placed<'a, IPPool>>,
    pub(super) installations: Vec<Placed<'a, Installation>>,
    pub(super) felix: Vec<Placed<'a, FelixConfiguration>>,
    pub(super) host_endpoints: Vec<Placed<'a, HostEndpoint>>,
    pub(super) controllers: Vec<Placed<'a, KubeControllersConfiguration>>,
    /// Enforced policies of every kind, in the order of evaluation.
    pub(super) policies: Vec<PolicyView<'a>>,
    /// Those that are only reported on, but for those that stage a deletion.
    pub(super) staged: Vec<PolicyView<'a>>,
    pub(super) inventory: Inventory<'a>,
    /// Comparisons that may still be made, and whether some were not.
    budget: Cell<usize>,
    overdrawn: Cell<bool>,
    topology: OnceCell<Option<(Topology, Vec<Problem>)>>,
    /// Families in which each `BGPPeer` has sessions.
    speaking: OnceCell<BTreeSet<(String, Family)>>,
    filters_by_name: BTreeMap<&'a str, Placed<'a, BGPFilter>>,
    peers_by_name: BTreeMap<&'a str, Placed<'a, BGPPeer>>,
    tiers_by_name: BTreeMap<&'a str, Placed<'a, Tier>>,
    node_addresses: BTreeSet<IpAddr>,
    default_configuration: Option<Placed<'a, BGPConfiguration>>,
}

/// The resources of one kind.
macro_rules! of_kind {
    ($all:expr, $kind:ident) => {
        $all.iter()
            .filter_map(|at| {
                if let Resource::$kind(resource) = &at.resource {
                    Some(Placed { resource, at })
                } else {
                    None
                }
            })
            .collect()
    };
}

/// Resources by name; of two of one name the later counts, as with `apply`.
fn by_name<'a, T: Kind>(all: &[Placed<'a, T>]) -> BTreeMap<&'a str, Placed<'a, T>> {
    let named = all
        .iter()
        .map(|p| (p.resource.metadata().name.as_str(), *p));
    named.collect()
}

/// The addresses at which nodes speak BGP, Calico's and those of Kubernetes.
fn node_addresses(all: &[Located]) -> BTreeSet<IpAddr> {
    let mut addresses = BTreeSet::new();
    for at in all {
        let foreign;
        let node = if let Resource::Node(node) = &at.resource {
            node
        } else if let Resource::KubernetesNode(node) = &at.resource {
            foreign = convert::node(node);
            &foreign
        } else {
            continue;
        };
        let bgp = node.spec.bgp.as_ref();
        let four = bgp.and_then(|bgp| bgp.ipv4_address);
        let six = bgp.and_then(|bgp| bgp.ipv6_address);
        addresses.extend(four.map(|net| IpAddr::V4(net.addr())));
        addresses.extend(six.map(|net| IpAddr::V6(net.addr())));
    }
    addresses
}

/// Major and minor of a version such as `v3.30.7`.
fn parse_release(version: &str) -> Option<(u16, u16)> {
    let mut numbers = version.trim_start_matches('v').split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next()?.parse().ok()?;
    Some((major, minor))
}

impl<'a> Bundle<'a> {
    pub(super) fn new(all: &'a [Located], unread: &'a [Unread], context: LintContext) -> Self {
        let nodes: Vec<Placed<'a, Node>> = of_kind!(all, Node);
        let peers: Vec<Placed<'a, BGPPeer>> = of_kind!(all, BGPPeer);
        let filters: Vec<Placed<'a, BGPFilter>> = of_kind!(all, BGPFilter);
        let tiers: Vec<Placed<'a, Tier>> = of_kind!(all, Tier);
        let configurations: Vec<Placed<'a, BGPConfiguration>> = of_kind!(all, BGPConfiguration);
        let mut defaults = configurations.iter().rev();
        Self {
            all,
            context,
            unseen: Unseen::new(unread),
            filters_by_name: by_name(&filters),
            peers_by_name: by_name(&peers),
            tiers_by_name: by_name(&tiers),
            node_addresses: node_addresses(all),
            nodes,
            default_configuration: defaults.find(|c| c.name() == "default").copied(),
            configurations,
            peers,
            filters,
            pools: of_kind!(all, IPPool),
            installations: of_kind!(all, Installation),
            felix: of_kind!(all, FelixConfiguration),
            host_endpoints: of_kind!(all, HostEndpoint),
            controllers: of_kind!(all, KubeControllersConfiguration),
            policies: policy::views(all),
            staged: policy::staged(all),
            inventory: Inventory::new(all),
            budget: Cell::new(MOST_COMPARISONS),
            overdrawn: Cell::new(false),
            topology: OnceCell::new(),
            speaking: OnceCell::new(),
        }
    }

    /// The sessions that the resources mean, and what is odd about them.
    ///
    /// `None` when that would be very many beside the mesh, since a `BGPPeer` of
    /// a line can mean the square of all nodes.
    pub(super) fn topology(&self) -> Option<&(Topology, Vec<Problem>)> {
        let topology = self.topology.get_or_init(|| {
            let resources = self.all.iter().map(|at| &at.resource);
            let input = TopologyInput::from_resources(resources);
            if input.nodes.len().saturating_mul(input.peers.len()) > MOST_EVALUATIONS {
                return None;
            }
            let topology = Topology::build(&input);
            let few = topology.explicit_bound() <= MOST_SESSIONS;
            few.then(|| {
                let problems = topology.problems().collect();
                (topology, problems)
            })
        });
        topology.as_ref()
    }

    /// Whether a `BGPPeer` makes sessions of a family, in either direction.
    pub(super) fn has_sessions(&self, peer: &str, family: Family) -> bool {
        let speaking = self.speaking.get_or_init(|| {
            let topology = self.topology();
            topology.map_or_else(BTreeSet::new, |(topology, _)| topology.speaking())
        });
        speaking.contains(&(peer.to_owned(), family))
    }

    /// Takes so many comparisons off what may still be made. A lint that cannot
    /// afford them leaves them out, and a finding says so.
    pub(super) fn afford(&self, comparisons: usize) -> bool {
        match self.budget.get().checked_sub(comparisons) {
            Some(left) => {
                self.budget.set(left);
                true
            }
            None => {
                self.overdrawn.set(true);
                false
            }
        }
    }

    /// Notes that something was left out because there was too much of it.
    pub(super) fn leave_out(&self) {
        self.overdrawn.set(true);
    }

    /// Whether something was left out because there was too much of it.
    pub(super) fn is_overdrawn(&self) -> bool {
        self.overdrawn.get()
    }

    /// Whether comparing policies with each other and with endpoints ends in
    /// good time.
    pub(super) fn is_comparable(&self) -> bool {
        let rules = |policy: &PolicyView<'_>| {
            1 + policy.rules(PolicyType::Ingress).len() + policy.rules(PolicyType::Egress).len()
        };
        let policies = self.policies.len();
        let selectors: usize = self.policies.iter().map(rules).sum();
        let endpoints = self.inventory.endpoints.len() + self.inventory.network_sets.len();
        let pairs = policies.saturating_mul(policies);
        let all = pairs.saturating_add(selectors.saturating_mul(endpoints));
        all <= MOST_COMPARISONS
    }

    /// The tier of a name, if it is among the resources.
    pub(super) fn tier(&self, name: &str) -> Option<Placed<'a, Tier>> {
        self.tiers_by_name.get(name).copied()
    }

    /// Whether every node has a session with every other.
    ///
    /// Absent configuration and absent field both mean yes.
    pub(super) fn has_mesh(&self) -> bool {
        let configuration = self.default_configuration();
        configuration
            .and_then(|configuration| configuration.resource.spec.node_to_node_mesh_enabled)
            .unwrap_or(true)
    }

    /// The cluster's BGP configuration.
    pub(super) fn default_configuration(&self) -> Option<Placed<'a, BGPConfiguration>> {
        self.default_configuration
    }

    pub(super) fn peer(&self, name: &str) -> Option<Placed<'a, BGPPeer>> {
        self.peers_by_name.get(name).copied()
    }

    pub(super) fn filter(&self, name: &str) -> Option<Placed<'a, BGPFilter>> {
        self.filters_by_name.get(name).copied()
    }

    /// Whether a peering is with a router outside: by an address that no node
    /// has, where every node could be read.
    pub(super) fn is_external(&self, peer: &BGPPeer) -> bool {
        let address = peer.spec.peer_ip.map(|peer| peer.ip);
        self.unseen.none_of("Node")
            && address.is_some_and(|address| !self.node_addresses.contains(&address))
    }

    /// Calico's release, as the caller or the cluster's own record says it.
    pub(super) fn release(&self) -> Option<(u16, u16)> {
        self.context.release.or_else(|| {
            self.all.iter().rev().find_map(|at| {
                let Resource::ClusterInformation(information) = &at.resource else {
                    return None;
                };
                parse_release(information.spec.calico_version.as_deref()?)
            })
        })
    }

    /// Whether the resources are all that the cluster has, and all of them are
    /// here.
    pub(super) fn is_complete(&self) -> bool {
        self.context.complete && self.unseen.nothing_lost()
    }

    /// How bad it is that something is missing: whether it is can only be
    /// known of a complete set.
    ///
    /// A directory of manifests is seldom all that a cluster has, and saying
    /// "error" of what is merely elsewhere teaches people to ignore errors.
    pub(super) fn missing(&self) -> Severity {
        if self.is_complete() {
            Severity::Error
        } else {
            Severity::Warning
        }
    }
}
