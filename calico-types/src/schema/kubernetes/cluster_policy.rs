//! `ClusterNetworkPolicy` and its predecessors `AdminNetworkPolicy` and
//! `BaselineAdminNetworkPolicy`: custom resources, by their own definitions.

use super::super::policy::LABEL_SELECTOR;
use super::super::{
    Default, Form, INT32, Pattern, Schema, TEXT, experimental, field, list, object, required, set,
    words,
};
use crate::validate::crd;

/// `networks`, and `nodes` and `domainNames`, which are of the experimental channel, are of
/// egress only.
const NETWORK: Schema = TEXT.max_length(43).rules(crd::NETWORK);
const DOMAIN_NAME: Schema = TEXT.pattern(Pattern::DomainName);
const PORT_NUMBER: Schema = INT32.form(Form::Uint16).range(1, 65_535);

/// Pods of namespaces; the older API insists on both selectors.
macro_rules! pods {
    ($namespace_selector:ident) => {
        object(&[
            $namespace_selector("namespaceSelector", LABEL_SELECTOR),
            required("podSelector", LABEL_SELECTOR),
        ])
    };
}

const PODS: Schema = pods!(field);
const ADMIN_PODS: Schema = pods!(required);

/// A subject, or a peer of ingress.
macro_rules! namespaces_or_pods {
    ($pods:expr) => {
        object(&[field("namespaces", LABEL_SELECTOR), field("pods", $pods)]).one_field()
    };
}

/// A peer of egress.
macro_rules! egress_peer {
    ($pods:expr, $nodes:ident $(, $extra:expr)*) => {
        object(&[
            field("namespaces", LABEL_SELECTOR),
            field("pods", $pods),
            field("networks", set(&NETWORK).items(1, 25)),
            $nodes("nodes", LABEL_SELECTOR),
            $($extra),*
        ])
        .one_field()
    };
}

const DOMAIN_NAMES: Schema = set(&DOMAIN_NAME).items(1, 25);

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

const PEER: Schema = namespaces_or_pods!(PODS);
const EGRESS_PEER: Schema = egress_peer!(
    PODS,
    experimental,
    experimental("domainNames", DOMAIN_NAMES)
);

const ACTION: Schema = words(&["Accept", "Deny", "Pass"]);

const INGRESS: Schema = object(&[
    required("action", ACTION),
    required("from", list(&PEER).items(1, 25)),
    field("name", TEXT.max_length(100)),
    field("protocols", list(&PROTOCOL).items(1, 25)),
]);

const EGRESS: Schema = object(&[
    required("action", ACTION),
    field("name", TEXT.max_length(100)),
    field("protocols", list(&PROTOCOL).items(1, 25)),
    required("to", list(&EGRESS_PEER).items(1, 25)),
]);

pub(in crate::schema) const CLUSTER_NETWORK_POLICY: Schema = object(&[
    field("egress", list(&EGRESS).items(0, 25)),
    field("ingress", list(&INGRESS).items(0, 25)),
    required("priority", INT32.range(0, 1000)),
    required("subject", PEER),
    required("tier", words(&["Admin", "Baseline"])),
]);

/// The definition has no list of protocols; `TCP`, `UDP` and `SCTP` are meant.
const ADMIN_PROTOCOL: Schema = TEXT.form(Form::Protocol).default(Default::Text("TCP"));

const ADMIN_PORT: Schema = object(&[
    field("namedPort", TEXT),
    field(
        "portNumber",
        object(&[
            required("port", PORT_NUMBER),
            required("protocol", ADMIN_PROTOCOL),
        ]),
    ),
    field(
        "portRange",
        object(&[
            required("end", PORT_NUMBER),
            field("protocol", ADMIN_PROTOCOL),
            required("start", PORT_NUMBER),
        ])
        .rules(crd::PORT_RANGE),
    ),
])
.one_field();

const ADMIN_PEER: Schema = namespaces_or_pods!(ADMIN_PODS);
const ADMIN_EGRESS_PEER: Schema =
    egress_peer!(ADMIN_PODS, field, field("domainNames", DOMAIN_NAMES));
const BASELINE_EGRESS_PEER: Schema = egress_peer!(ADMIN_PODS, field);

macro_rules! admin_ingress {
    ($actions:expr) => {
        object(&[
            required("action", words($actions)),
            required("from", list(&ADMIN_PEER).items(1, 100)),
            field("name", TEXT.max_length(100)),
            field("ports", list(&ADMIN_PORT).items(1, 100)),
        ])
    };
}

macro_rules! admin_egress {
    ($actions:expr, $peer:expr) => {
        object(&[
            required("action", words($actions)),
            field("name", TEXT.max_length(100)),
            field("ports", list(&ADMIN_PORT).items(1, 100)),
            required("to", list($peer).items(1, 100)),
        ])
        .rules(crd::ADMIN_EGRESS)
    };
}

const ADMIN_ACTIONS: &[&str] = &["Allow", "Deny", "Pass"];
const ADMIN_INGRESS: Schema = admin_ingress!(ADMIN_ACTIONS);
const ADMIN_EGRESS: Schema = admin_egress!(ADMIN_ACTIONS, &ADMIN_EGRESS_PEER);

pub(in crate::schema) const ADMIN_NETWORK_POLICY: Schema = object(&[
    field("egress", list(&ADMIN_EGRESS).items(0, 100)),
    field("ingress", list(&ADMIN_INGRESS).items(0, 100)),
    required("priority", INT32.range(0, 1000)),
    required("subject", ADMIN_PEER),
]);

const BASELINE_ACTIONS: &[&str] = &["Allow", "Deny"];
const BASELINE_INGRESS: Schema = admin_ingress!(BASELINE_ACTIONS);
const BASELINE_EGRESS: Schema = admin_egress!(BASELINE_ACTIONS, &BASELINE_EGRESS_PEER);

pub(in crate::schema) const BASELINE_ADMIN_NETWORK_POLICY: Schema = object(&[
    field("egress", list(&BASELINE_EGRESS).items(0, 100)),
    field("ingress", list(&BASELINE_INGRESS).items(0, 100)),
    required("subject", ADMIN_PEER),
]);
