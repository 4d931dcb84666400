//! Values of another type than the field's.

use super::spot::Spot;
use super::{Advice, address, as_list, labels, scalar};
use crate::edit::{entry, list, made, mapping, text};
use crate::schema::{Schema, Shape};
use crate::tree::{Node, Value};
use crate::validate::net;

/// What a schema wants, in words.
pub(crate) fn type_name(schema: &Schema) -> &'static str {
    match schema.shape {
        Shape::Object(_) | Shape::Map(_) => "a mapping",
        Shape::List(_) | Shape::Set(_) => "a list",
        Shape::Text => "text",
        Shape::Integer => "an integer",
        Shape::Number => "a number",
        Shape::Boolean => "true or false",
        Shape::IntOrText => "a number or text",
        Shape::Any => "anything",
    }
}

/// A value of the wrong type.
pub(super) fn wrong_type(spot: &Spot<'_>) -> Option<Advice> {
    let (node, schema) = (spot.node?, spot.schema?);
    let advice = with_a_story(spot, node)
        .or_else(|| scalar::retyped(spot, node))
        .or_else(|| listed(spot, node, schema))
        .or_else(|| as_selector(spot, node, schema));
    if !matches!(node.value, Value::Sequence(_)) {
        return advice;
    }
    let message = format!("this is a list, where {} is wanted", type_name(schema));
    Some(advice.unwrap_or_default().message(message))
}

/// One value where a list of such is wanted.
fn listed(spot: &Spot<'_>, node: &Node, schema: &Schema) -> Option<Advice> {
    let (Shape::List(item) | Shape::Set(item)) = schema.shape else {
        return None;
    };
    let advice = Advice::help(format!("`{}` is a list, also of one", spot.key()));
    match (&node.value, item.shape) {
        (
            Value::String(_) | Value::Number(_) | Value::Bool(_),
            Shape::Text | Shape::IntOrText | Shape::Integer,
        ) => {
            if let Some(several) = node.text().and_then(address::several) {
                let several = several.into_iter().map(text).collect();
                let advice = Advice::help("several networks are several items of the list");
                return Some(advice.value(spot, list(several)));
            }
            Some(advice.value(spot, list(vec![node.clone()])))
        }
        (Value::Mapping(_), Shape::Object(_)) => Some(advice.like(spot, &list(vec![node.clone()]))),
        _ => None,
    }
}

/// A label selector where an expression is wanted.
fn as_selector(spot: &Spot<'_>, node: &Node, schema: &Schema) -> Option<Advice> {
    let selects = spot.key().to_ascii_lowercase().ends_with("selector");
    if !matches!(schema.shape, Shape::Text) || !selects {
        return None;
    }
    let advice = Advice::help("Calico's selectors are expressions, not labels: app == 'web'");
    Some(match labels::selector(node) {
        Some(selector) => advice.value(spot, selector),
        None => advice,
    })
}

/// Values whose right form is another field's, or has more to it.
fn with_a_story(spot: &Spot<'_>, node: &Node) -> Option<Advice> {
    let parent = spot.parent_steps();
    let in_rule = parent.is_item() && matches!(parent.last_key(), "ingress" | "egress");
    match (spot.kind.kind, spot.key(), &node.value) {
        (_, "source" | "destination", Value::String(said)) if in_rule => {
            let advice = Advice::help(format!("`{}` is a mapping: selector, nets, ports …", spot.key()));
            let field = if net(said).is_some() {
                entry("nets", list(vec![node.clone()]))
            } else if crate::selector::Selector::parse(said).is_ok() {
                entry("selector", node.clone())
            } else {
                return Some(advice);
            };
            Some(advice.value(spot, mapping(vec![field])))
        }
        (_, "serviceAccounts", Value::Sequence(_) | Value::String(_)) => {
            let names = as_list(node);
            let advice = Advice::help("`serviceAccounts` has names or a selector");
            Some(advice.value(spot, mapping(vec![entry("names", names)])))
        }
        (_, "services", Value::String(_)) => Some(
            Advice::help("`services` is a mapping: name and namespace")
                .value(spot, mapping(vec![entry("name", node.clone())])),
        ),
        (_, "icmp" | "notICMP", Value::Number(_)) => Some(
            Advice::help("`icmp` is a mapping: type and code")
                .value(spot, mapping(vec![entry("type", node.clone())])),
        ),
        (_, "password" | "nodeMeshPassword", Value::String(_)) => Some(
            Advice::help("the password is in a Secret, which `secretKeyRef` names: whoever reads the peering must not read it")
                .write(format!("{}:\n  secretKeyRef:\n    name: bgp-secrets\n    key: bgp-password", spot.key())),
        ),
        (_, "prefixLength", Value::Number(_)) => {
            let bound = || node.clone();
            let bounds = mapping(vec![entry("min", bound()), entry("max", bound())]);
            Some(Advice::help("`prefixLength` has bounds: min and max").value(spot, bounds))
        }
        ("BGPConfiguration", "serviceClusterIPs" | "serviceExternalIPs" | "serviceLoadBalancerIPs", Value::String(_)) => {
            block(spot, node)
        }
        ("FelixConfiguration", "failsafeInboundHostPorts" | "failsafeOutboundHostPorts", _) => {
            failsafe(spot, node)
        }
        ("Installation", key, Value::String(said)) if key.starts_with("nodeAddressAutodetection") => {
            autodetection(spot, said)
        }
        (_, "labels" | "annotations" | "labelsToApply", Value::Sequence(_)) => {
            let advice = Advice::help(format!("`{}` is a mapping, without dashes", spot.key()));
            Some(match pairs(node.items()) {
                Some(labels) => advice.value(spot, labels),
                None => advice,
            })
        }
        (_, _, Value::String(said)) if said.contains(':') && is_object(spot) => {
            let (key, value) = said.split_once(':')?;
            let advice = Advice::help("a colon after a key is followed by a blank");
            Some(advice.like(spot, &mapping(vec![entry(key, text(value))])))
        }
        (_, "spec", Value::Sequence(_)) => Some(Advice::help("a document has one spec: for several resources write several documents, with --- between")),
        (_, "ingress" | "egress", Value::Mapping(_)) => Some(
            Advice::help(format!("`{}` is a list of rules: begin each with a dash", spot.key()))
                .like(spot, &list(vec![node.clone()])),
        ),
        _ => None,
    }
}

