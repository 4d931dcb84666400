//! `FelixConfiguration`: settings of Felix, the agent on every node.
//!
//! `default` speaks for the cluster, `node.NAME` for one node, others for the
//! nodes that their `node_selector` picks.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::any_case::{LogSeverity, any_case};
use super::bgp_configuration::ProgramClusterRoutes;
use super::switch::Switch;
use crate::k8s::IntOrString;
use crate::metadata::Metadata;
use crate::resources::Kind;
use crate::scalar::{Duration, Port, Protocol};

/// Felix' settings. What is absent has Felix' own default.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FelixConfiguration {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: FelixConfigurationSpec,
}

impl Kind for FelixConfiguration {
    const KIND: &'static str = "FelixConfiguration";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`FelixConfiguration`].
///
/// Words that Felix reads without regard to case are read so here too. A number is as
/// wide as JSON's where neither Calico nor the API server limits it: ports among them.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub struct FelixConfigurationSpec {
    #[serde(
        rename = "allowIPIPPacketsFromWorkloads",
        skip_serializing_if = "Option::is_none"
    )]
    pub allow_ipip_packets_from_workloads: Option<bool>,
    #[serde(
        rename = "allowVXLANPacketsFromWorkloads",
        skip_serializing_if = "Option::is_none"
    )]
    pub allow_vxlan_packets_from_workloads: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws_src_dst_check: Option<AwsSrcDstCheck>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_attach_type: Option<BpfAttachType>,
    #[serde(rename = "bpfCTLBLogFilter", skip_serializing_if = "Option::is_none")]
    pub bpf_ctlb_log_filter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_connect_time_load_balancing: Option<BpfConnectTimeLoadBalancing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_connect_time_load_balancing_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_conntrack_log_level: Option<BpfConntrackLogLevel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_conntrack_mode: Option<BpfConntrackMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_conntrack_timeouts: Option<BpfConntrackTimeouts>,
    #[serde(
        rename = "bpfDSROptoutCIDRs",
        with = "crate::scalar::net::optional_list",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub bpf_dsr_optout_cidrs: Option<Vec<IpNet>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_data_iface_pattern: Option<String>,
    #[serde(
        rename = "bpfDisableGROForIfaces",
        skip_serializing_if = "Option::is_none"
    )]
    pub bpf_disable_gro_for_ifaces: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_disable_unprivileged: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_enabled: Option<bool>,
    #[serde(rename = "bpfEnforceRPF", skip_serializing_if = "Option::is_none")]
    pub bpf_enforce_rpf: Option<BpfEnforceRpf>,
    #[serde(
        rename = "bpfExcludeCIDRsFromNAT",
        with = "crate::scalar::net::optional_list",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub bpf_exclude_cidrs_from_nat: Option<Vec<IpNet>>,
    #[serde(
        rename = "bpfExportBufferSizeMB",
        skip_serializing_if = "Option::is_none"
    )]
    pub bpf_export_buffer_size_mb: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_ext_to_service_connmark: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_external_service_mode: Option<BpfExternalServiceMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_force_track_packets_from_ifaces: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_host_conntrack_bypass: Option<bool>,
    #[serde(
        rename = "bpfHostNetworkedNATWithoutCTLB",
        skip_serializing_if = "Option::is_none"
    )]
    pub bpf_host_networked_nat_without_ctlb: Option<Switch>,
    #[serde(rename = "bpfIPFragTimeout", skip_serializing_if = "Option::is_none")]
    pub bpf_ip_frag_timeout: Option<Duration>,
    #[serde(
        rename = "bpfIPFragmentReassemblyEnabled",
        skip_serializing_if = "Option::is_none"
    )]
    pub bpf_ip_fragment_reassembly_enabled: Option<bool>,
    #[serde(rename = "bpfJITHardening", skip_serializing_if = "Option::is_none")]
    pub bpf_jit_hardening: Option<BpfJitHardening>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_kube_proxy_healthz_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_kube_proxy_iptables_cleanup_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_kube_proxy_min_sync_period: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_l3_iface_pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_log_filters: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_log_level: Option<BpfLogLevel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_maglev_max_endpoints_per_service: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_maglev_max_services: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_map_size_conntrack: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_map_size_conntrack_cleanup_queue: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_map_size_conntrack_scaling: Option<BpfConntrackScaling>,
    #[serde(rename = "bpfMapSizeIPSets", skip_serializing_if = "Option::is_none")]
    pub bpf_map_size_ip_sets: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_map_size_if_state: Option<i64>,
    #[serde(
        rename = "bpfMapSizeNATAffinity",
        skip_serializing_if = "Option::is_none"
    )]
    pub bpf_map_size_nat_affinity: Option<i64>,
    #[serde(
        rename = "bpfMapSizeNATBackend",
        skip_serializing_if = "Option::is_none"
    )]
    pub bpf_map_size_nat_backend: Option<i64>,
    #[serde(
        rename = "bpfMapSizeNATFrontend",
        skip_serializing_if = "Option::is_none"
    )]
    pub bpf_map_size_nat_frontend: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_map_size_per_cpu_conntrack: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_map_size_route: Option<i64>,
    #[serde(
        rename = "bpfOverlayHostSourceIP",
        skip_serializing_if = "Option::is_none"
    )]
    pub bpf_overlay_host_source_ip: Option<BpfOverlayHostSourceIp>,
    #[serde(rename = "bpfPSNATPorts", skip_serializing_if = "Option::is_none")]
    pub bpf_psnat_ports: Option<Port>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_policy_debug_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_profiling: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_redirect_to_peer: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cgroup_v2_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain_insert_mode: Option<ChainInsertMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataplane_driver: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataplane_watchdog_timeout: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug_disable_log_dropping: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug_host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug_memory_profile_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug_simulate_calc_graph_hang_after: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug_simulate_dataplane_apply_delay: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug_simulate_dataplane_hang_after: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_endpoint_to_host_action: Option<EndpointToHostAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_route_protocol: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_route_source_address: Option<Ipv4Addr>,
    #[serde(
        rename = "deviceRouteSourceAddressIPv6",
        skip_serializing_if = "Option::is_none"
    )]
    pub device_route_source_address_ipv6: Option<Ipv6Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_conntrack_invalid_check: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_reporting_delay: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_reporting_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_status_path_prefix: Option<String>,
    #[serde(
        with = "crate::scalar::net::optional_list",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub external_nodes_list: Option<Vec<IpNet>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failsafe_inbound_host_ports: Option<Vec<ProtoPort>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failsafe_outbound_host_ports: Option<Vec<ProtoPort>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature_detect_override: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature_gates: Option<String>,
    #[serde(rename = "floatingIPs", skip_serializing_if = "Option::is_none")]
    pub floating_ips: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_logs_collector_debug_trace: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_logs_flush_interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_logs_goldmane_server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_logs_local_reporter: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_logs_policy_evaluation_mode: Option<FlowLogsPolicyEvaluationMode>,
    #[serde(rename = "genericXDPEnabled", skip_serializing_if = "Option::is_none")]
    pub generic_xdp_enabled: Option<bool>,
    #[serde(rename = "goGCThreshold", skip_serializing_if = "Option::is_none")]
    pub go_gc_threshold: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub go_max_procs: Option<i64>,
    #[serde(rename = "goMemoryLimitMB", skip_serializing_if = "Option::is_none")]
    pub go_memory_limit_mb: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_port: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_timeout_overrides: Option<Vec<HealthTimeoutOverride>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_exclude: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_refresh_interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_forwarding: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipip_enabled: Option<bool>,
    #[serde(rename = "ipipMTU", skip_serializing_if = "Option::is_none")]
    pub ipip_mtu: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipsets_refresh_interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iptables_backend: Option<IptablesBackend>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iptables_filter_allow_action: Option<AllowAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iptables_filter_deny_action: Option<DenyAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iptables_lock_probe_interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iptables_mangle_allow_action: Option<AllowAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iptables_mark_mask: Option<u32>,
    #[serde(
        rename = "iptablesNATOutgoingInterfaceFilter",
        skip_serializing_if = "Option::is_none"
    )]
    pub iptables_nat_outgoing_interface_filter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iptables_post_write_check_interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iptables_refresh_interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4_elevated_route_priority: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4_normal_route_priority: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6_elevated_route_priority: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6_normal_route_priority: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6_support: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub istio_ambient_mode: Option<Switch>,
    #[serde(rename = "istioDSCPMark", skip_serializing_if = "Option::is_none")]
    pub istio_dscp_mark: Option<IntOrString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kube_node_port_ranges: Option<Vec<Port>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_migration_route_convergence_time: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_subnet_l2_reachability: Option<LocalSubnetL2Reachability>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_subnet_l2_reachability_refresh_interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_action_rate_limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_action_rate_limit_burst: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_debug_filename_regex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_file_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_severity_file: Option<LogSeverity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_severity_screen: Option<LogSeverity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_severity_sys: Option<LogSeverity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ipset_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_addr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_port: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu_iface_pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_outgoing_address: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_outgoing_exclusions: Option<NatOutgoingExclusions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_port_range: Option<Port>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub netlink_timeout: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nftables_filter_allow_action: Option<AllowAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nftables_filter_deny_action: Option<DenyAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nftables_flow_table_data_iface_pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nftables_flow_table_offload: Option<NftablesFlowTableOffload>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nftables_mangle_allow_action: Option<AllowAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nftables_mark_mask: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nftables_mode: Option<NftablesMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nftables_refresh_interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openstack_region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_sync_path_prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_cluster_routes: Option<ProgramClusterRoutes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_go_metrics_enabled: Option<bool>,
    #[serde(
        rename = "prometheusMetricsCAFile",
        skip_serializing_if = "Option::is_none"
    )]
    pub prometheus_metrics_ca_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_metrics_cert_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_metrics_client_auth: Option<PrometheusMetricsClientAuth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_metrics_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_metrics_host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_metrics_key_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_metrics_port: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_process_metrics_enabled: Option<bool>,
    #[serde(
        rename = "prometheusWireGuardMetricsEnabled",
        skip_serializing_if = "Option::is_none"
    )]
    pub prometheus_wireguard_metrics_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove_external_routes: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reporting_interval: Option<Duration>,
    #[serde(rename = "reportingTTL", skip_serializing_if = "Option::is_none")]
    pub reporting_ttl: Option<Duration>,
    #[serde(rename = "requireMTUFile", skip_serializing_if = "Option::is_none")]
    pub require_mtu_file: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_refresh_interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_source: Option<RouteSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_sync_disabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_table_range: Option<RouteTableIdRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_table_ranges: Option<Vec<RouteTableIdRange>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_loop_prevention: Option<ServiceLoopPrevention>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sidecar_acceleration_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_reporting_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_reporting_initial_delay: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_reporting_interval: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_internal_dataplane_driver: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vxlan_enabled: Option<bool>,
    #[serde(rename = "vxlanMTU", skip_serializing_if = "Option::is_none")]
    pub vxlan_mtu: Option<i64>,
    #[serde(rename = "vxlanMTUV6", skip_serializing_if = "Option::is_none")]
    pub vxlan_mtu_v6: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vxlan_port: Option<i64>,
    #[serde(rename = "vxlanVNI", skip_serializing_if = "Option::is_none")]
    pub vxlan_vni: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows_manage_firewall_rules: Option<Switch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_enabled_v6: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_host_encryption_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_interface_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_interface_name_v6: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_keep_alive: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_listening_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_listening_port_v6: Option<u16>,
    #[serde(rename = "wireguardMTU", skip_serializing_if = "Option::is_none")]
    pub wireguard_mtu: Option<i64>,
    #[serde(rename = "wireguardMTUV6", skip_serializing_if = "Option::is_none")]
    pub wireguard_mtu_v6: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_routing_rule_priority: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_threading_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload_source_spoofing: Option<WorkloadSourceSpoofing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xdp_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xdp_refresh_interval: Option<Duration>,
}

