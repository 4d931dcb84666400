//! Dots and lines of a topology, as every drawing wants them.
//!
//! A small topology is drawn as it is. In a large one nodes that do the same are
//! one dot, which says how many they are, and lines say how many sessions: a mesh
//! of five thousand is one dot. Which is chosen follows from what would have to be
//! drawn, in steps of coarseness.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use super::alike::Grain;
use super::sketch::Sketch;
use super::{Family, SessionCount, Topology};

/// Dots and lines up to which every node and every link is drawn …
const MOST_NODES: usize = 60;
const MOST_LINKS: usize = 400;
/// … and up to which a coarser drawing is fine enough.
const MOST_DOTS: usize = 40;
const MOST_LINES: usize = 100;

/// A topology, or what one node has of it, to be drawn.
///
/// Up to 60 nodes and 400 links every one is drawn. Beyond that nodes that do the
/// same are one dot, with their number, and lines say how many sessions they are;
/// a drawing has a few dozen dots then, whatever the cluster.
///
/// ```
/// use calico_types::Resource;
/// use calico_types::topology::{Topology, TopologyInput};
/// use serde_json::json;
///
/// let nodes: Vec<Resource> = (0..500_u32)
///     .map(|i| {
///         let address = format!("10.0.{}.{}/16", i >> 8, i & 255);
///         let node = json!({
///             "metadata": {"name": format!("node-{i:03}")}, "spec": {"bgp": {"ipv4Address": address}},
///         });
///         Resource::from_value("projectcalico.org/v3", "Node", &node).unwrap().unwrap()
///     })
///     .collect();
/// let topology = Topology::build(&TopologyInput::from_resources(&nodes));
/// let whole = topology.drawing().to_mermaid();
/// assert!(whole.contains("500 nodes") && whole.contains("124,750 sessions among them"));
/// let one = topology.drawing_of("node-007").unwrap().to_mermaid();
/// assert!(one.contains("node-007") && one.contains("499 nodes"));
/// ```
#[derive(Debug)]
pub struct Drawing {
    /// The cluster's nodes in order of name, then routers outside.
    pub(super) dots: Vec<Dot>,
    pub(super) edges: Vec<Edge>,
    /// Whether dots may be more than one node.
    pub(super) is_summary: bool,
    /// How many sessions it shows.
    pub(super) sessions: SessionCount,
}

#[derive(Debug)]
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
    pub(super) last: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Node,
    Reflector,
    External,
}

/// A line between two dots, by index: both families of one pair share it.
#[derive(Debug)]
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

impl Topology {
    /// The topology, to be drawn: as fine as is not too much to look at.
    #[must_use]
    pub fn drawing(&self) -> Drawing {
        let sessions = self.session_count();
        let few = self.speakers.len() <= MOST_NODES;
        if few && self.links().take(MOST_LINKS + 1).count() <= MOST_LINKS {
            return Sketch::whole(self).drawing(sessions);
        }
        let fits = |drawing: &Drawing| {
            drawing.dots.len() <= MOST_DOTS && drawing.edges.len() <= MOST_LINES
        };
        let coarser = [Grain::Wiring, Grain::Cluster];
        let mut coarser = coarser
            .into_iter()
            .map(|grain| Sketch::grouped(self, grain).drawing(sessions));
        coarser
            .find(fits)
            .unwrap_or_else(|| Sketch::grouped(self, Grain::Role).drawing(sessions))
    }

    /// One node and its peers, to be drawn; `None` for a node that is not there.
    #[must_use]
    pub fn drawing_of(&self, node: &str) -> Option<Drawing> {
        let node = self.index(node)?;
        let sessions = self.degree(node);
        let fine = if sessions.total() <= MOST_NODES {
            Grain::Node
        } else {
            Grain::Cluster
        };
        let drawing = Sketch::of_node(self, node, fine).drawing(sessions);
        if drawing.dots.len() <= MOST_NODES {
            return Some(drawing);
        }
        Some(Sketch::of_node(self, node, Grain::Role).drawing(sessions))
    }

    /// [`Drawing::to_svg`] of the whole topology.
    #[must_use]
    pub fn to_svg(&self) -> String {
        self.drawing().to_svg()
    }

    /// [`Drawing::to_dot`] of the whole topology.
    #[must_use]
    pub fn to_dot(&self) -> String {
        self.drawing().to_dot()
    }

    /// [`Drawing::to_mermaid`] of the whole topology.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        self.drawing().to_mermaid()
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
pub(super) fn one_line(name: &str) -> String {
    name.replace(char::is_control, " ")
}
