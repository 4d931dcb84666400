//! CEL rules of Calico's custom resource definitions, in Rust.

use ipnet::IpNet;

use super::findings::Rule;
use super::lexical::is_masked;
use crate::tree::{Node, Value};

const fn rule(
    code: &'static str,
    at: &'static str,
    holds: fn(&Node) -> bool,
    message: &'static str,
) -> Rule {
    Rule {
        code,
        message,
        at,
        holds,
    }
}

/// Whether a text is there and not empty.
fn said(node: &Node, key: &str) -> bool {
    !node.text_of(key).is_empty()
}

/// Whether a list is there and not empty.
fn filled(node: &Node, key: &str) -> bool {
    node.get(key).is_some_and(|list| !list.items().is_empty())
}

fn has(node: &Node, key: &str) -> bool {
    node.get(key).is_some()
}

fn lists(node: &Node, key: &str, item: &str) -> bool {
    node.get(key)
        .is_some_and(|list| list.items().iter().any(|value| value.text() == Some(item)))
}

fn integer(node: &Node, key: &str) -> Option<i64> {
    node.get(key)?.integer()
}

fn is_false(node: &Node, key: &str) -> bool {
    matches!(
        node.get(key).map(|node| &node.value),
        Some(Value::Bool(false))
    )
}

pub(crate) const BGP_CONFIGURATION: &[Rule] = &[
    rule(
        "mesh-setting-without-mesh",
        "nodeMeshPassword",
        |spec| !has(spec, "nodeMeshPassword") || !is_false(spec, "nodeToNodeMeshEnabled"),
        "nodeMeshPassword is set while the mesh is off",
    ),
    rule(
        "mesh-setting-without-mesh",
        "nodeMeshMaxRestartTime",
        |spec| !has(spec, "nodeMeshMaxRestartTime") || !is_false(spec, "nodeToNodeMeshEnabled"),
        "nodeMeshMaxRestartTime is set while the mesh is off",
    ),
    rule(
        "unused-communities",
        "communities",
        |spec| !filled(spec, "communities") || filled(spec, "prefixAdvertisements"),
        "communities are named, but there are no prefixAdvertisements to use them",
    ),
];

pub(crate) const BGP_FILTER_RULE: &[Rule] = &[
    rule(
        "cidr-without-match-operator",
        "cidr",
        |rule| said(rule, "cidr") == said(rule, "matchOperator"),
        "cidr and matchOperator go together: both or neither",
    ),
    rule(
        "prefix-length-without-cidr",
        "prefixLength",
        |rule| !has(rule, "prefixLength") || said(rule, "cidr"),
        "prefixLength needs a cidr",
    ),
    rule(
        "operations-on-reject",
        "operations",
        |rule| !filled(rule, "operations") || rule.text_of("action") == "Accept",
        "operations change accepted routes only",
    ),
];

pub(crate) const BGP_PEER: &[Rule] = &[
    rule(
        "conflicting-fields",
        "nodeSelector",
        |spec| !said(spec, "node") || !said(spec, "nodeSelector"),
        "node and nodeSelector exclude each other",
    ),
    rule(
        "conflicting-fields",
        "peerSelector",
        |spec| !said(spec, "peerIP") || !said(spec, "peerSelector"),
        "peerIP and peerSelector exclude each other",
    ),
    rule(
        "conflicting-fields",
        "asNumber",
        |spec| !said(spec, "peerSelector") || integer(spec, "asNumber").unwrap_or(0) == 0,
        "with peerSelector the AS comes from the nodes: leave asNumber out",
    ),
    rule(
        "conflicting-fields",
        "peerIP",
        |spec| !said(spec, "localWorkloadSelector") || !said(spec, "peerIP"),
        "localWorkloadSelector and peerIP exclude each other",
    ),
    rule(
        "conflicting-fields",
        "peerSelector",
        |spec| !said(spec, "localWorkloadSelector") || !said(spec, "peerSelector"),
        "localWorkloadSelector and peerSelector exclude each other",
    ),
    rule(
        "missing-field",
        "localWorkloadSelector",
        |spec| !said(spec, "localWorkloadSelector") || integer(spec, "asNumber").unwrap_or(0) != 0,
        "localWorkloadSelector needs an asNumber",
    ),
    rule(
        "reachable-by-without-peer",
        "reachableBy",
        |spec| !said(spec, "reachableBy") || said(spec, "peerIP"),
        "reachableBy needs a peerIP",
    ),
    rule(
        "conflicting-fields",
        "keepOriginalNextHop",
        |spec| !spec.is_true("keepOriginalNextHop") || !has(spec, "nextHopMode"),
        "keepOriginalNextHop and nextHopMode exclude each other; the latter replaces the former",
    ),
];

