//! `WorkloadEndpoint`: one interface of a workload.
//!
//! With the Kubernetes datastore these are made from pods.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::given::Given;
use crate::k8s::IntOrString;
use crate::metadata::Metadata;
use crate::resources::Kind;
use crate::scalar::{MacAddress, Protocol};

/// A pod's, container's or virtual machine's interface.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WorkloadEndpoint {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: WorkloadEndpointSpec,
}

impl Kind for WorkloadEndpoint {
    const KIND: &'static str = "WorkloadEndpoint";
    const NAMESPACED: bool = true;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`WorkloadEndpoint`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadEndpointSpec {
    /// Who started the workload, such as `k8s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orchestrator: Option<String>,
    /// The orchestrator's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// Where it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The CNI container id.
    #[serde(rename = "containerID", skip_serializing_if = "Option::is_none")]
    pub container_id: Option<String>,
    /// The pod's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// The name of the interface inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The service account it runs under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,
    /// Its addresses, as /32 and /128.
    #[serde(
        with = "crate::scalar::net::list",
        default,
        skip_serializing_if = "Given::is_absent"
    )]
    pub ip_networks: Given<Vec<IpNet>>,
    /// Floating addresses.
    #[serde(rename = "ipNATs", default, skip_serializing_if = "Given::is_absent")]
    pub ip_nats: Given<Vec<IpNat>>,
    /// Its IPv4 gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4_gateway: Option<Ipv4Addr>,
    /// Its IPv6 gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6_gateway: Option<Ipv6Addr>,
    /// Profiles, in order, for what no policy selects.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub profiles: Given<Vec<String>>,
    /// The host's side of the interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_name: Option<String>,
    /// The MAC address inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<MacAddress>,
    /// Names for ports.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub ports: Given<Vec<WorkloadEndpointPort>>,
    /// Foreign source addresses that it may use.
    #[serde(
        with = "crate::scalar::net::list",
        default,
        skip_serializing_if = "Given::is_absent"
    )]
    pub allow_spoofed_source_prefixes: Given<Vec<IpNet>>,
    /// Limits of its traffic.
    #[serde(rename = "qosControls", skip_serializing_if = "Option::is_none")]
    pub qos_controls: Option<QoSControls>,
}

/// Limits of an interface's traffic; zero and absent are no limit.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QoSControls {
    /// Bits a second to the workload, 1 000 to 10^15.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress_bandwidth: Option<i64>,
    /// Bits that may come at once; default 2^32.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress_burst: Option<i64>,
    /// Bits a second within a burst; default the line's rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress_peakrate: Option<i64>,
    /// Bytes that may come at the line's rate; default the MTU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress_minburst: Option<i64>,
    /// Bits a second from the workload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress_bandwidth: Option<i64>,
    /// As `ingress_burst`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress_burst: Option<i64>,
    /// As `ingress_peakrate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress_peakrate: Option<i64>,
    /// As `ingress_minburst`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress_minburst: Option<i64>,
    /// Packets a second to the workload, up to 10 000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress_packet_rate: Option<i64>,
    /// Packets that may come at once; default 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress_packet_burst: Option<i64>,
    /// Packets a second from the workload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress_packet_rate: Option<i64>,
    /// As `ingress_packet_burst`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress_packet_burst: Option<i64>,
    /// Connections to the workload at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress_max_connections: Option<i64>,
    /// Connections from the workload at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress_max_connections: Option<i64>,
    /// The DSCP mark of its packets: a number or the name of a class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dscp: Option<IntOrString>,
}

/// A one-to-one NAT.
#[derive(Clone, Debug, PartialEq, Eq, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IpNat {
    /// The workload's own address.
    #[serde(rename = "internalIP", skip_serializing_if = "Option::is_none")]
    pub internal_ip: Option<IpAddr>,
    /// The address seen outside.
    #[serde(rename = "externalIP", skip_serializing_if = "Option::is_none")]
    pub external_ip: Option<IpAddr>,
}

/// A named port.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadEndpointPort {
    /// The name; absent for a mere host port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// TCP, UDP or SCTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// The number inside.
    #[serde(default)]
    pub port: u16,
    /// The number on the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_port: Option<u16>,
    /// The host's address for it; default all. A text, since Calico takes a CIDR as well.
    #[serde(rename = "hostIP", skip_serializing_if = "Option::is_none")]
    pub host_ip: Option<String>,
}
