//! Sessions that Calico's own golden configurations have
//! (`confd/tests/compiled_templates` of projectcalico/calico), and the rules
//! behind them one by one.

use std::net::Ipv4Addr;

use calico_types::Resource;
use calico_types::topology::{
    LogSeverity, NextHop, RouterId, SessionSpec, TopologyInput, WorkloadPeer,
};
use serde_json::{Value, json};

use super::{calico, mesh, node_of, peer, resource};

fn node(name: &str, bgp: Value) -> Resource {
    calico("Node", name, json!({"bgp": bgp}))
}

fn labelled(name: &str, labels: Value, bgp: Value) -> Resource {
    resource(
        "projectcalico.org/v3",
        "Node",
        name,
        labels,
        json!({"bgp": bgp}),
    )
}

fn configuration(name: &str, spec: Value) -> Resource {
    calico("BGPConfiguration", name, spec)
}

fn sessions(resources: &[Resource], node: &str) -> Vec<SessionSpec> {
    node_of(&TopologyInput::from_resources(resources), node).sessions
}

fn names(resources: &[Resource], node: &str) -> Vec<String> {
    sessions(resources, node)
        .into_iter()
        .map(|session| session.name)
        .collect()
}

/// The three nodes of most of the golden configurations.
fn three(family: &str) -> Vec<Resource> {
    let names = ["kube-master", "kube-node-1", "kube-node-2"];
    let address = |i: usize| match family {
        "v4" => json!({"ipv4Address": format!("10.192.0.{}/16", i + 2)}),
        _ => json!({
            "ipv4Address": format!("10.192.0.{}/16", i + 2),
            "ipv6Address": format!("fe0a::{}/96", i + 2),
        }),
    };
    let node = |(i, name)| node(name, address(i));
    names.into_iter().enumerate().map(node).collect()
}

/// `explicit_peering/global-external`.
#[test]
fn a_router_outside_listens_on_the_usual_port_wherever_nodes_do() {
    let mut all = three("v4");
    all.push(configuration(
        "default",
        json!({"nodeToNodeMeshEnabled": false, "asNumber": 64567, "listenPort": 150}),
    ));
    let to = |address: &str| json!({"peerIP": address, "asNumber": 64567});
    all.push(peer(
        "bgppeer-1",
        json!({"peerIP": "10.192.0.3", "asNumber": 64567, "sourceAddress": "None"}),
    ));
    all.push(peer("bgppeer-2", to("10.192.0.99:166")));
    all.push(peer("bgppeer-3", to("10.192.0.99")));
    let sessions = sessions(&all, "kube-master");
    let seen: Vec<_> = sessions
        .iter()
        .map(|s| (s.name.as_str(), s.peer_port, s.passive))
        .collect();
    assert_eq!(
        seen,
        [
            ("Global_10_192_0_3_port_150", Some(150), true),
            ("Global_10_192_0_99", None, false),
            ("Global_10_192_0_99_port_166", Some(166), false),
        ]
    );
    assert_eq!(sessions[0].source_address, None);
    assert_eq!(sessions[1].source_address, Some([10, 192, 0, 2].into()));
}

/// `explicit_peering/selectors`, both steps.
#[test]
fn a_selected_peer_has_the_port_on_which_it_listens() {
    let labelled = |name, group: &str, last: u8| {
        labelled(
            name,
            json!({"group": group}),
            json!({"ipv4Address": format!("10.192.0.{last}/16"), "ipv6Address": format!("fd5f::{last}/96")}),
        )
    };
    let mut all = vec![
        mesh(false),
        labelled("kube-master", "one", 2),
        labelled("kube-node-1", "two", 3),
        labelled("kube-node-2", "two", 4),
        peer(
            "bgppeer-1",
            json!({"nodeSelector": "group=='one'", "peerSelector": "group=='two'"}),
        ),
    ];
    let step_2 = names(&all, "kube-master");
    assert_eq!(
        step_2,
        [
            "Node_10_192_0_3",
            "Node_10_192_0_4",
            "Node_fd5f__3",
            "Node_fd5f__4"
        ]
    );
    all.push(configuration(
        "node.kube-node-1",
        json!({"listenPort": 500}),
    ));
    assert_eq!(
        names(&all, "kube-master"),
        [
            "Node_10_192_0_3_port_500",
            "Node_10_192_0_4",
            "Node_fd5f__3_port_500",
            "Node_fd5f__4"
        ]
    );
    // The way back goes to a node that listens as usual.
    assert_eq!(
        names(&all, "kube-node-1"),
        ["Node_10_192_0_2", "Node_fd5f__2"]
    );
}

