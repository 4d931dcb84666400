//! A drawing in the making: nodes are put on dots, sessions on lines between them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use super::alike::{Grain, Key, role};
use super::mesh::Mesh;
use super::picture::{Dot, Drawing, Edge, Role};
use super::render::End;
use super::{Family, FarEnd, Link, SessionCount, SessionSpec, Speaker, Topology};
use crate::scalar::Asn;

/// A drawing that is being made.
pub(super) struct Sketch<'a> {
    topology: &'a Topology,
    grain: Grain,
    dots: Vec<Dot>,
    by_key: BTreeMap<Key, usize>,
    /// The dot of each node that has one.
    of_node: Vec<Option<usize>>,
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
        Self {
            topology,
            grain,
            dots: Vec::new(),
            by_key: BTreeMap::new(),
            of_node: vec![None; topology.speakers.len()],
            edges: BTreeMap::new(),
        }
    }

    /// Every node and every link.
    pub(super) fn whole(topology: &'a Topology) -> Self {
        let mut sketch = Self::new(topology, Grain::Node);
        for (node, speaker) in topology.speakers.iter().enumerate() {
            sketch.place(node, speaker);
        }
        for link in topology.links() {
            sketch.add_link(&link);
        }
        sketch
    }

    /// Nodes that are alike together.
    pub(super) fn grouped(topology: &'a Topology, grain: Grain) -> Self {
        let mut sketch = Self::new(topology, grain);
        // Reflectors first: other nodes are told apart by them.
        for reflects in [true, false] {
            for (node, speaker) in topology.speakers.iter().enumerate() {
                if speaker.is_route_reflector() == reflects {
                    sketch.place(node, speaker);
                }
            }
        }
        sketch.add_sessions();
        sketch
    }

    /// One node with its peers.
    pub(super) fn of_node(topology: &'a Topology, node: usize, grain: Grain) -> Self {
        let mut sketch = Self::new(topology, Grain::Node);
        let Some(whole) = topology.at(node) else {
            return sketch;
        };
        let own = sketch.place(node, &whole.speaker);
        sketch.grain = grain;
        for session in &whole.sessions {
            sketch.add_peer(own, session);
        }
        sketch
    }

    fn place(&mut self, node: usize, speaker: &Speaker) -> usize {
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
        let at = self.dot(key);
        if let Some(of_node) = self.of_node.get_mut(node) {
            *of_node = Some(at);
        }
        let grain = self.grain;
        if let Some(dot) = self.dots.get_mut(at) {
            dot.add(speaker, grain, &serving);
        }
        at
    }

    fn at(&self, node: usize) -> Option<usize> {
        self.of_node.get(node).copied().flatten()
    }

    /// A peer of one node, and the session with it.
    fn add_peer(&mut self, own: usize, session: &SessionSpec) {
        let remote = session.remote_node.as_deref();
        let remote = remote.and_then(|name| self.topology.index(name));
        let peer = match remote {
            None => {
                let SessionSpec {
                    peer_address,
                    peer_port,
                    peer_as,
                    ..
                } = *session;
                self.external(peer_address, peer_port, peer_as)
            }
            Some(node) => match (self.at(node), self.topology.speakers.get(node)) {
                (Some(at), _) => at,
                (None, Some(speaker)) => self.place(node, speaker),
                (None, None) => return,
            },
        };
        let sessions = Sessions {
            family: session.family,
            count: 1,
            internal: session.is_internal(),
            reflected: session.route_reflector_client,
        };
        self.add_edge((own, peer), &sessions);
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
                    wired.extend(self.at(remote));
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
        let to = match link.peer {
            FarEnd::Node { .. } => self.at(to),
            FarEnd::External { .. } => Some(to),
        };
        if let (Some(from), Some(to)) = (self.at(from), to) {
            self.add_edge((from, to), &sessions);
        }
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
        let Some(from) = self.at(node) else { return };
        for (other, pair) in topology.pairs_after(node, family) {
            let Some(to) = self.at(other) else { continue };
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
            let Some(dot) = self.at(member.node) else {
                continue;
            };
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
    pub(super) fn drawing(self, sessions: SessionCount) -> Drawing {
        let mut order: Vec<usize> = (0..self.dots.len()).collect();
        let first = |dot: usize| self.of_node.iter().position(|of| *of == Some(dot));
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
        let dots: Vec<Dot> = dots.into_iter().map(|(_, dot)| dot).collect();
        Drawing {
            is_summary: self.grain != Grain::Node,
            dots,
            edges,
            sessions,
        }
    }
}
