//! What an API server stores of a document.
//!
//! The expected forms were had from a kube-apiserver with Calico's custom
//! resource definitions, without what it adds to the metadata.

use calico_types::prune;
use serde_json::{Value, json};

#[track_caller]
fn check(kind: &str, spec: Value, paths: &[&str], stored: Value) {
    let document = json!({
        "apiVersion": "projectcalico.org/v3", "kind": kind,
        "metadata": {"name": "x"}, "spec": spec,
    });
    let pruned = prune(&document).unwrap();
    assert_eq!(pruned.paths, paths);
    assert_eq!(pruned.stored["spec"], stored);
}

#[test]
fn nulls_go_and_make_room_for_defaults() {
    check(
        "IPPool",
        json!({"cidr": "10.0.0.0/16", "nodeSelector": null, "ipipMode": null}),
        &[],
        json!({"cidr": "10.0.0.0/16", "nodeSelector": "all()", "assignmentMode": "Automatic"}),
    );
}

#[test]
fn nulls_stay_where_they_are_values() {
    check(
        "IPAMBlock",
        json!({"cidr": "10.0.0.0/30", "allocations": [null, 0, null, null], "attributes": [{"handle_id": "h", "secondary": {"a": null, "b": "c"}}],
            "strictAffinity": false, "unallocated": [0]}),
        &[],
        json!({"cidr": "10.0.0.0/30", "allocations": [null, 0, null, null], "attributes": [{"handle_id": "h", "secondary": {"b": "c"}}],
            "strictAffinity": false, "unallocated": [0], "sequenceNumber": 0}),
    );
}

#[test]
fn defaults_need_the_object_they_stand_in() {
    check(
        "KubeControllersConfiguration",
        json!({"controllers": {}}),
        &[],
        json!({"controllers": {}, "healthChecks": "Enabled"}),
    );
    let stored = prune(&json!({
        "apiVersion": "projectcalico.org/v3", "kind": "KubeControllersConfiguration",
        "metadata": {"name": "default"},
        "spec": {"controllers": {"loadBalancer": {}, "node": {"hostEndpoint": {"templates": [{}]}}}},
    }))
    .unwrap()
    .stored;
    assert_eq!(
        stored["spec"]["controllers"]["loadBalancer"],
        json!({"assignIPs": "AllServices"})
    );
}

#[test]
fn fields_go_and_their_objects_stay() {
    check(
        "NetworkPolicy",
        json!({"ingress": [{"action": "Allow", "source": {"net": "10.0.0.0/8"}, "http": {"paths": [{"regex": "x"}]}}]}),
        &[
            "spec.ingress[0].http.paths[0].regex",
            "spec.ingress[0].source.net",
        ],
        json!({"ingress": [{"action": "Allow", "source": {}, "http": {"paths": [{}]}}], "tier": "default"}),
    );
}

#[test]
fn keys_of_maps_are_nobodys_fields() {
    check(
        "NetworkPolicy",
        json!({"ingress": [{"action": "Allow", "metadata": {"annotations": {"anything": "x"}}}]}),
        &[],
        json!({"ingress": [{"action": "Allow", "metadata": {"annotations": {"anything": "x"}}}], "tier": "default"}),
    );
}

#[test]
fn whole_numbers_lose_their_point() {
    check(
        "Tier",
        json!({"order": 100.0}),
        &[],
        json!({"order": 100, "defaultAction": "Deny"}),
    );
    check(
        "Tier",
        json!({"order": 100.5}),
        &[],
        json!({"order": 100.5, "defaultAction": "Deny"}),
    );
}

#[test]
fn values_of_the_wrong_type_are_not_pruned() {
    check(
        "BGPPeer",
        json!({"password": "secret", "filters": {"a": 1}, "node": 5}),
        &[],
        json!({"password": "secret", "filters": {"a": 1}, "node": 5}),
    );
}

#[test]
fn metadata_have_their_own_fields() {
    let document = json!({
        "apiVersion": "projectcalico.org/v3", "kind": "BGPPeer",
        "metadata": {"name": "x", "clusterName": "c", "labels": {"a": "b"}, "lables": {}},
        "spec": {}, "data": {"x": 1},
    });
    let pruned = prune(&document).unwrap();
    assert_eq!(
        pruned.paths,
        ["data", "metadata.clusterName", "metadata.lables"]
    );
}
