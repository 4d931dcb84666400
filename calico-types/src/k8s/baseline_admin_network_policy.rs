//! `policy.networking.k8s.io/v1alpha1` `BaselineAdminNetworkPolicy`.

use serde::{Deserialize, Serialize};

use super::admin_network_policy::{AdminNetworkPolicyEgressRule, AdminNetworkPolicyIngressRule};
use super::cluster_network_policy::Subject;
use crate::metadata::Metadata;
use crate::resources::{Conditions, Kind};

/// The administrators' policy for what no other policy decides. A cluster has one, `default`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineAdminNetworkPolicy {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    pub spec: BaselineAdminNetworkPolicySpec,
    /// What the cluster reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Conditions>,
}

impl Kind for BaselineAdminNetworkPolicy {
    const KIND: &'static str = "BaselineAdminNetworkPolicy";
    const API_VERSION: &'static str = "policy.networking.k8s.io/v1alpha1";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`BaselineAdminNetworkPolicy`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BaselineAdminNetworkPolicySpec {
    /// Which pods.
    #[serde(default)]
    pub subject: Subject,
    /// Rules for traffic to the pods; at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingress: Vec<AdminNetworkPolicyIngressRule<BaselineAdminNetworkPolicyAction>>,
    /// Rules for traffic from the pods; at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<AdminNetworkPolicyEgressRule<BaselineAdminNetworkPolicyAction>>,
}

/// What a rule does: nobody is left to pass to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BaselineAdminNetworkPolicyAction {
    /// Accepts.
    Allow,
    /// Drops.
    Deny,
}
