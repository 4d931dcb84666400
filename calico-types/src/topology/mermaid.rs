//! Mermaid's language, which Markdown viewers draw.

use std::fmt::Write as _;

use super::Topology;
use super::picture::{Picture, Role};

impl Topology {
    /// The topology as a Mermaid flowchart.
    ///
    /// For places that draw Mermaid by themselves, such as pages of a code host.
    /// Names are escaped and cannot end a line.
    ///
    /// Reflectors are hexagons, speakers outside are stadiums; lines between
    /// reflector and client are thick, those between different AS dotted.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let picture = Picture::new(self);
        let mut out = String::from("flowchart LR\n");
        for (index, speaker) in picture.speakers.iter().enumerate() {
            let (open, close) = match speaker.role {
                Role::Node => ("[", "]"),
                Role::Reflector => ("{{", "}}"),
                Role::External => ("([", "])"),
            };
            let (label, detail) = (escaped(&speaker.label), escaped(&speaker.detail));
            let _ = writeln!(out, "  n{index}{open}\"{label}<br/>{detail}\"{close}");
        }
        for edge in &picture.edges {
            let line = match (edge.reflected, edge.internal) {
                (true, _) => "===",
                (false, true) => "---",
                (false, false) => "-.-",
            };
            let (from, to, label) = (edge.from, edge.to, edge.families());
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
