//! Topologies: Calico's golden configurations, and clusters of known shape.

use std::collections::BTreeSet;

use calico_types::Resource;
use calico_types::topology::{
    NodeTopology, Origin, Problem, Topology, TopologyInput, WorkloadPeer,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::conformance::Suite;

use crate::suite_passes;

mod diff;
mod drawing;
mod golden;
mod large;
mod lint;
mod reach;

#[test]
fn sessions_are_calicos() {
    suite_passes(Suite::Topology);
}

fn resource(api_version: &str, kind: &str, name: &str, labels: Value, spec: Value) -> Resource {
    let value = json!({"metadata": {"name": name, "labels": labels}, "spec": spec});
    Resource::from_value(api_version, kind, &value)
        .unwrap()
        .unwrap()
}

fn calico(kind: &str, name: &str, spec: Value) -> Resource {
    resource("projectcalico.org/v3", kind, name, json!({}), spec)
}

/// Nodes `node-01`…, of which the first `reflectors` are route reflectors.
fn nodes(count: u8, reflectors: u8) -> Vec<Resource> {
    (1..=count)
        .map(|i| {
            let name = format!("node-{i:02}");
            let address = format!("10.0.0.{i}/24");
            if i <= reflectors {
                let spec = json!({"bgp": {"ipv4Address": address, "routeReflectorClusterID": "244.0.0.1"}});
                resource("projectcalico.org/v3", "Node", &name, json!({"rr": "true"}), spec)
            } else {
                calico("Node", &name, json!({"bgp": {"ipv4Address": address}}))
            }
        })
        .collect()
}

fn mesh(enabled: bool) -> Resource {
    calico(
        "BGPConfiguration",
        "default",
        json!({"nodeToNodeMeshEnabled": enabled}),
    )
}

fn peer(name: &str, spec: Value) -> Resource {
    calico("BGPPeer", name, spec)
}

fn reflected() -> Vec<Resource> {
    let mut all = nodes(12, 3);
    all.push(mesh(false));
    all.push(peer(
        "rr-to-rr",
        json!({"nodeSelector": "has(rr)", "peerSelector": "has(rr)"}),
    ));
    all.push(peer(
        "to-rr",
        json!({"nodeSelector": "!has(rr)", "peerSelector": "has(rr)"}),
    ));
    all
}

fn build(resources: &[Resource]) -> (Topology, Vec<Problem>) {
    let topology = Topology::build(&TopologyInput::from_resources(resources));
    let problems = topology.problems().collect();
    (topology, problems)
}

fn node_of(input: &TopologyInput, name: &str) -> NodeTopology {
    Topology::build(input).node(name).unwrap()
}

#[test]
fn a_mesh_of_twelve_has_sixty_six_sessions() {
    let (topology, problems) = build(&nodes(12, 0));
    assert_eq!(problems, []);
    assert_eq!(topology.session_count().ipv4, 66);
    assert_eq!(topology.session_count().ipv6, 0);
    assert!(topology.nodes().all(|node| node.sessions.len() == 11));
    // One end of each calls.
    let sessions = topology.nodes().flat_map(|node| node.sessions);
    let waiting = sessions.filter(|session| session.passive);
    assert_eq!(waiting.count(), 66);
}

#[test]
fn three_reflectors_and_nine_clients_have_thirty_sessions() {
    let (topology, problems) = build(&reflected());
    assert_eq!(problems, []);
    assert_eq!(topology.session_count().total(), 30);

    let reflector = topology.node("node-01").unwrap();
    assert_eq!(reflector.sessions.len(), 11);
    let clients: Vec<_> = reflector
        .sessions
        .iter()
        .filter(|s| s.route_reflector_client)
        .collect();
    assert_eq!(clients.len(), 9);
    assert!(
        clients
            .iter()
            .all(|s| s.origin == Origin::Reverse("to-rr".into()))
    );

    let client = topology.node("node-12").unwrap();
    assert_eq!(client.sessions.len(), 3);
    assert!(client.sessions.iter().all(|s| !s.route_reflector_client));
    assert_eq!(client.sessions[0].remote_node.as_deref(), Some("node-01"));
}

#[test]
fn reflectors_leave_the_mesh_and_the_rest_stays_in_it() {
    let mut all = reflected();
    all.push(mesh(true));
    // 9 · 8 / 2 beside the thirty.
    assert_eq!(build(&all).0.session_count().total(), 66);
}

#[test]
fn manual_peerings_have_one_end_only() {
    let mut all = nodes(4, 1);
    all.push(mesh(false));
    let spec =
        json!({"nodeSelector": "!has(rr)", "peerSelector": "has(rr)", "reversePeering": "Manual"});
    all.push(peer("to-rr", spec));
    let (topology, problems) = build(&all);
    assert_eq!(topology.session_count().total(), 3);
    assert_eq!(problems.len(), 3);
    assert!(
        problems
            .iter()
            .all(|p| matches!(p, Problem::OneSided { peer, .. } if peer == "node-01"))
    );
}

#[test]
fn peerings_that_contradict_each_other_are_named() {
    let mut all = nodes(2, 0);
    all.push(mesh(false));
    all.push(peer("b", json!({"peerIP": "192.0.2.1", "asNumber": 65002})));
    all.push(peer("a", json!({"peerIP": "192.0.2.1", "asNumber": 65001})));
    all.push(peer(
        "c",
        json!({"node": "node-01", "peerIP": "192.0.2.1", "asNumber": 65003}),
    ));
    let (topology, problems) = build(&all);
    let node = topology.node("node-01").unwrap();
    let session = &node.sessions[0];
    assert_eq!(session.peer_as.0, 65001);
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "BGPPeers a and b describe the session of every node with 192.0.2.1 differently: \
             Calico takes either, here a counts",
            "BGPPeers a and c describe the session of node-01 with 192.0.2.1 differently: a counts",
        ]
    );
}

