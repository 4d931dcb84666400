//! `v1` `ServiceAccount`.

use serde::{Deserialize, Serialize};

use crate::metadata::Metadata;
use crate::resources::Kind;

/// An identity of pods.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
}

impl Kind for ServiceAccount {
    const KIND: &'static str = "ServiceAccount";
    const API_VERSION: &'static str = "v1";
    const NAMESPACED: bool = true;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}
