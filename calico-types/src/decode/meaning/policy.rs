//! Policies that have lost a field.

use super::flow::some_items;
use super::without;
use crate::decode::advice::yaml;
use crate::decode::document::printable;
use crate::tree::{Node, Value};

/// A policy rule in words: `allows all 65,535 TCP ports from app == 'web'`.
pub(super) fn rule(rule: &Node, direction: &str) -> String {
    let verb = match rule.text_of("action") {
        "Allow" => "allows",
        "Deny" => "denies",
        "Log" => "logs",
        "Pass" => "passes on to the next tier",
        "" => return "refused: a rule needs an action".to_owned(),
        other => return format!("refused: {} is no action", printable(other)),
    };
    let empty = Node::new(rule.span, Value::Mapping(Vec::new()));
    let source = rule.get("source").unwrap_or(&empty);
    let destination = rule.get("destination").unwrap_or(&empty);
    let traffic = traffic(rule, destination);
    let (from, to) = (entity(source), entity(destination));
    let sides = match (direction, from, to) {
        ("ingress", None, None) => " from everywhere".to_owned(),
        (_, None, None) => " to everywhere".to_owned(),
        (_, Some(from), None) => format!(" from {from}"),
        (_, None, Some(to)) => format!(" to {to}"),
        (_, Some(from), Some(to)) => format!(" from {from} to {to}"),
    };
    format!("{verb} {traffic}{sides}")
}

fn traffic(rule: &Node, destination: &Node) -> String {
    let protocol = rule.get("protocol").map(yaml);
    let ports = destination.get("ports").map(some_items).unwrap_or_default();
    match (protocol, ports.is_empty()) {
        (None, true) => "all traffic".to_owned(),
        (None, false) => format!("ports {ports}"),
        (Some(name), false) => format!("{name} ports {ports}"),
        (Some(name), true) => all_of(&name),
    }
}

/// All traffic of a protocol; that no port is named is what readers overlook.
fn all_of(protocol: &str) -> String {
    if matches!(protocol, "TCP" | "UDP" | "SCTP" | "6" | "17" | "132") {
        format!("all 65,535 {protocol} ports")
    } else {
        format!("all {protocol} traffic")
    }
}

/// One side of a rule; `None` when it asks for nothing.
fn entity(entity: &Node) -> Option<String> {
    let mut parts = Vec::new();
    let text = |key| entity.text_of(key);
    match (text("selector"), text("namespaceSelector")) {
        ("", "") => {}
        (selector, "") => parts.push(printable(selector)),
        ("", namespaces) => parts.push(format!("namespaces with {}", printable(namespaces))),
        (selector, namespaces) => {
            parts.push(format!(
                "{} in namespaces with {}",
                printable(selector),
                printable(namespaces)
            ));
        }
    }
    if let Some(nets) = entity.get("nets").filter(|nets| !nets.items().is_empty()) {
        parts.push(some_items(nets));
    }
    if let Some(service) = entity.get("services") {
        parts.push(format!("service {}", printable(service.text_of("name"))));
    }
    for key in ["notSelector", "notNets", "notPorts", "serviceAccounts"] {
        if entity.get(key).is_some() {
            parts.push(format!("what {key} leaves"));
        }
    }
    (!parts.is_empty()).then(|| parts.join(" within "))
}

/// The spec of one of Calico's policies.
pub(super) fn spec(kind: &str, spec: &Node, key: &str) -> String {
    let whom = whom(kind, spec);
    let lower = key.to_ascii_lowercase();
    if lower.contains("types") {
        return format!("without it: {}", direction(spec, &whom));
    }
    match lower.as_str() {
        "order" | "priority" => {
            "without it: the policy comes last in its tier, after Kubernetes' own policies".to_owned()
        }
        "tier" | "tiername" => "without it: the policy is in the tier default".to_owned(),
        "namespaceselector" if !kind.contains("Global") => {
            "without it: the policy is for its own namespace only".to_owned()
        }
        "applyonforward" | "prednat" | "donottrack" => {
            "without it: the policy is for what ends or begins at the endpoint, after NAT and connection tracking".to_owned()
        }
        _ if spec.get("ingress").is_none() && spec.get("egress").is_none() => {
            format!("without it: {}", direction(spec, &whom))
        }
        _ => format!("without it: the policy applies to {whom}"),
    }
}

