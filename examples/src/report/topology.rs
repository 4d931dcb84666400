//! Part 2: who peers with whom.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Align, Markup, Part, Table, plural};

/// The sessions of the cluster, wired in more than one way.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Topology {
    /// One wiring each: as the manifests say, and as a full mesh to compare with.
    pub wirings: Vec<Wiring>,
}

/// One way to wire the cluster.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wiring {
    /// What it is called.
    pub name: String,
    /// Sessions between nodes of the cluster, each counted once a family.
    pub internal: usize,
    /// Of those, sessions between a reflector and its client.
    pub client: usize,
    /// Sessions to other autonomous systems.
    pub external: usize,
    /// Every node, in the order of names.
    pub nodes: Vec<NodeSessions>,
    /// Every session once.
    pub sessions: Vec<SessionLine>,
    /// What does not fit together, such as a session that only one end has.
    pub problems: Vec<String>,
    /// The picture, as SVG.
    #[serde(skip)]
    pub picture: String,
}

/// What a node is to route reflection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// A route reflector.
    Reflector,
    /// A node that reflects nothing.
    Node,
}

/// What a session is to route reflection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum LinkKind {
    /// Between a reflector and its client.
    Client,
    /// Between two ordinary iBGP peers.
    Peer,
    /// To another autonomous system.
    External,
}

/// The sessions of one node.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeSessions {
    /// The node.
    pub name: String,
    /// Its address in BGP, if it has one.
    pub address: Option<String>,
    /// What it is.
    pub role: Role,
    /// How many sessions it has.
    pub sessions: usize,
    /// The reflectors whose client it is.
    pub client_of: Vec<String>,
    /// How many clients it reflects to.
    pub clients: usize,
}

/// A session, from its one end to its other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionLine {
    /// One end; of a session with a client, the reflector.
    pub from: String,
    /// The other end.
    pub to: String,
    /// IPv4 or IPv6.
    pub family: String,
    /// What it is to reflection.
    pub kind: LinkKind,
    /// The filters at `from`, in order, for what comes in.
    pub import_filters: Vec<String>,
    /// The filters at `from`, in order, for what goes out.
    pub export_filters: Vec<String>,
}

impl Wiring {
    /// One line: `30 sessions between nodes (27 reflector to client, 3 among peers), 3 external`.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut text = format!("{} between nodes", plural(self.internal, "session"));
        if self.client > 0 {
            let peers = self.internal - self.client;
            let _ = write!(
                text,
                " ({} reflector to client + {peers} between peers)",
                self.client
            );
        }
        let _ = write!(text, ", {} to other autonomous systems", self.external);
        text
    }

    /// Sessions with equal kind and filters, counted.
    fn kinds(&self) -> Vec<(usize, &SessionLine)> {
        let mut kinds: Vec<(usize, &SessionLine)> = Vec::new();
        for session in &self.sessions {
            let like = kinds.iter_mut().find(|(_, other)| {
                (other.kind, &other.import_filters, &other.export_filters)
                    == (
                        session.kind,
                        &session.import_filters,
                        &session.export_filters,
                    )
            });
            match like {
                Some((count, _)) => *count += 1,
                None => kinds.push((1, session)),
            }
        }
        kinds
    }

    fn node_table(&self) -> Table {
        let mut table = Table::new([
            ("node", Align::Left),
            ("address", Align::Left),
            ("sessions", Align::Right),
            ("clients", Align::Right),
            ("client of", Align::Left),
        ]);
        for node in &self.nodes {
            table.row([
                node.name.clone(),
                node.address.clone().unwrap_or_else(|| "none".into()),
                node.sessions.to_string(),
                node.clients.to_string(),
                node.client_of.join(", "),
            ]);
        }
        table
    }

    fn kind_table(&self) -> Table {
        let mut table = Table::new([
            ("sessions", Align::Right),
            ("kind", Align::Left),
            ("import filters, in order", Align::Left),
            ("export filters, in order", Align::Left),
        ]);
        let names = |filters: &[String]| {
            if filters.is_empty() {
                "none".into()
            } else {
                filters.join(", ")
            }
        };
        for (count, session) in self.kinds() {
            let kind = match session.kind {
                LinkKind::Client => "reflector to client",
                LinkKind::Peer => "iBGP peers",
                LinkKind::External => "eBGP",
            };
            let (import, export) = (
                names(&session.import_filters),
                names(&session.export_filters),
            );
            table.row([count.to_string(), kind.to_owned(), import, export]);
        }
        table
    }
}

impl Part for Topology {
    const TITLE: &'static str = "Topology";

    fn text(&self, out: &mut String) {
        for wiring in &self.wirings {
            let _ = writeln!(out, "{}: {}", wiring.name, wiring.summary());
            let _ = writeln!(out, "\n{}\n{}", wiring.node_table(), wiring.kind_table());
            for problem in &wiring.problems {
                let _ = writeln!(out, "  problem: {problem}");
            }
        }
    }

    fn html(&self, page: &mut Markup) {
        for wiring in &self.wirings {
            page.leaf("h3", &[], &wiring.name);
            page.leaf("p", &[], &wiring.summary());
            page.picture(&wiring.picture);
            page.table(&wiring.kind_table());
            page.details("Every node", |inside| inside.table(&wiring.node_table()));
            for problem in &wiring.problems {
                page.leaf("p", &[("class", "bad")], problem);
            }
        }
    }
}
