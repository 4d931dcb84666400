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
    )
    .help("a BGPPeer has a password of its own; remove this one, or turn the mesh on"),
    rule(
        "mesh-setting-without-mesh",
        "nodeMeshMaxRestartTime",
        |spec| !has(spec, "nodeMeshMaxRestartTime") || !is_false(spec, "nodeToNodeMeshEnabled"),
        "nodeMeshMaxRestartTime is set while the mesh is off",
    )
    .help("a BGPPeer has maxRestartTime; remove this one, or turn the mesh on"),
    rule(
        "unused-communities",
        "communities",
        |spec| !filled(spec, "communities") || filled(spec, "prefixAdvertisements"),
        "communities are named, but there are no prefixAdvertisements to use them",
    )
    .help("an advertisement says for which prefix: a cidr, and communities by name or value"),
];

pub(crate) const BGP_FILTER_RULE: &[Rule] = &[
    rule(
        "cidr-without-match-operator",
        "cidr",
        |rule| !listed(rule) && said(rule, "cidr") == said(rule, "matchOperator"),
        "cidr and matchOperator go together: both or neither",
    )
    .instead("matchOperator: In"),
    rule(
        "prefix-length-without-cidr",
        "prefixLength",
        |rule| !has(rule, "prefixLength") || said(rule, "cidr"),
        "prefixLength needs a cidr",
    )
    .help("for prefixes of some length anywhere: cidr 0.0.0.0/0 or ::/0, matchOperator In"),
    rule(
        "operations-on-reject",
        "operations",
        |rule| !filled(rule, "operations") || rule.text_of("action") == "Accept",
        "operations change accepted routes only",
    )
    .help("leave operations out, or accept"),
];

pub(crate) const BGP_PEER: &[Rule] = &[
    rule(
        "conflicting-fields",
        "nodeSelector",
        |spec| !said(spec, "node") || !said(spec, "nodeSelector"),
        "node and nodeSelector exclude each other",
    )
    .help("leave both out for all nodes"),
    rule(
        "conflicting-fields",
        "peerSelector",
        |spec| !said(spec, "peerIP") || !said(spec, "peerSelector"),
        "peerIP and peerSelector exclude each other",
    )
    .help("peerIP names one peer by address, peerSelector selects nodes by label"),
    rule(
        "conflicting-fields",
        "asNumber",
        |spec| !said(spec, "peerSelector") || integer(spec, "asNumber").unwrap_or(0) == 0,
        "with peerSelector the AS comes from the peers' nodes: leave asNumber out",
    ),
    rule(
        "conflicting-fields",
        "peerIP",
        |spec| !said(spec, "localWorkloadSelector") || !said(spec, "peerIP"),
        "localWorkloadSelector and peerIP exclude each other",
    )
    .help("workloads on the same node are peered with by label alone"),
    rule(
        "conflicting-fields",
        "peerSelector",
        |spec| !said(spec, "localWorkloadSelector") || !said(spec, "peerSelector"),
        "localWorkloadSelector and peerSelector exclude each other",
    )
    .help("the one selects workloads, the other nodes: make two BGPPeers"),
    rule(
        "missing-field",
        "localWorkloadSelector",
        |spec| !said(spec, "localWorkloadSelector") || integer(spec, "asNumber").unwrap_or(0) != 0,
        "localWorkloadSelector needs an asNumber",
    )
    .help("the AS of the workloads that peer"),
    rule(
        "reachable-by-without-peer",
        "reachableBy",
        |spec| !said(spec, "reachableBy") || said(spec, "peerIP"),
        "reachableBy needs a peerIP",
    )
    .help("it is the gateway on the way to one peer"),
    rule(
        "conflicting-fields",
        "keepOriginalNextHop",
        |spec| !spec.is_true("keepOriginalNextHop") || !has(spec, "nextHopMode"),
        "keepOriginalNextHop and nextHopMode exclude each other; the latter replaces the former",
    )
    .instead("nextHopMode: Keep"),
];

/// Whether the CIDR is a list, which the schema lets pass.
fn listed(rule: &Node) -> bool {
    rule.get("cidr").is_some_and(|cidr| cidr.text().is_none())
}

fn is_false(node: &Node, key: &str) -> bool {
    matches!(
        node.get(key).map(|node| &node.value),
        Some(Value::Bool(false))
    )
}
