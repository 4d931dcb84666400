//! Part 1: what is wrong with the manifests.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Markup, Part, plural};

/// The manifests, judged.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// Each set of manifests.
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
    /// Stable name of the kind of finding.
    pub code: String,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// The file; `None` for a finding about the set as a whole.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<usize>,
    /// Column, from 1.
    pub column: Option<usize>,
    /// The resource and field.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// All of that with the source line underlined.
    pub rendered: String,
    /// What a cluster would store in the place, after pruning.
    pub stored: Option<String>,
    /// What that means.
    pub meaning: Option<String>,
    /// How it is written correctly.
    pub corrected: Option<String>,
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

impl Finding {
    /// The parts below the source line, each with its head.
    fn remarks(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("stored", &self.stored),
            ("means", &self.meaning),
            ("write", &self.corrected),
        ]
        .into_iter()
        .filter_map(|(head, remark)| Some((head, remark.as_deref()?)))
    }
}

/// Indents the lines of a remark below its head.
fn indented(head: &str, remark: &str) -> String {
    let mut lines = remark.lines();
    let mut text = format!("  {head:<8}{}\n", lines.next().unwrap_or_default());
    for line in lines {
        let _ = writeln!(text, "          {line}");
    }
    text
}

impl Part for Diagnosis {
    const TITLE: &'static str = "Diagnosis";

    fn text(&self, out: &mut String) {
        for set in &self.sets {
            let _ = writeln!(out, "{}\n", set.summary());
            for finding in &set.findings {
                let _ = writeln!(out, "{}", finding.rendered.trim_end());
                for (head, remark) in finding.remarks() {
                    out.push_str(&indented(head, remark));
                }
                out.push('\n');
            }
        }
    }

    fn html(&self, page: &mut Markup) {
        for set in &self.sets {
            page.leaf("h3", &[], &set.name);
            page.leaf("p", &[], &set.summary());
            for finding in &set.findings {
                let class = format!("finding {}", finding.severity);
                page.element("article", &[("class", &class)], |article| {
                    article.leaf("pre", &[], finding.rendered.trim_end());
                    for (head, remark) in finding.remarks() {
                        article.leaf(
                            "pre",
                            &[("class", "remark")],
                            indented(head, remark).trim_end(),
                        );
                    }
                });
            }
        }
    }
}
