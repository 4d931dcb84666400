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
//! # Sessions are made when they are asked for
//!
//! A mesh of 5 000 nodes has 12 497 500 sessions, and a `BGPPeer` of three lines
//! can mean as many. A [`Topology`] keeps what they follow from: each node, and
//! for each `BGPPeer` the nodes and the peers that its selectors select. From
//! there
//!
//! * [`Topology::node`] makes one node's sessions, in time and memory in
//!   proportion to them;
//! * [`Topology::session_count`], [`Topology::session_count_of`], [`Topology::problems`],
//!   [`Topology::diff`] and `==` look at sessions of `BGPPeer`s one node at a
//!   time, and at the mesh as a list of its members;
//! * [`Topology::nodes`] and [`Topology::links`] go through everything, holding
//!   one node's part at a time;
//! * drawings put nodes together that do the same, and serialisation leaves
//!   sessions out, where either would be too much to look at; each says from where.
//!
//! Building evaluates each selector once on each node. Measured for 5 000 nodes
//! (`cargo bench -p benches --bench topology`, one core of an AMD EPYC that was
//! busy with other things):
//!
//! | | full mesh | five reflectors |
//! |---|---|---|
//! | sessions | 12 497 500 | 24 985 |
//! | [`Topology::build`] | 5 ms | 9 ms |
//! | what it holds | 1.6 MB | 2.7 MB |
//! | build, all problems and count | 7 ms | 85 ms |
//! | [`Topology::node`] | 5 ms | 3 µs; a reflector 5 ms |
//! | [`Topology::diff`] to one node more, with its summary | 17 ms | 360 ms |
//!
//! A controller keeps one topology. When resources change it builds the next,
//! asks for the [`diff`](Topology::diff), and sends each node that is in it its
//! new [`NodeTopology`].
//!
//! # Looking at it
//!
//! [`Topology::drawing`] draws it in SVG, Graphviz' language or Mermaid's, and
//! [`Topology::drawing_of`] one node with its peers; [`Topology::links`] lists sessions as lines between two ends;
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
//! let topology = Topology::build(&TopologyInput::from_resources(&nodes));
//! assert_eq!(topology.problems().count(), 0);
//! assert_eq!(topology.session_count().ipv4, 66);
//! assert_eq!(topology.node("node-07").unwrap().sessions.len(), 11);
//! ```

mod alike;
mod described;
mod diff;
mod dot;
mod facts;
mod find;
mod input;
mod link;
mod mermaid;
mod mesh;
mod pair;
mod picture;
mod problem;
mod reach;
mod render;
mod router_id;
mod rule;
mod serialize;
mod session;
mod sketch;
mod speaker;
mod svg;
mod table;

use std::collections::BTreeMap;
use std::net::IpAddr;

pub use diff::{
    Bird, Change, Diff, DiffSummary, Effect, Field, FieldChange, NodeCounts, NodeDiff, Presence,
    SessionChange,
};
pub use input::{TopologyInput, WorkloadPeer};
pub use link::{FarEnd, Link, SessionCount};
pub use picture::Drawing;
pub use problem::Problem;
pub use reach::Gap;
pub use router_id::{ParseRouterIdError, RouterId};
pub use session::{Family, NextHop, Origin, Password, SessionSpec};
pub use speaker::{
    AdvertisedCommunities, LogSeverity, NodeTopology, ReachableByRoute, RoutePriority, Speaker,
};

use crate::resources::BGPFilterSpec;
use facts::Facts;
use mesh::Mesh;
use table::Table;

/// The sessions of a cluster.
///
/// A value: two topologies are equal when every node is to do the same, which is
/// how to tell whether a change of manifests changes anything. What a filter says
/// counts, and so does the `BGPPeer` from which a session comes.
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
/// let topology = Topology::build(&TopologyInput::from_resources(&resources));
/// assert_eq!(topology.problems().count(), 0);
/// // Two sessions, each seen from both ends: the way back comes by itself.
/// assert_eq!(topology.session_count().total(), 2);
/// let reflector = topology.node("rr").unwrap();
/// assert!(reflector.sessions.iter().all(|session| session.route_reflector_client));
/// assert_eq!(topology.node("a").unwrap().sessions[0].remote_node.as_deref(), Some("rr"));
/// ```
#[derive(Debug, Clone)]
pub struct Topology {
    /// Every node, sorted by name.
    ///
    /// INVARIANT: places in this list are what everything else means by a node,
    /// so the order of resources plays no part in what follows.
    speakers: Vec<Speaker>,
    /// The node to which each address belongs.
    owners: BTreeMap<IpAddr, usize>,
    mesh: Option<Mesh>,
    table: Table,
    /// The filters that a `BGPPeer` names and that are there.
    filters: BTreeMap<String, BGPFilterSpec>,
    /// What was met while `BGPPeer`s were read.
    met: Vec<Problem>,
    /// Nodes that claim an address which is another's, with the address.
    doubles: Vec<(usize, IpAddr)>,
}

