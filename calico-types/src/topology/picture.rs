//! Dots and lines of a topology, as every drawing wants them.
//!
//! A small topology is drawn as it is. In a large one nodes that do the same are
//! one dot, which says how many they are, and lines say how many sessions: a mesh
//! of five thousand is one dot. Which is chosen follows from what would have to be
//! drawn, in steps of coarseness.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::net::{IpAddr, Ipv4Addr};

use super::mesh::Mesh;
use super::render::End;
use super::{Family, FarEnd, Link, Speaker, Topology};
use crate::scalar::Asn;

/// Dots and lines up to which every node and every link is drawn …
const MOST_NODES: usize = 60;
const MOST_LINKS: usize = 400;
/// … and up to which a coarser drawing is fine enough.
const MOST_DOTS: usize = 40;
const MOST_LINES: usize = 100;

/// Characters of the first and last name of several nodes up to which they are
/// shown.
const LONGEST_RANGE: usize = 40;

/// A topology as dots and lines: both families of one pair share a line.
pub(super) struct Picture {
    /// The cluster's nodes in order of name, then routers outside.
    pub(super) dots: Vec<Dot>,
    pub(super) edges: Vec<Edge>,
    /// Whether dots may be more than one node.
    pub(super) is_summary: bool,
}

pub(super) struct Dot {
    pub(super) label: String,
    /// What is said below the label, line by line.
    pub(super) details: Vec<String>,
    pub(super) role: Role,
    /// How many nodes or routers it is.
    pub(super) count: usize,
    /// Sessions among them.
    pub(super) inner: usize,
    /// The last name of several nodes.
    last: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Node,
    Reflector,
    External,
}

/// A line between two dots, by index.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) families: BTreeSet<Family>,
    pub(super) sessions: usize,
    pub(super) internal: bool,
    pub(super) reflected: bool,
}

impl Edge {
    /// `IPv4`, `IPv6` or `IPv4+IPv6`.
    pub(super) fn families(&self) -> String {
        let names: Vec<String> = self.families.iter().map(ToString::to_string).collect();
        names.join("+")
    }
}

/// How coarse a drawing is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grain {
    /// Every node.
    Node,
    /// Reflectors and routers one by one; other nodes by whom they have sessions
    /// with.
    Wiring,
    /// Reflectors by cluster id, other nodes by the clusters that serve them,
    /// routers by AS.
    Cluster,
    /// By role and, for nodes, AS.
    Role,
}

/// What a dot stands for: those of one key are one dot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    role: Role,
    /// The first node of a dot of its own.
    node: Option<usize>,
    asn: Option<Asn>,
    cluster: Option<Ipv4Addr>,
    /// The clusters of which it is a client.
    serving: BTreeSet<Ipv4Addr>,
    /// The dots with which it has sessions.
    wired: BTreeSet<usize>,
    router: Option<(IpAddr, Option<u16>)>,
}

impl Key {
    fn of(role: Role) -> Self {
        Self {
            role,
            node: None,
            asn: None,
            cluster: None,
            serving: BTreeSet::new(),
            wired: BTreeSet::new(),
            router: None,
        }
    }
}

impl Picture {
    /// The finest drawing that is not too much to look at.
    pub(super) fn new(topology: &Topology) -> Self {
        let few = topology.speakers.len() <= MOST_NODES;
        if few && topology.links().take(MOST_LINKS + 1).count() <= MOST_LINKS {
            return Self::whole(topology);
        }
        let fits =
            |picture: &Self| picture.dots.len() <= MOST_DOTS && picture.edges.len() <= MOST_LINES;
        let finer = [Grain::Wiring, Grain::Cluster];
        let mut finer = finer
            .into_iter()
            .map(|grain| Sketch::new(topology, grain).picture());
        finer
            .find(fits)
            .unwrap_or_else(|| Sketch::new(topology, Grain::Role).picture())
    }

    fn whole(topology: &Topology) -> Self {
        let mut sketch = Sketch::new(topology, Grain::Node);
        for link in topology.links() {
            sketch.add_link(&link);
        }
        let mut picture = sketch.picture();
        picture.is_summary = false;
        picture
    }
}

