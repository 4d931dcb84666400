//! `FelixConfiguration`.

use super::bgp::{LOG_SEVERITY, PROGRAM_CLUSTER_ROUTES};
use super::{
    BOOLEAN, DURATION, Default, Form, INT_OR_TEXT, INT64, INTEGER, PORT, Pattern, SWITCH, Schema,
    TEXT, TEXT_LIST, TEXT_MAP, field, list, object, required, words,
};
use crate::validate::{Tag, calico, crd};

const WHOLE: Pattern = Pattern::Duration { decimal: false };
const DECIMAL: Pattern = Pattern::Duration { decimal: true };
const ROUTE_PRIORITY: &[Tag] = &[Tag::Range(1, 2_147_483_646)];
const CIDR: Schema = TEXT.tag(&[Tag::Cidr]);
const ADDRESS: Schema = TEXT.max_length(45).form(Form::Address);
const IFACE: Schema = TEXT.tag(&[Tag::IfaceFilter]);

/// Calico checks neither field, so neither has a tag.
const PROTO_PORT: Schema = object(&[
    field("net", TEXT),
    required("port", INTEGER.form(Form::Uint16)),
    field("protocol", TEXT),
]);

const HEALTH_TIMEOUT: Schema = object(&[
    required("name", TEXT.tag(&[Tag::HealthName])),
    required("timeout", DURATION),
])
.checks(&[calico::health_timeout]);

const ROUTE_TABLE_FIELDS: Schema = object(&[required("max", INTEGER), required("min", INTEGER)]);
const ROUTE_TABLE_INDICES: Schema = ROUTE_TABLE_FIELDS
    .rules(crd::ROUTE_TABLE_RANGE)
    .checks(&[calico::route_table_range]);
const ROUTE_TABLE_RANGE: Schema = ROUTE_TABLE_FIELDS
    .rules(crd::ROUTE_TABLE_RANGES)
    .checks(&[calico::route_table_ranges]);

const CONNTRACK_TIMEOUT: Schema = TEXT.pattern(Pattern::ConntrackTimeout);
const CONNTRACK_TIMEOUTS: Schema = object(&[
    field("creationGracePeriod", CONNTRACK_TIMEOUT),
    field("genericTimeout", CONNTRACK_TIMEOUT),
    field("icmpTimeout", CONNTRACK_TIMEOUT),
    field("tcpEstablished", CONNTRACK_TIMEOUT),
    field("tcpFinsSeen", CONNTRACK_TIMEOUT),
    field("tcpResetSeen", CONNTRACK_TIMEOUT),
    field("tcpSynSent", CONNTRACK_TIMEOUT),
    field("udpTimeout", CONNTRACK_TIMEOUT),
]);

