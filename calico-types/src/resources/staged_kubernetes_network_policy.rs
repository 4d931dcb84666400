//! `StagedKubernetesNetworkPolicy`: a Kubernetes policy that is only reported on.

use serde::{Deserialize, Serialize};

use super::policy::{PolicyType, StagedAction};
use crate::k8s::{LabelSelector, NetworkPolicyEgressRule, NetworkPolicyIngressRule};
use crate::metadata::Metadata;
use crate::resources::Kind;

/// What a Kubernetes `NetworkPolicy` would do, before it is enforced.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StagedKubernetesNetworkPolicy {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: StagedKubernetesNetworkPolicySpec,
}

impl Kind for StagedKubernetesNetworkPolicy {
    const KIND: &'static str = "StagedKubernetesNetworkPolicy";
    const NAMESPACED: bool = true;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`StagedKubernetesNetworkPolicy`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StagedKubernetesNetworkPolicySpec {
    /// What enforcing would mean; default `Set`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staged_action: Option<StagedAction>,
    /// Which pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_selector: Option<LabelSelector>,
    /// Rules for traffic to the pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<Vec<NetworkPolicyIngressRule>>,
    /// Rules for traffic from the pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<Vec<NetworkPolicyEgressRule>>,
    /// Which directions the policy decides; default from the rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_types: Option<Vec<PolicyType>>,
}
