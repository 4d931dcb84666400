//! Calico's own rules about the settings of its programs.

use super::{Decoder, Rules, Taken, Verdict, go};

#[test]
fn words() {
    go(
        "FelixConfiguration",
        &[
            ("{}", Taken),
            ("{awsSrcDstCheck: Enable}", Taken),
            ("{awsSrcDstCheck: enable}", Rules),
            ("{awsSrcDstCheck: ''}", Rules),
            ("{bpfConntrackMode: BPFProgram}", Taken),
            ("{bpfConntrackMode: BPF}", Rules),
            ("{bpfConnectTimeLoadBalancing: TCP}", Taken),
            ("{bpfConnectTimeLoadBalancing: Udp}", Rules),
            ("{bpfAttachType: Netkit}", Taken),
            ("{bpfAttachType: XDP}", Rules),
            ("{bpfJITHardening: Strict}", Taken),
            ("{bpfJITHardening: Off}", Rules),
            ("{natOutgoingExclusions: IPPoolsOnly}", Taken),
            ("{natOutgoingExclusions: All}", Rules),
            ("{serviceLoopPrevention: Reject}", Taken),
            ("{serviceLoopPrevention: reject}", Rules),
            ("{serviceLoopPrevention: ''}", Taken),
            ("{workloadSourceSpoofing: Any}", Taken),
            ("{workloadSourceSpoofing: all}", Rules),
            ("{windowsManageFirewallRules: Enabled}", Taken),
            ("{windowsManageFirewallRules: 'true'}", Rules),
            ("{prometheusMetricsClientAuth: NoClientCert}", Taken),
            ("{prometheusMetricsClientAuth: None}", Rules),
            ("{localSubnetL2Reachability: Enabled}", Rules),
            ("{bpfOverlayHostSourceIP: HostAddress}", Taken),
            // Patterns of the API server's, which do not mind the case.
            ("{logSeverityScreen: debug, chainInsertMode: APPEND}", Taken),
            ("{logSeverityScreen: Loud, iptablesBackend: nft}", Taken),
        ],
    );
}

#[test]
fn numbers() {
    go(
        "FelixConfiguration",
        &[
            ("{debugPort: 0}", Taken),
            ("{debugPort: 65536}", Rules),
            ("{debugPort: -1}", Rules),
            ("{bpfExtToServiceConnmark: 4294967295}", Taken),
            ("{bpfExtToServiceConnmark: 4294967296}", Rules),
            ("{bpfKubeProxyHealthzPort: 65536}", Rules),
            ("{bpfMapSizeConntrackCleanupQueue: 0}", Rules),
            ("{bpfMaglevMaxServices: 0}", Rules),
            ("{bpfMaglevMaxServices: 3000}", Taken),
            ("{bpfMaglevMaxEndpointsPerService: 3001}", Rules),
            ("{ipv4ElevatedRoutePriority: 0}", Rules),
            ("{ipv6NormalRoutePriority: 2147483647}", Rules),
            ("{wireguardListeningPort: 0}", Rules),
            ("{wireguardListeningPortV6: 65535}", Taken),
            ("{wireguardRoutingRulePriority: 32766}", Rules),
            ("{wireguardRoutingRulePriority: 32765}", Taken),
            ("{goGCThreshold: -1}", Taken),
            ("{goMemoryLimitMB: -2}", Rules),
            ("{goMaxProcs: -2}", Rules),
            ("{goMaxProcs: many}", Decoder),
            ("{vxlanPort: 99999999}", Taken),
        ],
    );
}

#[test]
fn texts() {
    go(
        "FelixConfiguration",
        &[
            ("{featureDetectOverride: 'a=true, b = c,,'}", Rules),
            ("{featureDetectOverride: 'a=true, b= c,,'}", Taken),
            ("{featureDetectOverride: ' '}", Taken),
            ("{featureDetectOverride: 'a=b, ,c=d'}", Rules),
            ("{featureGates: 'a-b=c'}", Rules),
            ("{featureGates: \"a=b\\nc\"}", Rules),
            ("{logDebugFilenameRegex: '('}", Rules),
            ("{mtuIfacePattern: '^(en.*|eth.*)'}", Taken),
            ("{mtuIfacePattern: 'a**'}", Rules),
            ("{bpfDataIfacePattern: '(?=a)'}", Rules),
            ("{bpfL3IfacePattern: 'x{1001}'}", Rules),
            ("{bpfDisableGROForIfaces: '['}", Rules),
            ("{nftablesFlowTableDataIfacePattern: '*'}", Rules),
            ("{prometheusMetricsHost: '::1'}", Taken),
            ("{prometheusMetricsHost: 'a b'}", Rules),
            ("{wireguardInterfaceName: wireguard.cali}", Taken),
            ("{wireguardInterfaceName: sixteenlettersxx}", Rules),
            ("{wireguardInterfaceNameV6: 'wg+'}", Rules),
            ("{iptablesNATOutgoingInterfaceFilter: 'eth+'}", Taken),
            ("{iptablesNATOutgoingInterfaceFilter: 'eth*'}", Rules),
            ("{bpfForceTrackPacketsFromIfaces: ['docker+']}", Taken),
            ("{bpfForceTrackPacketsFromIfaces: ['']}", Rules),
            ("{bpfForceTrackPacketsFromIfaces: ['docker*']}", Rules),
            ("{bpfLogFilters: {all: tcp, eth0: ''}}", Taken),
            ("{bpfLogFilters: {'eth*': tcp}}", Rules),
            ("{bpfLogFilters: {'eth:1': tcp}}", Rules),
            ("{openstackRegion: region-1}", Taken),
            ("{openstackRegion: Region}", Rules),
            ("{openstackRegion: ''}", Taken),
            (
                "{openstackRegion: my-region-has-a-very-long-and-extremely-interesting}",
                Rules,
            ),
        ],
    );
}

