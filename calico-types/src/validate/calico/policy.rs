//! Rules about policies.

use std::collections::HashSet;

use ipnet::IpNet;

use super::super::Version;
use super::super::findings::{Findings, Place};
use super::super::lexical::cidr;
use super::super::tags::read_protocol;
use super::said;
use crate::decode::shown;
use crate::scalar::Port;
use crate::tree::Node;

/// What holds of every policy's spec.
pub(crate) fn policy(place: &Place<'_>, findings: &mut Findings<'_>) {
    let types: Vec<&str> = place
        .node
        .get("types")
        .map(|types| types.items().iter().filter_map(Node::text).collect())
        .unwrap_or_default();
    let mut seen = HashSet::new();
    if let Some(name) = types.iter().find(|name| !seen.insert(**name)) {
        findings.refuse_field(
            place,
            "types",
            "duplicate-item",
            format!("the type {name} is given twice"),
        );
    }
    for direction in ["ingress", "egress"] {
        let Some(rules) = place.node.get(direction) else {
            continue;
        };
        let list = place.path.key(direction);
        for (index, node) in rules.items().iter().enumerate() {
            let path = list.index(index);
            let place = Place {
                node,
                path: &path,
                root: place.root,
            };
            directed_rule(direction, &place, findings);
        }
    }
}

/// A field of one side of a rule.
fn below<'a>(rule: &'a Node, side: &str, field: &str) -> Option<&'a Node> {
    rule.get(side)?.get(field)
}

/// What depends on the direction of a rule.
fn directed_rule(direction: &str, place: &Place<'_>, findings: &mut Findings<'_>) {
    let (side, other) = if direction == "ingress" {
        ("source", "destination")
    } else {
        ("destination", "source")
    };
    if below(place.node, other, "services").is_some() {
        let services = format!("{other}.services");
        let message = format!("the services of an {direction} rule stand in its {side}");
        findings.refuse_field(place, &services, "misplaced-service", message);
    }
    if direction == "egress" && place.node.get("http").is_some() {
        findings.refuse_field(
            place,
            "http",
            "http-on-egress",
            "HTTP can be matched in ingress rules only",
        );
    }
    if findings.kind().contains("Global")
        && below(place.node, side, "services").is_some_and(|service| !said(service, "namespace"))
    {
        findings.refuse_field(
            place,
            &format!("{side}.services"),
            "missing-field",
            "in a global policy a service needs its namespace",
        );
    }
}

/// Ports, protocols and networks of one rule, whatever its direction.
pub(crate) fn rule(place: &Place<'_>, findings: &mut Findings<'_>) {
    let node = place.node;
    let protocol = node.get("protocol").and_then(read_protocol);
    for side in ["source", "destination"] {
        for list in ["ports", "notPorts"] {
            let ports = below(node, side, list).map(Node::items).unwrap_or_default();
            if ports.is_empty() {
                continue;
            }
            let field = || format!("{side}.{list}");
            match &protocol {
                // Named ports bring their protocol with them, since 3.32.
                None if findings.release() >= Version::V3_32 && ports.iter().all(is_named) => {}
                None => findings.refuse_field(
                    place,
                    &field(),
                    "ports-without-protocol",
                    "port numbers need a protocol: TCP, UDP or SCTP",
                ),
                Some(protocol) if protocol.has_ports() => {}
                Some(protocol) => findings.refuse_field(
                    place,
                    &field(),
                    "ports-without-protocol",
                    format!("{protocol} has no ports: they need TCP, UDP or SCTP"),
                ),
            }
        }
    }
    networks(place, findings);
}

fn is_named(port: &Node) -> bool {
    port.text()
        .is_some_and(|text| matches!(text.parse(), Ok(Port::Name(_))))
}

/// CIDRs of one rule: of one family, that of `ipVersion`, and none that leaves
/// nothing.
fn networks(place: &Place<'_>, findings: &mut Findings<'_>) {
    let mut family = place
        .node
        .get("ipVersion")
        .and_then(Node::integer)
        .map(|version| version == 4);
    for side in ["source", "destination"] {
        for list in ["nets", "notNets"] {
            let nets = below(place.node, side, list).map(Node::items);
            for (index, net) in nets.unwrap_or_default().iter().enumerate() {
                let field = format!("{side}.{list}[{index}]");
                let Some(net) = net.text().and_then(cidr) else {
                    let message =
                        format!("{} is not a CIDR: a rule wants address/length", shown(net));
                    findings.refuse_field(place, &field, "invalid-cidr", message);
                    continue;
                };
                network(place, &field, net, &mut family, findings);
                let refused = findings.release() >= Version::V3_32;
                if list == "notNets" && net.prefix_len() == 0 && refused {
                    findings.refuse_field(
                        place,
                        &field,
                        "matches-nothing",
                        "everything but everything is nothing",
                    );
                }
            }
        }
    }
}

fn network(
    place: &Place<'_>,
    field: &str,
    net: IpNet,
    family: &mut Option<bool>,
    findings: &mut Findings<'_>,
) {
    let v4 = net.addr().is_ipv4();
    match *family {
        None => *family = Some(v4),
        Some(other) if other != v4 => {
            let message = "the rule mixes IPv4 and IPv6: it matches neither";
            findings.refuse_field(place, field, "mixed-families", message);
        }
        Some(_) => {}
    }
}

pub(crate) fn http(place: &Place<'_>, findings: &mut Findings<'_>) {
    let methods = place
        .node
        .get("methods")
        .map(Node::items)
        .unwrap_or_default();
    let mut seen = HashSet::new();
    if !methods.iter().all(|method| seen.insert(method.text())) {
        findings.refuse_field(
            place,
            "methods",
            "duplicate-item",
            "a method is given twice",
        );
    }
    let paths = place.node.get("paths").map(Node::items).unwrap_or_default();
    for (index, path) in paths.iter().enumerate() {
        let field = format!("paths[{index}]");
        let text = match (path.text_of("exact"), path.text_of("prefix")) {
            ("", "") => {
                findings.refuse_field(
                    place,
                    &field,
                    "one-field-only",
                    "a path is exact or a prefix: one is wanted",
                );
                continue;
            }
            (exact, "") => exact,
            ("", prefix) => prefix,
            _ => {
                findings.refuse_field(
                    place,
                    &field,
                    "one-field-only",
                    "a path is exact or a prefix, not both",
                );
                continue;
            }
        };
        if !text.starts_with('/') || text.contains(['?', '#', ' ']) {
            findings.refuse_field(
                place,
                &field,
                "invalid-path",
                "a path begins with / and has no blank, ? or #",
            );
        }
    }
}
