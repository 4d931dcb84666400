//! `policy.networking.k8s.io/v1alpha2` `ClusterNetworkPolicy`.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::label_selector::LabelSelector;
use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::{Conditions, Kind};

/// The administrators' policy, before or after those of namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterNetworkPolicy {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    pub spec: ClusterNetworkPolicySpec,
    /// What the cluster reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Conditions>,
}

impl Kind for ClusterNetworkPolicy {
    const KIND: &'static str = "ClusterNetworkPolicy";
    const API_VERSION: &'static str = "policy.networking.k8s.io/v1alpha2";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`ClusterNetworkPolicy`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNetworkPolicySpec {
    /// Before or after namespaced policies.
    pub tier: ClusterNetworkPolicyTier,
    /// 0..1000; lower comes first.
    pub priority: i32,
    /// Which pods.
    #[serde(default)]
    pub subject: Subject,
    /// Rules for traffic to the pods; at most 25.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub ingress: Given<Vec<ClusterNetworkPolicyIngressRule>>,
    /// Rules for traffic from the pods; at most 25.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub egress: Given<Vec<ClusterNetworkPolicyEgressRule>>,
}

/// When the policy is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ClusterNetworkPolicyTier {
    /// Before Kubernetes' `NetworkPolicy`.
    Admin,
    /// After it.
    Baseline,
}

/// Which pods; exactly one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// All pods of these namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<LabelSelector>,
    /// These pods of these namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<NamespacedPod>,
}

/// Pods of namespaces.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamespacedPod {
    /// The namespaces.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub namespace_selector: Given<LabelSelector>,
    /// The pods.
    #[serde(default)]
    pub pod_selector: LabelSelector,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ClusterNetworkPolicyAction {
    /// Accepts.
    Accept,
    /// Drops.
    Deny,
    /// Leaves the decision to the next tier.
    Pass,
}

/// Traffic from one of `from` over one of `protocols`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNetworkPolicyIngressRule {
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What happens.
    pub action: ClusterNetworkPolicyAction,
    /// Where from.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub from: Given<Vec<ClusterNetworkPolicyIngressPeer>>,
    /// Absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocols: Option<Vec<ClusterNetworkPolicyProtocol>>,
}

/// Traffic to one of `to` over one of `protocols`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNetworkPolicyEgressRule {
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What happens.
    pub action: ClusterNetworkPolicyAction,
    /// Where to.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub to: Given<Vec<ClusterNetworkPolicyEgressPeer>>,
    /// Absent: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocols: Option<Vec<ClusterNetworkPolicyProtocol>>,
}

/// Where traffic comes from; exactly one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNetworkPolicyIngressPeer {
    /// Pods of these namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<LabelSelector>,
    /// These pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<NamespacedPod>,
}

/// Where traffic goes to; exactly one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNetworkPolicyEgressPeer {
    /// Pods of these namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<LabelSelector>,
    /// These pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<NamespacedPod>,
    /// These addresses, pods included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub networks: Option<Vec<IpNet>>,
    /// These nodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<LabelSelector>,
    /// These names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain_names: Option<Vec<String>>,
}

/// A protocol and port; exactly one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNetworkPolicyProtocol {
    /// TCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TransportMatch>,
    /// UDP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub udp: Option<TransportMatch>,
    /// SCTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sctp: Option<TransportMatch>,
    /// A port name of the destination pod, whatever its protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_named_port: Option<String>,
}

/// Ports of a protocol.
#[derive(Clone, Debug, PartialEq, Eq, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransportMatch {
    /// Absent: all ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_port: Option<PortMatch>,
}

/// Exactly one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PortMatch {
    /// One port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u16>,
    /// Several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<PortRange>,
}

/// Both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PortRange {
    /// The lowest port.
    #[serde(default)]
    pub start: u16,
    /// The highest port.
    #[serde(default)]
    pub end: u16,
}
