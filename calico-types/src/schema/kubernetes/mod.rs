//! Kubernetes' own kinds.
//!
//! What policy and routes are made from has its types and rules; all that
//! Kubernetes knows beside it is known by name and not looked into, so that a
//! whole object passes and a misspelt field does not.
//! `tests/it/kubernetes.rs` holds the names against Kubernetes' own.

mod cluster_policy;
mod network_policy;
mod node;
mod pod;
mod service;

use super::metadata::{API_VERSION, KIND, METADATA};
use super::{
    ANY, Field, Pattern, Schema, Shape, TEXT, TEXT_MAP, field, list, object, of, required, words,
};
use crate::validate::crd;

pub(super) use cluster_policy::{
    ADMIN_NETWORK_POLICY, BASELINE_ADMIN_NETWORK_POLICY, CLUSTER_NETWORK_POLICY,
};

/// A field that is known by name only.
const fn other(name: &'static str) -> Field {
    field(name, ANY)
}

const PROTOCOL: Schema = words(&["TCP", "UDP", "SCTP"]);

const LABEL_VALUE: Schema = TEXT.pattern(Pattern::LabelValue);
const LABEL_VALUES: Schema = list(&LABEL_VALUE);

const REQUIREMENT: Schema = object(&[
    required("key", TEXT.pattern(Pattern::LabelKey)),
    required(
        "operator",
        words(&["In", "NotIn", "Exists", "DoesNotExist"]),
    ),
    field("values", LABEL_VALUES),
])
.rules(crd::KUBERNETES_REQUIREMENT);

/// A label selector as the API server checks it in kinds of its own. In custom
/// resources it does not look at operators and labels.
const SELECTOR: Schema = object(&[
    field("matchExpressions", list(&REQUIREMENT)),
    field(
        "matchLabels",
        of(Shape::Map(&LABEL_VALUE)).rules(crd::KUBERNETES_LABELS),
    ),
]);

macro_rules! root {
    ($($field:expr),* $(,)?) => {
        object(&[API_VERSION, KIND, field("metadata", METADATA), $($field),*])
    };
}

pub(super) const NAMESPACE: Schema = root![other("spec"), other("status")];

pub(super) const SERVICE_ACCOUNT: Schema = root![
    other("automountServiceAccountToken"),
    other("imagePullSecrets"),
    other("secrets"),
];

pub(super) const SECRET: Schema = root![
    field("data", TEXT_MAP),
    field("stringData", TEXT_MAP),
    other("immutable"),
    other("type"),
];

pub(super) const POD: Schema = root![field("spec", pod::POD), field("status", pod::POD_STATUS)];

pub(super) const SERVICE: Schema = root![
    field("spec", service::SERVICE),
    field("status", service::SERVICE_STATUS),
];

pub(super) const ENDPOINT_SLICE: Schema = root![
    required("addressType", service::ADDRESS_TYPE),
    field("endpoints", service::ENDPOINTS),
    field("ports", service::ENDPOINT_PORTS),
];

pub(super) const NODE: Schema = root![
    field("spec", node::NODE),
    field("status", node::NODE_STATUS)
];

pub(super) const NETWORK_POLICY: Schema = root![
    field("spec", network_policy::NETWORK_POLICY),
    // Kubernetes 1.24 to 1.27 had one.
    other("status"),
];
