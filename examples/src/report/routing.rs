//! Part 3: what the nodes learn from each other, in quiet times and when one dies.

use std::fmt::Write as _;

use serde::Serialize;

use super::svg::{Series, Timeline};
use super::{Align, Markup, Part, Span, Table, plural, thousands};

/// The cluster's speakers over the simulated network.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Routing {
    /// The seed that every latency and jitter follows from.
    pub seed: u64,
    /// The network in words.
    pub network: String,
    /// One run for each wiring, from power-on to rest.
    pub runs: Vec<Run>,
    /// Every pod block, as the nodes hold it after the run of the manifests' wiring.
    pub blocks: Vec<Block>,
    /// The same, for each node.
    pub routes: Vec<NodeRoute>,
    /// What came from outside and was kept out.
    pub refused: Vec<Refused>,
    /// What was broken, and what that did.
    pub incidents: Vec<Incident>,
    /// Routes held by all living nodes, over all incidents.
    pub history: Vec<Step>,
}

/// How many routes were held from some moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The moment, since power-on.
    pub at: Span,
    /// Pod blocks with a best route, summed over the living nodes.
    pub routes: usize,
}

/// One wiring, from power-on to rest.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The wiring.
    pub wiring: String,
    /// Sessions configured.
    pub sessions: usize,
    /// Of those, Established on both ends at rest.
    pub established: usize,
    /// When the last session was Established.
    pub established_at: Span,
    /// When the last best route changed.
    pub converged_at: Span,
    /// BGP messages sent until then, all nodes and the router.
    pub messages: u64,
    /// Of those, UPDATEs.
    pub updates: u64,
    /// Bytes of all messages.
    pub bytes: u64,
    /// Best routes to pod blocks at rest, summed over the nodes.
    pub routes: usize,
    /// Paths to pod blocks kept at rest (Adj-RIB-In and own), summed over the nodes.
    pub paths: usize,
    /// How the routes came in.
    pub steps: Vec<Step>,
    /// What became of a single change after that.
    pub flap: Option<Flap>,
}

/// A block that its owner withdraws and announces again.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Flap {
    /// The block.
    pub prefix: String,
    /// How long until no node had it any more.
    pub withdrawn: Span,
    /// How long until every node had it again.
    pub announced: Span,
    /// UPDATEs that both took.
    pub updates: u64,
}

/// A pod block, as all nodes hold it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// The block.
    pub prefix: String,
    /// The node that originates it.
    pub owner: String,
    /// The next hop that every other node uses.
    pub next_hop: String,
    /// Nodes that hold exactly one best route to it, the owner's own included.
    pub held_by: usize,
    /// What decided, and on how many nodes.
    pub decided: String,
}

/// One node's best route to one block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeRoute {
    /// The node.
    pub node: String,
    /// The block.
    pub prefix: String,
    /// Where it sends the packets; `None` for its own block.
    pub next_hop: Option<String>,
    /// Paths that it could choose from.
    pub paths: usize,
    /// The step of the decision process that chose.
    pub step: String,
}

/// A route from outside that a filter kept out.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// The route.
    pub prefix: String,
    /// Who announced it.
    pub from: String,
    /// The nodes that refused it.
    pub at: Vec<String>,
    /// The filter and rule that did.
    pub by: String,
}

/// Something broken on purpose.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// What was done.
    pub title: String,
    /// When, since power-on.
    pub at: Span,
    /// How long until the first neighbour took notice.
    pub noticed_after: Option<Span>,
    /// How long until no best route changed any more.
    pub settled_after: Span,
    /// Best routes of living nodes to blocks of living nodes that were missing at any
    /// moment.
    pub missing: usize,
    /// Messages that it took.
    pub messages: u64,
    /// What came of it.
    pub outcome: String,
}

impl Routing {
    fn run_table(&self) -> Table {
        let right = |head| (head, Align::Right);
        let numbers = [
            "sessions",
            "established",
            "routes",
            "paths",
            "messages",
            "updates",
            "bytes",
        ];
        let times = ["last session up", "converged"];
        let columns = numbers.into_iter().chain(times).map(right);
        let mut table = Table::new([("wiring", Align::Left)].into_iter().chain(columns));
        for run in &self.runs {
            table.row([
                run.wiring.clone(),
                run.sessions.to_string(),
                run.established.to_string(),
                run.routes.to_string(),
                run.paths.to_string(),
                thousands(run.messages),
                thousands(run.updates),
                thousands(run.bytes),
                run.established_at.to_string(),
                run.converged_at.to_string(),
            ]);
        }
        table
    }

