//! Lints: each on the mistake it is for, and none on a correct cluster.

use calico_types::lint::{LintContext, lint};
use calico_types::{Diagnostic, Severity, Source, decode, render};

/// Lints manifests given without `apiVersion`, which is put before each.
#[track_caller]
fn findings(context: LintContext, manifests: &str) -> (Vec<Diagnostic>, Source) {
    let calico = "apiVersion: projectcalico.org/v3\n";
    let documents: Vec<String> = manifests
        .split("---\n")
        .map(|document| match document.contains("apiVersion:") {
            true => document.to_owned(),
            false => format!("{calico}{document}"),
        })
        .collect();
    let source = Source::new("set.yaml", documents.join("---\n"));
    let decoded = decode(std::slice::from_ref(&source));
    (lint(&decoded.resources, &context), source)
}

fn complete() -> LintContext {
    LintContext::new().with_complete().with_nic_mtu(9000)
}

/// The codes that a set of manifests has, with the lines they are about.
#[track_caller]
fn check_with(context: LintContext, manifests: &str, expected: &[(&str, &str)]) {
    let (found, source) = findings(context, manifests);
    let text = String::from_utf8(source.bytes.clone()).unwrap();
    let got: Vec<(&str, &str)> = found
        .iter()
        .map(|diagnostic| {
            let line = diagnostic
                .span
                .and_then(|span| text.lines().nth(span.line - 1));
            (diagnostic.code.0, line.unwrap_or_default().trim())
        })
        .collect();
    let rendered: Vec<String> = found
        .iter()
        .map(|diagnostic| render(diagnostic, std::slice::from_ref(&source)))
        .collect();
    assert_eq!(got, expected, "{}", rendered.join("\n"));
}

#[track_caller]
fn check(manifests: &str, expected: &[(&str, &str)]) {
    check_with(complete(), manifests, expected);
}

/// Two reflectors, two workers, an uplink; every list of every filter closed.
const CLUSTER: &str = "\
kind: BGPConfiguration
metadata: {name: default}
spec: {nodeToNodeMeshEnabled: false}
---
kind: Node
metadata: {name: rr-1, labels: {rr: 'true'}}
spec: {bgp: {ipv4Address: 10.1.0.1/24, routeReflectorClusterID: 244.0.0.1}}
---
kind: Node
metadata: {name: rr-2, labels: {rr: 'true'}}
spec: {bgp: {ipv4Address: 10.2.0.1/24, routeReflectorClusterID: 244.0.0.1}}
---
kind: Node
metadata: {name: worker-1}
spec: {bgp: {ipv4Address: 10.1.0.2/24}}
---
kind: Node
metadata: {name: worker-2}
spec: {bgp: {ipv4Address: 10.2.0.2/24}}
---
kind: BGPPeer
metadata: {name: to-rr}
spec: {nodeSelector: '!has(rr)', peerSelector: has(rr), filters: [pods]}
---
kind: BGPPeer
metadata: {name: between-rr}
spec: {nodeSelector: has(rr), peerSelector: has(rr), filters: [pods]}
---
kind: BGPPeer
metadata: {name: uplink}
spec: {nodeSelector: has(rr), peerIP: 192.0.2.1, asNumber: 65000, nextHopMode: Keep, filters: [edge, pods]}
---
kind: BGPFilter
metadata: {name: edge}
spec:
  importV4:
  - {action: Reject, matchOperator: In, cidr: 10.0.0.0/8}
---
kind: BGPFilter
metadata: {name: pods}
spec:
  importV4:
  - {action: Accept, matchOperator: In, cidr: 192.168.0.0/16}
  - {action: Reject}
  exportV4:
  - {action: Accept, matchOperator: In, cidr: 192.168.0.0/16}
  - {action: Reject}
  importV6: [{action: Reject}]
  exportV6: [{action: Reject}]
---
apiVersion: operator.tigera.io/v1
kind: Installation
metadata: {name: default}
spec:
  calicoNetwork:
    mtu: 8980
    ipPools: [{cidr: 192.168.0.0/16, encapsulation: IPIPCrossSubnet}]
---
kind: IPPool
metadata: {name: default-ipv4-ippool}
spec: {cidr: 192.168.0.0/16, ipipMode: CrossSubnet, natOutgoing: true}
";