/// A picture that is being made.
struct Sketch<'a> {
    topology: &'a Topology,
    grain: Grain,
    dots: Vec<Dot>,
    by_key: BTreeMap<Key, usize>,
    /// The dot of each node.
    of_node: Vec<usize>,
    edges: BTreeMap<(usize, usize), Edge>,
}

/// Sessions between two dots.
struct Sessions {
    family: Family,
    count: usize,
    internal: bool,
    reflected: bool,
}

impl<'a> Sketch<'a> {
    fn new(topology: &'a Topology, grain: Grain) -> Self {
        let mut sketch = Self {
            topology,
            grain,
            dots: Vec::new(),
            by_key: BTreeMap::new(),
            of_node: vec![0; topology.speakers.len()],
            edges: BTreeMap::new(),
        };
        // Reflectors first: other nodes are told apart by them.
        for reflects in [true, false] {
            for (node, speaker) in topology.speakers.iter().enumerate() {
                if speaker.is_route_reflector() == reflects {
                    sketch.place(node, speaker);
                }
            }
        }
        if grain != Grain::Node {
            sketch.add_sessions();
        }
        sketch
    }

    fn place(&mut self, node: usize, speaker: &Speaker) {
        let key = match (self.grain, speaker.cluster_id) {
            (Grain::Node, _) | (Grain::Wiring, Some(_)) => Key {
                node: Some(node),
                ..Key::of(role(speaker))
            },
            (Grain::Wiring, None) => Key {
                asn: Some(speaker.local_as),
                wired: self.wired(node),
                ..Key::of(Role::Node)
            },
            (Grain::Cluster, None) => Key {
                asn: Some(speaker.local_as),
                serving: self.serving(node),
                ..Key::of(Role::Node)
            },
            (Grain::Cluster, cluster @ Some(_)) => Key {
                asn: Some(speaker.local_as),
                cluster,
                ..Key::of(Role::Reflector)
            },
            (Grain::Role, _) => Key {
                asn: Some(speaker.local_as),
                ..Key::of(role(speaker))
            },
        };
        let serving = key.serving.clone();
        let dot = self.dot(key);
        if let Some(of_node) = self.of_node.get_mut(node) {
            *of_node = dot;
        }
        let grain = self.grain;
        if let Some(dot) = self.dots.get_mut(dot) {
            dot.add(speaker, grain, &serving);
        }
    }

    fn dot(&mut self, key: Key) -> usize {
        let role = key.role;
        *self.by_key.entry(key).or_insert_with(|| {
            self.dots.push(Dot {
                label: String::new(),
                details: Vec::new(),
                role,
                count: 0,
                inner: 0,
                last: String::new(),
            });
            self.dots.len() - 1
        })
    }

    /// The dots of reflectors and routers with which a node has sessions.
    fn wired(&mut self, node: usize) -> BTreeSet<usize> {
        let topology = self.topology;
        let ends: Vec<End<'_>> = topology.ends(node).collect();
        let mut wired = BTreeSet::new();
        for end in ends {
            match end
                .remote
                .map(|remote| (remote, topology.speakers.get(remote)))
            {
                Some((remote, Some(speaker))) if speaker.is_route_reflector() => {
                    wired.extend(self.of_node.get(remote));
                }
                Some(_) => {}
                None => {
                    wired.insert(self.router(&end));
                }
            }
        }
        wired
    }

    /// The clusters of which a node is a client.
    fn serving(&self, node: usize) -> BTreeSet<Ipv4Addr> {
        let remotes = self.topology.ends(node).filter_map(|end| end.remote);
        let clusters = remotes.filter_map(|remote| self.topology.speakers.get(remote)?.cluster_id);
        clusters.collect()
    }

    /// The dot of a router outside.
    fn router(&mut self, end: &End<'_>) -> usize {
        let peer = end.claim.peer;
        self.external(peer.address, peer.port, peer.asn)
    }

