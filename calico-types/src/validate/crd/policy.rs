//! Policies and host endpoints.

use super::super::findings::Rule;
use super::{filled, has, integer, lists, rule, said};
use crate::tree::Node;

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
    )
    .help("ICMP is IPv4's, ICMPv6 is IPv6's"),
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
)
.help("codes mean something within their type only: 3/1 is host unreachable")];

pub(crate) const ENTITY: &[Rule] = &[
    rule(
        "misplaced-global",
        "selector",
        |side| !side.text_of("selector").contains("global("),
        NO_GLOBAL,
    )
    .instead("namespaceSelector: global()"),
    rule(
        "service-with-selector",
        "services",
        |side| !has(side, "services") || !said(side, "namespaceSelector"),
        "services and namespaceSelector exclude each other",
    )
    .help(SERVICE),
    rule(
        "service-with-selector",
        "services",
        |side| !has(side, "services") || !has(side, "serviceAccounts"),
        "services and serviceAccounts exclude each other",
    )
    .help(SERVICE),
    rule(
        "missing-field",
        "services",
        |side| {
            side.get("services")
                .is_none_or(|service| said(service, "name"))
        },
        "a service match needs a name",
    )
    .help("name a service, and its namespace where it is another"),
    rule(
        "service-with-selector",
        "services",
        |side| !has(side, "services") || (!said(side, "selector") && !said(side, "notSelector")),
        "services and selectors exclude each other",
    )
    .help(SERVICE),
    rule(
        "service-with-selector",
        "services",
        |side| !has(side, "services") || (!filled(side, "nets") && !filled(side, "notNets")),
        "services and nets exclude each other",
    )
    .help(SERVICE),
];

const SERVICE: &str = "a service stands for its own addresses: make two rules for either of both";

const NO_GLOBAL: &str = "global() stands in the namespaceSelector of a rule only";

pub(crate) const NETWORK_POLICY: &[Rule] = &[
    rule(
        "misplaced-global",
        "selector",
        |spec| !spec.text_of("selector").contains("global("),
        NO_GLOBAL,
    )
    .help("for everything that the policy can be about: all()"),
    rule(
        "misplaced-global",
        "serviceAccountSelector",
        |spec| !spec.text_of("serviceAccountSelector").contains("global("),
        NO_GLOBAL,
    )
    .help("for everything that the policy can be about: all()"),
];

pub(crate) const GLOBAL_NETWORK_POLICY: &[Rule] = &[
    rule(
        "misplaced-global",
        "selector",
        |spec| !spec.text_of("selector").contains("global("),
        NO_GLOBAL,
    )
    .help("for everything that the policy can be about: all()"),
    rule(
        "misplaced-global",
        "serviceAccountSelector",
        |spec| !spec.text_of("serviceAccountSelector").contains("global("),
        NO_GLOBAL,
    )
    .help("for everything that the policy can be about: all()"),
    rule(
        "misplaced-global",
        "namespaceSelector",
        |spec| !spec.text_of("namespaceSelector").contains("global("),
        NO_GLOBAL,
    )
    .help("for everything that the policy can be about: all()"),
    rule(
        "conflicting-fields",
        "preDNAT",
        |spec| !spec.is_true("doNotTrack") || !spec.is_true("preDNAT"),
        "preDNAT and doNotTrack exclude each other",
    )
    .help("they come at different moments: make two policies"),
    rule(
        "pre-dnat-egress",
        "egress",
        |spec| !spec.is_true("preDNAT") || !filled(spec, "egress"),
        "a preDNAT policy has no egress rules",
    )
    .help("only what arrives is seen before DNAT"),
    rule(
        "pre-dnat-egress",
        "types",
        |spec| !spec.is_true("preDNAT") || !lists(spec, "types", "Egress"),
        "a preDNAT policy is for ingress only",
    )
    .instead("types: [Ingress]"),
    rule(
        "needs-apply-on-forward",
        "applyOnForward",
        |spec| {
            spec.is_true("applyOnForward")
                || (!spec.is_true("doNotTrack") && !spec.is_true("preDNAT"))
        },
        "preDNAT and doNotTrack need applyOnForward: true",
    )
    .instead("applyOnForward: true"),
];

pub(crate) const HOST_ENDPOINT: &[Rule] = &[
    rule(
        "missing-field",
        "interfaceName",
        |spec| said(spec, "interfaceName") || filled(spec, "expectedIPs"),
        "a host endpoint needs interfaceName or expectedIPs",
    )
    .help("interfaceName: \"*\" is for all interfaces of the host"),
    rule(
        "missing-field",
        "node",
        |spec| said(spec, "node"),
        "a host endpoint needs a node",
    )
    .help("the name under which Calico knows the host"),
];

/// Whether the protocol under `key` is one of a name and a number.
fn protocol(rule: &Node, key: &str, name: &str, number: i64) -> bool {
    rule.get(key)
        .is_some_and(|protocol| protocol.text() == Some(name) || protocol.integer() == Some(number))
}

fn ip_version(rule: &Node, version: i64) -> bool {
    integer(rule, "ipVersion").is_none_or(|is| is == version)
}
