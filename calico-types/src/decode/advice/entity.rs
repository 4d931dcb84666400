//! Fields of a source or destination as other APIs and older Calico have them.

use super::rule::{DOMAINS, V1, nets};
use super::spot::Spot;
use super::{Advice, as_list, labels, ports};
use crate::edit::{list, text};
use crate::tree::Node;

/// A field that a side of a rule does not have.
pub(super) fn advice(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    let parent = spot.parent_steps();
    let side = parent.last_key();
    Some(match spot.key() {
        "port" | "dstPort" | "destinationPort" | "targetPort" | "srcPort" | "sourcePort" => {
            let advice = Advice::help(format!("{side} has `ports`, a list"));
            match ports::read(node) {
                Some(read) => advice.fields(spot, vec![("ports", list(read.ports))]),
                None => advice,
            }
        }
        "net" | "network" | "networks" | "cidr" | "cidrs" | "ip" | "ips" | "subnet" | "ipBlock" => {
            networks(spot, node, side)
        }
        "notNet" | "notCidr" | "notCIDR" | "except" | "!net" | "!nets" => {
            let advice = Advice::help(format!("{side} has `notNets`, a list of CIDRs"));
            match nets(node) {
                Some((nets, None)) => advice.fields(spot, vec![("notNets", nets)]),
                _ => advice,
            }
        }
        "!selector" => Advice::help(V1).renamed(spot, "notSelector"),
        "!ports" => Advice::help(V1).renamed(spot, "notPorts"),
        "tag" | "!tag" => Advice::help(
            "tags are gone since Calico's API version 1: profiles put labels on endpoints, which a selector matches",
        ),
        "podSelector" | "labels" | "matchLabels" | "labelSelector" | "endpointSelector"
        | "pods" => selector(spot, node),
        "matchExpressions" => selector(spot, node),
        "serviceAccount" | "serviceAccountName" => {
            let advice = Advice::help(format!(
                "{side} has `serviceAccounts`, with names or a selector"
            ));
            match node.text() {
                Some(_) => advice.fields(spot, vec![("serviceAccounts.names", as_list(node))]),
                None => advice,
            }
        }
        "serviceAccountSelector" => Advice::help(format!(
            "{side} has `serviceAccounts`, with names or a selector"
        ))
        .fields(spot, vec![("serviceAccounts.selector", node.clone())]),
        "service" | "serviceName" => {
            let advice = Advice::help(format!("{side} has `services`, with name and namespace"));
            match node.text() {
                Some(_) => advice.fields(spot, vec![("services.name", node.clone())]),
                None => advice.renamed(spot, "services"),
            }
        }
        "namespace" | "namespaces" | "namespaceName" | "ns" => namespaces(spot, node),
        "notNamespaceSelector" => Advice::help(
            "there is no such field: negate within namespaceSelector, with `!(…)` or `not in`",
        ),
        "domain" | "domains" | "domainNames" | "fqdn" | "fqdns" => Advice::help(DOMAINS),
        "protocol" => Advice::help("the protocol is the rule's, beside source and destination")
            .moved(spot, parent.parent().key("protocol"), "protocol"),
        _ => return None,
    })
}

fn networks(spot: &Spot<'_>, node: &Node, side: &str) -> Advice {
    let advice = Advice::help(format!("{side} has `nets`, a list of CIDRs"));
    match nets(node) {
        Some((nets, None)) => advice.fields(spot, vec![("nets", nets)]),
        Some((nets, Some(except))) => {
            advice.fields(spot, vec![("nets", nets), ("notNets", except)])
        }
        None => advice,
    }
}

fn selector(spot: &Spot<'_>, node: &Node) -> Advice {
    let advice = Advice::help("Calico's selectors are expressions: selector: app == 'web'");
    if node.text().is_some() {
        return advice.renamed(spot, "selector");
    }
    let expression = if spot.key() == "matchExpressions" {
        labels::selector(&crate::edit::mapping(vec![crate::edit::entry(
            "matchExpressions",
            node.clone(),
        )]))
    } else {
        labels::selector(node)
    };
    match expression {
        Some(expression) => advice.fields(spot, vec![("selector", expression)]),
        None => advice,
    }
}

/// Namespaces by name.
fn namespaces(spot: &Spot<'_>, node: &Node) -> Advice {
    let advice = Advice::help("namespaces are selected by label");
    let name = |node: &Node| labels::quoted(node.text()?);
    let expression = match node.items() {
        [] => name(node).map(|name| format!("kubernetes.io/metadata.name == {name}")),
        items => {
            let names: Option<Vec<String>> = items.iter().map(name).collect();
            names.map(|names| format!("kubernetes.io/metadata.name in {{{}}}", names.join(", ")))
        }
    };
    match expression {
        Some(expression) => advice.fields(spot, vec![("namespaceSelector", text(expression))]),
        None => advice,
    }
}

/// Fields inside of `serviceAccounts`, `services`, `icmp`, `http`.
pub(super) fn nested(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    let parent = spot.parent_steps();
    Some(match (parent.last_key(), spot.key()) {
        ("serviceAccounts", "name") => Advice::help("`names` is a list")
            .fields(spot, vec![("names", list(vec![node.clone()]))]),
        ("serviceAccounts", "namespace") => Advice::help(
            "a service account is looked up where the rule looks: its namespace is the side's namespaceSelector",
        ),
        ("serviceAccounts", "matchLabels") => {
            let advice = Advice::help("service accounts are selected by an expression");
            match labels::selector(node) {
                Some(selector) => advice.fields(spot, vec![("selector", selector)]),
                None => advice,
            }
        }
        ("services", "names" | "service") => match node.items() {
            [] => Advice::help("`services` names one service").renamed(spot, "name"),
            [only] => Advice::help("`services` names one service")
                .fields(spot, vec![("name", only.clone())]),
            _ => Advice::help("`services` names one service: write one rule for each"),
        },
        ("services", "port" | "ports") => {
            Advice::help("a service brings its own ports: leave them out")
        }
        ("icmp", "icmpType") => Advice::help("it is `type`").renamed(spot, "type"),
        ("icmp", "icmpCode") => Advice::help("it is `code`").renamed(spot, "code"),
        ("http", "method") => Advice::help("`methods` is a list")
            .fields(spot, vec![("methods", list(vec![node.clone()]))]),
        ("http", "path") => Advice::help("`paths` is a list; each item is exact or a prefix"),
        _ => return None,
    })
}
