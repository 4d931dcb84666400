//! `GlobalNetworkPolicy`: policy for workloads of all namespaces and for hosts.

use serde::{Deserialize, Serialize};

use super::policy::{PerformanceHint, PolicyType};
use super::rule::Rule;
use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// Rules for every endpoint that it selects.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct GlobalNetworkPolicy {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: GlobalNetworkPolicySpec,
}

impl Kind for GlobalNetworkPolicy {
    const KIND: &'static str = "GlobalNetworkPolicy";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`GlobalNetworkPolicy`].
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GlobalNetworkPolicySpec {
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
    /// Which endpoints; default all, hosts included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// Which directions the policy decides; default from the rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<PolicyType>>,
    /// Applies before connection tracking; host endpoints only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub do_not_track: Option<bool>,
    /// Applies before destination NAT; host endpoints only.
    #[serde(rename = "preDNAT", skip_serializing_if = "Option::is_none")]
    pub pre_dnat: Option<bool>,
    /// Applies to forwarded traffic of host endpoints too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apply_on_forward: Option<bool>,
    /// Which service accounts; default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_selector: Option<String>,
    /// Which namespaces; default all, and endpoints without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<String>,
    /// Wishes about programming.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub performance_hints: Given<Vec<PerformanceHint>>,
}
