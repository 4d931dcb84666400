//! Rules about endpoints.

use std::collections::HashSet;
use std::net::IpAddr;

use super::super::findings::{Findings, Place};
use super::super::lexical::{ip, net};
use super::super::tags::read_protocol;
use super::said;
use crate::decode::shown;
use crate::tree::Node;

/// A named port is of a protocol that has ports.
pub(crate) fn endpoint_port(place: &Place<'_>, findings: &mut Findings<'_>) {
    let Some(protocol) = place.node.get("protocol").and_then(read_protocol) else {
        return;
    };
    if !protocol.has_ports() {
        let message = format!("{protocol} has no ports: TCP, UDP or SCTP is wanted");
        findings.refuse_field(place, "protocol", "ports-without-protocol", message);
    }
}

/// A workload's port has a name, or is a host port.
pub(crate) fn workload_port(place: &Place<'_>, findings: &mut Findings<'_>) {
    let host_port = place
        .node
        .get("hostPort")
        .and_then(Node::integer)
        .unwrap_or(0);
    if !said(place.node, "name") && host_port == 0 {
        findings.refuse_field(
            place,
            "name",
            "missing-field",
            "a port needs a name, unless it is a host port",
        );
    }
}

/// Addresses of a workload: single ones, of which NAT uses its own.
pub(crate) fn workload_endpoint(place: &Place<'_>, findings: &mut Findings<'_>) {
    let items = |key: &str| place.node.get(key).map(Node::items).unwrap_or_default();
    let networks = items("ipNetworks");
    for (index, network) in networks.iter().enumerate() {
        if let Some(net) = network.text().and_then(net)
            && net.prefix_len() != net.max_prefix_len()
        {
            let message = format!("{} is more than one address", shown(network));
            findings.refuse_field(
                place,
                &format!("ipNetworks[{index}]"),
                "not-an-address",
                message,
            );
        }
    }
    let own: HashSet<IpAddr> = networks
        .iter()
        .filter_map(|network| Some(net(network.text()?)?.addr()))
        .collect();
    for (index, nat) in items("ipNATs").iter().enumerate() {
        // What is no address is refused as that; none at all is of no family.
        let side = |key| match nat.text_of(key) {
            "" => Some(None),
            text => ip(text).map(Some),
        };
        let (Some(internal), Some(external)) = (side("internalIP"), side("externalIP")) else {
            continue;
        };
        if internal.is_none_or(|internal| !own.contains(&internal)) {
            let message = "the internal address is not one of the workload's";
            findings.refuse_field(place, &format!("ipNATs[{index}]"), "foreign-nat", message);
        }
        if internal.map(|ip| ip.is_ipv4()) != external.map(|ip| ip.is_ipv4()) {
            let message = "the two addresses are of different families";
            findings.refuse_field(
                place,
                &format!("ipNATs[{index}]"),
                "mixed-families",
                message,
            );
        }
    }
}