fn cidr(spec: &Node) -> Option<IpNet> {
    spec.text_of("cidr").parse().ok()
}

/// For rules about a CIDR: they say nothing about one that is not.
fn of_cidr(spec: &Node, holds: impl Fn(IpNet) -> bool) -> bool {
    cidr(spec).is_none_or(holds)
}

fn on(spec: &Node, mode: &str) -> bool {
    !matches!(spec.text_of(mode), "" | "Never")
}

fn load_balancer(spec: &Node) -> bool {
    lists(spec, "allowedUses", "LoadBalancer")
}

/// Whether two prefixes share an address.
fn overlaps(a: IpNet, b: &str) -> bool {
    b.parse::<IpNet>()
        .is_ok_and(|b| a.contains(&b.network()) || b.contains(&a.addr()))
}

fn block_size(spec: &Node, cidr: IpNet) -> i64 {
    match integer(spec, "blockSize") {
        None | Some(0) => {
            if cidr.addr().is_ipv4() {
                26
            } else {
                122
            }
        }
        Some(size) => size,
    }
}

pub(crate) const IP_POOL: &[Rule] = &[
    rule(
        "conflicting-fields",
        "vxlanMode",
        |spec| !on(spec, "ipipMode") || !on(spec, "vxlanMode"),
        "ipipMode and vxlanMode exclude each other",
    ),
    rule(
        "load-balancer-pool",
        "allowedUses",
        |spec| !load_balancer(spec) || (!on(spec, "ipipMode") && !on(spec, "vxlanMode")),
        "a LoadBalancer pool takes no encapsulation",
    ),
    rule(
        "load-balancer-pool",
        "allowedUses",
        |spec| {
            !load_balancer(spec)
                || (!lists(spec, "allowedUses", "Workload")
                    && !lists(spec, "allowedUses", "Tunnel"))
        },
        "LoadBalancer goes with no other use",
    ),
    rule(
        "ipip-on-ipv6",
        "ipipMode",
        |spec| !on(spec, "ipipMode") || of_cidr(spec, |cidr| cidr.addr().is_ipv4()),
        "there is no IP-in-IP for IPv6 pools",
    ),
    rule(
        "load-balancer-pool",
        "disableBGPExport",
        |spec| !load_balancer(spec) || !spec.is_true("disableBGPExport"),
        "a LoadBalancer pool cannot stay out of BGP",
    ),
    rule(
        "load-balancer-pool",
        "nodeSelector",
        |spec| !load_balancer(spec) || spec.text_of("nodeSelector") == "all()",
        "a LoadBalancer pool is for all nodes: nodeSelector: all()",
    ),
    rule(
        "tunnel-pool",
        "namespaceSelector",
        |spec| !lists(spec, "allowedUses", "Tunnel") || !said(spec, "namespaceSelector"),
        "a pool for tunnels has no namespaceSelector",
    ),
    rule(
        "misplaced-global",
        "nodeSelector",
        |spec| !spec.text_of("nodeSelector").contains("global("),
        "global() has no meaning in a pool",
    ),
    rule(
        "misplaced-global",
        "namespaceSelector",
        |spec| !spec.text_of("namespaceSelector").contains("global("),
        "global() has no meaning in a pool",
    ),
    rule(
        "invalid-cidr",
        "cidr",
        |spec| of_cidr(spec, |cidr| is_masked(&cidr)),
        "the CIDR of a pool has no host bits",
    ),
    rule(
        "link-local-pool",
        "cidr",
        |spec| of_cidr(spec, |cidr| !overlaps(cidr, "169.254.0.0/16")),
        "the pool overlaps the link-local range 169.254.0.0/16",
    ),
    rule(
        "link-local-pool",
        "cidr",
        |spec| of_cidr(spec, |cidr| !overlaps(cidr, "fe80::/10")),
        "the pool overlaps the link-local range fe80::/10",
    ),
    rule(
        "invalid-block-size",
        "blockSize",
        |spec| {
            of_cidr(spec, |cidr| {
                match (integer(spec, "blockSize"), cidr.addr().is_ipv4()) {
                    (None | Some(0), _) => true,
                    (Some(size), true) => (20..=32).contains(&size),
                    (Some(size), false) => (116..=128).contains(&size),
                }
            })
        },
        "blocks are /20 to /32 for IPv4 and /116 to /128 for IPv6",
    ),
    rule(
        "pool-smaller-than-block",
        "cidr",
        |spec| {
            spec.is_true("disabled")
                || of_cidr(spec, |cidr| {
                    i64::from(cidr.prefix_len()) <= block_size(spec, cidr)
                })
        },
        "the pool is smaller than one of its blocks",
    ),
];