    /// What the wirings make of a single change.
    fn flap_table(&self) -> Table {
        let mut table = Table::new([
            ("one block changes", Align::Left),
            ("wiring", Align::Left),
            ("withdrawn everywhere after", Align::Right),
            ("announced everywhere after", Align::Right),
            ("updates", Align::Right),
        ]);
        for (run, flap) in self
            .runs
            .iter()
            .filter_map(|run| Some((run, run.flap.as_ref()?)))
        {
            table.row([
                flap.prefix.clone(),
                run.wiring.clone(),
                flap.withdrawn.to_string(),
                flap.announced.to_string(),
                thousands(flap.updates),
            ]);
        }
        table
    }

    fn block_table(&self) -> Table {
        let mut table = Table::new([
            ("pod block", Align::Left),
            ("owner", Align::Left),
            ("next hop", Align::Left),
            ("best on", Align::Right),
            ("decided by", Align::Left),
        ]);
        for block in &self.blocks {
            table.row([
                &block.prefix,
                &block.owner,
                &block.next_hop,
                &plural(block.held_by, "node"),
                &block.decided,
            ]);
        }
        table
    }

    fn route_table(&self) -> Table {
        let mut table = Table::new([
            ("node", Align::Left),
            ("pod block", Align::Left),
            ("next hop", Align::Left),
            ("paths", Align::Right),
            ("decided by", Align::Left),
        ]);
        for route in &self.routes {
            let next_hop = route.next_hop.as_deref().unwrap_or("own block");
            table.row([
                &route.node,
                &route.prefix,
                next_hop,
                &route.paths.to_string(),
                &route.step,
            ]);
        }
        table
    }

    fn refused_table(&self) -> Table {
        let mut table = Table::new([
            ("foreign route", Align::Left),
            ("from", Align::Left),
            ("refused at", Align::Left),
            ("by", Align::Left),
        ]);
        for refused in &self.refused {
            table.row([
                &refused.prefix,
                &refused.from,
                &refused.at.join(", "),
                &refused.by,
            ]);
        }
        table
    }

    fn incident_table(&self) -> Table {
        let mut table = Table::new([
            ("what happened", Align::Left),
            ("at", Align::Right),
            ("noticed after", Align::Right),
            ("settled after", Align::Right),
            ("missing", Align::Right),
            ("messages", Align::Right),
            ("outcome", Align::Left),
        ]);
        for incident in &self.incidents {
            table.row([
                incident.title.clone(),
                incident.at.to_string(),
                incident
                    .noticed_after
                    .map_or_else(String::new, |span| span.to_string()),
                incident.settled_after.to_string(),
                incident.missing.to_string(),
                thousands(incident.messages),
                incident.outcome.clone(),
            ]);
        }
        table
    }

    /// All routes at rest, which every run should reach.
    fn goal(&self) -> usize {
        self.runs.iter().map(|run| run.routes).max().unwrap_or(0)
    }

    fn convergence(&self) -> Timeline {
        let points = |steps: &[Step]| steps.iter().map(|step| (step.at.0, step.routes)).collect();
        let series = |run: &Run| Series {
            name: run.wiring.clone(),
            steps: points(&run.steps),
        };
        Timeline {
            title: "Best routes to pod blocks after power-on".into(),
            unit: "best routes, all nodes".into(),
            goal: self.goal(),
            series: self.runs.iter().map(series).collect(),
            marks: Vec::new(),
        }
    }

    fn incident_line(&self) -> Timeline {
        let mark = |incident: &Incident| (incident.at.0, incident.title.clone());
        let marks = self.incidents.iter().map(mark).collect();
        let steps = self
            .history
            .iter()
            .map(|step| (step.at.0, step.routes))
            .collect();
        Timeline {
            title: "Best routes to pod blocks through the incidents".into(),
            unit: "best routes, living nodes".into(),
            goal: self.goal(),
            series: vec![Series {
                name: "routes".into(),
                steps,
            }],
            marks,
        }
    }
}

impl Part for Routing {
    const TITLE: &'static str = "Routing";

    fn text(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "seed {}; {}\n\n{}",
            self.seed,
            self.network,
            self.run_table()
        );
        let _ = writeln!(
            out,
            "{}\n{}\n{}\n{}",
            self.flap_table(),
            self.block_table(),
            self.refused_table(),
            self.incident_table()
        );
    }

    fn html(&self, page: &mut Markup) {
        page.leaf("p", &[], &format!("Seed {}; {}", self.seed, self.network));
        page.table(&self.run_table());
        page.append(&self.convergence().draw());
        page.table(&self.flap_table());
        page.table(&self.block_table());
        page.details("Every node's route to every block", |inside| {
            inside.table(&self.route_table())
        });
        page.leaf("h3", &[], "Kept out");
        page.table(&self.refused_table());
        page.leaf("h3", &[], "Incidents");
        page.append(&self.incident_line().draw());
        page.table(&self.incident_table());
    }
}
