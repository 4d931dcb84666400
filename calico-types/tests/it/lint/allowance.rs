//! Findings that a resource itself says are meant.

use calico_types::codes::{Level, Levels};
use calico_types::lint::ANNOTATION;
use calico_types::{Severity, Source, diagnose};

use super::{check, complete, findings, shop};

fn allowing(codes: &str) -> String {
    shop(
        "metadata: {name: db, namespace: shop}\nspec:\n  order: 10\n",
        &format!("metadata: {{name: db, namespace: shop, annotations: {{{ANNOTATION}: '{codes}'}}}}\nspec:\n  order: 10\n"),
    )
    .replace("source: {selector: app == 'web'}, destination: {ports: [3306]}", "source: {selector: app == 'nobody'}")
}

#[test]
fn codes_of_the_annotation_are_not_told() {
    let line = "- {action: Allow, protocol: TCP, source: {selector: app == 'nobody'}}";
    check(
        &allowing(""),
        &[("all-ports", line), ("selects-nothing", line)],
    );
    check(&allowing("all-ports"), &[("selects-nothing", line)]);
    check(&allowing("all-ports,selects-nothing"), &[]);
    check(&allowing(" selects-nothing , all-ports "), &[]);
}

#[test]
fn an_annotation_is_about_its_own_resource() {
    let other = allowing("all-ports, selects-nothing")
        .replace("destination: {ports: [80]}}", "destination: {}}");
    check(
        &other,
        &[(
            "all-ports",
            "- {action: Allow, protocol: TCP, destination: {}}",
        )],
    );
}

#[test]
fn what_is_no_lint_cannot_be_allowed() {
    let (found, _) = findings(
        complete(),
        &allowing("all-port, selects-nothing, unknown-field"),
    );
    let got: Vec<_> = found
        .iter()
        .map(|d| (d.code.0, d.message.as_str()))
        .collect();
    assert_eq!(got.len(), 3, "{got:?}");
    assert!(got.contains(&(
        "unknown-allowance",
        "calico-types.lint/allow names no code all-port"
    )));
    assert!(got.contains(&(
        "unknown-allowance",
        "unknown-field cannot be allowed: it is not a lint, and is refused all the same"
    )));
    // It points at the value.
    assert!(
        found
            .iter()
            .filter(|d| d.code.0 == "unknown-allowance")
            .all(|d| d.span.unwrap().column > 60)
    );
    // Errors stay.
    let text = format!(
        "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {{name: tor, annotations: {{{ANNOTATION}: wrong-case}}}}\nspec: {{peerIp: 192.0.2.1}}\n"
    );
    let decoded = diagnose(&[Source::new("peer.yaml", text)]);
    assert_eq!(decoded.diagnostics[0].code.0, "wrong-case");
}

#[test]
fn levels_go_over_what_lints_say() {
    let (mut found, _) = findings(complete(), &allowing(""));
    let levels = Levels::new()
        .set("all-ports", Level::Info)
        .unwrap()
        .deny_warnings();
    levels.apply(&mut found);
    let got: Vec<_> = found.iter().map(|d| (d.code.0, d.severity)).collect();
    assert_eq!(
        got,
        [
            ("all-ports", Severity::Info),
            ("selects-nothing", Severity::Error)
        ]
    );
}
