//! `NetworkSet` and `GlobalNetworkSet`: labelled lists of networks.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// Networks that the rules of a namespace can select by label.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NetworkSet {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: NetworkSetSpec,
}

impl Kind for NetworkSet {
    const KIND: &'static str = "NetworkSet";
    const NAMESPACED: bool = true;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// Networks that every rule can select by label.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GlobalNetworkSet {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: NetworkSetSpec,
}

impl Kind for GlobalNetworkSet {
    const KIND: &'static str = "GlobalNetworkSet";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`NetworkSet`] and [`GlobalNetworkSet`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkSetSpec {
    /// The networks; host bits are allowed and ignored.
    #[serde(
        with = "crate::scalar::net::list",
        default,
        skip_serializing_if = "Given::is_absent"
    )]
    pub nets: Given<Vec<IpNet>>,
}
