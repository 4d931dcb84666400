//! Words that all policy kinds share.

use serde::{Deserialize, Serialize};

/// A direction, seen from the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PolicyType {
    /// Traffic to the endpoint.
    Ingress,
    /// Traffic from the endpoint.
    Egress,
}

/// A wish about how a policy is programmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PerformanceHint {
    /// Keep it ready on nodes that have no matching endpoint.
    AssumeNeededOnEveryNode,
}

/// What a staged policy would do when enforced.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum StagedAction {
    /// Create or replace the policy.
    #[default]
    Set,
    /// Delete the policy.
    Delete,
    /// Reserved for tools that write policies.
    Learn,
    /// Nothing.
    Ignore,
}
