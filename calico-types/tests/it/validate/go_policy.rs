//! Calico's own rules about policies.

use super::{Decoder, Rules, Taken, Verdict, go};

/// Judges ingress rules of a namespaced policy.
#[track_caller]
fn ingress(rules: &[(&str, Verdict)]) {
    directed("NetworkPolicy", "ingress", rules);
}

#[track_caller]
fn directed(kind: &str, direction: &str, rules: &[(&str, Verdict)]) {
    let specs: Vec<(String, Verdict)> = rules
        .iter()
        .map(|(rule, verdict)| {
            (
                format!("{{{direction}: [{{action: Allow, {rule}}}]}}"),
                *verdict,
            )
        })
        .collect();
    let specs: Vec<(&str, Verdict)> = specs
        .iter()
        .map(|(spec, verdict)| (spec.as_str(), *verdict))
        .collect();
    go(kind, &specs);
}

#[test]
fn ports() {
    ingress(&[
        (
            "protocol: TCP, destination: {ports: [80, '443', '8000:9000', http]}",
            Taken,
        ),
        ("protocol: TCP, destination: {ports: ['00080']}", Taken),
        ("protocol: TCP, destination: {ports: [0]}", Rules),
        ("protocol: TCP, destination: {ports: ['0:10']}", Rules),
        ("protocol: TCP, destination: {ports: ['10:0']}", Decoder),
        ("protocol: TCP, destination: {ports: [65536]}", Decoder),
        ("protocol: TCP, destination: {ports: ['65536']}", Decoder),
        ("protocol: TCP, destination: {ports: [-1]}", Decoder),
        ("protocol: TCP, destination: {ports: ['80,443']}", Decoder),
        ("protocol: TCP, destination: {ports: ['']}", Decoder),
        ("protocol: TCP, destination: {ports: ['80-90']}", Rules),
        ("protocol: TCP, destination: {ports: [HTTP]}", Rules),
        (
            "protocol: TCP, destination: {ports: [very-long-port-name]}",
            Rules,
        ),
        ("destination: {ports: [http]}", Taken),
        ("destination: {notPorts: [http, 80]}", Rules),
        ("source: {ports: [80]}", Rules),
        ("source: {notPorts: ['1:2']}", Rules),
        ("source: {ports: []}", Taken),
        ("protocol: ICMP, source: {ports: [http]}", Rules),
        ("protocol: ICMP, source: {ports: []}", Taken),
        ("protocol: UDPLite, destination: {ports: [80]}", Rules),
        ("protocol: SCTP, destination: {ports: [80]}", Taken),
        ("protocol: 17, destination: {ports: [80]}", Taken),
        ("protocol: '17', destination: {ports: [80]}", Taken),
        ("protocol: 7, destination: {ports: [80]}", Rules),
    ]);
}

#[test]
fn protocols() {
    ingress(&[
        ("protocol: ICMPv6", Taken),
        ("protocol: UDPLite", Taken),
        ("protocol: tcp", Rules),
        ("protocol: any", Rules),
        ("protocol: ''", Rules),
        ("protocol: 1", Taken),
        ("protocol: '255'", Taken),
        ("protocol: '0'", Rules),
        ("protocol: '256'", Rules),
        ("protocol: '+6'", Rules),
        ("protocol: 0", Rules),
        ("protocol: 256", Decoder),
        ("protocol: -1", Decoder),
        ("notProtocol: ESP", Rules),
        ("notProtocol: 50", Taken),
        ("icmp: {type: 254, code: 255}, protocol: ICMP", Taken),
        ("icmp: {type: 255}, protocol: ICMP", Rules),
        ("icmp: {type: 8, code: 256}, protocol: ICMP", Rules),
        ("notICMP: {type: -1}", Rules),
        // The API server's rules have the rest.
        ("icmp: {code: 1}", Taken),
        ("protocol: ICMP, ipVersion: 6", Taken),
        ("ipVersion: 5", Taken),
    ]);
}

