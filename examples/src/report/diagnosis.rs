//! Part 1: what is wrong with the manifests.

use std::fmt::Write as _;

use calico_types::Diagnostic;
use serde::Serialize;

use super::{Markup, Part, plural};

/// The manifests, judged.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// The set that was asked for, then the set of common mistakes.
    pub sets: Vec<SetDiagnosis>,
}

/// One set of manifests, judged.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetDiagnosis {
    /// Name of the set.
    pub name: String,
    /// Files in it.
    pub files: usize,
    /// Resources read from them.
    pub resources: usize,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Everything found, in the order of files and lines.
    pub findings: Vec<Finding>,
}

/// One thing found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Code, place, message, what a cluster would store, what to write instead.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    /// All of that as text, with the source line underlined.
    pub rendered: String,
}

impl SetDiagnosis {
    fn summary(&self) -> String {
        let (files, resources) = (
            plural(self.files, "file"),
            plural(self.resources, "resource"),
        );
        let verdict = if self.findings.is_empty() {
            "clean".to_owned()
        } else {
            let notes = self.findings.len() - self.errors - self.warnings;
            let (errors, warnings) = (
                plural(self.errors, "error"),
                plural(self.warnings, "warning"),
            );
            format!("{errors}, {warnings}, {}", plural(notes, "note"))
        };
        format!("{}: {files}, {resources}: {verdict}", self.name)
    }
}

impl Part for Diagnosis {
    const TITLE: &'static str = "Diagnosis";

    fn text(&self, out: &mut String) {
        for set in &self.sets {
            let _ = writeln!(out, "{}\n", set.summary());
            for finding in &set.findings {
                let _ = writeln!(out, "{}\n", finding.rendered.trim_end());
            }
        }
    }

    fn html(&self, page: &mut Markup) {
        for set in &self.sets {
            page.leaf("h3", &[], &set.name);
            page.leaf("p", &[], &set.summary());
            for finding in &set.findings {
                let class = format!("finding {}", finding.diagnostic.severity);
                page.element("article", &[("class", &class)], |article| {
                    article.leaf("pre", &[], finding.rendered.trim_end());
                });
            }
        }
    }
}
