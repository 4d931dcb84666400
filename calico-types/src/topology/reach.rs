//! Which nodes hear of which nodes' routes: reflection followed to its end.
//!
//! A route that a node originates goes to all its peers. What an iBGP peer told
//! goes no further, except through a reflector (RFC 4456 §6): from a client to
//! everybody, from others to clients. A reflector drops what carries its own
//! cluster id (§8), so that two reflectors of one cluster do not serve each
//! other's clients. That every node has a chain of sessions to every other does not
//! help then: this follows routes, not chains.
//!
//! What is not known counts as helping: routers outside, eBGP between nodes, and
//! cluster ids further back than the last three. Filters are not asked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::Ipv4Addr;

use serde::Serialize;

use super::mesh::Mesh;
use super::pair::Pair;
use super::render::End;
use super::{Family, Topology};

/// Steps beyond which no route is followed: some tenths of a second.
const MOST_STEPS: usize = 20_000_000;

/// Cluster ids that a route is known to carry; older ones are forgotten.
const MOST_CLUSTERS: usize = 3;

/// Nodes whose routes do not reach others.
///
/// No route of any of the first reaches any of the second; one that is among both
/// hears of its own, and of nobody else there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// The family of the routes.
    pub family: Family,
    /// Whose routes, sorted.
    pub from: Vec<String>,
    /// Who does not hear of them, sorted.
    pub to: Vec<String>,
}

impl Topology {
    /// Nodes that never hear of other nodes' routes, although both have sessions
    /// with nodes of the cluster.
    ///
    /// `None` when following all routes would take too long: more than twenty
    /// million steps. Nodes that are wired alike are followed once, so that five
    /// reflectors of five thousand nodes take about a hundred thousand.
    ///
    /// Says only what is sure: no gap is reported that a router outside, or eBGP
    /// between nodes, might close.
    ///
    /// ```
    /// use calico_types::Resource;
    /// use calico_types::topology::{Topology, TopologyInput};
    /// use serde_json::json;
    ///
    /// let v3 = |kind, value| Resource::from_value("projectcalico.org/v3", kind, &value).unwrap().unwrap();
    /// let node = |name: &str, last: u8| v3("Node", json!({
    ///     "metadata": {"name": name},
    ///     "spec": {"bgp": {"ipv4Address": format!("10.0.0.{last}/24")}},
    /// }));
    /// // A line of iBGP sessions without a reflector.
    /// let line = |one: &str, address: &str| v3("BGPPeer", json!({
    ///     "metadata": {"name": one},
    ///     "spec": {"node": one, "peerIP": address, "asNumber": 64512},
    /// }));
    /// let topology = Topology::build(&TopologyInput::from_resources(&[
    ///     v3("BGPConfiguration", json!({
    ///         "metadata": {"name": "default"}, "spec": {"nodeToNodeMeshEnabled": false},
    ///     })),
    ///     node("a", 1), node("b", 2), node("c", 3), line("a", "10.0.0.2"), line("c", "10.0.0.2"),
    /// ]));
    /// let gaps = topology.gaps().unwrap();
    /// // Both hear of b, and b of both; they do not hear of each other.
    /// assert_eq!((gaps[0].from.join(" "), gaps[0].to.join(" ")), ("a c".into(), "a c".into()));
    /// ```
    #[must_use]
    pub fn gaps(&self) -> Option<Vec<Gap>> {
        let mut gaps = Vec::new();
        let mut steps = MOST_STEPS;
        for family in Family::ALL {
            let wiring = Wiring::new(self, family);
            gaps.extend(wiring.gaps(self, &mut steps)?);
        }
        Some(gaps)
    }
}

/// The sessions of one family that both ends have.
struct Wiring<'a> {
    family: Family,
    mesh: Option<&'a Mesh>,
    /// By node, the mesh apart.
    edges: Vec<Vec<Edge>>,
    meshed: Vec<bool>,
    /// Nodes to which a router outside may bring routes of the cluster.
    gates: Vec<usize>,
}

/// What a node has with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    to: usize,
    internal: bool,
    /// The cluster in which the other is a client of this node.
    client_of: Option<Ipv4Addr>,
    /// Whether this node is a client of the other.
    is_client: bool,
}

/// How a node came by a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Learned {
    /// Its own, or over eBGP: for everybody.
    Freely,
    FromClient,
    FromOther,
}

