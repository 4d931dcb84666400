//! CEL rules of custom resource definitions, and what the API server checks in kinds of its own,
//! in Rust.
//!
//! Rules about a change (`self == oldSelf`) need both documents, and are not
//! here.

mod bgp;
mod cluster_policy;
mod felix;
mod kubernetes;
mod policy;
mod pool;
mod tier;

pub(crate) use bgp::{BGP_CONFIGURATION, BGP_FILTER_RULE, BGP_PEER};
pub(crate) use cluster_policy::{ADMIN_EGRESS, BASELINE_ROOT, NETWORK, PORT_RANGE};
pub(crate) use felix::{FELIX, FELIX_ROOT, ROUTE_TABLE_RANGE, ROUTE_TABLE_RANGES};
pub(crate) use kubernetes::{
    KUBERNETES_BLOCK, KUBERNETES_LABELS, KUBERNETES_PEER, KUBERNETES_PORT, KUBERNETES_REQUIREMENT,
};
pub(crate) use policy::{ENTITY, GLOBAL_NETWORK_POLICY, HOST_ENDPOINT, ICMP, NETWORK_POLICY, RULE};
pub(crate) use pool::IP_POOL;
pub(crate) use tier::TIER_ROOT;

use super::findings::Rule;
use crate::tree::Node;

const fn rule(
    code: &'static str,
    at: &'static str,
    holds: fn(&Node) -> bool,
    message: &'static str,
) -> Rule {
    Rule {
        code,
        message,
        at,
        holds,
        help: None,
        instead: None,
        corrected: None,
    }
}

/// Rules that ask for the name fail without one.
const NAMED: Rule = rule(
    "missing-field",
    "metadata.name",
    |root| {
        root.get("metadata")
            .is_some_and(|metadata| has(metadata, "name") || has(metadata, "generateName"))
    },
    "the name is missing",
);

/// Whether a text is there and not empty.
fn said(node: &Node, key: &str) -> bool {
    !node.text_of(key).is_empty()
}

/// Whether a list is there and not empty.
fn filled(node: &Node, key: &str) -> bool {
    node.get(key).is_some_and(|list| !list.items().is_empty())
}

fn has(node: &Node, key: &str) -> bool {
    node.get(key).is_some()
}

fn lists(node: &Node, key: &str, item: &str) -> bool {
    node.get(key)
        .is_some_and(|list| list.items().iter().any(|value| value.text() == Some(item)))
}

fn integer(node: &Node, key: &str) -> Option<i64> {
    node.get(key)?.integer()
}

fn name(root: &Node) -> &str {
    root.get("metadata")
        .map(|metadata| metadata.text_of("name"))
        .unwrap_or_default()
}
