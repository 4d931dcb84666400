//! `NetworkPolicy` of Kubernetes, with the rules of the API server itself.

use super::super::{
    Form, INT32, Pattern, Schema, Shape, TEXT, field, list, object, of, required, words,
};
use super::SELECTOR;
use crate::validate::crd;

const TYPE: Schema = words(&["Ingress", "Egress"]);
const CIDR: Schema = TEXT.cidr();

const PORT: Schema = object(&[
    field("endPort", INT32.range(1, 65_535)),
    field(
        "port",
        of(Shape::IntOrText)
            .range(1, 65_535)
            .pattern(Pattern::PortName),
    ),
    field("protocol", super::PROTOCOL.form(Form::Protocol)),
])
.rules(crd::KUBERNETES_PORT);

const BLOCK: Schema =
    object(&[required("cidr", CIDR), field("except", list(&CIDR))]).rules(crd::KUBERNETES_BLOCK);

const PEER: Schema = object(&[
    field("ipBlock", BLOCK),
    field("namespaceSelector", SELECTOR),
    field("podSelector", SELECTOR),
])
.rules(crd::KUBERNETES_PEER);

const EGRESS: Schema = object(&[field("ports", list(&PORT)), field("to", list(&PEER))]);
const INGRESS: Schema = object(&[field("from", list(&PEER)), field("ports", list(&PORT))]);

pub(in crate::schema) const NETWORK_POLICY: Schema = object(&[
    field("egress", list(&EGRESS)),
    field("ingress", list(&INGRESS)),
    field("podSelector", SELECTOR),
    field("policyTypes", list(&TYPE).items(0, 2)),
]);
