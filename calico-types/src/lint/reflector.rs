//! Route reflectors: alone, apart, or beside a mesh that nobody wants.

use std::collections::BTreeSet;

use super::bundle::{Bundle, Placed};
use crate::resources::{Node, NodeBGPSpec};
use crate::topology::{NodeTopology, Topology};
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

/// The mesh is on unless it is switched off, and stays on when nodes become
/// reflectors: those leave it, everybody else keeps every session and gets more.
/// Turning it off first, before reflectors have sessions, cuts all routes.
fn mesh_beside(bundle: &Bundle<'_>, reflectors: &[Placed<'_, Node>]) -> Option<Diagnostic> {
    let reflector = reflectors.first()?;
    let configuration = bundle.default_configuration();
    let unread = bundle.unseen.may_be("BGPConfiguration", "default");
    if !bundle.has_mesh() || (configuration.is_none() && unread) {
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

/// A cluster that hangs on one node. With the mesh on nothing hangs on it.
fn single(bundle: &Bundle<'_>, reflectors: &[Placed<'_, Node>]) -> Option<Diagnostic> {
    let [only] = reflectors else {
        return None;
    };
    // With the mesh on, nothing hangs on the reflector.
    if bundle.nodes.len() < 3 || bundle.has_mesh() || !bundle.unseen.none_of("Node") {
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
    let first = reflectors.first().filter(|_| bundle.unseen.no_peerings())?;
    let (topology, _) = bundle.topology()?;
    let joined = joined(topology, &first.resource.metadata.name, reflectors);
    let has_address = |node: &&Placed<'_, Node>| {
        let bgp = node.resource.spec.bgp.as_ref();
        bgp.is_some_and(|bgp| bgp.ipv4_address.is_some() || bgp.ipv6_address.is_some())
    };
    let lonely: Vec<&Placed<'_, Node>> = reflectors
        .iter()
        .filter(has_address)
        .filter(|node| !joined.contains(node.name()))
        .collect();
    let lonely_names: Vec<&str> = lonely.iter().map(|node| node.name()).collect();
    if may_meet_outside(
        topology,
        &joined.iter().copied().collect::<Vec<_>>(),
        &lonely_names,
    ) {
        return None;
    }
    let alone = lonely.first().filter(|_| has_address(&first))?;
    let message = format!(
        "route reflectors {} and {} have no session with each other: the routes of one side \
         do not reach the other",
        joined.into_iter().collect::<Vec<_>>().join(", "),
        lonely_names.join(", ")
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

/// Those reflectors that a chain of sessions joins with the first.
fn joined<'b>(
    topology: &Topology,
    first: &'b str,
    reflectors: &[Placed<'b, Node>],
) -> BTreeSet<&'b str> {
    let reflectors: BTreeSet<&'b str> = reflectors
        .iter()
        .map(|node| node.resource.metadata.name.as_str())
        .collect();
    let mut joined = BTreeSet::from([first]);
    let mut pending = vec![first];
    while let Some(node) = pending.pop().and_then(|name| topology.node(name)) {
        let neighbours = node
            .sessions
            .iter()
            .filter_map(|s| reflectors.get(s.remote_node.as_deref()?).copied());
        for neighbour in neighbours {
            if joined.insert(neighbour) {
                pending.push(neighbour);
            }
        }
    }
    joined
}

/// Whether each side has a router outside that may bring it the other's routes.
///
/// A router of another AS does not, where both sides are in one AS and take no
/// path with their own AS in it (RFC 4271 §9.1.2): such routes are loops.
fn may_meet_outside(topology: &Topology, one: &[&str], other: &[&str]) -> bool {
    let nodes = |names: &[&str]| -> Vec<NodeTopology> {
        names
            .iter()
            .filter_map(|name| topology.node(name))
            .collect()
    };
    let (one, other) = (nodes(one), nodes(other));
    let shared_as = one.iter().any(|a| {
        other
            .iter()
            .any(|b| a.speaker.local_as == b.speaker.local_as)
    });
    let has_way = |nodes: &[NodeTopology]| {
        nodes.iter().flat_map(|node| &node.sessions).any(|session| {
            session.remote_node.is_none()
                && (!shared_as || session.is_internal() || session.allow_local_as.is_some())
        })
    };
    has_way(&one) && has_way(&other)
}

/// A cluster id is a number that is written like an address (RFC 4456 §7), so any
/// works; an address that means something else misleads readers.
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
