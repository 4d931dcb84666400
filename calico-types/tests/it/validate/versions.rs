//! What each release of Calico knows, and which of its layers refuses what.

use std::collections::BTreeSet;

use calico_types::validate::{Rules, Version, VersionError};
use calico_types::{Decoded, Diagnostic, RefusedBy, Severity, Source, decode, diagnose_with};

fn rules(version: &str) -> Rules {
    Rules::for_version(version.parse().unwrap())
}

fn document(kind: &str, spec: &str) -> Decoded {
    decode(&[Source::new("case.yaml", manifest(kind, "default", spec))])
}

fn manifest(kind: &str, name: &str, spec: &str) -> String {
    format!(
        "apiVersion: projectcalico.org/v3\nkind: {kind}\n\
         metadata: {{name: {name}, namespace: default}}\nspec: {spec}\n"
    )
}

fn told(kind: &str, spec: &str, version: &str) -> Vec<Diagnostic> {
    let source = Source::new("case.yaml", manifest(kind, "default", spec));
    diagnose_with(&[source], &rules(version)).diagnostics
}

/// The releases from 28 to 33 in which the rules of Calico and those of the
/// definitions refuse a spec.
fn refusals(kind: &str, name: &str, spec: &str) -> (Vec<u16>, Vec<u16>) {
    let decoded = decode(&[Source::new("case.yaml", manifest(kind, name, spec))]);
    let of = |ask: &dyn Fn(Rules) -> bool| {
        Version::known()
            .filter(|version| ask(Rules::for_version(*version)))
            .map(Version::minor)
            .collect()
    };
    (
        of(&|rules| !rules.go(&decoded).is_empty()),
        of(&|rules| !rules.crd(&decoded).is_empty()),
    )
}

const ALL: &[u16] = &[28, 29, 30, 31, 32, 33];
const UNTIL_31: &[u16] = &[28, 29, 30, 31];
const UNTIL_32: &[u16] = &[28, 29, 30, 31, 32];
const SINCE_32: &[u16] = &[32, 33];
const SINCE_33: &[u16] = &[33];
const NEVER: &[u16] = &[];

/// Kind, spec, and the releases in which Calico and the API server refuse it.
type Judged<'a> = (&'a str, &'a str, &'a [u16], &'a [u16]);

