//! Policies that catch hosts, and policies for hosts.

use super::{check, check_with};
use calico_types::lint::LintContext;

const HOST: &str = "\
kind: HostEndpoint
metadata: {name: node-1-eth0, labels: {host: 'yes'}}
spec: {node: node-1, interfaceName: eth0}
";

fn deny(subject: &str) -> String {
    format!(
        "---\nkind: GlobalNetworkPolicy\nmetadata: {{name: default-deny}}\nspec:\n  {subject}\n  types: [Ingress]\n"
    )
}

const EXCLUDING: &str = "namespaceSelector: projectcalico.org/name not in {'kube-system'}";

#[test]
fn a_denial_that_only_excludes_namespaces_catches_hosts() {
    check(
        &format!("{HOST}{}", deny(EXCLUDING)),
        &[("denies-hosts", EXCLUDING)],
    );
    let asking =
        "namespaceSelector: has(projectcalico.org/name) && projectcalico.org/name != 'kube-system'";
    check(&format!("{HOST}{}", deny(asking)), &[]);
    // Without hosts there is nothing to catch.
    check(deny(EXCLUDING).trim_start_matches("---\n"), &[]);
    // A policy for hosts is for hosts.
    check(&format!("{HOST}{}", deny("selector: host == 'yes'")), &[]);
    let allowed = "---\nkind: GlobalNetworkPolicy\nmetadata: {name: hosts}\nspec: {order: 1, selector: has(host), ingress: [{action: Allow, source: {nets: [10.0.0.0/8]}}]}\n";
    check(&format!("{HOST}{}{allowed}", deny(EXCLUDING)), &[]);
}

#[test]
fn hosts_are_made_of_nodes_where_that_is_switched_on() {
    let nodes = "\
kind: Node
metadata: {name: node-1, labels: {zone: a}}
spec: {bgp: {ipv4Address: 10.0.0.1/24}}
---
kind: KubeControllersConfiguration
metadata: {name: default}
spec: {controllers: {node: {hostEndpoint: {autoCreate: Enabled}}}}
";
    check(
        &format!("{nodes}{}", deny(EXCLUDING)),
        &[("denies-hosts", EXCLUDING)],
    );
    let off = nodes.replace("Enabled", "Disabled");
    check(&format!("{off}{}", deny(EXCLUDING)), &[]);
}

#[test]
fn policies_before_tracking_and_nat_are_for_hosts_only() {
    let policy = |subject: &str| {
        format!(
            "kind: GlobalNetworkPolicy\nmetadata: {{name: early}}\nspec:\n  {subject}\n  preDNAT: true\n  applyOnForward: true\n  types: [Ingress]\n  ingress: [{{action: Deny, source: {{nets: [192.0.2.0/24]}}}}]\n"
        )
    };
    for subject in [
        "namespaceSelector: projectcalico.org/name == 'shop'",
        "selector: projectcalico.org/orchestrator == 'k8s'",
        "serviceAccountSelector: has(role)",
    ] {
        check(&policy(subject), &[("host-policy-for-pods", subject)]);
    }
    for subject in ["selector: has(host)", EXCLUDING] {
        check(&policy(subject), &[]);
    }
}

#[test]
fn untracked_answers_need_a_rule_of_their_own() {
    let one = "\
kind: GlobalNetworkPolicy
metadata: {name: memcached}
spec:
  selector: has(host)
  doNotTrack: true
  applyOnForward: true
  ingress: [{action: Allow, protocol: UDP, destination: {ports: [11211]}}]
";
    let line = "ingress: [{action: Allow, protocol: UDP, destination: {ports: [11211]}}]";
    check(one, &[("untracked-one-way", line)]);
    let both =
        format!("{one}  egress: [{{action: Allow, protocol: UDP, source: {{ports: [11211]}}}}]\n");
    check(&both, &[]);
    let other = format!(
        "{one}---\n{}",
        one.replace("name: memcached", "name: answers")
            .replace("ingress:", "egress:")
            .replace("destination", "source")
    );
    check(&other, &[]);
    // Only a denial: nothing is answered.
    check(&one.replace("Allow", "Deny"), &[]);
}

#[test]
fn pods_beside_protected_pods() {
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: shop\n  labels:\n    app: {name}\nspec: {{nodeName: node-1}}\n---\n"
        )
    };
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n";
    let policy = "kind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\nspec: {order: 1, selector: app == 'db', types: [Ingress]}\n";
    let set = format!(
        "{namespace}{}{}{}{policy}",
        pod("db"),
        pod("web"),
        pod("job")
    );
    check_with(
        LintContext::new(),
        &set,
        &[("unprotected-pods", "app: web")],
    );
    let all = set.replace("selector: app == 'db', ", "");
    check_with(LintContext::new(), &all, &[]);
    // A namespace without policies is open on purpose.
    let egress = set.replace("types: [Ingress]", "types: [Egress]");
    check_with(LintContext::new(), &egress, &[]);
}
