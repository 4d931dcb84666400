//! Conversion of Kubernetes' own resources into Calico's model.
//!
//! Calico evaluates Kubernetes policies by turning them into its own
//! (`libcalico-go/lib/backend/k8s/conversion`); pods become workload
//! endpoints, namespaces and service accounts profiles whose labels the
//! endpoints inherit. The same here, as pure functions of one resource each.
//!
//! | from | to | function |
//! |---|---|---|
//! | `NetworkPolicy` | [`NetworkPolicy`](crate::resources::NetworkPolicy) in tier `default`, order 1000 | [`network_policy`] |
//! | `StagedKubernetesNetworkPolicy` | [`StagedNetworkPolicy`](crate::resources::StagedNetworkPolicy) | [`staged_network_policy`] |
//! | `ClusterNetworkPolicy` | [`GlobalNetworkPolicy`](crate::resources::GlobalNetworkPolicy) in tier `kube-admin` or `kube-baseline` | [`cluster_network_policy`] |
//! | `AdminNetworkPolicy`, `BaselineAdminNetworkPolicy` | the same in tier `adminnetworkpolicy`, `baselineadminnetworkpolicy` | [`admin_network_policy()`], [`baseline_admin_network_policy`] |
//! | `Pod` | [`WorkloadEndpoint`](crate::resources::WorkloadEndpoint) | [`pod`] |
//! | `Namespace`, `ServiceAccount` | [`Profile`](crate::resources::Profile) `kns.…`, `ksa.…` | [`namespace`], [`service_account`] |
//! | `EndpointSlice` | [`ServiceEndpoints`] | [`endpoint_slice`] |
//! | `Node` | [`Node`](crate::resources::Node) | [`node()`] |
//!
//! Everything is namespaced by a default: a resource without `metadata.namespace`
//! is in `default`. Nothing is looked up: whether a namespace or service account
//! that a pod names exists does not matter here.
//!
//! # Labels that endpoints have
//!
//! | label | of | from |
//! |---|---|---|
//! | [`NAMESPACE_LABEL`] | every endpoint and network set of a namespace | where it lives |
//! | [`ORCHESTRATOR_LABEL`] | every endpoint made from a pod | `k8s`; network sets never have it |
//! | [`SERVICE_ACCOUNT_LABEL`] | every endpoint made from a pod | its account, when shorter than 63 bytes |
//! | [`pcns.…`](NAMESPACE_LABEL_PREFIX) | inherited | labels of the namespace, and its name as `pcns.projectcalico.org/name` |
//! | [`pcsa.…`](SERVICE_ACCOUNT_LABEL_PREFIX) | inherited | the same of the service account |
//!
//! A converted policy keeps its name and namespace and says in
//! [`Converted::origin`] what it was: the kind takes part in deciding ties
//! between policies of the same order.
//!
//! # What cannot be converted
//!
//! A rule that says what Calico cannot enforce, such as a peer that selects
//! nodes, fails closed: if it allows it is left out, if it denies or passes it
//! becomes one that denies everything. Each is listed in
//! [`Converted::faults`]. A policy of which the *subject* cannot be read is an
//! error; Calico would treat it as absent.
//!
//! ```
//! use calico_types::{convert, k8s};
//!
//! let policy: k8s::NetworkPolicy = serde_json::from_str(r#"{
//!     "metadata": {"name": "db", "namespace": "shop"},
//!     "spec": {
//!         "podSelector": {"matchLabels": {"app": "db"}},
//!         "ingress": [{"ports": [{"port": 3306}]}]
//!     }
//! }"#).unwrap();
//! let converted = convert::network_policy(&policy).unwrap();
//! let spec = &converted.policy.spec;
//! assert_eq!(spec.order, Some(1000.0));
//! assert_eq!(
//!     spec.selector.as_deref(),
//!     Some(r#"(projectcalico.org/orchestrator == "k8s" && app == "db")"#)
//! );
//! ```

mod admin_network_policy;
mod cluster_network_policy;
mod cluster_rule;
mod label_selector;
mod network_policy;
mod node;
mod pod;
mod profile;
mod rule;
mod service;

use std::fmt;

pub use admin_network_policy::{admin_network_policy, baseline_admin_network_policy};
pub use cluster_network_policy::cluster_network_policy;
pub use network_policy::{network_policy, staged_network_policy};
pub use node::node;
pub use pod::pod;
pub use profile::{namespace, service_account};
pub use service::{ServiceEndpoints, endpoint_slice};

use crate::resources::PolicyType;

/// The order of every converted `NetworkPolicy`.
///
/// A policy of Calico's without `order` comes after these, one with a lower
/// number before: Calico's kind alone gives no precedence.
pub const KUBERNETES_NETWORK_POLICY_ORDER: f64 = 1000.0;

/// Label of every endpoint and network set of a namespace: the namespace.
pub const NAMESPACE_LABEL: &str = "projectcalico.org/namespace";

/// Label of every endpoint made from a pod: `k8s`.
pub const ORCHESTRATOR_LABEL: &str = "projectcalico.org/orchestrator";

/// Label of every endpoint made from a pod: its service account.
pub const SERVICE_ACCOUNT_LABEL: &str = "projectcalico.org/serviceaccount";

/// Prefix of labels that endpoints inherit from their namespace.
pub const NAMESPACE_LABEL_PREFIX: &str = "pcns.";