/// Namespaces, pods, and policies that say everything they mean.
const SHOP: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {kubernetes.io/metadata.name: shop}}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-system, labels: {kubernetes.io/metadata.name: kube-system}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: worker-1}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {nodeName: worker-2}
---
apiVersion: v1
kind: Pod
metadata: {name: dns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {nodeName: worker-2}
---
kind: Tier
metadata: {name: platform}
spec: {order: 100, defaultAction: Pass}
---
kind: GlobalNetworkPolicy
metadata: {name: platform.shop}
spec:
  tier: platform
  order: 1
  namespaceSelector: kubernetes.io/metadata.name == 'shop'
  types: [Ingress]
  ingress:
  - {action: Pass, source: {namespaceSelector: kubernetes.io/metadata.name == 'shop'}}
  - {action: Deny, source: {namespaceSelector: all()}}
---
kind: GlobalNetworkPolicy
metadata: {name: default-deny}
spec:
  order: 5000
  namespaceSelector: kubernetes.io/metadata.name != 'kube-system'
  types: [Ingress, Egress]
---
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  order: 10
  selector: app == 'web'
  types: [Ingress, Egress]
  ingress:
  - {action: Allow, protocol: TCP, destination: {ports: [80]}}
  egress:
  - {action: Allow, protocol: TCP, destination: {selector: app == 'db', ports: [3306]}}
  - action: Allow
    protocol: UDP
    destination: {namespaceSelector: kubernetes.io/metadata.name == 'kube-system', selector: k8s-app == 'kube-dns', ports: [53]}
---
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  order: 10
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - {action: Allow, protocol: TCP, source: {selector: app == 'web'}, destination: {ports: [3306]}}
";

/// The correct cluster with some text in place of other.
fn cluster(from: &str, to: &str) -> String {
    assert!(CLUSTER.contains(from), "{from}");
    CLUSTER.replacen(from, to, 1)
}

fn shop(from: &str, to: &str) -> String {
    assert!(SHOP.contains(from), "{from}");
    SHOP.replacen(from, to, 1)
}

#[test]
fn a_correct_cluster_is_clean() {
    check(CLUSTER, &[]);
    check(SHOP, &[]);
    check(&format!("{CLUSTER}---\n{SHOP}"), &[]);
    check_with(LintContext::new(), CLUSTER, &[]);
    check("", &[]);
}

#[test]
fn the_mesh_beside_reflectors() {
    check(
        &cluster(
            "spec: {nodeToNodeMeshEnabled: false}",
            "spec: {asNumber: 64512}",
        ),
        &[("mesh-beside-reflectors", "spec: {asNumber: 64512}")],
    );
}

#[test]
fn reflectors_alone_and_apart() {
    let alone = cluster(", routeReflectorClusterID: 244.0.0.1", "").replacen(
        "labels: {rr: 'true'}",
        "labels: {}",
        1,
    );
    let line = "spec: {bgp: {ipv4Address: 10.2.0.1/24, routeReflectorClusterID: 244.0.0.1}}";
    check(&alone, &[("single-reflector", line)]);

    let apart = cluster(
        "spec: {nodeSelector: has(rr), peerSelector: has(rr), filters: [pods]}",
        "spec: {nodeSelector: none, peerSelector: none, filters: [pods]}",
    )
    .replace(
        "nodeSelector: none, peerSelector: none",
        "nodeSelector: has(none), peerSelector: has(none)",
    );
    check(&apart, &[("reflectors-not-peered", line)]);

    let multicast = CLUSTER.replace("244.0.0.1", "224.0.0.1");
    let (found, _) = findings(complete(), &multicast);
    assert!(
        found
            .iter()
            .all(|d| d.code.0 == "multicast-cluster-id" && d.severity == Severity::Info)
    );
    assert_eq!(found.len(), 2);
}

#[test]
fn nodes_that_do_not_speak() {
    let silent = cluster(
        "spec: {bgp: {ipv4Address: 10.1.0.2/24}}",
        "spec: {bgp: {asNumber: 64512}}",
    );
    check(
        &silent,
        &[("node-without-address", "spec: {bgp: {asNumber: 64512}}")],
    );
    let forgotten = cluster("{nodeSelector: '!has(rr)',", "{node: worker-1,");
    check(
        &forgotten,
        &[("node-without-session", "metadata: {name: worker-2}")],
    );
}

#[test]
fn peerings_that_do_not_fit() {
    let manual = cluster(
        "peerSelector: has(rr), filters: [pods]}",
        "peerSelector: has(rr), filters: [pods], reversePeering: Manual}",
    );
    let line = "spec: {nodeSelector: '!has(rr)', peerSelector: has(rr), filters: [pods], reversePeering: Manual}";
    check(&manual, &[("one-sided-peering", line)]);
}

#[test]
fn filters_that_are_missing_or_say_too_little() {
    let missing = cluster("filters: [edge, pods]", "filters: [edges, pods]");
    let line = "spec: {nodeSelector: has(rr), peerIP: 192.0.2.1, asNumber: 65000, nextHopMode: Keep, filters: [edges, pods]}";
    check(&missing, &[("dangling-filter", line)]);
    let (found, _) = findings(LintContext::new(), &missing);
    assert_eq!(found[0].severity, Severity::Warning);

    let unfiltered = cluster(", nextHopMode: Keep, filters: [edge, pods]", "");
    let line = "spec: {nodeSelector: has(rr), peerIP: 192.0.2.1, asNumber: 65000}";
    check(&unfiltered, &[("unfiltered-peering", line)]);

    let open = cluster(
        "  - {action: Accept, matchOperator: In, cidr: 192.168.0.0/16}\n  - {action: Reject}\n  exportV4",
        "  - {action: Accept, matchOperator: In, cidr: 192.168.0.0/16}\n  exportV4",
    );
    check(
        &open,
        &[(
            "filter-without-catch-all",
            "- {action: Accept, matchOperator: In, cidr: 192.168.0.0/16}",
        )],
    );

    let empty = cluster(
        "spec:\n  importV4:\n  - {action: Reject, matchOperator: In, cidr: 10.0.0.0/8}",
        "spec: {}",
    );
    check(&empty, &[("filter-without-rules", "spec: {}")]);

    let one_family = cluster(
        "  importV6: [{action: Reject}]\n  exportV6: [{action: Reject}]\n",
        "",
    );
    let (found, _) = findings(complete(), &one_family);
    let codes: Vec<_> = found.iter().map(|d| (d.code.0, d.severity)).collect();
    // The uplink has an IPv4 address: it will never speak IPv6.
    assert_eq!(codes, [("filter-one-family", Severity::Info); 2]);
    let six = one_family
        .replace("10.1.0.1/24,", "10.1.0.1/24, ipv6Address: fd00::1/64,")
        .replace("10.1.0.2/24", "10.1.0.2/24, ipv6Address: fd00::2/64");
    let (found, _) = findings(complete(), &six);
    assert_eq!(found[0].severity, Severity::Warning);
}

#[test]
fn rules_of_filters_that_do_nothing() {
    let first = cluster(
        "  importV6: [{action: Reject}]",
        "  importV6: [{action: Reject}, {action: Accept}]",
    );
    check(
        &first,
        &[(
            "unreachable-filter-rule",
            "importV6: [{action: Reject}, {action: Accept}]",
        )],
    );

    let exact = cluster(
        "{action: Reject, matchOperator: In, cidr: 10.0.0.0/8}",
        "{action: Reject, matchOperator: Equal, cidr: 10.0.0.0/8, prefixLength: {min: 8, max: 24}}",
    );
    let line = "- {action: Reject, matchOperator: Equal, cidr: 10.0.0.0/8, prefixLength: {min: 8, max: 24}}";
    check(&exact, &[("exact-prefix-with-length", line)]);

    let empty = cluster(
        "{action: Reject, matchOperator: In, cidr: 10.0.0.0/8}",
        "{action: Reject, matchOperator: In, cidr: 10.0.0.0/8, prefixLength: {max: 7}}",
    );
    let line = "- {action: Reject, matchOperator: In, cidr: 10.0.0.0/8, prefixLength: {max: 7}}";
    check(&empty, &[("empty-prefix-length", line)]);
}

#[test]
fn a_list_of_refusals_is_only_worth_a_word() {
    let blocklist = "\
kind: BGPPeer
metadata: {name: tor}
spec: {peerIP: 192.0.2.1, asNumber: 65000, filters: [edge]}
---
kind: BGPFilter
metadata: {name: edge}
spec:
  importV4:
  - {action: Reject, matchOperator: In, cidr: 10.0.0.0/8}
";
    let (found, _) = findings(complete(), blocklist);
    let codes: Vec<_> = found.iter().map(|d| (d.code.0, d.severity)).collect();
    assert_eq!(codes, [("filter-without-catch-all", Severity::Info)]);
}

#[test]
fn pools_that_collide() {
    let second = format!(
        "{CLUSTER}---\nkind: IPPool\nmetadata: {{name: more}}\nspec: {{cidr: 192.168.4.0/22}}\n"
    );
    check(
        &second,
        &[
            ("overlapping-pools", "spec: {cidr: 192.168.4.0/22}"),
            ("overlapping-pools", "spec: {cidr: 192.168.4.0/22}"),
        ],
    );

    let changed = cluster(
        "ipipMode: CrossSubnet, natOutgoing: true",
        "ipipMode: Always, natOutgoing: true",
    );
    let line = "spec: {cidr: 192.168.0.0/16, ipipMode: Always, natOutgoing: true}";
    check(
        &changed,
        &[
            ("always-encapsulated", line),
            ("pool-differs-from-installation", line),
        ],
    );

    // Where every node has a subnet of its own, always and across are the same.
    let apart = changed
        .replace("/24", "/32")
        .replace("encapsulation: IPIPCrossSubnet", "encapsulation: IPIP");
    check(&apart, &[]);
}

#[test]
fn an_mtu_without_room() {
    let full = cluster("mtu: 8980", "mtu: 9000");
    check(&full, &[("mtu-too-large", "mtu: 9000")]);
    let (found, _) = findings(complete(), &full);
    assert_eq!(found[0].severity, Severity::Error);
    assert!(
        found[0]
            .message
            .contains("9020 bytes on the wire, 20 too many")
    );
    assert_eq!(found[0].suggestion.as_deref(), Some("mtu: 8980"));

    // Without knowing the interfaces it is a guess.
    let (found, _) = findings(LintContext::new(), &full);
    assert_eq!(
        (found[0].code.0, found[0].severity),
        ("mtu-too-large", Severity::Warning)
    );

    let plain = full
        .replace("IPIPCrossSubnet", "None")
        .replace("ipipMode: CrossSubnet", "ipipMode: Never");
    check(&plain, &[]);
    check(
        &cluster("mtu: 8980", "mtu: 1480"),
        &[("mtu-unused", "mtu: 1480")],
    );

    let misplaced = cluster(
        "mtu: 8980\n    ipPools: [{cidr: 192.168.0.0/16,",
        "ipPools: [{mtu: 9000, cidr: 192.168.0.0/16,",
    );
    let line = "ipPools: [{mtu: 9000, cidr: 192.168.0.0/16, encapsulation: IPIPCrossSubnet}]";
    check(&misplaced, &[("mtu-too-large", line)]);
}

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
    check(&service, &[]);
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
            ("redundant-deny", Severity::Warning),
            ("selects-nothing", Severity::Warning)
        ]
    );

    // Somebody else may be asked later.
    let later = SHOP.to_owned() + "  - {action: Deny}\n";
    check(&later, &[]);
}

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
    // Nothing is known of pods elsewhere.
    check(
        &shop(
            "source: {selector: app == 'web'}",
            "source: {selector: app == 'x', namespaceSelector: team == 'y'}",
        ),
        &[],
    );
}

