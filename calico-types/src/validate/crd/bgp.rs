//! BGP settings, filters and peers.

use super::super::findings::Rule;
use super::{filled, has, integer, rule, said};
use crate::tree::{Node, Value};

pub(crate) const BGP_CONFIGURATION: &[Rule] = &[
    rule(
        "mesh-setting-without-mesh",
        "nodeMeshPassword",
        |spec| !has(spec, "nodeMeshPassword") || !is_false(spec, "nodeToNodeMeshEnabled"),
        "nodeMeshPassword is set while the mesh is off",
    ),
    rule(
        "mesh-setting-without-mesh",
        "nodeMeshMaxRestartTime",
        |spec| !has(spec, "nodeMeshMaxRestartTime") || !is_false(spec, "nodeToNodeMeshEnabled"),
        "nodeMeshMaxRestartTime is set while the mesh is off",
    ),
    rule(
        "unused-communities",
        "communities",
        |spec| !filled(spec, "communities") || filled(spec, "prefixAdvertisements"),
        "communities are named, but there are no prefixAdvertisements to use them",
    ),
];

pub(crate) const BGP_FILTER_RULE: &[Rule] = &[
    rule(
        "cidr-without-match-operator",
        "cidr",
        |rule| said(rule, "cidr") == said(rule, "matchOperator"),
        "cidr and matchOperator go together: both or neither",
    )
    .instead("matchOperator: In"),
    rule(
        "prefix-length-without-cidr",
        "prefixLength",
        |rule| !has(rule, "prefixLength") || said(rule, "cidr"),
        "prefixLength needs a cidr",
    ),
    rule(
        "operations-on-reject",
        "operations",
        |rule| !filled(rule, "operations") || rule.text_of("action") == "Accept",
        "operations change accepted routes only",
    ),
];

pub(crate) const BGP_PEER: &[Rule] = &[
    rule(
        "conflicting-fields",
        "nodeSelector",
        |spec| !said(spec, "node") || !said(spec, "nodeSelector"),
        "node and nodeSelector exclude each other",
    ),
    rule(
        "conflicting-fields",
        "peerSelector",
        |spec| !said(spec, "peerIP") || !said(spec, "peerSelector"),
        "peerIP and peerSelector exclude each other",
    ),
    rule(
        "conflicting-fields",
        "asNumber",
        |spec| !said(spec, "peerSelector") || integer(spec, "asNumber").unwrap_or(0) == 0,
        "with peerSelector the AS comes from the nodes: leave asNumber out",
    ),
    rule(
        "conflicting-fields",
        "peerIP",
        |spec| !said(spec, "localWorkloadSelector") || !said(spec, "peerIP"),
        "localWorkloadSelector and peerIP exclude each other",
    ),
    rule(
        "conflicting-fields",
        "peerSelector",
        |spec| !said(spec, "localWorkloadSelector") || !said(spec, "peerSelector"),
        "localWorkloadSelector and peerSelector exclude each other",
    ),
    rule(
        "missing-field",
        "localWorkloadSelector",
        |spec| !said(spec, "localWorkloadSelector") || integer(spec, "asNumber").unwrap_or(0) != 0,
        "localWorkloadSelector needs an asNumber",
    ),
    rule(
        "reachable-by-without-peer",
        "reachableBy",
        |spec| !said(spec, "reachableBy") || said(spec, "peerIP"),
        "reachableBy needs a peerIP",
    ),
    rule(
        "conflicting-fields",
        "keepOriginalNextHop",
        |spec| !spec.is_true("keepOriginalNextHop") || !has(spec, "nextHopMode"),
        "keepOriginalNextHop and nextHopMode exclude each other; the latter replaces the former",
    ),
];

fn is_false(node: &Node, key: &str) -> bool {
    matches!(
        node.get(key).map(|node| &node.value),
        Some(Value::Bool(false))
    )
}
