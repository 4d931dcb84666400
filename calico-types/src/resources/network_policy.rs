//! `NetworkPolicy`: Calico's policy for the workloads of one namespace.

use serde::{Deserialize, Serialize};

use super::policy::{PerformanceHint, PolicyType};
use super::rule::Rule;
use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// Rules for the endpoints of its namespace that it selects.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct NetworkPolicy {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: NetworkPolicySpec,
}

impl Kind for NetworkPolicy {
    const KIND: &'static str = "NetworkPolicy";
    const NAMESPACED: bool = true;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`NetworkPolicy`].
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicySpec {
    /// The tier; default `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Lower comes first; absent is last.
    #[serde(
        serialize_with = "crate::scalar::float::serialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub order: Option<f64>,
    /// Rules for traffic to the endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<Vec<Rule>>,
    /// Rules for traffic from the endpoint. An empty list is not an absent one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<Vec<Rule>>,
    /// Which endpoints; default all of the namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// Which directions the policy decides; default from the rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<PolicyType>>,
    /// Which service accounts; default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_selector: Option<String>,
    /// Wishes about programming.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub performance_hints: Given<Vec<PerformanceHint>>,
}