#[test]
fn a_reflector_named_by_address_becomes_a_client_of_its_own_cluster() {
    let mut all = nodes(2, 2);
    all.push(peer(
        "by-ip",
        json!({"node": "node-01", "peerIP": "10.0.0.2", "asNumber": 64512}),
    ));
    let (topology, problems) = build(&all);
    let node = topology.node("node-01").unwrap();
    let session = &node.sessions[0];
    assert!(session.route_reflector_client);
    assert!(
        matches!(&problems[..], [Problem::ReflectorAsClient { node, .. }] if node == "node-01")
    );
}

#[test]
fn as_numbers_that_do_not_fit_are_named() {
    let mut all = nodes(1, 0);
    all.push(calico(
        "Node",
        "other",
        json!({"bgp": {"ipv4Address": "10.0.0.200/24", "asNumber": 65100}}),
    ));
    all.push(mesh(false));
    all.push(peer("there", json!({"node": "node-01", "peerIP": "10.0.0.200", "asNumber": 65101, "reversePeering": "Manual"})));
    all.push(peer("back", json!({"node": "other", "peerIP": "10.0.0.1", "asNumber": 64512, "reversePeering": "Manual"})));
    let (_, problems) = build(&all);
    assert_eq!(problems.len(), 1);
    assert_eq!(
        problems[0].to_string(),
        "node node-01 expects AS 65101 of other, which shows AS 65100 (IPv4)"
    );
}

#[test]
fn workloads_peer_with_their_own_node() {
    let mut all = nodes(2, 0);
    all.push(mesh(false));
    all.push(peer(
        "vm",
        json!({"localWorkloadSelector": "has(router)", "asNumber": 65010, "localASNumber": 65001}),
    ));
    let mut input = TopologyInput::from_resources(&all);
    input.workload_peers.push(WorkloadPeer {
        node: "node-02".into(),
        bgp_peer: "vm".into(),
        addresses: vec![
            "192.168.0.5".parse().unwrap(),
            "192.168.0.6".parse().unwrap(),
        ],
    });
    let topology = Topology::build(&input);
    assert_eq!(topology.problems().count(), 0);
    assert_eq!(topology.node("node-01").unwrap().sessions, []);
    let node = topology.node("node-02").unwrap();
    let [session] = &node.sessions[..] else {
        panic!("one session")
    };
    assert_eq!(session.name, "Local_Workload_192_168_0_5");
    assert!(session.passive && session.source_address.is_none());
    assert_eq!((session.peer_as.0, session.local_as.0), (65010, 65001));
}