/// A port that stays open whatever policy says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProtoPort {
    /// TCP or UDP; default TCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// The port.
    pub port: u16,
    /// Only for this range. A text, since Calico does not look at it before Felix does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<String>,
}

/// How long a part of Felix may be silent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthTimeoutOverride {
    /// The part.
    pub name: String,
    /// The time; zero turns the check off.
    pub timeout: Duration,
}

/// Kernel routing tables, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteTableIdRange {
    /// The lowest.
    pub min: i64,
    /// The highest.
    pub max: i64,
}

/// After how long eBPF forgets a connection: a duration, or `Auto`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub struct BpfConntrackTimeouts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_grace_period: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generic_timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmp_timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_established: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_fins_seen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_reset_seen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp_syn_sent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub udp_timeout: Option<String>,
}

/// Values of `awsSrcDstCheck`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum AwsSrcDstCheck {
    DoNothing,
    Enable,
    Disable,
}

/// Values of `bpfAttachType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum BpfAttachType {
    TC,
    TCX,
    Netkit,
}

/// Values of `bpfConnectTimeLoadBalancing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum BpfConnectTimeLoadBalancing {
    TCP,
    Enabled,
    Disabled,
}

/// Values of `bpfConntrackLogLevel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum BpfConntrackLogLevel {
    Off,
    Debug,
}