/// `explicit_peering/route_reflector` and `route_reflector_v6_by_ip`.
#[test]
fn a_reflector_by_address_serves_one_family() {
    let mut all = three("v6");
    all[0] = labelled(
        "kube-master",
        json!({"routeReflector": "true"}),
        json!({
            "ipv4Address": "10.192.0.2/16",
            "ipv6Address": "fe0a::2/96",
            "routeReflectorClusterID": "10.0.0.1",
        }),
    );
    all.push(configuration(
        "default",
        json!({"asNumber": 64532, "nodeToNodeMeshEnabled": false}),
    ));
    let outside = |address: &str| json!({"peerIP": address, "asNumber": 64533, "nodeSelector": "has(routeReflector)"});
    all.push(peer("bgppeer-1", outside("172.19.4.87")));
    all.push(peer("bgppeer-v6", outside("[ac13::57]:50")));
    let mut by_selector = all.clone();
    by_selector.push(peer(
        "bgppeer-other-nodes",
        json!({"nodeSelector": "has(routeReflector)", "peerSelector": "!has(routeReflector)"}),
    ));
    let clients = |resources: &[Resource]| -> Vec<(String, bool)> {
        sessions(resources, "kube-master")
            .into_iter()
            .map(|s| (s.name, s.route_reflector_client))
            .collect()
    };
    let of = |name: &str, client| (name.to_owned(), client);
    assert_eq!(
        clients(&by_selector),
        [
            of("Node_10_192_0_3", true),
            of("Node_10_192_0_4", true),
            of("Node_172_19_4_87", false),
            of("Node_ac13__57_port_50", false),
            of("Node_fe0a__3", true),
            of("Node_fe0a__4", true),
        ]
    );

    let mut by_address = all;
    by_address.push(peer("bgppeer-other-nodes", json!({"peerIP": "fe0a::2"})));
    assert_eq!(
        clients(&by_address),
        [
            of("Node_172_19_4_87", false),
            of("Node_ac13__57_port_50", false),
            of("Node_fe0a__3", true),
            of("Node_fe0a__4", true),
        ]
    );
    // The other end names no AS, and so expects none.
    let back = &sessions(&by_address, "kube-node-1")[0];
    assert_eq!((back.name.as_str(), back.peer_as.0), ("Global_fe0a__2", 0));
}

/// `explicit_peering/specific_node`.
#[test]
fn a_node_comes_back_only_under_the_as_that_it_has() {
    let mut all = three("v4");
    all.push(mesh(false));
    let to = |address: &str, asn: u32| json!({"peerIP": address, "asNumber": asn, "node": "kube-master"});
    all.push(peer("bgppeer-1", to("10.192.0.3", 64512)));
    all.push(peer("bgppeer-2", to("10.192.0.4", 64566)));
    assert_eq!(
        names(&all, "kube-master"),
        ["Node_10_192_0_3", "Node_10_192_0_4"]
    );
    assert_eq!(names(&all, "kube-node-1"), ["Node_10_192_0_2"]);
    assert_eq!(names(&all, "kube-node-2"), [""; 0]);
}