#[test]
fn fields_of_old() {
    let old = cluster("nextHopMode: Keep", "keepOriginalNextHop: true");
    // What replaces it came with 3.31: before, and as long as nobody says which
    // release it is, the old form is the right one.
    check(&old, &[]);
    check_with(complete().with_release(3, 30), &old, &[]);
    let line = "spec: {nodeSelector: has(rr), peerIP: 192.0.2.1, asNumber: 65000, keepOriginalNextHop: true, filters: [edge, pods]}";
    let deprecated = [("deprecated-field", line)];
    check_with(complete().with_release(3, 31), &old, &deprecated);
    let installed = |version: &str| {
        format!(
            "{old}---\nkind: ClusterInformation\nmetadata: {{name: default}}\nspec: {{calicoVersion: {version}}}\n"
        )
    };
    check(&installed("v3.30.7"), &[]);
    check(&installed("v3.32.1"), &deprecated);
    check_with(complete().with_release(3, 30), &installed("v3.32.1"), &[]);
}

#[test]
fn a_filter_left_open_by_any_of_its_peerings_is_named() {
    let two = "\
kind: BGPPeer
metadata: {name: a-closed}
spec: {peerIP: 192.0.2.1, asNumber: 65000, filters: [pods, close]}
---
kind: BGPPeer
metadata: {name: b-open}
spec: {peerIP: 192.0.2.2, asNumber: 65000, filters: [pods]}
---
kind: BGPPeer
metadata: {name: c-open}
spec: {peerIP: 192.0.2.3, asNumber: 65000, filters: [pods]}
---
kind: BGPFilter
metadata: {name: pods}
spec:
  importV4: [{action: Accept, matchOperator: In, cidr: 192.168.0.0/16}]
---
kind: BGPFilter
metadata: {name: close}
spec:
  importV4: [{action: Reject}]
";
    let line = "importV4: [{action: Accept, matchOperator: In, cidr: 192.168.0.0/16}]";
    check(two, &[("filter-without-catch-all", line)]);
    check(
        &two.replace("filters: [pods]", "filters: [pods, close]"),
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
fn reflectors_may_meet_at_a_router_outside() {
    let apart = cluster(
        "spec: {nodeSelector: has(rr), peerSelector: has(rr), filters: [pods]}",
        "spec: {nodeSelector: has(none), peerSelector: has(none), filters: [pods]}",
    );
    // A router of another AS brings back paths that both refuse as loops.
    let codes = |manifests: &str| -> Vec<&str> {
        let (found, _) = findings(complete(), manifests);
        found.iter().map(|d| d.code.0).collect()
    };
    assert_eq!(codes(&apart), ["reflectors-not-peered"]);
    assert_eq!(
        codes(&apart.replace("asNumber: 65000", "asNumber: 64512")),
        [""; 0]
    );
    let allowed = apart.replace(
        "asNumber: 65000,",
        "asNumber: 65000, numAllowedLocalASNumbers: 1,",
    );
    assert_eq!(codes(&allowed), [""; 0]);
}

#[test]
fn many_resources_cost_no_more_than_they_should() {
    use std::fmt::Write as _;

    let mut pools = String::new();
    let mut peers = String::from(
        "kind: BGPPeer\nmetadata: {name: all}\nspec: {nodeSelector: all(), peerSelector: all()}\n",
    );
    for i in 0..2_000 {
        let (high, low) = (i / 250, i % 250 + 1);
        let _ = write!(
            pools,
            "---\nkind: IPPool\nmetadata: {{name: p{i}}}\nspec: {{cidr: 10.0.0.0/16}}\n"
        );
        let _ = write!(
            peers,
            "---\nkind: Node\nmetadata: {{name: n{i}}}\nspec: {{bgp: {{ipv4Address: 10.0.{high}.{low}/16, routeReflectorClusterID: 244.0.0.1}}}}\n"
        );
    }
    // One finding for each pool that comes too late, not for each pair.
    let (found, _) = findings(complete(), pools.trim_start_matches("---\n"));
    assert_eq!(found.len(), 1_999);
    // Four million sessions are not made to be looked at.
    let (found, _) = findings(complete(), &peers);
    assert!(
        found.iter().all(|d| d.code.0 == "mesh-beside-reflectors"),
        "{found:?}"
    );

    let mut policies = String::new();
    for i in 0..7_100 {
        let _ = write!(
            policies,
            "---\nkind: NetworkPolicy\nmetadata: {{name: p{i}, namespace: shop}}\nspec: {{types: [Ingress]}}\n"
        );
    }
    let (found, _) = findings(complete(), policies.trim_start_matches("---\n"));
    let codes: Vec<_> = found.iter().map(|d| d.code.0).collect();
    assert_eq!(codes, ["not-compared"]);
}
