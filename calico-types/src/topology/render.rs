//! Sessions of one node, made from the mesh and the table of peers.
//!
//! What the templates of `calico-node` do with the table of peers: a peer becomes
//! a session as the node's own address, AS and cluster id see it. The same peer
//! is a client to a reflector, external to a node of another AS, and nothing at
//! all to the node whose own address it has.

use std::net::IpAddr;

use super::explicit::{Claim, Peer, Table};
use super::facts::{BGP_PORT, Facts, NodeFacts, seconds};
use super::{Family, NextHop, NodeTopology, Origin, Password, ReachableByRoute, SessionSpec};
use crate::resources::{BGPFilterRule, BGPFilterSpec};

/// Everything about one node.
pub(super) fn node(
    node: &NodeFacts<'_>,
    facts: &Facts<'_>,
    table: &Table<'_>,
    mesh_password: Option<&Password>,
) -> NodeTopology {
    let mut sessions = mesh(node, facts, mesh_password);
    let mut routes = Vec::new();
    for (everywhere, claim) in table.of(node.name) {
        let Some(own) = node.address(Family::of(claim.peer.address)) else {
            continue;
        };
        if own == claim.peer.address {
            continue;
        }
        sessions.push(session(node, own, claim, everywhere, facts));
        routes.extend(claim.peer.reachable_by.map(|via| ReachableByRoute {
            peer: claim.peer.address.into(),
            via,
        }));
    }
    sessions.sort_by(|a, b| (a.family, &a.name).cmp(&(b.family, &b.name)));
    routes.sort_unstable();
    routes.dedup();
    NodeTopology {
        name: node.name.to_owned(),
        local_as: facts.as_of(node),
        router_id: facts.input.router_id.of(node.name, node.ipv4),
        ipv4: node.address(Family::Ipv4),
        ipv6: node.address(Family::Ipv6),
        cluster_id: node.cluster_id,
        listen_port: node.port.unwrap_or(BGP_PORT),
        listen_on_node_address: facts.bind_to_node_address,
        sessions,
        reachable_by_routes: routes,
    }
}

/// Sessions of the node-to-node mesh: between all nodes that reflect nothing.
fn mesh(node: &NodeFacts<'_>, facts: &Facts<'_>, password: Option<&Password>) -> Vec<SessionSpec> {
    if !facts.mesh || node.cluster_id.is_some() {
        return Vec::new();
    }
    let others = || {
        facts
            .nodes
            .values()
            .filter(|other| other.cluster_id.is_none())
    };
    let pairs = Family::ALL.into_iter().filter_map(|family| {
        let own = node.address(family)?;
        Some(others().filter_map(move |other| Some((own, other, other.address(family)?))))
    });
    pairs
        .flatten()
        .filter(|(own, _, address)| own != address)
        .map(|(own, other, address)| mesh_session(node, own, other, address, facts, password))
        .collect()
}

/// One end of a mesh session. It takes the listening port and AS of the *other*
/// node, and no filters: `BGPFilter`s work on `BGPPeer`s only.
fn mesh_session(
    node: &NodeFacts<'_>,
    own: IpAddr,
    other: &NodeFacts<'_>,
    address: IpAddr,
    facts: &Facts<'_>,
    password: Option<&Password>,
) -> SessionSpec {
    let local_as = facts.as_of(node);
    let restart = facts
        .default_configuration()
        .and_then(|spec| spec.node_mesh_max_restart_time);
    SessionSpec {
        name: session_name("Mesh", address, None),
        family: Family::of(address),
        peer_address: address,
        peer_port: other.port,
        peer_as: other.as_number.unwrap_or(local_as),
        local_as,
        source_address: Some(own),
        route_reflector_client: false,
        cluster_id: None,
        passive: is_greater(address, own),
        next_hop: NextHop::Auto,
        ttl_security: false,
        multihop_hops: None,
        allow_local_as: None,
        keepalive_s: None,
        graceful_restart_s: restart.map(seconds),
        password: password.cloned(),
        import_filters: Vec::new(),
        export_filters: Vec::new(),
        origin: Origin::Mesh,
        remote_node: Some(other.name.to_owned()),
    }
}