fn whom(kind: &str, spec: &Node) -> String {
    match spec.text_of("selector") {
        "" if kind.contains("Global") => "every endpoint of the cluster, hosts included".to_owned(),
        "" => "every endpoint of its namespace".to_owned(),
        selector => printable(selector),
    }
}

/// Which directions a policy is for, and what that does where it has no rule.
fn direction(spec: &Node, whom: &str) -> String {
    let has = |list: &str| {
        spec.get(list)
            .is_some_and(|rules| !rules.items().is_empty())
    };
    let typed = |name: &str| {
        let types = spec.get("types").map(Node::items).unwrap_or_default();
        types.iter().any(|item| item.text() == Some(name))
    };
    // What Calico fills in where `types` is missing.
    let untyped = spec.get("types").is_none();
    let egress = typed("Egress") || (untyped && has("egress"));
    let ingress = typed("Ingress") || (untyped && (has("ingress") || !has("egress")));
    let denied = |list: &str, words: &str| {
        (!has(list)).then(|| format!("the policy denies all that {words} {whom}"))
    };
    let mut parts = Vec::new();
    if ingress {
        parts.push(
            denied("ingress", "comes to").unwrap_or_else(|| "the policy is for ingress".to_owned()),
        );
    }
    if egress {
        parts.push(
            denied("egress", "leaves").unwrap_or_else(|| "the policy is for egress".to_owned()),
        );
    }
    if !egress && untyped {
        parts.push("egress is not restricted".to_owned());
    }
    if !ingress && untyped {
        parts.push("ingress is not restricted".to_owned());
    }
    parts.join("; ")
}

/// A rule of Kubernetes' NetworkPolicy.
pub(super) fn kubernetes_rule(rule: &Node, direction: &str) -> String {
    let (list, word) = if direction == "ingress" {
        ("from", "from")
    } else {
        ("to", "to")
    };
    let filled = |list: &Node| !list.items().is_empty();
    let ports = match rule.get("ports").filter(|ports| filled(ports)) {
        Some(ports) => {
            let names = ports.items().iter().take(4).map(|port| {
                let protocol = match port.text_of("protocol") {
                    "" => "TCP",
                    name => name,
                };
                match port.get("port") {
                    Some(port) => format!("{protocol} port {}", yaml(port)),
                    None => all_of(protocol),
                }
            });
            names.collect::<Vec<_>>().join(", ")
        }
        None => "all traffic".to_owned(),
    };
    match rule.get(list).filter(|peers| filled(peers)) {
        Some(peers) => {
            let open = |peer: &Node| {
                ["podSelector", "namespaceSelector", "ipBlock"]
                    .iter()
                    .all(|key| peer.get(key).is_none())
            };
            if peers.items().iter().any(open) {
                return format!("refused: a peer in `{list}` is empty");
            }
            format!("allows {ports} {word} the peers of `{list}`")
        }
        None => format!("allows {ports} {word} everywhere"),
    }
}

/// The spec of Kubernetes' NetworkPolicy.
pub(super) fn kubernetes(spec: &Node, key: &str) -> String {
    let everyone = spec
        .get("podSelector")
        .is_none_or(|selector| selector.entries().is_empty());
    match key {
        "types" | "policytypes" => {
            "without it: the policy is for ingress, and for egress if it has egress rules"
                .to_owned()
        }
        "order" | "tier" => without(key),
        _ if everyone => "without it: the policy applies to every pod of its namespace".to_owned(),
        _ => without(key),
    }
}
