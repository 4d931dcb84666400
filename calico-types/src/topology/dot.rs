//! Graphviz' language.

use std::fmt::Write as _;

use super::Topology;
use super::picture::{Picture, Role};

impl Topology {
    /// The topology as a Graphviz graph, for `neato` or `circo`.
    ///
    /// Statements are in a fixed order, so that versions can be compared line by
    /// line. Names are quoted and cannot end a statement.
    ///
    /// Reflectors are boxes, speakers outside are dashed; lines between
    /// reflector and client are bold, those between different AS dashed.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let picture = Picture::new(self);
        let mut out = String::from("graph bgp {\n  layout=circo;\n  node [shape=ellipse];\n");
        for (index, speaker) in picture.speakers.iter().enumerate() {
            let style = match speaker.role {
                Role::Node => "",
                Role::Reflector => ", shape=box, style=bold",
                Role::External => ", style=dashed",
            };
            let label = escaped(&speaker.label);
            let detail = escaped(&speaker.detail);
            let _ = writeln!(out, "  n{index} [label=\"{label}\\n{detail}\"{style}];");
        }
        for edge in &picture.edges {
            let style = match (edge.reflected, edge.internal) {
                (true, _) => ", style=bold",
                (false, true) => "",
                (false, false) => ", style=dashed",
            };
            let (from, to, label) = (edge.from, edge.to, edge.families());
            let _ = writeln!(out, "  n{from} -- n{to} [label=\"{label}\"{style}];");
        }
        out.push_str("}\n");
        out
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
