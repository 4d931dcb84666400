//! `BGPConfiguration`, `BGPFilter`, `BGPPeer`.

use super::{
    ASN, BOOLEAN, DURATION, Default, Form, INT32, INTEGER, Pattern, SWITCH, Schema, TEXT,
    TEXT_LIST, field, list, object, required, set, words,
};
use crate::validate::{Tag, calico, crd};

const SECRET_KEY: Schema = object(&[
    required("key", TEXT),
    field("name", TEXT.default(Default::Text(""))),
    field("optional", BOOLEAN),
]);

const PASSWORD: Schema = object(&[field("secretKeyRef", SECRET_KEY)]);

/// Kernel metrics that Calico may use.
pub(super) const PRIORITY: Schema = INTEGER
    .range(1, 2_147_483_646)
    .tag(&[Tag::Range(1, 2_147_483_646)]);

pub(super) const PROGRAM_CLUSTER_ROUTES: Schema = words(&[
    "Enabled",
    "Disabled",
    "EnabledIPIPOnly",
    "EnabledNoEncapOnly",
]);

pub(super) const LOG_SEVERITY: Pattern =
    Pattern::AnyCase(&["Trace", "Debug", "Info", "Warning", "Error", "Fatal"]);

const SERVICE_BLOCK: Schema = object(&[field("cidr", TEXT.cidr().tag(&[Tag::Net]))]);

const COMMUNITY: Schema = object(&[
    field(
        "name",
        TEXT.max_length(253).tag(&[Tag::Required, Tag::Name]),
    ),
    field(
        "value",
        TEXT.max_length(40)
            .pattern(Pattern::LooseCommunity)
            .tag(&[Tag::Required]),
    ),
]);

const ADVERTISEMENT: Schema = object(&[
    field("cidr", TEXT.cidr().tag(&[Tag::Required, Tag::Net])),
    field("communities", TEXT_LIST.items(0, 50).tag(&[Tag::Given])),
]);

const IGNORED_INTERFACE: Schema = TEXT.tag(&[Tag::IgnoredInterface]);

pub(super) const CONFIGURATION: Schema = object(&[
    field("asNumber", ASN),
    field("bindMode", words(&["None", "NodeIP"])),
    field("communities", list(&COMMUNITY).items(0, 500)),
    field("ignoredInterfaces", set(&IGNORED_INTERFACE)),
    field("ipv4NormalRoutePriority", PRIORITY),
    field("ipv6NormalRoutePriority", PRIORITY),
    field("listenPort", INTEGER.form(Form::Uint16).range(1, 65_535)),
    field("localWorkloadPeeringIPV4", TEXT.tag(&[Tag::IpV4])),
    field("localWorkloadPeeringIPV6", TEXT.tag(&[Tag::IpV6])),
    field(
        "logSeverityScreen",
        TEXT.pattern(LOG_SEVERITY).default(Default::Text("Info")),
    ),
    field("nodeMeshMaxRestartTime", DURATION),
    field("nodeMeshPassword", PASSWORD),
    field("nodeToNodeMeshEnabled", BOOLEAN),
    field("prefixAdvertisements", list(&ADVERTISEMENT).items(0, 500)),
    field("programClusterRoutes", PROGRAM_CLUSTER_ROUTES),
    field("serviceClusterIPs", list(&SERVICE_BLOCK)),
    field("serviceExternalIPs", list(&SERVICE_BLOCK)),
    field(
        "serviceLoadBalancerAggregation",
        SWITCH.default(Default::Text("Enabled")),
    ),
    field("serviceLoadBalancerIPs", list(&SERVICE_BLOCK)),
])
.rules(crd::BGP_CONFIGURATION)
.checks(&[calico::communities]);

const FILTER_COMMUNITY: Schema = TEXT.max_length(32).pattern(Pattern::Community);

