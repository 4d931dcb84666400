//! BGPFilters and the built-in export chain, with BIRD's answers.

use crate::speaker::*;
use bgp_rib::{
    BuiltIn, Decider, ExportContext, FilterChain, FilterProblem, LocalOrigin, NormalPriority, Pool,
    PrefixAdvertisement, RouteSource, RouteView, export_chain, import_chain,
};
use bgp_wire::{Asn, Community, LargeCommunity, PathAttributes, PeerType};
use calico_types::resources::BGPFilter;
use serde_json::{Value, json};

fn filter(spec: Value) -> BGPFilter {
    serde_json::from_value(json!({ "metadata": { "name": "f" }, "spec": spec })).unwrap()
}

/// The import chain of one filter with these rules for IPv4, and its problems.
fn import(rules: Value) -> (FilterChain, Vec<FilterProblem>) {
    let filter = filter(json!({ "importV4": rules }));
    let compiled = import_chain(["f"], |_| Some(&filter), NormalPriority::default());
    let problems = compiled
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.problem)
        .collect();
    (compiled.chain, problems)
}

fn view<'a>(prefix: &str, attributes: &'a PathAttributes) -> RouteView<'a> {
    RouteView {
        destination: net(prefix).into(),
        attributes,
        source: RouteSource::Peer(PeerType::Internal),
        interface: None,
        session: PeerType::Internal,
        rpki: bgp_rib::RpkiState::NotFound,
    }
}

/// Whether a rule of these fields that rejects catches `prefix`.
fn catches(mut rule: Value, prefix: &str) -> bool {
    rule["action"] = json!("Reject");
    let (chain, _) = import(json!([rule]));
    !chain
        .evaluate(&view(prefix, &attributes(addr(20), &[65_001])))
        .accepted
}

#[test]
fn operators_and_lengths() {
    let rule = |operator: &str, lengths: Value| json!({ "cidr": "10.0.0.0/8", "matchOperator": operator, "prefixLength": lengths });
    for (operator, lengths, prefix, expected) in [
        ("In", Value::Null, "10.0.0.0/8", true),
        ("In", Value::Null, "10.1.2.3/32", true),
        ("In", Value::Null, "0.0.0.0/0", false),
        ("NotIn", Value::Null, "0.0.0.0/0", true),
        ("NotIn", Value::Null, "10.1.0.0/16", false),
        ("Equal", Value::Null, "10.0.0.0/8", true),
        ("Equal", Value::Null, "10.0.0.0/9", false),
        ("NotEqual", Value::Null, "10.0.0.0/9", true),
        ("NotEqual", Value::Null, "10.0.0.0/8", false),
        ("In", json!({ "min": 16, "max": 24 }), "10.1.0.0/16", true),
        ("In", json!({ "min": 16, "max": 24 }), "10.0.0.0/8", false),
        ("In", json!({ "min": 16, "max": 24 }), "10.1.1.0/25", false),
        ("In", json!({ "max": 9 }), "10.0.0.0/9", true),
        ("In", json!({ "min": 24 }), "10.1.1.1/32", true),
        ("NotIn", json!({ "min": 16 }), "10.0.0.0/8", true),
        // The minimum is never shorter than the CIDR.
        ("In", json!({ "min": 7, "max": 32 }), "10.0.0.0/7", false),
        ("In", json!({ "min": 7, "max": 32 }), "10.0.0.0/8", true),
        // BIRD: a prefix is never equal to a set, and always unequal.
        ("Equal", json!({ "min": 8, "max": 8 }), "10.0.0.0/8", false),
        (
            "NotEqual",
            json!({ "min": 8, "max": 8 }),
            "10.0.0.0/8",
            true,
        ),
    ] {
        assert_eq!(
            catches(rule(operator, lengths.clone()), prefix),
            expected,
            "{operator} {lengths} {prefix}"
        );
    }
}

