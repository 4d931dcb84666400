//! `policy.networking.k8s.io/v1alpha1` `AdminNetworkPolicy`.
//!
//! The predecessor of [`ClusterNetworkPolicy`](super::ClusterNetworkPolicy), for
//! clusters with Calico 3.29 to 3.31. The rules of
//! [`BaselineAdminNetworkPolicy`](super::BaselineAdminNetworkPolicy) are these with
//! fewer actions.

use serde::{Deserialize, Serialize};

use super::cluster_network_policy::{
    ClusterNetworkPolicyEgressPeer, ClusterNetworkPolicyIngressPeer, Subject,
};
use crate::metadata::Metadata;
use crate::resources::{Conditions, Kind};
use crate::scalar::Protocol;

/// The administrators' policy, before those of namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminNetworkPolicy {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    pub spec: AdminNetworkPolicySpec,
    /// What the cluster reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Conditions>,
}

impl Kind for AdminNetworkPolicy {
    const KIND: &'static str = "AdminNetworkPolicy";
    const API_VERSION: &'static str = "policy.networking.k8s.io/v1alpha1";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`AdminNetworkPolicy`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminNetworkPolicySpec {
    /// 0..1000; lower comes first.
    pub priority: i32,
    /// Which pods.
    #[serde(default)]
    pub subject: Subject,
    /// Rules for traffic to the pods; at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingress: Vec<AdminNetworkPolicyIngressRule>,
    /// Rules for traffic from the pods; at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<AdminNetworkPolicyEgressRule>,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AdminNetworkPolicyAction {
    /// Accepts.
    Allow,
    /// Drops.
    Deny,
    /// Leaves the decision to the policies of namespaces.
    Pass,
}

/// Traffic from one of `from` to one of `ports`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminNetworkPolicyIngressRule<Action = AdminNetworkPolicyAction> {
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What happens.
    pub action: Action,
    /// Where from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<AdminNetworkPolicyIngressPeer>,
    /// Absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<Vec<AdminNetworkPolicyPort>>,
}

/// Traffic to one of `to` at one of `ports`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminNetworkPolicyEgressRule<Action = AdminNetworkPolicyAction> {
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What happens.
    pub action: Action,
    /// Where to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<AdminNetworkPolicyEgressPeer>,
    /// Absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<Vec<AdminNetworkPolicyPort>>,
}

/// Where traffic comes from; the later API has kept it as it was.
pub type AdminNetworkPolicyIngressPeer = ClusterNetworkPolicyIngressPeer;

/// Where traffic goes to; the later API has kept it as it was.
pub type AdminNetworkPolicyEgressPeer = ClusterNetworkPolicyEgressPeer;

/// Ports of the traffic's destination; exactly one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminNetworkPolicyPort {
    /// One port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_number: Option<AdminNetworkPolicyPortNumber>,
    /// A port name of the destination pod, whatever its protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named_port: Option<String>,
    /// Several ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_range: Option<AdminNetworkPolicyPortRange>,
}

/// One port of one protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminNetworkPolicyPortNumber {
    /// TCP, UDP or SCTP; default TCP.
    #[serde(default = "Protocol::tcp")]
    pub protocol: Protocol,
    /// The number, not 0.
    pub port: u16,
}

/// Ports of one protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminNetworkPolicyPortRange {
    /// TCP, UDP or SCTP; default TCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// The lowest port.
    pub start: u16,
    /// The highest port, included.
    pub end: u16,
}
