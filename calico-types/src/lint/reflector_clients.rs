//! Route reflectors that reflect to nobody.

use std::collections::BTreeSet;

use super::bundle::{Bundle, Placed};
use crate::resources::Node;
use crate::topology::{Problem, Topology};
use crate::{Diagnostic, Severity};

/// A node with a cluster id is out of the mesh, and reflects only to clients: peers
/// of its own AS that do not have the same cluster id. One without any passes on
/// nothing that it hears.
///
/// Where there are no `BGPPeer`s or no sessions, or nodes call it in vain, other
/// lints speak.
pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    if !bundle.unseen.no_peerings() || bundle.peers.is_empty() || bundle.nodes.len() < 2 {
        return;
    }
    let Some((topology, problems)) = bundle.topology() else {
        return;
    };
    let called_in_vain: BTreeSet<&str> = problems
        .iter()
        .filter_map(|problem| match problem {
            Problem::OneSided { peer, .. } => Some(peer.as_str()),
            Problem::Collision { .. }
            | Problem::Selector { .. }
            | Problem::ReachableByFamily { .. }
            | Problem::MissingPassword { .. }
            | Problem::AsMismatch { .. }
            | Problem::MeshAsMismatch { .. }
            | Problem::DuplicateAddress { .. }
            | Problem::BothPassive { .. }
            | Problem::ReflectorAsClient { .. } => None,
        })
        .collect();
    let idle = bundle
        .nodes
        .iter()
        .filter(|node| !called_in_vain.contains(node.name()) && is_idle(topology, node));
    found.extend(idle.map(|node| {
        let message = format!(
            "node {} has the cluster id of a route reflector and no client: it takes no part in \
             the mesh, and passes on nothing that it hears",
            node.name()
        );
        let path = "spec.bgp.routeReflectorClusterID";
        node.finding(
            Severity::Warning,
            "reflector-without-clients",
            path,
            message,
        )
        .help("peer other nodes with it, by a BGPPeer whose peerSelector selects its labels")
        .help("reflectors that share a cluster id are no clients of each other")
    }));
}

fn is_idle(topology: &Topology, node: &Placed<'_, Node>) -> bool {
    let reflects = topology
        .speaker(node.name())
        .is_some_and(|s| s.is_route_reflector());
    if !reflects || topology.session_count_of(node.name()).total() == 0 {
        return false;
    }
    let sessions = topology.node(node.name()).map(|node| node.sessions);
    !sessions
        .into_iter()
        .flatten()
        .any(|session| session.route_reflector_client)
}