/// `password/step1`.
#[test]
fn the_way_back_has_the_password_of_the_way_there() {
    let mut all: Vec<Resource> = (1..=4)
        .map(|i| {
            let bgp = json!({"ipv4Address": format!("10.24.0.{i}/24")});
            labelled(&format!("node{i}"), json!({"node": "yes"}), bgp)
        })
        .collect();
    all.push(mesh(false));
    for (name, address, key) in [
        ("bgppeer-1", "10.24.0.2", "a"),
        ("bgppeer-2", "10.24.0.3", "b"),
    ] {
        let password = json!({"secretKeyRef": {"name": "my-secrets-1", "key": key}});
        let spec = json!({
            "nodeSelector": "has(node)", "peerIP": address, "asNumber": 64512, "password": password,
        });
        all.push(peer(name, spec));
    }
    let secret = json!({
        "metadata": {"name": "my-secrets-1", "namespace": "kube-system"},
        "stringData": {"a": "password-a", "b": "password-b"},
    });
    all.push(
        Resource::from_value("v1", "Secret", &secret)
            .unwrap()
            .unwrap(),
    );
    let passwords = |node| -> Vec<(String, String)> {
        sessions(&all, node)
            .into_iter()
            .map(|s| (s.name, s.password.unwrap().reveal().to_owned()))
            .collect()
    };
    let of = |name: &str, password: &str| (name.to_owned(), password.to_owned());
    assert_eq!(
        passwords("node1"),
        [
            of("Node_10_24_0_2", "password-a"),
            of("Node_10_24_0_3", "password-b"),
        ]
    );
    // Its own session with node3 goes before node3's way back to it.
    assert_eq!(
        passwords("node2"),
        [
            of("Node_10_24_0_1", "password-a"),
            of("Node_10_24_0_3", "password-b"),
            of("Node_10_24_0_4", "password-a"),
        ]
    );
}

/// `ttl_security/explicit_node`, `sourceaddr_gracefulrestart`, `keepnexthop`,
/// `local-as` and `next_hop_mode`, one property after the other.
#[test]
fn properties_of_a_peer_named_by_address() {
    let outside = |more: Value| {
        let mut spec = json!({"node": "kube-master", "peerIP": "192.0.2.1", "asNumber": 65001});
        spec.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let mut all = three("v4");
        all.push(mesh(false));
        all.push(peer("p", spec));
        sessions(&all, "kube-master").remove(0)
    };
    let plain = outside(json!({}));
    assert_eq!(plain.next_hop, NextHop::Auto);
    assert!(!plain.ttl_security && plain.multihop_hops.is_none() && !plain.passive);
    assert_eq!((plain.keepalive_s, plain.graceful_restart_s), (None, None));

    let ttl = outside(json!({"ttlSecurity": 2}));
    assert!(ttl.ttl_security);
    assert_eq!(ttl.multihop_hops, Some(2));
    assert!(!outside(json!({"ttlSecurity": 0})).ttl_security);

    let times = outside(json!({"maxRestartTime": "10s", "keepaliveTime": "1500ms"}));
    assert_eq!(
        (times.graceful_restart_s, times.keepalive_s),
        (Some(10), Some(2))
    );

    let keep = json!({"keepOriginalNextHop": true});
    assert_eq!(outside(keep).next_hop, NextHop::Keep);
    let internal = json!({"keepOriginalNextHop": true, "asNumber": 64512});
    assert_eq!(outside(internal).next_hop, NextHop::Auto);
    // Shown another AS, the same peer is external.
    let other = json!({"keepOriginalNextHop": true, "asNumber": 64512, "localASNumber": 65000});
    let other = outside(other);
    assert_eq!((other.next_hop, other.local_as.0), (NextHop::Keep, 65000));
    let both = json!({"keepOriginalNextHop": true, "nextHopMode": "Auto"});
    assert_eq!(outside(both).next_hop, NextHop::Auto);
    let own = json!({"nextHopMode": "Self", "asNumber": 64512});
    assert_eq!(outside(own).next_hop, NextHop::Own);

    let allowed = outside(json!({"numAllowedLocalASNumbers": 3}));
    assert_eq!(allowed.allow_local_as, Some(3));
    assert_eq!(
        outside(json!({"numAllowedLocalASNumbers": 0})).allow_local_as,
        None
    );
}

/// `nodeAsBGPPeers`: a selected node is given neither `localASNumber` nor
/// `numAllowedLocalASNumbers`, but TTL security, next hop and filters.
#[test]
fn properties_of_a_peer_found_by_selector() {
    let mut all = three("v4");
    all.push(mesh(false));
    all.push(calico(
        "BGPFilter",
        "f",
        json!({"exportV4": [{"action": "Reject"}], "importV6": [{"action": "Accept"}]}),
    ));
    all.push(peer(
        "p",
        json!({
            "nodeSelector": "all()", "peerSelector": "all()", "localASNumber": 65000,
            "numAllowedLocalASNumbers": 2, "ttlSecurity": 1, "nextHopMode": "Keep",
            "filters": ["absent", "f"],
        }),
    ));
    let session = &sessions(&all, "kube-node-1")[0];
    assert_eq!(session.name, "Node_10_192_0_2");
    assert_eq!((session.local_as.0, session.allow_local_as), (64512, None));
    assert!(session.ttl_security);
    assert_eq!(session.next_hop, NextHop::Keep);
    assert_eq!(session.import_filters, [""; 0]);
    assert_eq!(session.export_filters, ["f"]);
}

