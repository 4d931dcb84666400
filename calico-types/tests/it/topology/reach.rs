//! Gaps: nodes that never hear of other nodes' routes.

use calico_types::Resource;
use calico_types::topology::{Family, Gap, Topology, TopologyInput};
use serde_json::{Value, json};

use super::large::cluster;
use super::{calico, mesh, nodes, peer, reflected, resource};

fn gaps(resources: &[Resource]) -> Vec<Gap> {
    let topology = Topology::build(&TopologyInput::from_resources(resources));
    topology.gaps().unwrap()
}

/// Whose routes do not reach whom.
fn seen(resources: &[Resource]) -> Vec<(String, String)> {
    let join = |names: &[String]| names.join(" ");
    gaps(resources)
        .iter()
        .map(|gap| (join(&gap.from), join(&gap.to)))
        .collect()
}

fn pair(from: &str, to: &str) -> (String, String) {
    (from.to_owned(), to.to_owned())
}

/// Two racks, each with a reflector `rr-a`, `rr-b` and a worker `w-a`, `w-b`.
fn racks(clusters: [&str; 2]) -> Vec<Resource> {
    let mut all = vec![mesh(false)];
    for (rack, cluster, last) in [("a", clusters[0], 1), ("b", clusters[1], 2)] {
        let node = |name: String, labels: Value, bgp: Value| {
            resource(
                "projectcalico.org/v3",
                "Node",
                &name,
                labels,
                json!({"bgp": bgp}),
            )
        };
        all.push(node(
            format!("rr-{rack}"),
            json!({"rr": rack}),
            json!({"ipv4Address": format!("10.{last}.0.1/24"), "routeReflectorClusterID": cluster}),
        ));
        all.push(node(
            format!("w-{rack}"),
            json!({"rack": rack}),
            json!({"ipv4Address": format!("10.{last}.0.2/24")}),
        ));
        let spec = json!({
            "nodeSelector": format!("rack == '{rack}'"), "peerSelector": format!("rr == '{rack}'"),
        });
        all.push(peer(&format!("rack-{rack}"), spec));
    }
    all
}

fn between_reflectors() -> Resource {
    peer(
        "rr",
        json!({"nodeSelector": "has(rr)", "peerSelector": "has(rr)"}),
    )
}

#[test]
fn a_mesh_and_reflectors_of_all_leave_no_gap() {
    assert_eq!(seen(&nodes(12, 0)), []);
    assert_eq!(seen(&reflected()), []);
    let mut both = reflected();
    both.push(mesh(true));
    assert_eq!(seen(&both), []);
}

#[test]
fn racks_whose_reflectors_have_no_session_are_apart() {
    let all = racks(["244.0.0.1", "244.0.0.2"]);
    assert_eq!(
        seen(&all),
        [pair("rr-a w-a", "rr-b w-b"), pair("rr-b w-b", "rr-a w-a")]
    );
}

/// The chain of sessions is whole, and still no route gets through: the second
/// reflector does not reflect what carries its own cluster id.
#[test]
fn racks_whose_reflectors_share_a_cluster_id_are_apart() {
    let mut all = racks(["244.0.0.1", "244.0.0.1"]);
    all.push(between_reflectors());
    assert_eq!(seen(&all), [pair("w-a", "w-b"), pair("w-b", "w-a")]);

    let mut apart = racks(["244.0.0.1", "244.0.0.2"]);
    apart.push(between_reflectors());
    assert_eq!(seen(&apart), []);
}

#[test]
fn a_node_that_reflects_nothing_passes_nothing_on() {
    // w-b has sessions with both racks, and is a reflector of neither.
    let mut all = racks(["244.0.0.1", "244.0.0.2"]);
    all.push(peer(
        "bridge",
        json!({"node": "w-b", "peerSelector": "rr == 'a'"}),
    ));
    assert_eq!(
        seen(&all),
        [pair("rr-a w-a", "rr-b"), pair("rr-b", "rr-a w-a")]
    );
}

