//! Connectivity for people and for other programs.

use std::fmt::{self, Write as _};

use super::{Connections, Connectivity, PeerGroup};

/// Members of a group that are named before the others are counted.
const MOST: usize = 4;

/// A line for each pair of groups between which something passes: `shop/front -> shop/back: TCP
/// 8080`. Connections within a group of one endpoint are left out: nothing but itself is there.
impl fmt::Display for Connectivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (source, destination, connections) in self.passing() {
            let (source, destination) = (source.display(MOST), destination.display(MOST));
            writeln!(f, "{source} -> {destination}: {connections}")?;
        }
        Ok(())
    }
}

impl Connectivity {
    /// The cells through which something passes between two different peers.
    fn passing(&self) -> impl Iterator<Item = (&PeerGroup, &PeerGroup, &Connections)> {
        self.cells().filter(|(source, destination, connections)| {
            let alone = matches!(source, PeerGroup::Endpoints(names) if names.len() == 1);
            let itself = alone && source == destination;
            !itself && !connections.is_none()
        })
    }

    /// Comma-separated values (RFC 4180) with a heading: source, destination, connections; a
    /// line for each cell, also where nothing passes. All members of groups are named.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut out = "source,destination,connections\r\n".to_owned();
        for (source, destination, connections) in self.cells() {
            let fields = [
                source.to_string(),
                destination.to_string(),
                connections.to_string(),
            ];
            let fields = fields.map(|field| format!("\"{}\"", field.replace('"', "\"\"")));
            let _ = write!(out, "{}\r\n", fields.join(","));
        }
        out
    }

    /// A table in Markdown, a line for each pair of groups between which something passes.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut out = "| from | to | connections |\n|---|---|---|\n".to_owned();
        for (source, destination, connections) in self.passing() {
            let fields = [
                source.display(MOST).to_string(),
                destination.display(MOST).to_string(),
                connections.to_string(),
            ];
            let [source, destination, connections] = fields.map(|text| text.replace('|', "\\|"));
            let _ = writeln!(out, "| {source} | {destination} | {connections} |");
        }
        out
    }

    /// A graph for Graphviz: groups, and an edge where something passes.
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut out = "digraph connectivity {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
        for (number, group) in self.groups().iter().enumerate() {
            let shape = match group {
                PeerGroup::Endpoints(_) => "",
                PeerGroup::Unknown(_) => ", style=dashed",
                PeerGroup::Outside(_) => ", shape=ellipse",
            };
            let label = quoted(&group.display(MOST).to_string());
            let _ = writeln!(out, "  g{number} [label={label}{shape}];");
        }
        for (source, destination, connections) in self.passing() {
            let place = |wanted: &PeerGroup| self.groups().iter().position(|it| it == wanted);
            if let (Some(from), Some(to)) = (place(source), place(destination)) {
                let label = quoted(&connections.to_string());
                let _ = writeln!(out, "  g{from} -> g{to} [label={label}];");
            }
        }
        out.push_str("}\n");
        out
    }

    /// A drawing of the matrix: sources are rows, destinations columns; a cell is green where
    /// all passes, yellow where something does, and says what when pointed at.
    #[must_use]
    pub fn to_svg(&self) -> String {
        const CELL: usize = 28;
        const CHARACTER: usize = 7;
        let names = self
            .groups()
            .iter()
            .map(|group| group.display(2).to_string());
        let names: Vec<String> = names.collect();
        let longest = names.iter().map(|name| name.chars().count()).max();
        let margin = longest.unwrap_or_default() * CHARACTER + 20;
        let size = margin + names.len() * CELL + 10;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{size}\" height=\"{size}\" \
             font-family=\"monospace\" font-size=\"11\">\n"
        );
        for (number, name) in names.iter().enumerate() {
            let (at, name) = (margin + number * CELL, escaped(name));
            let (low, before) = (at + CELL / 2 + 4, margin - 6);
            let _ = writeln!(
                out,
                "<text x=\"{before}\" y=\"{low}\" text-anchor=\"end\">{name}</text>\n\
                 <text transform=\"translate({low},{before}) rotate(-90)\">{name}</text>"
            );
        }
        for (row, source) in names.iter().enumerate() {
            for (column, destination) in names.iter().enumerate() {
                let cell = self.cell(row, column);
                let color = match cell {
                    None => "#eeeeee",
                    Some(cell) if cell.is_all() => "#74c476",
                    Some(cell) if cell.is_none() => "#ffffff",
                    Some(_) => "#ffe07a",
                };
                let said = cell.map_or_else(|| "nobody is asked".to_owned(), ToString::to_string);
                let title = escaped(&format!("{source} -> {destination}: {said}"));
                let (x, y) = (margin + column * CELL, margin + row * CELL);
                let _ = writeln!(
                    out,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{CELL}\" height=\"{CELL}\" \
                     fill=\"{color}\" stroke=\"#888888\"><title>{title}</title></rect>"
                );
            }
        }
        out.push_str("</svg>\n");
        out
    }

    /// The same as data: `family`, `groups` (each with `endpoints`, `unknown` or `outside`) and
    /// `connections` (`from` and `to` by position).
    #[cfg(feature = "json")]
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::json;

        let group = |group: &PeerGroup| match group {
            PeerGroup::Endpoints(names) => json!({ "endpoints": names }),
            PeerGroup::Unknown(workload) => {
                json!({ "unknown": workload.name, "labels": workload.labels })
            }
            PeerGroup::Outside(_) => {
                let nets: Vec<String> = group.nets().iter().map(ToString::to_string).collect();
                json!({ "outside": nets })
            }
        };
        let count = self.groups().len();
        let places = (0..count).flat_map(|from| (0..count).map(move |to| (from, to)));
        let cells = places.filter_map(|(from, to)| {
            let connections = self.cell(from, to)?.to_string();
            Some(json!({ "from": from, "to": to, "connections": connections }))
        });
        json!({
            "family": self.family().to_string(),
            "groups": self.groups().iter().map(group).collect::<Vec<_>>(),
            "connections": cells.collect::<Vec<_>>(),
        })
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
