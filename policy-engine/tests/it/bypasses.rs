//! Cases in which other engines let through what was to be kept out, or kept out more than was
//! asked. Both engines here are held to each.

use calico_types::Resource;
use policy_engine::{
    CompileOptions, Evaluate, Flow, Interpreter, Peer, PolicySet, Protocol, Snapshot,
};
use serde_json::{Value, json};

use crate::connectivity::resource;

fn calico(kind: &str, name: &str, spec: Value) -> Resource {
    let namespaced = !kind.starts_with("Global");
    let namespace = namespaced.then_some("shop");
    let metadata = json!({"name": name, "namespace": namespace, "labels": {"kind": "set"}});
    resource(
        "projectcalico.org/v3",
        kind,
        json!({"metadata": metadata, "spec": spec}),
    )
}

fn kubernetes(name: &str, spec: Value) -> Resource {
    let value = json!({"metadata": {"name": name, "namespace": "shop"}, "spec": spec});
    resource("networking.k8s.io/v1", "NetworkPolicy", value)
}

fn pod(name: &str, address: &str, ports: Value, init_ports: Value) -> Resource {
    let value = json!({
        "metadata": {"name": name, "namespace": "shop", "labels": {"app": name}},
        "spec": {
            "nodeName": "node-1",
            "containers": [{"name": "main", "image": "x", "ports": ports}],
            "initContainers": [{"name": "side", "image": "x", "restartPolicy": "Always", "ports": init_ports}],
        },
        "status": {"podIP": address},
    });
    resource("v1", "Pod", value)
}

/// A namespace with a front end and a database, whose port is called `sql`.
fn shop(policies: impl IntoIterator<Item = Resource>) -> Vec<Resource> {
    let namespace = json!({"metadata": {"name": "shop", "labels": {"team": "shop"}}});
    let mut resources = vec![
        resource("v1", "Namespace", namespace),
        pod("front", "10.1.0.1", json!([]), json!([])),
        pod(
            "db",
            "10.1.0.2",
            json!([{"name": "sql", "containerPort": 3306}]),
            json!([{"name": "metrics", "containerPort": 9100}]),
        ),
    ];
    resources.extend(policies);
    resources
}

/// Whether a connection is allowed; both engines agree.
fn allows(resources: &[Resource], from: &str, to: &str, protocol: Protocol, port: u16) -> bool {
    let set = PolicySet::from_resources(resources).set;
    let place = |text| match str::parse::<std::net::IpAddr>(text) {
        Ok(address) => Peer::Address(address),
        Err(_) => Peer::Name(text),
    };
    let flow = Flow::new(place(from), place(to), protocol).to_port(port);
    let literal = Interpreter::new(&set).verdict(&flow).unwrap().is_allowed();
    let snapshot = Snapshot::compile(set, CompileOptions::new()).unwrap();
    assert_eq!(snapshot.verdict(&flow).unwrap().is_allowed(), literal);
    let explanation = snapshot.explain(&flow).unwrap();
    assert_eq!(explanation.verdict().is_allowed(), literal);
    literal
}

fn tcp(resources: &[Resource], from: &str, port: u16) -> bool {
    allows(resources, from, "shop/db", Protocol::TCP, port)
}

/// A rule about a port that nobody has a name for is no rule about all ports.
#[test]
fn a_named_port_that_nobody_has_allows_nothing() {
    let rule =
        json!([{"action": "Allow", "protocol": "TCP", "destination": {"ports": ["nowhere"]}}]);
    let calico = shop([calico(
        "NetworkPolicy",
        "p",
        json!({"selector": "app == 'db'", "ingress": rule}),
    )]);
    let ingress = json!([{"ports": [{"port": "nowhere"}]}]);
    let plain = shop([kubernetes(
        "p",
        json!({"podSelector": {}, "ingress": ingress}),
    )]);
    for resources in [calico, plain] {
        for port in [0, 80, 3306, 9100, 65_535] {
            assert!(!tcp(&resources, "shop/front", port), "{port}");
        }
    }
}

