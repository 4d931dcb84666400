//! Part 1: what the crates say about the manifests.

use calico_types::lint::{LintContext, lint_decoded};
use calico_types::validate::{Rules, merge};
use calico_types::{Decoded, Diagnostic, Severity, diagnose_with, render};

use super::ClusterError;
use crate::manifests::ManifestSet;
use crate::report::{Finding, SetDiagnosis};

/// Findings that mean that something of the input was not read at all.
const UNREADABLE: [&str; 6] = [
    "yaml-syntax",
    "json-syntax",
    "not-utf8",
    "unsupported-format",
    "too-deep",
    "too-large",
];

/// A set of manifests, read and judged.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) decoded: Decoded,
    pub(super) report: SetDiagnosis,
}

/// Reads a set and judges it: each document alone, then all together.
///
/// # Errors
///
/// [`ClusterError::Unreadable`] when a file is not YAML or JSON text.
pub(super) fn judge(set: &ManifestSet, link_mtu: u32) -> Result<Judged, ClusterError> {
    let decoded = diagnose_with(&set.sources, &Rules::default().whole_cluster());
    let unreadable = |diagnostic: &&Diagnostic| UNREADABLE.contains(&diagnostic.code.0);
    if let Some(diagnostic) = decoded.diagnostics.iter().find(unreadable) {
        return Err(ClusterError::Unreadable {
            rendered: render(diagnostic, &set.sources),
        });
    }
    let context = LintContext::new().with_nic_mtu(link_mtu).with_complete();
    let alone = decoded.diagnostics.iter().cloned();
    // What the datastore refuses, lints may find too.
    let mut found = merge(alone.chain(lint_decoded(&decoded, &context)), &set.sources);
    found.sort_by(|one, other| place(one).cmp(&place(other)));
    let count = |severity| {
        found
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    };
    let report = SetDiagnosis {
        name: set.name.clone(),
        files: set.sources.len(),
        resources: decoded.resources.len(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        findings: found
            .iter()
            .map(|diagnostic| Finding {
                rendered: render(diagnostic, &set.sources),
                diagnostic: diagnostic.clone(),
            })
            .collect(),
    };
    Ok(Judged { decoded, report })
}

/// Findings are sorted by file and line.
fn place(diagnostic: &Diagnostic) -> (Option<&str>, usize) {
    (
        diagnostic.source.as_deref(),
        diagnostic.span.map_or(0, |span| span.start),
    )
}
