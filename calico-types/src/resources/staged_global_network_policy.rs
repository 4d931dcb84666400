//! `StagedGlobalNetworkPolicy`: a `GlobalNetworkPolicy` that is only reported on.

use serde::{Deserialize, Serialize};

use super::global_network_policy::GlobalNetworkPolicySpec;
use super::policy::StagedAction;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// What a `GlobalNetworkPolicy` would do, before it is enforced.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct StagedGlobalNetworkPolicy {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: StagedGlobalNetworkPolicySpec,
}

impl Kind for StagedGlobalNetworkPolicy {
    const KIND: &'static str = "StagedGlobalNetworkPolicy";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`StagedGlobalNetworkPolicy`].
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StagedGlobalNetworkPolicySpec {
    /// What enforcing would mean; default `Set`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staged_action: Option<StagedAction>,
    /// The policy.
    #[serde(flatten)]
    pub policy: GlobalNetworkPolicySpec,
}