/// A route at a node, with the clusters through which it came.
type Arrival = (usize, Learned, Vec<Ipv4Addr>);

impl<'a> Wiring<'a> {
    fn new(topology: &'a Topology, family: Family) -> Self {
        let nodes = topology.speakers.len();
        let mut edges: Vec<Vec<Edge>> = vec![Vec::new(); nodes];
        for node in 0..nodes {
            for (other, pair) in topology.pairs_after(node, family) {
                let [there, back] = edges_of(node, other, &pair);
                if let Some(list) = edges.get_mut(node) {
                    list.extend(there);
                }
                if let Some(list) = edges.get_mut(other) {
                    list.extend(back);
                }
            }
        }
        for list in &mut edges {
            list.sort_unstable();
        }
        let mesh = topology.mesh.as_ref();
        let is_meshed = |node: usize| mesh.is_some_and(|m| m.member(node, family).is_some());
        Self {
            family,
            mesh: mesh.filter(|mesh| mesh.members(family).len() > 1),
            edges,
            meshed: (0..nodes).map(is_meshed).collect(),
            gates: gates(topology, family),
        }
    }

    /// Followed for one of all nodes that are wired alike.
    fn gaps(&self, topology: &Topology, steps: &mut usize) -> Option<Vec<Gap>> {
        let mut alike: BTreeMap<(bool, &[Edge]), Vec<usize>> = BTreeMap::new();
        for (node, edges) in self.edges.iter().enumerate() {
            if !edges.is_empty() || self.is_meshed(node) {
                alike
                    .entry((self.is_meshed(node), edges))
                    .or_default()
                    .push(node);
            }
        }
        let speaking: Vec<usize> = alike.values().flatten().copied().collect();
        let mut reached: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
        for class in alike.values() {
            let first = *class.first()?;
            reached.insert(first, self.reached(first, steps)?);
        }
        // Who hears of something through the outside: whoever hears of a gate.
        let class_of: BTreeMap<usize, usize> = alike
            .values()
            .filter_map(|class| Some((*class.first()?, class)))
            .flat_map(|(first, class)| class.iter().map(move |node| (*node, first)))
            .collect();
        let mut enters = vec![false; self.edges.len()];
        for gate in &self.gates {
            set(&mut enters, *gate);
            let from = class_of.get(gate).and_then(|first| reached.get(first));
            for (at, is_reached) in from.into_iter().flatten().enumerate() {
                if *is_reached {
                    set(&mut enters, at);
                }
            }
        }
        let mut by_missing: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for class in alike.values() {
            let first = *class.first()?;
            let reaches = reached.get(&first)?;
            let leaves = self
                .gates
                .iter()
                .any(|gate| *gate == first || is_set(reaches, *gate));
            // The others of a class stand to each other as the second to the first.
            let second = class.get(1).is_none_or(|second| is_set(reaches, *second));
            let missing = speaking.iter().copied().filter(|node| {
                let of_class = class_of.get(node) == Some(&first);
                let known = if of_class {
                    second
                } else {
                    is_set(reaches, *node)
                };
                !(known || leaves && is_set(&enters, *node))
            });
            let missing: Vec<usize> = missing.collect();
            if !missing.is_empty() {
                by_missing.entry(missing).or_default().extend(class);
            }
        }
        let names = |mut nodes: Vec<usize>| -> Vec<String> {
            nodes.sort_unstable();
            nodes
                .into_iter()
                .map(|node| topology.name(node).to_owned())
                .collect()
        };
        let gaps = by_missing.into_iter().map(|(to, from)| Gap {
            family: self.family,
            from: names(from),
            to: names(to),
        });
        let mut gaps: Vec<Gap> = gaps.collect();
        gaps.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
        Some(gaps)
    }

    fn is_meshed(&self, node: usize) -> bool {
        self.mesh.is_some() && is_set(&self.meshed, node)
    }

