//! Single points of the semantics, worked out by hand from Calico's documentation and code.
//! Interpreter and snapshot are asked both.

use std::net::IpAddr;

use calico_types::Resource;
use policy_engine::{
    BuildOptions, CompileOptions, Decision, Direction, Effect, Evaluate, Flow, FlowError, Group,
    Interpreter, Matrix, Packet, PolicySet, PortService, Protocol, Snapshot,
};
use serde_json::{Value, json};

fn calico(kind: &str, value: Value) -> Resource {
    Resource::from_value("projectcalico.org/v3", kind, &value)
        .unwrap()
        .unwrap()
}

fn core(kind: &str, value: Value) -> Resource {
    Resource::from_value("v1", kind, &value).unwrap().unwrap()
}

fn pod(name: &str, address: &str) -> Resource {
    let value = json!({
        "metadata": {"name": name, "namespace": "shop", "labels": {"app": name}},
        "spec": {
            "nodeName": "node-1",
            "containers": [{"name": "c", "ports": [{"name": "web", "containerPort": 8080}]}],
        },
        "status": {"podIP": address},
    });
    core("Pod", value)
}

/// The namespace `shop` with pods `front` (10.1.0.1) and `back` (10.1.0.2).
fn shop(more: impl IntoIterator<Item = Resource>) -> Vec<Resource> {
    let mut resources = vec![
        core(
            "Namespace",
            json!({"metadata": {"name": "shop", "labels": {"env": "prod"}}}),
        ),
        pod("front", "10.1.0.1"),
        pod("back", "10.1.0.2"),
    ];
    resources.extend(more);
    resources
}

/// A policy of ingress rules for `back`.
fn ingress(rules: Value) -> Resource {
    let spec = json!({"selector": "app == 'back'", "types": ["Ingress"], "ingress": rules});
    calico(
        "GlobalNetworkPolicy",
        json!({"metadata": {"name": "p"}, "spec": spec}),
    )
}

fn check(resources: &[Resource], packet: &Packet<'_>, expected: &str) {
    check_set(&PolicySet::from_resources(resources).set, packet, expected);
}

/// As a release with `AdminNetworkPolicy`.
fn check_older(resources: &[Resource], packet: &Packet<'_>, expected: &str) {
    let options = BuildOptions::new().with_admin_network_policies(true);
    let set = PolicySet::from_resources_with(options, resources).set;
    check_set(&set, packet, expected);
}

fn check_set(set: &PolicySet, packet: &Packet<'_>, expected: &str) {
    let back = set.find_endpoint("shop/back").unwrap();
    let snapshot = Snapshot::compile(set.clone(), CompileOptions::new()).unwrap();
    let interpreted = Interpreter::new(set)
        .decide(back, Direction::Ingress, packet)
        .to_string();
    let compiled: Decision<'_> = snapshot.decide(back, Direction::Ingress, packet);
    assert_eq!(interpreted, expected, "{packet}");
    assert_eq!(compiled.to_string(), expected, "{packet}");
}

fn packet(from: &str, port: u16) -> Packet<'static> {
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    Packet::new(address(from), address("10.1.0.2"), Protocol::TCP).to_port(port)
}

const BY_RULE_1: &str = "allowed by rule 1 of GlobalNetworkPolicy p in tier default";
const BY_END: &str =
    "denied by the end of tier default, which applies because of GlobalNetworkPolicy p";

#[test]
fn a_network_set_matches_by_address_even_that_of_a_pod() {
    let set = json!({
        "metadata": {"name": "s", "labels": {"role": "trusted"}},
        "spec": {"nets": ["10.1.0.0/30", "192.0.2.0/25"]},
    });
    let rule = json!([{"action": "Allow", "source": {"selector": "role == 'trusted'"}}]);
    let resources = shop([calico("GlobalNetworkSet", set), ingress(rule)]);
    check(&resources, &packet("10.1.0.1", 80), BY_RULE_1);
    check(&resources, &packet("192.0.2.127", 80), BY_RULE_1);
    check(&resources, &packet("192.0.2.128", 80), BY_END);
}

