//! A cluster of a stated size with policies as people write them, and flows through it.
//!
//! Per namespace some 200 endpoints (at least 20 namespaces) of ten applications, four
//! tiers, three environments and twenty teams, and two labels that no selector names. One
//! policy of twenty is global; of the others 70 % are about an application of a namespace,
//! 15 % about one of its tiers, 15 % about all of it. Each has one to four rules: 90 % TCP, one
//! to three ports (15 % of them ranges), from half the time an application of the namespace,
//! else a namespace, a team across namespaces, a tier, a network outside, or an `in`.

use std::net::{IpAddr, Ipv4Addr};

use policy_engine::{
    Action, DEFAULT_TIER, Endpoint, EndpointId, EndpointKind, Evaluate, LabelMap, Packet, Parts,
    PeerMatch, Policy, PolicyId, PolicyKind, PolicySet, PortMatch, Profile, Protocol, Rule, Stage,
    Verdict,
};

/// Numbers that are the same in every run (xorshift64*).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A sequence by its seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        u32::try_from(high % u64::from(bound)).unwrap_or_default()
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }
}

/// The size of a cluster.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Its name in reports.
    pub name: &'static str,
    /// The number of endpoints.
    pub endpoints: u32,
    /// The number of policies.
    pub policies: u32,
}

/// The sizes that are measured.
pub const SIZES: [Size; 2] = [
    Size {
        name: "1k endpoints, 100 policies",
        endpoints: 1_000,
        policies: 100,
    },
    Size {
        name: "10k endpoints, 1k policies",
        endpoints: 10_000,
        policies: 1_000,
    },
];

impl Size {
    fn namespaces(self) -> u32 {
        (self.endpoints / 200).max(20)
    }

    /// The cluster.
    #[must_use]
    pub fn policy_set(self) -> PolicySet {
        let mut random = Random::new(20_200);
        PolicySet::new(Parts {
            endpoints: (0..self.endpoints)
                .map(|n| self.endpoint(n, &mut random))
                .collect(),
            policies: (0..self.policies)
                .map(|n| self.policy(n, &mut random))
                .collect(),
            profiles: (0..self.namespaces()).map(profile).collect(),
            ..Parts::default()
        })
    }

    fn endpoint(self, number: u32, random: &mut Random) -> Endpoint {
        let namespace = number % self.namespaces();
        let [_, a, b, c] = number.to_be_bytes();
        let label = |name: &str, value: String| (name.to_owned(), value);
        Endpoint {
            name: format!("ns-{namespace}/pod-{number}"),
            alias: None,
            kind: EndpointKind::Workload,
            labels: LabelMap::from([
                label("projectcalico.org/namespace", format!("ns-{namespace}")),
                label("app", format!("app-{}", random.below(10))),
                label("tier", format!("tier-{}", random.below(4))),
                label("env", format!("env-{}", random.below(3))),
                label("team", format!("team-{}", namespace % 20)),
                label("pod-template-hash", format!("{:x}", random.below(u32::MAX))),
                label(
                    "statefulset.kubernetes.io/pod-name",
                    format!("pod-{number}"),
                ),
            ]),
            profiles: vec![format!("kns.ns-{namespace}")],
            addresses: vec![IpAddr::V4(Ipv4Addr::new(10, a, b, c))],
            ports: Vec::new(),
            admin_up: true,
        }
    }

    fn policy(self, number: u32, random: &mut Random) -> Policy {
        let is_global = number.is_multiple_of(20);
        let namespace = random.below(self.namespaces());
        let own = format!("projectcalico.org/namespace == 'ns-{namespace}'");
        let selector = match (is_global, random.below(100)) {
            (true, _) => format!("app == 'app-{}'", random.below(10)),
            (false, 0..70) => format!("app == 'app-{}' && {own}", random.below(10)),
            (false, 70..85) => format!("tier == 'tier-{}' && {own}", random.below(4)),
            (false, _) => own,
        };
        let count = 1 + random.below(4);
        let mut rules = |side: fn(&mut Rule) -> &mut PeerMatch| -> Vec<Rule> {
            (0..count)
                .map(|_| self.rule(namespace, side, random))
                .collect()
        };
        let ingress = rules(|rule| &mut rule.source);
        let egress = number
            .is_multiple_of(3)
            .then(|| rules(|rule| &mut rule.destination));
        Policy {
            id: PolicyId {
                kind: if is_global {
                    PolicyKind::GlobalNetworkPolicy
                } else {
                    PolicyKind::NetworkPolicy
                },
                namespace: (!is_global).then(|| format!("ns-{namespace}")),
                name: format!("policy-{number}"),
            },
            tier: DEFAULT_TIER.to_owned(),
            order: Some(f64::from(number % 10)),
            selector: parsed(&selector),
            ingress: Some(ingress),
            egress,
            stage: Stage::Normal,
            apply_on_forward: false,
        }
    }