#[test]
fn traps_are_reported() {
    let accept = |mut rule: Value| {
        rule["action"] = json!("Accept");
        import(json!([rule])).1
    };
    let cidr = |operator: &str| json!({ "cidr": "10.0.0.0/8", "matchOperator": operator });
    let with = |mut rule: Value, key: &str, value: Value| {
        rule[key] = value;
        rule
    };
    assert_eq!(accept(cidr("In")), []);
    let lengths = json!({ "min": 16 });
    let equal = with(cidr("Equal"), "prefixLength", lengths.clone());
    assert_eq!(accept(equal), [FilterProblem::EqualWithPrefixLength]);
    let not_equal = with(cidr("NotEqual"), "prefixLength", lengths.clone());
    assert_eq!(accept(not_equal), [FilterProblem::NotEqualWithPrefixLength]);
    let empty = with(cidr("In"), "prefixLength", json!({ "min": 24, "max": 20 }));
    assert_eq!(
        accept(empty),
        [FilterProblem::EmptyRange { min: 24, max: 20 }]
    );
    let clipped = with(cidr("In"), "prefixLength", json!({ "max": 7 }));
    assert_eq!(
        accept(clipped),
        [FilterProblem::EmptyRange { min: 8, max: 7 }]
    );
    let short = with(cidr("In"), "prefixLength", json!({ "min": 7 }));
    assert_eq!(
        accept(short),
        [FilterProblem::MinShorterThanCidr { min: 7 }]
    );
    let host = with(cidr("In"), "cidr", json!("10.1.2.3/16"));
    assert_eq!(
        accept(host),
        [FilterProblem::HostBits {
            cidr: "10.1.2.3/16".parse().unwrap()
        }]
    );
    let family = with(cidr("In"), "cidr", json!("2001:db8::/32"));
    assert_eq!(
        accept(family),
        [FilterProblem::WrongFamily {
            cidr: net("2001:db8::/32")
        }]
    );
    assert_eq!(
        accept(json!({ "cidr": "10.0.0.0/8" })),
        [FilterProblem::CidrWithoutOperator]
    );
    assert_eq!(
        accept(json!({ "matchOperator": "In" })),
        [FilterProblem::OperatorWithoutCidr]
    );
    assert_eq!(
        accept(json!({ "prefixLength": lengths })),
        [FilterProblem::PrefixLengthWithoutCidr]
    );
    let operations = json!([{ "setPriority": { "value": 512 } }]);
    let (_, problems) = import(json!([{ "action": "Reject", "operations": operations }]));
    assert_eq!(problems, [FilterProblem::OperationsWithReject]);
    assert_eq!(
        accept(json!({ "operations": [{}] })),
        [FilterProblem::NotOneOperation]
    );

    // A rule that cannot be understood does not widen.
    assert!(!catches(json!({ "cidr": "10.0.0.0/8" }), "10.0.0.0/8"));
}

/// A missing name is skipped; the next filter decides; rules of the other
/// direction and family do not count.
#[test]
fn chains_of_filters() {
    let first = filter(json!({
        "exportV4": [{ "action": "Reject" }],
        "importV6": [{ "action": "Reject" }],
        "importV4": [{ "cidr": "10.0.0.0/8", "matchOperator": "In", "action": "Accept" }],
    }));
    let second = filter(json!({ "importV4": [{ "action": "Reject" }] }));
    let find = |name: &str| match name {
        "first" => Some(&first),
        "second" => Some(&second),
        _ => None,
    };
    let compiled = import_chain(
        ["absent", "first", "second"],
        find,
        NormalPriority::default(),
    );
    assert_eq!(compiled.diagnostics.len(), 1);
    assert_eq!(
        compiled.diagnostics[0].to_string(),
        "BGPFilter absent: no such BGPFilter; the name is skipped"
    );
    let route = attributes(addr(20), &[65_001]);
    let ask = |prefix| compiled.chain.evaluate(&view(prefix, &route));
    assert!(ask("10.1.0.0/16").accepted);
    assert!(!ask("192.0.2.0/24").accepted);
    assert!(!ask("2001:db8::/32").accepted);
    let trace = compiled.chain.trace(&view("192.0.2.0/24", &route));
    let text = trace.display(&compiled.chain).to_string();
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        [
            "first importV4[0]: not prefix ~ 10.0.0.0/8",
            "first importV6[0]: not ipv6 unicast",
            "second importV4[0]: matches",
            "rejected by second importV4[0]",
        ]
    );
}

#[test]
fn other_fields() {
    let route = PathAttributes {
        local_pref: Some(2_147_483_647 - 512),
        communities: vec![Community::new(64_512, 1)],
        large_communities: vec![LargeCommunity::new(1, 2, 3)],
        ..attributes(addr(20), &[65_001, 65_002])
    };
    for (rule, expected) in [
        (json!({}), true),
        (json!({ "source": "RemotePeers" }), true),
        (json!({ "peerType": "iBGP" }), true),
        (json!({ "peerType": "eBGP" }), false),
        (json!({ "priority": 512 }), true),
        (json!({ "priority": 1024 }), false),
        (json!({ "communities": { "values": ["64512:1"] } }), true),
        (json!({ "communities": { "values": ["64512:2"] } }), false),
        (json!({ "communities": { "values": ["1:2:3"] } }), true),
        (json!({ "communities": { "values": ["1:2:4"] } }), false),
        (json!({ "asPathPrefix": [65_001, 65_002] }), true),
        (json!({ "asPathPrefix": [65_002] }), false),
        (json!({ "interface": "*" }), true),
        (json!({ "interface": "eth0" }), false),
    ] {
        let mut rejecting = rule.clone();
        rejecting["action"] = json!("Reject");
        let (chain, problems) = import(json!([rejecting]));
        assert_eq!(problems, []);
        assert_eq!(
            !chain.evaluate(&view("10.0.0.0/8", &route)).accepted,
            expected,
            "{rule}"
        );
    }
}

