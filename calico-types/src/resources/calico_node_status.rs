//! `CalicoNodeStatus`: a node's BGP sessions and routes, on request.

use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// Asks a node to report, and holds the report.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CalicoNodeStatus {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: CalicoNodeStatusSpec,
    /// What the cluster reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CalicoNodeStatusStatus>,
}

impl Kind for CalicoNodeStatus {
    const KIND: &'static str = "CalicoNodeStatus";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`CalicoNodeStatus`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalicoNodeStatusSpec {
    /// Who is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// What to report.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub classes: Given<Vec<NodeStatusClass>>,
    /// How often; 0 means once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_period_seconds: Option<u32>,
}

/// A part of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NodeStatusClass {
    /// The BIRD daemons.
    Agent,
    /// Their sessions.
    BGP,
    /// Their routes.
    Routes,
}

/// The report.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalicoNodeStatusStatus {
    /// RFC 3339 time. The only field that may be null: `Some(None)`, before the
    /// first report.
    #[serde(
        default,
        deserialize_with = "written",
        skip_serializing_if = "Option::is_none"
    )]
    pub last_updated: Option<Option<String>>,
    /// The BIRD daemons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentStatus>,
    /// Their sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bgp: Option<BGPStatus>,
    /// Their routes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routes: Option<RoutesStatus>,
}

/// Keeps null apart from nothing.
fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The BIRD daemons of a node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentStatus {
    /// The one for IPv4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bird_v4: Option<BirdStatus>,
    /// The one for IPv6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bird_v6: Option<BirdStatus>,
}

/// A BIRD daemon.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BirdStatus {
    /// Whether it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<BirdState>,
    /// BIRD's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its BGP identifier.
    #[serde(rename = "routerID", skip_serializing_if = "Option::is_none")]
    pub router_id: Option<String>,
    /// When it started, in BIRD's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_boot_time: Option<String>,
    /// When it last read its configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_reconfiguration_time: Option<String>,
}

/// Sessions of a node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BGPStatus {
    /// IPv4 sessions that are up.
    #[serde(default)]
    pub number_established_v4: i64,
    /// IPv4 sessions that are not.
    #[serde(default)]
    pub number_not_established_v4: i64,
    /// IPv6 sessions that are up.
    #[serde(default)]
    pub number_established_v6: i64,
    /// IPv6 sessions that are not.
    #[serde(default)]
    pub number_not_established_v6: i64,
    /// The IPv4 sessions.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub peers_v4: Given<Vec<PeerStatus>>,
    /// The IPv6 sessions.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub peers_v6: Given<Vec<PeerStatus>>,
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PeerStatus {
    /// The peer.
    #[serde(rename = "peerIP", skip_serializing_if = "Option::is_none")]
    pub peer_ip: Option<IpAddr>,
    /// Why there is a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<PeerKind>,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<SessionState>,
    /// Since when, in BIRD's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// Routes of a node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoutesStatus {
    /// IPv4 routes.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub routes_v4: Given<Vec<RouteStatus>>,
    /// IPv6 routes.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub routes_v6: Given<Vec<RouteStatus>>,
}

/// One route.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteStatus {
    /// Whether the kernel uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<RouteKind>,
    /// Its prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// Its next hop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// Its interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// Where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learned_from: Option<RouteLearnedFrom>,
}

/// The origin of a route.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteLearnedFrom {
    /// What told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_type: Option<RouteSourceType>,
    /// The peer, if one.
    #[serde(rename = "peerIP", skip_serializing_if = "Option::is_none")]
    pub peer_ip: Option<IpAddr>,
}

/// Whether a BIRD daemon runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BirdState {
    /// It does.
    Ready,
    /// It does not.
    NotReady,
}

/// Why there is a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PeerKind {
    /// The mesh of nodes.
    NodeMesh,
    /// A `BGPPeer` of this node.
    NodePeer,
    /// A `BGPPeer` of all nodes.
    GlobalPeer,
}

/// A state of RFC 4271 §8.2.2, and one of BIRD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SessionState {
    /// It does not try.
    Idle,
    /// It waits for a connection.
    Connect,
    /// It listens for one.
    Active,
    /// It has said who it is.
    OpenSent,
    /// It knows who the peer is.
    OpenConfirm,
    /// It is up.
    Established,
    /// It is on its way down: BIRD.
    Close,
}

/// Whether the kernel uses a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RouteKind {
    /// It does.
    FIB,
    /// Another is better.
    RIB,
}

/// What told of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RouteSourceType {
    /// The kernel.
    Kernel,
    /// The configuration.
    Static,
    /// An interface.
    Direct,
    /// A node of the mesh.
    NodeMesh,
    /// Another peer.
    BGPPeer,
}
