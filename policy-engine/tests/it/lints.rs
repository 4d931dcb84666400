//! What the lints of `calico-types` say of rules, held against the literal interpreter: a
//! rule that is never asked, or never matches, decides about no packet, and without it
//! every packet fares the same.

use std::net::IpAddr;

use calico_types::lint::{LintContext, lint};
use calico_types::{Resource, Source, decode};
use policy_engine::{
    Direction, EndpointId, Evaluate, Interpreter, Packet, PolicySet, Protocol, Reason,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

const CLAIMS: [&str; 2] = ["unreachable-rule", "contradictory-rule"];

/// A field with one of some values, or absent: fewer conditions make wider rules.
fn field(name: &'static str, values: Vec<Value>) -> impl Strategy<Value = Option<(String, Value)>> {
    prop::option::weighted(0.3, select(values))
        .prop_map(move |value| Some((name.to_owned(), value?)))
}

fn object(fields: Vec<Option<(String, Value)>>) -> Value {
    Value::Object(fields.into_iter().flatten().collect::<Map<_, _>>())
}

/// One side of a rule.
fn side() -> impl Strategy<Value = Value> {
    let selectors = || {
        vec![
            json!("all()"),
            json!("app == 'a'"),
            json!("role == 'x' && app == 'a'"),
            json!("app != 'a'"),
        ]
    };
    let nets = || {
        vec![
            json!(["10.0.0.0/8"]),
            json!(["10.1.0.0/16"]),
            json!(["10.1.0.1/32", "192.0.2.0/24"]),
            json!(["fd00::/16"]),
        ]
    };
    let ports = || {
        vec![
            json!([80]),
            json!(["80:90"]),
            json!([443, "web"]),
            json!(["web"]),
            json!(["1:65535"]),
        ]
    };
    let accounts = vec![
        json!({"names": ["s"]}),
        json!({"names": ["s", "t"]}),
        json!({"selector": "has(k)"}),
        json!({}),
    ];
    (
        field("selector", selectors()),
        field("notSelector", selectors()),
        field(
            "namespaceSelector",
            vec![json!("all()"), json!("env == 'prod'"), json!("global()")],
        ),
        field("serviceAccounts", accounts),
        field("nets", nets()),
        field("notNets", nets()),
        field("ports", ports()),
        field("notPorts", ports()),
    )
        .prop_map(|(a, b, c, d, e, f, g, h)| object(vec![a, b, c, d, e, f, g, h]))
}

fn rule() -> impl Strategy<Value = Value> {
    let actions = vec![json!("Allow"), json!("Deny"), json!("Pass"), json!("Log")];
    let protocols = || {
        vec![
            json!("TCP"),
            json!(6),
            json!("UDP"),
            json!("ICMP"),
            json!(1),
            json!("ICMPv6"),
        ]
    };
    let icmp = || {
        vec![
            json!({"type": 8}),
            json!({"type": 3, "code": 1}),
            json!({"type": 3}),
        ]
    };
    (
        select(actions),
        field("ipVersion", vec![json!(4), json!(6)]),
        field("protocol", protocols()),
        field("notProtocol", protocols()),
        field("icmp", icmp()),
        field("notICMP", icmp()),
        prop::option::weighted(0.5, side()),
        prop::option::weighted(0.5, side()),
    )
        .prop_map(|(action, a, b, c, d, e, source, destination)| {
            let sides = [("source", source), ("destination", destination)];
            let sides = sides.map(|(name, side)| Some((name.to_owned(), side?)));
            let mut fields = vec![Some(("action".to_owned(), action)), a, b, c, d, e];
            fields.extend(sides);
            object(fields)
        })
}

/// A rule, and often one like it with a condition more: those are the ones that meet.
fn rules() -> impl Strategy<Value = Vec<Value>> {
    let pair =
        (rule(), rule(), any::<bool>(), any::<bool>()).prop_map(|(one, other, narrow, turned)| {
            let mut second = other;
            if narrow && let (Some(fields), Some(more)) = (second.as_object_mut(), one.as_object())
            {
                for (name, value) in more {
                    if name != "action" {
                        fields.insert(name.clone(), value.clone());
                    }
                }
            }
            if turned {
                vec![second, one]
            } else {
                vec![one, second]
            }
        });
    vec(pair, 1..3).prop_map(|pairs| pairs.concat())
}

/// Two namespaces, pods with addresses of both families, and a network set.
fn world() -> Vec<Value> {
    let pod = |namespace: &str, name: &str, labels: Value, account: &str, addresses: [&str; 2]| {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": {
                "nodeName": "n", "serviceAccountName": account,
                "containers": [{"name": "c", "ports": [{"name": "web", "containerPort": 80}]}],
            },
            "status": {"podIP": addresses[0], "podIPs": [{"ip": addresses[0]}, {"ip": addresses[1]}]},
        })
    };
    vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": {"env": "prod"}}}),
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "b"}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "s", "namespace": "a", "labels": {"k": "v"}}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "t", "namespace": "b"}}),
        pod(
            "a",
            "p",
            json!({"app": "a", "role": "x"}),
            "s",
            ["10.1.0.1", "fd00::1"],
        ),
        pod("a", "q", json!({"app": "b"}), "u", ["10.1.0.2", "fd00::2"]),
        pod("b", "r", json!({"app": "a"}), "t", ["10.2.0.1", "fd01::1"]),
        json!({
            "apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkSet",
            "metadata": {"name": "office", "labels": {"app": "a"}}, "spec": {"nets": ["192.0.2.0/24"]},
        }),
    ]
}

