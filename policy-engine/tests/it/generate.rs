//! Random policy sets and packets over a world that is small enough for things to meet.

use std::net::IpAddr;

use ipnet::IpNet;
use policy_engine::{
    Action, Endpoint, EndpointKind, Family, Fault, HttpMatch, HttpRequest, IcmpMatch, LabelMap,
    NamedPort, NetworkSet, Packet, Parts, PathMatch, PeerMatch, Policy, PolicyId, PolicyKind,
    PortMatch, Profile, Protocol, Rule, Service, ServiceMember, ServiceName, Stage, Tier,
    TierDefault,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const SELECTORS: [&str; 12] = [
    "all()",
    "app == 'a'",
    "app != 'a'",
    "has(app)",
    "!has(app)",
    "role in {'x', 'y'}",
    "role not in {'x'}",
    "app == 'a' && role == 'x'",
    "app == 'b' || role == 'y'",
    "pcns.env == 'prod'",
    "app starts with 'a' || role contains 'y'",
    "app == 'nobody'",
];

const NETS: [&str; 12] = [
    "10.0.0.0/8",
    "10.0.0.0/29",
    "10.0.0.4/30",
    "10.0.0.5/32",
    "10.0.0.1/24",
    "0.0.0.0/0",
    "192.0.2.0/24",
    "fd00::/64",
    "fd00::4/126",
    "fd00::5/128",
    "::/0",
    "2001:db8::/32",
];

const PROTOCOLS: [u8; 7] = [1, 6, 17, 58, 132, 136, 253];
const PORTS: [u16; 8] = [0, 53, 79, 80, 81, 443, 8080, 65_535];
const PORT_NAMES: [&str; 3] = ["web", "dns", "nowhere"];
const PROFILES: [&str; 3] = ["kns.a", "kns.b", "kns.unknown"];
const TIERS: [&str; 5] = ["default", "first", "second", "kube-baseline", "undefined"];

fn labels() -> impl Strategy<Value = LabelMap> {
    let app = option::of(select(vec!["a", "b", "ab"]));
    let role = option::of(select(vec!["x", "y", ""]));
    (app, role, any::<bool>()).prop_map(|(app, role, noise)| {
        let noise = noise.then_some(("pod-template-hash", "1"));
        [app.map(|v| ("app", v)), role.map(|v| ("role", v)), noise]
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    })
}

fn selector() -> impl Strategy<Value = calico_types::selector::Selector> {
    select(SELECTORS.to_vec()).prop_map(|text| text.parse().unwrap())
}

fn nets() -> impl Strategy<Value = Vec<IpNet>> {
    let some = subsequence(NETS.to_vec(), 1..3);
    prop_oneof![3 => Just(Vec::new()), 1 => some]
        .prop_map(|nets| nets.into_iter().map(|net| net.parse().unwrap()).collect())
}

fn ports() -> impl Strategy<Value = Vec<PortMatch>> {
    let range = (select(PORTS.to_vec()), select(PORTS.to_vec()))
        .prop_map(|(a, b)| PortMatch::Range(a.min(b), a.max(b)));
    let one = select(PORTS.to_vec()).prop_map(|port| PortMatch::Range(port, port));
    let named = select(PORT_NAMES.to_vec()).prop_map(|name| PortMatch::Named(name.to_owned()));
    prop_oneof![
        4 => Just(Vec::new()),
        2 => vec(prop_oneof![range, one, named], 1..3),
    ]
}

fn service_name() -> impl Strategy<Value = ServiceName> {
    select(vec!["s", "t", "none"]).prop_map(|name| ServiceName {
        namespace: "a".to_owned(),
        name: name.to_owned(),
    })
}

fn peer() -> impl Strategy<Value = PeerMatch> {
    let sparse = |weight: f64| option::weighted(weight, selector());
    let written = (nets(), nets(), sparse(0.4), sparse(0.2), ports(), ports()).prop_map(
        |(nets, not_nets, selector, not_selector, ports, not_ports)| PeerMatch {
            nets,
            not_nets,
            selector,
            not_selector,
            ports,
            not_ports,
            service: None,
        },
    );
    let service = service_name().prop_map(|service| PeerMatch {
        service: Some(service),
        ..PeerMatch::default()
    });
    prop_oneof![3 => Just(PeerMatch::default()), 6 => written, 1 => service]
}

fn icmp() -> impl Strategy<Value = Option<IcmpMatch>> {
    let written = (
        select(vec![0, 3, 8, 255]),
        option::of(select(vec![0, 1, 255])),
    )
        .prop_map(|(icmp_type, code)| IcmpMatch { icmp_type, code });
    option::weighted(0.15, written)
}

fn http() -> impl Strategy<Value = Option<HttpMatch>> {
    let path = prop_oneof![
        Just(PathMatch::Exact("/a".to_owned())),
        Just(PathMatch::Prefix("/a".to_owned())),
    ];
    let method = select(vec!["GET", "*"]).prop_map(str::to_owned);
    let written = (vec(method, 0..2), vec(path, 0..2))
        .prop_map(|(methods, paths)| HttpMatch { methods, paths });
    option::weighted(0.2, written)
}

fn protocol() -> impl Strategy<Value = Protocol> {
    select(PROTOCOLS.to_vec()).prop_map(Protocol)
}

fn rule() -> impl Strategy<Value = Rule> {
    let action = prop_oneof![
        4 => Just(Action::Allow),
        3 => Just(Action::Deny),
        2 => Just(Action::Pass),
        1 => Just(Action::Log),
    ];
    let family = option::weighted(0.2, select(vec![Family::V4, Family::V6]));
    let fault = option::weighted(0.05, Just(Fault::IcmpCodeAlone));
    let protocols = (
        option::weighted(0.5, protocol()),
        option::weighted(0.1, protocol()),
    );
    (
        action,
        family,
        protocols,
        icmp(),
        icmp(),
        peer(),
        peer(),
        http(),
        fault,
    )
        .prop_map(
            |(action, family, protocols, icmp, not_icmp, source, destination, http, fault)| Rule {
                family,
                protocol: protocols.0,
                not_protocol: protocols.1,
                icmp,
                not_icmp,
                source,
                destination,
                http,
                fault,
                ..Rule::any(action)
            },
        )
}

fn policy() -> impl Strategy<Value = Policy> {
    let kind = select(vec![
        PolicyKind::GlobalNetworkPolicy,
        PolicyKind::NetworkPolicy,
        PolicyKind::KubernetesNetworkPolicy,
        PolicyKind::StagedGlobalNetworkPolicy,
    ]);
    let stage = prop_oneof![9 => Just(Stage::Normal), 1 => Just(Stage::Untracked)];
    let order = option::of(select(vec![-1.5, 0.0, 1.0, 1_000.0]));
    let rules = || option::weighted(0.7, vec(rule(), 0..4));
    let name = select(vec!["p", "p-1", "p1", "q"]);
    (
        kind,
        name,
        select(TIERS.to_vec()),
        order,
        selector(),
        rules(),
        rules(),
        stage,
    )
        .prop_map(
            |(kind, name, tier, order, selector, ingress, egress, stage)| Policy {
                id: PolicyId {
                    kind,
                    namespace: (kind == PolicyKind::NetworkPolicy).then(|| "a".to_owned()),
                    name: name.to_owned(),
                },
                tier: tier.to_owned(),
                order,
                selector,
                ingress,
                egress,
                stage,
                apply_on_forward: false,
            },
        )
}

fn tiers() -> impl Strategy<Value = Vec<Tier>> {
    let tier = |name: &'static str| {
        let order = option::of(select(vec![1.0, 2.0, 1_000_000.0]));
        let end = select(vec![TierDefault::Deny, TierDefault::Pass]);
        (order, end).prop_map(move |(order, default_action)| Tier {
            name: name.to_owned(),
            order,
            default_action,
        })
    };
    (tier("first"), tier("second")).prop_map(|(first, second)| vec![first, second])
}

