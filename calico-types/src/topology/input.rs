//! What a topology is made from.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::RouterId;
use crate::Resource;
use crate::resources::{BGPConfiguration, BGPFilter, BGPPeer, Node};
use crate::{convert, k8s};

/// The resources that decide who peers with whom, by name.
///
/// Of two resources of one kind and name the later counts, as with `apply`.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TopologyInput {
    /// The cluster's nodes.
    pub nodes: BTreeMap<String, Node>,
    /// `default`, and `node.NAME`.
    pub configurations: BTreeMap<String, BGPConfiguration>,
    /// Peerings beyond the mesh.
    pub peers: BTreeMap<String, BGPPeer>,
    /// Route filters.
    pub filters: BTreeMap<String, BGPFilter>,
    /// Secrets that hold passwords, by name.
    pub secrets: BTreeMap<String, k8s::Secret>,
    /// Local workloads that `localWorkloadSelector`s select.
    pub workload_peers: Vec<WorkloadPeer>,
    /// The environment's `CALICO_ROUTER_ID`.
    pub router_id: RouterId,
}

/// A workload that peers with its own node.
///
/// Felix finds out which workloads a `BGPPeer.spec.localWorkloadSelector`
/// selects, and reports them; a topology is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadPeer {
    /// The node on which it runs.
    pub node: String,
    /// The `BGPPeer` that selects it.
    pub bgp_peer: String,
    /// Its addresses: the first of each family counts.
    pub addresses: Vec<IpAddr>,
}

impl TopologyInput {
    /// Picks what matters out of a set of resources, in any order.
    ///
    /// Nodes of Kubernetes count through their `projectcalico.org/`
    /// annotations, unless there is a Calico node of the same name.
    #[must_use]
    pub fn from_resources<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> Self {
        let mut input = Self::default();
        let mut foreign = Vec::new();
        for resource in resources {
            #[expect(
                clippy::wildcard_enum_match_arm,
                reason = "a topology asks for a few kinds out of all that there are"
            )]
            match resource {
                Resource::Node(node) => insert(&mut input.nodes, &node.metadata.name, node),
                Resource::BGPConfiguration(configuration) => insert(
                    &mut input.configurations,
                    &configuration.metadata.name,
                    configuration,
                ),
                Resource::BGPPeer(peer) => insert(&mut input.peers, &peer.metadata.name, peer),
                Resource::BGPFilter(filter) => {
                    insert(&mut input.filters, &filter.metadata.name, filter);
                }
                Resource::Secret(secret) => {
                    insert(&mut input.secrets, &secret.metadata.name, secret);
                }
                Resource::KubernetesNode(node) => foreign.push(node),
                _ => {}
            }
        }
        for node in foreign {
            input
                .nodes
                .entry(node.metadata.name.clone())
                .or_insert_with(|| convert::node(node));
        }
        input
    }
}

fn insert<T: Clone>(map: &mut BTreeMap<String, T>, name: &str, resource: &T) {
    map.insert(name.to_owned(), resource.clone());
}