/// Values of `bpfConntrackMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum BpfConntrackMode {
    Auto,
    Userspace,
    BPFProgram,
}

/// Values of `bpfJITHardening`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum BpfJitHardening {
    Auto,
    Strict,
}

/// Values of `bpfOverlayHostSourceIP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum BpfOverlayHostSourceIp {
    TunnelAddress,
    HostAddress,
}

/// Values of `flowLogsPolicyEvaluationMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum FlowLogsPolicyEvaluationMode {
    None,
    Continuous,
}

/// Values of `localSubnetL2Reachability`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum LocalSubnetL2Reachability {
    Disabled,
    PodsAndLoadBalancers,
}

/// Values of `natOutgoingExclusions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum NatOutgoingExclusions {
    IPPoolsOnly,
    IPPoolsAndHostIPs,
}

/// Values of `nftablesFlowTableOffload`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum NftablesFlowTableOffload {
    All,
    Disabled,
}

/// Values of `nftablesMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum NftablesMode {
    Disabled,
    Enabled,
    Auto,
}

/// Values of `prometheusMetricsClientAuth`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "each field is Calico's setting of the same name; Calico's reference describes them"
)]
pub enum PrometheusMetricsClientAuth {
    RequireAndVerifyClientCert,
    RequireAnyClientCert,
    VerifyClientCertIfGiven,
    NoClientCert,
}

