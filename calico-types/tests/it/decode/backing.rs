//! What `kubectl` shows of `crd.projectcalico.org/v1`.

use calico_types::{Resource, Source, decode, prune};

use super::{diagnosed, names};

#[test]
fn metadata_come_from_the_annotation() {
    let text = r#"
apiVersion: crd.projectcalico.org/v1
kind: NetworkPolicy
metadata:
  name: default.web
  namespace: shop
  resourceVersion: "812"
  labels: {projectcalico.org/tier: default}
  annotations:
    projectcalico.org/metadata: '{"name":"web","labels":{"team":"a","projectcalico.org/tier":"x"},"annotations":{"note":"1"},"creationTimestamp":"2026-01-05T10:00:00Z","resourceVersion":"1"}'
    projectcalico.org/other: kept
spec: {selector: all(), types: [Ingress]}
"#;
    let (decoded, _) = diagnosed("x.yaml", text);
    assert_eq!(decoded.diagnostics, []);
    let metadata = decoded.resources[0].resource.metadata();
    assert_eq!(metadata.name, "web");
    assert_eq!(metadata.namespace.as_deref(), Some("shop"));
    assert_eq!(metadata.resource_version.as_deref(), Some("812"));
    assert_eq!(
        serde_json::json!(metadata.labels),
        serde_json::json!({"team": "a", "projectcalico.org/tier": "default"})
    );
    assert_eq!(
        serde_json::json!(metadata.annotations),
        serde_json::json!({"note": "1", "projectcalico.org/other": "kept"})
    );
}

#[test]
fn broken_metadata_are_told() {
    let text = "apiVersion: crd.projectcalico.org/v1\nkind: BGPPeer\nmetadata:\n  name: tor\n  annotations: {projectcalico.org/metadata: '{'}\nspec: {peerIP: 192.0.2.1, asNumber: 65000}\n";
    let (decoded, _) = diagnosed("x.yaml", text);
    assert_eq!(names(&decoded), ["tor"]);
    let found = &decoded.diagnostics[0];
    assert_eq!(
        (found.code.0, found.span.unwrap().line),
        ("unreadable-metadata", 5)
    );
}

#[test]
fn kinds_and_types_of_that_group_are_those_of_the_other() {
    let text = r#"{"apiVersion":"crd.projectcalico.org/v1","kind":"BlockAffinityList","items":[
        {"metadata":{"name":"n-10-0-0-0-26","annotations":{"projectcalico.org/metadata":"{\"creationTimestamp\":null}"}},
         "spec":{"cidr":"10.0.0.0/26","deleted":"false","node":"n","state":"confirmed"}}]}"#;
    let (decoded, _) = diagnosed("x.json", text);
    assert_eq!(decoded.diagnostics, []);
    let Resource::BlockAffinity(affinity) = &decoded.resources[0].resource else {
        unreachable!()
    };
    assert!(!affinity.spec.deleted);
    let text = "apiVersion: crd.projectcalico.org/v1\nkind: IPAMConfig\nmetadata: {name: default}\nspec: {autoAllocateBlocks: true, strictAffinity: true}\n";
    let decoded = decode(&[Source::new("x.yaml", text)]);
    assert_eq!(decoded.resources[0].resource.kind(), "IPAMConfiguration");
    assert_eq!(decoded.diagnostics[0].code.0, "wrong-api-version");
    for kind in ["Profile", "Node", "WorkloadEndpoint", "IPAMConfiguratio"] {
        let text =
            format!("apiVersion: crd.projectcalico.org/v1\nkind: {kind}\nmetadata: {{name: x}}\n");
        let decoded = decode(&[Source::new("x.yaml", text)]);
        assert_eq!(decoded.diagnostics[0].code.0, "unknown-kind", "{kind}");
    }
}

/// Its schemas have no defaults.
#[test]
fn pruning_fills_nothing_in_there() {
    let document = serde_json::json!({
        "apiVersion": "crd.projectcalico.org/v1", "kind": "IPAMConfig",
        "metadata": {"name": "default"}, "spec": {"strictAffinity": true, "strict": true},
    });
    let pruned = prune(&document).unwrap();
    assert_eq!(pruned.paths, ["spec.strict"]);
    assert_eq!(
        pruned.stored["spec"],
        serde_json::json!({"strictAffinity": true})
    );
}