/// A session of the table.
///
/// The peer is a client where RFC 4456 §6 and `confd` meet: this node reflects,
/// both ends show one AS, and the peer is not known to share the cluster id. A
/// peer found by address is never known to, and so becomes a client even when it
/// is a reflector of the same cluster ([`Problem::ReflectorAsClient`] says so).
///
/// Who waits to be called is decided by comparing addresses only between nodes
/// and only for peers of every node; for all others both ends call, and RFC 4271
/// §6.8 settles the collision.
///
/// [`Problem::ReflectorAsClient`]: super::Problem::ReflectorAsClient
fn session(
    node: &NodeFacts<'_>,
    own: IpAddr,
    Claim { peer, origin, .. }: &Claim<'_>,
    everywhere: bool,
    facts: &Facts<'_>,
) -> SessionSpec {
    let local_as = peer.local_as.unwrap_or_else(|| facts.as_of(node));
    let internal = peer.asn == local_as;
    let family = Family::of(peer.address);
    let client_of = node
        .cluster_id
        .filter(|cluster| internal && peer.cluster_id != Some(*cluster));
    let scope = match (peer.workload, everywhere) {
        (true, _) => "Local_Workload",
        (false, true) => "Global",
        (false, false) => "Node",
    };
    let decided_by_address = everywhere && peer.named_node && is_greater(peer.address, own);
    let remote = facts.owner(peer.address).filter(|_| !peer.workload);
    SessionSpec {
        name: session_name(scope, peer.address, peer.port),
        family,
        peer_address: peer.address,
        peer_port: peer.port,
        peer_as: peer.asn,
        local_as,
        source_address: peer.use_node_address.then_some(own),
        route_reflector_client: client_of.is_some(),
        cluster_id: client_of,
        passive: peer.workload || decided_by_address,
        next_hop: next_hop(peer, internal),
        ttl_security: peer.ttl_security.is_some(),
        multihop_hops: peer.ttl_security,
        allow_local_as: peer.allow_local_as,
        keepalive_s: peer.keepalive_s,
        graceful_restart_s: peer.graceful_restart_s,
        password: peer.password.clone(),
        import_filters: filters(peer, facts, |spec| match family {
            Family::Ipv4 => &spec.import_v4,
            Family::Ipv6 => &spec.import_v6,
        }),
        export_filters: filters(peer, facts, |spec| match family {
            Family::Ipv4 => &spec.export_v4,
            Family::Ipv6 => &spec.export_v6,
        }),
        origin: origin.clone(),
        remote_node: remote.map(|node| node.name.to_owned()),
    }
}

/// The mode, or what the field that it superseded says: that one is heard
/// over eBGP only.
fn next_hop(peer: &Peer<'_>, internal: bool) -> NextHop {
    match peer.next_hop {
        Some(mode) => mode,
        None if peer.keep_original_next_hop && !internal => NextHop::Keep,
        None => NextHop::Auto,
    }
}

/// Names of those filters that exist and have rules here.
fn filters(
    peer: &Peer<'_>,
    facts: &Facts<'_>,
    rules: impl Fn(&BGPFilterSpec) -> &Option<Vec<BGPFilterRule>>,
) -> Vec<String> {
    let has_rules = |name: &&String| {
        let spec = facts.filter(name);
        spec.is_some_and(|spec| rules(spec).as_ref().is_some_and(|rules| !rules.is_empty()))
    };
    peer.filters.iter().filter(has_rules).cloned().collect()
}

/// Calico's name of a BIRD protocol. Unique within node and family, since the
/// table has one peer for each address and port.
fn session_name(scope: &str, address: IpAddr, port: Option<u16>) -> String {
    let address = address.to_string().replace(['.', ':'], "_");
    match port {
        Some(port) => format!("{scope}_{address}_port_{port}"),
        None => format!("{scope}_{address}"),
    }
}

/// Calico compares addresses as text to decide who waits: `10.0.0.9` is
/// greater than `10.0.0.10`.
///
/// Both ends compare the same two texts, so exactly one of them waits.
fn is_greater(peer: IpAddr, own: IpAddr) -> bool {
    peer.to_string() > own.to_string()
}
