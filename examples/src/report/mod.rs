//! The report of the main job: what was found, as data, as text, as JSON, as a page.
//!
//! Each part is one file: its data, its text, its markup. The data is also the JSON.

mod check;
mod diagnosis;
mod encapsulation;
mod markup;
mod page;
mod quantity;
mod routing;
mod segmentation;
pub mod svg;
mod table;
mod topology;

use std::fmt::Write as _;

use serde::Serialize;

pub use check::{Check, Checks};
pub use diagnosis::{Diagnosis, Finding, SetDiagnosis};
pub use encapsulation::{Choice, Configured, Encapsulation, Trial};
pub use markup::{Markup, escape};
pub use quantity::{Span, listed, plural, thousands};
pub use routing::{Block, Flap, Incident, NodeRoute, Refused, Routing, Run, Step};
pub use segmentation::{Answer, Decided, FlowStory, Row, Segmentation};
pub use table::{Align, Table};
pub use topology::{LinkKind, NodeSessions, Role, SessionLine, Topology, Wiring};

/// A part of the report.
pub trait Part {
    /// Its heading.
    const TITLE: &'static str;
    /// Writes it for a terminal.
    fn text(&self, out: &mut String);
    /// Writes it for a page.
    fn html(&self, page: &mut Markup);
}

/// All that the main job found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The set of manifests that was asked for.
    pub set: String,
    /// The seed of the simulation.
    pub seed: u64,
    /// Part 1.
    pub diagnosis: Diagnosis,
    /// Part 2.
    pub topology: Topology,
    /// Part 3.
    pub routing: Routing,
    /// Part 4.
    pub encapsulation: Encapsulation,
    /// Part 5.
    pub segmentation: Segmentation,
    /// Every claim of the parts, tested.
    pub checks: Vec<Check>,
}

impl Report {
    /// The report for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = format!("Reference cluster\n{}\n", self.subtitle());
        section(&mut out, 1, &self.diagnosis);
        section(&mut out, 2, &self.topology);
        section(&mut out, 3, &self.routing);
        section(&mut out, 4, &self.encapsulation);
        section(&mut out, 5, &self.segmentation);
        out.push_str("\nChecks\n══════\n\n");
        for check in &self.checks {
            let _ = writeln!(out, "  {check}");
        }
        out
    }

    /// The report as JSON: the data of this type, spans of time in microseconds.
    ///
    /// # Errors
    ///
    /// None that is known: the data has no map with keys that are not text.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// Whether the set that was asked for has no finding of severity error, and every
    /// claim holds.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let errors = self.diagnosis.sets.first().map_or(0, |asked| asked.errors);
        errors == 0 && self.failed_checks().next().is_none()
    }

    /// The claims that do not hold.
    pub fn failed_checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| !check.holds)
    }

    fn subtitle(&self) -> String {
        let failed = self.failed_checks().count();
        let checks = plural(self.checks.len(), "check");
        let outcome = if failed == 0 {
            "all hold".to_owned()
        } else {
            format!("{failed} FAILED")
        };
        format!(
            "manifests {}, seed {}; {checks}, {outcome}",
            self.set, self.seed
        )
    }

    pub(crate) fn titles() -> impl Iterator<Item = (usize, &'static str)> {
        let titles = [
            Diagnosis::TITLE,
            Topology::TITLE,
            Routing::TITLE,
            Encapsulation::TITLE,
            Segmentation::TITLE,
        ];
        (1..).zip(titles)
    }
}

fn section<P: Part>(out: &mut String, number: u8, part: &P) {
    let heading = format!("{number}. {}", P::TITLE);
    let _ = writeln!(
        out,
        "\n{heading}\n{}\n",
        "═".repeat(heading.chars().count())
    );
    part.text(out);
}