/// The name stands for the port of that endpoint, in its protocol, and for no other.
#[test]
fn a_named_port_opens_no_other() {
    let rule = json!([{"action": "Allow", "destination": {"ports": ["sql"]}}]);
    let resources = shop([calico(
        "NetworkPolicy",
        "p",
        json!({"selector": "all()", "ingress": rule}),
    )]);
    assert!(tcp(&resources, "shop/front", 3306));
    assert!(!tcp(&resources, "shop/front", 3307));
    assert!(!allows(
        &resources,
        "shop/front",
        "shop/db",
        Protocol::UDP,
        3306
    ));
    assert!(!allows(
        &resources,
        "shop/db",
        "shop/front",
        Protocol::TCP,
        3306
    ));
}

#[test]
fn sctp_is_a_protocol_of_its_own() {
    let ingress = json!([{"ports": [{"port": 3868, "protocol": "SCTP"}]}]);
    let resources = shop([kubernetes(
        "p",
        json!({"podSelector": {}, "ingress": ingress}),
    )]);
    assert!(allows(
        &resources,
        "shop/front",
        "shop/db",
        Protocol::SCTP,
        3868
    ));
    assert!(!allows(
        &resources,
        "shop/front",
        "shop/db",
        Protocol::SCTP,
        3869
    ));
    assert!(!allows(
        &resources,
        "shop/front",
        "shop/db",
        Protocol::TCP,
        3868
    ));
}

/// A sidecar is an init container that stays: its ports have names too.
#[test]
fn the_ports_of_a_sidecar_have_names() {
    let ingress = json!([{"ports": [{"port": "metrics"}]}]);
    let resources = shop([kubernetes(
        "p",
        json!({"podSelector": {}, "ingress": ingress}),
    )]);
    assert!(tcp(&resources, "shop/front", 9100));
    assert!(!tcp(&resources, "shop/front", 3306));
}