    fn rule(
        self,
        namespace: u32,
        peer: fn(&mut Rule) -> &mut PeerMatch,
        random: &mut Random,
    ) -> Rule {
        let action = if random.chance(90) {
            Action::Allow
        } else {
            Action::Deny
        };
        let mut rule = Rule::any(action);
        rule.protocol = Some(if random.chance(90) {
            Protocol::TCP
        } else {
            Protocol::UDP
        });
        *peer(&mut rule) = self.peer(namespace, random);
        rule.destination.ports = (0..1 + random.below(3)).map(|_| port(random)).collect();
        rule
    }

    fn peer(self, namespace: u32, random: &mut Random) -> PeerMatch {
        let app = random.below(10);
        let other = random.below(self.namespaces());
        let in_namespace = |n: u32| format!("projectcalico.org/namespace == 'ns-{n}'");
        let selector = match random.below(100) {
            0..50 => format!("app == 'app-{app}' && {}", in_namespace(namespace)),
            50..60 => in_namespace(other),
            60..75 => format!("team == 'team-{}' && app == 'app-{app}'", random.below(20)),
            75..85 => format!(
                "tier == 'tier-{}' && {}",
                random.below(4),
                in_namespace(other)
            ),
            85..90 => format!("app in {{'app-{app}', 'app-0'}} && has(env)"),
            _ => {
                let [_, _, a, b] = random.below(65_536).to_be_bytes();
                let net = Ipv4Addr::new(172, 16 | a & 15, b, 0);
                return PeerMatch {
                    nets: ipnet::IpNet::new(net.into(), 24).into_iter().collect(),
                    ..PeerMatch::default()
                };
            }
        };
        PeerMatch {
            selector: Some(parsed(&selector)),
            ..PeerMatch::default()
        }
    }

    /// Packets between endpoints; one of ten has an end outside. One of five goes to a port
    /// that no policy names.
    #[must_use]
    pub fn flows(self, set: &PolicySet, count: usize) -> Vec<Question> {
        let mut random = Random::new(7);
        let ids: Vec<_> = set.endpoint_ids().map(|(id, _)| id).collect();
        let address = |id: EndpointId| {
            set.endpoint(id)
                .and_then(|endpoint| endpoint.addresses.first().copied())
        };
        (0..count)
            .filter_map(|_| {
                let mut any = || ids.get(random.below(self.endpoints) as usize).copied();
                let (mut source, destination) = (any(), any()?);
                let from = if random.chance(10) {
                    source = None;
                    Ipv4Addr::new(172, 16, 3, 4).into()
                } else {
                    address(source?)?
                };
                let port = if random.chance(20) {
                    9
                } else {
                    PORTS[random.below(8) as usize]
                };
                let packet = Packet::new(from, address(destination)?, Protocol::TCP).to_port(port);
                Some(Question {
                    source,
                    destination,
                    packet,
                })
            })
            .collect()
    }
}

/// A packet and the endpoints at its ends.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    source: Option<EndpointId>,
    destination: EndpointId,
    packet: Packet<'static>,
}

impl Question {
    /// Both sides' decisions.
    #[inline]
    pub fn ask<'e>(&self, evaluator: &'e impl Evaluate) -> Verdict<'e> {
        evaluator.judge(self.source, Some(self.destination), &self.packet)
    }
}

const PORTS: [u16; 8] = [53, 80, 443, 3_306, 5_432, 6_379, 8_080, 9_090];

fn port(random: &mut Random) -> PortMatch {
    let port = PORTS[random.below(8) as usize];
    if random.chance(15) {
        PortMatch::Range(port, port + 100)
    } else {
        PortMatch::Range(port, port)
    }
}

fn profile(namespace: u32) -> Profile {
    Profile {
        name: format!("kns.ns-{namespace}"),
        labels: LabelMap::new(),
        ingress: vec![Rule::any(Action::Allow)],
        egress: vec![Rule::any(Action::Allow)],
    }
}

#[expect(clippy::expect_used, reason = "a benchmark of nothing must not pass")]
fn parsed(text: &str) -> calico_types::selector::Selector {
    text.parse().expect("the workload's selectors are right")
}
