//! Calico's idioms in Kubernetes' kinds.

use super::spot::Spot;
use super::words::protocol;
use super::{Advice, labels, ports};
use crate::edit::{Steps, entry, list, mapping, text};
use crate::tree::Node;

/// A field that one of Kubernetes' kinds does not have.
pub(super) fn advice(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    let kind = spot.kind.kind;
    let parent = spot.parent_steps();
    match parent.last_key() {
        "podSelector" | "namespaceSelector" => Some(labels_of(spot)),
        "spec" if kind.ends_with("NetworkPolicy") => spec(spot, node),
        "ingress" | "egress" if parent.is_item() => rule(spot, node, parent.last_key()),
        "from" | "to" if parent.is_item() => peer(spot, node),
        _ => None,
    }
}

const CALICO: &str = "if Calico's own NetworkPolicy was meant: apiVersion: projectcalico.org/v3";

/// Labels without `matchLabels`.
fn labels_of(spot: &Spot<'_>) -> Advice {
    let advice = Advice::help("labels stand under `matchLabels`");
    let Some(node) = spot.node.filter(|node| node.text().is_some()) else {
        return advice;
    };
    let shown = mapping(vec![entry(spot.key(), node.clone())]);
    let mut advice = advice.entries(&[entry("matchLabels", shown)]);
    // Label names have dots, so the path is not read back.
    let to = spot.parent_steps().key("matchLabels").key(spot.key());
    advice.changes = vec![crate::edit::Change::Move {
        from: spot.steps.clone(),
        to,
    }];
    advice
}

fn spec(spot: &Spot<'_>, node: &Node) -> Option<Advice> {
    Some(match spot.key() {
        "selector" => {
            let advice =
                Advice::help("Kubernetes' policies have `podSelector`, with labels").and(CALICO);
            let selector = node.text().and_then(labels::match_labels);
            match selector {
                Some(selector) => advice.fields(spot, vec![("podSelector", selector)]),
                None if node.text().is_some() => advice,
                None => advice.renamed(spot, "podSelector"),
            }
        }
        "types" => Advice::help("Kubernetes' policies have `policyTypes`")
            .and(CALICO)
            .renamed(spot, "policyTypes"),
        "order"
        | "tier"
        | "applyOnForward"
        | "preDNAT"
        | "doNotTrack"
        | "serviceAccountSelector" => {
            Advice::help(format!("only Calico's policies have `{}`", spot.key())).and(CALICO)
        }
        "namespaceSelector" => Advice::help(
            "a policy is for its metadata.namespace; for several namespaces Calico has GlobalNetworkPolicy",
        ),
        _ => return None,
    })
}

fn rule(spot: &Spot<'_>, node: &Node, direction: &str) -> Option<Advice> {
    let side = if direction == "ingress" { "from" } else { "to" };
    Some(match spot.key() {
        "action" if node.text() == Some("Allow") => {
            Advice::help("Kubernetes' rules allow, and do nothing else: leave `action` out").removed(spot)
        }
        "action" => Advice::help("Kubernetes' rules only allow: what no rule allows is denied, once a policy selects the pod")
            .and(CALICO),
        "source" | "destination" => peers_of(spot, node, side),
        "protocol" => {
            let advice = Advice::help("a protocol stands with each port: ports[].protocol");
            match node.text().and_then(protocol) {
                Some(name) => advice.propose(vec![(
                    "ports",
                    list(vec![mapping(vec![entry("protocol", text(name))])]),
                )]),
                None => advice,
            }
        }
        "port" => {
            let advice = Advice::help("ports are a list of mappings, each with a `port` and a `protocol`");
            match ports::read(node) {
                Some(read) => {
                    let items = read.ports.into_iter().map(|port| mapping(vec![entry("port", port)]));
                    advice.fields(spot, vec![("ports", list(items.collect()))])
                }
                None => advice,
            }
        }
        "podSelector" | "namespaceSelector" | "ipBlock" => {
            let peer = mapping(vec![entry(spot.key(), node.clone())]);
            Advice::help(format!("peers stand in `{side}`, a list"))
                .fields(spot, vec![(side, list(vec![peer]))])
        }
        _ => return None,
    })
}

/// One of Calico's sides as a list of peers.
fn peers_of(spot: &Spot<'_>, node: &Node, side: &str) -> Advice {
    let advice =
        Advice::help(format!("Kubernetes' rules have `{side}`, a list of peers")).and(CALICO);
    let mut peers = Vec::new();
    for part in node.entries() {
        match (part.key.as_str(), part.value.text()) {
            ("selector", Some(expression)) => match labels::match_labels(expression) {
                Some(labels) => peers.push(mapping(vec![entry("podSelector", labels)])),
                None => return advice,
            },
            ("nets", None) => peers.extend(part.value.items().iter().map(|net| {
                mapping(vec![entry(
                    "ipBlock",
                    mapping(vec![entry("cidr", net.clone())]),
                )])
            })),
            _ => return advice,
        }
    }
    // Calico's conditions all have to hold, Kubernetes' peers are alternatives.
    if peers.is_empty() || node.entries().len() > 1 {
        return advice;
    }
    advice.fields(spot, vec![(side, list(peers))])
}

fn peer(spot: &Spot<'_>, node: &Node) -> Option<Advice> {
    Some(match spot.key() {
        "selector" => {
            let advice = Advice::help("a peer has `podSelector`, with labels").and(CALICO);
            match node.text().and_then(labels::match_labels) {
                Some(labels) => advice.fields(spot, vec![("podSelector", labels)]),
                None => advice,
            }
        }
        "matchLabels" | "matchExpressions" => {
            let path = format!("podSelector.{}", spot.key());
            let to: Steps = spot.parent_steps().join(&path);
            Advice::help("a peer has `podSelector` or `namespaceSelector`").moved(spot, to, &path)
        }
        "cidr" | "nets" | "except" => {
            let advice = Advice::help("networks stand in `ipBlock`, with `cidr` and `except`");
            if spot.key() == "cidr" && node.text().is_some() {
                advice.fields(spot, vec![("ipBlock.cidr", node.clone())])
            } else {
                advice
            }
        }
        "namespace" => {
            let advice = Advice::help("namespaces are selected by label");
            match node.text() {
                Some(name) => {
                    let labels = mapping(vec![entry("kubernetes.io/metadata.name", text(name))]);
                    let selector = mapping(vec![entry("matchLabels", labels)]);
                    advice.fields(spot, vec![("namespaceSelector", selector)])
                }
                None => advice,
            }
        }
        _ => return None,
    })
}