/// `nodesWithIPPortAndAS`: a port speaks against a node only where one is
/// configured, and the cluster's counts beside the node's own.
#[test]
fn a_port_finds_a_node_that_no_configuration_contradicts() {
    let back = |configurations: &[(&str, u16)], port: u16| {
        let mut all = three("v4");
        let mut default = json!({"nodeToNodeMeshEnabled": false});
        for (name, port) in configurations {
            match *name {
                "default" => default["listenPort"] = json!(port),
                _ => all.push(configuration(name, json!({"listenPort": port}))),
            }
        }
        all.push(configuration("default", default));
        let address = format!("10.192.0.3:{port}");
        all.push(peer(
            "p",
            json!({"node": "kube-master", "peerIP": address, "asNumber": 64512}),
        ));
        !sessions(&all, "kube-node-1").is_empty()
    };
    assert!(back(&[], 1790));
    assert!(back(&[("default", 1790)], 1790));
    assert!(!back(&[("default", 179)], 1790));
    assert!(back(&[("node.kube-node-1", 1790)], 1790));
    assert!(!back(&[("node.kube-node-1", 1791)], 1790));
    assert!(!back(&[("node.kube-node-1", 1790), ("default", 179)], 1790));
}

/// A gateway serves the way back too, where it is of the family.
#[test]
fn a_gateway_is_a_static_route_at_both_ends() {
    let mut all = three("v6");
    all.push(mesh(false));
    all.push(peer(
        "p",
        json!({
            "nodeSelector": "all()", "peerIP": "10.192.0.2", "asNumber": 64512,
            "reachableBy": "10.192.0.254",
        }),
    ));
    let input = TopologyInput::from_resources(&all);
    let routes = |name| -> Vec<(String, String)> {
        let routes = node_of(&input, name).reachable_by_routes;
        let text = |route: &calico_types::topology::ReachableByRoute| {
            (route.peer.to_string(), route.via.to_string())
        };
        routes.iter().map(text).collect()
    };
    let route = |peer: &str| (peer.to_owned(), "10.192.0.254".to_owned());
    assert_eq!(routes("kube-node-1"), [route("10.192.0.2/32")]);
    assert_eq!(
        routes("kube-master"),
        [route("10.192.0.3/32"), route("10.192.0.4/32")]
    );
}

/// `explicit_peering/local_bgp_peer`.
#[test]
fn workloads_of_global_and_of_node_peerings() {
    let mut all = three("v6");
    all.push(mesh(false));
    all.push(calico(
        "BGPFilter",
        "import-only-filter",
        json!({
            "importV4": [{"action": "Accept", "matchOperator": "In", "cidr": "44.0.0.0/16"}],
            "importV6": [{"action": "Accept", "matchOperator": "In", "cidr": "5000::/64"}],
        }),
    ));
    let spec = |asn: u32, own: u32| {
        json!({
            "localWorkloadSelector": "app == 'calico-bird-0'", "asNumber": asn,
            "localASNumber": own, "filters": ["import-only-filter"],
        })
    };
    all.push(peer("test-global-peer-with-filter", spec(64516, 65002)));
    let mut of_node = spec(64517, 65001);
    of_node["node"] = json!("kube-master");
    all.push(peer("test-node-peer-with-filter", of_node));
    let mut input = TopologyInput::from_resources(&all);
    for (bgp_peer, last) in [
        ("test-global-peer-with-filter", 1),
        ("test-node-peer-with-filter", 2),
    ] {
        input.workload_peers.push(WorkloadPeer {
            node: "kube-master".into(),
            bgp_peer: bgp_peer.into(),
            addresses: vec![
                format!("192.168.162.{last}").parse().unwrap(),
                format!("fd00:10::{last}").parse().unwrap(),
            ],
        });
    }
    let sessions = node_of(&input, "kube-master").sessions;
    let seen: Vec<_> = sessions
        .iter()
        .map(|s| (s.name.as_str(), s.peer_as.0, s.local_as.0))
        .collect();
    assert_eq!(
        seen,
        [
            ("Local_Workload_192_168_162_1", 64516, 65002),
            ("Local_Workload_192_168_162_2", 64517, 65001),
            ("Local_Workload_fd00_10__1", 64516, 65002),
            ("Local_Workload_fd00_10__2", 64517, 65001),
        ]
    );
    for session in &sessions {
        assert!(session.passive && session.source_address.is_none());
        assert_eq!(session.import_filters, ["import-only-filter"]);
        assert_eq!(session.remote_node, None);
    }
    assert!(node_of(&input, "kube-node-1").sessions.is_empty());
}

