//! Pools, endpoints, sets, tiers and Felix' settings that have lost a field.

use super::flow::short;
use super::without;
use crate::decode::document::printable;
use crate::tree::Node;

pub(super) fn pool(spec: &Node, key: &str) -> String {
    if spec.text_of("cidr").is_empty() {
        return format!("{}: refused: a pool needs a cidr", short(spec));
    }
    if key == "enabled" {
        return "without it: the pool is in use, unless `disabled` is true".to_owned();
    }
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
    format!("{}: {encapsulation}{nat}", short(spec))
}

pub(super) fn endpoint(stored: &Node, spec: &Node, key: &str) -> String {
    let interface = spec.text_of("interfaceName");
    let addresses = spec
        .get("expectedIPs")
        .is_some_and(|list| !list.items().is_empty());
    if spec.text_of("node").is_empty() {
        return format!("{}: refused: a host endpoint needs a node", short(spec));
    }
    if interface.is_empty() && !addresses {
        return format!(
            "{}: refused: a host endpoint needs interfaceName or expectedIPs",
            short(spec)
        );
    }
    if key == "labels" && has_no_labels(stored) {
        return "without labels: no policy that selects by label protects the host or lets traffic through; what none allows is denied, but for the failsafe ports".to_owned();
    }
    let which = if interface.is_empty() {
        "the interface with its expectedIPs".to_owned()
    } else if interface == "*" {
        "every interface of the node".to_owned()
    } else {
        format!("interface {}", printable(interface))
    };
    format!("{}: it is for {which}", short(spec))
}

fn has_no_labels(stored: &Node) -> bool {
    stored
        .get("metadata")
        .and_then(|metadata| metadata.get("labels"))
        .is_none_or(|labels| labels.entries().is_empty())
}

pub(super) fn network_set(stored: &Node, spec: &Node) -> String {
    if spec.get("nets").is_none_or(|nets| nets.items().is_empty()) {
        return "an empty set: a rule that selects it matches no address, so that what it was to allow is denied and what it was to deny is not".to_owned();
    }
    if has_no_labels(stored) {
        return "a set without labels, which no selector by label finds".to_owned();
    }
    format!("{}: the set has these networks only", short(spec))
}

pub(super) fn tier(spec: &Node, key: &str) -> String {
    match key.to_ascii_lowercase().as_str() {
        "order" | "priority" => {
            "without it: the tier has order 1000000, as the default tier has".to_owned()
        }
        _ if spec.text_of("defaultAction") == "Deny" || spec.get("defaultAction").is_none() => {
            "without it: what the tier's policies select and do not decide is denied".to_owned()
        }
        _ => without(key),
    }
}

pub(super) fn felix(key: &str) -> String {
    format!(
        "without `{}`: Felix goes on with its default for it",
        printable(key)
    )
}
