//! What a topology is made from.
//!
//! `confd` watches these in the datastore. A topology takes them as they are: it
//! does not validate, and what a `BGPPeer` refers to need not be there.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::RouterId;
use crate::Resource;
use crate::resources::{BGPConfiguration, BGPFilter, BGPPeer, Node};
use crate::{convert, k8s};

/// The resources that decide who peers with whom, by name.
///
/// Fill the maps when resources come and go one by one, or take a set of them
/// with [`from_resources`](Self::from_resources).
///
/// Of two resources of one kind and name the later counts, as with `apply`.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TopologyInput {
    /// The cluster's nodes.
    pub nodes: BTreeMap<String, Node>,
    /// `default`, and `node.NAME`.
    ///
    /// AS number, mesh and its password are read from `default` only; the
    /// listening port of `node.NAME` goes before that of `default`.
    pub configurations: BTreeMap<String, BGPConfiguration>,
    /// Peerings beyond the mesh.
    pub peers: BTreeMap<String, BGPPeer>,
    /// Route filters.
    /// Only those that a `BGPPeer` names are asked for.
    pub filters: BTreeMap<String, BGPFilter>,
    /// Secrets that hold passwords, by name.
    ///
    /// calico-node reads those of its own namespace only; see
    /// [`from_resources`](Self::from_resources) for which that is taken to be.
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
    ///
    /// Of secrets that share a name, the one in the namespace where calico-node
    /// runs counts: `calico-system` under the operator, else `kube-system`. One
    /// of another namespace is taken only when neither has it, the namespace
    /// that sorts first before the others. [`WorkloadPeer`]s and the router id
    /// are not among resources: set them afterwards.
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
                    input.add_secret(secret);
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

    fn add_secret(&mut self, secret: &k8s::Secret) {
        let held = self.secrets.get(&secret.metadata.name);
        if held.is_none_or(|held| distance(secret) <= distance(held)) {
            insert(&mut self.secrets, &secret.metadata.name, secret);
        }
    }
}

/// How far a secret's namespace is from the one where calico-node runs.
fn distance(secret: &k8s::Secret) -> (u8, &str) {
    let namespace = secret.metadata.namespace_or_default();
    let rank = match namespace {
        "calico-system" => 0,
        "kube-system" => 1,
        _ => 2,
    };
    (rank, namespace)
}

fn insert<T: Clone>(map: &mut BTreeMap<String, T>, name: &str, resource: &T) {
    map.insert(name.to_owned(), resource.clone());
}
