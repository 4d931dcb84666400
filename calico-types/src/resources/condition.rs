//! Status conditions, Kubernetes' `metav1.Condition`.

use serde::{Deserialize, Serialize};

use crate::given::Given;

/// One aspect of an object's state, as its controller last saw it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Which aspect, such as `Allocatable`.
    #[serde(default)]
    pub r#type: String,
    /// Whether it holds; absent is unknown.
    #[serde(default)]
    pub status: ConditionStatus,
    /// One word for machines.
    #[serde(default)]
    pub reason: String,
    /// A sentence for people.
    #[serde(default)]
    pub message: String,
    /// The generation of the spec that was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// RFC 3339 time of the last change of `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_transition_time: Option<String>,
}

/// A status that is a list of conditions.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conditions {
    /// One for each type.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub conditions: Given<Vec<Condition>>,
}

/// Whether a condition holds.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum ConditionStatus {
    /// It does.
    True,
    /// It does not.
    False,
    /// Nobody knows.
    #[default]
    Unknown,
}
