//! Topology: which BGP sessions Calico's resources mean, node by node.
//!
//! Calico's own answer comes out of `confd` on each node, from an iteration
//! over hash maps and a set of templates. This is the same answer as a pure
//! function of the resources, in any order, for every node at once:
//!
//! 1. the **mesh**: every node with every other, unless it is switched off;
//!    route reflectors (nodes with a `routeReflectorClusterID`) stay out;
//! 2. **explicit** peerings: each `BGPPeer` says for which nodes (`node`,
//!    `nodeSelector`, or all) and with whom (`peerIP`, `peerSelector`, or
//!    selected workloads on the node itself);
//! 3. the **way back**: a node that is selected as a peer peers back, unless
//!    the `BGPPeer` says `reversePeering: Manual`.
//!
//! Nodes with an address of a family have sessions of that family; Calico runs
//! one BIRD for IPv4 and one for IPv6, so a pair of dual-stack nodes has two.
//! Counts ([`SessionCount`]) are therefore kept by family.
//!
//! The rules are those of `confd` (`backends/calico`, the templates of
//! `calico-node`) at the release after 3.32; `reversePeering`, `nextHopMode` and
//! `localASNumber` came with 3.31, and their absence means what it means there.
//!
//! What Calico does without a word is a [`Problem`] here: two `BGPPeer`s that
//! claim one session, a session that only one end has, AS numbers that do not
//! fit, ends that both wait.
//!
//! # Cost
//!
//! Each selector is evaluated once for each node; sessions are produced once.
//! A full mesh of *n* nodes has *n* (*n* − 1) ends, and as many
//! [`SessionSpec`]s: for one node of a large cluster use
//! [`Topology::build_node`].
//!
//! A `BGPPeer` whose selectors select everything means as many. Nothing bounds
//! that here: who takes resources from strangers looks at their number first.
//!
//! # Looking at it
//!
//! [`Topology::to_svg`], [`Topology::to_dot`] and [`Topology::to_mermaid`] draw
//! it; [`Topology::links`] lists sessions as lines between two ends;
//! [`serde::Serialize`] writes all of it, passwords hidden.
//!
//! ```
//! use calico_types::Resource;
//! use calico_types::topology::{Topology, TopologyInput};
//!
//! let nodes: Vec<Resource> = (1..=12)
//!     .map(|i| {
//!         let node = serde_json::json!({
//!             "metadata": {"name": format!("node-{i:02}")},
//!             "spec": {"bgp": {"ipv4Address": format!("10.0.0.{i}/24")}},
//!         });
//!         Resource::from_value("projectcalico.org/v3", "Node", &node).unwrap().unwrap()
//!     })
//!     .collect();
//! let (topology, problems) = Topology::build(&TopologyInput::from_resources(&nodes));
//! assert!(problems.is_empty());
//! assert_eq!(topology.session_count().ipv4, 66);
//! ```

mod dot;
mod explicit;
mod facts;
mod input;
mod link;
mod mermaid;
mod picture;
mod problem;
mod render;
mod router_id;
mod session;
mod svg;

use serde::Serialize;

pub use input::{TopologyInput, WorkloadPeer};
pub use link::{FarEnd, Link, SessionCount};
pub use problem::Problem;
pub use router_id::{ParseRouterIdError, RouterId};
pub use session::{Family, NextHop, NodeTopology, Origin, Password, ReachableByRoute, SessionSpec};

use explicit::Table;
use facts::Facts;

/// Selectors on nodes that an [upper bound](Topology::bound) may evaluate.
const MOST_EVALUATIONS: usize = 10_000_000;

