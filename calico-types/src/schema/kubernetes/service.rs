//! `Service` and `EndpointSlice`: addresses and ports in detail, the rest by name.

use super::super::{
    BOOLEAN, Form, INTEGER, Schema, Shape, TEXT, TEXT_LIST, TEXT_MAP, field, list, object, of,
    required, words,
};
use super::{PROTOCOL, other};

const PORT_NUMBER: Schema = INTEGER.form(Form::Uint16).range(1, 65_535);

const SERVICE_PORT: Schema = object(&[
    field("name", TEXT),
    field("nodePort", INTEGER.form(Form::Uint16)),
    required("port", PORT_NUMBER),
    field("protocol", PROTOCOL),
    field("targetPort", of(Shape::IntOrText)),
    other("appProtocol"),
]);

pub(in crate::schema) const SERVICE: Schema = object(&[
    field("clusterIP", TEXT),
    field("clusterIPs", TEXT_LIST),
    field("externalIPs", TEXT_LIST),
    field("externalTrafficPolicy", words(&["Cluster", "Local"])),
    field("internalTrafficPolicy", words(&["Cluster", "Local"])),
    field("loadBalancerIP", TEXT),
    field("ports", list(&SERVICE_PORT)),
    field("selector", TEXT_MAP),
    field(
        "type",
        words(&["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
    ),
    other("allocateLoadBalancerNodePorts"),
    other("externalName"),
    other("healthCheckNodePort"),
    other("ipFamilies"),
    other("ipFamilyPolicy"),
    other("loadBalancerClass"),
    other("loadBalancerSourceRanges"),
    other("publishNotReadyAddresses"),
    other("sessionAffinity"),
    other("sessionAffinityConfig"),
    other("topologyKeys"),
    other("trafficDistribution"),
]);

const INGRESS: Schema = object(&[
    field("hostname", TEXT),
    field("ip", TEXT),
    other("ipMode"),
    other("ports"),
]);

pub(in crate::schema) const SERVICE_STATUS: Schema = object(&[
    field("loadBalancer", object(&[field("ingress", list(&INGRESS))])),
    other("conditions"),
]);

const REFERENCE: Schema = object(&[
    field("kind", TEXT),
    field("name", TEXT),
    field("namespace", TEXT),
    other("apiVersion"),
    other("fieldPath"),
    other("resourceVersion"),
    other("uid"),
]);

const ENDPOINT: Schema = object(&[
    required("addresses", TEXT_LIST),
    field(
        "conditions",
        object(&[
            field("ready", BOOLEAN),
            field("serving", BOOLEAN),
            field("terminating", BOOLEAN),
        ]),
    ),
    field("nodeName", TEXT),
    field("targetRef", REFERENCE),
    other("deprecatedTopology"),
    other("hints"),
    other("hostname"),
    other("zone"),
]);

pub(in crate::schema) const ENDPOINTS: Schema = list(&ENDPOINT);

const ENDPOINT_PORT: Schema = object(&[
    field("name", TEXT),
    field("port", INTEGER.form(Form::Uint16)),
    field("protocol", PROTOCOL),
    other("appProtocol"),
]);

pub(in crate::schema) const ENDPOINT_PORTS: Schema = list(&ENDPOINT_PORT);

pub(in crate::schema) const ADDRESS_TYPE: Schema = words(&["IPv4", "IPv6", "FQDN"]);
