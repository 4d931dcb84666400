//! The forms in which manifests come.

use calico_types::resources::BGPPeer;
use calico_types::{Resource, Source, decode};

use super::{codes, with_spec};

#[test]
fn one_broken_document_hides_no_other() {
    let text = "\
apiVersion: v1
kind: Namespace
metadata: {name: a}
---
kind: [oops
---
- a list
---
apiVersion: v1
kind: Namespace
metadata: {name: b}
";
    let decoded = decode(&[Source::new("x.yaml", text)]);
    let names: Vec<&str> = decoded
        .iter()
        .map(|resource| resource.metadata().name.as_str())
        .collect();
    assert_eq!(names, ["a", "b"]);
    let found: Vec<(&str, usize)> = decoded
        .diagnostics
        .iter()
        .map(|diagnostic| {
            (
                diagnostic.code.0,
                diagnostic.span.map_or(0, |span| span.line),
            )
        })
        .collect();
    assert_eq!(found, [("yaml-syntax", 5), ("not-a-resource", 7)]);
}

#[test]
fn lists_are_taken_apart() {
    let item = with_spec("BGPPeer", r#"{"peerIP":"10.0.0.1"}"#);
    for list in [
        format!(r#"{{"apiVersion":"v1","kind":"List","items":[{item},{item}]}}"#),
        format!(
            r#"{{"apiVersion":"projectcalico.org/v3","kind":"BGPPeerList","items":[{item},{{"metadata":{{"name":"y"}},"spec":{{}}}}]}}"#
        ),
    ] {
        assert_eq!(decode(&[Source::new("list", list)]).resources.len(), 2);
    }
}

#[test]
fn yaml_and_json_are_the_same() {
    let yaml = "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata:\n  name: x\nspec:\n  asNumber: 64512\n";
    let json = with_spec("BGPPeer", r#"{"asNumber": 64512}"#);
    let both = decode(&[Source::new("a.yaml", yaml), Source::new("b.json", json)]);
    assert_eq!(both.diagnostics, []);
    assert_eq!(both.resources[0].resource, both.resources[1].resource);
}

#[test]
fn what_kubectl_prints_of_the_backing_group() {
    let text = r#"
apiVersion: crd.projectcalico.org/v1
kind: BGPPeer
metadata:
  name: tor
  annotations:
    projectcalico.org/metadata: '{"labels":{"rack":"7"},"creationTimestamp":null}'
spec: {peerIP: 10.0.0.1}
"#;
    let decoded = decode(&[Source::new("x.yaml", text)]);
    assert_eq!(decoded.diagnostics, []);
    let labels = &decoded.resources[0].resource.metadata().labels;
    assert_eq!(labels.get("rack").map(String::as_str), Some("7"));
}

#[test]
fn empty_and_absent_stay_different() {
    let egress = |spec: &str| {
        let decoded = decode(&[Source::new("x", with_spec("NetworkPolicy", spec))]);
        let Resource::NetworkPolicy(policy) = &decoded.resources[0].resource else {
            unreachable!()
        };
        policy.spec.egress.clone()
    };
    assert_eq!(egress("{}"), None);
    assert_eq!(egress(r#"{"egress":null}"#), None);
    assert_eq!(egress(r#"{"egress":[]}"#), Some(vec![]));
}

#[test]
fn yaml_1_1_booleans_are_read_and_reported() {
    let text = "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\nspec: {cidr: 10.0.0.0/16, natOutgoing: yes}\n";
    assert_eq!(codes(text), ["yaml-boolean"]);
    let node = "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: p}\nspec: {node: n, peerIP: 10.0.0.1}\n";
    assert_eq!(codes(node), ["text-expected"]);
}

#[test]
fn anchors_aliases_and_merges() {
    let text = "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: x, namespace: shop}
spec:
  ingress:
  - &rule
    action: Allow
    protocol: TCP
  - <<: *rule
    action: Deny
  - *rule
";
    let decoded = decode(&[Source::new("x.yaml", text)]);
    // What is merged may not be given again: calicoctl takes it for a repetition.
    assert_eq!(decoded.diagnostics.len(), 1);
    let found = &decoded.diagnostics[0];
    assert_eq!(
        (found.code.0, found.span.map(|span| span.line)),
        ("merge-override", Some(10))
    );
    assert!(found.refused_by.decoder && !found.refused_by.api_server);
    let Resource::NetworkPolicy(policy) = &decoded.resources[0].resource else {
        unreachable!()
    };
    let rules = policy.spec.ingress.as_deref().unwrap();
    assert_eq!(rules[0], rules[2]);
    assert_eq!(rules[1].protocol, rules[0].protocol);
    assert_ne!(rules[1].action, rules[0].action);
}

#[test]
fn repeated_keys_are_refused() {
    let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, name: b}\n";
    assert_eq!(codes(text), ["duplicate-key"]);
}

#[test]
fn knows_where_fields_stand() {
    let text = "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata:\n  name: x\nspec:\n  filters:\n  - a\n  - bb\n";
    let decoded = decode(&[Source::new("x.yaml", text)]);
    let span = decoded.resources[0].field_span("spec.filters[1]").unwrap();
    assert_eq!(
        (span.line, span.column, &text[span.start..span.end]),
        (8, 5, "bb")
    );
}

#[test]
fn other_projects_are_passed_over() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {anything: 1}\n";
    assert_eq!(codes(text), ["ignored-kind"]);
}

#[test]
fn what_is_printed_is_read_again() {
    let json = with_spec(
        "BGPPeer",
        r#"{"peerIP":"[fd00::1]:1790","asNumber":"1.1","keepaliveTime":"90s","ttlSecurity":2}"#,
    );
    let first = decode(&[Source::new("a", json)])
        .resources
        .remove(0)
        .resource;
    let printed = serde_json::to_string(&first).unwrap();
    let again = decode(&[Source::new("b", printed)]);
    assert_eq!(again.diagnostics, []);
    assert_eq!(again.resources[0].resource, first);
    let Resource::BGPPeer(BGPPeer { spec, .. }) = first else {
        unreachable!()
    };
    assert_eq!(spec.as_number.map(u32::from), Some(65_537));
}
