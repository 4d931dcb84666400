//! A topology as text: counts, nodes, sessions, and what is wrong.

use calico_types::topology::{Gap, NextHop, NodeTopology, Origin, SessionSpec, Topology};
use examples::report::{Align, Table, thousands};

/// Nodes that are listed one by one.
const MOST_NODES: usize = 200;
/// Sessions up to which every node's are listed.
const MOST_SESSIONS: usize = 300;
/// Problems that are listed.
const MOST_PROBLEMS: usize = 50;

/// The whole cluster as text: counts, nodes, sessions if they are few, what is wrong.
pub(crate) fn all(topology: &Topology, problems: &[String], gaps: &[Gap]) -> String {
    let (nodes, count) = (topology.speakers().len(), topology.session_count());
    let mut text = format!(
        "{} nodes, {} sessions ({} IPv4, {} IPv6)\n\n{}",
        number(nodes),
        number(count.total()),
        number(count.ipv4),
        number(count.ipv6),
        table_of_nodes(topology)
    );
    if nodes > MOST_NODES {
        text += &format!("  ... and {} more\n", number(nodes - MOST_NODES));
    }
    if count.total() > MOST_SESSIONS {
        text += "\n--node NAME lists the sessions of a node.\n";
    } else {
        for node in topology.nodes().filter(|node| !node.sessions.is_empty()) {
            text += &format!("\n{}\n{}", node.speaker.name, table_of_sessions(&node));
        }
    }
    text + &wrong(problems, gaps)
}

fn table_of_nodes(topology: &Topology) -> Table {
    let mut table = Table::new([
        ("node", Align::Left),
        ("AS", Align::Right),
        ("router id", Align::Left),
        ("reflects for", Align::Left),
        ("IPv4", Align::Right),
        ("IPv6", Align::Right),
    ]);
    for speaker in topology.speakers().iter().take(MOST_NODES) {
        let count = topology.session_count_of(&speaker.name);
        table.row([
            speaker.name.clone(),
            speaker.local_as.to_string(),
            optional(speaker.router_id),
            optional(speaker.cluster_id),
            count.ipv4.to_string(),
            count.ipv6.to_string(),
        ]);
    }
    table
}

/// One node as text: what it is, its sessions, its static routes.
pub(crate) fn one(node: &NodeTopology) -> String {
    let speaker = &node.speaker;
    let addresses = [speaker.ipv4, speaker.ipv6].into_iter().flatten();
    let addresses: Vec<String> = addresses.map(|address| address.to_string()).collect();
    let mut text = format!(
        "{}: AS {}, router id {}, {}, listens on port {}{}\n",
        speaker.name,
        speaker.local_as,
        optional(speaker.router_id),
        if addresses.is_empty() {
            "no address".to_owned()
        } else {
            addresses.join(" and ")
        },
        speaker.listen_port,
        if speaker.listen_on_node_address {
            " of these addresses"
        } else {
            ""
        },
    );
    if let Some(cluster) = speaker.cluster_id {
        text += &format!("route reflector of cluster {cluster}\n");
    }
    if !speaker.ignored_interfaces.is_empty() {
        let names = speaker.ignored_interfaces.join(", ");
        text += &format!("ignores interfaces {names}\n");
    }
    for advertised in &speaker.advertised_communities {
        let values: Vec<String> = advertised
            .communities
            .iter()
            .map(ToString::to_string)
            .collect();
        text += &format!("adds {} within {}\n", values.join(" "), advertised.cidr);
    }
    text += &format!(
        "\n{} sessions\n{}",
        node.sessions.len(),
        table_of_sessions(node)
    );
    for route in &node.reachable_by_routes {
        text += &format!("static route to {} via {}\n", route.peer, route.via);
    }
    text
}

fn table_of_sessions(node: &NodeTopology) -> Table {
    let mut table = Table::new([
        ("session", Align::Left),
        ("peer", Align::Left),
        ("AS", Align::Right),
        ("kind", Align::Left),
        ("from", Align::Left),
        ("import", Align::Left),
        ("export", Align::Left),
        ("more", Align::Left),
    ]);
    for session in &node.sessions {
        let peer = session.remote_node.clone();
        table.row([
            session.name.clone(),
            peer.unwrap_or_else(|| session.peer_address.to_string()),
            session.peer_as.to_string(),
            kind(session).to_owned(),
            match &session.origin {
                Origin::Mesh => "mesh".to_owned(),
                Origin::Peer(name) => name.clone(),
                Origin::Reverse(name) => format!("{name} (back)"),
            },
            listed(&session.import_filters),
            listed(&session.export_filters),
            more(node, session),
        ]);
    }
    table
}

fn kind(session: &SessionSpec) -> &'static str {
    match (session.is_internal(), session.route_reflector_client) {
        (false, _) => "eBGP",
        (true, true) => "client",
        (true, false) => "iBGP",
    }
}

/// What is unusual about a session.
fn more(node: &NodeTopology, session: &SessionSpec) -> String {
    let mut words = Vec::new();
    if session.passive {
        words.push("waits".to_owned());
    }
    if session.password.is_some() {
        words.push("password".to_owned());
    }
    if session.local_as != node.speaker.local_as {
        words.push(format!("as AS {}", session.local_as));
    }
    if let Some(hops) = session.multihop_hops {
        words.push(format!("TTL security, {hops} hops"));
    }
    if let Some(times) = session.allow_local_as {
        words.push(format!("own AS {times} times"));
    }
    if session.next_hop != NextHop::Auto {
        words.push(format!("next hop {}", session.next_hop));
    }
    if session.source_address.is_none() {
        words.push("any source".to_owned());
    }
    if let Some(seconds) = session.keepalive_s {
        words.push(format!("keepalive {seconds} s"));
    }
    if let Some(seconds) = session.graceful_restart_s {
        words.push(format!("restart {seconds} s"));
    }
    words.join(", ")
}

/// Problems and gaps, as text.
pub(crate) fn wrong(problems: &[String], gaps: &[Gap]) -> String {
    let mut text = String::new();
    if !problems.is_empty() {
        text += "\nproblems\n";
    }
    for problem in problems.iter().take(MOST_PROBLEMS) {
        text += &format!("  {problem}\n");
    }
    if problems.len() > MOST_PROBLEMS {
        let more = problems.len() - MOST_PROBLEMS;
        text += &format!("  ... and {} more\n", number(more));
    }
    if !gaps.is_empty() {
        text += "\nroutes that do not get there\n";
    }
    for gap in gaps.iter().take(MOST_PROBLEMS) {
        let (from, to) = (few(&gap.from), few(&gap.to));
        text += &if gap.from == gap.to {
            format!("  {}: those of {from}, to each other\n", gap.family)
        } else {
            format!("  {}: those of {from}, to {to}\n", gap.family)
        };
    }
    text
}

/// The first of many names.
fn few(names: &[String]) -> String {
    const MOST: usize = 4;
    let shown = names.get(..MOST).unwrap_or(names).join(", ");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {} more", number(more)),
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "-".to_owned();
    }
    names.join(", ")
}

fn optional(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

fn number(count: usize) -> String {
    thousands(u64::try_from(count).unwrap_or(u64::MAX))
}