#[test]
fn nets() {
    ingress(&[
        ("source: {nets: [10.0.0.0/8, 192.0.2.0/24]}", Taken),
        ("source: {nets: [10.0.0.1/8]}", Rules),
        ("source: {nets: [10.0.0.1]}", Rules),
        ("source: {nets: ['']}", Rules),
        ("source: {nets: [example.org]}", Rules),
        (
            "source: {nets: [10.0.0.0/8]}, destination: {notNets: ['fd00::/8']}",
            Rules,
        ),
        ("source: {nets: [10.0.0.0/8, 'fd00::/8']}", Rules),
        ("ipVersion: 4, source: {nets: ['fd00::/8']}", Rules),
        ("ipVersion: 6, destination: {nets: ['fd00::/8']}", Taken),
        (
            "ipVersion: 4, source: {nets: ['::ffff:10.0.0.0/104']}",
            Taken,
        ),
        ("source: {nets: [0.0.0.0/0]}", Taken),
        ("source: {notNets: [0.0.0.0/0]}", Rules),
        ("destination: {notNets: ['::/0']}", Rules),
        ("destination: {notNets: ['0:0:0::/0']}", Rules),
        ("destination: {notNets: [0.0.0.0/1]}", Taken),
    ]);
}

#[test]
fn selectors() {
    ingress(&[
        ("source: {selector: a == 'b'}", Taken),
        ("source: {selector: ''}", Taken),
        ("source: {selector: a = 'b'}", Rules),
        ("source: {notSelector: 'a in b'}", Rules),
        (
            "source: {serviceAccounts: {names: [a], selector: has(b)}}",
            Taken,
        ),
        ("source: {serviceAccounts: {selector: has b}}", Rules),
        ("source: {namespaceSelector: global()}", Taken),
        ("source: {namespaceSelector: ' global() '}", Taken),
        ("source: {namespaceSelector: 'global() || all()'}", Rules),
        ("source: {namespaceSelector: '(global())'}", Rules),
        ("source: {namespaceSelector: '!global()'}", Rules),
        // The API server's rule.
        ("source: {selector: global()}", Taken),
    ]);
    for kind in [
        "NetworkPolicy",
        "GlobalNetworkPolicy",
        "StagedNetworkPolicy",
    ] {
        go(
            kind,
            &[
                ("{selector: all()}", Taken),
                ("{selector: all}", Rules),
                ("{serviceAccountSelector: '='}", Rules),
                ("{tier: security}", Taken),
                ("{tier: Security}", Rules),
                ("{tier: ''}", Taken),
            ],
        );
    }
    go(
        "GlobalNetworkPolicy",
        &[("{namespaceSelector: 'a b'}", Rules)],
    );
}

#[test]
fn services_and_http() {
    let service = "services: {name: db, namespace: shop}";
    let rule = |side: &str, text: &str| format!("{side}: {{{text}}}");
    let (source, destination) = (rule("source", service), rule("destination", service));
    for kind in [
        "NetworkPolicy",
        "GlobalNetworkPolicy",
        "StagedGlobalNetworkPolicy",
    ] {
        directed(kind, "ingress", &[(&source, Taken), (&destination, Rules)]);
        directed(kind, "egress", &[(&source, Rules), (&destination, Taken)]);
        directed(kind, "egress", &[("http: {methods: [GET]}", Rules)]);
    }
    let here = rule("destination", "services: {name: db}");
    directed("NetworkPolicy", "egress", &[(&here, Taken)]);
    directed("GlobalNetworkPolicy", "egress", &[(&here, Rules)]);
    ingress(&[
        ("source: {services: {name: DB}}", Rules),
        ("source: {services: {name: db, namespace: Shop}}", Rules),
        // The API server's rules: a name, and nothing beside it.
        ("source: {services: {}}", Taken),
        ("source: {services: {name: db}, selector: all()}", Taken),
        ("http: {methods: [GET, get, X-ANY]}", Taken),
        ("http: {methods: [GET, GET]}", Rules),
        ("http: {paths: [{exact: /a}, {prefix: /b}]}", Taken),
        ("http: {paths: [{exact: /a, prefix: /b}]}", Rules),
        ("http: {paths: [{}]}", Rules),
        ("http: {paths: [{exact: a}]}", Rules),
        ("http: {paths: [{exact: '/a?b'}]}", Rules),
        ("http: {paths: [{prefix: '/a#b'}]}", Rules),
        ("http: {paths: [{prefix: '/a b'}]}", Rules),
        ("protocol: UDP, http: {methods: [GET]}", Taken),
        ("metadata: {annotations: {a/B: c}}", Taken),
        ("metadata: {annotations: {'a b': c}}", Rules),
        ("metadata: {annotations: {'...': c}}", Rules),
    ]);
}