/// Ingress without rules isolates; a rule without fields opens.
#[test]
fn no_rule_denies_and_an_empty_rule_allows() {
    for (ingress, allowed) in [
        (json!([]), false),
        (json!(null), false),
        (json!([{}]), true),
    ] {
        let spec = json!({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": ingress});
        let resources = shop([kubernetes("p", spec)]);
        assert_eq!(tcp(&resources, "shop/front", 80), allowed, "{ingress}");
    }
    for (ingress, allowed) in [(json!([]), false), (json!([{"action": "Allow"}]), true)] {
        let spec = json!({"selector": "all()", "types": ["Ingress"], "ingress": ingress});
        let resources = shop([calico("NetworkPolicy", "p", spec)]);
        assert_eq!(tcp(&resources, "shop/front", 80), allowed, "{ingress}");
    }
}

/// `from: []` is as if it were not there: everybody.
#[test]
fn an_empty_from_is_everybody() {
    for from in [json!([]), json!(null)] {
        let ingress = json!([{"from": from, "ports": [{"port": 80}]}]);
        let resources = shop([kubernetes(
            "p",
            json!({"podSelector": {}, "ingress": ingress}),
        )]);
        assert!(tcp(&resources, "shop/front", 80) && tcp(&resources, "192.0.2.1", 80));
        assert!(!tcp(&resources, "shop/front", 81));
    }
}

/// Peer and port of one rule are both asked.
#[test]
fn a_block_with_ports_is_not_all_addresses() {
    let from = json!([{"ipBlock": {"cidr": "192.0.2.0/24", "except": ["192.0.2.128/25"]}}]);
    let ingress = json!([{"from": from, "ports": [{"port": 80}]}]);
    let resources = shop([kubernetes(
        "p",
        json!({"podSelector": {}, "ingress": ingress}),
    )]);
    for (from, port, allowed) in [
        ("192.0.2.1", 80, true),
        ("192.0.2.1", 81, false),
        ("192.0.2.129", 80, false),
        ("198.51.100.1", 80, false),
        ("shop/front", 80, false),
    ] {
        assert_eq!(tcp(&resources, from, port), allowed, "{from} {port}");
    }
}

/// A policy that only logs is a policy: its tier is asked, and denies at its end.
#[test]
fn a_policy_that_only_logs_isolates() {
    let spec =
        json!({"selector": "app == 'db'", "types": ["Ingress"], "ingress": [{"action": "Log"}]});
    let resources = shop([calico("NetworkPolicy", "log", spec)]);
    assert!(!tcp(&resources, "shop/front", 80));
    let set = PolicySet::from_resources(&resources).set;
    let database = set.find_endpoint("shop/db").unwrap();
    let ingress = policy_engine::Direction::Ingress;
    let why = set.isolating(database, ingress, policy_engine::Staged::Ignored);
    let names: Vec<String> = why.map(|policy| policy.id.to_string()).collect();
    assert_eq!(names, ["NetworkPolicy shop/log"]);
}

/// Felix drops a rule for a family of which a list of networks has none.
#[test]
fn not_nets_of_the_other_family_match_nothing() {
    let rule = json!([{"action": "Allow", "source": {"notNets": ["2001:db8::/32"]}}]);
    let spec = json!({"selector": "app == 'db'", "ingress": rule});
    let resources = shop([calico("NetworkPolicy", "p", spec)]);
    assert!(!tcp(&resources, "192.0.2.1", 80));
}

/// Networks between whole octets have members, each of them.
#[test]
fn every_length_of_a_network_in_a_set_counts() {
    for length in 8..=32 {
        let set = calico(
            "NetworkSet",
            "partners",
            json!({"nets": [format!("192.0.2.64/{length}")]}),
        );
        let rule = json!([{"action": "Allow", "source": {"selector": "kind == 'set'"}}]);
        let policy = calico(
            "NetworkPolicy",
            "p",
            json!({"selector": "app == 'db'", "ingress": rule}),
        );
        let resources = shop([set, policy]);
        let net: ipnet::Ipv4Net = format!("192.0.2.64/{length}").parse().unwrap();
        let ends = [net.network(), net.broadcast()].map(|address| address.to_string());
        for inside in &ends {
            assert!(tcp(&resources, inside, 80), "{inside} in {net}");
        }
        let after = u32::from(net.broadcast()).wrapping_add(1);
        let outside = std::net::Ipv4Addr::from(after).to_string();
        assert!(!tcp(&resources, &outside, 80), "{outside} not in {net}");
    }
}

/// A cluster's set is in no namespace, where a policy of one does not look.
#[test]
fn a_global_set_is_seen_by_global_only() {
    let set = || {
        calico(
            "GlobalNetworkSet",
            "partners",
            json!({"nets": ["192.0.2.0/24"]}),
        )
    };
    let with = |source: Value| {
        let rule = json!([{"action": "Allow", "source": source}]);
        let policy = calico(
            "NetworkPolicy",
            "p",
            json!({"selector": "app == 'db'", "ingress": rule}),
        );
        tcp(&shop([set(), policy]), "192.0.2.1", 80)
    };
    assert!(!with(json!({"selector": "kind == 'set'"})));
    assert!(with(
        json!({"selector": "kind == 'set'", "namespaceSelector": "global()"})
    ));
}

/// What a policy says nothing of, it leaves alone; without types, rules say what it is about.
#[test]
fn types_follow_from_rules() {
    let egress = json!([{"action": "Allow", "protocol": "TCP"}]);
    for (spec, inbound, outbound) in [
        (json!({"selector": "app == 'db'"}), false, true),
        (
            json!({"selector": "app == 'db'", "egress": egress}),
            true,
            false,
        ),
        (
            json!({"selector": "app == 'db'", "ingress": [], "egress": egress}),
            true,
            false,
        ),
        (
            json!({"selector": "app == 'db'", "types": ["Ingress"], "egress": egress}),
            false,
            true,
        ),
    ] {
        let resources = shop([calico("NetworkPolicy", "p", spec.clone())]);
        assert_eq!(tcp(&resources, "shop/front", 80), inbound, "{spec}");
        let out = allows(&resources, "shop/db", "shop/front", Protocol::UDP, 53);
        assert_eq!(out, outbound, "{spec}");
    }
    // Kubernetes: always ingress, egress only if said or if there are rules for it.
    let spec = json!({"podSelector": {"matchLabels": {"app": "db"}}, "egress": []});
    let resources = shop([kubernetes("p", spec)]);
    assert!(!tcp(&resources, "shop/front", 80));
    assert!(allows(
        &resources,
        "shop/db",
        "shop/front",
        Protocol::UDP,
        53
    ));
}
