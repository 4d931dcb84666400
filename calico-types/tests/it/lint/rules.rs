//! Rules that are never asked, that never match, and policies that Felix ignores.

use calico_types::Severity;

use super::{check, complete, findings, shop};

/// A policy with these ingress rules, a line each.
fn ingress(rules: &[&str]) -> String {
    let rules: Vec<String> = rules
        .iter()
        .map(|rule| format!("  - {{{rule}}}\n"))
        .collect();
    format!(
        "kind: NetworkPolicy\nmetadata: {{name: db, namespace: shop}}\nspec:\n  order: 1\n  selector: app == 'db'\n  ingress:\n{}",
        rules.concat()
    )
}

/// Of these rules, the ones that are told, and how badly.
#[track_caller]
fn told(rules: &[&str]) -> Vec<(usize, &'static str, Severity)> {
    let (found, _) = findings(complete(), &ingress(rules));
    let index = |line: usize| line - 8;
    found
        .iter()
        .map(|d| (index(d.span.unwrap().line), d.code.0, d.severity))
        .collect()
}

const MYSQL: &str = "action: Allow, protocol: TCP, destination: {ports: [3306]}";

/// A last rule that no denial before it is the last.
const PING: &str = "action: Allow, protocol: ICMP";

#[test]
fn behind_a_rule_without_conditions_nothing_is_asked() {
    let (warning, info) = (Severity::Warning, Severity::Info);
    assert_eq!(
        told(&["action: Allow", MYSQL, "action: Deny"]),
        [(1, "unreachable-rule", warning)]
    );
    assert_eq!(
        told(&["action: Pass", MYSQL]),
        [(1, "unreachable-rule", warning)]
    );
    assert_eq!(told(&[MYSQL, "action: Allow"]), []);
    // Log lets the next rule be asked.
    assert_eq!(told(&["action: Log", MYSQL]), []);
    assert_eq!(told(&["action: Log", "action: Log", MYSQL]), []);
    assert_eq!(told(&[MYSQL, MYSQL]), [(1, "unreachable-rule", info)]);
}

#[test]
fn a_wider_rule_before_shuts_a_narrower_one_out() {
    let wide = "action: Allow, protocol: TCP, source: {nets: [10.0.0.0/8]}, destination: {ports: [3306, '8000:9000']}";
    let deny =
        "action: Deny, protocol: 6, source: {nets: [10.1.0.0/16]}, destination: {ports: [8080]}";
    assert_eq!(
        told(&[wide, deny]),
        [(1, "unreachable-rule", Severity::Warning)]
    );
    assert_eq!(told(&[deny, wide]), []);
    let other =
        "action: Deny, protocol: UDP, source: {nets: [10.1.0.0/16]}, destination: {ports: [8080]}";
    assert_eq!(told(&[wide, other, PING]), []);
    // Pods of the own namespace, and of others.
    let web = "action: Allow, protocol: TCP, source: {selector: app == 'web'}, destination: {ports: [80]}";
    let elsewhere = "action: Deny, protocol: TCP, source: {selector: app == 'web', namespaceSelector: all()}, destination: {ports: [80]}";
    assert_eq!(told(&[web, elsewhere, PING]), []);
    let narrow = "action: Deny, protocol: TCP, source: {selector: app == 'web' && has(old)}, destination: {ports: [80]}";
    assert_eq!(
        told(&[web, narrow]),
        [(1, "unreachable-rule", Severity::Warning)]
    );
}

#[test]
fn staged_policies_are_looked_at_by_themselves() {
    let staged = ingress(&["action: Allow", MYSQL])
        .replace("kind: NetworkPolicy", "kind: StagedNetworkPolicy");
    let line = "- {action: Allow, protocol: TCP, destination: {ports: [3306]}}";
    check(&staged, &[("unreachable-rule", line)]);
    let deletion = "kind: StagedNetworkPolicy\nmetadata: {name: db, namespace: shop}\nspec: {stagedAction: Delete}\n";
    check(deletion, &[]);
}

#[test]
fn conditions_that_exclude_each_other() {
    let warning = Severity::Warning;
    for (rule, field) in [
        (
            "action: Allow, protocol: TCP, notProtocol: TCP, destination: {ports: [80]}",
            "notProtocol",
        ),
        (
            "action: Allow, protocol: TCP, destination: {ports: [80], notPorts: ['1:100']}",
            "destination.notPorts",
        ),
        (
            "action: Deny, source: {nets: [10.1.0.0/16], notNets: [10.0.0.0/8]}",
            "source.notNets",
        ),
        (
            "action: Deny, source: {selector: has(a), notSelector: has(a)}",
            "source.notSelector",
        ),
    ] {
        let (found, _) = findings(complete(), &ingress(&[rule, MYSQL]));
        let got: Vec<_> = found
            .iter()
            .map(|d| (d.code.0, d.severity, d.path.as_str()))
            .collect();
        let path = format!("spec.ingress[0].{field}");
        assert_eq!(
            got,
            [("contradictory-rule", warning, path.as_str())],
            "{rule}"
        );
    }
    assert_eq!(
        told(&[
            "action: Deny, source: {nets: [10.0.0.0/8], notNets: [10.1.0.0/16]}",
            MYSQL
        ]),
        []
    );
}

#[test]
fn selectors_that_nothing_can_satisfy() {
    check(
        &shop(
            "  selector: app == 'db'\n",
            "  selector: app == 'db' && app == 'cache'\n",
        ),
        &[(
            "impossible-selector",
            "selector: app == 'db' && app == 'cache'",
        )],
    );
    // A namespaced policy is for its own namespace.
    check(
        &shop(
            "  selector: app == 'db'\n",
            "  selector: projectcalico.org/namespace == 'other'\n",
        ),
        &[(
            "impossible-selector",
            "selector: projectcalico.org/namespace == 'other'",
        )],
    );
    let rule = "- {action: Allow, protocol: TCP, source: {selector: has(app) && !has(app)}, destination: {ports: [3306]}}";
    check(
        &shop(
            "source: {selector: app == 'web'}",
            "source: {selector: has(app) && !has(app)}",
        ),
        &[("impossible-selector", rule)],
    );
    check(
        &shop(
            "  selector: app == 'db'\n",
            "  selector: app in {'db', 'cache'}\n",
        ),
        &[],
    );
}

#[test]
fn policies_that_felix_takes_for_missing() {
    let error = Severity::Error;
    let felix = |rules: &[&str]| {
        told(rules)
            .into_iter()
            .filter(|(_, code, _)| *code == "ignored-by-felix")
            .collect::<Vec<_>>()
    };
    assert_eq!(
        felix(&[MYSQL, "action: Allow, destination: {ports: [80]}"]),
        [(1, "ignored-by-felix", error)]
    );
    assert_eq!(
        felix(&["action: Deny, source: {notPorts: ['1:1023']}"]),
        [(0, "ignored-by-felix", error)]
    );
    // Names may stand alone.
    assert_eq!(felix(&["action: Allow, destination: {ports: [http]}"]), []);
    check(
        &shop("  selector: app == 'db'\n", "  selector: app = 'db'\n"),
        &[("ignored-by-felix", "selector: app = 'db'")],
    );
}
