//! Route reflectors: alone, apart, or beside a mesh that nobody wants.

use super::bundle::{Bundle, Placed};
use crate::resources::{Node, NodeBGPSpec};
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let reflectors: Vec<Placed<'_, Node>> = bundle
        .nodes
        .iter()
        .filter(|node| cluster_id(node.resource).is_some())
        .copied()
        .collect();
    found.extend(mesh_beside(bundle, &reflectors));
    found.extend(single(bundle, &reflectors));
    found.extend(apart(bundle, &reflectors));
    found.extend(reflectors.iter().filter_map(multicast));
}

fn cluster_id(node: &Node) -> Option<std::net::Ipv4Addr> {
    let bgp: &NodeBGPSpec = node.spec.bgp.as_ref()?;
    bgp.route_reflector_cluster_id
}

fn mesh_beside(bundle: &Bundle<'_>, reflectors: &[Placed<'_, Node>]) -> Option<Diagnostic> {
    let reflector = reflectors.first()?;
    let configuration = bundle.default_configuration();
    if !bundle.has_mesh() {
        return None;
    }
    let others = bundle.nodes.len().saturating_sub(reflectors.len());
    let sessions = others.saturating_mul(others.saturating_sub(1)) / 2;
    let message = format!(
        "route reflectors beside the node-to-node mesh: the {others} other nodes keep \
         their {sessions} mesh sessions"
    );
    let (code, path) = ("mesh-beside-reflectors", "spec.nodeToNodeMeshEnabled");
    let diagnostic = match configuration {
        Some(configuration) => configuration.finding(Severity::Warning, code, path, message),
        None => {
            let path = "spec.bgp.routeReflectorClusterID";
            let nobody = " (no BGPConfiguration default here switches it off)";
            reflector.finding(Severity::Warning, code, path, message + nobody)
        }
    };
    Some(
        diagnostic
            .help("the mesh is on unless it is switched off; do so once the sessions with the reflectors are up")
            .suggest("nodeToNodeMeshEnabled: false"),
    )
}

fn single(bundle: &Bundle<'_>, reflectors: &[Placed<'_, Node>]) -> Option<Diagnostic> {
    let [only] = reflectors else {
        return None;
    };
    // With the mesh on, nothing hangs on the reflector.
    if bundle.nodes.len() < 3 || bundle.has_mesh() {
        return None;
    }
    let message = "the only route reflector: when it is away, so are all routes of other nodes";
    Some(
        only.finding(
            Severity::Warning,
            "single-reflector",
            "spec.bgp.routeReflectorClusterID",
            message,
        )
        .help("make two or three nodes reflectors, and peer every node with each of them"),
    )
}

/// Reflectors that no chain of sessions joins: what one hears from its clients
/// the other never will.
fn apart(bundle: &Bundle<'_>, reflectors: &[Placed<'_, Node>]) -> Option<Diagnostic> {
    let first = reflectors.first()?;
    let (topology, _) = bundle.topology();
    let mut joined = vec![first.name()];
    let mut next = 0;
    while let Some(name) = joined.get(next).copied() {
        next += 1;
        let sessions = topology.node(name).map(|node| &node.sessions);
        let neighbours = sessions
            .into_iter()
            .flatten()
            .filter_map(|session| session.remote_node.as_deref());
        for neighbour in neighbours {
            let known = reflectors.iter().find(|node| node.name() == neighbour);
            if let Some(reflector) = known.filter(|node| !joined.contains(&node.name())) {
                joined.push(reflector.name());
            }
        }
    }
    let has_address = |node: &&Placed<'_, Node>| {
        let bgp = node.resource.spec.bgp.as_ref();
        bgp.is_some_and(|bgp| bgp.ipv4_address.is_some() || bgp.ipv6_address.is_some())
    };
    let lonely: Vec<&Placed<'_, Node>> = reflectors
        .iter()
        .filter(has_address)
        .filter(|node| !joined.contains(&node.name()))
        .collect();
    let alone = lonely.first().filter(|_| has_address(&first))?;
    let names: Vec<&str> = lonely.iter().map(|node| node.name()).collect();
    let message = format!(
        "route reflectors {} and {} have no session with each other: the routes of one side \
         do not reach the other",
        joined.join(", "),
        names.join(", ")
    );
    Some(
        alone
            .finding(
                Severity::Warning,
                "reflectors-not-peered",
                "spec.bgp.routeReflectorClusterID",
                message,
            )
            .help("add a BGPPeer whose nodeSelector and peerSelector both select the reflectors"),
    )
}

fn multicast(node: &Placed<'_, Node>) -> Option<Diagnostic> {
    let id = cluster_id(node.resource).filter(std::net::Ipv4Addr::is_multicast)?;
    let message = format!("cluster id {id} is the address of a multicast group");
    Some(
        node.finding(
            Severity::Info,
            "multicast-cluster-id",
            "spec.bgp.routeReflectorClusterID",
            message,
        )
        .help("it works, since it is only a number; 244.0.0.1 cannot be mistaken"),
    )
}
