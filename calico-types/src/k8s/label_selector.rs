//! Kubernetes' label selectors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::given::Given;

/// Every entry must match; an empty selector matches everything.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LabelSelector {
    /// Labels with exactly these values.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub match_labels: Given<BTreeMap<String, String>>,
    /// Further requirements.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub match_expressions: Given<Vec<LabelSelectorRequirement>>,
}

/// A requirement on one label.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LabelSelectorRequirement {
    /// The label.
    #[serde(default)]
    pub key: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    #[serde(default)]
    pub operator: String,
    /// For `In` and `NotIn`.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub values: Given<Vec<String>>,
}
