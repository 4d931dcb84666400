//! Correct clusters, of which nothing is to be said.

use std::path::{Path, PathBuf};

use calico_types::lint::{LintContext, lint_decoded};
use calico_types::{Diagnostic, Severity, Source, diagnose, render};
use testkit::shared;

use super::{CLUSTER, SHOP, check, check_with};

#[test]
fn a_correct_cluster_is_clean() {
    check(CLUSTER, &[]);
    check(SHOP, &[]);
    check(&format!("{CLUSTER}---\n{SHOP}"), &[]);
    check_with(LintContext::new(), CLUSTER, &[]);
    check_with(LintContext::new(), SHOP, &[]);
    check("", &[]);
}

/// What is said of files, about each document and about all of them.
fn told(files: &[PathBuf], context: &LintContext) -> Vec<(Diagnostic, String)> {
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        Source::new(name, std::fs::read(path).unwrap())
    };
    let sources: Vec<Source> = files.iter().map(read).collect();
    let decoded = diagnose(&sources);
    assert!(!decoded.resources.is_empty());
    let linted = lint_decoded(&decoded, context);
    let all = decoded.diagnostics.into_iter().chain(linted);
    all.map(|d| (d.clone(), render(&d, &sources))).collect()
}

/// The reference cluster: twelve nodes, three of them reflectors, filters, a tenant
/// with policies, and everything that they refer to.
#[test]
fn the_reference_cluster_is_clean() {
    let manifests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/manifests/ecommerce");
    let entries = std::fs::read_dir(manifests).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for context in [
        LintContext::new(),
        LintContext::new().with_complete().with_nic_mtu(9000),
    ] {
        let told = told(&files, &context);
        let texts: Vec<&String> = told.iter().map(|(_, text)| text).collect();
        assert!(texts.is_empty(), "{texts:#?}");
    }
}

/// Manifests of an article, as they should have been: a part of a cluster. Their
/// filters are for IPv4, as the cluster is.
#[test]
fn corrected_manifests_are_clean() {
    let Some(file) = shared::path("data/article/corrected.yaml") else {
        shared::skip_message();
        return;
    };
    let told = told(&[file], &LintContext::new());
    let told: Vec<_> = told.iter().map(|(d, _)| (d.code.0, d.severity)).collect();
    assert_eq!(told, [("filter-one-family", Severity::Info); 2]);
}
