//! `Node`, `ClusterInformation`, `CalicoNodeStatus`, `LiveMigration`.

use super::{
    ASN, BOOLEAN, Form, Format, INTEGER, Schema, TEXT, TEXT_LIST, TIME, field, list, object,
    required, set, words,
};
use crate::validate::{Tag, calico};

/// Calico checks neither the list of interfaces nor that of addresses.
const INTERFACE: Schema = object(&[field("name", TEXT), field("addresses", TEXT_LIST)]);

pub(super) const NODE: Schema = object(&[
    field(
        "bgp",
        object(&[
            field("asNumber", ASN),
            field("ipv4Address", TEXT.tag(&[Tag::CidrV4])),
            field("ipv6Address", TEXT.tag(&[Tag::CidrV6])),
            field("ipv4IPIPTunnelAddr", TEXT.tag(&[Tag::IpV4])),
            field("interfaces", list(&INTERFACE)),
            field("routeReflectorClusterID", TEXT.tag(&[Tag::IpV4])),
        ])
        .checks(&[calico::node_bgp]),
    ),
    field("ipv4VXLANTunnelAddr", TEXT.tag(&[Tag::IpV4])),
    field("vxlanTunnelMACAddr", TEXT.tag(&[Tag::Mac])),
    field("ipv6VXLANTunnelAddr", TEXT.tag(&[Tag::IpV6])),
    field("vxlanTunnelMACAddrV6", TEXT.tag(&[Tag::Mac])),
    field(
        "orchRefs",
        list(&object(&[
            field("nodeName", TEXT),
            field("orchestrator", TEXT),
        ])),
    ),
    field(
        "wireguard",
        object(&[
            field("interfaceIPv4Address", TEXT.tag(&[Tag::IpV4])),
            field("interfaceIPv6Address", TEXT.tag(&[Tag::IpV6])),
        ]),
    ),
    field(
        "addresses",
        list(&object(&[field("address", TEXT), field("type", TEXT)])),
    ),
    field("interfaces", list(&INTERFACE)),
]);

pub(super) const NODE_STATUS: Schema = object(&[
    field("wireguardPublicKey", TEXT.tag(&[Tag::WireguardKey])),
    field("wireguardPublicKeyV6", TEXT.tag(&[Tag::WireguardKey])),
    field("podCIDRs", TEXT_LIST),
]);

pub(super) const CLUSTER_INFORMATION: Schema = object(&[
    field("calicoVersion", TEXT),
    field("clusterGUID", TEXT),
    field("clusterType", TEXT),
    field("datastoreReady", BOOLEAN),
    field("variant", TEXT),
]);

const WORKLOAD_IDENTIFIER: Schema = object(&[
    field("hostname", TEXT),
    field("orchestratorID", TEXT),
    field("workloadID", TEXT),
]);

const ENDPOINT_IDENTIFIER: Schema = object(&[
    field("endpointID", TEXT),
    field("hostname", TEXT),
    field("orchestratorID", TEXT),
    field("workloadID", TEXT),
]);

pub(super) const LIVE_MIGRATION: Schema = object(&[
    field(
        "source",
        object(&[
            field("workload", WORKLOAD_IDENTIFIER),
            field("workloadEndpoint", ENDPOINT_IDENTIFIER),
        ])
        .one_field(),
    ),
    field(
        "target",
        object(&[
            field("selector", TEXT),
            field("workloadEndpoint", ENDPOINT_IDENTIFIER),
        ])
        .one_field(),
    ),
]);

const CLASS: Schema = words(&["Agent", "BGP", "Routes"]);

pub(super) const CALICO_NODE_STATUS: Schema = object(&[
    field("classes", set(&CLASS).tag(&[Tag::Given, Tag::Unique])),
    field("node", TEXT.tag(&[Tag::Required, Tag::Name])),
    field(
        "updatePeriodSeconds",
        INTEGER
            .form(Form::Unsigned)
            .format(Format::Int32)
            .tag(&[Tag::Given, Tag::Range(0, 86_400)]),
    ),
]);

const BIRD: Schema = object(&[
    field("lastBootTime", TEXT),
    field("lastReconfigurationTime", TEXT),
    field("routerID", TEXT),
    field("state", words(&["Ready", "NotReady"])),
    field("version", TEXT),
]);

const SESSION: Schema = object(&[
    field("peerIP", TEXT.tag(&[Tag::Ip])),
    field("since", TEXT),
    field(
        "state",
        words(&[
            "Idle",
            "Connect",
            "Active",
            "OpenSent",
            "OpenConfirm",
            "Established",
            "Close",
        ]),
    ),
    field("type", words(&["NodeMesh", "NodePeer", "GlobalPeer"])),
]);

const ROUTE: Schema = object(&[
    field("destination", TEXT),
    field("gateway", TEXT),
    field("interface", TEXT),
    field(
        "learnedFrom",
        object(&[
            field("peerIP", TEXT.tag(&[Tag::Ip])),
            field(
                "sourceType",
                words(&["Kernel", "Static", "Direct", "NodeMesh", "BGPPeer"]),
            ),
        ]),
    ),
    field("type", words(&["FIB", "RIB"])),
]);

/// What calico-node writes; nobody else does.
pub(super) const CALICO_NODE_STATUS_STATUS: Schema = object(&[
    field(
        "agent",
        object(&[field("birdV4", BIRD), field("birdV6", BIRD)]),
    ),
    field(
        "bgp",
        object(&[
            required("numberEstablishedV4", INTEGER),
            required("numberEstablishedV6", INTEGER),
            required("numberNotEstablishedV4", INTEGER),
            required("numberNotEstablishedV6", INTEGER),
            field("peersV4", list(&SESSION)),
            field("peersV6", list(&SESSION)),
        ]),
    ),
    field("lastUpdated", TIME.nullable()),
    field(
        "routes",
        object(&[
            field("routesV4", list(&ROUTE)),
            field("routesV6", list(&ROUTE)),
        ]),
    ),
]);