#[test]
fn operations() {
    let (chain, problems) = import(json!([{
        "action": "Accept",
        "operations": [
            { "addCommunity": { "value": "64512:9" } },
            { "addCommunity": { "value": "1:2:3" } },
            { "prependASPath": { "prefix": [65_000, 65_001] } },
            { "setPriority": { "value": 512 } },
        ],
    }]));
    assert_eq!(problems, []);
    let verdict = chain.evaluate(&view("10.0.0.0/8", &attributes(addr(20), &[65_002])));
    let changed = verdict.attributes.unwrap();
    assert_eq!(changed.communities, [Community::new(64_512, 9)]);
    assert_eq!(changed.large_communities, [LargeCommunity::new(1, 2, 3)]);
    assert_eq!(changed.as_path.to_string(), "65000 65001 65002");
    assert_eq!(changed.local_pref, Some(2_147_483_135));
}

/// Received with a priority above normal: preferred to BGP's usual 100.
#[test]
fn elevated_imports() {
    let chain = import_chain([], |_| None, NormalPriority::default()).chain;
    for (local_pref, expected) in [
        (100, None),
        (2_147_482_623, None),
        (2_147_482_624, Some(200)),
    ] {
        let route = PathAttributes {
            local_pref: Some(local_pref),
            ..attributes(addr(20), &[])
        };
        assert_eq!(
            chain.evaluate(&view("10.0.0.0/8", &route)).preference,
            expected
        );
    }
}

fn cluster() -> ExportContext {
    let pool = |cidr, disable_bgp_export| Pool {
        cidr: net(cidr),
        disable_bgp_export,
    };
    ExportContext {
        pools: vec![pool("192.168.0.0/16", false), pool("172.16.0.0/16", true)],
        own_blocks: vec![net("192.168.5.0/26"), net("172.16.0.0/26")],
        service_ranges: vec![net("10.96.0.0/12")],
        ..ExportContext::default()
    }
}

/// Which step of the built-in chain decides about a route originated here.
fn built_in(prefix: &str, origin: &LocalOrigin, session: PeerType) -> BuiltIn {
    let chain = export_chain([], |_| None, cluster().into()).chain;
    let route = PathAttributes::default();
    let asked = RouteView {
        source: RouteSource::Local(origin),
        interface: origin.interface(),
        session,
        rpki: bgp_rib::RpkiState::NotFound,
        ..view(prefix, &route)
    };
    let verdict = chain.evaluate(&asked);
    let step = if let Decider::BuiltIn(step) = verdict.decided_by {
        Some(step)
    } else {
        None
    };
    let step = step.expect("no filter decides");
    assert_eq!(verdict.accepted, step.accepts());
    step
}

fn kernel(interface: &str, metric: Option<u32>) -> LocalOrigin {
    let interface = interface.into();
    LocalOrigin::Kernel { interface, metric }
}

#[test]
fn own_blocks_and_services() {
    let pod = |metric| kernel("cali1", metric);
    for (prefix, origin, expected) in [
        ("192.168.5.0/26", LocalOrigin::OwnBlock, BuiltIn::OwnBlock),
        (
            "172.16.0.0/26",
            LocalOrigin::OwnBlock,
            BuiltIn::DisabledPool,
        ),
        ("192.168.5.1/32", pod(Some(1024)), BuiltIn::InsideOwnBlock),
        ("192.168.5.1/32", pod(None), BuiltIn::InsideOwnBlock),
        (
            "192.168.5.1/32",
            pod(Some(512)),
            BuiltIn::ElevatedInOwnBlock,
        ),
        ("192.168.7.1/32", pod(Some(1024)), BuiltIn::EnabledPool),
        ("10.96.0.1/32", LocalOrigin::Service, BuiltIn::StaticRoute),
        ("10.0.0.0/8", kernel("eth0", None), BuiltIn::NothingElse),
    ] {
        let step = built_in(prefix, &origin, PeerType::Internal);
        assert_eq!(step, expected, "{prefix} {origin}");
    }
}