#[test]
fn a_named_port_is_the_destinations_own() {
    let rule = json!([{"action": "Allow", "protocol": "TCP", "destination": {"ports": ["web"]}}]);
    let resources = shop([ingress(rule)]);
    check(&resources, &packet("192.0.2.1", 8080), BY_RULE_1);
    check(&resources, &packet("192.0.2.1", 8081), BY_END);
    let udp = Packet {
        protocol: Protocol::UDP,
        ..packet("192.0.2.1", 8080)
    };
    check(&resources, &udp, BY_END);
}

#[test]
fn a_source_belongs_to_a_service_whatever_its_port() {
    let slice = json!({
        "metadata": {
            "name": "front-1", "namespace": "shop",
            "labels": {"kubernetes.io/service-name": "front"},
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.1.0.1"], "conditions": {"ready": false}}],
        "ports": [{"port": 80}],
    });
    let slice = Resource::from_value("discovery.k8s.io/v1", "EndpointSlice", &slice);
    let services = json!({"name": "front", "namespace": "shop"});
    let rule = json!([{"action": "Allow", "source": {"services": services}}]);
    let resources = shop([slice.unwrap().unwrap(), ingress(rule)]);
    check(&resources, &packet("10.1.0.1", 443), BY_RULE_1);
    check(&resources, &packet("10.1.0.3", 443), BY_END);
}

#[test]
fn not_nets_of_one_family_match_nothing_of_the_other() {
    let rule = json!([{"action": "Allow", "source": {"notNets": ["10.0.0.0/8"]}}]);
    let resources = shop([ingress(rule)]);
    check(&resources, &packet("192.0.2.1", 80), BY_RULE_1);
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    let ipv6 = Packet::new(
        address("2001:db8::1"),
        address("2001:db8::2"),
        Protocol::TCP,
    );
    check(&resources, &ipv6, BY_END);
}

#[test]
fn what_cannot_be_read_lets_nothing_through() {
    let rules = json!([
        {"action": "Allow", "source": {"selector": "has("}},
        {"action": "Deny", "protocol": "jolly", "destination": {"ports": [80]}},
        {"action": "Allow"},
    ]);
    let resources = shop([ingress(rules)]);
    let effects: Vec<_> = PolicySet::from_resources(&resources)
        .issues
        .iter()
        .map(|issue| issue.effect)
        .collect();
    assert_eq!(effects, [Effect::RuleMatchesNothing, Effect::RuleDeniesAll]);
    let denied = "denied by rule 2 of GlobalNetworkPolicy p in tier default";
    check(&resources, &packet("192.0.2.1", 443), denied);
}

#[test]
fn a_profile_that_does_not_exist_denies() {
    let resources = [pod("back", "10.1.0.2")];
    check(
        &resources,
        &packet("192.0.2.1", 80),
        "denied by profile kns.shop, which does not exist",
    );
}

#[test]
fn a_flow_needs_peers_that_can_be_found() {
    let shared = pod("twin", "10.1.0.1");
    let host = json!({
        "metadata": {"name": "node-1"},
        "spec": {"node": "node-1", "interfaceName": "eth0", "expectedIPs": ["10.0.0.1"]},
    });
    let resources = shop([shared, calico("HostEndpoint", host)]);
    let set = PolicySet::from_resources(&resources).set;
    let interpreter = Interpreter::new(&set);
    let error = |source: &str| {
        let flow = match source.parse::<IpAddr>() {
            Ok(address) => Flow::new(address, "shop/back", Protocol::TCP),
            Err(_) => Flow::new(source, "shop/back", Protocol::TCP),
        };
        interpreter.verdict(&flow).err()
    };
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    assert_eq!(
        error("shop/none"),
        Some(FlowError::UnknownEndpoint("shop/none".to_owned()))
    );
    assert_eq!(
        error("10.1.0.1"),
        Some(FlowError::AmbiguousAddress(address("10.1.0.1")))
    );
    assert_eq!(
        error("10.0.0.1"),
        Some(FlowError::UnsupportedHostEndpoint("node-1".to_owned()))
    );
    assert_eq!(error("2001:db8::1"), Some(FlowError::NoCommonFamily));
    assert_eq!(error("192.0.2.1"), None);
}

#[test]
fn a_matrix_shows_who_reaches_whom() {
    let rule = json!([{
        "action": "Allow", "protocol": "TCP",
        "source": {"selector": "app == 'front'"}, "destination": {"ports": [8080]},
    }]);
    let set = PolicySet::from_resources(&shop([ingress(rule)])).set;
    let snapshot = Snapshot::compile(set, CompileOptions::new()).unwrap();
    let outside: IpAddr = "192.0.2.1".parse().unwrap();
    let groups = [
        Group::new("front", "shop/front"),
        Group::new("back", "shop/back"),
        Group::new("outside", outside),
    ];
    let matrix = Matrix::new(&snapshot, &groups, PortService::tcp(8080), None);
    assert_eq!(
        matrix.to_string(),
        "TCP 8080  front  back  outside\n\
         front     yes    yes   yes    \n\
         back      yes    -     yes    \n\
         outside   yes    -     yes    \n"
    );
    assert!(matrix.cell(0, 1).unwrap().as_ref().unwrap().is_allowed());
    assert!(matrix.cell(0, 3).is_none());
    assert_eq!(matrix.iter().count(), 9);
}

/// Administrators' policies of v1alpha1 go around those of namespaces.
#[test]
fn admin_policies_come_before_and_baseline_policies_after() {
    let policy = |kind: &str, value: Value| {
        let api = "policy.networking.k8s.io/v1alpha1";
        Resource::from_value(api, kind, &value).unwrap().unwrap()
    };
    let rule = |action: &str, port: u16| {
        json!({
            "action": action,
            "from": [{"namespaces": {"matchLabels": {"env": "prod"}}}],
            "ports": [{"portNumber": {"port": port}}],
        })
    };
    let subject = json!({"namespaces": {}});
    let admin = json!({
        "metadata": {"name": "first"},
        "spec": {"priority": 5, "subject": subject, "ingress": [rule("Deny", 1), rule("Pass", 2)]},
    });
    let baseline = json!({
        "metadata": {"name": "default"},
        "spec": {"subject": subject, "ingress": [rule("Deny", 1), rule("Deny", 2), rule("Deny", 3)]},
    });
    let resources = shop([
        policy("AdminNetworkPolicy", admin),
        policy("BaselineAdminNetworkPolicy", baseline),
    ]);
    for (port, expected) in [
        (
            1,
            "denied by rule 1 of KubernetesAdminNetworkPolicy first in tier adminnetworkpolicy",
        ),
        (
            2,
            "denied by rule 2 of KubernetesBaselineAdminNetworkPolicy default in tier baselineadminnetworkpolicy",
        ),
        (4, "allowed by rule 1 of profile kns.shop"),
    ] {
        check_older(&resources, &packet("10.1.0.1", port), expected);
    }
    // A policy of the namespace decides before the baseline is asked.
    let allow =
        json!([{"action": "Allow", "protocol": "TCP", "destination": {"ports": [1, 2, 3]}}]);
    let resources: Vec<_> = resources.into_iter().chain([ingress(allow)]).collect();
    for (port, expected) in [
        (
            1,
            "denied by rule 1 of KubernetesAdminNetworkPolicy first in tier adminnetworkpolicy",
        ),
        (2, BY_RULE_1),
        (3, BY_RULE_1),
    ] {
        check_older(&resources, &packet("10.1.0.1", port), expected);
    }
}
