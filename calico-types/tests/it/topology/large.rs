//! Large clusters: what follows from a few lines without being written out, and
//! that it is what would be written out.

use std::collections::BTreeMap;

use calico_types::Resource;
use calico_types::topology::{
    Family, FarEnd, Link, Problem, SessionCount, Topology, TopologyInput,
};
use proptest::prelude::*;
use serde_json::json;
use testkit::alloc::count;

use super::{build, calico, mesh, peer, reflected, resource};

/// Nodes `node-00000`…, of which the first `reflectors` reflect.
pub(super) fn cluster(count: u32, reflectors: u32) -> Vec<Resource> {
    (0..count)
        .map(|i| {
            let mut bgp =
                json!({"ipv4Address": format!("10.{}.{}.{}/8", i >> 16, (i >> 8) & 255, i & 255)});
            let mut labels = json!({});
            if i < reflectors {
                bgp["routeReflectorClusterID"] = json!("244.0.0.1");
                labels = json!({"rr": "true"});
            }
            let spec = json!({"bgp": bgp});
            resource(
                "projectcalico.org/v3",
                "Node",
                &format!("node-{i:05}"),
                labels,
                spec,
            )
        })
        .collect()
}

/// Runs work that must not take memory in proportion to sessions.
#[track_caller]
pub(super) fn within(megabytes: u64, work: impl FnOnce()) {
    let ((), counts) = count(work);
    assert!(counts.bytes < megabytes << 20, "{counts:?}");
}

#[test]
fn a_mesh_of_five_thousand_is_not_written_out() {
    let resources = cluster(5_000, 0);
    within(100, || mesh_of_five_thousand(&resources));
}

fn mesh_of_five_thousand(resources: &[Resource]) {
    let topology = Topology::build(&TopologyInput::from_resources(resources));
    assert_eq!(topology.session_count().ipv4, 12_497_500);
    assert_eq!(topology.problems().count(), 0);
    assert_eq!(topology.session_count_of("node-00042").total(), 4_999);
    assert_eq!(topology.node("node-00042").unwrap().sessions.len(), 4_999);
    // Neither equality …
    let again = Topology::build(&TopologyInput::from_resources(resources));
    assert_eq!(topology, again);
    // … nor what is written grows with the square.
    let json = serde_json::to_value(&topology).unwrap();
    assert_eq!(json["complete"], false);
    assert_eq!(json["nodes"][7]["sessionCount"]["ipv4"], 4_999);
    assert!(json["nodes"][7].get("sessions").is_none());
}

#[test]
fn five_reflectors_serve_five_thousand() {
    let mut resources = cluster(5_000, 5);
    resources.push(mesh(false));
    resources.push(peer(
        "rr",
        json!({"nodeSelector": "has(rr)", "peerSelector": "has(rr)"}),
    ));
    resources.push(peer(
        "clients",
        json!({"nodeSelector": "!has(rr)", "peerSelector": "has(rr)"}),
    ));
    let topology = Topology::build(&TopologyInput::from_resources(&resources));
    assert_eq!(topology.problems().count(), 0);
    assert_eq!(topology.session_count().ipv4, 4_995 * 5 + 10);
    assert_eq!(topology.node("node-00000").unwrap().sessions.len(), 4_999);
}

#[test]
fn a_node_of_another_as_is_one_problem_however_many_others_there_are() {
    let problems_of = |address: &str| -> Vec<String> {
        let mut resources = cluster(300, 0);
        let spec = json!({"bgp": {"ipv4Address": address, "asNumber": 65_001}});
        resources.push(calico("Node", "odd", spec));
        let (_, problems) = build(&resources);
        problems.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        problems_of("10.9.9.9/8"),
        [
            "node odd expects its own AS 65001 of node-00000 and 299 others in the IPv4 mesh, \
             which show AS 64512"
        ]
    );
    // It does not peer with the node whose address it has.
    assert_eq!(
        problems_of("10.0.0.0/8").last().unwrap(),
        "node odd expects its own AS 65001 of node-00001 and 298 others in the IPv4 mesh, \
         which show AS 64512"
    );
}

