//! Fields of a policy's rule as Kubernetes, older Calico and habit have them.

use super::spot::Spot;
use super::{Advice, each, labels, ports};
use crate::decode::document::printable;
use crate::edit::{list, text};
use crate::tree::{Node, Value};

/// A field that a rule of Calico's does not have.
pub(super) fn advice(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    Some(match spot.key() {
        "port" | "ports" | "dport" | "dstPort" | "dstPorts" | "destinationPort"
        | "destinationPorts" | "targetPort" => ports_of_rule(spot, "destination", "ports"),
        "sport" | "srcPort" | "srcPorts" | "sourcePort" | "sourcePorts" => {
            ports_of_rule(spot, "source", "ports")
        }
        "notPort" | "notPorts" => ports_of_rule(spot, "destination", "notPorts"),
        "from" => peers(spot, node, "source"),
        "to" => peers(spot, node, "destination"),
        "src" | "dst" | "dest" if node.entries().is_empty() => {
            networks(spot, node, side_of(spot.key()))
        }
        "src" => Advice::help("a rule has `source`").renamed(spot, "source"),
        "dst" | "dest" => Advice::help("a rule has `destination`").renamed(spot, "destination"),
        "selector" | "nets" | "notNets" | "notSelector" | "namespaceSelector"
        | "serviceAccounts" | "services" => onto_side(spot),
        "icmpType" | "icmp_type" => Advice::help("ICMP types and codes stand under `icmp`")
            .fields(spot, vec![("icmp.type", node.clone())]),
        "icmpCode" | "icmp_code" => Advice::help("ICMP types and codes stand under `icmp`")
            .fields(spot, vec![("icmp.code", node.clone())]),
        "cidr" | "cidrs" | "net" | "ip" | "ips" | "ipBlock" => {
            networks(spot, node, peer_side(spot))
        }
        "podSelector" | "labels" | "matchLabels" => pods(spot, node),
        "!protocol" => Advice::help(V1).renamed(spot, "notProtocol"),
        "!icmp" => Advice::help(V1).renamed(spot, "notICMP"),
        "protocols" => protocols(spot, node),
        "verdict" | "type" | "target" | "policy" if node.text().is_some() => {
            Advice::help("what a rule does is its `action`: Allow, Deny, Log or Pass")
                .renamed(spot, "action")
        }
        "name" | "description" | "comment" => Advice::help(
            "a rule has no name; notes stand in its metadata.annotations, or in a comment",
        )
        .propose(vec![("metadata.annotations", note(spot.key(), node))]),
        "order" | "priority" => {
            Advice::help("rules are tried in the order of the list: move the rule instead")
        }
        "log" => Advice::help("logging is a rule of its own, before this one: action: Log"),
        "domain" | "domains" | "domainNames" | "fqdn" | "fqdns" => Advice::help(DOMAINS),
        _ => return None,
    })
}

/// Marks of Calico's first API.
pub(super) const V1: &str =
    "`!` is the syntax of Calico's API version 1; version 3 has fields that begin with `not`";
pub(super) const DOMAINS: &str =
    "only Calico Enterprise and Calico Cloud match domain names; here it takes `nets`";

/// The side of a rule that is not the policy's own endpoint.
pub(super) fn peer_side(spot: &Spot<'_>) -> &'static str {
    match spot.parent_steps().last_key() {
        "egress" => "destination",
        _ => "source",
    }
}

fn side_of(key: &str) -> &'static str {
    if key == "src" {
        "source"
    } else {
        "destination"
    }
}

fn note(key: &str, node: &Node) -> Node {
    let value = node.text().map(|value| text(printable(value)));
    crate::edit::mapping(vec![crate::edit::entry(
        key,
        value.unwrap_or_else(|| text("…")),
    )])
}

