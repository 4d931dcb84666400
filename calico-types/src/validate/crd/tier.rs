//! Tiers.

use super::super::findings::Rule;
use super::{NAMED, name, rule};
use crate::tree::{Node, Value};

pub(crate) const TIER_ROOT: &[Rule] = &[
    NAMED,
    rule(
        "built-in-tier",
        "spec.defaultAction",
        |root| tier(root, "kube-admin", "Pass", 1_000.0).0,
        "the tier kube-admin has defaultAction Pass",
    )
    .instead("defaultAction: Pass"),
    rule(
        "built-in-tier",
        "spec.defaultAction",
        |root| tier(root, "kube-baseline", "Pass", 10_000_000.0).0,
        "the tier kube-baseline has defaultAction Pass",
    )
    .instead("defaultAction: Pass"),
    rule(
        "built-in-tier",
        "spec.defaultAction",
        |root| tier(root, "default", "Deny", 1_000_000.0).0,
        "the tier default has defaultAction Deny",
    )
    .instead("defaultAction: Deny"),
    rule(
        "built-in-tier",
        "spec.order",
        |root| tier(root, "default", "Deny", 1_000_000.0).1,
        "the tier default has order 1000000",
    )
    .instead("order: 1000000"),
    rule(
        "built-in-tier",
        "spec.order",
        |root| tier(root, "kube-admin", "Pass", 1_000.0).1,
        "the tier kube-admin has order 1000",
    )
    .instead("order: 1000"),
    rule(
        "built-in-tier",
        "spec.order",
        |root| tier(root, "kube-baseline", "Pass", 10_000_000.0).1,
        "the tier kube-baseline has order 10000000",
    )
    .instead("order: 10000000"),
];

/// Whether a tier of this name has what Calico gives it.
fn tier(root: &Node, named: &str, action: &str, order: f64) -> (bool, bool) {
    if name(root) != named {
        return (true, true);
    }
    let Some(spec) = root.get("spec") else {
        return (false, false);
    };
    let is = match spec.get("order").map(|order| &order.value) {
        Some(Value::Number(number)) => number.as_f64(),
        _ => None,
    };
    (spec.text_of("defaultAction") == action, is == Some(order))
}