#[test]
fn an_as_of_their_own_in_half_of_five_thousand_nodes_is_found_node_by_node() {
    let mut resources = cluster(2_500, 0);
    for i in 0..2_500 {
        let address = format!("10.9.{}.{}/8", i >> 8, i & 255);
        let spec = json!({"bgp": {"ipv4Address": address, "asNumber": 65_001}});
        resources.push(calico("Node", &format!("a-{i}"), spec));
    }
    let topology = Topology::build(&TopologyInput::from_resources(&resources));
    assert_eq!(topology.problems().count(), 2_500);
}

#[test]
fn an_address_belongs_to_the_first_of_two_nodes() {
    let mut resources = cluster(3, 0);
    resources.push(calico(
        "Node",
        "double",
        json!({"bgp": {"ipv4Address": "10.0.0.1/8"}}),
    ));
    let (topology, problems) = build(&resources);
    // Sorted by name, `double` comes first.
    assert!(matches!(
        &problems[..],
        [Problem::DuplicateAddress { node, double, .. }] if node == "double" && double == "node-00001"
    ));
    // No name stands twice: BIRD would refuse all of the configuration.
    let names = |node| -> Vec<String> {
        let node = topology.node(node).unwrap();
        node.sessions.into_iter().map(|s| s.name).collect()
    };
    assert_eq!(names("node-00000"), ["Mesh_10_0_0_1", "Mesh_10_0_0_2"]);
    assert_eq!(names("node-00001"), ["Mesh_10_0_0_0", "Mesh_10_0_0_2"]);
}

#[test]
fn whose_as_it_is_does_not_count_where_there_is_only_one() {
    let mut resources = cluster(4, 0);
    let plain = build(&resources).0;
    let spec = json!({"bgp": {"ipv4Address": "10.0.0.2/8", "asNumber": 64_512}});
    resources[2] = calico("Node", "node-00002", spec);
    assert_eq!(build(&resources).0, plain);
    // Where there are two, a node that has none is expected to have the other's.
    let spec = json!({"bgp": {"ipv4Address": "10.0.0.1/8", "asNumber": 64_513}});
    resources[1] = calico("Node", "node-00001", spec);
    let named = build(&resources).0;
    resources[2] = calico(
        "Node",
        "node-00002",
        json!({"bgp": {"ipv4Address": "10.0.0.2/8"}}),
    );
    assert_ne!(build(&resources).0, named);
}

#[test]
fn what_a_filter_says_makes_a_difference() {
    let filter = |action: &str| calico("BGPFilter", "f", json!({"importV4": [{"action": action}]}));
    let with = |filter: Resource| {
        let mut all = reflected();
        all.push(filter);
        all.push(peer(
            "tor",
            json!({"peerIP": "192.0.2.1", "asNumber": 65_000, "filters": ["f"]}),
        ));
        build(&all).0
    };
    assert_eq!(with(filter("Accept")), with(filter("Accept")));
    assert_ne!(with(filter("Accept")), with(filter("Reject")));
}

/// Few nodes, some alike, in two families and three systems, and `BGPPeer`s that
/// overlap.
pub(super) fn any_cluster() -> impl Strategy<Value = Vec<Resource>> {
    let node = (0..8_u8, 0..3_u8, any::<bool>(), 0..4_u8, 0..3_u8);
    let nodes = prop::collection::vec(node, 2..7);
    let who = || {
        prop::sample::select(vec![
            json!({}),
            json!({"nodeSelector": "all()"}),
            json!({"nodeSelector": "has(rr)"}),
            json!({"nodeSelector": "!has(rr)"}),
            json!({"node": "n1"}),
            json!({"node": "absent"}),
        ])
    };
    let whom = || {
        prop::sample::select(vec![
            json!({"peerSelector": "all()"}),
            json!({"peerSelector": "has(rr)"}),
            json!({"peerSelector": "!has(rr)"}),
            json!({"peerIP": "10.0.0.1", "asNumber": 64512}),
            json!({"peerIP": "10.0.0.2:1790"}),
            json!({"peerIP": "fd00::3", "asNumber": 65001}),
            json!({"peerIP": "192.0.2.1", "asNumber": 65000}),
        ])
    };
    let more = prop::sample::select(vec![
        json!({}),
        json!({"reversePeering": "Manual"}),
        json!({"keepaliveTime": "10s"}),
        json!({"localASNumber": 65001}),
    ]);
    let peers = prop::collection::vec((who(), whom(), more), 0..5);
    (nodes, peers, any::<bool>()).prop_map(|(nodes, peers, meshed)| {
        let mut all = vec![mesh(meshed)];
        for (i, (address, six, four, cluster, asn)) in nodes.into_iter().enumerate() {
            let mut bgp = json!({});
            if four {
                bgp["ipv4Address"] = json!(format!("10.0.0.{address}/24"));
            }
            if six > 0 {
                bgp["ipv6Address"] = json!(format!("fd00::{address}/64"));
            }
            let mut labels = json!({});
            if cluster == 0 {
                bgp["routeReflectorClusterID"] = json!("244.0.0.1");
                labels = json!({"rr": "true"});
            }
            if asn > 0 {
                bgp["asNumber"] = json!(64_511 + u32::from(asn));
            }
            let spec = json!({"bgp": bgp});
            all.push(resource(
                "projectcalico.org/v3",
                "Node",
                &format!("n{i}"),
                labels,
                spec,
            ));
        }
        for (i, (who, whom, more)) in peers.into_iter().enumerate() {
            let mut spec = who;
            for part in [whom, more] {
                spec.as_object_mut()
                    .unwrap()
                    .extend(part.as_object().unwrap().clone());
            }
            all.push(peer(&format!("p{i}"), spec));
        }
        all
    })
}

