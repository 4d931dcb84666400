//! Filters, peerings and settings of BGP that have lost a field.

use super::flow::short;
use super::without;
use crate::decode::document::printable;
use crate::tree::Node;

/// A rule of a filter in words.
pub(super) fn filter_rule(rule: &Node, list: &str) -> String {
    let verb = match rule.text_of("action") {
        "Accept" => "accepts",
        "Reject" => "rejects",
        "" => return "refused: a rule needs an action".to_owned(),
        other => return format!("refused: {} is no action", printable(other)),
    };
    let family = if list.ends_with("V6") { "IPv6" } else { "IPv4" };
    let direction = if list.starts_with("import") {
        "from the peer"
    } else {
        "to the peer"
    };
    let lengths = match rule.get("prefixLength") {
        Some(bounds) => {
            let bound = |key: &str| bounds.get(key).and_then(Node::integer);
            match (bound("min"), bound("max")) {
                (Some(min), Some(max)) => format!(", of length {min} to {max}"),
                (Some(min), None) => format!(", of length {min} or longer"),
                (None, Some(max)) => format!(", of length {max} or shorter"),
                (None, None) => String::new(),
            }
        }
        None => String::new(),
    };
    match (rule.text_of("cidr"), rule.text_of("matchOperator")) {
        ("", _) if rule.entries().len() <= 1 => format!("{verb} every {family} route {direction}"),
        ("", _) => format!("{verb} {family} routes {direction}, whatever their prefix"),
        (_, "") => "refused: cidr and matchOperator go together".to_owned(),
        (cidr, operator) => {
            let relation = match operator {
                "In" => "within",
                "NotIn" => "outside of",
                "Equal" => "exactly",
                "NotEqual" => "other than",
                other => return format!("refused: {} is no operator", printable(other)),
            };
            let cidr = printable(cidr);
            format!("{verb} {family} routes {direction} that are {relation} {cidr}{lengths}")
        }
    }
}

pub(super) fn filter(spec: &Node) -> String {
    let lists = ["importV4", "importV6", "exportV4", "exportV6"];
    let rules = |list: &&str| {
        spec.get(list)
            .is_some_and(|rules| !rules.items().is_empty())
    };
    let left: Vec<&str> = lists.into_iter().filter(|list| rules(list)).collect();
    if left.is_empty() {
        "spec: {}: an empty filter, which filters nothing; a peer that names it exchanges every route".to_owned()
    } else {
        format!("with {} only; every other route passes", left.join(", "))
    }
}

pub(super) fn peer(spec: &Node) -> String {
    let text = |key| spec.text_of(key);
    let with = match (
        text("peerIP"),
        text("peerSelector"),
        text("localWorkloadSelector"),
    ) {
        ("", "", "") => {
            return format!(
                "{}: a peering with nobody, which makes no session",
                short(spec)
            );
        }
        ("", "", workloads) => format!("workloads with {}", printable(workloads)),
        ("", nodes, _) => format!("nodes with {}", printable(nodes)),
        (address, ..) => printable(address),
    };
    let of = match (text("node"), text("nodeSelector")) {
        ("", "") => "of every node".to_owned(),
        ("", nodes) => format!("of nodes with {}", printable(nodes)),
        (node, _) => format!("of node {}", printable(node)),
    };
    let own = spec.get("asNumber").is_none() && !text("peerIP").is_empty();
    let system = if own { " in the node's own AS" } else { "" };
    let filtered = spec
        .get("filters")
        .is_some_and(|filters| !filters.items().is_empty());
    let filters = if filtered { "" } else { ", without filters" };
    format!(
        "{}: a peering {of} with {with}{system}{filters}",
        short(spec)
    )
}

pub(super) fn configuration(spec: &Node, key: &str) -> String {
    let lower = key.to_ascii_lowercase();
    let absent = |field: &str| spec.get(field).is_none();
    if lower.contains("mesh") && absent("nodeToNodeMeshEnabled") {
        "without it: every node goes on peering with every other, since the mesh is on unless nodeToNodeMeshEnabled is false".to_owned()
    } else if (lower == "as" || lower.contains("asn")) && absent("asNumber") {
        "without it: nodes that have no AS of their own are in AS 64512".to_owned()
    } else if lower.contains("port") && absent("listenPort") {
        "without it: BIRD listens on port 179".to_owned()
    } else if lower.contains("service") || lower.contains("ips") || lower.contains("cidr") {
        "without it: those addresses are not advertised".to_owned()
    } else {
        without(key)
    }
}
