//! `Node`: Calico's view of a host.
//!
//! With the Kubernetes datastore this is a set of annotations on Kubernetes'
//! own Node; writing it replaces all of them.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;
use crate::scalar::{Asn, MacAddress};

/// A host that runs calico-node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Node {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: NodeSpec,
    /// What the cluster reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<NodeStatus>,
}

impl Kind for Node {
    const KIND: &'static str = "Node";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`Node`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeSpec {
    /// The node's BGP speaker; absent: it takes no part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bgp: Option<NodeBGPSpec>,
    /// The address of its IPv4 VXLAN device.
    #[serde(
        rename = "ipv4VXLANTunnelAddr",
        skip_serializing_if = "Option::is_none"
    )]
    pub ipv4_vxlan_tunnel_addr: Option<Ipv4Addr>,
    /// The MAC address of that device.
    #[serde(rename = "vxlanTunnelMACAddr", skip_serializing_if = "Option::is_none")]
    pub vxlan_tunnel_mac_addr: Option<MacAddress>,
    /// The address of its IPv6 VXLAN device.
    #[serde(
        rename = "ipv6VXLANTunnelAddr",
        skip_serializing_if = "Option::is_none"
    )]
    pub ipv6_vxlan_tunnel_addr: Option<Ipv6Addr>,
    /// The MAC address of that device.
    #[serde(
        rename = "vxlanTunnelMACAddrV6",
        skip_serializing_if = "Option::is_none"
    )]
    pub vxlan_tunnel_mac_addr_v6: Option<MacAddress>,
    /// What other orchestrators call this node.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub orch_refs: Given<Vec<OrchRef>>,
    /// Its WireGuard devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard: Option<NodeWireguardSpec>,
    /// All addresses that are known.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub addresses: Given<Vec<NodeAddress>>,
    /// Interfaces of virtual machines and bare metal.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub interfaces: Given<Vec<NodeInterface>>,
}

/// A node's BGP speaker.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeBGPSpec {
    /// The node's AS; default that of [`BGPConfiguration`](crate::resources::BGPConfiguration).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_number: Option<Asn>,
    /// Address and subnet, `10.0.0.1/24`.
    #[serde(
        with = "crate::scalar::net::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub ipv4_address: Option<Ipv4Net>,
    /// Address and subnet, `fd00::1/64`.
    #[serde(
        with = "crate::scalar::net::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub ipv6_address: Option<Ipv6Net>,
    /// The address of its IP-in-IP device.
    #[serde(rename = "ipv4IPIPTunnelAddr", skip_serializing_if = "Option::is_none")]
    pub ipv4_ipip_tunnel_addr: Option<Ipv4Addr>,
    /// Interfaces that the speaker uses.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub interfaces: Given<Vec<NodeInterface>>,
    /// RFC 4456's cluster id; makes the node a route reflector.
    #[serde(
        rename = "routeReflectorClusterID",
        skip_serializing_if = "Option::is_none"
    )]
    pub route_reflector_cluster_id: Option<Ipv4Addr>,
}

/// Another orchestrator's name for a node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrchRef {
    /// The name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_name: Option<String>,
    /// The orchestrator, such as `k8s`.
    #[serde(default)]
    pub orchestrator: String,
}

/// A node's WireGuard devices.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeWireguardSpec {
    /// The IPv4 device's address.
    #[serde(
        rename = "interfaceIPv4Address",
        skip_serializing_if = "Option::is_none"
    )]
    pub interface_ipv4_address: Option<Ipv4Addr>,
    /// The IPv6 device's address.
    #[serde(
        rename = "interfaceIPv6Address",
        skip_serializing_if = "Option::is_none"
    )]
    pub interface_ipv6_address: Option<Ipv6Addr>,
}

/// One known address.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeAddress {
    /// An address, possibly with a prefix length.
    #[serde(default)]
    pub address: String,
    /// `CalicoNodeIP`, `InternalIP` or `ExternalIP`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// An interface of a node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeInterface {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its addresses.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub addresses: Given<Vec<String>>,
}

/// What calico-node reports.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeStatus {
    /// Base64 of the key for IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_public_key: Option<String>,
    /// Base64 of the key for IPv6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wireguard_public_key_v6: Option<String>,
    /// Ranges that host-local IPAM uses here.
    #[serde(rename = "podCIDRs", default, skip_serializing_if = "Given::is_absent")]
    pub pod_cidrs: Given<Vec<String>>,
}