pub(super) const CONFIGURATION: Schema = object(&[
    field("allowIPIPPacketsFromWorkloads", BOOLEAN),
    field("allowVXLANPacketsFromWorkloads", BOOLEAN),
    field(
        "awsSrcDstCheck",
        words(&["DoNothing", "Enable", "Disable"]).tag(&[
            Tag::Pointer,
            Tag::OneOf(&["DoNothing", "Enable", "Disable"]),
        ]),
    ),
    field(
        "bpfAttachType",
        words(&["TC", "TCX", "Netkit"]).tag(&[Tag::Pointer, Tag::OneOf(&["TC", "TCX", "Netkit"])]),
    ),
    field("bpfCTLBLogFilter", TEXT),
    field(
        "bpfConnectTimeLoadBalancing",
        words(&["TCP", "Enabled", "Disabled"])
            .tag(&[Tag::Pointer, Tag::OneOf(&["TCP", "Enabled", "Disabled"])]),
    ),
    field("bpfConnectTimeLoadBalancingEnabled", BOOLEAN),
    field(
        "bpfConntrackLogLevel",
        words(&["Off", "Debug"]).tag(&[Tag::Pointer, Tag::OneOf(&["Off", "Debug"])]),
    ),
    field(
        "bpfConntrackMode",
        words(&["Auto", "Userspace", "BPFProgram"]).tag(&[
            Tag::Pointer,
            Tag::OneOf(&["Auto", "Userspace", "BPFProgram"]),
        ]),
    ),
    field("bpfConntrackTimeouts", CONNTRACK_TIMEOUTS),
    field("bpfDSROptoutCIDRs", list(&CIDR)),
    field("bpfDataIfacePattern", TEXT.tag(&[Tag::Regexp])),
    field("bpfDisableGROForIfaces", TEXT.tag(&[Tag::Regexp])),
    field("bpfDisableUnprivileged", BOOLEAN),
    field("bpfEnabled", BOOLEAN),
    field(
        "bpfEnforceRPF",
        TEXT.pattern(Pattern::AnyCase(&["Disabled", "Strict", "Loose"])),
    ),
    field("bpfExcludeCIDRsFromNAT", list(&CIDR)),
    field("bpfExportBufferSizeMB", INTEGER),
    field(
        "bpfExtToServiceConnmark",
        INTEGER.tag(&[Tag::Range(0, 4_294_967_295)]),
    ),
    field(
        "bpfExternalServiceMode",
        TEXT.pattern(Pattern::AnyCase(&["Tunnel", "DSR"])),
    ),
    field("bpfForceTrackPacketsFromIfaces", list(&IFACE)),
    field("bpfHostConntrackBypass", BOOLEAN),
    field(
        "bpfHostNetworkedNATWithoutCTLB",
        SWITCH.tag(&[Tag::Pointer, Tag::OneOf(&["Enabled", "Disabled"])]),
    ),
    field("bpfIPFragTimeout", DURATION.pattern(WHOLE)),
    field("bpfIPFragmentReassemblyEnabled", BOOLEAN),
    field(
        "bpfJITHardening",
        words(&["Auto", "Strict"]).tag(&[Tag::Pointer, Tag::OneOf(&["Auto", "Strict"])]),
    ),
    field(
        "bpfKubeProxyHealthzPort",
        INTEGER.tag(&[Tag::Range(0, 65_535)]),
    ),
    field("bpfKubeProxyIptablesCleanupEnabled", BOOLEAN),
    field("bpfKubeProxyMinSyncPeriod", DURATION.pattern(WHOLE)),
    field("bpfL3IfacePattern", TEXT.tag(&[Tag::Regexp])),
    field("bpfLogFilters", TEXT_MAP.tag(&[Tag::BpfLogFilters])),
    field(
        "bpfLogLevel",
        TEXT.pattern(Pattern::AnyCase(&["Off", "Info", "Debug"])),
    ),
    field(
        "bpfMaglevMaxEndpointsPerService",
        INTEGER.tag(&[Tag::Range(1, 3000)]),
    ),
    field("bpfMaglevMaxServices", INTEGER.tag(&[Tag::Range(1, 3000)])),
    field("bpfMapSizeConntrack", INTEGER),
    field(
        "bpfMapSizeConntrackCleanupQueue",
        INTEGER.at_least(1).tag(&[Tag::AtLeast(1)]),
    ),
    field(
        "bpfMapSizeConntrackScaling",
        TEXT.pattern(Pattern::AnyCase(&["Disabled", "DoubleIfFull"])),
    ),
    field("bpfMapSizeIPSets", INTEGER),
    field("bpfMapSizeIfState", INTEGER),
    field("bpfMapSizeNATAffinity", INTEGER),
    field("bpfMapSizeNATBackend", INTEGER),
    field("bpfMapSizeNATFrontend", INTEGER),
    field("bpfMapSizePerCpuConntrack", INTEGER),
    field("bpfMapSizeRoute", INTEGER),
    field(
        "bpfOverlayHostSourceIP",
        words(&["TunnelAddress", "HostAddress"])
            .tag(&[Tag::Pointer, Tag::OneOf(&["TunnelAddress", "HostAddress"])]),
    ),
    field("bpfPSNATPorts", PORT),
    field("bpfPolicyDebugEnabled", BOOLEAN),
    field("bpfProfiling", SWITCH),
    field("bpfRedirectToPeer", SWITCH),
    field("cgroupV2Path", TEXT),
    field(
        "chainInsertMode",
        TEXT.pattern(Pattern::AnyCase(&["Insert", "Append"])),
    ),
    field("dataplaneDriver", TEXT),
    field("dataplaneWatchdogTimeout", DURATION),
    field("debugDisableLogDropping", BOOLEAN),
    field("debugHost", TEXT),
    field("debugMemoryProfilePath", TEXT),
    field("debugPort", INTEGER.tag(&[Tag::Range(0, 65_535)])),
    field("debugSimulateCalcGraphHangAfter", DURATION.pattern(WHOLE)),
    field("debugSimulateDataplaneApplyDelay", DURATION.pattern(WHOLE)),
    field("debugSimulateDataplaneHangAfter", DURATION.pattern(WHOLE)),
    field(
        "defaultEndpointToHostAction",
        TEXT.pattern(Pattern::AnyCase(&["Drop", "Accept", "Return"])),
    ),
    field("deviceRouteProtocol", INTEGER),
    field("deviceRouteSourceAddress", ADDRESS),
    field("deviceRouteSourceAddressIPv6", ADDRESS),
    field("disableConntrackInvalidCheck", BOOLEAN),
    field("endpointReportingDelay", DURATION.pattern(WHOLE)),
    field("endpointReportingEnabled", BOOLEAN),
    field("endpointStatusPathPrefix", TEXT),
    field("externalNodesList", TEXT_LIST),
    field("failsafeInboundHostPorts", list(&PROTO_PORT)),
    field("failsafeOutboundHostPorts", list(&PROTO_PORT)),
    field(
        "featureDetectOverride",
        TEXT.pattern(Pattern::FeatureDetectOverride)
            .tag(&[Tag::KeyValueList]),
    ),
    field(
        "featureGates",
        TEXT.pattern(Pattern::FeatureGates)
            .tag(&[Tag::KeyValueList]),
    ),
    field("floatingIPs", SWITCH),
    field("flowLogsCollectorDebugTrace", BOOLEAN),
    field("flowLogsFlushInterval", DURATION.pattern(WHOLE)),
    field("flowLogsGoldmaneServer", TEXT),
    field("flowLogsLocalReporter", words(&["Disabled", "Enabled"])),
    field(
        "flowLogsPolicyEvaluationMode",
        words(&["None", "Continuous"]),
    ),
    field("genericXDPEnabled", BOOLEAN),
    field("goGCThreshold", INTEGER.tag(&[Tag::AtLeast(-1)])),
    field("goMaxProcs", INTEGER.tag(&[Tag::AtLeast(-1)])),
    field("goMemoryLimitMB", INTEGER.tag(&[Tag::AtLeast(-1)])),
    field("healthEnabled", BOOLEAN),
    field("healthHost", TEXT),
    field("healthPort", INTEGER),
    field("healthTimeoutOverrides", list(&HEALTH_TIMEOUT)),
    field("interfaceExclude", TEXT),
    field("interfacePrefix", TEXT),
    field("interfaceRefreshInterval", DURATION.pattern(WHOLE)),
    field("ipForwarding", SWITCH),
    field("ipipEnabled", BOOLEAN),
    field("ipipMTU", INTEGER),
    field("ipsetsRefreshInterval", DURATION.pattern(WHOLE)),
    field(
        "iptablesBackend",
        TEXT.pattern(Pattern::AnyCase(&["Auto", "Legacy", "NFT"]))
            .one_of(&["Legacy", "NFT", "Auto"]),
    ),
    field(
        "iptablesFilterAllowAction",
        TEXT.pattern(Pattern::AnyCase(&["Accept", "Return"])),
    ),
    field(
        "iptablesFilterDenyAction",
        TEXT.pattern(Pattern::AnyCase(&["Drop", "Reject"])),
    ),
    field("iptablesLockProbeInterval", DURATION.pattern(WHOLE)),
    field(
        "iptablesMangleAllowAction",
        TEXT.pattern(Pattern::AnyCase(&["Accept", "Return"])),
    ),
    field("iptablesMarkMask", INT64.range(0, 4_294_967_295)),
    field(
        "iptablesNATOutgoingInterfaceFilter",
        TEXT.tag(&[Tag::IfaceFilter]),
    ),
    field("iptablesPostWriteCheckInterval", DURATION.pattern(WHOLE)),
    field("iptablesRefreshInterval", DURATION.pattern(WHOLE)),
    field("ipv4ElevatedRoutePriority", INTEGER.tag(ROUTE_PRIORITY)),
    field("ipv4NormalRoutePriority", INTEGER.tag(ROUTE_PRIORITY)),
    field("ipv6ElevatedRoutePriority", INTEGER.tag(ROUTE_PRIORITY)),
    field("ipv6NormalRoutePriority", INTEGER.tag(ROUTE_PRIORITY)),
    field("ipv6Support", BOOLEAN),
    field("istioAmbientMode", SWITCH),
    field("istioDSCPMark", INT_OR_TEXT),
    field("kubeNodePortRanges", list(&PORT).items(0, 7)),
    field(
        "liveMigrationRouteConvergenceTime",
        DURATION.pattern(DECIMAL),
    ),
    field(
        "localSubnetL2Reachability",
        words(&["Disabled", "PodsAndLoadBalancers"]).tag(&[
            Tag::Pointer,
            Tag::OneOf(&["Disabled", "PodsAndLoadBalancers"]),
        ]),
    ),
    field("localSubnetL2ReachabilityRefreshInterval", DURATION),
    field("logActionRateLimit", TEXT.pattern(Pattern::RateLimit)),
    field("logActionRateLimitBurst", INTEGER.range(0, 9999)),
    field("logDebugFilenameRegex", TEXT.tag(&[Tag::Regexp])),
    field("logFilePath", TEXT),
    field("logPrefix", TEXT.pattern(Pattern::LogPrefix)),
    field("logSeverityFile", TEXT.pattern(LOG_SEVERITY)),
    field("logSeverityScreen", TEXT.pattern(LOG_SEVERITY)),
    field("logSeveritySys", TEXT.pattern(LOG_SEVERITY)),
    field("maxIpsetSize", INTEGER),
    field("metadataAddr", TEXT),
    field("metadataPort", INTEGER),
    field("mtuIfacePattern", TEXT.tag(&[Tag::Regexp])),
    field("natOutgoingAddress", ADDRESS),
    field(
        "natOutgoingExclusions",
        words(&["IPPoolsOnly", "IPPoolsAndHostIPs"]).tag(&[
            Tag::Pointer,
            Tag::OneOf(&["IPPoolsOnly", "IPPoolsAndHostIPs"]),
        ]),
    ),
    field("natPortRange", PORT),
    field("netlinkTimeout", DURATION.pattern(WHOLE)),
    field(
        "nftablesFilterAllowAction",
        TEXT.pattern(Pattern::AnyCase(&["Accept", "Return"])),
    ),
    field(
        "nftablesFilterDenyAction",
        TEXT.pattern(Pattern::AnyCase(&["Drop", "Reject"])),
    ),
    field(
        "nftablesFlowTableDataIfacePattern",
        TEXT.tag(&[Tag::Regexp]),
    ),
    field(
        "nftablesFlowTableOffload",
        words(&["All", "Disabled"]).default(Default::Text("Disabled")),
    ),
    field(
        "nftablesMangleAllowAction",
        TEXT.pattern(Pattern::AnyCase(&["Accept", "Return"])),
    ),
    field("nftablesMarkMask", INT64.range(0, 4_294_967_295)),
    field(
        "nftablesMode",
        words(&["Disabled", "Enabled", "Auto"]).default(Default::Text("Auto")),
    ),
    field("nftablesRefreshInterval", DURATION),
    field("nodeSelector", TEXT.max_length(1024)),
    field("openstackRegion", TEXT),
    field("policySyncPathPrefix", TEXT),
    field("programClusterRoutes", PROGRAM_CLUSTER_ROUTES),
    field("prometheusGoMetricsEnabled", BOOLEAN),
    field("prometheusMetricsCAFile", TEXT),
    field("prometheusMetricsCertFile", TEXT),
    field(
        "prometheusMetricsClientAuth",
        words(&[
            "RequireAndVerifyClientCert",
            "RequireAnyClientCert",
            "VerifyClientCertIfGiven",
            "NoClientCert",
        ])
        .tag(&[
            Tag::Pointer,
            Tag::OneOf(&[
                "RequireAndVerifyClientCert",
                "RequireAnyClientCert",
                "VerifyClientCertIfGiven",
                "NoClientCert",
            ]),
        ]),
    ),
    field("prometheusMetricsEnabled", BOOLEAN),
    field("prometheusMetricsHost", TEXT.tag(&[Tag::PrometheusHost])),
    field("prometheusMetricsKeyFile", TEXT),
    field("prometheusMetricsPort", INTEGER),
    field("prometheusProcessMetricsEnabled", BOOLEAN),
    field("prometheusWireGuardMetricsEnabled", BOOLEAN),
    field("removeExternalRoutes", BOOLEAN),
    field("reportingInterval", DURATION.pattern(WHOLE)),
    field("reportingTTL", DURATION.pattern(WHOLE)),
    field("requireMTUFile", BOOLEAN),
    field("routeRefreshInterval", DURATION.pattern(WHOLE)),
    field(
        "routeSource",
        TEXT.pattern(Pattern::AnyCase(&["WorkloadIPs", "CalicoIPAM"])),
    ),
    field("routeSyncDisabled", BOOLEAN),
    field("routeTableRange", ROUTE_TABLE_INDICES),
    field("routeTableRanges", list(&ROUTE_TABLE_RANGE)),
    field(
        "serviceLoopPrevention",
        TEXT.pattern(Pattern::AnyCase(&["Drop", "Reject", "Disabled"]))
            .tag(&[Tag::OneOf(&["Drop", "Reject", "Disabled"])]),
    ),
    field("sidecarAccelerationEnabled", BOOLEAN),
    field("usageReportingEnabled", BOOLEAN),
    field("usageReportingInitialDelay", DURATION.pattern(WHOLE)),
    field("usageReportingInterval", DURATION.pattern(WHOLE)),
    field("useInternalDataplaneDriver", BOOLEAN),
    field("vxlanEnabled", BOOLEAN),
    field("vxlanMTU", INTEGER),
    field("vxlanMTUV6", INTEGER),
    field("vxlanPort", INTEGER),
    field("vxlanVNI", INTEGER),
    field(
        "windowsManageFirewallRules",
        SWITCH.tag(&[Tag::Pointer, Tag::OneOf(&["Enabled", "Disabled"])]),
    ),
    field("wireguardEnabled", BOOLEAN),
    field("wireguardEnabledV6", BOOLEAN),
    field("wireguardHostEncryptionEnabled", BOOLEAN),
    field("wireguardInterfaceName", TEXT.tag(&[Tag::Interface])),
    field("wireguardInterfaceNameV6", TEXT.tag(&[Tag::Interface])),
    field("wireguardKeepAlive", DURATION.pattern(WHOLE)),
    field(
        "wireguardListeningPort",
        INTEGER.tag(&[Tag::Range(1, 65_535)]),
    ),
    field(
        "wireguardListeningPortV6",
        INTEGER.tag(&[Tag::Range(1, 65_535)]),
    ),
    field("wireguardMTU", INTEGER),
    field("wireguardMTUV6", INTEGER),
    field(
        "wireguardRoutingRulePriority",
        INTEGER.tag(&[Tag::Range(1, 32_765)]),
    ),
    field("wireguardThreadingEnabled", BOOLEAN),
    field(
        "workloadSourceSpoofing",
        TEXT.pattern(Pattern::AnyCase(&["Disabled", "Any"]))
            .tag(&[Tag::OneOf(&["Disabled", "Any"])]),
    ),
    field("xdpEnabled", BOOLEAN),
    field("xdpRefreshInterval", DURATION.pattern(WHOLE)),
])
.rules(crd::FELIX)
.checks(&[calico::felix]);