/// `windows_peerings`: the mesh with a node of another AS, and a router.
#[test]
fn the_mesh_expects_each_nodes_own_as_and_its_own_of_the_rest() {
    let mut all = three("v4");
    all[2] = node(
        "kube-node-2",
        json!({"ipv4Address": "10.192.0.4/16", "asNumber": 64513}),
    );
    all.push(configuration("default", json!({"asNumber": 64600})));
    let seen = |node| -> Vec<(String, u32, u32)> {
        sessions(&all, node)
            .into_iter()
            .map(|s| (s.name, s.local_as.0, s.peer_as.0))
            .collect()
    };
    let of = |name: &str, own, peer| (name.to_owned(), own, peer);
    assert_eq!(
        seen("kube-master"),
        [
            of("Mesh_10_192_0_3", 64600, 64600),
            of("Mesh_10_192_0_4", 64600, 64513)
        ]
    );
    // It takes those that name no AS to have its own.
    assert_eq!(
        seen("kube-node-2"),
        [
            of("Mesh_10_192_0_2", 64513, 64513),
            of("Mesh_10_192_0_3", 64513, 64513)
        ]
    );
}

/// `mesh/static-routes-no-ipv4-address`: a node without address has no speaker.
#[test]
fn a_node_without_an_address_has_no_sessions() {
    let mut all = three("v4");
    all[0] = calico("Node", "kube-master", json!({}));
    let input = TopologyInput::from_resources(&all);
    assert!(node_of(&input, "kube-master").sessions.is_empty());
    assert_eq!(names(&all, "kube-node-1"), ["Mesh_10_192_0_4"]);
}

/// Addresses are compared as text: `10.0.0.9` is greater than `10.0.0.10`.
#[test]
fn who_waits_is_decided_by_text() {
    let nodes = [("a", "10.0.0.9/24"), ("b", "10.0.0.10/24")];
    let mut all: Vec<Resource> = nodes
        .map(|(name, address)| node(name, json!({"ipv4Address": address})))
        .into();
    assert!(!sessions(&all, "a")[0].passive);
    assert!(sessions(&all, "b")[0].passive);
    // Of explicit peers only those of every node, found by address, wait.
    all.push(mesh(false));
    all.push(peer("p", json!({"peerIP": "10.0.0.9", "asNumber": 64512})));
    assert!(sessions(&all, "b")[0].passive);
    all.pop();
    all.push(peer(
        "p",
        json!({"nodeSelector": "all()", "peerIP": "10.0.0.9", "asNumber": 64512}),
    ));
    assert!(!sessions(&all, "b")[0].passive);
    all.pop();
    all.push(peer("p", json!({"peerSelector": "all()"})));
    assert!(!sessions(&all, "b")[0].passive);
}

/// `mesh_password`, `mesh/restart-time`.
#[test]
fn the_mesh_has_a_password_and_a_restart_time() {
    let mut all = three("v4");
    all.push(configuration(
        "default",
        json!({
            "nodeMeshMaxRestartTime": "200s",
            "nodeMeshPassword": {"secretKeyRef": {"name": "s", "key": "k"}},
        }),
    ));
    let secret = json!({"metadata": {"name": "s"}, "stringData": {"k": "mesh-password"}});
    all.push(
        Resource::from_value("v1", "Secret", &secret)
            .unwrap()
            .unwrap(),
    );
    for session in sessions(&all, "kube-master") {
        assert_eq!(session.graceful_restart_s, Some(200));
        assert_eq!(session.password.unwrap().reveal(), "mesh-password");
    }
}

