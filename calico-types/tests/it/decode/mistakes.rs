//! Mistakes that are copied around the web: their codes, and who refuses them.
//! The words they get are in `mistakes/`.

use calico_types::{Source, decode, render};

use super::{codes, diagnosed, with_spec};

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
fn what_does_not_fit_its_type_is_named_where_it_stands() {
    let text = "\
apiVersion: projectcalico.org/v3
kind: IPAMBlock
metadata: {name: 192-168-10-0-26}
spec:
  cidr: 192.168.10.0/26
  allocations: []
  attributes: []
  strictAffinity: false
  unallocated:
  - 1
  - -1
";
    let decoded = decode(&[Source::new("block.yaml", text)]);
    assert!(decoded.resources.is_empty());
    let [found] = decoded.diagnostics.as_slice() else {
        panic!("{:?}", decoded.diagnostics);
    };
    let span = found.span.unwrap();
    assert_eq!(
        (found.code.0, span.line, span.column),
        ("does-not-fit", 11, 5)
    );
    assert_eq!(found.path, "spec.unallocated[1]");
}
