//! `IPPool`: addresses for workloads, and how their packets travel.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::condition::Conditions;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// A range from which IPAM takes addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IPPool {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    pub spec: IPPoolSpec,
    /// What the cluster reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Conditions>,
}

impl Kind for IPPool {
    const KIND: &'static str = "IPPool";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`IPPool`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IPPoolSpec {
    /// The range; strictly masked.
    #[serde(with = "crate::scalar::net::single")]
    pub cidr: IpNet,
    /// VXLAN between nodes; default never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vxlan_mode: Option<EncapsulationMode>,
    /// IP-in-IP between nodes; default never. IPv4 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipip_mode: Option<EncapsulationMode>,
    /// Whether packets that leave all pools are masqueraded; default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nat_outgoing: Option<bool>,
    /// Whether IPAM takes no more addresses here; default false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Whether the pool stays out of BGP; default false.
    #[serde(rename = "disableBGPExport", skip_serializing_if = "Option::is_none")]
    pub disable_bgp_export: Option<bool>,
    /// The length of a node's block; default 26 or 122.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block_size: Option<u8>,
    /// Nodes that may use the pool; default `all()`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<String>,
    /// Namespaces that may use the pool; default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<String>,
    /// What addresses are for; default workloads and tunnels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_uses: Option<Vec<IPPoolAllowedUse>>,
    /// Whether the pool is used unasked; default automatic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_mode: Option<AssignmentMode>,
}

/// When packets between nodes are encapsulated.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum EncapsulationMode {
    /// Not at all.
    #[default]
    Never,
    /// Always.
    Always,
    /// When the nodes are in different subnets.
    CrossSubnet,
}

/// A use of a pool's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum IPPoolAllowedUse {
    /// Pods and virtual machines.
    Workload,
    /// Ends of overlay tunnels on nodes.
    Tunnel,
    /// Services of type LoadBalancer.
    LoadBalancer,
}

/// Whether a pool is used without being asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AssignmentMode {
    /// It is.
    Automatic,
    /// Only where an annotation names it.
    Manual,
}