    /// Routers outside are told apart by address, port and AS: one router at which
    /// two `BGPPeer`s expect different AS numbers is two dots, as it should be.
    fn external(&mut self, address: IpAddr, port: Option<u16>, asn: Asn) -> usize {
        let key = match self.grain {
            Grain::Node | Grain::Wiring => Key {
                asn: Some(asn),
                router: Some((address, port)),
                ..Key::of(Role::External)
            },
            Grain::Cluster => Key {
                asn: Some(asn),
                ..Key::of(Role::External)
            },
            Grain::Role => Key::of(Role::External),
        };
        let by_address = key.router.is_some();
        let by_as = key.asn.is_some();
        let at = self.dot(key);
        if let Some(dot) = self.dots.get_mut(at).filter(|dot| dot.count == 0) {
            dot.count = 1;
            dot.label = match (by_address, port) {
                (true, Some(port)) => format!("{address} port {port}"),
                (true, None) => address.to_string(),
                (false, _) => "routers outside".to_owned(),
            };
            dot.details = if by_as {
                vec![format!("AS {asn}")]
            } else {
                Vec::new()
            };
        }
        at
    }

    fn add_link(&mut self, link: &Link) {
        let Some(from) = self.topology.index(&link.node) else {
            return;
        };
        let to = match &link.peer {
            FarEnd::Node { name } => self.topology.index(name),
            FarEnd::External { address, port, asn } => Some(self.external(*address, *port, *asn)),
        };
        let Some(to) = to else { return };
        let sessions = Sessions {
            family: link.family,
            count: link.sessions,
            internal: link.internal,
            reflected: link.reflected,
        };
        let at = |node: usize| self.of_node.get(node).copied().unwrap_or(0);
        let ends = match link.peer {
            FarEnd::Node { .. } => (at(from), at(to)),
            FarEnd::External { .. } => (at(from), to),
        };
        self.add_edge(ends, &sessions);
    }

    fn add_edge(&mut self, (from, to): (usize, usize), sessions: &Sessions) {
        if from == to {
            if let Some(dot) = self.dots.get_mut(from) {
                dot.inner += sessions.count;
            }
            return;
        }
        let edge = self
            .edges
            .entry((from.min(to), from.max(to)))
            .or_insert(Edge {
                from: from.min(to),
                to: from.max(to),
                families: BTreeSet::new(),
                sessions: 0,
                internal: true,
                reflected: false,
            });
        edge.families.insert(sessions.family);
        edge.sessions += sessions.count;
        edge.internal &= sessions.internal;
        edge.reflected |= sessions.reflected;
    }

    /// All sessions, those of the mesh by the numbers of its members.
    fn add_sessions(&mut self) {
        let topology = self.topology;
        for family in Family::ALL {
            for node in 0..topology.speakers.len() {
                self.add_sessions_of(node, family);
            }
            if let Some(mesh) = &topology.mesh {
                self.add_mesh(mesh, family);
            }
        }
    }

    fn add_sessions_of(&mut self, node: usize, family: Family) {
        let topology = self.topology;
        let from = self.of_node.get(node).copied().unwrap_or(0);
        for (other, pair) in topology.pairs_after(node, family) {
            let to = self.of_node.get(other).copied().unwrap_or(0);
            let sessions = Sessions {
                family,
                count: pair.first.len().max(pair.second.len()),
                internal: pair.ends().all(End::is_internal),
                reflected: pair.ends().any(|end| end.client_of.is_some()),
            };
            self.add_edge((from, to), &sessions);
        }
        let outside = |end: &End<'_>| end.remote.is_none() && end.family() == family;
        let ends: Vec<End<'_>> = topology.ends(node).filter(outside).collect();
        for end in ends {
            let to = self.router(&end);
            let sessions = Sessions {
                family,
                count: 1,
                internal: end.is_internal(),
                reflected: end.client_of.is_some(),
            };
            self.add_edge((from, to), &sessions);
        }
    }

