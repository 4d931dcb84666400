//! `v1` `Namespace`.

use serde::{Deserialize, Serialize};

use crate::metadata::Metadata;
use crate::resources::Kind;

/// A namespace; its labels are what namespace selectors match.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Namespace {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
}

impl Kind for Namespace {
    const KIND: &'static str = "Namespace";
    const API_VERSION: &'static str = "v1";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}
