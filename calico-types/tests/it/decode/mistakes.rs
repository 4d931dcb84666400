//! Mistakes that are copied around the web, and the words they get.

use calico_types::{Severity, render};

use super::{codes, diagnosed, rendered, with_spec};

#[test]
fn port_beside_the_rule() {
    let text = "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  selector: app == 'database'
  types: [Ingress]
  ingress:
    - action: Allow
      protocol: TCP
      source:
        selector: app == 'backend'
      port: 3306
";
    assert_eq!(
        rendered(text),
        "\
error[unknown-field]: unknown field `port` in a rule of a NetworkPolicy
  --> test.yaml:12:7
   |
12 |       port: 3306
   |       ^^^^
   = in: NetworkPolicy shop/db, spec.ingress[0].port
   = stored: {action: Allow, protocol: TCP, source: {selector: app == 'backend'}}: allows all 65,535 TCP ports from app == 'backend'
   = help: ports belong to a side of the rule: destination.ports, a list
   = write:
     destination:
       ports: [3306]
"
    );
}

#[test]
fn filter_without_families() {
    let text = "\
apiVersion: projectcalico.org/v3
kind: BGPFilter
metadata: {name: keep-out}
spec:
  importRules:
    - action: Deny
      cidr: 10.0.0.0/8
";
    assert_eq!(
        rendered(text),
        "\
error[unknown-field]: unknown field `importRules` in the spec of a BGPFilter
 --> test.yaml:5:3
  |
5 |   importRules:
  |   ^^^^^^^^^^^
  = in: BGPFilter keep-out, spec.importRules
  = stored: spec: {}: an empty filter, which filters nothing; a peer that names it exchanges every route
  = help: a BGPFilter has one list a family: importV4 and importV6
  = write:
    importV4:
    - action: Reject
      cidr: 10.0.0.0/8
      matchOperator: In
    importV6:
    - action: Reject
"
    );
}

#[test]
fn group_of_the_operator() {
    let text = "\
apiVersion: operator.projectcalico.org/v1
kind: Installation
metadata: {name: default}
spec:
  calicoNetwork:
    ipPools:
    - cidr: 192.168.0.0/16
      mtu: 9000
";
    assert_eq!(
        rendered(text),
        "\
error[wrong-api-version]: no kind Installation in operator.projectcalico.org/v1
 --> test.yaml:1:13
  |
1 | apiVersion: operator.projectcalico.org/v1
  |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = in: Installation default, apiVersion
  = help: Installation belongs to operator.tigera.io/v1
  = write:
    apiVersion: operator.tigera.io/v1

error[unknown-field]: unknown field `mtu` in `spec.calicoNetwork.ipPools[0]`
 --> test.yaml:8:7
  |
8 |       mtu: 9000
  |       ^^^
  = in: Installation default, spec.calicoNetwork.ipPools[0].mtu
  = stored: without it: the MTU stays what calicoNetwork.mtu says, or what the operator detects
  = help: a pool has no MTU: it belongs to calicoNetwork, beside ipPools
  = write:
    calicoNetwork:
      mtu: 9000
"
    );
}

#[test]
fn key_in_the_wrong_case() {
    let text = "\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: tor}
spec:
  peerIp: 10.0.0.1
  asNumber: 64512
";
    assert_eq!(
        rendered(text),
        "\
error[wrong-case]: `peerIp` is written `peerIP`
 --> test.yaml:5:3
  |
5 |   peerIp: 10.0.0.1
  |   ^^^^^^
  = in: BGPPeer tor, spec.peerIp
  = stored: {asNumber: 64512}: a peering with nobody, which makes no session
  = help: calicoctl reads it as meant; an API server drops it without a word
  = write:
    peerIP: 10.0.0.1
"
    );
}

