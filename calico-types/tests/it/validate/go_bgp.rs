//! Calico's own rules about BGP.

use super::{Decoder, Rules, Taken, Verdict, go};

#[test]
fn peers() {
    go(
        "BGPPeer",
        &[
            ("{}", Taken),
            ("{peerIP: 10.0.0.1, asNumber: 64512}", Taken),
            ("{peerIP: '10.0.0.1:179'}", Taken),
            ("{peerIP: '[fd00::1]:179'}", Taken),
            ("{peerIP: '[10.0.0.1]:179'}", Taken),
            ("{peerIP: '::ffff:10.0.0.1'}", Taken),
            ("{peerIP: ''}", Taken),
            ("{peerIP: '10.0.0.1:0'}", Rules),
            ("{peerIP: '10.0.0.1:65536'}", Rules),
            ("{peerIP: '10.0.0.1:+179'}", Rules),
            ("{peerIP: '[fd00::1]'}", Rules),
            ("{peerIP: 'fe80::1%eth0'}", Rules),
            ("{peerIP: 10.0.0.1/32}", Rules),
            ("{peerIP: 010.0.0.1}", Rules),
            ("{peerIP: rr.example.org}", Rules),
            ("{node: node-1.example}", Taken),
            ("{node: Node-1}", Rules),
            ("{nodeSelector: has(rr)}", Taken),
            ("{nodeSelector: has(rr}", Rules),
            ("{peerSelector: 'rr = 1'}", Rules),
            ("{localWorkloadSelector: '&&'}", Rules),
            ("{filters: [a, b]}", Taken),
            ("{filters: []}", Taken),
            ("{filters: ['']}", Rules),
            ("{filters: [A]}", Rules),
            ("{reachableBy: 10.0.0.254, peerIP: 10.1.0.1}", Taken),
            ("{reachableBy: fd00::1, peerIP: 10.1.0.1}", Rules),
            ("{reachableBy: fd00::1, peerIP: '[fd00::2]:179'}", Taken),
            (
                "{reachableBy: '::ffff:10.0.0.254', peerIP: 10.1.0.1}",
                Taken,
            ),
            ("{reachableBy: 10.0.0.0/24, peerIP: 10.1.0.1}", Rules),
            ("{asNumber: '64512'}", Taken),
            ("{asNumber: '1.10'}", Taken),
            ("{asNumber: '1.70000'}", Decoder),
            ("{asNumber: ''}", Decoder),
            ("{asNumber: '+1'}", Decoder),
            ("{asNumber: -1}", Decoder),
            ("{asNumber: 4294967296}", Decoder),
            ("{ttlSecurity: 255}", Taken),
            ("{ttlSecurity: 256}", Decoder),
            ("{maxRestartTime: 90s}", Taken),
            ("{maxRestartTime: -1.5h2m}", Taken),
            ("{maxRestartTime: 0}", Decoder),
            ("{maxRestartTime: '0'}", Taken),
            ("{maxRestartTime: '90'}", Decoder),
            ("{maxRestartTime: ''}", Decoder),
            ("{maxRestartTime: 1d}", Decoder),
            // The rest is the business of the API server's rules.
            ("{node: a, nodeSelector: all()}", Taken),
            ("{reachableBy: 10.0.0.254}", Taken),
            ("{sourceAddress: NodeIP}", Taken),
        ],
    );
}

const FILTERS: &[(&str, Verdict)] = &[
    ("{}", Taken),
    ("{importV4: [{action: Accept}]}", Taken),
    ("{importV4: [{}]}", Rules),
    ("{importV4: [{action: ''}]}", Rules),
    ("{importV4: [{action: Deny}]}", Taken),
    (
        "{exportV4: [{action: Accept, cidr: 10.0.0.0/8, matchOperator: In}]}",
        Taken,
    ),
    (
        "{exportV4: [{action: Accept, cidr: 10.0.0.1, matchOperator: In}]}",
        Taken,
    ),
    (
        "{exportV4: [{action: Accept, cidr: 10.0.0.1/8, matchOperator: In}]}",
        Rules,
    ),
    (
        "{exportV4: [{action: Accept, cidr: 10.0.0.0/08, matchOperator: In}]}",
        Taken,
    ),
    (
        "{exportV4: [{action: Accept, cidr: 'fd00::/8', matchOperator: In}]}",
        Rules,
    ),
    (
        "{exportV6: [{action: Accept, cidr: 'fd00::/8', matchOperator: In}]}",
        Taken,
    ),
    (
        "{exportV6: [{action: Accept, cidr: 10.0.0.0/8, matchOperator: In}]}",
        Rules,
    ),
    (
        "{exportV6: [{action: Accept, cidr: '::ffff:10.0.0.0/104', matchOperator: In}]}",
        Rules,
    ),
    ("{importV4: [{action: Accept, interface: '*'}]}", Taken),
    ("{importV4: [{action: Accept, interface: 'eth*.5'}]}", Taken),
    ("{importV4: [{action: Accept, interface: 'eth:0'}]}", Rules),
    (
        "{importV4: [{action: Accept, interface: sixteenlettersxx}]}",
        Rules,
    ),
    ("{importV4: [{action: Accept, interface: ''}]}", Taken),
    ("{importV4: [{action: Accept, source: RemotePeers}]}", Taken),
    ("{importV4: [{action: Accept, source: ''}]}", Taken),
    ("{importV4: [{action: Accept, source: Local}]}", Rules),
    ("{importV4: [{action: Accept, peerType: ibgp}]}", Rules),
    ("{importV4: [{action: Accept, peerType: iBGP}]}", Taken),
    (
        "{importV4: [{action: Accept, prefixLength: {min: 0, max: 32}}]}",
        Taken,
    ),
    (
        "{importV4: [{action: Accept, prefixLength: {max: 33}}]}",
        Rules,
    ),
    (
        "{importV6: [{action: Accept, prefixLength: {max: 128}}]}",
        Taken,
    ),
    (
        "{importV6: [{action: Accept, prefixLength: {min: 129}}]}",
        Rules,
    ),
    (
        "{importV6: [{action: Accept, prefixLength: {min: -1}}]}",
        Rules,
    ),
    (
        "{importV4: [{action: Accept, prefixLength: {min: 24, max: 8}}]}",
        Taken,
    ),
    ("{importV4: [{action: Accept, priority: 0}]}", Rules),
    (
        "{importV4: [{action: Accept, priority: 2147483647}]}",
        Rules,
    ),
    (
        "{importV4: [{action: Accept, priority: 2147483646}]}",
        Taken,
    ),
    (
        "{importV4: [{action: Accept, communities: {values: ['1:2']}}]}",
        Taken,
    ),
    (
        "{importV4: [{action: Accept, communities: {values: []}}]}",
        Taken,
    ),
    ("{importV4: [{action: Accept, communities: {}}]}", Rules),
    (
        "{importV4: [{action: Accept, operations: [{setPriority: {value: 0}}]}]}",
        Rules,
    ),
    (
        "{importV4: [{action: Accept, operations: [{setPriority: {}}]}]}",
        Rules,
    ),
    (
        "{importV4: [{action: Accept, operations: [{setPriority: {value: 1}}]}]}",
        Taken,
    ),
    (
        "{importV4: [{action: Accept, operations: [{addCommunity: {}}]}]}",
        Rules,
    ),
    (
        "{importV4: [{action: Accept, operations: [{addCommunity: {value: ''}}]}]}",
        Taken,
    ),
    (
        "{importV4: [{action: Accept, operations: [{prependASPath: {}}]}]}",
        Rules,
    ),
    (
        "{importV4: [{action: Accept, operations: [{prependASPath: {prefix: []}}]}]}",
        Taken,
    ),
    ("{importV4: [{action: Accept, cidr: 10.0.0.0/8}]}", Taken),
];

