//! Fields of policies as Kubernetes, older Calico and habit have them.

use super::Advice;
use super::words::protocol;
use super::write::{entry_yaml, indented, list_yaml, yaml};
use crate::decode::document::printable;
use crate::tree::{Entry, Node, Value};

/// Fields of a rule as other APIs have them.
pub(super) fn rule(direction: &str, parent: &Node, entry: &Entry) -> Option<Advice> {
    let protocol = if parent.get("protocol").is_some() {
        ""
    } else {
        "protocol: TCP\n"
    };
    Some(match entry.key.as_str() {
        "port" | "ports" | "dstPort" | "destinationPort" | "destinationPorts" | "targetPort" => {
            let ports = ports_of(&entry.value);
            let protocol = protocol_of(&entry.value)
                .map_or(protocol.to_owned(), |name| format!("protocol: {name}\n"));
            Advice::help("ports belong to a side of the rule: destination.ports, a list").write(
                format!("{protocol}destination:\n  ports: [{}]", ports.join(", ")),
            )
        }
        "from" | "to" => {
            let side = if entry.key == "from" {
                "source"
            } else {
                "destination"
            };
            let advice = Advice::help(format!(
                "that is Kubernetes' NetworkPolicy; Calico's rule has `{side}` with a selector in Calico's language"
            ));
            match selectors(&entry.value) {
                Some(yaml) => advice.write(format!("{side}:\n{}", indented(&yaml))),
                None => advice,
            }
        }
        "selector" | "nets" | "notNets" | "notSelector" | "notPorts" | "namespaceSelector"
        | "serviceAccounts" | "services" => {
            let side = if direction == "ingress" {
                "source"
            } else {
                "destination"
            };
            Advice::help(format!("it belongs to a side of the rule: source or destination; for {direction} most often {side}"))
                .write(format!("{side}:\n{}", indented(&entry_yaml(&entry.key, &entry.value))))
        }
        "icmpType" | "icmpCode" => {
            let field = if entry.key == "icmpType" {
                "type"
            } else {
                "code"
            };
            Advice::help("ICMP types and codes stand under `icmp`")
                .write(format!("icmp:\n  {field}: {}", yaml(&entry.value)))
        }
        "cidr" | "net" | "ipBlock" => {
            let side = if direction == "ingress" {
                "source"
            } else {
                "destination"
            };
            Advice::help(format!(
                "networks belong to a side of the rule: {side}.nets, a list"
            ))
            .write(format!("{side}:\n  nets: [{}]", yaml(&entry.value)))
        }
        _ => return None,
    })
}

/// Fields of a source or destination as other APIs and older Calico have them.
pub(super) fn entity(side: &str, entry: &Entry) -> Option<Advice> {
    Some(match entry.key.as_str() {
        "port" => Advice::help(format!("{side} has `ports`, a list"))
            .write(format!("ports: [{}]", ports_of(&entry.value).join(", "))),
        "net" | "cidr" | "cidrs" | "ipBlock" => {
            Advice::help(format!("{side} has `nets`, a list of CIDRs"))
                .write(format!("nets: {}", list_yaml(&entry.value)))
        }
        "notNet" => Advice::help(format!("{side} has `notNets`, a list of CIDRs"))
            .write(format!("notNets: {}", list_yaml(&entry.value))),
        "!selector" | "!nets" | "!net" | "!ports" | "tag" | "!tag" => Advice::help(
            "that is the syntax of Calico's API version 1; version 3 has notSelector, notNets, notPorts",
        ),
        "podSelector" | "labels" | "matchLabels" => {
            let advice = Advice::help("Calico's selectors are expressions: selector: app == 'web'");
            match selector_text(&entry.value) {
                Some(text) => advice.write(format!("selector: {text}")),
                None => advice,
            }
        }
        "serviceAccount" => Advice::help(format!(
            "{side} has `serviceAccounts`, with names or a selector"
        ))
        .write(format!(
            "serviceAccounts:\n  names: {}",
            list_yaml(&entry.value)
        )),
        "service" => Advice::help(format!("{side} has `services`, with name and namespace")),
        "namespace" => Advice::help("namespaces are selected by label").write(format!(
            "namespaceSelector: kubernetes.io/metadata.name == '{}'",
            yaml(&entry.value)
        )),
        _ => return None,
    })
}

/// Fields of a policy's spec as Kubernetes has them.
pub(super) fn policy(kind: &str, entry: &Entry) -> Option<Advice> {
    Some(match entry.key.as_str() {
        "podSelector" | "endpointSelector" => {
            let advice = Advice::help("Calico's policies have `selector`, an expression");
            match selector_text(&entry.value) {
                Some(text) => advice.write(format!("selector: {text}")),
                None => advice,
            }
        }
        "policyTypes" => {
            Advice::help("Calico's policies have `types`").write(entry_yaml("types", &entry.value))
        }
        "priority" => Advice::help("Calico's policies have `order`: lower comes first")
            .write(entry_yaml("order", &entry.value)),
        "applyOnForward" | "preDNAT" | "doNotTrack" | "namespaceSelector"
            if kind.ends_with("NetworkPolicy") && !kind.contains("Global") =>
        {
            Advice::help(format!(
                "`{}` is a field of GlobalNetworkPolicy, not of {kind}",
                entry.key
            ))
        }
        "rules" => Advice::help("rules stand under `ingress` and `egress`"),
        "action" | "protocol" | "source" | "destination" => {
            Advice::help("it belongs to a rule: an item of ingress or egress")
        }
        _ => return None,
    })
}

/// Ports in whatever form they were written.
fn ports_of(value: &Node) -> Vec<String> {
    let one = |node: &Node| match node.entries() {
        [] => Some(yaml(node)),
        _ => node.get("port").map(yaml),
    };
    match value.items() {
        [] => one(value).into_iter().collect(),
        items => items.iter().filter_map(one).collect(),
    }
}

/// The protocol that Kubernetes has beside each port.
fn protocol_of(value: &Node) -> Option<&'static str> {
    let first = value.items().first()?;
    protocol(first.text_of("protocol"))
}

/// Kubernetes' peers as fields of a Calico entity.
fn selectors(value: &Node) -> Option<String> {
    let [peer] = value.items() else {
        return None;
    };
    let mut lines = Vec::new();
    for (key, name) in [
        ("podSelector", "selector"),
        ("namespaceSelector", "namespaceSelector"),
    ] {
        if let Some(selector) = peer.get(key) {
            lines.push(format!("{name}: {}", selector_text(selector)?));
        }
    }
    if let Some(block) = peer.get("ipBlock") {
        lines.push(format!("nets: [{}]", printable(block.text_of("cidr"))));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A Kubernetes label selector as an expression; `None` where it has more than
/// labels to match.
fn selector_text(node: &Node) -> Option<String> {
    let labels = match node.get("matchLabels") {
        Some(labels) if node.entries().len() == 1 => labels,
        Some(_) => return None,
        None if node.get("matchExpressions").is_some() => return None,
        None => node,
    };
    if labels.entries().is_empty() {
        return matches!(labels.value, Value::Mapping(_)).then(|| "all()".to_owned());
    }
    let terms: Option<Vec<String>> = labels
        .entries()
        .iter()
        .map(|entry| {
            Some(format!(
                "{} == '{}'",
                printable(&entry.key),
                printable(entry.value.text()?)
            ))
        })
        .collect();
    terms.map(|terms| terms.join(" && "))
}