#[test]
fn passwords_come_from_secrets_and_stay_out_of_sight() {
    let mut all = nodes(1, 0);
    let reference = json!({"secretKeyRef": {"name": "bgp", "key": "tor"}});
    all.push(peer(
        "tor",
        json!({"peerIP": "192.0.2.1", "asNumber": 65000, "password": reference}),
    ));
    assert!(matches!(
        &build(&all).1[..],
        [Problem::MissingPassword { .. }]
    ));

    let secret = json!({"metadata": {"name": "bgp", "namespace": "kube-system"}, "stringData": {"tor": "sesame"}});
    all.push(
        Resource::from_value("v1", "Secret", &secret)
            .unwrap()
            .unwrap(),
    );
    let (topology, problems) = build(&all);
    assert_eq!(problems, []);
    let node = topology.node("node-01").unwrap();
    let password = node.sessions[0].password.as_ref().unwrap();
    assert_eq!(password.reveal(), "sesame");
    assert!(!format!("{topology:?}").contains("sesame"));
    assert!(!serde_json::to_string(&topology).unwrap().contains("sesame"));
}

#[test]
fn passwords_come_from_the_namespace_of_calico_node() {
    let secret = |namespace: &str| {
        let value = json!({"metadata": {"name": "bgp", "namespace": namespace}, "stringData": {"tor": namespace}});
        Resource::from_value("v1", "Secret", &value)
            .unwrap()
            .unwrap()
    };
    let mut all = nodes(1, 0);
    let reference = json!({"secretKeyRef": {"name": "bgp", "key": "tor"}});
    let spec = json!({"peerIP": "192.0.2.1", "asNumber": 65000, "password": reference});
    all.push(peer("tor", spec));
    for (order, holder) in [
        (["shop", "kube-system", "calico-system"], "calico-system"),
        (["calico-system", "kube-system", "shop"], "calico-system"),
        (["kube-system", "shop", "zoo"], "kube-system"),
        (["zoo", "shop", "apps"], "apps"),
    ] {
        let mut resources = all.clone();
        resources.extend(order.map(secret));
        let (topology, _) = build(&resources);
        let node = topology.node("node-01").unwrap();
        let password = node.sessions[0].password.as_ref();
        assert_eq!(password.map(|p| p.reveal()), Some(holder), "{order:?}");
    }
}

fn shuffled() -> impl Strategy<Value = Vec<Resource>> {
    let mut all = reflected();
    all.push(peer("z", json!({"peerIP": "192.0.2.1", "asNumber": 65002})));
    all.push(peer(
        "y",
        json!({"peerIP": "192.0.2.1", "asNumber": 65001, "keepaliveTime": "10s"}),
    ));
    all.push(peer(
        "x",
        json!({"nodeSelector": "all()", "peerIP": "10.0.0.1", "asNumber": 64512}),
    ));
    Just(all).prop_shuffle()
}

proptest! {
    #[test]
    fn the_order_of_resources_does_not_matter(resources in shuffled()) {
        let sorted = {
            let mut all = resources.clone();
            all.sort_by_key(|r| (r.kind(), r.metadata().name.clone()));
            all
        };
        prop_assert_eq!(build(&resources), build(&sorted));
    }

    #[test]
    fn sessions_have_names_of_their_own(resources in shuffled()) {
        for node in build(&resources).0.nodes() {
            let names: BTreeSet<_> = node.sessions.iter().map(|s| (s.family, &s.name)).collect();
            prop_assert_eq!(names.len(), node.sessions.len());
        }
    }
}
