//! Connectivity is what the literal interpreter says, packet by packet.

use std::net::IpAddr;

use calico_types::Resource;
use policy_engine::{
    CompileOptions, Connections, Connectivity, ConnectivityDiff, Direction, Evaluate, Family, Flow,
    Interpreter, Packet, Parts, Peer, PeerGroup, PolicySet, Protocol, Snapshot, Staged,
    UnknownWorkload, Unused, changed_verdicts,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::generate;

/// Where peers of a packet are: an endpoint and the address that counts, or outside.
fn first_address(set: &PolicySet, name: &str, family: Family) -> IpAddr {
    let id = set.find_endpoint(name).unwrap();
    let addresses = &set.endpoint(id).unwrap().addresses;
    *addresses
        .iter()
        .find(|address| Family::of(**address) == family)
        .unwrap()
}

/// A representative of each group: its name if it is an endpoint, and an address.
fn peers(connectivity: &Connectivity, set: &PolicySet) -> Vec<(usize, Option<String>, IpAddr)> {
    let mut peers = Vec::new();
    for (number, group) in connectivity.groups().iter().enumerate() {
        // There are no workloads that might come.
        if let PeerGroup::Endpoints(names) = group {
            for name in names {
                let address = first_address(set, name, connectivity.family());
                peers.push((number, Some(name.clone()), address));
            }
        }
        if let PeerGroup::Outside(ranges) = group {
            let ends = ranges.iter().flat_map(|(low, high)| [*low, *high]);
            // Endpoints are holes in the ranges.
            let outside = ends.filter(|at| set.endpoints_at(*at).is_empty());
            peers.extend(outside.map(|address| (number, None, address)));
        }
    }
    peers
}

fn check(set: &PolicySet, staged: Staged, packets: &[Packet<'_>], family: Family) {
    let interpreter = Interpreter::new(set).with_staged(staged);
    let options = CompileOptions::new().with_staged(staged);
    let snapshot = Snapshot::compile(set.clone(), options).unwrap();
    let connectivity = Connectivity::new(&snapshot, family).unwrap();
    let peers = peers(&connectivity, set);
    for (source, from, source_address) in &peers {
        for (destination, to, destination_address) in &peers {
            let cell = connectivity.cell(*source, *destination);
            let find =
                |name: &Option<String>| name.as_ref().and_then(|name| set.find_endpoint(name));
            let ends = [find(from), find(to)];
            if ends == [None, None] {
                assert_eq!(cell, None);
                continue;
            }
            for packet in packets {
                let mut packet = Packet {
                    source: *source_address,
                    destination: *destination_address,
                    http: None,
                    ..*packet
                };
                // What the protocol does not have plays no part.
                match packet.protocol.0 {
                    1 | 58 => {
                        packet.source_port = 0;
                        packet.destination_port = 0;
                        packet.icmp = packet.icmp.or(Some((8, 0)));
                    }
                    6 | 17 | 132 | 136 => packet.icmp = None,
                    _ => {
                        packet.source_port = 0;
                        packet.destination_port = 0;
                        packet.icmp = None;
                    }
                }
                let verdict = interpreter.judge(ends[0], ends[1], &packet);
                assert_eq!(
                    cell.unwrap().contains(&packet),
                    verdict.is_allowed(),
                    "{packet}: {} though {verdict}",
                    cell.unwrap()
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn connections_are_the_packets_that_pass(
        parts in generate::parts(),
        packets in vec(generate::packet(), 12),
        staged in select(vec![Staged::Ignored, Staged::Enforced]),
        family in select(vec![Family::V4, Family::V6]),
    ) {
        check(&PolicySet::new(parts), staged, &packets, family);
    }

    /// A difference is what one has and the other has not, endpoint by endpoint.
    #[test]
    fn differences_are_differences(one in generate::parts(), mut other in generate::parts()) {
        // The same endpoints under other policies, and one more.
        other.endpoints.extend(one.endpoints.clone());
        let connectivity = |parts| {
            let snapshot = Snapshot::compile(PolicySet::new(parts), CompileOptions::new()).unwrap();
            Connectivity::new(&snapshot, Family::V4).unwrap()
        };
        let (before, now) = (connectivity(one), connectivity(other));
        let diff = ConnectivityDiff::new(&before, &now);
        prop_assert!(ConnectivityDiff::new(&now, &now).is_empty());
        let names = |of: &Connectivity| -> Vec<String> {
            let groups = of.groups().iter();
            let mut all = Vec::new();
            for group in groups {
                if let PeerGroup::Endpoints(names) = group {
                    all.extend(names.iter().cloned());
                }
            }
            all
        };
        let common: Vec<String> =
            names(&before).into_iter().filter(|name| now.group_of(name).is_some()).collect();
        for source in &common {
            for destination in &common {
                let (old, new) = (
                    before.between(source, destination).unwrap(),
                    now.between(source, destination).unwrap(),
                );
                let has = |group: &PeerGroup, name: &String| {
                    matches!(group, PeerGroup::Endpoints(names) if names.contains(name))
                };
                let found = diff.changes.iter().find(|change| {
                    has(&change.source, source) && has(&change.destination, destination)
                });
                let (added, removed) = (new.difference(old), old.difference(new));
                match found {
                    Some(change) => prop_assert_eq!((&change.added, &change.removed), (&added, &removed)),
                    None => prop_assert!(added.is_none() && removed.is_none()),
                }
            }
        }
    }
}

pub(crate) fn resource(version: &str, kind: &str, value: Value) -> Resource {
    Resource::from_value(version, kind, &value)
        .unwrap()
        .unwrap()
}

fn pod(namespace: &str, name: &str, address: &str) -> Resource {
    let value = json!({
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {"nodeName": "node-1"},
        "status": {"podIP": address},
    });
    resource("v1", "Pod", value)
}

fn namespace(name: &str) -> Resource {
    resource(
        "v1",
        "Namespace",
        json!({"metadata": {"name": name, "labels": {"team": name}}}),
    )
}

/// Front end, back end and database, of which the last is closed but to the second.
fn shop() -> Vec<Resource> {
    let mut resources = vec![namespace("shop")];
    for (number, name) in (1..).zip(["front", "back", "db", "db-copy"]) {
        resources.push(pod("shop", name, &format!("10.1.0.{number}")));
    }
    resources.push(resource(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        json!({
            "metadata": {"name": "database", "namespace": "shop"},
            "spec": {
                "podSelector": {"matchExpressions": [
                    {"key": "app", "operator": "In", "values": ["db", "db-copy"]},
                ]},
                "ingress": [{
                    "from": [{"podSelector": {"matchLabels": {"app": "back"}}}],
                    "ports": [{"port": 3306}],
                }, {
                    "from": [{"ipBlock": {"cidr": "192.0.2.0/24"}}],
                    "ports": [{"port": 9100}],
                }],
            },
        }),
    ));
    resources
}

fn set(resources: &[Resource]) -> PolicySet {
    let build = PolicySet::from_resources(resources);
    assert_eq!(build.issues, []);
    build.set
}

#[test]
fn groups_are_what_policy_cannot_tell_apart() {
    let snapshot = Snapshot::compile(set(&shop()), CompileOptions::new()).unwrap();
    let connectivity = Connectivity::new(&snapshot, Family::V4).unwrap();
    let groups: Vec<String> = connectivity
        .groups()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(groups.len(), 5);
    assert_eq!(groups[0], "shop/back");
    assert_eq!(groups[1], "shop/db, shop/db-copy");
    assert_eq!(groups[2], "shop/front");
    assert!(
        groups.contains(&"outside: 192.0.2.0/24".to_owned()),
        "{groups:?}"
    );
    let between = |from, to| connectivity.between(from, to).unwrap().to_string();
    assert_eq!(between("shop/back", "shop/db"), "TCP 3306");
    assert_eq!(between("shop/front", "shop/db-copy"), "none");
    assert_eq!(between("shop/db", "shop/db-copy"), "none");
    assert_eq!(between("shop/db", "shop/front"), "all");
    assert_eq!(between("192.0.2.7", "shop/db"), "TCP 9100");
    assert_eq!(between("203.0.113.1", "shop/db"), "none");
    // An endpoint by its address: the ranges outside have holes where endpoints are.
    assert_eq!(between("10.1.0.2", "10.1.0.3"), "TCP 3306");
    assert_eq!(between("10.1.0.1", "shop/db"), "none");
    let mysql: Connections = "TCP 3306".parse().unwrap();
    assert_eq!(
        connectivity.permits("shop/back", "shop/db", &mysql),
        Some(true)
    );
    assert_eq!(
        connectivity.permits("shop/back", "shop/db", &"TCP".parse().unwrap()),
        Some(false)
    );
    assert_eq!(
        connectivity.forbids("shop/front", "shop/db", &mysql),
        Some(true)
    );
    assert_eq!(connectivity.permits("shop/nobody", "shop/db", &mysql), None);
}

#[test]
fn workloads_that_might_come_are_asked_about() {
    let set = set(&shop());
    let labels = [("app".to_owned(), "back".to_owned())].into();
    let unknown = [UnknownWorkload::any(), UnknownWorkload::pod("shop", labels)];
    let options = CompileOptions::new();
    let connectivity =
        Connectivity::with_unknown(&set, options, Family::V4, &unknown, |_| true).unwrap();
    let between = |from: &str, to: &str| connectivity.between(from, to).unwrap().to_string();
    assert_eq!(between(&unknown[0].name, "shop/front"), "all");
    assert_eq!(between(&unknown[0].name, "shop/db"), "none");
    assert_eq!(between(&unknown[1].name, "shop/db"), "TCP 3306");
}

#[test]
fn a_staged_policy_is_seen_before_it_is_enforced() {
    let mut resources = shop();
    resources.push(resource(
        "projectcalico.org/v3",
        "StagedNetworkPolicy",
        json!({
            "metadata": {"name": "closed", "namespace": "shop"},
            "spec": {"selector": "app == 'front'", "types": ["Ingress"]},
        }),
    ));
    let set = set(&resources);
    let connectivity = |staged| {
        let options = CompileOptions::new().with_staged(staged);
        let snapshot = Snapshot::compile(set.clone(), options).unwrap();
        Connectivity::new(&snapshot, Family::V4).unwrap()
    };
    let (now, then) = (
        connectivity(Staged::Ignored),
        connectivity(Staged::Enforced),
    );
    let diff = ConnectivityDiff::new(&now, &then);
    assert!(
        diff.changes
            .iter()
            .all(|change| change.added.is_none() && change.removed.is_all())
    );
    let lines = diff.to_string();
    assert!(
        lines.contains("shop/back -> shop/front: -(all)\n"),
        "{lines}"
    );
    assert!(!lines.contains("-> shop/db"), "{lines}");
}

/// The same without a rule, or without a policy.
fn without(parts: &Parts, unused: &Unused) -> Parts {
    let mut parts = parts.clone();
    match unused.rule {
        None => parts.policies.retain(|policy| policy.id != unused.policy),
        Some((direction, index)) => {
            let policies = parts
                .policies
                .iter_mut()
                .filter(|it| it.id == unused.policy);
            for policy in policies {
                let rules = match direction {
                    Direction::Ingress => &mut policy.ingress,
                    Direction::Egress => &mut policy.egress,
                };
                rules.as_mut().unwrap().remove(index);
            }
        }
    }
    parts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// What decides nothing can be left out, and what is said to decide does: without it,
    /// something else decides somewhere.
    #[test]
    fn what_decides_nothing_can_go(mut parts in generate::parts()) {
        // Of two policies with one identity the later counts.
        let mut known = std::collections::BTreeSet::new();
        parts.policies.retain(|policy| known.insert(policy.id.clone()));
        let options = CompileOptions::new();
        let both = |parts: &Parts| {
            let snapshot = Snapshot::compile(PolicySet::new(parts.clone()), options).unwrap();
            [Family::V4, Family::V6].map(|family| Connectivity::new(&snapshot, family).unwrap())
        };
        let before = both(&parts);
        for unused in Unused::all(&PolicySet::new(parts.clone()), options).unwrap() {
            let now = both(&without(&parts, &unused));
            for (before, now) in before.iter().zip(&now) {
                let diff = ConnectivityDiff::new(before, now);
                prop_assert!(diff.is_empty(), "{}: {}", unused, diff);
            }
        }
    }
}

#[test]
fn rules_that_decide_nothing_are_told_with_the_reason() {
    let mut resources = shop();
    let policy = |name: &str, spec: Value| {
        let value = json!({"metadata": {"name": name, "namespace": "shop"}, "spec": spec});
        resource("projectcalico.org/v3", "NetworkPolicy", value)
    };
    resources.extend([
        policy(
            "nobody",
            json!({"selector": "app == 'gone'", "ingress": [{"action": "Allow"}]}),
        ),
        policy(
            "late",
            json!({
                "order": 10,
                "selector": "app == 'front'",
                "ingress": [
                    {"action": "Pass", "protocol": "TCP", "source": {"selector": "app == 'gone'"}},
                    {"action": "Pass", "protocol": "UDP"},
                    {"action": "Log"},
                    {"action": "Allow", "protocol": "TCP", "destination": {"ports": ["metrics"]}},
                    {"action": "Deny", "protocol": "UDP", "destination": {"ports": [53]}},
                    {"action": "Allow"},
                    {"action": "Deny"},
                ],
            }),
        ),
    ]);
    let unused = Unused::all(&set(&resources), CompileOptions::new()).unwrap();
    let mut lines: Vec<String> = unused.iter().map(ToString::to_string).collect();
    lines.sort();
    // The rule that passes UDP on is what decides before the fifth; it is no decider itself.
    assert_eq!(
        lines,
        [
            "NetworkPolicy shop/late, ingress rule 1: matches nothing between peers that are there",
            "NetworkPolicy shop/late, ingress rule 4: matches nothing between peers that are there",
            "NetworkPolicy shop/late, ingress rule 5: decided before, by rule 1 of profile kns.shop",
            "NetworkPolicy shop/late, ingress rule 7: decided before, by rule 1 of profile kns.shop and by rule 6 of NetworkPolicy shop/late in tier default",
            "NetworkPolicy shop/nobody: selects no workload",
        ]
    );
}

#[test]
fn a_policy_that_says_what_another_says_can_go() {
    let mut resources = shop();
    let policy = |name: &str, spec: Value| {
        let value = json!({"metadata": {"name": name, "namespace": "shop"}, "spec": spec});
        resource("projectcalico.org/v3", "NetworkPolicy", value)
    };
    let closed = json!({"selector": "app == 'front'", "types": ["Ingress"]});
    resources.extend([
        policy("closed", closed.clone()),
        policy("closed-too", closed),
    ]);
    let set = set(&resources);
    let redundant = set.redundant_policies(CompileOptions::new()).unwrap();
    let names: Vec<String> = redundant.iter().map(ToString::to_string).collect();
    // In the order of evaluation: a dash sorts before the end of a name.
    assert_eq!(
        names,
        ["NetworkPolicy shop/closed-too", "NetworkPolicy shop/closed"]
    );
}

#[test]
fn changed_verdicts_are_those_that_a_change_turns_round() {
    let before = set(&shop());
    let mut resources = shop();
    resources.push(resource(
        "projectcalico.org/v3",
        "NetworkPolicy",
        json!({
            "metadata": {"name": "closed", "namespace": "shop"},
            "spec": {"selector": "app == 'front'", "types": ["Ingress"]},
        }),
    ));
    let now = set(&resources);
    let flows = ["shop/back", "shop/db"].map(|to| {
        let front = Flow::new("shop/back", "shop/front", Protocol::TCP).to_port(80);
        let other = Flow::new("shop/front", to, Protocol::TCP).to_port(3306);
        [front, other]
    });
    let (before, now) = (Interpreter::new(&before), Interpreter::new(&now));
    let changed = changed_verdicts(&before, &now, flows.into_iter().flatten());
    assert_eq!(changed.len(), 2);
    for changed in changed {
        assert_eq!(changed.flow.destination, Peer::Name("shop/front"));
        assert!(changed.before.unwrap().is_allowed() && !changed.now.unwrap().is_allowed());
    }
}
