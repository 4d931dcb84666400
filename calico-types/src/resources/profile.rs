//! `Profile`: labels and rules that endpoints inherit.
//!
//! With the Kubernetes datastore profiles are made from namespaces (`kns.`)
//! and service accounts (`ksa.`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rule::Rule;
use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// Rules for traffic that no policy selects, and labels for the endpoints that name the profile.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: ProfileSpec,
}

impl Kind for Profile {
    const KIND: &'static str = "Profile";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`Profile`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileSpec {
    /// Rules for traffic to the endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<Vec<Rule>>,
    /// Rules for traffic from the endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<Vec<Rule>>,
    /// Labels that endpoints inherit.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub labels_to_apply: Given<BTreeMap<String, String>>,
}