/// Prefix of labels that endpoints inherit from their service account.
pub const SERVICE_ACCOUNT_LABEL_PREFIX: &str = "pcsa.";

/// What a converted policy was.
///
/// Policies of one tier and order are asked in the order of their names; of equal
/// names the text `name/namespace/kind` decides, and the kind is this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PolicyOrigin {
    /// `networking.k8s.io/v1` `NetworkPolicy`.
    KubernetesNetworkPolicy,
    /// `policy.networking.k8s.io/v1alpha1` `AdminNetworkPolicy`.
    KubernetesAdminNetworkPolicy,
    /// `policy.networking.k8s.io/v1alpha1` `BaselineAdminNetworkPolicy`.
    KubernetesBaselineAdminNetworkPolicy,
    /// `policy.networking.k8s.io/v1alpha2` `ClusterNetworkPolicy`.
    KubernetesClusterNetworkPolicy,
    /// `projectcalico.org/v3` `StagedKubernetesNetworkPolicy`.
    StagedKubernetesNetworkPolicy,
}

impl PolicyOrigin {
    /// The kind by which Felix knows the policy.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KubernetesNetworkPolicy => "KubernetesNetworkPolicy",
            Self::KubernetesAdminNetworkPolicy => "KubernetesAdminNetworkPolicy",
            Self::KubernetesBaselineAdminNetworkPolicy => "KubernetesBaselineAdminNetworkPolicy",
            Self::KubernetesClusterNetworkPolicy => "KubernetesClusterNetworkPolicy",
            Self::StagedKubernetesNetworkPolicy => "StagedKubernetesNetworkPolicy",
        }
    }

    /// The name that releases up to 3.31 gave the policy, which flow logs and metrics of
    /// theirs show. `tier` is the converted policy's.
    ///
    /// ```
    /// use calico_types::convert::PolicyOrigin;
    /// let origin = PolicyOrigin::KubernetesAdminNetworkPolicy;
    /// assert_eq!(
    ///     origin.former_name("adminnetworkpolicy", "deny-all"),
    ///     "kanp.adminnetworkpolicy.deny-all"
    /// );
    /// ```
    #[must_use]
    pub fn former_name(self, tier: &str, name: &str) -> String {
        let prefix = match self {
            Self::KubernetesNetworkPolicy | Self::StagedKubernetesNetworkPolicy => "knp",
            Self::KubernetesAdminNetworkPolicy => "kanp",
            Self::KubernetesBaselineAdminNetworkPolicy => "kbanp",
            Self::KubernetesClusterNetworkPolicy => "kcnp",
        };
        format!("{prefix}.{tier}.{name}")
    }
}

impl fmt::Display for PolicyOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A policy in Calico's model.
///
/// `policy` alone is complete and safe to enforce: what could not be converted has
/// been dealt with as Calico does, on the side of refusing. `faults` is for
/// telling the author.
///
/// ```
/// use calico_types::{convert, k8s};
///
/// let policy: k8s::NetworkPolicy = serde_json::from_str(r#"{
///     "metadata": {"name": "web", "namespace": "shop"},
///     "spec": {"ingress": [{"ports": [{"port": "http", "endPort": 90}]}, {"ports": [{"port": 80}]}]}
/// }"#).unwrap();
/// let converted = convert::network_policy(&policy).unwrap();
/// assert_eq!(converted.policy.spec.ingress.unwrap().len(), 1);
/// let fault = &converted.faults[0];
/// assert_eq!((fault.index, fault.denies), (0, false));
/// assert_eq!(
///     fault.fault.to_string(),
///     "a port range needs a number to begin with, not above its end"
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Converted<T> {
    /// The policy.
    pub policy: T,
    /// What it was.
    pub origin: PolicyOrigin,
    /// Rules that could not be converted.
    pub faults: Vec<RuleFault>,
}

/// A rule that could not be converted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleFault {
    /// In which list it stands.
    pub direction: PolicyType,
    /// Where in that list, from 0.
    pub index: usize,
    /// Why.
    pub fault: Fault,
    /// Whether a rule that denies everything stands in its place.
    pub denies: bool,
}

/// Why something could not be converted.
///
/// An API server refuses most of these itself; they are for manifests that never
/// met one, and for versions of the APIs that know more than Calico does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A label selector with an operator other than the four of Kubernetes.
    #[error("label selector operator {0:?} is none of In, NotIn, Exists, DoesNotExist")]
    Operator(String),
    /// A label name that no selector can hold.
    #[error("label {0:?} cannot be selected")]
    Label(String),
    /// A label value that no selector can hold, because it has both kinds of
    /// quote.
    #[error("label value {0:?} has both kinds of quote")]
    Value(String),
    /// A number that is no port.
    #[error("{0} is not a port number")]
    PortNumber(i64),
    /// A text that is no port name.
    #[error("{0:?} is not a port name")]
    PortName(String),
    /// A range that does not begin with a number, or ends before it begins.
    #[error("a port range needs a number to begin with, not above its end")]
    PortRange,
    /// More than one field where exactly one says what is meant.
    #[error("more than one field is set where one is wanted")]
    Ambiguous,
    /// A peer that Calico does not enforce, such as `nodes` or `domainNames`.
    #[error("a peer has none of the supported fields")]
    Peer,
    /// A subject that selects nothing.
    #[error("the subject selects neither namespaces nor pods")]
    Subject,
}