/// The sessions of a cluster.
///
/// A value: two topologies are equal when every node is to do the same, which is
/// how to tell whether a change of manifests changes any session.
///
/// ```
/// use calico_types::Resource;
/// use calico_types::topology::{Topology, TopologyInput};
/// use serde_json::json;
///
/// let v3 = |kind, value| Resource::from_value("projectcalico.org/v3", kind, &value).unwrap().unwrap();
/// let node = |name: &str, address: &str, bgp: serde_json::Value| {
///     let mut spec = json!({"bgp": {"ipv4Address": address}});
///     spec["bgp"].as_object_mut().unwrap().extend(bgp.as_object().unwrap().clone());
///     v3("Node", json!({"metadata": {"name": name, "labels": {"role": name}}, "spec": spec}))
/// };
/// let resources = [
///     node("rr", "10.0.0.1/24", json!({"routeReflectorClusterID": "244.0.0.1"})),
///     node("a", "10.0.0.2/24", json!({})),
///     node("b", "10.0.0.3/24", json!({})),
///     v3("BGPConfiguration", json!({
///         "metadata": {"name": "default"}, "spec": {"nodeToNodeMeshEnabled": false},
///     })),
///     v3("BGPPeer", json!({
///         "metadata": {"name": "to-rr"},
///         "spec": {"nodeSelector": "role != 'rr'", "peerSelector": "role == 'rr'"},
///     })),
/// ];
/// let (topology, problems) = Topology::build(&TopologyInput::from_resources(&resources));
/// assert!(problems.is_empty());
/// // Two sessions, each seen from both ends: the way back comes by itself.
/// assert_eq!(topology.session_count().total(), 2);
/// let reflector = topology.node("rr").unwrap();
/// assert!(reflector.sessions.iter().all(|session| session.route_reflector_client));
/// assert_eq!(topology.node("a").unwrap().sessions[0].remote_node.as_deref(), Some("rr"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Topology {
    /// What each node is to do, sorted by name.
    pub nodes: Vec<NodeTopology>,
}

impl Topology {
    /// The sessions that the resources mean, and what is odd about them.
    ///
    /// Whatever the problems are, the topology is what Calico would run.
    ///
    /// Never fails: a `BGPPeer` that Calico cannot use is left out, as Calico
    /// leaves it out, and is among the problems. Those come in the order in
    /// which the rules meet them, then pair by pair.
    #[must_use]
    pub fn build(input: &TopologyInput) -> (Self, Vec<Problem>) {
        let facts = Facts::new(input);
        let mut problems = Vec::new();
        let plan = Plan::new(&facts, None, &mut problems);
        let nodes = facts.nodes.values();
        let topology = Self {
            nodes: nodes.map(|node| plan.node(node, &facts)).collect(),
        };
        problems.extend(topology.pair_problems());
        (topology, problems)
    }

    /// One node's part of the topology, without making the rest; `None` for a
    /// node that is not among the resources.
    ///
    /// Equal to what [`build`](Self::build) has for the node. Evaluates each
    /// selector on each node, and keeps and goes through this node's sessions
    /// only; problems show when both ends are known, so there are none here.
    #[must_use]
    pub fn build_node(input: &TopologyInput, name: &str) -> Option<NodeTopology> {
        let facts = Facts::new(input);
        let node = facts.nodes.get(name)?;
        Some(Plan::new(&facts, Some(name), &mut Vec::new()).node(node, &facts))
    }

    /// How many sessions [`build`](Self::build) could produce at most, counted
    /// from both ends; an upper bound that costs no more than evaluating each
    /// selector on each node.
    pub(crate) fn bound(input: &TopologyInput) -> usize {
        let nodes = input.nodes.len();
        // Not even the selectors are worth it then.
        if nodes.saturating_mul(input.peers.len()) > MOST_EVALUATIONS {
            return usize::MAX;
        }
        let facts = Facts::new(input);
        let mesh = if facts.mesh {
            nodes.saturating_mul(nodes).saturating_mul(2)
        } else {
            0
        };
        mesh.saturating_add(explicit::bound(&facts))
    }

    /// What a node is to do.
    ///
    /// A binary search by name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&NodeTopology> {
        let at = self
            .nodes
            .binary_search_by(|node| node.name.as_str().cmp(name));
        self.nodes.get(at.ok()?)
    }
}

/// What is the same for every node.
///
/// INVARIANT: made once, before any node, in the order of names; a node's
/// sessions follow from it and the node's own facts alone. That is what makes the
/// result independent of the order of nodes and resources.
struct Plan<'a> {
    table: Table<'a>,
    mesh_password: Option<Password>,
}

impl<'a> Plan<'a> {
    fn new(facts: &Facts<'a>, only: Option<&str>, problems: &mut Vec<Problem>) -> Self {
        let reference = facts
            .default_configuration()
            .and_then(|spec| spec.node_mesh_password.as_ref())
            .filter(|_| facts.mesh);
        Self {
            mesh_password: facts.password(reference, None, problems),
            table: Table::new(facts, only, problems),
        }
    }

    fn node(&self, node: &facts::NodeFacts<'_>, facts: &Facts<'_>) -> NodeTopology {
        render::node(node, facts, &self.table, self.mesh_password.as_ref())
    }
}
