//! `Tier`: an ordered group of policies.

use serde::{Deserialize, Serialize};

use super::condition::Conditions;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// Tiers are evaluated in order; the first verdict counts.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Tier {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: TierSpec,
    /// What the cluster reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Conditions>,
}

impl Kind for Tier {
    const KIND: &'static str = "Tier";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`Tier`].
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TierSpec {
    /// Lower comes first; default 1000000. Ties: by name.
    #[serde(
        serialize_with = "crate::scalar::float::serialize",
        skip_serializing_if = "Option::is_none"
    )]
    pub order: Option<f64>,
    /// What happens to traffic that the tier's policies select but do not decide; default deny.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_action: Option<TierDefaultAction>,
}

/// The end of a tier.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum TierDefaultAction {
    /// Drops.
    #[default]
    Deny,
    /// Goes on to the next tier.
    Pass,
}