#[test]
fn addresses() {
    go(
        "FelixConfiguration",
        &[
            ("{natOutgoingAddress: 10.0.0.1}", Taken),
            ("{natOutgoingAddress: 'fd00::1'}", Taken),
            ("{natOutgoingAddress: 10.0.0.1/32}", Rules),
            ("{deviceRouteSourceAddress: x}", Rules),
            ("{deviceRouteSourceAddressIPv6: 'fd00::1/64'}", Rules),
            ("{bpfDSROptoutCIDRs: [10.0.0.1/8, 'fd00::']}", Taken),
            ("{bpfDSROptoutCIDRs: [x]}", Rules),
            ("{bpfExcludeCIDRsFromNAT: [10.0.0.0/33]}", Rules),
            ("{externalNodesList: [10.0.0.0/8, 10.0.0.1]}", Taken),
            ("{externalNodesList: ['fd00::/8']}", Rules),
            ("{externalNodesList: ['']}", Rules),
            (
                "{failsafeInboundHostPorts: [{protocol: jolly-UDP, port: 0}]}",
                Taken,
            ),
        ],
    );
}

#[test]
fn ports_tables_and_times() {
    go(
        "FelixConfiguration",
        &[
            ("{kubeNodePortRanges: ['30000:32767', 80]}", Taken),
            ("{kubeNodePortRanges: [http]}", Rules),
            ("{kubeNodePortRanges: [0]}", Rules),
            ("{kubeNodePortRanges: ['2:1']}", Decoder),
            ("{kubeNodePortRanges: [1, 2, 3, 4, 5, 6, 7, 8]}", Rules),
            ("{natPortRange: '1000:2000'}", Taken),
            ("{natPortRange: 0}", Rules),
            ("{bpfPSNATPorts: '80,443'}", Decoder),
            ("{routeTableRange: {min: 1, max: 250}}", Taken),
            ("{routeTableRange: {min: 0, max: 250}}", Rules),
            ("{routeTableRange: {min: 1, max: 251}}", Rules),
            ("{routeTableRange: {min: 9, max: 8}}", Rules),
            ("{routeTableRanges: [{min: 1, max: 65535}]}", Taken),
            ("{routeTableRanges: [{min: 1, max: 65536}]}", Rules),
            (
                "{routeTableRanges: [{min: 1, max: 2}, {min: 3, max: 4}, {min: 5, max: 65536}]}",
                Rules,
            ),
            ("{routeTableRanges: [{min: 0, max: 1}]}", Rules),
            ("{routeTableRanges: [{min: 2, max: 1}]}", Rules),
            (
                "{routeTableRanges: [{min: 4294967295, max: 4294967296}]}",
                Rules,
            ),
            (
                "{healthTimeoutOverrides: [{name: a_b c-d, timeout: 0s}]}",
                Taken,
            ),
            (
                "{healthTimeoutOverrides: [{name: '%', timeout: 10ns}]}",
                Rules,
            ),
            ("{healthTimeoutOverrides: [{timeout: 10s}]}", Rules),
            ("{healthTimeoutOverrides: [{name: a, timeout: -1s}]}", Rules),
            ("{healthTimeoutOverrides: [{name: a}]}", Taken),
            (
                "{healthTimeoutOverrides: [{name: a, timeout: 10}]}",
                Decoder,
            ),
            ("{reportingInterval: 1m30s}", Taken),
            ("{reportingInterval: 30}", Decoder),
            ("{reportingInterval: ''}", Decoder),
        ],
    );
}

#[test]
fn kube_controllers() {
    let template = |text: &str| {
        format!("{{controllers: {{node: {{hostEndpoint: {{templates: [{{{text}}}]}}}}}}}}")
    };
    let templates: [(&str, Verdict); 13] = [
        ("", Taken),
        ("generateName: a.b", Taken),
        ("generateName: a_b", Rules),
        ("interfaceCIDRs: [10.0.0.1/8, 'fd00::1']", Taken),
        ("interfaceCIDRs: [x]", Rules),
        ("interfacePattern: 'eth[0-9]'", Taken),
        ("interfacePattern: 'eth['", Rules),
        ("labels: {a: b}", Taken),
        ("labels: {a: 'b!'}", Rules),
        ("annotations: {a: 'b!'}", Taken),
        ("annotations: {'a!': b}", Rules),
        ("nodeSelector: has(a)", Taken),
        ("nodeSelector: has a", Rules),
    ];
    let templates = templates.map(|(text, verdict)| (template(text), verdict));
    let templates: Vec<_> = templates
        .iter()
        .map(|(spec, verdict)| (spec.as_str(), *verdict))
        .collect();
    go("KubeControllersConfiguration", &templates);
    go(
        "KubeControllersConfiguration",
        &[
            ("{healthChecks: Enabled}", Taken),
            ("{healthChecks: enabled}", Rules),
            ("{healthChecks: ''}", Taken),
            ("{controllers: {node: {syncLabels: 'Yes'}}}", Rules),
            (
                "{controllers: {node: {hostEndpoint: {autoCreate: 'true'}}}}",
                Rules,
            ),
            (
                "{controllers: {node: {hostEndpoint: {createDefaultHostEndpoint: Off}}}}",
                Rules,
            ),
            (
                "{controllers: {node: {hostEndpoint: {createDefaultHostEndpoint: Enabled}}}}",
                Taken,
            ),
            (
                "{controllers: {migration: {policyNameMigrator: Never}}}",
                Rules,
            ),
            ("{controllers: {node: {leakGracePeriod: 15}}}", Decoder),
            ("{controllers: {loadBalancer: {assignIPs: None}}}", Taken),
        ],
    );
}
