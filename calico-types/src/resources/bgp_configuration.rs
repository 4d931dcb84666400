//! `BGPConfiguration`: what all BGP speakers of a cluster share.
//!
//! `default` speaks for the cluster; `node.NAME` overrides some fields on one
//! node.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::any_case::LogSeverity;
use super::bgp_password::BGPPassword;
use super::switch::Switch;
use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;
use crate::scalar::{Asn, Community, Duration};

/// Cluster-wide BGP settings. What is absent has the default that the field names.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BGPConfiguration {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: BGPConfigurationSpec,
}

impl Kind for BGPConfiguration {
    const KIND: &'static str = "BGPConfiguration";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`BGPConfiguration`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BGPConfigurationSpec {
    /// BIRD's verbosity; default `Info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_severity_screen: Option<LogSeverity>,
    /// Whether every node peers with every other; default true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_to_node_mesh_enabled: Option<bool>,
    /// The AS of nodes that name none; default 64512.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_number: Option<Asn>,
    /// Where advertised load-balancer addresses of services come from.
    #[serde(
        rename = "serviceLoadBalancerIPs",
        skip_serializing_if = "Option::is_none"
    )]
    pub service_load_balancer_ips: Option<Vec<ServiceBlock>>,
    /// Where advertised external addresses of services come from.
    #[serde(rename = "serviceExternalIPs", skip_serializing_if = "Option::is_none")]
    pub service_external_ips: Option<Vec<ServiceBlock>>,
    /// The cluster's own service addresses, to be advertised.
    #[serde(rename = "serviceClusterIPs", skip_serializing_if = "Option::is_none")]
    pub service_cluster_ips: Option<Vec<ServiceBlock>>,
    /// Whether a whole block is advertised rather than each address; default enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_load_balancer_aggregation: Option<Switch>,
    /// Names for community values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub communities: Option<Vec<NamedCommunity>>,
    /// Communities to put on routes within a prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_advertisements: Option<Vec<PrefixAdvertisement>>,
    /// The TCP port of BGP on every node; default 179.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen_port: Option<u16>,
    /// The password of mesh sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_mesh_password: Option<BGPPassword>,
    /// Graceful restart time of mesh sessions; default 120 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_mesh_max_restart_time: Option<Duration>,
    /// On which addresses to listen; default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind_mode: Option<BindMode>,
    /// Interfaces, with `*` as wildcard, whose addresses are not announced.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub ignored_interfaces: Given<Vec<String>>,
    /// The address under which a node peers with its own workloads.
    #[serde(
        rename = "localWorkloadPeeringIPV4",
        skip_serializing_if = "Option::is_none"
    )]
    pub local_workload_peering_ipv4: Option<Ipv4Addr>,
    /// As `local_workload_peering_ipv4`, for IPv6.
    #[serde(
        rename = "localWorkloadPeeringIPV6",
        skip_serializing_if = "Option::is_none"
    )]
    pub local_workload_peering_ipv6: Option<Ipv6Addr>,
    /// Whether BIRD or Felix writes routes to other nodes' pods into the kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_cluster_routes: Option<ProgramClusterRoutes>,
    /// The kernel metric of IPv4 routes, 1..2147483646.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4_normal_route_priority: Option<u32>,
    /// The kernel metric of IPv6 routes, 1..2147483646.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6_normal_route_priority: Option<u32>,
}

/// A block of service addresses.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceBlock {
    /// The block.
    #[serde(
        with = "crate::scalar::net::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub cidr: Option<IpNet>,
}

/// A name for a community value.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedCommunity {
    /// How advertisements refer to it. Calico insists on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The value. Calico insists on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Community>,
}

/// What is put on the routes within a prefix.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrefixAdvertisement {
    /// The prefix.
    #[serde(
        with = "crate::scalar::net::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub cidr: Option<IpNet>,
    /// Values (`aa:nn`, `aa:nn:mm`) or names of [`NamedCommunity`]s.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub communities: Given<Vec<String>>,
}

/// On which local addresses BIRD listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BindMode {
    /// All.
    None,
    /// The node's BGP address only.
    NodeIP,
}

/// Which routes within the cluster BIRD programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProgramClusterRoutes {
    /// All.
    Enabled,
    /// None: Felix does.
    Disabled,
    /// Those of pools that use IP-in-IP.
    EnabledIPIPOnly,
    /// Those of pools without encapsulation.
    EnabledNoEncapOnly,
}