#[test]
fn filters() {
    go("BGPFilter", FILTERS);
}

const CONFIGURATIONS: &[(&str, Verdict)] = &[
    ("{}", Taken),
    ("{listenPort: 179}", Taken),
    ("{listenPort: 0}", Taken),
    ("{listenPort: 65536}", Decoder),
    ("{listenPort: '179'}", Decoder),
    (
        "{serviceClusterIPs: [{cidr: 10.0.0.0/8}, {cidr: 10.0.0.1}, {}]}",
        Taken,
    ),
    ("{serviceClusterIPs: [{cidr: 10.0.0.1/8}]}", Rules),
    ("{serviceExternalIPs: [{cidr: x}]}", Rules),
    ("{serviceLoadBalancerIPs: [{cidr: 'fd00::1/64'}]}", Rules),
    ("{serviceLoadBalancerIPs: [10.0.0.0/8]}", Decoder),
    ("{ignoredInterfaces: ['docker*', eth0]}", Taken),
    ("{ignoredInterfaces: ['*']}", Rules),
    ("{ignoredInterfaces: ['']}", Rules),
    ("{localWorkloadPeeringIPV4: 169.254.1.1}", Taken),
    ("{localWorkloadPeeringIPV4: '::ffff:169.254.1.1'}", Taken),
    ("{localWorkloadPeeringIPV4: 'fd00::1'}", Rules),
    ("{localWorkloadPeeringIPV6: 'fd00::1'}", Taken),
    ("{localWorkloadPeeringIPV6: '::ffff:10.0.0.1'}", Rules),
    ("{localWorkloadPeeringIPV6: 10.0.0.1}", Rules),
    ("{ipv4NormalRoutePriority: 0}", Rules),
    ("{ipv6NormalRoutePriority: 2147483646}", Taken),
    (
        "{prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: []}]}",
        Taken,
    ),
    ("{prefixAdvertisements: [{cidr: 10.0.0.0/8}]}", Rules),
    ("{prefixAdvertisements: [{communities: ['1:2']}]}", Rules),
    (
        "{prefixAdvertisements: [{cidr: 10.0.0.1/8, communities: ['1:2']}]}",
        Rules,
    ),
    (
        "{prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: [a]}]}",
        Rules,
    ),
    (
        "{prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: ['70000:1']}]}",
        Rules,
    ),
    // A named community that nothing uses is the API server's business.
    ("{communities: [{name: a, value: '1:2'}]}", Taken),
    (
        "{nodeToNodeMeshEnabled: false, nodeMeshMaxRestartTime: 1m}",
        Taken,
    ),
    ("{logSeverityScreen: info}", Taken),
];

#[test]
fn configuration() {
    let used = "prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: ['1:2']}]";
    let community = |text: &str| format!("{{communities: [{{{text}}}], {used}}}");
    let communities = [
        ("name: a, value: '1:2'", Taken),
        ("name: a, value: '00001:2'", Taken),
        ("name: a, value: '65536:2'", Rules),
        ("name: a, value: '65536:2:3'", Taken),
        ("name: a, value: '4294967296:2:3'", Rules),
        ("name: a, value: '1:2:3:4'", Rules),
        ("name: a, value: a", Rules),
        ("name: a", Rules),
        ("value: '1:2'", Rules),
        ("name: A, value: '1:2'", Rules),
    ]
    .map(|(text, verdict)| (community(text), verdict));
    let communities: Vec<_> = communities
        .iter()
        .map(|(spec, verdict)| (spec.as_str(), *verdict))
        .collect();
    go("BGPConfiguration", &communities);
    go("BGPConfiguration", CONFIGURATIONS);
}
