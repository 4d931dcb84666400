//! What a cluster does with a document once a field is dropped from it.

use super::document::{find, printable};
use crate::path::Path;
use crate::tree::{Node, Value};

/// What is stored when the field at `path` is dropped, and what that means.
///
/// `stored` is the document as an API server keeps it.
pub(crate) fn after_pruning(kind: &str, stored: &Node, path: &Path<'_>) -> String {
    let empty = Node::new(stored.span, Value::Mapping(Vec::new()));
    let spec = stored.get("spec").unwrap_or(&empty);
    if let Some(rule_path) = rule_of(path)
        && let Some(rule) = find(stored, &rule_path.to_string())
    {
        let direction = rule_path.last_key().unwrap_or_default();
        let meaning = if kind == "BGPFilter" {
            filter_rule(rule, direction)
        } else {
            policy_rule(rule, direction)
        };
        return format!("{}: {meaning}", flow(rule));
    }
    let key = path.last_key().unwrap_or_default();
    match kind {
        "BGPFilter" => filter(spec),
        "BGPPeer" => peer(spec),
        "BGPConfiguration" => configuration(spec, key),
        "IPPool" => pool(spec),
        "Installation" if key.eq_ignore_ascii_case("mtu") => {
            "without it: the MTU stays what calicoNetwork.mtu says, or what the operator detects"
                .to_owned()
        }
        "NetworkPolicy"
        | "StagedNetworkPolicy"
        | "GlobalNetworkPolicy"
        | "StagedGlobalNetworkPolicy"
            if matches!(path.parent(), Some(Path::Key(Path::Root, _))) =>
        {
            policy(kind, spec)
        }
        _ => format!("without `{}`", printable(key)),
    }
}

/// The item of `ingress`, `egress` or a filter list that a path leads into.
fn rule_of<'a>(path: &Path<'a>) -> Option<&'a Path<'a>> {
    let mut step = path.parent()?;
    loop {
        if let Path::Index(list, _) = step
            && let Path::Key(_, name) = list
            && matches!(
                *name,
                "ingress" | "egress" | "importV4" | "importV6" | "exportV4" | "exportV6"
            )
        {
            return Some(step);
        }
        step = step.parent()?;
    }
}

/// A policy rule in words: `allows all 65,535 TCP ports from app == 'web'`.
pub(crate) fn policy_rule(rule: &Node, direction: &str) -> String {
    let action = rule.text_of("action");
    let verb = match action {
        "Allow" => "allows",
        "Deny" => "denies",
        "Log" => "logs",
        "Pass" => "passes on to the next tier",
        _ => "decides nothing about",
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
    let protocol = rule.get("protocol").map(super::advice::yaml);
    let ports = destination.get("ports").map(some_items).unwrap_or_default();
    match (protocol, ports.is_empty()) {
        (None, true) => "all traffic".to_owned(),
        (None, false) => format!("ports {}", ports),
        (Some(name), false) => format!("{name} ports {}", ports),
        (Some(name), true)
            if matches!(name.as_str(), "TCP" | "UDP" | "SCTP" | "6" | "17" | "132") =>
        {
            format!("all 65,535 {name} ports")
        }
        (Some(name), true) => format!("all {name} traffic"),
    }
}

/// The first items of a list.
fn some_items(list: &Node) -> String {
    const SHOWN: usize = 8;
    let mut items: Vec<String> = list
        .items()
        .iter()
        .take(SHOWN)
        .map(super::advice::yaml)
        .collect();
    if list.items().len() > SHOWN {
        items.push("…".to_owned());
    }
    items.join(", ")
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

fn filter_rule(rule: &Node, list: &str) -> String {
    let verb = match rule.text_of("action") {
        "Accept" => "accepts",
        "Reject" => "rejects",
        _ => "decides nothing about",
    };
    let family = if list.ends_with("V6") { "IPv6" } else { "IPv4" };
    let direction = if list.starts_with("import") {
        "from the peer"
    } else {
        "to the peer"
    };
    match (rule.text_of("cidr"), rule.text_of("matchOperator")) {
        ("", _) if rule.entries().len() <= 1 => format!("{verb} every {family} route {direction}"),
        ("", _) => format!("{verb} {family} routes {direction}, whatever their prefix"),
        (_, "") => "refused: cidr and matchOperator go together".to_owned(),
        (cidr, operator) => format!(
            "{verb} {family} routes {direction} that are {operator} {}",
            printable(cidr)
        ),
    }
}

fn filter(spec: &Node) -> String {
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

fn peer(spec: &Node) -> String {
    let named = |key| !spec.text_of(key).is_empty();
    if !named("peerIP") && !named("peerSelector") && !named("localWorkloadSelector") {
        return format!(
            "{}: a peering with nobody, which makes no session",
            flow(spec)
        );
    }
    if spec
        .get("filters")
        .is_none_or(|filters| filters.items().is_empty())
    {
        return format!("{}: a peering without filters", flow(spec));
    }
    flow(spec)
}

fn configuration(spec: &Node, key: &str) -> String {
    let mesh = spec.get("nodeToNodeMeshEnabled").is_none();
    if mesh && key.to_ascii_lowercase().contains("mesh") {
        "without it: every node goes on peering with every other, since the mesh is on unless nodeToNodeMeshEnabled is false".to_owned()
    } else {
        format!("without `{}`", printable(key))
    }
}

fn pool(spec: &Node) -> String {
    let off = |key| matches!(spec.text_of(key), "" | "Never");
    let encapsulation = if off("ipipMode") && off("vxlanMode") {
        "its packets travel without encapsulation"
    } else {
        "encapsulated as ipipMode and vxlanMode say"
    };
    let nat = if spec.is_true("natOutgoing") {
        ""
    } else {
        ", and leave the cluster under the pod's own address"
    };
    format!("{}: {encapsulation}{nat}", flow(spec))
}

fn policy(kind: &str, spec: &Node) -> String {
    let whom = match spec.text_of("selector") {
        "" if kind.contains("Global") => "every endpoint of the cluster, hosts included".to_owned(),
        "" => "every endpoint of its namespace".to_owned(),
        selector => printable(selector),
    };
    format!("without it: the policy applies to {whom}")
}

/// A value in flow style, cut where it grows long.
fn flow(node: &Node) -> String {
    const LONGEST: usize = 160;
    let mut out = String::new();
    write_flow(&mut out, node, LONGEST);
    if out.chars().count() > LONGEST {
        out = out.chars().take(LONGEST).collect();
        out.push('…');
    }
    out
}

fn write_flow(out: &mut String, node: &Node, limit: usize) {
    if out.len() > limit {
        return;
    }
    match &node.value {
        Value::Mapping(entries) => {
            out.push('{');
            for (index, entry) in entries.iter().enumerate() {
                if out.len() > limit {
                    break;
                }
                if index > 0 {
                    out.push_str(", ");
                }
                out.push_str(&printable(&entry.key));
                out.push_str(": ");
                write_flow(out, &entry.value, limit);
            }
            out.push('}');
        }
        Value::Sequence(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if out.len() > limit {
                    break;
                }
                if index > 0 {
                    out.push_str(", ");
                }
                write_flow(out, item, limit);
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&super::advice::yaml(node));
        }
    }
}