/// Links, made the plain way: every session of every node, brought together.
fn plain_links(topology: &Topology) -> BTreeMap<(Family, String, String), (usize, usize)> {
    let mut pairs: BTreeMap<(Family, String, String), (usize, usize)> = BTreeMap::new();
    for node in topology.nodes() {
        let own = node.speaker.name;
        for session in node.sessions {
            match session.remote_node {
                Some(remote) if own < remote => {
                    pairs
                        .entry((session.family, own.clone(), remote))
                        .or_default()
                        .0 += 1;
                }
                Some(remote) => {
                    pairs
                        .entry((session.family, remote, own.clone()))
                        .or_default()
                        .1 += 1;
                }
                None => {
                    let outside = format!("{} {:?}", session.peer_address, session.peer_port);
                    pairs
                        .entry((session.family, own.clone(), outside))
                        .or_default()
                        .0 += 1;
                }
            }
        }
    }
    pairs
}

proptest! {
    #[test]
    fn what_is_not_written_out_is_what_would_be(resources in any_cluster()) {
        let topology = Topology::build(&TopologyInput::from_resources(&resources));
        let plain = plain_links(&topology);

        let links: Vec<Link> = topology.links().collect();
        let count = |family| -> usize {
            links.iter().filter(|l| l.family == family).map(|l| l.sessions).sum()
        };
        let counted = topology.session_count();
        prop_assert_eq!(counted, SessionCount { ipv4: count(Family::Ipv4), ipv6: count(Family::Ipv6) });
        let sum: usize = plain.values().map(|(one, other)| one.max(other)).sum();
        prop_assert_eq!(counted.total(), sum);
        let between = |link: &&Link| matches!(link.peer, FarEnd::Node { .. });
        let named: Vec<_> = links.iter().filter(between).map(|l| {
            let FarEnd::Node { name } = &l.peer else { unreachable!() };
            (l.family, l.node.clone(), name.clone())
        }).collect();
        let names = |name: &String| topology.speaker(name).is_some();
        let expected: Vec<_> = plain.keys().filter(|(_, _, to)| names(to)).cloned().collect();
        prop_assert_eq!(named, expected);

        for node in topology.nodes() {
            let of = topology.session_count_of(&node.speaker.name);
            prop_assert_eq!(of.ipv4, node.sessions_of(Family::Ipv4).count());
            prop_assert_eq!(of.ipv6, node.sessions_of(Family::Ipv6).count());
        }
        // A session without its other end is a problem, unless there is a mesh.
        let one_sided = plain.iter().filter(|((_, _, to), (a, b))| names(to) && (*a == 0 || *b == 0));
        let found = topology.problems().filter(|p| matches!(p, Problem::OneSided { .. })).count();
        prop_assert!(found <= one_sided.count());
    }

    #[test]
    fn equal_is_what_is_equal_written_out((one, other) in super::diff::two_clusters()) {
        let build = |resources: &[Resource]| Topology::build(&TopologyInput::from_resources(resources));
        for (a, b) in [(&one, &other), (&one, &one)] {
            let (a, b) = (build(a), build(b));
            let whole = |topology: &Topology| topology.nodes().collect::<Vec<_>>();
            prop_assert_eq!(a == b, whole(&a) == whole(&b));
        }
    }
}