/// Addresses that endpoints have; few, so that some are shared.
fn address() -> impl Strategy<Value = IpAddr> {
    (any::<bool>(), 0_u8..8).prop_map(|(v4, host)| {
        if v4 {
            IpAddr::from([10, 0, 0, host])
        } else {
            IpAddr::from([0xfd00, 0, 0, 0, 0, 0, 0, u16::from(host)])
        }
    })
}

fn named_port() -> impl Strategy<Value = NamedPort> {
    let protocol = select(vec![Protocol::TCP, Protocol::UDP, Protocol::SCTP]);
    (select(vec!["web", "dns"]), protocol, select(PORTS.to_vec())).prop_map(
        |(name, protocol, port)| NamedPort {
            name: name.to_owned(),
            protocol,
            port,
        },
    )
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    let name = (0_u8..6).prop_map(|number| format!("a/pod-{number}"));
    let kind = prop_oneof![9 => Just(EndpointKind::Workload), 1 => Just(EndpointKind::Host)];
    let profiles = prop_oneof![
        8 => subsequence(PROFILES[..2].to_vec(), 0..=2),
        1 => Just(PROFILES.to_vec()),
    ];
    let up = prop::bool::weighted(0.95);
    let ports = vec(named_port(), 0..3);
    (
        name,
        kind,
        labels(),
        profiles,
        vec(address(), 0..3),
        ports,
        up,
    )
        .prop_map(
            |(name, kind, labels, profiles, addresses, ports, admin_up)| Endpoint {
                name,
                alias: None,
                kind,
                labels,
                profiles: profiles.into_iter().map(str::to_owned).collect(),
                addresses,
                ports,
                admin_up,
            },
        )
}

