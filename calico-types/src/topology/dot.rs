//! Graphviz' language.

use std::fmt::Write as _;

use super::picture::{Drawing, Edge, Number, Role};

impl Drawing {
    /// The drawing as a Graphviz graph, for `neato` or `circo`.
    ///
    /// Statements are in a fixed order, so that versions can be compared line by
    /// line. Names are quoted and cannot end a statement.
    ///
    /// Reflectors are boxes, routers outside are dashed; lines between reflector
    /// and client are bold and coloured, those between different AS dashed. Beyond 60 nodes or
    /// 400 links, nodes that do the same are one dot, with their number, and lines
    /// say how many sessions they are.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut out = String::from("graph bgp {\n");
        // Circles of dots and the lines across them are what a mesh looks like.
        out.push_str(if self.is_summary {
            "  layout=neato;\n  overlap=false;\n  splines=true;\n  sep=\"+20\";\n"
        } else {
            "  layout=circo;\n  splines=line;\n"
        });
        out.push_str("  node [shape=ellipse, fontname=\"sans-serif\", fontsize=11];\n");
        out.push_str("  edge [fontname=\"sans-serif\", fontsize=9, color=gray40];\n");
        for (index, dot) in self.dots.iter().enumerate() {
            let style = match (dot.role, dot.count > 1) {
                (Role::Node, false) => "",
                (Role::Node, true) => ", peripheries=2",
                (Role::Reflector, false) => ", shape=box, style=bold",
                (Role::Reflector, true) => ", shape=box, style=bold, peripheries=2",
                (Role::External, _) => ", style=dashed",
            };
            let mut label = escaped(&dot.label);
            for detail in &dot.details {
                label.push_str("\\n");
                label.push_str(&escaped(detail));
            }
            let _ = writeln!(out, "  n{index} [label=\"{label}\"{style}];");
        }
        for edge in &self.edges {
            let style = match (edge.reflected, edge.internal) {
                (true, _) => "style=bold, color=\"#b7791f\"",
                (false, true) => "style=solid",
                (false, false) => "style=dashed",
            };
            let label = label(edge, self.is_summary);
            let (from, to) = (edge.from, edge.to);
            let _ = writeln!(out, "  n{from} -- n{to} [{style}{label}];");
        }
        out.push_str("}\n");
        out
    }
}

/// Every line of a cluster of one family is of that family: only counts, and lines
/// of both, are worth their space.
fn label(edge: &Edge, is_summary: bool) -> String {
    match (is_summary, edge.families.len()) {
        (true, _) => format!(", label=\"{} {}\"", Number(edge.sessions), edge.families()),
        (false, 0 | 1) => String::new(),
        (false, _) => format!(", label=\"{}\"", edge.families()),
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
