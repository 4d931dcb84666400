//! Suite `topology`: the sessions of one node.

use std::net::{IpAddr, Ipv4Addr};

use calico_types::Resource;
use calico_types::topology::{
    Family, NextHop, NodeTopology, RouterId, SessionSpec, Topology, TopologyInput,
};
use serde::Deserialize;
use serde_json::Value;

use super::Outcome;

#[derive(Deserialize)]
struct Case {
    node: String,
    env: Option<String>,
    resources: Vec<String>,
    expected: Node,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Node {
    local_as: u32,
    router_id: Option<Ipv4Addr>,
    sessions: Vec<Session>,
    reachable_by_routes: Vec<(String, String)>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Session {
    name: String,
    family: String,
    peer_address: IpAddr,
    peer_port: Option<u16>,
    peer_as: u32,
    local_as: u32,
    source_address: Option<IpAddr>,
    route_reflector_client: bool,
    cluster_id: Option<Ipv4Addr>,
    passive: bool,
    next_hop: String,
    ttl_security: bool,
    multihop_hops: Option<u8>,
    allow_local_as: Option<u32>,
    keepalive_s: Option<u32>,
    graceful_restart_s: Option<u32>,
    password: Option<String>,
    import_filters: Vec<String>,
    export_filters: Vec<String>,
}

/// Judges one case.
pub(super) fn run(case: &Value) -> Outcome {
    let case = match Case::deserialize(case) {
        Ok(case) => case,
        Err(error) => return Outcome::fail("a readable case", error.to_string()),
    };
    match built(&case) {
        Ok(node) => compare(&case.expected, &node),
        Err(reason) => Outcome::fail("a topology", reason),
    }
}

/// The first session that differs, since whole nodes are hard to read.
fn compare(expected: &Node, got: &Node) -> Outcome {
    let pairs = expected.sessions.iter().zip(&got.sessions);
    pairs
        .map(|(expected, got)| Outcome::equal(expected, got).named("session"))
        .fold(Outcome::Pass, |outcome, next| outcome.and(|| next))
        .and(|| Outcome::equal(expected, got).named("node"))
}

fn built(case: &Case) -> Result<Node, String> {
    let mut resources = Vec::new();
    for text in &case.resources {
        resources.extend(resource(text)?);
    }
    let mut input = TopologyInput::from_resources(&resources);
    if let Some(id) = case.env.as_deref().and_then(router_id) {
        input.router_id = id;
    }
    let node = Topology::build(&input)
        .node(&case.node)
        .ok_or("no such node")?;
    Ok(node.into())
}

/// The router id among the lines or words of an environment.
fn router_id(environment: &str) -> Option<RouterId> {
    environment
        .split_whitespace()
        .find_map(|setting| setting.strip_prefix("CALICO_ROUTER_ID="))?
        .parse()
        .ok()
}

/// Reads one manifest; `None` for a kind that does not concern topologies.
fn resource(text: &str) -> Result<Option<Resource>, String> {
    let mut value: Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    let word = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let (api_version, kind) = (word("apiVersion"), word("kind"));
    as_calicoctl(&mut value);
    Resource::from_value(&api_version, &kind, &value)
        .transpose()
        .map_err(|error| format!("{kind}: {error}"))
}

/// Changes what calicoctl changes on its way from YAML to a resource: `null` is
/// absent, and a number or boolean becomes text where text is wanted.
fn as_calicoctl(value: &mut Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, field| !field.is_null());
    }
    let labels = value.pointer_mut("/metadata/labels");
    for (_, label) in labels.and_then(Value::as_object_mut).into_iter().flatten() {
        to_text(label);
    }
    let advertisements = value.pointer_mut("/spec/prefixAdvertisements");
    for advertisement in advertisements
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let communities = advertisement["communities"].as_array_mut();
        communities.into_iter().flatten().for_each(to_text);
    }
}

fn to_text(scalar: &mut Value) {
    if !scalar.is_string() {
        *scalar = Value::String(scalar.to_string());
    }
}

impl From<NodeTopology> for Node {
    fn from(node: NodeTopology) -> Self {
        Self {
            local_as: node.speaker.local_as.0,
            router_id: node.speaker.router_id,
            sessions: node.sessions.into_iter().map(Into::into).collect(),
            reachable_by_routes: node
                .reachable_by_routes
                .iter()
                .map(|route| (route.peer.to_string(), route.via.to_string()))
                .collect(),
        }
    }
}

impl From<SessionSpec> for Session {
    fn from(session: SessionSpec) -> Self {
        Self {
            name: session.name,
            family: match session.family {
                Family::Ipv4 => "ipv4",
                Family::Ipv6 => "ipv6",
            }
            .to_owned(),
            peer_address: session.peer_address,
            peer_port: session.peer_port,
            peer_as: session.peer_as.0,
            local_as: session.local_as.0,
            source_address: session.source_address,
            route_reflector_client: session.route_reflector_client,
            cluster_id: session.cluster_id,
            passive: session.passive,
            next_hop: match session.next_hop {
                NextHop::Auto => "auto",
                NextHop::Own => "self",
                NextHop::Keep => "keep",
            }
            .to_owned(),
            ttl_security: session.ttl_security,
            multihop_hops: session.multihop_hops,
            allow_local_as: session.allow_local_as,
            keepalive_s: session.keepalive_s,
            graceful_restart_s: session.graceful_restart_s,
            password: session.password.map(|p| p.reveal().to_owned()),
            import_filters: session.import_filters,
            export_filters: session.export_filters,
        }
    }
}