/// Ports that stand beside the sides of a rule.
fn ports_of_rule(spot: &Spot<'_>, side: &str, list_name: &str) -> Advice {
    let path = format!("{side}.{list_name}");
    let advice = Advice::help(format!(
        "ports belong to a side of the rule: {path}, a list"
    ));
    let (Some(node), Some(parent)) = (spot.node, spot.parent()) else {
        return advice;
    };
    let Some(read) = ports::read(node) else {
        return advice;
    };
    let protocols = read.protocols;
    let value = list(read.ports);
    match (parent.get("protocol"), protocols.as_slice()) {
        (Some(_), []) => advice.fields(spot, vec![(&path, value)]),
        (Some(own), [protocol]) if own.text() == Some(*protocol) => {
            advice.fields(spot, vec![(&path, value)])
        }
        (None, [protocol]) => {
            advice.fields(spot, vec![("protocol", text(*protocol)), (&path, value)])
        }
        (None, []) => advice
            .and("numbers of ports need a protocol: TCP, unless it is another")
            .propose(vec![("protocol", text("TCP")), (&path, value)]),
        (_, several) => Advice::help(format!(
            "a rule has one protocol: write one rule for each of {}",
            several.join(", ")
        ))
        .and(format!("ports then stand in {path}")),
    }
}

/// `from` and `to`, with Kubernetes' peers or with what Calico's sides have.
fn peers(spot: &Spot<'_>, node: &Node, side: &str) -> Advice {
    let advice = Advice::help(format!(
        "that is Kubernetes' NetworkPolicy; Calico's rule has `{side}` with a selector in Calico's language"
    ));
    let calico = |key: &str| {
        [
            "selector",
            "notSelector",
            "nets",
            "notNets",
            "ports",
            "notPorts",
            "services",
            "serviceAccounts",
        ]
        .contains(&key)
    };
    if !node.entries().is_empty() && node.entries().iter().all(|entry| calico(&entry.key)) {
        return Advice::help(format!("a rule has `{side}`")).renamed(spot, side);
    }
    let list = each(node);
    let Some(fields) = labels::peers(list) else {
        return if list.len() > 1 {
            advice.and("each item of the list is an alternative: write one rule for each")
        } else {
            advice
        };
    };
    let names = |name: &str| fields.iter().any(|(field, _)| *field == name);
    let elsewhere = names("selector") && !names("namespaceSelector");
    let fields = labels::below(side, fields);
    let fields = fields
        .iter()
        .map(|(path, value)| (path.as_str(), value.clone()));
    let advice = advice.fields(spot, fields.collect());
    if labels::is_global(spot.kind.kind) && elsewhere {
        return advice
            .and("a global policy has no namespace of its own: the selector alone matches pods of all namespaces")
            .uncertain();
    }
    advice
}

/// What belongs to a side, written beside them.
fn onto_side(spot: &Spot<'_>) -> Advice {
    let side = peer_side(spot);
    let direction = spot.parent_steps().last_key().to_owned();
    let advice = Advice::help(format!(
        "it belongs to a side of the rule: source or destination; for {direction} most often {side}"
    ));
    let path = format!("{side}.{}", spot.key());
    advice.moved(spot, spot.parent_steps().join(&path), &path)
}

/// Networks under one of their many names.
fn networks(spot: &Spot<'_>, node: &Node, side: &str) -> Advice {
    let path = format!("{side}.nets");
    let advice = Advice::help(format!(
        "networks belong to a side of the rule: {path}, a list"
    ));
    match nets(node) {
        Some((nets, None)) => advice.fields(spot, vec![(&path, nets)]),
        Some((nets, Some(except))) => {
            let not = format!("{side}.notNets");
            advice.fields(spot, vec![(&path, nets), (&not, except)])
        }
        None => advice,
    }
}

/// A list of networks, and of those that are excepted: from a text, a list, or
/// Kubernetes' `ipBlock`.
pub(super) fn nets(node: &Node) -> Option<(Node, Option<Node>)> {
    match &node.value {
        Value::String(_) => Some((list(vec![node.clone()]), None)),
        Value::Sequence(_) => Some((node.clone(), None)),
        Value::Mapping(_) => {
            let cidr = node.get("cidr")?;
            Some((list(vec![cidr.clone()]), node.get("except").cloned()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn pods(spot: &Spot<'_>, node: &Node) -> Advice {
    let side = peer_side(spot);
    let path = format!("{side}.selector");
    let advice = Advice::help(format!(
        "pods are selected on a side of the rule: {path}, an expression"
    ));
    match labels::selector(node) {
        Some(selector) => advice.fields(spot, vec![(&path, selector)]),
        None => advice,
    }
}

fn protocols(spot: &Spot<'_>, node: &Node) -> Advice {
    match node.items() {
        [only] => {
            Advice::help("a rule has one `protocol`").fields(spot, vec![("protocol", only.clone())])
        }
        _ => Advice::help("a rule has one `protocol`: write one rule for each"),
    }
}
