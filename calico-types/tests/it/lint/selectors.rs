//! Selectors and names, against what there is.

use calico_types::lint::LintContext;

use super::{SHOP, check, check_with, complete, findings, shop};

#[test]
fn selectors_that_select_nothing() {
    check(
        &shop(
            "  selector: app == 'db'\n",
            "  selector: app == 'database'\n",
        ),
        &[("selects-nothing", "selector: app == 'database'")],
    );
    let rule = "- {action: Allow, protocol: TCP, source: {selector: app == 'Web'}, destination: {ports: [3306]}}";
    check(
        &shop(
            "source: {selector: app == 'web'}",
            "source: {selector: app == 'Web'}",
        ),
        &[("selects-nothing", rule)],
    );
    // Nothing is known of pods elsewhere, unless there is no elsewhere.
    let elsewhere = shop(
        "source: {selector: app == 'web'}",
        "source: {selector: app == 'x', namespaceSelector: team == 'y'}",
    );
    check_with(LintContext::new(), &elsewhere, &[]);
    let rule = "- {action: Allow, protocol: TCP, source: {selector: app == 'x', namespaceSelector: team == 'y'}, destination: {ports: [3306]}}";
    check(&elsewhere, &[("selects-nothing", rule)]);
}

#[test]
fn service_accounts_that_nobody_showed_may_have_any_label() {
    let named = SHOP
        .replace(
            "labels: {app: web}}\nspec: {",
            "labels: {app: web}}\nspec: {serviceAccountName: web, ",
        )
        .replace(
            "  selector: app == 'web'\n",
            "  serviceAccountSelector: role == 'front'\n",
        );
    assert!(named.contains("serviceAccountName") && named.contains("serviceAccountSelector"));
    check(&named, &[]);
    // One that is among the resources has the labels that it has.
    let shown = |labels: &str| {
        format!(
            "{named}---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: web, namespace: shop, labels: {{{labels}}}}}\n"
        )
    };
    check(&shown("role: front"), &[]);
    let (found, _) = findings(complete(), &shown("role: back"));
    assert!(found.iter().any(|d| d.code.0 == "selects-nothing"));
}
