//! `ClusterInformation`: what Calico knows about its installation.

use serde::{Deserialize, Serialize};

use crate::metadata::Metadata;
use crate::resources::Kind;

/// The one named `default`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ClusterInformation {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: ClusterInformationSpec,
}

impl Kind for ClusterInformation {
    const KIND: &'static str = "ClusterInformation";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`ClusterInformation`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterInformationSpec {
    /// A unique id.
    #[serde(rename = "clusterGUID", skip_serializing_if = "Option::is_none")]
    pub cluster_guid: Option<String>,
    /// Words about the platform, comma separated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_type: Option<String>,
    /// The version last installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calico_version: Option<String>,
    /// False stops all components during a migration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datastore_ready: Option<bool>,
    /// `Calico` or the enterprise product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}
