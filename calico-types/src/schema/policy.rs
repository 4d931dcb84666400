//! Policies, profiles, tiers, network sets, endpoints.

use super::bgp::SELECTOR;
use super::{
    BOOLEAN, Default, Form, INT32, INTEGER, NUMBER, PORT, PROTOCOL, Schema, Shape, TEXT, TEXT_LIST,
    TEXT_MAP, field, list, object, of, required, set, words,
};
use crate::validate::{Tag, calico, crd};

const NAME: Schema = TEXT.tag(&[Tag::Name]);
const NET: Schema = TEXT.tag(&[Tag::Net]);
const CIDR: Schema = TEXT.tag(&[Tag::Cidr]);

const ICMP: Schema = object(&[
    field("code", INTEGER.range(0, 255).tag(&[Tag::Range(0, 255)])),
    field("type", INTEGER.range(0, 254).tag(&[Tag::Range(0, 254)])),
])
.rules(crd::ICMP);

const SERVICE: Schema = object(&[
    field("name", TEXT.max_length(253).tag(&[Tag::Name])),
    field("namespace", TEXT.max_length(253).tag(&[Tag::Name])),
]);

const SERVICE_ACCOUNTS: Schema = object(&[
    field("names", set(&TEXT)),
    field("selector", TEXT.tag(&[Tag::Selector])),
]);

const ENTITY: Schema = object(&[
    field("namespaceSelector", SELECTOR.tag(&[Tag::NamespaceSelector])),
    field("nets", set(&NET).items(0, 256)),
    field("notNets", set(&NET).items(0, 256)),
    field("notPorts", list(&PORT).items(0, 50)),
    field("notSelector", SELECTOR),
    field("ports", list(&PORT).items(0, 50)),
    field("selector", SELECTOR),
    field("serviceAccounts", SERVICE_ACCOUNTS),
    field("services", SERVICE),
])
.rules(crd::ENTITY);

const HTTP_PATH: Schema = object(&[
    field("exact", TEXT.max_length(1024)),
    field("prefix", TEXT.max_length(1024)),
]);

const HTTP: Schema = object(&[
    field("methods", TEXT_LIST.items(0, 20)),
    field("paths", list(&HTTP_PATH).items(0, 20)),
])
.checks(&[calico::http]);

pub(super) const RULE: Schema = object(&[
    required("action", words(&["Allow", "Deny", "Log", "Pass"])),
    field("destination", ENTITY),
    field("http", HTTP),
    field("icmp", ICMP),
    field("ipVersion", INTEGER.one_of(&["4", "6"])),
    field(
        "metadata",
        object(&[field("annotations", TEXT_MAP.tag(&[Tag::Annotations]))]),
    ),
    field("notICMP", ICMP),
    field("notProtocol", PROTOCOL),
    field("protocol", PROTOCOL),
    field("source", ENTITY),
])
.rules(crd::RULE)
.checks(&[calico::rule]);

const RULES: Schema = list(&RULE).items(0, 1024);
const TYPE: Schema = words(&["Ingress", "Egress"]);
const TYPES: Schema = set(&TYPE).items(1, 2);
const HINT: Schema =
    words(&["AssumeNeededOnEveryNode"]).tag(&[Tag::OneOf(&["AssumeNeededOnEveryNode"])]);
const HINTS: Schema = set(&HINT).tag(&[Tag::Unique]);
const TIER_NAME: Schema = TEXT.default(Default::Text("default")).tag(&[Tag::Name]);
const STAGED_ACTION: Schema =
    words(&["Set", "Delete", "Learn", "Ignore"]).default(Default::Text("Set"));

macro_rules! namespaced {
    ($($extra:expr),*) => {
        object(&[
            field("egress", RULES),
            field("ingress", RULES),
            field("order", NUMBER),
            field("performanceHints", HINTS),
            field("selector", SELECTOR),
            field("serviceAccountSelector", SELECTOR),
            field("tier", TIER_NAME),
            field("types", TYPES),
            $($extra),*
        ])
    };
}

macro_rules! global {
    ($($extra:expr),*) => {
        namespaced!(
            field("applyOnForward", BOOLEAN),
            field("doNotTrack", BOOLEAN),
            field("namespaceSelector", SELECTOR),
            field("preDNAT", BOOLEAN)
            $(, $extra)*
        )
    };
}

pub(super) const NETWORK_POLICY: Schema = namespaced!()
    .rules(crd::NETWORK_POLICY)
    .checks(&[calico::policy]);
pub(super) const STAGED_NETWORK_POLICY: Schema = namespaced!(field("stagedAction", STAGED_ACTION))
    .rules(crd::NETWORK_POLICY)
    .checks(&[calico::policy, calico::staged_policy]);
pub(super) const GLOBAL_NETWORK_POLICY: Schema = global!()
    .rules(crd::GLOBAL_NETWORK_POLICY)
    .checks(&[calico::policy]);
pub(super) const STAGED_GLOBAL_NETWORK_POLICY: Schema =
    global!(field("stagedAction", STAGED_ACTION))
        .rules(crd::GLOBAL_NETWORK_POLICY)
        .checks(&[calico::policy, calico::staged_policy]);

pub(super) const LABEL_SELECTOR: Schema = object(&[
    field(
        "matchExpressions",
        list(&object(&[
            required("key", TEXT),
            required("operator", TEXT),
            field("values", TEXT_LIST),
        ])),
    ),
    field("matchLabels", TEXT_MAP),
]);