/// Whether the protocol under `key` is one of a name and a number.
fn protocol(rule: &Node, key: &str, name: &str, number: i64) -> bool {
    rule.get(key)
        .is_some_and(|protocol| protocol.text() == Some(name) || protocol.integer() == Some(number))
}

fn ip_version(rule: &Node, version: i64) -> bool {
    integer(rule, "ipVersion").is_none_or(|is| is == version)
}

pub(crate) const RULE: &[Rule] = &[
    rule(
        "http-needs-tcp",
        "http",
        |rule| !has(rule, "http") || !has(rule, "protocol") || protocol(rule, "protocol", "TCP", 6),
        "HTTP goes over TCP: leave the protocol out or say TCP",
    ),
    rule(
        "http-needs-allow",
        "http",
        |rule| !has(rule, "http") || rule.text_of("action") == "Allow",
        "only Allow rules can match HTTP",
    ),
    rule(
        "ports-with-service",
        "destination.services",
        |rule| {
            rule.get("destination").is_none_or(|side| {
                !has(side, "services") || (!filled(side, "ports") && !filled(side, "notPorts"))
            })
        },
        "a service brings its own ports: leave ports and notPorts out",
    ),
    rule(
        "icmp-needs-protocol",
        "icmp",
        |rule| {
            !has(rule, "icmp")
                || protocol(rule, "protocol", "ICMP", 1)
                || protocol(rule, "protocol", "ICMPv6", 58)
        },
        "icmp needs protocol ICMP or ICMPv6",
    ),
    rule(
        "icmp-ip-version",
        "ipVersion",
        |rule| !protocol(rule, "protocol", "ICMP", 1) || ip_version(rule, 4),
        "ICMP is IPv4",
    ),
    rule(
        "icmp-ip-version",
        "ipVersion",
        |rule| !protocol(rule, "protocol", "ICMPv6", 58) || ip_version(rule, 6),
        "ICMPv6 is IPv6",
    ),
    rule(
        "icmp-ip-version",
        "ipVersion",
        |rule| !protocol(rule, "notProtocol", "ICMP", 1) || ip_version(rule, 4),
        "ICMP is IPv4",
    ),
    rule(
        "icmp-ip-version",
        "ipVersion",
        |rule| !protocol(rule, "notProtocol", "ICMPv6", 58) || ip_version(rule, 6),
        "ICMPv6 is IPv6",
    ),
];

