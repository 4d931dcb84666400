//! Rules: each peer with each protocol, and ports in as few ranges as can be.
//!
//! Both kinds of policy give a rule a list of peers and a list of ports, either
//! of which may match. A rule of Calico's has one peer and one protocol, so it
//! takes the product; ports of a protocol fit into one rule.

use std::collections::BTreeMap;

use crate::given::Given;
use crate::resources::{Action, EntityRule, PolicyType, Rule};
use crate::scalar::{Port, Protocol};

/// A protocol and port that a rule is for; nothing at all is everything.
pub(super) struct Target {
    pub(super) protocol: Option<Protocol>,
    /// `None`: all ports of the protocol.
    pub(super) port: Option<Port>,
}

impl Target {
    pub(super) const fn everything() -> Self {
        Self {
            protocol: None,
            port: None,
        }
    }
}

/// Calico's rules for some peers and targets: one for each pair of peer and
/// protocol, protocols in order.
///
/// The port is the destination's in both directions, the peer the source of
/// ingress and the destination of egress.
///
/// No peer at all gives no rule; what an absent list means is the caller's.
pub(super) fn rules(
    action: Action,
    direction: PolicyType,
    peers: &[EntityRule],
    targets: Vec<Target>,
) -> Vec<Rule> {
    let by_protocol = grouped(targets);
    let pairs = by_protocol
        .iter()
        .flat_map(|(protocol, ports)| peers.iter().map(move |peer| (protocol, ports, peer)));
    pairs
        .map(|(protocol, ports, peer)| {
            let ports = Given::filled(ports.clone().unwrap_or_default());
            let protocol = protocol.clone();
            let any = EntityRule::default();
            let (source, destination) = match direction {
                PolicyType::Ingress => (peer.clone(), EntityRule { ports, ..any }),
                PolicyType::Egress => (
                    any,
                    EntityRule {
                        ports,
                        ..peer.clone()
                    },
                ),
            };
            Rule {
                protocol,
                ..rule(action, source, destination)
            }
        })
        .collect()
}

/// A rule about two sides and nothing else.
pub(super) fn rule(action: Action, source: EntityRule, destination: EntityRule) -> Rule {
    Rule {
        action,
        ip_version: None,
        protocol: None,
        icmp: None,
        not_protocol: None,
        not_icmp: None,
        source: Given::filled(source),
        destination: Given::filled(destination),
        http: None,
        metadata: None,
    }
}

/// Ports by protocol; `None` stands for all, and wins. A target that is
/// everything wins over all protocols.
fn grouped(targets: Vec<Target>) -> BTreeMap<Option<Protocol>, Option<Vec<Port>>> {
    let everything = |t: &Target| t.protocol.is_none() && t.port.is_none();
    if targets.is_empty() || targets.iter().any(everything) {
        return BTreeMap::from([(None, None)]);
    }
    let mut groups: BTreeMap<_, Option<Vec<Port>>> = BTreeMap::new();
    for Target { protocol, port } in targets {
        let ports = groups.entry(protocol).or_insert_with(|| Some(Vec::new()));
        match port {
            None => *ports = None,
            Some(port) => ports.iter_mut().for_each(|ports| ports.push(port.clone())),
        }
    }
    for ports in groups.values_mut().flatten() {
        *ports = simplified(std::mem::take(ports));
    }
    groups
}

/// The same ports in as few ranges as can be, ascending, then the names.
///
/// Adjacent and overlapping ranges become one; names cannot be merged, since each
/// endpoint has its own number for them. Costs a sort.
fn simplified(ports: Vec<Port>) -> Vec<Port> {
    let mut ranges: Vec<(u16, u16)> = ports.iter().filter_map(Port::bounds).collect();
    ranges.sort_unstable();
    let mut merged: Vec<(u16, u16)> = Vec::new();
    for (min, max) in ranges {
        match merged.last_mut() {
            Some(last) if min <= last.1.saturating_add(1) => last.1 = last.1.max(max),
            Some(_) | None => merged.push((min, max)),
        }
    }
    let mut names: Vec<Port> = ports.into_iter().filter(|p| p.name().is_some()).collect();
    names.sort_unstable();
    names.dedup();
    let numbers = merged.into_iter().map(|(min, max)| {
        if min == max {
            Port::Number(min)
        } else {
            Port::Range { min, max }
        }
    });
    numbers.chain(names).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(protocol: Option<Protocol>, port: Option<&str>) -> Target {
        Target {
            protocol,
            port: port.map(|port| port.parse().unwrap()),
        }
    }

    fn ports(targets: Vec<Target>) -> Vec<(String, String)> {
        let peers = [EntityRule::default()];
        rules(Action::Allow, PolicyType::Ingress, &peers, targets)
            .iter()
            .map(|rule| {
                let ports: Vec<_> = rule.destination.ports.iter().map(Port::to_string).collect();
                let protocol = rule
                    .protocol
                    .as_ref()
                    .map_or("any".into(), Protocol::to_string);
                (protocol, ports.join(","))
            })
            .collect()
    }

    #[test]
    fn ports_are_merged_by_protocol() {
        let (tcp, udp) = (|| Some(Protocol::tcp()), || Some(Protocol::udp()));
        let targets = vec![
            target(udp(), Some("53")),
            target(tcp(), Some("81")),
            target(tcp(), Some("http")),
            target(tcp(), Some("79:80")),
            target(tcp(), Some("65535")),
            target(tcp(), Some("65000:65535")),
        ];
        assert_eq!(
            ports(targets),
            [
                ("TCP".to_owned(), "79:81,65000:65535,http".to_owned()),
                ("UDP".to_owned(), "53".to_owned())
            ]
        );
    }

    #[test]
    fn all_ports_win_over_some_and_everything_over_all() {
        let tcp = || Some(Protocol::tcp());
        let all_of_tcp = vec![target(tcp(), None), target(tcp(), Some("80"))];
        assert_eq!(ports(all_of_tcp), [("TCP".to_owned(), String::new())]);
        let everything = vec![target(tcp(), Some("80")), target(None, None)];
        assert_eq!(ports(everything), [("any".to_owned(), String::new())]);
        assert_eq!(ports(Vec::new()), [("any".to_owned(), String::new())]);
    }
}