#[track_caller]
fn judged(table: &[Judged<'_>]) {
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(kind, spec, go, crd)| {
            let (came_go, came_crd) = refusals(kind, "default", spec);
            ((came_go.as_slice(), came_crd.as_slice()) != (*go, *crd))
                .then(|| format!("{kind} {spec}: Calico {came_go:?}, API server {came_crd:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_younger_field_is_named_with_its_release_and_what_is_stored_without_it() {
    let spec = "{peerIP: 192.0.2.1, asNumber: 65000, nextHopMode: Self}";
    let found = told("BGPPeer", spec, "v3.30.2");
    let [found] = found.as_slice() else {
        panic!("{found:#?}");
    };
    assert_eq!(found.code.0, "later-release");
    assert_eq!(found.severity, Severity::Error);
    assert_eq!(found.path, "spec.nextHopMode");
    assert_eq!(
        found.message,
        "`nextHopMode` is known since Calico 3.31: 3.30 has no such field"
    );
    assert_eq!(found.refused_by, RefusedBy::DECODER);
    assert!(found.stored.is_some());
    assert!(found.help[0].contains("3.31"), "{:?}", found.help);
    let span = found.span.unwrap();
    assert_eq!((span.line, span.column), (4, 44));

    assert_eq!(told("BGPPeer", spec, "3.31"), []);
    assert_eq!(told("BGPPeer", spec, "3.33"), []);
}

#[test]
fn fields_come_with_their_releases() {
    for (kind, spec, since) in [
        ("NetworkPolicy", "{tier: default}", 29),
        (
            "BGPFilter",
            "{importV4: [{action: Accept, cidr: 10.0.0.0/8, matchOperator: In, prefixLength: {min: 8}}]}",
            29,
        ),
        ("FelixConfiguration", "{nftablesMode: Enabled}", 29),
        (
            "BGPPeer",
            "{localWorkloadSelector: all(), asNumber: 65000}",
            30,
        ),
        (
            "BGPConfiguration",
            "{localWorkloadPeeringIPV4: 10.0.0.1}",
            30,
        ),
        ("IPPool", "{cidr: 10.0.0.0/16, assignmentMode: Manual}", 30),
        ("FelixConfiguration", "{flowLogsGoldmaneServer: 'x:1'}", 30),
        (
            "BGPConfiguration",
            "{serviceLoadBalancerAggregation: Disabled}",
            31,
        ),
        (
            "IPPool",
            "{cidr: 10.0.0.0/16, namespaceSelector: all()}",
            31,
        ),
        (
            "FelixConfiguration",
            "{natOutgoingExclusions: IPPoolsOnly}",
            31,
        ),
        (
            "BGPFilter",
            "{exportV6: [{action: Accept, operations: [{setPriority: {value: 10}}]}]}",
            32,
        ),
        (
            "BGPPeer",
            "{peerIP: 192.0.2.1, asNumber: 65000, keepaliveTime: 20s}",
            32,
        ),
        ("FelixConfiguration", "{cgroupV2Path: /run}", 30),
        ("FelixConfiguration", "{bpfJITHardening: Auto}", 31),
        ("FelixConfiguration", "{prometheusMetricsCAFile: /ca}", 32),
        ("BGPConfiguration", "{ipv4NormalRoutePriority: 512}", 32),
        ("FelixConfiguration", "{istioAmbientMode: Enabled}", 32),
        (
            "IPAMConfiguration",
            "{strictAffinity: false, ipCooldownSeconds: 10}",
            33,
        ),
    ] {
        for version in Version::known() {
            let decoded = document(kind, spec);
            assert_eq!(decoded.diagnostics, [], "{kind} {spec}");
            let found = Rules::for_version(version).fields(&decoded);
            let expected = usize::from(version.minor() < since);
            assert_eq!(found.len(), expected, "{kind} {spec} in {version}");
        }
    }
}

#[test]
fn kinds_come_with_their_releases() {
    for (kind, spec, since) in [
        ("Tier", "{order: 10}", 29),
        ("StagedNetworkPolicy", "{selector: all()}", 30),
        ("StagedGlobalNetworkPolicy", "{selector: all()}", 30),
        ("StagedKubernetesNetworkPolicy", "{podSelector: {}}", 30),
        ("GlobalNetworkPolicy", "{selector: all()}", 28),
    ] {
        for version in Version::known() {
            let source = Source::new("case.yaml", manifest(kind, "a", spec));
            let found = diagnose_with(&[source], &Rules::for_version(version)).diagnostics;
            if version.minor() >= since {
                assert_eq!(found, [], "{kind} in {version}");
                continue;
            }
            // A kind that is not there is the one thing to say of it.
            assert_eq!(found.len(), 1, "{kind} in {version}: {found:#?}");
            assert_eq!(
                (found[0].code.0, found[0].path.as_str()),
                ("later-release", "kind")
            );
            assert_eq!(found[0].refused_by, RefusedBy::EVERYONE);
        }
    }
}

/// What is dropped before anybody judges is not judged.
#[test]
fn what_a_younger_field_says_is_not_judged() {
    let spec = "{peerIP: 192.0.2.1, asNumber: 65000, nextHopMode: Sometimes}";
    let codes = |version| -> BTreeSet<&str> {
        let found = told("BGPPeer", spec, version);
        found.iter().map(|found| found.code.0).collect()
    };
    assert_eq!(codes("3.30"), BTreeSet::from(["later-release"]));
    assert_eq!(codes("3.31"), BTreeSet::from(["unsupported-value"]));
}

#[test]
fn fields_that_are_gone_were_known() {
    for (kind, spec) in [
        ("IPPool", "{cidr: 10.0.0.0/16, nat-outgoing: true}"),
        ("IPPool", "{cidr: 10.0.0.0/16, ipip: {enabled: true}}"),
        ("FelixConfiguration", "{iptablesLockTimeout: 10s}"),
        (
            "FelixConfiguration",
            "{bpfKubeProxyEndpointSlicesEnabled: true}",
        ),
    ] {
        for version in ["3.28", "3.31"] {
            assert_eq!(told(kind, spec, version), [], "{kind} {spec} {version}");
        }
        for version in ["3.32", "3.33"] {
            let found = told(kind, spec, version);
            assert_eq!(found[0].code.0, "unknown-field", "{kind} {spec} {version}");
        }
    }
    // A field that never was is unknown in every release.
    assert_eq!(
        told("IPPool", "{cidr: 10.0.0.0/16, ipipp: {}}", "3.28")[0]
            .code
            .0,
        "unknown-field"
    );
}

const MOVED: &[Judged<'_>] = &[
    (
        "BGPFilter",
        "{importV4: [{action: Accept, cidr: 10.0.0.0/8}]}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "BGPPeer",
        "{peerIP: 192.0.2.1, peerSelector: all()}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "BGPPeer",
        "{peerIP: 192.0.2.1, asNumber: 1, node: a, nodeSelector: all()}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "BGPConfiguration",
        "{nodeToNodeMeshEnabled: false, nodeMeshMaxRestartTime: 1s}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "BGPConfiguration",
        "{communities: [{name: a, value: '1:2'}]}",
        UNTIL_32,
        SINCE_33,
    ),
    (
        "GlobalNetworkPolicy",
        "{doNotTrack: true}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "GlobalNetworkPolicy",
        "{preDNAT: true, applyOnForward: true, types: [Egress]}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "GlobalNetworkPolicy",
        "{selector: global()}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "NetworkPolicy",
        "{ingress: [{action: Allow, icmp: {type: 8}}]}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "NetworkPolicy",
        "{ingress: [{action: Allow, protocol: ICMP, ipVersion: 6}]}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "NetworkPolicy",
        "{ingress: [{action: Allow, source: {selector: global()}}]}",
        UNTIL_32,
        SINCE_33,
    ),
    (
        "NetworkPolicy",
        "{ingress: [{action: Allow, protocol: UDP, http: {methods: [GET]}}]}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "NetworkPolicy",
        "{egress: [{action: Allow, destination: {services: {name: a}, nets: [10.0.0.0/8]}}]}",
        UNTIL_32,
        SINCE_33,
    ),
    ("HostEndpoint", "{interfaceName: eth0}", UNTIL_31, SINCE_32),
    (
        "IPPool",
        "{cidr: 'fd00::/64', ipipMode: Always}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "IPPool",
        "{cidr: 10.0.0.0/16, ipipMode: Always, vxlanMode: Always}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "IPPool",
        "{cidr: 10.0.0.0/16, allowedUses: [LoadBalancer, Workload]}",
        UNTIL_31,
        SINCE_32,
    ),
    ("IPPool", "{cidr: 169.254.0.0/16}", UNTIL_32, SINCE_33),
    ("IPPool", "{cidr: 10.0.0.0/30}", UNTIL_32, SINCE_33),
    (
        "FelixConfiguration",
        "{routeTableRange: {min: 1, max: 2}, routeTableRanges: [{min: 5, max: 6}]}",
        UNTIL_31,
        SINCE_32,
    ),
];

/// Rules that went from Calico's validator to the definitions.
#[test]
fn rules_move_from_calico_to_the_api_server() {
    judged(MOVED);
}

const STAYED: &[Judged<'_>] = &[
    // Calico's, still.
    ("NetworkPolicy", "{selector: '!'}", ALL, NEVER),
    (
        "NetworkPolicy",
        "{ingress: [{action: Allow, protocol: tcp}]}",
        ALL,
        NEVER,
    ),
    (
        "NetworkPolicy",
        "{ingress: [{action: Allow, source: {nets: [10.0.0.1]}}]}",
        ALL,
        NEVER,
    ),
    ("IPPool", "{cidr: 10.0.0.1/16}", ALL, SINCE_33),
    // Words that are not there, wherever they were asked for.
    (
        "NetworkPolicy",
        "{ingress: [{action: allow}]}",
        UNTIL_31,
        SINCE_32,
    ),
    (
        "BGPPeer",
        "{peerIP: 192.0.2.1, asNumber: 1, reversePeering: auto}",
        NEVER,
        &[31, 32, 33],
    ),
    // Limits and formats came with the definitions of 3.32.
    (
        "BGPConfiguration",
        "{serviceClusterIPs: [{cidr: 10.0.0.1}]}",
        NEVER,
        SINCE_32,
    ),
    ("GlobalNetworkPolicy", "{types: []}", NEVER, SINCE_32),
    // Named ports needed a protocol, and a rule could match nothing.
    (
        "NetworkPolicy",
        "{ingress: [{action: Allow, destination: {ports: [http]}}]}",
        UNTIL_31,
        NEVER,
    ),
    (
        "NetworkPolicy",
        "{ingress: [{action: Allow, destination: {ports: [80]}}]}",
        ALL,
        NEVER,
    ),
    (
        "NetworkPolicy",
        "{ingress: [{action: Allow, source: {notNets: [0.0.0.0/0]}}]}",
        SINCE_32,
        NEVER,
    ),
    // Felix' words had one case in Calico, and have any in the definitions.
    (
        "FelixConfiguration",
        "{logSeverityScreen: INFO}",
        UNTIL_31,
        NEVER,
    ),
    (
        "FelixConfiguration",
        "{logSeverityScreen: Info}",
        NEVER,
        NEVER,
    ),
    (
        "FelixConfiguration",
        "{defaultEndpointToHostAction: RETURN}",
        UNTIL_31,
        NEVER,
    ),
    (
        "FelixConfiguration",
        "{logSeverityScreen: Loud}",
        UNTIL_31,
        ALL,
    ),
];

/// What only one of the layers ever had, or one had later than another.
#[test]
fn rules_that_did_not_move() {
    judged(STAYED);
    let long = format!("{{selector: \"{}a == 'b'\"}}", " ".repeat(1100));
    judged(&[("NetworkPolicy", &long, NEVER, SINCE_32)]);
}

#[test]
fn names_of_policies_and_tiers_by_release() {
    let go = |kind, name, spec| refusals(kind, name, spec).0;
    assert_eq!(go("NetworkPolicy", "default.a", "{}"), [28]);
    assert_eq!(go("GlobalNetworkPolicy", "default.a", "{}"), [28]);
    assert_eq!(go("NetworkPolicy", "knp.default.a.b", "{}"), NEVER);
    assert_eq!(go("NetworkPolicy", "a.b.c", "{}"), ALL);

    let tier = |name, spec| refusals("Tier", name, spec);
    let wrong = "{order: 5, defaultAction: Pass}";
    assert_eq!(tier("kube-admin", wrong).1, SINCE_32);
    assert_eq!(
        tier("adminnetworkpolicy", wrong),
        (vec![29, 30, 31], vec![])
    );
    assert_eq!(tier("adminnetworkpolicy", "{order: 1000}").0, NEVER);
    assert_eq!(
        tier("default", "{order: 5}"),
        (vec![29, 30, 31], vec![32, 33])
    );
}

#[test]
fn the_release_in_the_making_is_the_default() {
    assert_eq!(Rules::default().version(), Version::HEAD);
    assert_eq!(Version::default().to_string(), "3.33");
    assert_eq!(Version::known().count(), 6);
    assert_eq!(Version::new(3, 27), Err(VersionError::TooOld));
    assert_eq!(
        Version::new(3, 27).unwrap_err().to_string(),
        "the rules of Calico before 3.28 are not known"
    );

    let spec = "{peerIP: 10.0.0.1, peerSelector: all()}";
    let sources = [Source::new(
        "case.yaml",
        manifest("BGPPeer", "default", spec),
    )];
    assert_eq!(
        calico_types::diagnose(&sources).diagnostics,
        diagnose_with(&sources, &Rules::default()).diagnostics
    );
}

#[test]
fn a_cluster_says_which_release_it_runs() {
    let record = |version: &str| {
        document(
            "ClusterInformation",
            &format!("{{calicoVersion: {version}}}"),
        )
        .resources
    };
    let of = |located: &[calico_types::Located]| {
        Version::of_cluster(located.iter().map(|located| &located.resource))
    };
    assert_eq!(of(&record("v3.31.2")), Some(Ok("3.31".parse().unwrap())));
    assert_eq!(of(&record("v3.20.0")), Some(Err(VersionError::TooOld)));
    assert_eq!(of(&document("Profile", "{}").resources), None);
}

/// Kubernetes has kinds of the same names, with releases of its own.
#[test]
fn kinds_that_are_not_calico_s_have_no_releases() {
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n\
                  metadata: {name: a, namespace: b}\n\
                  spec: {podSelector: {}, policyTypes: [ingress], tier: a}\n";
    let bgp = "apiVersion: operator.tigera.io/v1\nkind: Installation\n\
               metadata: {name: default}\nspec: {calicoNetwork: {bgp: enabled}}\n";
    let calico = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n\
                  metadata: {name: a, namespace: b}\nspec: {tier: a, types: [ingress]}\n";
    let all = format!("{calico}---\n{policy}---\n{calico}---\n{bgp}");
    let told = |version: Version| -> Vec<(usize, &str)> {
        let source = Source::new("all.yaml", all.as_str());
        let found = diagnose_with(&[source], &Rules::for_version(version)).diagnostics;
        let found = found
            .iter()
            .filter(|found| found.severity == Severity::Error);
        found
            .map(|found| (found.span.unwrap().line, found.code.0))
            .collect()
    };
    let (unknown, word, later) = ("unknown-field", "unsupported-value", "later-release");
    let head = told(Version::HEAD);
    assert_eq!(
        head,
        [(4, word), (9, word), (9, unknown), (14, word), (19, word)]
    );
    let first = told(Version::OLDEST);
    assert_eq!(
        first,
        [
            (4, later),
            (4, word),
            (9, word),
            (9, unknown),
            (14, later),
            (14, word),
            (19, word)
        ]
    );
}

/// Words and limits of which an older release knew nothing are no errors there.
#[test]
fn what_nobody_refused_is_no_error() {
    let spec = "{reservedCIDRs: [10.0.0.1]}";
    let errors = |version| told("IPReservation", spec, version).len();
    assert_eq!((errors("3.31"), errors("3.33")), (0, 1));
    let spec = "{types: [Ingress, Ingress]}";
    let found = told("GlobalNetworkPolicy", spec, "3.31");
    assert!(
        found[0].refused_by.calico && !found[0].refused_by.api_server,
        "{found:#?}"
    );
}
