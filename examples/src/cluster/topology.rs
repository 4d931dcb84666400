//! Part 2: the sessions that the manifests mean, and those of a full mesh.

use std::collections::BTreeMap;

use calico_types::topology::{FarEnd, Link, NodeTopology, Problem, SessionSpec, Topology};

use crate::report::{Checks, LinkKind, NodeSessions, Role, SessionLine, Wiring};

/// Nodes with their sessions, by name.
type Nodes = BTreeMap<String, NodeTopology>;

/// Describes one wiring.
pub(super) fn wiring(name: &str, topology: &Topology, problems: &[Problem]) -> Wiring {
    let links: Vec<Link> = topology.links().collect();
    let nodes: Nodes = topology
        .nodes()
        .map(|node| (node.speaker.name.clone(), node))
        .collect();
    let count = |wanted: fn(&Link) -> bool| {
        links
            .iter()
            .filter(|link| wanted(link))
            .map(|link| link.sessions)
            .sum()
    };
    Wiring {
        name: name.to_owned(),
        internal: count(is_between_nodes),
        client: count(|link| is_between_nodes(link) && link.reflected),
        external: count(|link| !is_between_nodes(link)),
        sessions: session_lines(&nodes),
        nodes: nodes
            .values()
            .map(|node| node_sessions(node, &nodes))
            .collect(),
        problems: problems.iter().map(ToString::to_string).collect(),
        picture: topology.to_svg(),
    }
}

/// Claims what reflection is for: every node is client of every reflector, and the
/// sessions are as many as arithmetic says.
pub(super) fn check(reflected: &Wiring, mesh: &Wiring, checks: &mut Checks) {
    let nodes = reflected
        .nodes
        .iter()
        .filter(|node| node.address.is_some())
        .count();
    checks.all(
        format!("a full mesh of {nodes} nodes has n·(n−1)/2 sessions"),
        mesh.internal,
        nodes * nodes.saturating_sub(1) / 2,
    );
    let reflectors = reflected
        .nodes
        .iter()
        .filter(|node| node.role == Role::Reflector)
        .count();
    if reflectors == 0 {
        return;
    }
    let clients = nodes.saturating_sub(reflectors);
    checks.all(
        format!("{reflectors} reflectors with {clients} clients each have r·c client sessions"),
        reflected.client,
        reflectors * clients,
    );
    checks.all(
        "with those among the reflectors, r·c + r·(r−1)/2",
        reflected.internal,
        reflectors * clients + reflectors * (reflectors - 1) / 2,
    );
    let served = reflected
        .nodes
        .iter()
        .filter(|node| node.role == Role::Node);
    let lonely: Vec<String> = served
        .filter(|node| node.client_of.len() != reflectors)
        .map(|node| node.name.clone())
        .collect();
    checks.none(
        "every other node is client of every reflector",
        &lonely,
        "none left out",
    );
    let open = |session: &&SessionLine| {
        session.import_filters.is_empty() || session.export_filters.is_empty()
    };
    let unfiltered = reflected.sessions.iter().filter(open);
    let unfiltered: Vec<String> = unfiltered
        .map(|line| format!("{} to {}", line.from, line.to))
        .collect();
    checks.none(
        "every session is filtered both ways",
        &unfiltered,
        "none is open",
    );
    checks.none("the topology has no problems", &reflected.problems, "none");
}

fn is_between_nodes(link: &Link) -> bool {
    matches!(link.peer, FarEnd::Node { .. })
}

fn node_sessions(node: &NodeTopology, nodes: &Nodes) -> NodeSessions {
    let speaker = &node.speaker;
    let reflects = |session: &&SessionSpec| {
        let remote = session.remote_node.as_deref();
        remote.is_some_and(|remote| is_client(nodes, remote, &speaker.name))
    };
    NodeSessions {
        name: speaker.name.clone(),
        address: speaker
            .ipv4
            .or(speaker.ipv6)
            .map(|address| address.to_string()),
        role: if speaker.is_route_reflector() {
            Role::Reflector
        } else {
            Role::Node
        },
        sessions: node.sessions.len(),
        client_of: node
            .sessions
            .iter()
            .filter(reflects)
            .filter_map(|s| s.remote_node.clone())
            .collect(),
        clients: node
            .sessions
            .iter()
            .filter(|session| session.route_reflector_client)
            .count(),
    }
}

/// Every session once: from the reflector to the client, else from the node whose name
/// comes first.
fn session_lines(nodes: &Nodes) -> Vec<SessionLine> {
    let mut lines = Vec::new();
    for (name, node) in nodes {
        for session in &node.sessions {
            let first = match &session.remote_node {
                None => true,
                Some(_) if session.route_reflector_client => true,
                Some(remote) => name < remote && !is_client(nodes, remote, name),
            };
            if first {
                lines.push(line(node, session));
            }
        }
    }
    lines.sort();
    lines
}

fn is_client(nodes: &Nodes, reflector: &str, client: &str) -> bool {
    nodes.get(reflector).is_some_and(|node| {
        node.sessions
            .iter()
            .any(|s| s.route_reflector_client && s.remote_node.as_deref() == Some(client))
    })
}

fn line(node: &NodeTopology, session: &SessionSpec) -> SessionLine {
    let kind = match (session.is_internal(), session.route_reflector_client) {
        (false, _) => LinkKind::External,
        (true, true) => LinkKind::Client,
        (true, false) => LinkKind::Peer,
    };
    let outside = || format!("{} (AS {})", session.peer_address, session.peer_as);
    SessionLine {
        from: node.speaker.name.clone(),
        to: session.remote_node.clone().unwrap_or_else(outside),
        family: session.family.to_string(),
        kind,
        import_filters: session.import_filters.clone(),
        export_filters: session.export_filters.clone(),
    }
}
