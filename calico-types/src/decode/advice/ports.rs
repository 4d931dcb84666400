//! Ports in whatever form they were written.

use super::spot::Spot;
use super::words::protocol;
use super::{Advice, each};
use crate::decode::document::printable;
use crate::edit::{Change, list, made, text};
use crate::scalar::Port;
use crate::tree::{Node, Value};

/// Ports, and the protocols that Kubernetes has beside each.
pub(super) struct Ports {
    pub(super) ports: Vec<Node>,
    /// Each once; empty where none is named and none is implied.
    pub(super) protocols: Vec<&'static str>,
}

/// Reads a port, a list of ports, or Kubernetes' list of mappings. `None` for
/// what is none of them.
pub(super) fn read(value: &Node) -> Option<Ports> {
    let items = each(value);
    let mut read = Ports {
        ports: Vec::new(),
        protocols: Vec::new(),
    };
    for item in items {
        if item.entries().is_empty() {
            read.ports.push(plain(item)?);
            continue;
        }
        // Kubernetes means TCP where nothing is said.
        let name = match item.get("protocol") {
            Some(name) => protocol(name.text()?)?,
            None => "TCP",
        };
        if !read.protocols.contains(&name) {
            read.protocols.push(name);
        }
        let port = item.get("port").map(plain)?;
        match item.get("endPort") {
            Some(end) => {
                let range = format!("{}:{}", port?.integer()?, end.integer()?);
                read.ports.push(text(range));
            }
            None => read.ports.push(port?),
        }
    }
    (!read.ports.is_empty()).then_some(read)
}

/// One port, in Calico's spelling.
fn plain(node: &Node) -> Option<Node> {
    match &node.value {
        Value::Number(_) => Some(node.clone()),
        Value::String(written) => match range(written) {
            Some(range) => Some(text(range)),
            None => Some(node.clone()),
        },
        Value::Null | Value::Bool(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// A range with a dash, with blanks, or with its ends swapped, as Calico has it.
fn range(written: &str) -> Option<String> {
    let bare = written.trim();
    let (min, max) = [":", "-", "..", "–", " to "]
        .iter()
        .find_map(|separator| bare.split_once(separator))?;
    let (min, max): (u16, u16) = (min.trim().parse().ok()?, max.trim().parse().ok()?);
    let right = format!("{}:{}", min.min(max), min.max(max));
    (right != written).then_some(right)
}

/// A port that is none.
pub(super) fn advice(spot: &Spot<'_>) -> Option<Advice> {
    if let Some(Value::Number(_)) = spot.node.map(|node| &node.value) {
        return Some(Advice::help(
            "ports are 1 to 65535; for all of them leave the list out",
        ));
    }
    let written = spot.text()?;
    if let Some(range) = range(written) {
        if written.contains(':') {
            return Some(
                Advice::help("a range begins with its lower end").value(spot, text(range)),
            );
        }
        let message = format!(
            "\"{}\" is read as the name of a port, and is none",
            printable(written)
        );
        let advice = Advice::help("a range is written with a colon").message(message);
        return Some(advice.value(spot, text(range)));
    }
    if matches!(
        written.to_ascii_lowercase().as_str(),
        "any" | "all" | "*" | "0"
    ) {
        return Some(Advice::help("for all ports leave the list out"));
    }
    let ports = several(written)?;
    let advice = Advice::help("several ports are several items of the list");
    let lines: Vec<String> = ports
        .iter()
        .map(|port| format!("- {}", super::yaml(port)))
        .collect();
    let mut advice = advice.write(lines.join("\n"));
    if spot.steps.is_item() {
        advice.changes = vec![Change::Split {
            at: spot.steps.clone(),
            values: ports,
        }];
    } else {
        advice = advice.value(spot, list(ports));
    }
    Some(advice)
}

/// Several ports in one text.
fn several(written: &str) -> Option<Vec<Node>> {
    let inner = written.trim_matches(['[', ']', ' ']);
    let parts: Vec<&str> = inner
        .split([',', ' ', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let port = |part: &&str| {
        let part = range(part).unwrap_or_else(|| (*part).to_owned());
        match part.parse::<Port>().ok()? {
            Port::Number(number) => Some(made(Value::Number(number.into()))),
            Port::Range { .. } | Port::Name(_) => Some(text(part)),
        }
    };
    let ports: Option<Vec<Node>> = parts.iter().map(port).collect();
    ports.filter(|ports| ports.len() > 1 || written.contains(['[', ']']))
}