#[test]
fn specs() {
    for kind in [
        "NetworkPolicy",
        "GlobalNetworkPolicy",
        "StagedNetworkPolicy",
        "StagedGlobalNetworkPolicy",
    ] {
        go(
            kind,
            &[
                ("{}", Taken),
                ("{types: [Ingress, Egress]}", Taken),
                ("{types: []}", Taken),
                ("{types: [Ingress, Ingress]}", Rules),
                ("{order: -1.5}", Taken),
                ("{order: '1'}", Decoder),
                ("{performanceHints: [AssumeNeededOnEveryNode]}", Taken),
                (
                    "{performanceHints: [AssumeNeededOnEveryNode, AssumeNeededOnEveryNode]}",
                    Rules,
                ),
                ("{performanceHints: [Fast]}", Rules),
                ("{ingress: [{action: Reject}]}", Taken),
                ("{ingress: [{}]}", Taken),
                ("{types: [ingress]}", Taken),
            ],
        );
    }
}

#[test]
fn staged_deletions() {
    for kind in ["StagedNetworkPolicy", "StagedGlobalNetworkPolicy"] {
        go(
            kind,
            &[
                ("{stagedAction: Delete}", Taken),
                (
                    "{stagedAction: Delete, tier: a, selector: '', types: null}",
                    Taken,
                ),
                ("{stagedAction: Delete, selector: all()}", Rules),
                ("{stagedAction: Delete, types: [Ingress]}", Rules),
                ("{stagedAction: Delete, ingress: []}", Rules),
                ("{stagedAction: Delete, order: 0}", Rules),
                ("{stagedAction: Set, selector: all()}", Taken),
                ("{stagedAction: Remove}", Taken),
            ],
        );
    }
    go(
        "StagedGlobalNetworkPolicy",
        &[
            ("{stagedAction: Delete, doNotTrack: false}", Taken),
            ("{stagedAction: Delete, preDNAT: true}", Rules),
        ],
    );
    go(
        "StagedKubernetesNetworkPolicy",
        &[
            ("{stagedAction: Delete, podSelector: {}}", Taken),
            (
                "{stagedAction: Delete, podSelector: {matchLabels: {}}}",
                Rules,
            ),
            ("{stagedAction: Delete, policyTypes: [Ingress]}", Rules),
            (
                "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 90}]}]}",
                Taken,
            ),
            (
                "{podSelector: {}, ingress: [{ports: [{port: 90, endPort: 80}]}]}",
                Rules,
            ),
            (
                "{podSelector: {}, egress: [{ports: [{port: http, endPort: 80}]}]}",
                Rules,
            ),
            (
                "{podSelector: {}, egress: [{ports: [{port: '80,443'}]}]}",
                Rules,
            ),
            (
                "{podSelector: {}, egress: [{ports: [{endPort: 80}]}]}",
                Taken,
            ),
            (
                "{podSelector: {}, egress: [{ports: [{port: 65536}]}]}",
                Rules,
            ),
        ],
    );
}

#[test]
fn tiers() {
    go(
        "Tier",
        &[
            ("{}", Taken),
            ("{order: 7, defaultAction: Pass}", Taken),
            ("{defaultAction: Allow}", Rules),
            ("{defaultAction: ''}", Rules),
            ("{defaultAction: null}", Taken),
        ],
    );
}