#[test]
fn each_mistake_has_its_code() {
    let policy = |rule: &str| with_spec("NetworkPolicy", &format!(r#"{{"ingress":[{rule}]}}"#));
    let filter = |rule: &str| with_spec("BGPFilter", &format!(r#"{{"importV4":[{rule}]}}"#));
    for (text, code) in [
        (filter(r#"{"action":"Deny"}"#), "unsupported-value"),
        (
            filter(r#"{"action":"Reject","cidr":"10.0.0.0/8"}"#),
            "cidr-without-match-operator",
        ),
        (
            policy(r#"{"action":"Allow","protocol":"tcp"}"#),
            "invalid-protocol",
        ),
        (
            policy(r#"{"action":"Allow","destination":{"ports":[80]}}"#),
            "ports-without-protocol",
        ),
        (
            policy(r#"{"action":"Allow","protocol":"TCP","destination":{"ports":["80,443"]}}"#),
            "invalid-port",
        ),
        (
            policy(r#"{"action":"Allow","protocol":"TCP","destination":{"ports":["80-90"]}}"#),
            "invalid-port",
        ),
        (
            policy(r#"{"action":"Allow","source":{"nets":["1.2.3.4/24"]}}"#),
            "invalid-cidr",
        ),
        (
            policy(r#"{"action":"Allow","icmp":{"type":8}}"#),
            "icmp-needs-protocol",
        ),
        (
            with_spec("NetworkPolicy", r#"{"selector":"app = 'x'"}"#),
            "invalid-selector",
        ),
        (
            with_spec("NetworkPolicy", r#"{"podSelector":{}}"#),
            "unknown-field",
        ),
        (
            with_spec("IPPool", r#"{"cidr":"10.0.0.0/8","natOutgoing":"Enabled"}"#),
            "wrong-type",
        ),
        (
            with_spec("BGPPeer", r#"{"node":"a","nodeSelector":"all()"}"#),
            "conflicting-fields",
        ),
        (with_spec("Node", r#"{"bgp":{}}"#), "empty-bgp"),
        (
            with_spec("FelixConfiguration", r#"{"reportingInterval":"30"}"#),
            "invalid-duration",
        ),
        (
            with_spec("Tier", r#"{"order":1}"#).replace(r#""x""#, r#""X""#),
            "invalid-name",
        ),
        (with_spec("BGPPear", "{}"), "unknown-kind"),
    ] {
        assert!(
            codes(&text).contains(&code),
            "{code}: {:?}\n{text}",
            codes(&text)
        );
    }
}

#[test]
fn suggests_what_kubernetes_idioms_mean() {
    for (rule, suggestion) in [
        (
            r#"{"action":"Allow","ports":[{"protocol":"TCP","port":80}]}"#,
            "protocol: TCP\ndestination:\n  ports: [80]",
        ),
        (
            r#"{"action":"Allow","from":[{"podSelector":{"matchLabels":{"app":"web"}}}]}"#,
            "source:\n  selector: app == 'web'",
        ),
        (
            r#"{"action":"Allow","source":{"net":"10.0.0.0/8"}}"#,
            "nets: [10.0.0.0/8]",
        ),
        (
            r#"{"action":"Allow","protocol":"ICMP","icmpType":8}"#,
            "icmp:\n  type: 8",
        ),
        (
            r#"{"action":"Allow","selector":"a == 'b'"}"#,
            "source:\n  selector: a == 'b'",
        ),
    ] {
        let text = with_spec("NetworkPolicy", &format!(r#"{{"ingress":[{rule}]}}"#));
        let (decoded, _) = diagnosed("test.json", &text);
        let found = decoded
            .diagnostics
            .iter()
            .find(|diagnostic| diagnostic.code.0 == "unknown-field");
        assert_eq!(
            found.and_then(|found| found.suggestion.as_deref()),
            Some(suggestion)
        );
    }
}

#[test]
fn says_who_refuses() {
    let (decoded, _) = diagnosed(
        "test.json",
        &with_spec(
            "BGPFilter",
            r#"{"importV4":[{"action":"Accept","source":"Peers"}]}"#,
        ),
    );
    let by = decoded.diagnostics[0].refused_by;
    assert!(!by.decoder && by.calico && by.api_server, "{by:?}");
    let (decoded, _) = diagnosed(
        "test.json",
        &with_spec("BGPPeer", r#"{"peerIp":"10.0.0.1"}"#),
    );
    assert!(!decoded.diagnostics[0].refused_by.any());
}

#[test]
fn correct_manifests_are_clean() {
    let text = "\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: security.deny-across
spec:
  tier: security
  order: 100
  namespaceSelector: kubernetes.io/metadata.name not in {'kube-system'}
  types: [Ingress, Egress]
  egress:
  - action: Allow
    protocol: UDP
    destination: {selector: k8s-app == 'kube-dns', ports: [53]}
---
apiVersion: projectcalico.org/v3
kind: BGPFilter
metadata: {name: pods}
spec:
  exportV4:
  - {action: Accept, cidr: 192.168.0.0/16, matchOperator: In, prefixLength: {min: 24, max: 32}}
  - {action: Reject}
";
    let (decoded, sources) = diagnosed("test.yaml", text);
    let errors: Vec<String> = decoded
        .diagnostics
        .iter()
        .map(|diagnostic| render(diagnostic, &sources))
        .collect();
    assert_eq!(errors, [""; 0]);
    assert_eq!(decoded.resources.len(), 2);
}

#[test]
fn json_of_a_finding_is_stable() {
    let (decoded, _) = diagnosed(
        "peer.json",
        &with_spec("BGPPeer", r#"{"peerIP":"10.0.0.1","asn":64512}"#),
    );
    assert_eq!(decoded.diagnostics[0].severity, Severity::Error);
    assert_eq!(
        serde_json::to_value(&decoded.diagnostics[0]).unwrap(),
        serde_json::json!({
            "code": "unknown-field",
            "severity": "error",
            "refused_by": {"decoder": true, "calico": false, "api_server": false},
            "source": "peer.json",
            "span": {"start": 106, "end": 111, "line": 1, "column": 107},
            "resource": "BGPPeer x",
            "path": "spec.asn",
            "message": "unknown field `asn` in the spec of a BGPPeer",
            "stored": "{peerIP: 10.0.0.1}: a peering without filters",
            "help": ["the peer's AS is `asNumber`"],
            "suggestion": "asNumber: 64512",
        })
    );
}