pub(crate) const ICMP: &[Rule] = &[rule(
    "icmp-code-without-type",
    "code",
    |icmp| !has(icmp, "code") || has(icmp, "type"),
    "an ICMP code needs a type",
)];

pub(crate) const ENTITY: &[Rule] = &[
    rule(
        "misplaced-global",
        "selector",
        |side| !side.text_of("selector").contains("global("),
        "global() stands in the namespaceSelector of a rule only",
    ),
    rule(
        "service-with-selector",
        "services",
        |side| !has(side, "services") || !said(side, "namespaceSelector"),
        "services and namespaceSelector exclude each other",
    ),
    rule(
        "service-with-selector",
        "services",
        |side| !has(side, "services") || !has(side, "serviceAccounts"),
        "services and serviceAccounts exclude each other",
    ),
    rule(
        "missing-field",
        "services",
        |side| {
            side.get("services")
                .is_none_or(|service| said(service, "name"))
        },
        "a service match needs a name",
    ),
    rule(
        "service-with-selector",
        "services",
        |side| !has(side, "services") || (!said(side, "selector") && !said(side, "notSelector")),
        "services and selectors exclude each other",
    ),
    rule(
        "service-with-selector",
        "services",
        |side| !has(side, "services") || (!filled(side, "nets") && !filled(side, "notNets")),
        "services and nets exclude each other",
    ),
];

const NO_GLOBAL: &str = "global() stands in the namespaceSelector of a rule only";

pub(crate) const NETWORK_POLICY: &[Rule] = &[
    rule(
        "misplaced-global",
        "selector",
        |spec| !spec.text_of("selector").contains("global("),
        NO_GLOBAL,
    ),
    rule(
        "misplaced-global",
        "serviceAccountSelector",
        |spec| !spec.text_of("serviceAccountSelector").contains("global("),
        NO_GLOBAL,
    ),
];

pub(crate) const GLOBAL_NETWORK_POLICY: &[Rule] = &[
    rule(
        "misplaced-global",
        "selector",
        |spec| !spec.text_of("selector").contains("global("),
        NO_GLOBAL,
    ),
    rule(
        "misplaced-global",
        "serviceAccountSelector",
        |spec| !spec.text_of("serviceAccountSelector").contains("global("),
        NO_GLOBAL,
    ),
    rule(
        "misplaced-global",
        "namespaceSelector",
        |spec| !spec.text_of("namespaceSelector").contains("global("),
        NO_GLOBAL,
    ),
    rule(
        "conflicting-fields",
        "preDNAT",
        |spec| !spec.is_true("doNotTrack") || !spec.is_true("preDNAT"),
        "preDNAT and doNotTrack exclude each other",
    ),
    rule(
        "pre-dnat-egress",
        "egress",
        |spec| !spec.is_true("preDNAT") || !filled(spec, "egress"),
        "a preDNAT policy has no egress rules",
    ),
    rule(
        "pre-dnat-egress",
        "types",
        |spec| !spec.is_true("preDNAT") || !lists(spec, "types", "Egress"),
        "a preDNAT policy is for ingress only",
    ),
    rule(
        "needs-apply-on-forward",
        "applyOnForward",
        |spec| {
            spec.is_true("applyOnForward")
                || (!spec.is_true("doNotTrack") && !spec.is_true("preDNAT"))
        },
        "preDNAT and doNotTrack need applyOnForward: true",
    ),
];

pub(crate) const HOST_ENDPOINT: &[Rule] = &[
    rule(
        "missing-field",
        "interfaceName",
        |spec| said(spec, "interfaceName") || filled(spec, "expectedIPs"),
        "a host endpoint needs interfaceName or expectedIPs",
    ),
    rule(
        "missing-field",
        "node",
        |spec| said(spec, "node"),
        "a host endpoint needs a node",
    ),
];

