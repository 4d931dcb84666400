//! Lints: each on the mistake it is for, and none on a correct cluster.

mod allowance;
mod clean;
mod cost;
mod export;
mod filters;
mod hosts;
mod peerings;
mod policies;
mod pools;
mod references;
mod reflectors;
mod rules;
mod selectors;
mod settings;
mod unread;

use calico_types::codes;
use calico_types::lint::{LintContext, lint};
use calico_types::{Diagnostic, Source, decode, render};

/// Manifests given without `apiVersion`, with Calico's put before each.
fn with_versions(manifests: &str) -> String {
    let documents: Vec<String> = manifests
        .split("---\n")
        .map(
            |document| match document.contains("apiVersion:") || document.starts_with('-') {
                true => document.to_owned(),
                false => format!("apiVersion: projectcalico.org/v3\n{document}"),
            },
        )
        .collect();
    documents.join("---\n")
}

/// Lints manifests given without `apiVersion`. Whatever is found has a page.
#[track_caller]
fn findings(context: LintContext, manifests: &str) -> (Vec<Diagnostic>, Source) {
    let source = Source::new("set.yaml", with_versions(manifests));
    let decoded = decode(std::slice::from_ref(&source));
    let found = lint(&decoded.resources, &context);
    for diagnostic in &found {
        let page = codes::find(diagnostic.code.0);
        assert!(
            page.is_some_and(|page| diagnostic.severity >= page.severity),
            "{diagnostic:?}"
        );
    }
    (found, source)
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
  - {action: Accept, matchOperator: In, cidr: 192.168.0.0/16, prefixLength: {max: 26}}
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
