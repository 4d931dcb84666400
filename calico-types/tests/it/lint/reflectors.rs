//! Route reflectors and the mesh.

use calico_types::Severity;

use super::{CLUSTER, check, cluster, complete, findings};

/// The peering of the reflectors with each other.
const BETWEEN: &str = "\
kind: BGPPeer
metadata: {name: between-rr}
spec: {nodeSelector: has(rr), peerSelector: has(rr), filters: [pods]}
---
";

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

    let apart = cluster(BETWEEN, "");
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
fn reflectors_may_meet_at_a_router_outside() {
    let apart = cluster(BETWEEN, "");
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
