//! The API server's layer: what it says of a mistake, where, and what it tells to write.

use calico_types::{Severity, Source, decode, validate};

/// Kind, spec, and for each finding its code, its field below the spec, and words of its
/// help or suggestion.
type Case = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
);

const SCHEMA: &[Case] = &[
    (
        "BGPFilter",
        "importV4: [{action: Deny}]",
        &[("unsupported-value", "importV4[0].action", "action: Reject")],
    ),
    (
        "BGPFilter",
        "importV4: [{cidr: 10.0.0.0/8, matchOperator: In}]",
        &[("missing-field", "importV4[0].action", "Accept, Reject")],
    ),
    (
        "BGPFilter",
        "importV4: [{action: Accept, operations: [{}]}]",
        &[("one-field-only", "importV4[0].operations[0]", "exactly one")],
    ),
    (
        "BGPFilter",
        "importV4: [{action: Accept, operations: [{setpriority: {value: 1}}]}]",
        &[(
            "one-field-only",
            "importV4[0].operations[0]",
            "`setpriority` is unknown, and dropped",
        )],
    ),
    (
        "BGPFilter",
        "importV4: [{action: Accept, operations: [{addCommunity: {value: '1:1'}, setPriority: {value: 1}}]}]",
        &[(
            "one-field-only",
            "importV4[0].operations[0]",
            "an item of its own",
        )],
    ),
    (
        "BGPPeer",
        "asNumber: '64512'",
        &[("number-expected", "asNumber", "asNumber: 64512")],
    ),
    (
        "BGPPeer",
        "asNumber: 1.5",
        &[("wrong-type", "asNumber", "")],
    ),
    (
        "BGPPeer",
        "filters: keep-out",
        &[("wrong-type", "filters", "")],
    ),
    (
        "BGPPeer",
        "filters: [~]",
        &[("wrong-type", "filters[0]", "")],
    ),
    (
        "FelixConfiguration",
        "reportingInterval: 30",
        &[("wrong-type", "reportingInterval", "reportingInterval: 30s")],
    ),
    (
        "FelixConfiguration",
        "reportingInterval: '30'",
        &[(
            "invalid-format",
            "reportingInterval",
            "reportingInterval: 30s",
        )],
    ),
    (
        "FelixConfiguration",
        "reportingInterval: 1.5s",
        &[(
            "invalid-format",
            "reportingInterval",
            "reportingInterval: 1500ms",
        )],
    ),
    (
        "FelixConfiguration",
        "logSeverityScreen: Warn",
        &[(
            "invalid-format",
            "logSeverityScreen",
            "logSeverityScreen: Warning",
        )],
    ),
    (
        "FelixConfiguration",
        "logActionRateLimit: 100",
        &[("text-expected", "logActionRateLimit", "100/minute")],
    ),
    (
        "FelixConfiguration",
        "interfacePrefix: 5",
        &[("text-expected", "interfacePrefix", "interfacePrefix: \"5\"")],
    ),
    (
        "HostEndpoint",
        "{node: one, interfaceName: a, ports: [{name: a, port: 70000, protocol: TCP}]}",
        &[("out-of-range", "ports[0].port", "")],
    ),
    (
        "IPPool",
        "cidr: 192.168.0.0",
        &[("invalid-cidr", "cidr", "192.168.0.0/24")],
    ),
    (
        "IPReservation",
        "reservedCIDRs: [10.0.0.1]",
        &[("invalid-cidr", "reservedCIDRs[0]", "- 10.0.0.1/32")],
    ),
    (
        "NetworkPolicy",
        "types: []",
        &[("too-few-items", "types", "leave the field out")],
    ),
    (
        "NetworkPolicy",
        "ingress: {action: Allow}",
        &[("wrong-type", "ingress", "a dash")],
    ),
    (
        "NetworkPolicy",
        "order: '10'",
        &[("wrong-type", "order", "order: 10")],
    ),
];

#[test]
fn schemas_say_what_to_write() {
    check(SCHEMA);
}

