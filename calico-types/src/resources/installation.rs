//! `Installation` of the Tigera operator, as far as it concerns networking.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::ip_pool::{AssignmentMode, IPPoolAllowedUse};
use super::switch::Switch;
use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// How the operator installs Calico.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Installation {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: InstallationSpec,
}

impl Kind for Installation {
    const KIND: &'static str = "Installation";
    const API_VERSION: &'static str = "operator.tigera.io/v1";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`Installation`]. Fields that do not concern networking are left out.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstallationSpec {
    /// `Calico` or the enterprise product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The platform, such as `EKS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes_provider: Option<String>,
    /// The CNI plugin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cni: Option<CniSpec>,
    /// Calico's networking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calico_network: Option<CalicoNetworkSpec>,
    /// Where Felix serves metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_metrics_port: Option<i32>,
    /// The cluster's service ranges.
    #[serde(
        rename = "serviceCIDRs",
        default,
        skip_serializing_if = "Given::is_absent"
    )]
    pub service_cidrs: Given<Vec<String>>,
}

/// The CNI plugin.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CniSpec {
    /// `Calico` or a cloud's own plugin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// Who gives addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipam: Option<CniIpamSpec>,
}

/// Who gives addresses.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CniIpamSpec {
    /// `Calico`, `HostLocal` or a cloud's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
}

/// Calico's networking.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalicoNetworkSpec {
    /// What enforces policy on Linux.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linux_dataplane: Option<LinuxDataplane>,
    /// What enforces policy on Windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows_dataplane: Option<WindowsDataplane>,
    /// Whether eBPF reaches the API server by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_network_bootstrap: Option<Switch>,
    /// Whether the operator turns kube-proxy off and on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kube_proxy_management: Option<Switch>,
    /// Whether BIRD runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bgp: Option<Switch>,
    /// Who programs routes within the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_routing_mode: Option<String>,
    /// Pools that the operator owns; at most 25.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_pools: Option<Vec<InstallationIPPool>>,
    /// The MTU of pods, and of every tunnel; nothing is subtracted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<i32>,
    /// How a node finds its IPv4 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_address_autodetection_v4: Option<NodeAddressAutodetection>,
    /// How a node finds its IPv6 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_address_autodetection_v6: Option<NodeAddressAutodetection>,
    /// Whether pods can have host ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_ports: Option<Switch>,
    /// Whether pods can have several interfaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_interface_mode: Option<MultiInterfaceMode>,
    /// Whether pods may forward packets.
    #[serde(
        rename = "containerIPForwarding",
        skip_serializing_if = "Option::is_none"
    )]
    pub container_ip_forwarding: Option<Switch>,
    /// What a pod's interface is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linux_pod_interface_type: Option<LinuxPodInterfaceType>,
    /// Kernel settings inside pods.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub sysctl: Given<Vec<Sysctl>>,
    /// How long a new pod waits for its policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linux_policy_setup_timeout_seconds: Option<i32>,
}

/// A pool as the operator writes it: words and defaults differ from [`IPPool`](crate::resources::IPPool).
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstallationIPPool {
    /// The pool's name; default from family.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The range.
    #[serde(
        with = "crate::scalar::net::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub cidr: Option<IpNet>,
    /// Default `IPIP`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encapsulation: Option<Encapsulation>,
    /// A word here, a boolean in `IPPool`; default enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_outgoing: Option<Switch>,
    /// Nodes that may use the pool; default `all()`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<String>,
    /// Namespaces that may use the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<String>,
    /// The length of a node's block; default 26 or 122.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_size: Option<i32>,
    /// Whether the pool stays out of BGP.
    #[serde(rename = "disableBGPExport", skip_serializing_if = "Option::is_none")]
    pub disable_bgp_export: Option<bool>,
    /// Whether IPAM takes no more addresses here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_new_allocations: Option<bool>,
    /// What addresses are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_uses: Option<Vec<IPPoolAllowedUse>>,
    /// Whether the pool is used unasked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_mode: Option<AssignmentMode>,
}

/// How a pool's packets travel.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Encapsulation {
    /// IP-in-IP between subnets.
    IPIPCrossSubnet,
    /// IP-in-IP always.
    #[default]
    IPIP,
    /// VXLAN always.
    VXLAN,
    /// VXLAN between subnets.
    VXLANCrossSubnet,
    /// Plain.
    None,
}

/// How a node finds its address; one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeAddressAutodetection {
    /// The first valid address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_found: Option<bool>,
    /// The address that Kubernetes knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<KubernetesAutodetection>,
    /// Of interfaces that match a regular expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// Of interfaces that do not match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_interface: Option<String>,
    /// From which this destination is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub can_reach: Option<String>,
    /// Within these ranges.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub cidrs: Given<Vec<String>>,
}

/// A kernel setting.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sysctl {
    /// Its name.
    #[serde(default)]
    pub key: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

/// What enforces policy on Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LinuxDataplane {
    /// iptables.
    Iptables,
    /// eBPF.
    BPF,
    /// VPP.
    VPP,
    /// nftables.
    Nftables,
}

/// What enforces policy on Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WindowsDataplane {
    /// The host networking service.
    HNS,
    /// Nothing.
    Disabled,
}

/// Whether pods can have several interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MultiInterfaceMode {
    /// They cannot.
    None,
    /// Multus makes them.
    Multus,
}

/// What a pod's interface is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LinuxPodInterfaceType {
    /// A pair of virtual Ethernet devices.
    Veth,
    /// A pair of netkit devices.
    Netkit,
}

/// Which of the addresses that Kubernetes knows a node takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KubernetesAutodetection {
    /// The internal one.
    NodeInternalIP,
}
