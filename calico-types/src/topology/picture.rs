//! Speakers and edges of a topology, as every drawing wants them.

use std::collections::BTreeMap;

use super::{Family, FarEnd, Topology};

/// A topology as dots and lines: both families of one pair share a line.
pub(super) struct Picture {
    /// The cluster's nodes in order of name, then speakers outside.
    pub(super) speakers: Vec<Speaker>,
    pub(super) edges: Vec<Edge>,
}

pub(super) struct Speaker {
    pub(super) label: String,
    pub(super) detail: String,
    pub(super) role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Node,
    Reflector,
    External,
}

/// A line between two speakers, by index.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) families: Vec<Family>,
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

impl Picture {
    /// Nodes first, in the order of their names, so that the same topology is
    /// always drawn the same; speakers outside follow as links mention them.
    pub(super) fn new(topology: &Topology) -> Self {
        let mut picture = Self {
            speakers: topology.speakers().iter().map(Speaker::of_node).collect(),
            edges: Vec::new(),
        };
        let mut index: BTreeMap<String, usize> = topology
            .speakers()
            .iter()
            .enumerate()
            .map(|(at, node)| (node.name.clone(), at))
            .collect();
        let mut lines: BTreeMap<(usize, usize), Edge> = BTreeMap::new();
        for link in topology.links() {
            let Some(&from) = index.get(&link.node) else {
                continue;
            };
            let to = picture.far_end(&link.peer, &mut index);
            let edge = lines.entry((from, to)).or_insert(Edge {
                from,
                to,
                families: Vec::new(),
                internal: link.internal,
                reflected: link.reflected,
            });
            edge.families.push(link.family);
            edge.reflected |= link.reflected;
        }
        picture.edges = lines.into_values().collect();
        picture
    }

    /// The index of a link's other end; a new speaker when it is outside.
    ///
    /// Routers outside are told apart by address, port and AS: one router at which
    /// two `BGPPeer`s expect different AS numbers is two dots, as it should be.
    fn far_end(&mut self, end: &FarEnd, index: &mut BTreeMap<String, usize>) -> usize {
        let (key, speaker) = match end {
            FarEnd::Node { name } => (
                name.clone(),
                Speaker::external(one_line(name), String::new()),
            ),
            FarEnd::External { address, port, asn } => {
                let label = match port {
                    Some(port) => format!("{address} port {port}"),
                    None => address.to_string(),
                };
                // A blank keeps the key apart from names of nodes.
                (
                    format!(" {label} {asn}"),
                    Speaker::external(label, format!("AS {asn}")),
                )
            }
        };
        *index.entry(key).or_insert_with(|| {
            self.speakers.push(speaker);
            self.speakers.len() - 1
        })
    }
}

impl Speaker {
    fn of_node(node: &super::Speaker) -> Self {
        let (role, detail) = match node.cluster_id {
            Some(cluster) => (
                Role::Reflector,
                format!("AS {}, cluster {cluster}", node.local_as),
            ),
            None => (Role::Node, format!("AS {}", node.local_as)),
        };
        Self {
            label: one_line(&node.name),
            detail,
            role,
        }
    }

    fn external(label: String, detail: String) -> Self {
        Self {
            label,
            detail,
            role: Role::External,
        }
    }
}

/// A name without line breaks and other control characters, which end a
/// statement in Mermaid and may not stand in XML at all.
fn one_line(name: &str) -> String {
    name.replace(char::is_control, " ")
}