fn profile(name: &'static str, env: &'static str) -> impl Strategy<Value = Profile> {
    let rules = || prop_oneof![Just(vec![Rule::any(Action::Allow)]), vec(rule(), 0..3)];
    (rules(), rules()).prop_map(move |(ingress, egress)| Profile {
        name: name.to_owned(),
        labels: LabelMap::from([("pcns.env".to_owned(), env.to_owned())]),
        ingress,
        egress,
    })
}

fn network_set() -> impl Strategy<Value = NetworkSet> {
    let profile = option::of(select(PROFILES.to_vec()));
    let some = subsequence(NETS.to_vec(), 0..4);
    (labels(), profile, some).prop_map(|(labels, profile, nets)| NetworkSet {
        name: "a/set".to_owned(),
        labels,
        profile: profile.map(str::to_owned),
        nets: nets.into_iter().map(|net| net.parse().unwrap()).collect(),
    })
}

fn service() -> impl Strategy<Value = Service> {
    let port = option::of((
        select(vec![Protocol::TCP, Protocol::UDP]),
        select(PORTS.to_vec()),
    ));
    let member = (address(), port).prop_map(|(address, port)| ServiceMember { address, port });
    (select(vec!["s", "t"]), vec(member, 0..4)).prop_map(|(name, members)| Service {
        name: ServiceName {
            namespace: "a".to_owned(),
            name: name.to_owned(),
        },
        members,
    })
}

/// A whole policy set.
pub(crate) fn parts() -> impl Strategy<Value = Parts> {
    (
        tiers(),
        vec(policy(), 0..8),
        vec(endpoint(), 1..6),
        (profile("kns.a", "prod"), profile("kns.b", "dev")),
        vec(network_set(), 0..3),
        vec(service(), 0..3),
    )
        .prop_map(
            |(tiers, policies, endpoints, profiles, network_sets, services)| Parts {
                tiers,
                policies,
                endpoints,
                profiles: vec![profiles.0, profiles.1],
                network_sets,
                services,
            },
        )
}

/// A packet between addresses inside and outside of the world.
pub(crate) fn packet() -> impl Strategy<Value = Packet<'static>> {
    let pair = (
        any::<bool>(),
        select((0..8).chain([200]).collect::<Vec<u8>>()),
        0_u8..8,
    );
    let ports = (select(PORTS.to_vec()), select(PORTS.to_vec()));
    let icmp = option::weighted(0.3, (select(vec![0, 3, 8, 255]), select(vec![0, 1, 255])));
    let http = option::weighted(
        0.3,
        (
            select(vec!["GET", "PUT"]),
            select(vec!["/a", "/a/b", "/ab", "/%zz"]),
        ),
    );
    (pair, protocol(), ports, icmp, http).prop_map(|(pair, protocol, ports, icmp, http)| {
        let (v4, from, to) = pair;
        let address = |host: u8| {
            if v4 {
                IpAddr::from([10, 0, 0, host])
            } else {
                IpAddr::from([0xfd00, 0, 0, 0, 0, 0, 0, u16::from(host)])
            }
        };
        let mut packet = Packet::new(address(from), address(to), protocol)
            .from_port(ports.0)
            .to_port(ports.1);
        packet.icmp = icmp;
        packet.http = http.map(|(method, path)| HttpRequest { method, path });
        packet
    })
}