    /// Who hears of a node's own routes; `None` when that takes too long.
    fn reached(&self, source: usize, steps: &mut usize) -> Option<Vec<bool>> {
        let mut reached = vec![false; self.edges.len()];
        set(&mut reached, source);
        let mut seen: BTreeSet<Arrival> = BTreeSet::new();
        let mut pending: VecDeque<Arrival> =
            VecDeque::from([(source, Learned::Freely, Vec::new())]);
        if self.is_meshed(source) {
            let members = self.mesh.map_or(&[][..], |mesh| mesh.members(self.family));
            *steps = steps.checked_sub(members.len())?;
            for member in members {
                set(&mut reached, member.node);
                // Nobody in the mesh reflects; eBGP goes on from there.
                if member.node != source && self.has_external(member.node) {
                    pending.push_back((member.node, Learned::FromOther, Vec::new()));
                }
            }
        }
        while let Some((node, learned, clusters)) = pending.pop_front() {
            let edges = self.edges.get(node).map_or(&[][..], Vec::as_slice);
            *steps = steps.checked_sub(edges.len())?;
            for edge in edges {
                let own = self.cluster(node);
                let Some(carried) = passed_on(edge, learned, &clusters, own) else {
                    continue;
                };
                set(&mut reached, edge.to);
                let learned = match (edge.internal, edge.is_client) {
                    (false, _) => Learned::Freely,
                    (true, true) => Learned::FromClient,
                    (true, false) => Learned::FromOther,
                };
                // BIRD takes such a route, but does not reflect it.
                let cluster = self.cluster(edge.to);
                let reflects = cluster.is_some_and(|cluster| !carried.contains(&cluster));
                let goes_on = learned == Learned::Freely || reflects || self.has_external(edge.to);
                let arrival = (edge.to, learned, carried);
                if goes_on && edge.to != source && seen.insert(arrival.clone()) {
                    pending.push_back(arrival);
                }
            }
        }
        Some(reached)
    }

    /// The cluster in which a node reflects to anybody.
    fn cluster(&self, node: usize) -> Option<Ipv4Addr> {
        self.edges.get(node)?.iter().find_map(|edge| edge.client_of)
    }

    fn has_external(&self, node: usize) -> bool {
        let edges = self.edges.get(node);
        edges.is_some_and(|edges| edges.iter().any(|edge| !edge.internal))
    }
}

/// The clusters that a route carries when a node tells it over an edge; `None`
/// when it does not.
fn passed_on(
    edge: &Edge,
    learned: Learned,
    clusters: &[Ipv4Addr],
    own: Option<Ipv4Addr>,
) -> Option<Vec<Ipv4Addr>> {
    // Cluster ids do not leave the AS.
    if !edge.internal || learned == Learned::Freely {
        return Some(Vec::new());
    }
    let own = own.filter(|own| !clusters.contains(own))?;
    if learned == Learned::FromOther && edge.client_of.is_none() {
        return None;
    }
    let oldest = (clusters.len() + 1).saturating_sub(MOST_CLUSTERS);
    let kept = clusters.iter().skip(oldest).copied();
    Some(kept.chain([own]).collect())
}

fn edges_of(node: usize, other: usize, pair: &Pair<'_>) -> [Option<Edge>; 2] {
    let up = !pair.first.is_empty() && !pair.second.is_empty();
    let client = |ends: &[End<'_>]| ends.iter().find_map(|end| end.client_of);
    let clients = [client(&pair.first), client(&pair.second)];
    let edge = |to: usize, own: Option<Ipv4Addr>, theirs: Option<Ipv4Addr>| Edge {
        to,
        internal: pair.ends().all(End::is_internal),
        client_of: own,
        is_client: theirs.is_some(),
    };
    let [first, second] = clients;
    [
        up.then(|| edge(other, first, second)),
        up.then(|| edge(node, second, first)),
    ]
}

/// Nodes with a session to a router outside over which routes of other nodes may
/// come.
///
/// Over eBGP they do not where the whole cluster is one AS that the node does not
/// take in a path: they are loops (RFC 4271 §9.1.2).
fn gates(topology: &Topology, family: Family) -> Vec<usize> {
    let mut systems = topology.speakers.iter().map(|speaker| speaker.local_as);
    let first = systems.next();
    let one_as = systems.all(|asn| Some(asn) == first);
    let may_enter = |end: &End<'_>| {
        let outside = end.remote.is_none() && end.family() == family;
        let described = end.claim.described();
        let looped = one_as && !end.is_internal() && described.allow_local_as().is_none();
        outside && !described.is_workload() && !looped
    };
    let nodes = 0..topology.speakers.len();
    nodes
        .filter(|node| topology.ends(*node).any(|end| may_enter(&end)))
        .collect()
}

fn set(bits: &mut [bool], at: usize) {
    if let Some(bit) = bits.get_mut(at) {
        *bit = true;
    }
}

fn is_set(bits: &[bool], at: usize) -> bool {
    bits.get(at).copied().unwrap_or(false)
}
