//! What policies say, alone and beside each other.

use calico_types::Severity;

use calico_types::lint::LintContext;

use super::{SHOP, check, check_with, complete, findings, shop};

#[test]
fn a_tier_that_is_not_there() {
    check(
        &shop(
            "kind: Tier\nmetadata: {name: platform}\nspec: {order: 100, defaultAction: Pass}",
            "kind: Tier\nmetadata: {name: other}\nspec: {}",
        ),
        &[("missing-tier", "tier: platform")],
    );
}

#[test]
fn policies_without_order() {
    let kubernetes = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: same, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}
";
    let unordered = shop(
        "  order: 10\n  selector: app == 'web'",
        "  selector: app == 'web'",
    );
    check(&unordered, &[]);
    let beside = format!("{unordered}---\n{kubernetes}");
    check(&beside, &[("no-order", "selector: app == 'web'")]);
    // In another namespace it does not matter.
    check(
        &beside.replace(
            "{name: same, namespace: shop}",
            "{name: same, namespace: kube-system}",
        ),
        &[],
    );
}

#[test]
fn a_default_deny_is_right_to_come_last() {
    let kubernetes = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: same, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}
";
    let last = shop("spec:\n  order: 5000\n", "spec:\n");
    let explicit = last.replace(
        "types: [Ingress, Egress]\n---",
        "types: [Ingress, Egress]\n  ingress: [{action: Deny}]\n  egress: [{action: Deny}]\n---",
    );
    assert_ne!(explicit, last);
    for denial in [last, explicit] {
        check(&denial, &[]);
        check(&format!("{denial}---\n{kubernetes}"), &[]);
    }
}

#[test]
fn a_policy_that_says_nothing_isolates() {
    let silent = "kind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {selector: app == 'web'}\n";
    check(
        silent,
        &[("isolates-by-inference", "spec: {selector: app == 'web'}")],
    );
    let typed = silent.replace("app == 'web'}", "app == 'web', types: [Ingress]}");
    check(&typed, &[]);
}

#[test]
fn a_default_deny_for_everybody() {
    let all = shop(
        "  namespaceSelector: kubernetes.io/metadata.name != 'kube-system'\n",
        "  selector: all()\n",
    );
    check(&all, &[("default-deny-system", "selector: all()")]);
    let spared = format!(
        "{all}---\nkind: NetworkPolicy\nmetadata: {{name: spare, namespace: kube-system}}\nspec: {{order: 1, types: [Ingress, Egress], ingress: [{{action: Allow}}], egress: [{{action: Allow}}]}}\n"
    );
    check(&spared, &[]);
}

#[test]
fn egress_without_names() {
    let start = SHOP.find("  - action: Allow\n    protocol: UDP").unwrap();
    let end = SHOP
        .find("---\nkind: NetworkPolicy\nmetadata: {name: db")
        .unwrap();
    let mut without = SHOP.to_owned();
    without.replace_range(start..end, "");
    let rule =
        "- {action: Allow, protocol: TCP, destination: {selector: app == 'db', ports: [3306]}}";
    check(&without, &[("no-dns", rule)]);
    // Another policy may help out.
    let helped = format!(
        "{without}---\nkind: GlobalNetworkPolicy\nmetadata: {{name: dns}}\nspec: {{order: 1, types: [Egress], egress: [{{action: Allow, protocol: UDP, destination: {{ports: [53]}}}}]}}\n"
    );
    check(&helped, &[]);
    // Addresses need no names.
    let addresses = without.replace(
        "selector: app == 'db', ports",
        "nets: [192.0.2.0/24], ports",
    );
    check(&addresses, &[]);
}

#[test]
fn allowances_of_all_ports() {
    let open = shop(
        "{action: Allow, protocol: TCP, destination: {ports: [80]}}",
        "{action: Allow, protocol: TCP}",
    );
    check(&open, &[("all-ports", "- {action: Allow, protocol: TCP}")]);
    // Decoding has said what this means.
    let misplaced = shop(
        "{action: Allow, protocol: TCP, destination: {ports: [80]}}",
        "{action: Allow, protocol: TCP, port: 80}",
    );
    check(&misplaced, &[]);
    let service = shop(
        "destination: {selector: app == 'db', ports: [3306]}",
        "destination: {services: {name: db}}",
    );
    check_with(LintContext::new(), &service, &[]);
}

