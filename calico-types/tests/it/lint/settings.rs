//! Settings: deprecated fields, Felix, nodes.

use calico_types::Severity;

use super::{check, check_with, cluster, complete, findings};

#[test]
fn fields_of_old() {
    let old = cluster("nextHopMode: Keep", "keepOriginalNextHop: true");
    // What replaces it came with 3.31: before, and as long as nobody says which
    // release it is, the old form is the right one.
    check(&old, &[]);
    check_with(complete().with_release(3, 30), &old, &[]);
    let line = "spec: {nodeSelector: has(rr), peerIP: 192.0.2.1, asNumber: 65000, keepOriginalNextHop: true, filters: [edge, pods]}";
    let deprecated = [("deprecated-field", line)];
    check_with(complete().with_release(3, 31), &old, &deprecated);
    let installed = |version: &str| {
        format!(
            "{old}---\nkind: ClusterInformation\nmetadata: {{name: default}}\nspec: {{calicoVersion: {version}}}\n"
        )
    };
    check(&installed("v3.30.7"), &[]);
    check(&installed("v3.32.1"), &deprecated);
    check_with(complete().with_release(3, 30), &installed("v3.32.1"), &[]);
}

fn felix(spec: &str) -> String {
    format!("kind: FelixConfiguration\nmetadata: {{name: default}}\nspec:\n  {spec}\n")
}

#[test]
fn failsafe_ports_that_felix_cannot_read() {
    let ports = |port: &str| felix(&format!("failsafeInboundHostPorts: [{{{port}}}]"));
    for (port, field, severity) in [
        ("protocol: jolly-UDP, port: 22", "protocol", Severity::Error),
        ("protocol: '6', port: 22", "protocol", Severity::Error),
        (
            "protocol: tcp, port: 22, net: office",
            "net",
            Severity::Error,
        ),
        ("protocol: tcp, port: 0", "port", Severity::Warning),
    ] {
        let (found, _) = findings(complete(), &ports(port));
        let got: Vec<_> = found
            .iter()
            .map(|d| (d.code.0, d.path.as_str(), d.severity))
            .collect();
        let path = format!("spec.failsafeInboundHostPorts[0].{field}");
        assert_eq!(
            got,
            [("invalid-failsafe-port", path.as_str(), severity)],
            "{port}"
        );
    }
    for port in [
        "protocol: TCP, port: 22",
        "port: 22",
        "protocol: sctp, port: 22, net: 10.0.0.0/8",
        "port: 22, net: 'fd00::1'",
    ] {
        check(&ports(port), &[]);
    }
}

#[test]
fn words_in_another_case() {
    check(
        &felix("chainInsertMode: append"),
        &[("odd-case", "chainInsertMode: append")],
    );
    check(&felix("chainInsertMode: Append"), &[]);
    let bgp = |word: &str| {
        format!(
            "kind: BGPConfiguration\nmetadata: {{name: default}}\nspec:\n  logSeverityScreen: {word}\n"
        )
    };
    check(&bgp("INFO"), &[("odd-case", "logSeverityScreen: INFO")]);
    check(&bgp("Info"), &[]);
}

#[test]
fn who_programs_routes_to_pods() {
    let set = |bird: &str, felix: &str, pool: &str| {
        format!(
            "kind: BGPConfiguration\nmetadata: {{name: default}}\nspec: {{programClusterRoutes: {bird}}}\n---\nkind: FelixConfiguration\nmetadata: {{name: default}}\nspec: {{programClusterRoutes: {felix}}}\n---\nkind: IPPool\nmetadata: {{name: p}}\nspec: {{cidr: 10.0.0.0/16, natOutgoing: true, {pool}}}\n"
        )
    };
    let line = |felix: &str| format!("spec: {{programClusterRoutes: {felix}}}");
    for (bird, felix, pool, agree) in [
        ("Enabled", "Disabled", "ipipMode: Always", true),
        (
            "EnabledNoEncapOnly",
            "EnabledIPIPOnly",
            "ipipMode: Always",
            true,
        ),
        (
            "EnabledNoEncapOnly",
            "EnabledIPIPOnly",
            "ipipMode: Never",
            true,
        ),
        ("Enabled", "EnabledIPIPOnly", "ipipMode: Always", false),
        ("Enabled", "EnabledIPIPOnly", "ipipMode: Never", true),
        ("Disabled", "Disabled", "ipipMode: Never", false),
        // Felix always programs those of VXLAN.
        ("Disabled", "Disabled", "vxlanMode: Always", true),
    ] {
        let expected = [("cluster-routes-disagree", line(felix))];
        let expected: Vec<_> = expected
            .iter()
            .map(|(code, line)| (*code, line.as_str()))
            .collect();
        check(&set(bird, felix, pool), if agree { &[] } else { &expected });
    }
}

#[test]
fn networks_with_host_bits() {
    let sets = |net: &str| {
        [
            format!(
                "kind: IPReservation\nmetadata: {{name: x}}\nspec:\n  reservedCIDRs:\n  - {net}\n"
            ),
            format!(
                "kind: NetworkSet\nmetadata: {{name: x, namespace: shop}}\nspec:\n  nets:\n  - {net}\n"
            ),
            format!("kind: GlobalNetworkSet\nmetadata: {{name: x}}\nspec:\n  nets:\n  - {net}\n"),
        ]
    };
    for set in sets("10.0.0.5/24") {
        check(&set, &[("host-bits", "- 10.0.0.5/24")]);
    }
    for set in sets("10.0.0.0/24").iter().chain(&sets("10.0.0.5")) {
        check(set, &[]);
    }
}

#[test]
fn addresses_of_unknown_types() {
    let node = |word: &str| {
        format!(
            "kind: Node\nmetadata: {{name: n}}\nspec:\n  addresses:\n  - address: 10.0.0.1\n    type: {word}\n"
        )
    };
    check(
        &node("internalIP"),
        &[("unknown-address-type", "type: internalIP")],
    );
    let (found, _) = findings(complete(), &node("internalIP"));
    assert_eq!(found[0].suggestion.as_deref(), Some("type: InternalIP"));
    check(&node("InternalIP"), &[]);
}

#[test]
fn fields_of_felix_of_old() {
    for field in [
        "routeTableRange: {min: 1, max: 250}",
        "bpfConnectTimeLoadBalancingEnabled: true",
        "dataplaneWatchdogTimeout: 90s",
    ] {
        check(&felix(field), &[("deprecated-field", field)]);
    }
    check(&felix("routeTableRanges: [{min: 1, max: 250}]"), &[]);
    let routes = felix("programClusterRoutes: Disabled");
    check(&routes, &[]);
    let deprecated = [("deprecated-field", "programClusterRoutes: Disabled")];
    check_with(complete().with_release(3, 33), &routes, &deprecated);
    check_with(complete().with_release(3, 32), &routes, &[]);
}
