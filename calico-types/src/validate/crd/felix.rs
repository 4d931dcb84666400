//! FelixConfiguration.

use super::super::findings::Rule;
use super::super::formats;
use super::{NAMED, has, integer, name, rule};
use crate::tree::Node;

pub(crate) const FELIX: &[Rule] = &[
    rule(
        "conflicting-fields",
        "routeTableRanges",
        |spec| !has(spec, "routeTableRange") || !has(spec, "routeTableRanges"),
        "routeTableRange and routeTableRanges exclude each other",
    )
    .help("routeTableRange is the older: move its min and max into an item of routeTableRanges"),
    rule(
        "invalid-address",
        "natOutgoingAddress",
        |spec| of_family(spec, "natOutgoingAddress", true),
        "natOutgoingAddress is an IPv4 address",
    )
    .help("leave it out for the address of the outgoing interface"),
    rule(
        "invalid-address",
        "deviceRouteSourceAddress",
        |spec| of_family(spec, "deviceRouteSourceAddress", true),
        "deviceRouteSourceAddress is an IPv4 address",
    )
    .help("for IPv6 there is deviceRouteSourceAddressIPv6"),
    rule(
        "invalid-address",
        "deviceRouteSourceAddressIPv6",
        |spec| of_family(spec, "deviceRouteSourceAddressIPv6", false),
        "deviceRouteSourceAddressIPv6 is an IPv6 address, not an IPv4 address within one",
    )
    .help("for IPv4 there is deviceRouteSourceAddress"),
];

pub(crate) const ROUTE_TABLE_RANGE: &[Rule] = &[rule(
    "invalid-range",
    "",
    |node| range(node).is_none_or(|(min, max)| min >= 1 && max >= min && max <= 250),
    "route tables of this range are within 1..250",
)
.help("routeTableRanges takes higher tables")];

pub(crate) const ROUTE_TABLE_RANGES: &[Rule] = &[rule(
    "invalid-range",
    "",
    |node| range(node).is_none_or(|(min, max)| min >= 1 && min <= max),
    "a range of route tables begins at 1 or above and does not end before it begins",
)];

pub(crate) const FELIX_ROOT: &[Rule] = &[
    NAMED,
    rule(
        "conflicting-fields",
        "spec.nodeSelector",
        |root| {
            let by_name = name(root) == "default" || name(root).starts_with("node.");
            !by_name
                || root
                    .get("spec")
                    .is_none_or(|spec| !has(spec, "nodeSelector"))
        },
        "a FelixConfiguration named default or node.NAME has no nodeSelector",
    )
    .help("its name says which nodes it is for; give it another name to select nodes by label"),
];

fn of_family(spec: &Node, key: &str, v4: bool) -> bool {
    match spec.text_of(key) {
        "" => true,
        text => formats::cel_ip(text).is_some_and(|ip| ip.is_ipv4() == v4),
    }
}

fn range(node: &Node) -> Option<(i64, i64)> {
    Some((integer(node, "min")?, integer(node, "max")?))
}
