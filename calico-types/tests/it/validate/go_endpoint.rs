//! Calico's own rules about endpoints, nodes, profiles and node reports.

use super::{Decoder, Rules, Taken, Verdict, go};

#[test]
fn host_endpoints() {
    go(
        "HostEndpoint",
        &[
            ("{node: a, interfaceName: eth0}", Taken),
            ("{node: a, interfaceName: '*'}", Taken),
            ("{node: a, interfaceName: 'eth*'}", Rules),
            ("{node: a, interfaceName: 'eth0:1'}", Rules),
            ("{node: A, interfaceName: eth0}", Rules),
            (
                "{node: a, expectedIPs: [10.0.0.1, 'fd00::1', '::ffff:10.0.0.2']}",
                Taken,
            ),
            ("{node: a, expectedIPs: [10.0.0.0/24]}", Rules),
            ("{node: a, expectedIPs: ['']}", Rules),
            ("{node: a, expectedIPs: ['fe80::1%eth0']}", Rules),
            ("{node: a, profiles: [kns.a, b]}", Taken),
            ("{node: a, profiles: ['']}", Rules),
            ("{node: a, profiles: [B]}", Rules),
            (
                "{node: a, ports: [{name: http, protocol: TCP, port: 80}]}",
                Taken,
            ),
            (
                "{node: a, ports: [{name: http, protocol: 6, port: 80}]}",
                Taken,
            ),
            (
                "{node: a, ports: [{name: http, protocol: '132', port: 80}]}",
                Taken,
            ),
            ("{node: a, ports: [{protocol: TCP, port: 80}]}", Rules),
            (
                "{node: a, ports: [{name: '', protocol: TCP, port: 80}]}",
                Rules,
            ),
            (
                "{node: a, ports: [{name: '80', protocol: TCP, port: 80}]}",
                Rules,
            ),
            (
                "{node: a, ports: [{name: a--b, protocol: TCP, port: 80}]}",
                Rules,
            ),
            (
                "{node: a, ports: [{name: sixteen-letters-, protocol: TCP, port: 80}]}",
                Rules,
            ),
            ("{node: a, ports: [{name: http, protocol: TCP}]}", Rules),
            (
                "{node: a, ports: [{name: http, protocol: TCP, port: 0}]}",
                Rules,
            ),
            (
                "{node: a, ports: [{name: http, protocol: TCP, port: 65536}]}",
                Decoder,
            ),
            ("{node: a, ports: [{name: http, port: 80}]}", Rules),
            (
                "{node: a, ports: [{name: http, protocol: ICMP, port: 80}]}",
                Rules,
            ),
            (
                "{node: a, ports: [{name: http, protocol: 47, port: 80}]}",
                Rules,
            ),
            // The API server's rules have the rest.
            ("{}", Taken),
        ],
    );
}

const WORKLOAD_ENDPOINTS: &[(&str, Verdict)] = &[
    ("{interfaceName: cali1}", Taken),
    ("{}", Rules),
    ("{interfaceName: ''}", Rules),
    ("{interfaceName: cali1, containerID: aB-9}", Taken),
    ("{interfaceName: cali1, containerID: -a}", Rules),
    ("{interfaceName: cali1, node: A}", Rules),
    (
        "{interfaceName: cali1, ipNetworks: [10.0.0.1, 10.0.0.2/32, 'fd00::1/128']}",
        Taken,
    ),
    ("{interfaceName: cali1, ipNetworks: [10.0.0.0/24]}", Rules),
    ("{interfaceName: cali1, ipNetworks: [x]}", Rules),
    (
        "{interfaceName: cali1, ipv4Gateway: 10.0.0.1, ipv6Gateway: 'fd00::1'}",
        Taken,
    ),
    ("{interfaceName: cali1, ipv4Gateway: 'fd00::1'}", Rules),
    ("{interfaceName: cali1, ipv4Gateway: 10.0.0.0/24}", Rules),
    ("{interfaceName: cali1, ipv6Gateway: 10.0.0.1}", Rules),
    ("{interfaceName: cali1, mac: 00-11-22-33-44-55}", Taken),
    ("{interfaceName: cali1, mac: 00:11-22:33:44:55}", Rules),
    ("{interfaceName: cali1, mac: 0011.2233.4455.6677}", Taken),
    (
        "{interfaceName: cali1, allowSpoofedSourcePrefixes: [10.0.0.1/8, 1.2.3.4]}",
        Taken,
    ),
    (
        "{interfaceName: cali1, allowSpoofedSourcePrefixes: [x]}",
        Rules,
    ),
    (
        "{interfaceName: cali1, ipNetworks: [10.0.0.1/32], ipNATs: [{internalIP: 10.0.0.1, externalIP: 192.0.2.1}]}",
        Taken,
    ),
    (
        "{interfaceName: cali1, ipNetworks: [10.0.0.1/32], ipNATs: [{internalIP: 10.0.0.2, externalIP: 192.0.2.1}]}",
        Rules,
    ),
    (
        "{interfaceName: cali1, ipNetworks: [10.0.0.1/32], ipNATs: [{internalIP: 10.0.0.1, externalIP: 'fd00::1'}]}",
        Rules,
    ),
    (
        "{interfaceName: cali1, ipNetworks: [10.0.0.1/32], ipNATs: [{internalIP: 10.0.0.1}]}",
        Rules,
    ),
    (
        "{interfaceName: cali1, ipNetworks: [10.0.0.1/32], ipNATs: [{}]}",
        Rules,
    ),
    (
        "{interfaceName: cali1, ports: [{name: a, protocol: UDP, port: 53}]}",
        Taken,
    ),
    (
        "{interfaceName: cali1, ports: [{protocol: UDP, port: 53, hostPort: 5353}]}",
        Taken,
    ),
    (
        "{interfaceName: cali1, ports: [{protocol: UDP, port: 53}]}",
        Rules,
    ),
    (
        "{interfaceName: cali1, ports: [{name: a, protocol: UDP, port: 53, hostIP: 10.0.0.1}]}",
        Taken,
    ),
    (
        "{interfaceName: cali1, ports: [{name: a, protocol: UDP, port: 53, hostIP: 10.0.0.1/24}]}",
        Rules,
    ),
];