#[test]
fn tunnels() {
    use PeerType::{External, Internal};
    for (interface, session, expected) in [
        ("vxlan.calico", Internal, BuiltIn::TunnelInterface),
        ("wireguard.cali", Internal, BuiltIn::TunnelInterface),
        ("tunl0", Internal, BuiltIn::TunnelInterface),
        ("tunl0", External, BuiltIn::EnabledPool),
        ("bpfin.cali", External, BuiltIn::BpfInterface),
        ("eth0", Internal, BuiltIn::EnabledPool),
    ] {
        let step = built_in("192.168.7.0/26", &kernel(interface, None), session);
        assert_eq!(step, expected, "{interface} {session:?}");
    }
}

/// What came by BGP goes on only inside pools, and on a reflector inside
/// service ranges; with Felix' IPIP, tunl0 is BIRD's.
#[test]
fn built_in_exports_of_learned_routes() {
    let learned = attributes(addr(20), &[65_001]);
    let ask = |context: ExportContext, prefix: &str, interface| {
        let chain = export_chain([], |_| None, context.into()).chain;
        chain
            .evaluate(&RouteView {
                interface,
                ..view(prefix, &learned)
            })
            .decided_by
    };
    let mut reflector = cluster();
    reflector.reflector = true;
    reflector.bird_programs_ipip = true;
    assert_eq!(
        ask(cluster(), "10.0.0.0/8", None),
        Decider::BuiltIn(BuiltIn::NothingElse)
    );
    assert_eq!(
        ask(cluster(), "192.168.9.0/26", None),
        Decider::BuiltIn(BuiltIn::EnabledPool)
    );
    assert_eq!(
        ask(cluster(), "10.96.0.1/32", None),
        Decider::BuiltIn(BuiltIn::NothingElse)
    );
    assert_eq!(
        ask(reflector.clone(), "10.96.0.1/32", None),
        Decider::BuiltIn(BuiltIn::ServiceRange)
    );
    let tunnel = Some("tunl0");
    assert_eq!(
        ask(cluster(), "192.168.9.0/26", tunnel),
        Decider::BuiltIn(BuiltIn::TunnelInterface)
    );
    assert_eq!(
        ask(reflector, "192.168.9.0/26", tunnel),
        Decider::BuiltIn(BuiltIn::EnabledPool)
    );
}

/// A filter's Accept goes past all of the built-in chain: disabled pools and
/// advertised communities too. The priority is there before the filters.
#[test]
fn filters_come_before_the_built_in_chain() {
    let accept = filter(json!({
        "exportV4": [{ "priority": 1024, "cidr": "172.16.0.0/16", "matchOperator": "In", "action": "Accept" }],
    }));
    let mut context = cluster();
    context.advertisements = vec![PrefixAdvertisement {
        cidr: net("192.168.0.0/16"),
        communities: vec![Community::new(64_512, 5)],
        large_communities: vec![],
    }];
    let chain = export_chain(["f"], |_| Some(&accept), context.into()).chain;
    let route = PathAttributes::default();
    let source = RouteSource::Local(&LocalOrigin::OwnBlock);
    let accepted = chain.evaluate(&RouteView {
        source,
        ..view("172.16.0.0/26", &route)
    });
    assert_eq!(accepted.decided_by, Decider::Rule { filter: 0, rule: 0 });
    let attributes = accepted.attributes.unwrap();
    assert_eq!(
        (attributes.local_pref, attributes.communities.len()),
        (Some(2_147_482_623), 0)
    );
    let own = chain.evaluate(&RouteView {
        source,
        ..view("192.168.5.0/26", &route)
    });
    assert_eq!(
        own.attributes.unwrap().communities,
        [Community::new(64_512, 5)]
    );
}

/// End to end: a node of the mesh keeps foreign routes to itself and announces
/// its blocks with their priority.
#[test]
fn a_node_of_the_mesh() {
    let chain = export_chain([], |_| None, cluster().into()).chain;
    let mut node = Speaker::new(64_512, addr(1));
    let router = node.external(addr(20));
    let other = node.peer(addr(2), context(PeerType::Internal), |config| {
        config.export = chain
    });
    let _ = node.announce(router, &attributes(addr(20), &[65_001]), "10.0.0.0/8");
    let block = bgp_rib::LocalRoute::new(net("192.168.5.0/26"), LocalOrigin::OwnBlock);
    let _ = node.rib.apply(bgp_rib::Event::Originate(block));
    let told = node.told(other);
    assert_eq!(told.len(), 3);
    let (prefix, heard) = told[0].reach().unwrap();
    assert_eq!(prefix, net("192.168.5.0/26"));
    assert_eq!(heard.local_pref, Some(2_147_482_623));
    assert_eq!(heard.as_path.view().iter_asns().collect::<Vec<Asn>>(), []);
}
