//! Part 5: who may talk to whom, and what stops an attack.

use std::fmt::Write as _;

use serde::Serialize;

use super::svg::{Cell, Matrix};
use super::{Align, Markup, Part, Table};

/// The policies of the cluster, applied.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Segmentation {
    /// The destinations across the matrix: name and port.
    pub destinations: Vec<String>,
    /// A row for each source.
    pub rows: Vec<Row>,
    /// Flows explained one by one.
    pub flows: Vec<FlowStory>,
}

/// One source of the matrix.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its name.
    pub source: String,
    /// One answer for each destination; `None` for a flow to itself.
    pub answers: Vec<Option<Answer>>,
}

/// Whether a flow is allowed, and what decided.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Both sides let it pass.
    pub allowed: bool,
    /// What decided on the side that decided.
    pub by: String,
}

/// One flow, with the decision of both sides.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlowStory {
    /// What the flow is for.
    pub title: String,
    /// `shop/frontend-… → shop/database-0 TCP 3306`.
    pub flow: String,
    /// Whether it goes through.
    pub allowed: bool,
    /// The source's side: tier, policy, rule.
    pub egress: Option<Decided>,
    /// The destination's side.
    pub ingress: Option<Decided>,
}

/// The decision of one side.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// Allowed there.
    pub allowed: bool,
    /// Tier, policy and rule that decided.
    pub by: String,
    /// How it came to that: every policy that was asked.
    pub steps: Vec<String>,
}

const fn word(allowed: bool) -> &'static str {
    if allowed { "allowed" } else { "denied" }
}

/// The application without its namespace.
fn short(name: &str) -> &str {
    name.split_once('/')
        .map_or(name, |(_, application)| application)
}

impl Segmentation {
    /// Destinations down, sources across: a terminal is higher than wide.
    fn table(&self) -> Table {
        let sources: Vec<&str> = self.rows.iter().map(|row| row.source.as_str()).collect();
        let unique = |name: &str| {
            sources
                .iter()
                .filter(|other| short(other) == short(name))
                .count()
                == 1
        };
        let head = |name: &&'_ str| {
            if unique(name) {
                short(name).to_owned()
            } else {
                (*name).to_owned()
            }
        };
        let heads: Vec<String> = sources.iter().map(head).collect();
        let first = [("to \\ from", Align::Left)];
        let mut table = Table::new(
            first
                .into_iter()
                .chain(heads.iter().map(|head| (&**head, Align::Left))),
        );
        for (i, destination) in self.destinations.iter().enumerate() {
            let answer = |row: &Row| match row.answers.get(i) {
                Some(Some(answer)) => word(answer.allowed).to_owned(),
                Some(None) | None => "·".to_owned(),
            };
            table.row(
                [destination.clone()]
                    .into_iter()
                    .chain(self.rows.iter().map(answer)),
            );
        }
        table
    }

    fn picture(&self) -> Matrix {
        let cell = |answer: &Option<Answer>| Cell {
            allowed: answer.as_ref().map(|answer| answer.allowed),
            tip: answer
                .as_ref()
                .map_or_else(String::new, |answer| answer.by.clone()),
        };
        Matrix {
            title: "Who may talk to whom".into(),
            columns: self.destinations.clone(),
            rows: self
                .rows
                .iter()
                .map(|row| (row.source.clone(), row.answers.iter().map(cell).collect()))
                .collect(),
        }
    }
}

impl FlowStory {
    fn sides(&self) -> impl Iterator<Item = (&'static str, &Decided)> {
        [("egress ", &self.egress), ("ingress", &self.ingress)]
            .into_iter()
            .filter_map(|(side, decided)| Some((side, decided.as_ref()?)))
    }
}

impl Part for Segmentation {
    const TITLE: &'static str = "Segmentation";

    fn text(&self, out: &mut String) {
        let _ = writeln!(out, "{}", self.table());
        for story in &self.flows {
            let _ = writeln!(
                out,
                "{}\n  {}: {}",
                story.title,
                story.flow,
                word(story.allowed)
            );
            for (side, decided) in story.sides() {
                let _ = writeln!(out, "  {side} {} by {}", word(decided.allowed), decided.by);
                for step in &decided.steps {
                    let _ = writeln!(out, "            {step}");
                }
            }
        }
    }

    fn html(&self, page: &mut Markup) {
        page.append(&self.picture().draw());
        for story in &self.flows {
            page.leaf("h3", &[], &story.title);
            page.leaf(
                "p",
                &[],
                &format!("{}: {}", story.flow, word(story.allowed)),
            );
            for (side, decided) in story.sides() {
                page.leaf(
                    "p",
                    &[],
                    &format!(
                        "{} {} by {}",
                        side.trim(),
                        word(decided.allowed),
                        decided.by
                    ),
                );
                page.list(&decided.steps);
            }
        }
    }
}
