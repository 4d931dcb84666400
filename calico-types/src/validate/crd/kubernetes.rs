//! What the API server checks in `NetworkPolicy`, a kind of its own
//! (`pkg/apis/networking/validation`).

use super::super::findings::Rule;
use super::super::lexical::{cidr, is_qualified_name};
use super::{filled, has, integer, rule};
use crate::tree::Node;

pub(crate) const KUBERNETES_PORT: &[Rule] = &[
    rule(
        "end-port-without-port",
        "endPort",
        |port| !has(port, "endPort") || has(port, "port"),
        "endPort needs a port to begin with",
    ),
    rule(
        "end-port-of-name",
        "endPort",
        |port| !has(port, "endPort") || port.get("port").is_none_or(|port| port.text().is_none()),
        "a range begins with a number: a named port has no endPort",
    ),
    rule(
        "invalid-range",
        "endPort",
        |port| {
            let ends = integer(port, "port").zip(integer(port, "endPort"));
            ends.is_none_or(|(start, end)| start <= end)
        },
        "endPort must not be below port",
    ),
];

pub(crate) const KUBERNETES_BLOCK: &[Rule] = &[rule(
    "except-outside-block",
    "except",
    |block| {
        let Some(whole) = cidr(block.text_of("cidr")) else {
            return true;
        };
        let parts = block.get("except").map(Node::items).unwrap_or_default();
        // What is no CIDR is told of by itself.
        let parts = parts.iter().filter_map(|part| cidr(part.text()?));
        parts
            .into_iter()
            .all(|part| whole.contains(&part.network()) && part.prefix_len() > whole.prefix_len())
    },
    "each exception must be a smaller part of the block",
)];

pub(crate) const KUBERNETES_PEER: &[Rule] = &[
    rule(
        "empty-peer",
        "",
        |peer| SELECTORS.iter().any(|field| has(peer, field)) || has(peer, "ipBlock"),
        "a peer needs podSelector, namespaceSelector or ipBlock",
    ),
    rule(
        "block-with-selector",
        "ipBlock",
        |peer| !has(peer, "ipBlock") || !SELECTORS.iter().any(|field| has(peer, field)),
        "ipBlock and selectors exclude each other: write two peers",
    ),
];

const SELECTORS: &[&str] = &["podSelector", "namespaceSelector"];

pub(crate) const KUBERNETES_REQUIREMENT: &[Rule] = &[
    rule(
        "missing-values",
        "values",
        |requirement| !is_membership(requirement) || filled(requirement, "values"),
        "In and NotIn need at least one value",
    ),
    rule(
        "values-without-use",
        "values",
        |requirement| {
            !matches!(requirement.text_of("operator"), "Exists" | "DoesNotExist")
                || !filled(requirement, "values")
        },
        "Exists and DoesNotExist take no values",
    ),
];

pub(crate) const KUBERNETES_LABELS: &[Rule] = &[rule(
    "invalid-label",
    "",
    |labels| {
        let mut names = labels.entries().iter().map(|entry| entry.key.as_str());
        names.all(is_qualified_name)
    },
    "a label's name is at most 63 letters, digits, - _ ., with or without a prefix and a slash",
)];

fn is_membership(requirement: &Node) -> bool {
    matches!(requirement.text_of("operator"), "In" | "NotIn")
}
