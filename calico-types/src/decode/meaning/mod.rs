//! What a cluster does with a document once a field is dropped from it.
//!
//! An API server that is not asked for strictness drops what it does not know.
//! What is left is a document like any other, and does something: that is said
//! here, for every kind in which it matters.

mod bgp;
mod flow;
mod host;
mod installation;
mod policy;

use super::document::printable;
use crate::edit::{Steps, found};
use crate::schema::KindSchema;
use crate::tree::{Node, Value};

/// What is stored when the field at `dropped` is gone, and what that means.
/// `None` for kinds that no API server stores under a schema of Calico's.
///
/// `stored` is the document as an API server keeps it.
pub(crate) fn after_pruning(kind: &KindSchema, stored: &Node, dropped: &Steps) -> Option<String> {
    if !kind.stored {
        return None;
    }
    let empty = Node::new(stored.span, Value::Mapping(Vec::new()));
    let spec = stored.get("spec").unwrap_or(&empty);
    let key = dropped.last_key();
    if let Some(rule) = dropped.up_to_rule()
        && let Some(node) = found(stored, &rule)
    {
        let list = rule.last_key();
        let meaning = if kind.is_kubernetes() || kind.kind == "StagedKubernetesNetworkPolicy" {
            policy::kubernetes_rule(node, list)
        } else if kind.kind == "BGPFilter" {
            bgp::filter_rule(node, list)
        } else {
            policy::rule(node, list)
        };
        return Some(format!("{}: {meaning}", flow::short(node)));
    }
    Some(match kind.kind {
        "BGPFilter" => bgp::filter(spec),
        "BGPPeer" => bgp::peer(spec),
        "BGPConfiguration" => bgp::configuration(spec, key),
        "IPPool" => host::pool(spec, key),
        "HostEndpoint" => host::endpoint(stored, spec, key),
        "NetworkSet" | "GlobalNetworkSet" => host::network_set(stored, spec),
        "Tier" => host::tier(spec, key),
        "FelixConfiguration" => host::felix(key),
        "IPReservation" => "without it: nothing is kept free".to_owned(),
        "Installation" => installation::meaning(dropped),
        "NetworkPolicy" if kind.is_kubernetes() => policy::kubernetes(spec, key),
        "StagedKubernetesNetworkPolicy" => policy::kubernetes(spec, key),
        "NetworkPolicy"
        | "StagedNetworkPolicy"
        | "GlobalNetworkPolicy"
        | "StagedGlobalNetworkPolicy" => policy::spec(kind.kind, spec, key),
        _ => without(key),
    })
}

/// All that can be said of a field of which nothing is known.
fn without(key: &str) -> String {
    format!("without `{}`", printable(key))
}
