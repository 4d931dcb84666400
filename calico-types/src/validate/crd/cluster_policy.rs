//! Kubernetes' cluster-wide policies.

use super::super::findings::Rule;
use super::super::formats::cel_cidr;
use super::{has, integer, name, rule};
use crate::tree::Node;

pub(crate) const PORT_RANGE: &[Rule] = &[rule(
    "invalid-range",
    "end",
    |range| {
        let ends = integer(range, "start").zip(integer(range, "end"));
        ends.is_none_or(|(start, end)| start < end)
    },
    "a range of ports ends above its start",
)
.help("a single port is `number`")];

pub(crate) const NETWORK: &[Rule] = &[rule(
    "invalid-cidr",
    "",
    |network| network.text().is_none_or(|text| cel_cidr(text).is_some()),
    "a network is address/length, without IPv4 within IPv6",
)];

pub(crate) const ADMIN_EGRESS: &[Rule] = &[rule(
    "named-port-without-pod",
    "ports",
    |rule| {
        let outside = |peer: &Node| {
            ["networks", "nodes", "domainNames"]
                .iter()
                .any(|field| has(peer, field))
        };
        !any(rule, "to", outside) || !any(rule, "ports", |port| has(port, "namedPort"))
    },
    "a named port is a pod's: networks, nodes and domain names have none",
)];

pub(crate) const BASELINE_ROOT: &[Rule] = &[rule(
    "singleton-name",
    "metadata.name",
    |root| name(root) == "default",
    "a cluster has one BaselineAdminNetworkPolicy, and its name is default",
)
.instead("name: default")];

fn any(node: &Node, list: &str, is: impl Fn(&Node) -> bool) -> bool {
    node.get(list)
        .is_some_and(|list| list.items().iter().any(is))
}
