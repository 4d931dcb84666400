//! `Node`, `ClusterInformation`, `CalicoNodeStatus`.

use super::{
    ANY, ASN, BOOLEAN, Form, INTEGER, Schema, TEXT, TEXT_LIST, field, list, object, set, words,
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

const CLASS: Schema = words(&["Agent", "BGP", "Routes"]);

pub(super) const CALICO_NODE_STATUS: Schema = object(&[
    field("classes", set(&CLASS).tag(&[Tag::Given, Tag::Unique])),
    field("node", TEXT.tag(&[Tag::Required, Tag::Name])),
    field(
        "updatePeriodSeconds",
        INTEGER
            .form(Form::Unsigned)
            .tag(&[Tag::Given, Tag::Range(0, 86_400)]),
    ),
]);

/// What calico-node writes; nobody else does.
pub(super) const CALICO_NODE_STATUS_STATUS: Schema = object(&[
    field("agent", ANY),
    field("bgp", ANY),
    field("lastUpdated", TEXT),
    field("routes", ANY),
]);