impl Topology {
    /// The sessions that the resources mean.
    ///
    /// Never fails: a `BGPPeer` that Calico cannot use is left out, as Calico
    /// leaves it out, and is among the [`problems`](Self::problems). Whatever
    /// those are, the topology is what Calico would run.
    ///
    /// Costs the evaluation of each selector on each node, and holds some
    /// hundred bytes for each node and some ten for each node and peer that a
    /// selector selects.
    #[must_use]
    pub fn build(input: &TopologyInput) -> Self {
        let facts = Facts::new(input);
        let mut met = Vec::new();
        let mesh = Mesh::new(&facts, &mut met);
        let rules = rule::rules(&facts, &mut met);
        let owners = facts.owners();
        let doubles = facts.nodes.iter().flat_map(|node| {
            let addresses = Family::ALL.into_iter().filter_map(|f| node.address(f));
            let foreign = addresses.filter(|address| owners.get(address) != Some(&node.index));
            foreign.map(|address| (node.index, address))
        });
        Self {
            speakers: facts.nodes.iter().map(|node| facts.speaker(node)).collect(),
            mesh,
            table: Table::new(rules, facts.nodes.len(), &mut met),
            filters: filters(input),
            met,
            doubles: doubles.collect(),
            owners,
        }
    }

    /// Every node without its sessions, sorted by name.
    #[must_use]
    pub fn speakers(&self) -> &[Speaker] {
        &self.speakers
    }

    /// A node without its sessions.
    ///
    /// A binary search by name.
    #[must_use]
    pub fn speaker(&self, name: &str) -> Option<&Speaker> {
        self.speakers.get(self.index(name)?)
    }

    /// What a node is to do; `None` for a node that is not there.
    ///
    /// Made for this call, in time and memory in proportion to its sessions.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<NodeTopology> {
        self.at(self.index(name)?)
    }

    /// What each node is to do, sorted by name, made one after the other.
    pub fn nodes(&self) -> impl Iterator<Item = NodeTopology> + '_ {
        (0..self.speakers.len()).filter_map(|node| self.at(node))
    }

    /// What a filter says that a session names.
    #[must_use]
    pub fn filter(&self, name: &str) -> Option<&BGPFilterSpec> {
        self.filters.get(name)
    }

    fn index(&self, name: &str) -> Option<usize> {
        let found = self
            .speakers
            .binary_search_by(|s| s.name.as_str().cmp(name));
        found.ok()
    }

    fn name(&self, node: usize) -> &str {
        self.speakers.get(node).map_or("", |speaker| &speaker.name)
    }

    /// The sessions of `BGPPeer`s of one node, sorted as in [`NodeTopology`].
    fn explicit_sessions(&self, node: usize) -> Vec<SessionSpec> {
        let mut sessions: Vec<_> = self.ends(node).map(|end| self.session(&end)).collect();
        sessions.sort_by(|a, b| (a.family, &a.name).cmp(&(b.family, &b.name)));
        sessions
    }
}

/// The filters that count.
fn filters(input: &TopologyInput) -> BTreeMap<String, BGPFilterSpec> {
    let named = input.peers.values().flat_map(|peer| &peer.spec.filters);
    named
        .filter_map(|name| Some((name.clone(), input.filters.get(name)?.spec.clone())))
        .collect()
}

/// Whether every node is to do the same.
///
/// Costs what going through the sessions of `BGPPeer`s costs, and less where the
/// `BGPPeer`s are the same; meshes are compared member by member.
impl PartialEq for Topology {
    fn eq(&self, other: &Self) -> bool {
        let alike = self.speakers == other.speakers
            && self.filters == other.filters
            && self.mesh == other.mesh;
        let nodes = || 0..self.speakers.len();
        alike
            && (self.table == other.table
                || nodes().all(|node| {
                    self.explicit_sessions(node) == other.explicit_sessions(node)
                        && self.gateways(node) == other.gateways(node)
                }))
    }
}

impl Eq for Topology {}

impl Topology {
    /// The static routes of a node, sorted, each once.
    fn gateways(&self, node: usize) -> Vec<ReachableByRoute> {
        let mut routes: Vec<ReachableByRoute> = self
            .ends(node)
            .filter_map(|end| {
                let peer = end.claim.peer.address.into();
                let via = end.claim.described().reachable_by()?;
                Some(ReachableByRoute { peer, via })
            })
            .collect();
        routes.sort_unstable();
        routes.dedup();
        routes
    }
}