fn is_object(spot: &Spot<'_>) -> bool {
    spot.schema
        .is_some_and(|schema| matches!(schema.shape, Shape::Object(_) | Shape::Map(_)))
}

/// A list of `key=value`, or of mappings with one entry each, as one mapping.
fn pairs(items: &[Node]) -> Option<Node> {
    let pair = |item: &Node| match (item.text(), item.entries()) {
        (Some(said), _) => {
            let (key, value) = said.split_once('=')?;
            Some(entry(key.trim(), text(value.trim())))
        }
        (None, [only]) => Some(entry(&only.key, only.value.clone())),
        _ => None,
    };
    Some(mapping(items.iter().map(pair).collect::<Option<_>>()?))
}

/// A range of services: a mapping with a `cidr`, as an item of the list or in
/// place of it.
fn block(spot: &Spot<'_>, node: &Node) -> Option<Advice> {
    let block = mapping(vec![entry("cidr", node.clone())]);
    let value = if spot.steps.is_item() {
        block
    } else {
        list(vec![block])
    };
    Some(Advice::help("each of them is a mapping with a `cidr`").value(spot, value))
}

/// `22` and `tcp:22`, as Felix's environment has them.
fn failsafe(spot: &Spot<'_>, node: &Node) -> Option<Advice> {
    if !spot.steps.is_item() {
        return None;
    }
    let advice =
        Advice::help("each of them is a mapping: protocol, port and, for some networks only, net");
    let entries = |protocol: &str, port: Node| {
        mapping(vec![entry("protocol", text(protocol)), entry("port", port)])
    };
    if node.integer().is_some() {
        return Some(advice.like(spot, &entries("TCP", node.clone())));
    }
    let parts = node.text().and_then(|said| {
        let (protocol, port) = said.split_once(':')?;
        let port: u16 = port.parse().ok()?;
        Some((super::protocol(protocol)?, made(Value::Number(port.into()))))
    });
    Some(match parts {
        Some((protocol, port)) => advice.value(spot, entries(protocol, port)),
        None => advice,
    })
}

/// `interface=eth0`, as calico-node's environment has it.
fn autodetection(spot: &Spot<'_>, said: &str) -> Option<Advice> {
    let advice = Advice::help(
        "it is a mapping with one of firstFound, kubernetes, interface, skipInterface, canReach, cidrs",
    );
    let (method, value) = said.split_once('=').unwrap_or((said, ""));
    let field = match method {
        "first-found" => entry("firstFound", made(Value::Bool(true))),
        "kubernetes-internal-ip" => entry("kubernetes", text("NodeInternalIP")),
        "interface" => entry("interface", text(value)),
        "skip-interface" => entry("skipInterface", text(value)),
        "can-reach" => entry("canReach", text(value)),
        "cidr" => entry("cidrs", list(value.split(',').map(text).collect())),
        _ => return Some(advice),
    };
    Some(advice.value(spot, mapping(vec![field])))
}
