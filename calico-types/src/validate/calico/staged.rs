//! Rules about staged policies.

use super::super::findings::{Findings, Place};
use crate::decode::shown;
use crate::path::Path;
use crate::scalar::Port;
use crate::tree::{Node, Value};

/// A staged deletion says nothing but what to delete.
pub(crate) fn staged_policy(place: &Place<'_>, findings: &mut Findings<'_>) {
    deletion(place, &["stagedAction", "tier"], findings);
}

pub(crate) fn staged_kubernetes_policy(place: &Place<'_>, findings: &mut Findings<'_>) {
    deletion(place, &["stagedAction"], findings);
}

fn deletes(place: &Place<'_>) -> bool {
    place.node.text_of("stagedAction") == "Delete"
}

fn deletion(place: &Place<'_>, allowed: &[&str], findings: &mut Findings<'_>) {
    if !deletes(place) {
        return;
    }
    for entry in place.node.entries() {
        if !allowed.contains(&entry.key.as_str()) && is_set(&entry.value) {
            let path = Path::Key(place.path, &entry.key);
            let below = Place {
                node: &entry.value,
                path: &path,
                root: place.root,
            };
            let message = format!("a staged deletion takes no `{}`", entry.key);
            findings.refuse(&below, "field-on-deletion", message);
        }
    }
}

/// Whether Go would see more than a zero value: an empty list is more than
/// none, and the only number of a policy, its order, is a pointer.
fn is_set(node: &Node) -> bool {
    match &node.value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::String(text) => !text.is_empty(),
        Value::Mapping(entries) => !entries.is_empty(),
        Value::Number(_) | Value::Sequence(_) => true,
    }
}

/// Ports of a staged Kubernetes policy: Calico makes a policy of its own of it,
/// which these must fit into.
pub(crate) fn kubernetes_ports(place: &Place<'_>, findings: &mut Findings<'_>) {
    if deletes(place) {
        return;
    }
    for direction in ["ingress", "egress"] {
        let rules = place.node.get(direction).map(Node::items);
        for (number, rule) in rules.unwrap_or_default().iter().enumerate() {
            let ports = rule.get("ports").map(Node::items).unwrap_or_default();
            for (index, port) in ports.iter().enumerate() {
                if written(port).is_some_and(|port| port.parse::<Port>().is_err()) {
                    let field = format!("{direction}[{number}].ports[{index}]");
                    let message = "not a port or range that Calico can hold";
                    findings.refuse_field(place, &field, "invalid-port", message);
                }
            }
        }
    }
}

/// The port as Calico writes it down on the way.
fn written(port: &Node) -> Option<String> {
    let from = port.get("port")?;
    let from = from.text().map_or_else(|| shown(from), str::to_owned);
    Some(match port.get("endPort").and_then(Node::integer) {
        Some(end) => format!("{from}:{end}"),
        None => from,
    })
}
