//! `StagedNetworkPolicy`: a `NetworkPolicy` that is only reported on.

use serde::{Deserialize, Serialize};

use super::network_policy::NetworkPolicySpec;
use super::policy::StagedAction;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// What a `NetworkPolicy` would do, before it is enforced.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct StagedNetworkPolicy {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: StagedNetworkPolicySpec,
}

impl Kind for StagedNetworkPolicy {
    const KIND: &'static str = "StagedNetworkPolicy";
    const NAMESPACED: bool = true;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`StagedNetworkPolicy`].
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StagedNetworkPolicySpec {
    /// What enforcing would mean; default `Set`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staged_action: Option<StagedAction>,
    /// The policy.
    #[serde(flatten)]
    pub policy: NetworkPolicySpec,
}
