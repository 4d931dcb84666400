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
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&NodeTopology> {
        let at = self
            .nodes
            .binary_search_by(|node| node.name.as_str().cmp(name));
        self.nodes.get(at.ok()?)
    }
}

/// What is the same for every node.
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