const OPERATION: Schema = object(&[
    field(
        "addCommunity",
        object(&[required("value", FILTER_COMMUNITY.tag(&[Tag::Given]))]),
    ),
    field(
        "prependASPath",
        object(&[required(
            "prefix",
            list(&ASN).items(1, 10).tag(&[Tag::Given]),
        )]),
    ),
    field(
        "setPriority",
        object(&[required(
            "value",
            PRIORITY.tag(&[Tag::Given, Tag::Range(1, 2_147_483_646)]),
        )]),
    ),
])
.one_field();

const fn length(max: i64, tag: &'static [Tag]) -> Schema {
    INT32.range(0, max).tag(tag)
}

const PREFIX_LENGTH_V4: Schema = object(&[
    field("max", length(32, &[Tag::Range(0, 32)])),
    field("min", length(32, &[Tag::Range(0, 32)])),
]);

const PREFIX_LENGTH_V6: Schema = object(&[
    field("max", length(128, &[Tag::Range(0, 128)])),
    field("min", length(128, &[Tag::Range(0, 128)])),
]);

macro_rules! filter_rule {
    ($cidr:expr, $prefix_length:expr) => {
        object(&[
            required("action", words(&["Accept", "Reject"]).tag(&[Tag::Required])),
            field("asPathPrefix", list(&ASN)),
            field("cidr", $cidr),
            field(
                "communities",
                object(&[required(
                    "values",
                    list(&FILTER_COMMUNITY).items(1, 1).tag(&[Tag::Given]),
                )]),
            ),
            field(
                "interface",
                TEXT.max_length(15).tag(&[Tag::FilterInterface]),
            ),
            field(
                "matchOperator",
                words(&["Equal", "NotEqual", "In", "NotIn"]),
            ),
            field("operations", list(&OPERATION).items(1, 10)),
            field(
                "peerType",
                words(&["eBGP", "iBGP"]).tag(&[Tag::OneOf(&["eBGP", "iBGP"])]),
            ),
            field("prefixLength", $prefix_length),
            field("priority", PRIORITY),
            field(
                "source",
                words(&["RemotePeers"]).tag(&[Tag::OneOf(&["RemotePeers"])]),
            ),
        ])
        .rules(crd::BGP_FILTER_RULE)
    };
}

const RULE_V4: Schema = filter_rule!(
    TEXT.max_length(18).cidr().tag(&[Tag::NetV4]),
    PREFIX_LENGTH_V4
);
const RULE_V6: Schema = filter_rule!(
    TEXT.max_length(43).cidr().tag(&[Tag::NetV6]),
    PREFIX_LENGTH_V6
);

pub(super) const FILTER: Schema = object(&[
    field("exportV4", list(&RULE_V4)),
    field("exportV6", list(&RULE_V6)),
    field("importV4", list(&RULE_V4)),
    field("importV6", list(&RULE_V6)),
]);

const NAME: Schema = TEXT.tag(&[Tag::Name]);

/// A selector of at most 1024 letters.
pub(super) const SELECTOR: Schema = TEXT.max_length(1024).tag(&[Tag::Selector]);

pub(super) const PEER: Schema = object(&[
    field("asNumber", ASN),
    field("filters", list(&NAME)),
    field("keepOriginalNextHop", BOOLEAN),
    field("keepaliveTime", DURATION),
    field("localASNumber", ASN),
    field("localWorkloadSelector", SELECTOR),
    field("maxRestartTime", DURATION),
    field("nextHopMode", words(&["Auto", "Self", "Keep"])),
    field("node", TEXT.max_length(253).tag(&[Tag::Name])),
    field("nodeSelector", SELECTOR),
    field("numAllowedLocalASNumbers", INT32),
    field("password", PASSWORD),
    field("peerIP", TEXT.max_length(64).tag(&[Tag::PeerAddress])),
    field("peerSelector", SELECTOR),
    field("reachableBy", TEXT.max_length(64).tag(&[Tag::Ip])),
    field("reversePeering", words(&["Auto", "Manual"])),
    field("sourceAddress", words(&["UseNodeIP", "None"])),
    field("ttlSecurity", INTEGER.form(Form::Uint8)),
])
.rules(crd::BGP_PEER)
.checks(&[calico::reachable_by]);