    fn add_mesh(&mut self, mesh: &Mesh, family: Family) {
        let mut members: BTreeMap<usize, (usize, Asn)> = BTreeMap::new();
        for member in mesh.members(family) {
            let dot = self.of_node.get(member.node).copied().unwrap_or(0);
            let speaker = self.topology.speakers.get(member.node);
            let asn = speaker.map_or(Asn(0), |speaker| speaker.local_as);
            members.entry(dot).or_insert((0, asn)).0 += 1;
        }
        for (from, (here, own)) in &members {
            for (to, (there, asn)) in members.range(from..) {
                let count = if from == to {
                    here * (here - 1) / 2
                } else {
                    here * there
                };
                let sessions = Sessions {
                    family,
                    count,
                    internal: own == asn,
                    reflected: false,
                };
                if count > 0 {
                    self.add_edge((*from, *to), &sessions);
                }
            }
        }
    }

    /// Nodes first, in the order of their names, so that the same topology is
    /// always drawn the same.
    fn picture(self) -> Picture {
        let mut order: Vec<usize> = (0..self.dots.len()).collect();
        let first = |dot: usize| self.of_node.iter().position(|of| *of == dot);
        order.sort_by_key(|dot| (first(*dot).is_none(), first(*dot), *dot));
        let mut place = vec![0; self.dots.len()];
        for (to, from) in order.iter().enumerate() {
            if let Some(place) = place.get_mut(*from) {
                *place = to;
            }
        }
        let at = |dot: usize| place.get(dot).copied().unwrap_or(0);
        let mut dots: Vec<(usize, Dot)> = self
            .dots
            .into_iter()
            .enumerate()
            .map(|(from, dot)| (at(from), dot.finished()))
            .collect();
        dots.sort_by_key(|(to, _)| *to);
        let mut edges: Vec<Edge> = self
            .edges
            .into_values()
            .map(|edge| {
                let (from, to) = (at(edge.from), at(edge.to));
                Edge {
                    from: from.min(to),
                    to: from.max(to),
                    ..edge
                }
            })
            .collect();
        edges.sort_by_key(|edge| (edge.from, edge.to));
        Picture {
            dots: dots.into_iter().map(|(_, dot)| dot).collect(),
            edges,
            is_summary: true,
        }
    }
}

impl Dot {
    fn add(&mut self, speaker: &Speaker, grain: Grain, serving: &BTreeSet<Ipv4Addr>) {
        self.count += 1;
        if self.count > 1 {
            speaker.name.clone_into(&mut self.last);
            return;
        }
        self.label = one_line(&speaker.name);
        let mut details = vec![format!("AS {}", speaker.local_as)];
        match (grain, speaker.cluster_id) {
            (Grain::Node | Grain::Wiring | Grain::Cluster, Some(cluster)) => {
                details.push(format!("cluster {cluster}"));
            }
            (Grain::Cluster, None) if !serving.is_empty() => {
                details.push(format!("clients of {}", Clusters(serving)));
            }
            (Grain::Node | Grain::Wiring | Grain::Cluster, None) | (Grain::Role, _) => {}
        }
        self.details = details;
    }

    /// The label of several instead of the first's.
    fn finished(mut self) -> Self {
        if self.count > 1 {
            let noun = match self.role {
                Role::Node => "nodes",
                Role::Reflector => "reflectors",
                Role::External => "routers",
            };
            let range = format!("{} … {}", self.label, one_line(&self.last));
            if range.chars().count() <= LONGEST_RANGE {
                self.details.push(range);
            }
            self.label = format!("{} {noun}", Number(self.count));
        }
        match self.inner {
            0 => {}
            1 => self.details.push("1 session between them".to_owned()),
            more => self
                .details
                .push(format!("{} sessions among them", Number(more))),
        }
        self
    }
}

fn role(speaker: &Speaker) -> Role {
    if speaker.is_route_reflector() {
        Role::Reflector
    } else {
        Role::Node
    }
}

/// The first clusters, and how many more there are.
struct Clusters<'a>(&'a BTreeSet<Ipv4Addr>);

impl Display for Clusters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.0.iter().take(2).map(ToString::to_string).collect();
        f.write_str(&shown.join(", "))?;
        match self.0.len().saturating_sub(shown.len()) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// `12,497,500`.
pub(super) struct Number(pub(super) usize);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// A name without line breaks and other control characters, which end a
/// statement in Mermaid and may not stand in XML at all.
fn one_line(name: &str) -> String {
    name.replace(char::is_control, " ")
}
