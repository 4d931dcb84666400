//! Kubernetes' own kinds: policies in detail, the rest by name only.

use crate::validate::crd;

use super::policy::{KUBERNETES_EGRESS, KUBERNETES_INGRESS, LABEL_SELECTOR};
use super::{
    INT32, Schema, TEXT, TEXT_LIST, experimental, field, list, object, required, set, words,
};

const POLICY_TYPE: Schema = words(&["Ingress", "Egress"]);

pub(super) const NETWORK_POLICY: Schema = object(&[
    field("podSelector", LABEL_SELECTOR),
    field("policyTypes", set(&POLICY_TYPE)),
    field("ingress", list(&KUBERNETES_INGRESS)),
    field("egress", list(&KUBERNETES_EGRESS)),
]);

const PODS: Schema = object(&[
    field("namespaceSelector", LABEL_SELECTOR),
    required("podSelector", LABEL_SELECTOR),
]);

const PORT_NUMBER: Schema = INT32.range(1, 65_535);

const TRANSPORT: Schema = object(&[field(
    "destinationPort",
    object(&[
        field("number", PORT_NUMBER),
        field(
            "range",
            object(&[required("start", PORT_NUMBER), required("end", PORT_NUMBER)])
                .rules(crd::PORT_RANGE),
        ),
    ])
    .one_field(),
)])
.some_field();

const PROTOCOL: Schema = object(&[
    field("tcp", TRANSPORT),
    field("udp", TRANSPORT),
    field("sctp", TRANSPORT),
    field("destinationNamedPort", TEXT),
])
.one_field();

const INGRESS_PEER: Schema =
    object(&[field("namespaces", LABEL_SELECTOR), field("pods", PODS)]).one_field();

const NETWORK: Schema = TEXT.max_length(43).rules(crd::NETWORK);

/// `nodes` and `domainNames` are of the experimental channel.
const EGRESS_PEER: Schema = object(&[
    field("namespaces", LABEL_SELECTOR),
    field("pods", PODS),
    field("networks", set(&NETWORK).items(1, 25)),
    experimental("nodes", LABEL_SELECTOR),
    experimental("domainNames", TEXT_LIST),
])
.one_field();

const ACTION: Schema = words(&["Accept", "Deny", "Pass"]);

const INGRESS: Schema = object(&[
    required("action", ACTION),
    required("from", list(&INGRESS_PEER).items(1, 25)),
    field("name", TEXT.max_length(100)),
    field("protocols", list(&PROTOCOL).items(1, 25)),
]);

const EGRESS: Schema = object(&[
    required("action", ACTION),
    field("name", TEXT.max_length(100)),
    field("protocols", list(&PROTOCOL).items(1, 25)),
    required("to", list(&EGRESS_PEER).items(1, 25)),
]);

pub(super) const CLUSTER_NETWORK_POLICY: Schema = object(&[
    field("egress", list(&EGRESS).items(0, 25)),
    field("ingress", list(&INGRESS).items(0, 25)),
    required("priority", INT32.range(0, 1000)),
    required(
        "subject",
        object(&[field("namespaces", LABEL_SELECTOR), field("pods", PODS)]).one_field(),
    ),
    required("tier", words(&["Admin", "Baseline"])),
]);