fn of_family(spec: &Node, key: &str, v4: bool) -> bool {
    match spec.text_of(key) {
        "" => true,
        text => text
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_ipv4() == v4),
    }
}

fn range(node: &Node) -> Option<(i64, i64)> {
    Some((integer(node, "min")?, integer(node, "max")?))
}

pub(crate) const FELIX: &[Rule] = &[
    rule(
        "conflicting-fields",
        "routeTableRanges",
        |spec| !has(spec, "routeTableRange") || !has(spec, "routeTableRanges"),
        "routeTableRange and routeTableRanges exclude each other",
    ),
    rule(
        "invalid-address",
        "natOutgoingAddress",
        |spec| of_family(spec, "natOutgoingAddress", true),
        "natOutgoingAddress is an IPv4 address",
    ),
    rule(
        "invalid-address",
        "deviceRouteSourceAddress",
        |spec| of_family(spec, "deviceRouteSourceAddress", true),
        "deviceRouteSourceAddress is an IPv4 address",
    ),
    rule(
        "invalid-address",
        "deviceRouteSourceAddressIPv6",
        |spec| of_family(spec, "deviceRouteSourceAddressIPv6", false),
        "deviceRouteSourceAddressIPv6 is an IPv6 address",
    ),
];

pub(crate) const ROUTE_TABLE_RANGE: &[Rule] = &[rule(
    "invalid-range",
    "",
    |node| range(node).is_none_or(|(min, max)| min >= 1 && max >= min && max <= 250),
    "route tables of this range are within 1..250",
)];

pub(crate) const ROUTE_TABLE_RANGES: &[Rule] = &[rule(
    "invalid-range",
    "",
    |node| range(node).is_none_or(|(min, max)| min >= 1 && min <= max),
    "a range of route tables begins at 1 or above and does not end before it begins",
)];

fn name(root: &Node) -> &str {
    root.get("metadata")
        .map(|metadata| metadata.text_of("name"))
        .unwrap_or_default()
}

pub(crate) const FELIX_ROOT: &[Rule] = &[rule(
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
)];

/// Whether a tier of this name has what Calico gives it.
fn tier(root: &Node, named: &str, action: &str, order: f64) -> (bool, bool) {
    if name(root) != named {
        return (true, true);
    }
    let Some(spec) = root.get("spec") else {
        return (false, false);
    };
    let is = match spec.get("order").map(|order| &order.value) {
        Some(Value::Number(number)) => number.as_f64(),
        _ => None,
    };
    (spec.text_of("defaultAction") == action, is == Some(order))
}

pub(crate) const TIER_ROOT: &[Rule] = &[
    rule(
        "built-in-tier",
        "spec.defaultAction",
        |root| tier(root, "kube-admin", "Pass", 1_000.0).0,
        "the tier kube-admin has defaultAction Pass",
    ),
    rule(
        "built-in-tier",
        "spec.defaultAction",
        |root| tier(root, "kube-baseline", "Pass", 10_000_000.0).0,
        "the tier kube-baseline has defaultAction Pass",
    ),
    rule(
        "built-in-tier",
        "spec.defaultAction",
        |root| tier(root, "default", "Deny", 1_000_000.0).0,
        "the tier default has defaultAction Deny",
    ),
    rule(
        "built-in-tier",
        "spec.order",
        |root| tier(root, "default", "Deny", 1_000_000.0).1,
        "the tier default has order 1000000",
    ),
    rule(
        "built-in-tier",
        "spec.order",
        |root| tier(root, "kube-admin", "Pass", 1_000.0).1,
        "the tier kube-admin has order 1000",
    ),
    rule(
        "built-in-tier",
        "spec.order",
        |root| tier(root, "kube-baseline", "Pass", 10_000_000.0).1,
        "the tier kube-baseline has order 10000000",
    ),
];