#[test]
fn workload_endpoints() {
    go("WorkloadEndpoint", WORKLOAD_ENDPOINTS);
}

#[test]
fn nodes() {
    let key = |text: &str| format!("{{}}\nstatus: {{wireguardPublicKey: '{text}'}}");
    let good = key("jlkVyQYooZYzI2wFfNhSZez5eWh44yfq1wKVjLvSXgY=");
    // The last letter but one has two bits too many, which Go passes over.
    let loose = key("jlkVyQYooZYzI2wFfNhSZez5eWh44yfq1wKVjLvSXgZ=");
    let short = key("jlkVyQYooZYzI2wFfNhSZez5eWh44yfq1wKVjLvSXg==");
    go("Node", &[(&good, Taken), (&loose, Taken), (&short, Rules)]);
    go(
        "Node",
        &[
            ("{}", Taken),
            (
                "{bgp: {ipv4Address: 10.0.0.1/24, ipv6Address: 'fd00::1/64'}}",
                Taken,
            ),
            ("{bgp: {ipv4Address: 10.0.0.1}}", Taken),
            ("{bgp: {ipv4Address: 'fd00::1/64'}}", Rules),
            ("{bgp: {ipv6Address: 10.0.0.1/24}}", Rules),
            ("{bgp: {ipv4IPIPTunnelAddr: 10.0.0.1/24}}", Rules),
            ("{bgp: {routeReflectorClusterID: 244.0.0.1}}", Taken),
            ("{bgp: {routeReflectorClusterID: 'abcdef'}}", Rules),
            ("{bgp: {routeReflectorClusterID: 'fd00::1'}}", Rules),
            ("{bgp: {}}", Rules),
            ("{bgp: null}", Taken),
            ("{bgp: {ipv4Address: ''}}", Rules),
            ("{bgp: {asNumber: 0}}", Taken),
            ("{ipv4VXLANTunnelAddr: 10.0.0.1}", Taken),
            ("{ipv4VXLANTunnelAddr: 'fd00::1'}", Rules),
            ("{ipv6VXLANTunnelAddr: 10.0.0.1}", Rules),
            ("{vxlanTunnelMACAddr: 66:11:22:33:44:55}", Taken),
            ("{vxlanTunnelMACAddrV6: x}", Rules),
            ("{wireguard: {interfaceIPv4Address: 10.0.0.1}}", Taken),
            ("{wireguard: {interfaceIPv6Address: 10.0.0.1}}", Rules),
            // Neither list is looked into.
            (
                "{addresses: [{address: x, type: Somewhere}], interfaces: [{name: ETH_0}]}",
                Taken,
            ),
        ],
    );
}

#[test]
fn node_reports_and_profiles() {
    go(
        "CalicoNodeStatus",
        &[
            ("{node: a, classes: [BGP], updatePeriodSeconds: 10}", Taken),
            ("{node: a, classes: [], updatePeriodSeconds: 0}", Taken),
            (
                "{node: a, classes: [BGP], updatePeriodSeconds: 86401}",
                Rules,
            ),
            (
                "{node: a, classes: [BGP], updatePeriodSeconds: -1}",
                Decoder,
            ),
            ("{node: a, classes: [BGP]}", Rules),
            ("{node: a, updatePeriodSeconds: 10}", Rules),
            ("{classes: [BGP], updatePeriodSeconds: 10}", Rules),
            ("{node: A, classes: [BGP], updatePeriodSeconds: 10}", Rules),
            (
                "{node: a, classes: [BGP, BGP], updatePeriodSeconds: 10}",
                Rules,
            ),
        ],
    );
    go(
        "Profile",
        &[
            ("{labelsToApply: {a/b: c, d: ''}}", Taken),
            ("{labelsToApply: {a/b/c: d}}", Rules),
            ("{labelsToApply: {a: '-'}}", Rules),
            (
                "{ingress: [{action: Allow}], egress: [{action: Deny, protocol: http}]}",
                Rules,
            ),
        ],
    );
}