fn policy(kind: &str, ingress: &[Value], egress: &[Value]) -> Value {
    let mut metadata = json!({"name": "it"});
    if kind == "NetworkPolicy" {
        metadata["namespace"] = json!("a");
    }
    json!({
        "apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata,
        "spec": {"types": ["Ingress", "Egress"], "ingress": ingress, "egress": egress},
    })
}

/// Every packet of a small world.
fn packets() -> Vec<Packet<'static>> {
    let families: [&[&str]; 2] = [
        &[
            "10.1.0.1",
            "10.1.0.2",
            "10.2.0.1",
            "192.0.2.9",
            "203.0.113.1",
        ],
        &["fd00::1", "fd01::1", "2001:db8::1"],
    ];
    let mut packets = Vec::new();
    for addresses in families {
        for (from, to) in addresses
            .iter()
            .flat_map(|from| addresses.iter().map(move |to| (from, to)))
        {
            let (from, to): (IpAddr, IpAddr) = (from.parse().unwrap(), to.parse().unwrap());
            for protocol in [Protocol::TCP, Protocol::UDP] {
                for (source, destination) in [(1_000, 80), (80, 85), (443, 443), (1_000, 22)] {
                    packets.push(
                        Packet::new(from, to, protocol)
                            .from_port(source)
                            .to_port(destination),
                    );
                }
            }
            for protocol in [Protocol(1), Protocol(58)] {
                for icmp in [(8, 0), (3, 1), (3, 3)] {
                    let mut packet = Packet::new(from, to, protocol);
                    packet.icmp = Some(icmp);
                    packets.push(packet);
                }
            }
        }
    }
    packets
}

fn set(policy: &Value) -> PolicySet {
    let mut all = world();
    all.push(policy.clone());
    let resources: Vec<Resource> = all
        .iter()
        .map(|value| {
            let text = |key: &str| value[key].as_str().unwrap();
            Resource::from_value(text("apiVersion"), text("kind"), value)
                .unwrap()
                .unwrap()
        })
        .collect();
    PolicySet::from_resources(&resources).set
}

/// Rules that lints claim to be without effect: their list, and their place in it. One
/// finding about a tail of the list is about all of it.
fn claims(policy: &Value) -> Vec<(Direction, usize)> {
    let decoded = decode(&[Source::new("policy.json", policy.to_string())]);
    let found = lint(&decoded.resources, &LintContext::new());
    let mut claims = Vec::new();
    for diagnostic in found.iter().filter(|d| CLAIMS.contains(&d.code.0)) {
        let (list, rest) = diagnostic
            .path
            .strip_prefix("spec.")
            .unwrap()
            .split_once('[')
            .unwrap();
        let index: usize = rest.split_once(']').unwrap().0.parse().unwrap();
        let direction = if list == "ingress" {
            Direction::Ingress
        } else {
            Direction::Egress
        };
        let end = if diagnostic.message.contains("are never asked") {
            policy["spec"][list].as_array().unwrap().len()
        } else {
            index + 1
        };
        claims.extend((index..end).map(|index| (direction, index)));
    }
    claims
}

