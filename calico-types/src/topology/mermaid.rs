//! Mermaid's language, which Markdown viewers draw.

use std::fmt::Write as _;

use super::picture::{Drawing, Number, Role};

impl Drawing {
    /// The drawing as a Mermaid flowchart.
    ///
    /// For places that draw Mermaid by themselves, such as pages of a code host.
    /// Names are escaped and cannot end a line.
    ///
    /// Reflectors are hexagons, routers outside are stadiums; lines between
    /// reflector and client are thick, those between different AS dotted. Beyond
    /// 60 nodes or 400 links, nodes that do the same are one shape, with their
    /// number, and lines say how many sessions they are: Mermaid itself refuses
    /// more than 500 lines.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        for (index, dot) in self.dots.iter().enumerate() {
            let (open, close) = match (dot.role, dot.count > 1) {
                (Role::Node, false) => ("[", "]"),
                (Role::Node, true) => ("[[", "]]"),
                (Role::Reflector, _) => ("{{", "}}"),
                (Role::External, _) => ("([", "])"),
            };
            let mut label = escaped(&dot.label);
            for detail in &dot.details {
                label.push_str("<br/>");
                label.push_str(&escaped(detail));
            }
            let _ = writeln!(out, "  n{index}{open}\"{label}\"{close}");
        }
        for edge in &self.edges {
            let line = match (edge.reflected, edge.internal) {
                (true, _) => "===",
                (false, true) => "---",
                (false, false) => "-.-",
            };
            let label = if self.is_summary {
                format!("{} {}", Number(edge.sessions), edge.families())
            } else {
                edge.families()
            };
            let (from, to) = (edge.from, edge.to);
            let _ = writeln!(out, "  n{from} {line}|{label}| n{to}");
        }
        out
    }
}

fn escaped(text: &str) -> String {
    text.replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;")
}