const KUBERNETES_PORT: Schema = object(&[
    field("endPort", INT32),
    field("port", of(Shape::IntOrText)),
    field("protocol", TEXT),
]);

const KUBERNETES_PEER: Schema = object(&[
    field(
        "ipBlock",
        object(&[required("cidr", TEXT), field("except", TEXT_LIST)]),
    ),
    field("namespaceSelector", LABEL_SELECTOR),
    field("podSelector", LABEL_SELECTOR),
]);

pub(super) const KUBERNETES_EGRESS: Schema = object(&[
    field("ports", list(&KUBERNETES_PORT)),
    field("to", list(&KUBERNETES_PEER)),
]);
pub(super) const KUBERNETES_INGRESS: Schema = object(&[
    field("ports", list(&KUBERNETES_PORT)),
    field("from", list(&KUBERNETES_PEER)),
]);

pub(super) const STAGED_KUBERNETES_NETWORK_POLICY: Schema = object(&[
    field("egress", list(&KUBERNETES_EGRESS)),
    field("ingress", list(&KUBERNETES_INGRESS)),
    field("podSelector", LABEL_SELECTOR),
    field("policyTypes", set(&TEXT).items(1, 2)),
    field("stagedAction", STAGED_ACTION),
])
.checks(&[calico::staged_kubernetes_policy, calico::kubernetes_ports]);

pub(super) const PROFILE: Schema = object(&[
    field("egress", list(&RULE)),
    field("ingress", list(&RULE)),
    field("labelsToApply", TEXT_MAP.tag(&[Tag::Labels])),
]);

pub(super) const TIER: Schema = object(&[
    field(
        "defaultAction",
        words(&["Deny", "Pass"])
            .default(Default::Text("Deny"))
            .tag(&[Tag::Pointer, Tag::OneOf(&["Deny", "Pass"])]),
    ),
    field("order", NUMBER),
]);

pub(super) const NETWORK_SET: Schema = object(&[field("nets", set(&CIDR))]);

const EXPECTED_IP: Schema = TEXT.tag(&[Tag::Ip]);

const ENDPOINT_PORT: Schema = object(&[
    required("name", TEXT.tag(&[Tag::Required, Tag::PortName])),
    required(
        "port",
        INTEGER
            .form(Form::Uint16)
            .range(1, 65_535)
            .tag(&[Tag::Required, Tag::AtLeast(1)]),
    ),
    required("protocol", PROTOCOL.tag(&[Tag::Required, Tag::Protocol])),
])
.checks(&[calico::endpoint_port]);

pub(super) const HOST_ENDPOINT: Schema = object(&[
    field("expectedIPs", set(&EXPECTED_IP)),
    field("interfaceName", TEXT.max_length(15).tag(&[Tag::Interface])),
    field("node", TEXT.max_length(253).tag(&[Tag::Name])),
    field("ports", list(&ENDPOINT_PORT)),
    field("profiles", set(&NAME)),
])
.rules(crd::HOST_ENDPOINT);

const WORKLOAD_PORT: Schema = object(&[
    field("name", TEXT.tag(&[Tag::PortName])),
    field("protocol", PROTOCOL.tag(&[Tag::Required, Tag::Protocol])),
    field(
        "port",
        INTEGER
            .form(Form::Uint16)
            .tag(&[Tag::Required, Tag::AtLeast(1)]),
    ),
    field("hostPort", INTEGER.form(Form::Uint16)),
    field("hostIP", TEXT.tag(&[Tag::Net])),
])
.checks(&[calico::endpoint_port, calico::workload_port]);

const NAT: Schema = object(&[
    field("internalIP", TEXT.tag(&[Tag::Ip])),
    field("externalIP", TEXT.tag(&[Tag::Ip])),
]);

const QOS_CONTROLS: Schema = object(&[
    field("ingressBandwidth", INTEGER),
    field("ingressBurst", INTEGER),
    field("ingressPeakrate", INTEGER),
    field("ingressMinburst", INTEGER),
    field("egressBandwidth", INTEGER),
    field("egressBurst", INTEGER),
    field("egressPeakrate", INTEGER),
    field("egressMinburst", INTEGER),
    field("ingressPacketRate", INTEGER),
    field("ingressPacketBurst", INTEGER),
    field("egressPacketRate", INTEGER),
    field("egressPacketBurst", INTEGER),
    field("ingressMaxConnections", INTEGER),
    field("egressMaxConnections", INTEGER),
    field("dscp", of(Shape::IntOrText)),
]);

pub(super) const WORKLOAD_ENDPOINT: Schema = object(&[
    field("orchestrator", NAME),
    field("workload", NAME),
    field("node", NAME),
    field("containerID", TEXT.tag(&[Tag::ContainerId])),
    field("pod", NAME),
    field("endpoint", NAME),
    field("serviceAccountName", NAME),
    field("ipNetworks", list(&NET)),
    field("ipNATs", list(&NAT)),
    field("ipv4Gateway", TEXT.tag(&[Tag::IpV4])),
    field("ipv6Gateway", TEXT.tag(&[Tag::IpV6])),
    field("profiles", list(&NAME)),
    field("interfaceName", TEXT.tag(&[Tag::Required, Tag::Interface])),
    field("mac", TEXT.tag(&[Tag::Mac])),
    field("ports", list(&WORKLOAD_PORT)),
    field("allowSpoofedSourcePrefixes", list(&CIDR)),
    field("qosControls", QOS_CONTROLS),
])
.checks(&[calico::workload_endpoint]);