const RULES: &[Case] = &[
    (
        "BGPConfiguration",
        "{nodeToNodeMeshEnabled: false, nodeMeshMaxRestartTime: 1s}",
        &[(
            "mesh-setting-without-mesh",
            "nodeMeshMaxRestartTime",
            "turn nodeToNodeMeshEnabled on",
        )],
    ),
    (
        "BGPConfiguration",
        "communities: [{name: a, value: '1:1'}]",
        &[("unused-communities", "communities", "prefixAdvertisements")],
    ),
    (
        "BGPFilter",
        "importV4: [{action: Reject, cidr: 10.0.0.0/8}]",
        &[(
            "cidr-without-match-operator",
            "importV4[0].cidr",
            "matchOperator: In",
        )],
    ),
    (
        "BGPPeer",
        "{peerIP: 10.0.0.1, peerSelector: all()}",
        &[("conflicting-fields", "peerSelector", "by their labels")],
    ),
    (
        "BGPPeer",
        "{keepOriginalNextHop: true, nextHopMode: Self}",
        &[(
            "conflicting-fields",
            "keepOriginalNextHop",
            "nextHopMode: Keep",
        )],
    ),
    (
        "FelixConfiguration",
        "deviceRouteSourceAddressIPv6: '::ffff:10.0.0.1'",
        &[(
            "invalid-address",
            "deviceRouteSourceAddressIPv6",
            "an IPv6 address",
        )],
    ),
    (
        "FelixConfiguration",
        "nodeSelector: all()",
        &[("conflicting-fields", "nodeSelector", "another name")],
    ),
    (
        "GlobalNetworkPolicy",
        "preDNAT: true",
        &[(
            "needs-apply-on-forward",
            "applyOnForward",
            "applyOnForward: true",
        )],
    ),
    (
        "GlobalNetworkPolicy",
        "selector: global()",
        &[(
            "misplaced-global",
            "selector",
            "namespaceSelector: global()",
        )],
    ),
    (
        "NetworkPolicy",
        "ingress: [{action: Allow, icmp: {code: 1}, protocol: ICMP}]",
        &[(
            "icmp-code-without-type",
            "ingress[0].icmp.code",
            "give the type too",
        )],
    ),
    (
        "NetworkPolicy",
        "egress: [{action: Allow, destination: {services: {name: a}, nets: [10.0.0.0/8]}}]",
        &[(
            "service-with-selector",
            "egress[0].destination.services",
            "leave the others out",
        )],
    ),
    (
        "NetworkPolicy",
        "egress: [{action: Allow, destination: {selector: global()}}]",
        &[(
            "misplaced-global",
            "egress[0].destination.selector",
            "namespaceSelector: global()",
        )],
    ),
    (
        "IPPool",
        "cidr: 10.0.0.1/16",
        &[("invalid-cidr", "cidr", "cidr: 10.0.0.0/16")],
    ),
    (
        "IPPool",
        "cidr: '::ffff:10.0.0.0/112'",
        &[("invalid-cidr", "cidr", "cidr: 10.0.0.0/16")],
    ),
    (
        "IPPool",
        "{cidr: 10.0.0.0/28}",
        &[("pool-smaller-than-block", "cidr", "blockSize")],
    ),
    (
        "IPPool",
        "{cidr: 10.0.0.0/16, allowedUses: [LoadBalancer], nodeSelector: a == 'b'}",
        &[("load-balancer-pool", "nodeSelector", "nodeSelector: all()")],
    ),
    (
        "Tier",
        "{order: 5, defaultAction: Deny}",
        &[("built-in-tier", "order", "order: 1000000")],
    ),
];

#[test]
fn rules_say_what_to_write() {
    check(RULES);
}

#[test]
fn wide_as_numbers_get_a_warning() {
    for (asn, expected) in [(2_147_483_647_u32, 0), (2_147_483_648, 1), (u32::MAX, 1)] {
        let decoded = decode(&[source("BGPPeer", &format!("asNumber: {asn}"))]);
        let found = validate::crd(&decoded);
        assert_eq!(found.len(), expected, "{asn}");
        let warned = found
            .iter()
            .all(|found| found.severity == Severity::Warning && !found.refused_by.any());
        assert!(warned, "{found:#?}");
    }
}

#[test]
fn list_types_are_a_question_of_their_own() {
    let decoded = decode(&[source("NetworkPolicy", "types: [Ingress, Ingress]")]);
    assert_eq!(validate::crd(&decoded), []);
    let found = &validate::unique(&decoded)[0];
    assert_eq!(
        (found.code.0, found.path.as_str()),
        ("duplicate-item", "spec.types[1]")
    );

    let conditions = "status:\n  conditions:\n  - {type: A, status: 'True'}\n  - {type: A}\n";
    let text = format!(
        "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {{name: a}}\n{conditions}"
    );
    let decoded = decode(&[Source::new("a.yaml", text)]);
    assert_eq!(validate::unique(&decoded)[0].path, "status.conditions[1]");
}

#[test]
fn servers_without_cel_have_the_schema_only() {
    let decoded = decode(&[source("IPPool", "{cidr: 10.0.0.1/16, ipipMode: never}")]);
    let codes = |found: Vec<calico_types::Diagnostic>| -> Vec<&'static str> {
        found.iter().map(|found| found.code.0).collect()
    };
    assert_eq!(codes(validate::schema(&decoded)), ["unsupported-value"]);
    assert_eq!(
        codes(validate::crd(&decoded)),
        ["unsupported-value", "invalid-cidr"]
    );
}

fn source(kind: &str, spec: &str) -> Source {
    let text = format!(
        "apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {{name: default}}\nspec: {}\n",
        if spec.starts_with('{') {
            spec.to_owned()
        } else {
            format!("{{{spec}}}")
        }
    );
    Source::new("a.yaml", text)
}

#[track_caller]
fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (kind, spec, expected) in cases {
        let decoded = decode(&[source(kind, spec)]);
        let found = validate::crd(&decoded);
        let places: Vec<(&str, String)> = found
            .iter()
            .map(|found| (found.code.0, found.path.clone()))
            .collect();
        let wanted: Vec<(&str, String)> = expected
            .iter()
            .map(|(code, path, _)| (*code, format!("spec.{path}")))
            .collect();
        if places != wanted {
            wrong.push(format!("{kind} {spec}: {places:?}"));
        }
        for (found, (_, _, words)) in found.iter().zip(*expected) {
            let written = found.suggestion.iter().chain(&found.help);
            let told: Vec<&String> = written.collect();
            if !told.iter().any(|told| told.contains(words)) && !words.is_empty() {
                wrong.push(format!("{kind} {spec}: {told:?}"));
            }
            if found.span.is_none() {
                wrong.push(format!("{kind} {spec}: no place"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