/// Every claim is true, and how many there were.
fn check(kind: &str, ingress: &[Value], egress: &[Value]) -> usize {
    let whole = policy(kind, ingress, egress);
    let claims = claims(&whole);
    if claims.is_empty() {
        return 0;
    }
    let without = |direction: Direction, rules: &[Value]| -> Vec<Value> {
        let kept = rules.iter().enumerate();
        let kept = kept.filter(|(index, _)| !claims.contains(&(direction, *index)));
        kept.map(|(_, rule)| rule.clone()).collect()
    };
    let less = policy(
        kind,
        &without(Direction::Ingress, ingress),
        &without(Direction::Egress, egress),
    );
    let (whole_set, less_set) = (set(&whole), set(&less));
    let (before, after) = (Interpreter::new(&whole_set), Interpreter::new(&less_set));
    let ids: Vec<EndpointId> = whole_set.endpoint_ids().map(|(id, _)| id).collect();
    for packet in packets() {
        for id in &ids {
            for direction in Direction::BOTH {
                let decision = before.decide(*id, direction, &packet);
                if let Reason::Rule { rule, .. } = decision.reason {
                    assert!(
                        !claims.contains(&(direction, rule)),
                        "rule {rule} of {direction} decides about {packet}\n{whole:#}"
                    );
                }
                let other = after.decide(*id, direction, &packet);
                assert_eq!(
                    decision.is_allowed(),
                    other.is_allowed(),
                    "{direction}: {packet}\n{whole:#}"
                );
            }
        }
    }
    claims.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn rules_that_lints_call_without_effect_are(
        kind in select(vec!["NetworkPolicy", "GlobalNetworkPolicy"]),
        ingress in rules(),
        egress in rules(),
    ) {
        check(kind, &ingress, &egress);
    }
}

/// Who a policy is for.
fn subject() -> impl Strategy<Value = Value> {
    let selectors = vec![
        json!("all()"),
        json!("app == 'a'"),
        json!("app in {'a', 'b'}"),
        json!("app != 'c'"),
        json!("has(app)"),
        json!("projectcalico.org/namespace != 'b'"),
        json!("app == 'a' && role == 'x'"),
    ];
    let namespaces = vec![
        json!("all()"),
        json!("env == 'prod'"),
        json!("projectcalico.org/name == 'a'"),
        json!("has(projectcalico.org/name) && projectcalico.org/name != 'c'"),
    ];
    (
        any::<bool>(),
        prop::option::weighted(0.7, select(selectors)),
        prop::option::weighted(0.4, select(namespaces)),
    )
        .prop_map(|(namespaced, selector, namespaces)| {
            let mut spec = json!({"order": 1, "types": ["Ingress"]});
            if let Some(selector) = selector {
                spec["selector"] = selector;
            }
            if let Some(namespaces) = namespaces.filter(|_| !namespaced) {
                spec["namespaceSelector"] = namespaces;
            }
            let (kind, metadata) = match namespaced {
                true => ("NetworkPolicy", json!({"namespace": "a"})),
                false => ("GlobalNetworkPolicy", json!({})),
            };
            json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata, "spec": spec})
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn policies_that_lints_call_shadowed_decide_nothing(first in subject(), second in subject()) {
        let (mut first, mut second) = (first, second);
        first["metadata"]["name"] = json!("first");
        first["spec"]["ingress"] = json!([{"action": "Deny"}]);
        second["metadata"]["name"] = json!("second");
        second["spec"]["ingress"] = json!([{"action": "Allow", "protocol": "TCP", "destination": {"ports": [80]}}]);
        let mut documents = world();
        documents.extend([first.clone(), second.clone()]);
        let texts: Vec<String> = documents.iter().map(Value::to_string).collect();
        let decoded = decode(&[Source::new("set.yaml", texts.join("\n---\n"))]);
        let found = lint(&decoded.resources, &LintContext::new());
        if found.iter().any(|d| d.code.0 == "shadows-policies") {
            let resources: Vec<Resource> = decoded.iter().cloned().collect();
            let set = PolicySet::from_resources(&resources).set;
            let interpreter = Interpreter::new(&set);
            for (packet, (id, _)) in packets().iter().flat_map(|p| set.endpoint_ids().map(move |id| (p, id))) {
                let decision = interpreter.decide(id, Direction::Ingress, packet);
                if let Reason::Rule { policy, .. } = decision.reason {
                    prop_assert_eq!(policy.name.as_str(), "first", "{}\n{:#}\n{:#}", packet, &first, &second);
                }
            }
        }
    }
}

/// The property above is not empty: these are claims, and true.
#[test]
fn lints_do_claim() {
    let wide = json!({"action": "Allow", "protocol": "TCP", "source": {"nets": ["10.0.0.0/8"]}});
    let narrow = json!({"action": "Deny", "protocol": 6, "source": {"nets": ["10.1.0.0/16"]}, "destination": {"ports": [80]}});
    let all = json!({"action": "Deny"});
    assert_eq!(
        check("NetworkPolicy", &[wide.clone(), narrow.clone()], &[]),
        1
    );
    assert_eq!(
        check("NetworkPolicy", &[narrow.clone(), wide.clone()], &[]),
        0
    );
    assert_eq!(
        check(
            "GlobalNetworkPolicy",
            &[all.clone(), wide, narrow.clone()],
            &[narrow, all]
        ),
        2
    );
    let nothing = json!({"action": "Allow", "protocol": "TCP", "notProtocol": 6});
    assert_eq!(check("NetworkPolicy", &[nothing], &[]), 1);
}