any_case! {
    /// Values of `bpfEnforceRPF`: whether a source must be reached where it comes from.
    BpfEnforceRpf {
        /// It need not.
        Disabled,
        /// By the same interface.
        Strict,
        /// By any interface.
        Loose,
    }

    /// Values of `bpfExternalServiceMode`: how the answers of services get out.
    BpfExternalServiceMode {
        /// The way the request came.
        Tunnel,
        /// Straight from the node of the pod.
        DSR,
    }

    /// Values of `bpfLogLevel`.
    BpfLogLevel {
        /// Nothing.
        Off,
        /// What happens to packets.
        Info,
        /// Everything.
        Debug,
    }

    /// Values of `bpfMapSizeConntrackScaling`.
    BpfConntrackScaling {
        /// The table keeps its size.
        Disabled,
        /// A full table is doubled.
        DoubleIfFull,
    }

    /// Values of `chainInsertMode`: where Felix' chains stand in the kernel's.
    ChainInsertMode {
        /// Before everything else.
        Insert,
        /// After everything else.
        Append,
    }

    /// Values of `defaultEndpointToHostAction`: what pods may send to their own host.
    EndpointToHostAction {
        /// Nothing.
        Drop,
        /// Everything.
        Accept,
        /// What the host's own rules say.
        Return,
    }

    /// Values of `iptablesBackend`.
    IptablesBackend {
        /// What the host uses.
        Auto,
        /// `iptables-legacy`.
        Legacy,
        /// `iptables-nft`.
        NFT,
    }

    /// What becomes of a packet that policy allows.
    AllowAction {
        /// It is accepted at once.
        Accept,
        /// The rules after Calico's are asked.
        Return,
    }

    /// What becomes of a packet that policy denies.
    DenyAction {
        /// It vanishes.
        Drop,
        /// Its sender is told.
        Reject,
    }

    /// Values of `routeSource`: from where Felix knows the routes of VXLAN.
    RouteSource {
        /// The endpoints.
        WorkloadIPs,
        /// The blocks of IPAM.
        CalicoIPAM,
    }

    /// Values of `serviceLoopPrevention`: what becomes of packets to service addresses
    /// that nobody has.
    ServiceLoopPrevention {
        /// They vanish.
        Drop,
        /// Their sender is told.
        Reject,
        /// They are routed as any other.
        Disabled,
    }

    /// Values of `workloadSourceSpoofing`: whether pods may ask for foreign addresses.
    WorkloadSourceSpoofing {
        /// They may not.
        Disabled,
        /// By annotation.
        Any,
    }
}