#[test]
fn a_last_denial_that_decides_nothing() {
    let last = SHOP.replace(
        "kubernetes.io/metadata.name != 'kube-system'",
        "kubernetes.io/metadata.name == 'reports'",
    ) + "  - {action: Deny, source: {selector: has(guest)}}\n";
    let (found, _) = findings(complete(), &last);
    let codes: Vec<_> = found.iter().map(|d| (d.code.0, d.severity)).collect();
    assert_eq!(
        codes,
        [
            // There is no namespace `reports`.
            ("selects-nothing", Severity::Warning),
            ("redundant-deny", Severity::Warning),
            ("selects-nothing", Severity::Warning)
        ]
    );

    // Somebody else may be asked later.
    let later = SHOP.to_owned() + "  - {action: Deny}\n";
    check(&later, &[]);
}

/// The shop, and a denial of ingress with a rule.
fn denied(order: u32, subject: &str) -> String {
    format!(
        "{SHOP}---\nkind: GlobalNetworkPolicy\nmetadata: {{name: deny}}\nspec:\n  order: {order}\n  {subject}\n  types: [Ingress]\n  ingress:\n  - {{action: Deny, metadata: {{annotations: {{it: x}}}}}}\n"
    )
}

#[track_caller]
fn shadows(context: LintContext, set: &str, expected: &[&str]) {
    let (found, _) = findings(context, set);
    let shadows = found.iter().filter(|d| d.code.0 == "shadows-policies");
    let messages: Vec<&str> = shadows.map(|d| d.message.as_str()).collect();
    assert_eq!(messages, expected);
}

#[test]
fn a_policy_that_decides_everything_before_others() {
    let both = ["deny decides everything before 2 policies, such as db, are asked"];
    for subject in [
        "selector: all()",
        "namespaceSelector: all()",
        "namespaceSelector: kubernetes.io/metadata.name == 'shop'",
        "namespaceSelector: has(projectcalico.org/name) && projectcalico.org/name != 'kube-system'",
        "selector: projectcalico.org/namespace != 'kube-system'",
        "selector: projectcalico.org/namespace in {'shop', 'other'}",
        "selector: app in {'web', 'db'}",
    ] {
        shadows(complete(), &denied(1, subject), &both);
        // Later it is a denial by default.
        shadows(complete(), &denied(11, subject), &[]);
    }
    let one = ["deny decides everything before web is asked"];
    shadows(complete(), &denied(1, "selector: app == 'web'"), &one);
    // Only some of the pods that the others are for, as far as is known.
    for subject in [
        "selector: has(quarantine)",
        "selector: app not in {'web', 'db'}",
        "namespaceSelector: team == 'red'",
        "serviceAccountSelector: role == 'x'",
    ] {
        shadows(complete(), &denied(1, subject), &[]);
    }
}

#[test]
fn a_denial_that_is_no_rule_or_in_another_tier_shadows_nothing() {
    let by_types = denied(1, "selector: all()").replace(
        "  ingress:\n  - {action: Deny, metadata: {annotations: {it: x}}}\n",
        "",
    );
    shadows(complete(), &by_types, &[]);
    let platform = denied(2, "selector: all()").replace(
        "  order: 2\n  selector",
        "  order: 2\n  tier: platform\n  selector",
    );
    shadows(complete(), &platform, &[]);
    let log =
        denied(1, "selector: all()").replace("action: Deny, metadata", "action: Log, metadata");
    shadows(complete(), &log, &[]);
    let narrow = denied(1, "selector: all()").replace(
        "action: Deny, metadata",
        "action: Deny, protocol: UDP, metadata",
    );
    shadows(complete(), &narrow, &[]);
}

#[test]
fn kubernetes_policies_are_shadowed_too() {
    let set = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: k, namespace: shop}\nspec: {podSelector: {}, ingress: [{}]}\n---\nkind: GlobalNetworkPolicy\nmetadata: {name: deny}\nspec:\n  order: 1\n  namespaceSelector: projectcalico.org/name == 'shop'\n  ingress:\n  - {action: Deny}\n";
    shadows(
        LintContext::new(),
        set,
        &["deny decides everything before k is asked"],
    );
    shadows(
        LintContext::new(),
        &set.replace("order: 1\n", "order: 1001\n"),
        &[],
    );
}
