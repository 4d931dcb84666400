//! Selectors and names, against what there is.

use calico_types::lint::LintContext;

use super::{CLUSTER, SHOP, check, check_with, cluster, complete, findings, shop};

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

#[test]
fn selectors_of_nodes_and_namespaces() {
    for (from, to, line) in [
        (
            "{nodeSelector: '!has(rr)',",
            "{nodeSelector: has(worker),",
            "spec: {nodeSelector: has(worker), peerSelector: has(rr), filters: [pods]}",
        ),
        (
            "{nodeSelector: '!has(rr)', peerSelector: has(rr)",
            "{nodeSelector: '!has(rr)', peerSelector: has(reflector)",
            "spec: {nodeSelector: '!has(rr)', peerSelector: has(reflector), filters: [pods]}",
        ),
    ] {
        let set = cluster(from, to);
        let (found, _) = findings(complete(), &set);
        assert!(found.iter().any(|d| d.code.0 == "selects-nothing"), "{to}");
        let (found, _) = findings(LintContext::new(), &set);
        assert!(found.iter().all(|d| d.code.0 != "selects-nothing"), "{to}");
        assert!(set.contains(line));
    }
    let pool = format!(
        "{SHOP}---\nkind: IPPool\nmetadata: {{name: p}}\nspec: {{cidr: 10.0.0.0/16, natOutgoing: true, allowedUses: [Workload], namespaceSelector: team == 'red'}}\n"
    );
    let line = "spec: {cidr: 10.0.0.0/16, natOutgoing: true, allowedUses: [Workload], namespaceSelector: team == 'red'}";
    check(&pool, &[("selects-nothing", line)]);
    check(
        &pool.replace("team == 'red'", "projectcalico.org/name == 'shop'"),
        &[],
    );
    let template = format!(
        "{CLUSTER}---\nkind: KubeControllersConfiguration\nmetadata: {{name: default}}\nspec: {{controllers: {{node: {{hostEndpoint: {{templates: [{{generateName: x, interfacePattern: eth0, nodeSelector: has(gpu)}}]}}}}}}}}\n"
    );
    let (found, _) = findings(complete(), &template);
    assert_eq!(
        found[0].path,
        "spec.controllers.node.hostEndpoint.templates[0].nodeSelector"
    );
    check(&template.replace("has(gpu)", "has(rr)"), &[]);
}

#[test]
fn policies_for_namespaces_and_accounts_that_are_not_there() {
    let line = "namespaceSelector: kubernetes.io/metadata.name == 'shops'";
    check(
        &shop(
            "  namespaceSelector: kubernetes.io/metadata.name == 'shop'\n",
            "  namespaceSelector: kubernetes.io/metadata.name == 'shops'\n",
        ),
        &[("selects-nothing", line)],
    );
    let account = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop, labels: {role: front}}\n";
    let by = |selector: &str| {
        format!(
            "{}{account}",
            shop(
                "source: {selector: app == 'web'}",
                &format!("source: {{serviceAccounts: {{selector: {selector}}}}}")
            )
        )
    };
    let line = "- {action: Allow, protocol: TCP, source: {serviceAccounts: {selector: role == 'back'}}, destination: {ports: [3306]}}";
    check(&by("role == 'back'"), &[("selects-nothing", line)]);
    check(&by("role == 'front'"), &[]);
    // Hosts and global network sets are in no namespace.
    check(
        &shop(
            "source: {selector: app == 'web'}",
            "source: {namespaceSelector: global()}",
        ),
        &[],
    );
}

#[test]
fn kubernetes_policies_for_nobody() {
    let kubernetes = |app: &str| {
        format!(
            "{SHOP}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: k, namespace: shop}}\nspec: {{podSelector: {{matchLabels: {{app: {app}}}}}, ingress: [{{}}]}}\n"
        )
    };
    let line = "spec: {podSelector: {matchLabels: {app: nobody}}, ingress: [{}]}";
    check(&kubernetes("nobody"), &[("selects-nothing", line)]);
    let (found, _) = findings(complete(), &kubernetes("nobody"));
    assert_eq!(found[0].path, "spec.podSelector");
    check(&kubernetes("web"), &[]);
}

#[test]
fn ports_by_names_that_nobody_has() {
    let named = |to: &str| {
        shop("destination: {ports: [80]}", &format!("destination: {{ports: [{to}]}}")).replace(
            "labels: {app: web}}\nspec: {nodeName: worker-1}",
            "labels: {app: web}}\nspec: {nodeName: worker-1, containers: [{name: c, ports: [{name: http, containerPort: 80}]}]}",
        )
    };
    check(&named("http"), &[]);
    let line = "- {action: Allow, protocol: TCP, destination: {ports: [https]}}";
    check(&named("https"), &[("unknown-port-name", line)]);
    // The name is a TCP port's.
    let udp = named("http").replace(
        "protocol: TCP, destination: {ports: [http]}",
        "protocol: UDP, destination: {ports: [http]}",
    );
    let line = "- {action: Allow, protocol: UDP, destination: {ports: [http]}}";
    check(&udp, &[("unknown-port-name", line)]);
    // Ports of the other side are those of whom the rule selects.
    let egress = named("http").replace(
        "selector: app == 'db', ports: [3306]",
        "selector: app == 'db', ports: [mysql]",
    );
    let line =
        "- {action: Allow, protocol: TCP, destination: {selector: app == 'db', ports: [mysql]}}";
    check(&egress, &[("unknown-port-name", line)]);
}