#[test]
fn a_reflector_of_reflectors_joins_racks() {
    let mut all = racks(["244.0.0.1", "244.0.0.2"]);
    let spine =
        json!({"bgp": {"ipv4Address": "10.9.0.1/24", "routeReflectorClusterID": "244.0.0.9"}});
    all.push(resource(
        "projectcalico.org/v3",
        "Node",
        "spine",
        json!({"spine": "true"}),
        spine,
    ));
    all.push(peer(
        "up",
        json!({"nodeSelector": "has(rr)", "peerSelector": "has(spine)"}),
    ));
    assert_eq!(seen(&all), []);
}

#[test]
fn what_a_router_outside_may_bring_is_no_gap() {
    let with = |more: Value| {
        let mut all = racks(["244.0.0.1", "244.0.0.2"]);
        let mut spec = json!({"nodeSelector": "has(rr)", "peerIP": "192.0.2.1"});
        spec.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        all.push(peer("tor", spec));
        seen(&all)
    };
    // A reflector outside.
    assert_eq!(with(json!({"asNumber": 64512})), []);
    // Over eBGP the nodes' own AS comes back, which is a loop …
    assert_eq!(with(json!({"asNumber": 65000})).len(), 2);
    // … unless they take it.
    let allowed = json!({"asNumber": 65000, "numAllowedLocalASNumbers": 1});
    assert_eq!(with(allowed), []);
}

#[test]
fn systems_of_their_own_pass_everything_on() {
    let node = |name: &str, last: u8, asn: u32| {
        let bgp = json!({"ipv4Address": format!("10.0.0.{last}/24"), "asNumber": asn});
        calico("Node", name, json!({"bgp": bgp}))
    };
    let line = |asn: [u32; 3]| {
        let [a, b, c] = asn;
        vec![
            mesh(false),
            node("a", 1, a),
            node("b", 2, b),
            node("c", 3, c),
            peer(
                "a-b",
                json!({"node": "a", "peerIP": "10.0.0.2", "asNumber": b}),
            ),
            peer(
                "c-b",
                json!({"node": "c", "peerIP": "10.0.0.2", "asNumber": b}),
            ),
        ]
    };
    assert_eq!(seen(&line([65001, 65002, 65003])), []);
    // Each of the two hears of itself only.
    assert_eq!(seen(&line([65001, 65001, 65001])), [pair("a c", "a c")]);
}

#[test]
fn families_are_apart() {
    let mut all: Vec<Resource> = (1..=3)
        .map(|i| {
            let bgp = json!({"ipv4Address": format!("10.0.0.{i}/24"), "ipv6Address": format!("fd00::{i}/64")});
            calico("Node", &format!("n{i}"), json!({"bgp": bgp}))
        })
        .collect();
    all.push(mesh(false));
    all.push(peer(
        "all",
        json!({"nodeSelector": "all()", "peerIP": "10.0.0.1", "asNumber": 64512}),
    ));
    all.push(peer(
        "six",
        json!({"nodeSelector": "all()", "peerIP": "fd00::2", "asNumber": 64512}),
    ));
    let gaps = gaps(&all);
    let seen: Vec<_> = gaps
        .iter()
        .map(|gap| (gap.family, gap.from.join(" "), gap.to.join(" ")))
        .collect();
    assert_eq!(
        seen,
        [
            (Family::Ipv4, "n2 n3".into(), "n2 n3".into()),
            (Family::Ipv6, "n1 n3".into(), "n1 n3".into()),
        ]
    );
}

#[test]
fn nodes_without_a_session_are_not_gaps() {
    let mut all = nodes(4, 1);
    all.push(mesh(false));
    assert_eq!(seen(&all), []);
    all.push(peer(
        "one",
        json!({"node": "node-02", "peerSelector": "has(rr)"}),
    ));
    assert_eq!(seen(&all), []);
}

#[test]
fn five_thousand_nodes_are_followed() {
    let mut all = cluster(5_000, 5);
    all.push(mesh(false));
    all.push(peer(
        "clients",
        json!({"nodeSelector": "!has(rr)", "peerSelector": "has(rr)"}),
    ));
    // Reflectors have no sessions with each other: none hears of another's own.
    let topology = Topology::build(&TopologyInput::from_resources(&all));
    let gaps = topology.gaps().unwrap();
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].from.len(), &gaps[0].to), (5, &gaps[0].from));
}