/// `mesh/hash`, and an id that is the same everywhere.
#[test]
fn identifiers_come_from_the_environment() {
    let mut input = TopologyInput::from_resources(&three("v6"));
    let id = |input: &TopologyInput| node_of(input, "kube-master").speaker.router_id;
    assert_eq!(id(&input), Some(Ipv4Addr::new(10, 192, 0, 2)));
    input.router_id = "hash".parse().unwrap();
    assert_eq!(id(&input), Some(Ipv4Addr::new(25, 79, 212, 8)));
    input.router_id = RouterId::Fixed(Ipv4Addr::new(192, 0, 2, 7));
    assert_eq!(id(&input), Some(Ipv4Addr::new(192, 0, 2, 7)));
}

/// `mesh/communities` and its second step, where the node has its own.
#[test]
fn communities_of_the_node_go_before_those_of_the_cluster() {
    let mut all = three("v4");
    all.push(configuration(
        "default",
        json!({
            "logSeverityScreen": "Debug", "listenPort": 177,
            "ignoredInterfaces": ["iface-1", "iface-*"],
            "ipv4NormalRoutePriority": 1000,
            "communities": [
                {"name": "bgp-comm-standard", "value": "100:6532"},
                {"name": "bgp-comm-large", "value": "100:555:107"},
            ],
            "prefixAdvertisements": [
                {"cidr": "192.168.0.0/16", "communities": ["bgp-comm-standard", "5663:12", "bgp-comm-large", "nobody"]},
                {"cidr": "fd00:96::/112", "communities": ["bgp-comm-large", "bgp-comm-large"]},
                {"cidr": "192.168.1.0/24", "communities": ["nobody"]},
            ],
        }),
    ));
    let speaker =
        |all: &[Resource], name: &str| node_of(&TopologyInput::from_resources(all), name).speaker;
    let advertised = |all: &[Resource], name: &str| -> Vec<(String, String)> {
        speaker(all, name)
            .advertised_communities
            .iter()
            .map(|advertised| {
                let values = advertised.communities.iter().map(ToString::to_string);
                (
                    advertised.cidr.to_string(),
                    values.collect::<Vec<_>>().join(" "),
                )
            })
            .collect()
    };
    let of = |cidr: &str, values: &str| (cidr.to_owned(), values.to_owned());
    let cluster = [
        of("192.168.0.0/16", "100:555:107 100:6532 5663:12"),
        of("fd00:96::/112", "100:555:107"),
    ];
    assert_eq!(advertised(&all, "kube-master"), cluster);

    let master = speaker(&all, "kube-master");
    assert_eq!(master.log_severity, LogSeverity::Debug);
    assert_eq!(master.listen_port, 177);
    assert_eq!(master.ignored_interfaces, ["iface-1", "iface-*"]);
    assert_eq!(master.normal_route_priority.ipv4, 1000);
    assert_eq!(master.normal_route_priority.ipv6, 1024);

    all.push(configuration(
        "node.kube-master",
        json!({
            "logSeverityScreen": "Warning", "listenPort": 180,
            "communities": [{"name": "bgp-comm-large", "value": "50:50:5364"}],
            "prefixAdvertisements": [
                {"cidr": "192.168.0.0/16", "communities": ["5663:12", "bgp-comm-large", "5663:12", "bgp-comm-standard"]},
            ],
        }),
    ));
    let own = [of("192.168.0.0/16", "50:50:5364 5663:12")];
    assert_eq!(advertised(&all, "kube-master"), own);
    assert_eq!(advertised(&all, "kube-node-1"), cluster);
    let master = speaker(&all, "kube-master");
    assert_eq!(master.log_severity, LogSeverity::None);
    assert_eq!(master.listen_port, 180);
    // Others call it where it listens.
    assert_eq!(sessions(&all, "kube-node-1")[0].peer_port, Some(180));
    assert_eq!(speaker(&all, "kube-node-1").listen_port, 177);
}
