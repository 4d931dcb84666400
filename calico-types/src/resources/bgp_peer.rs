//! `BGPPeer`: sessions beyond the node-to-node mesh.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::bgp_password::BGPPassword;
use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;
use crate::scalar::{Asn, Duration, PeerAddress};

/// Which nodes peer with whom. Neither `node` nor `node_selector` means every node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BGPPeer {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: BGPPeerSpec,
}

impl Kind for BGPPeer {
    const KIND: &'static str = "BGPPeer";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`BGPPeer`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BGPPeerSpec {
    /// The one node that this peering concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// A selector of such nodes; excludes `node`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<String>,
    /// The peer's address; excludes `peer_selector`.
    #[serde(rename = "peerIP", skip_serializing_if = "Option::is_none")]
    pub peer_ip: Option<PeerAddress>,
    /// The peer's AS, with `peer_ip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_number: Option<Asn>,
    /// A selector of nodes to peer with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_selector: Option<String>,
    /// A selector of workloads on the node to peer with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_workload_selector: Option<String>,
    /// Superseded by `next_hop_mode: Keep`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_original_next_hop: Option<bool>,
    /// What next hop is sent; default `Auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_hop_mode: Option<NextHopMode>,
    /// The TCP-MD5 password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<BGPPassword>,
    /// From which address to connect; default the node's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_address: Option<SourceAddress>,
    /// Graceful restart time; default 120 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_restart_time: Option<Duration>,
    /// The keepalive interval, in whole seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keepalive_time: Option<Duration>,
    /// How often the local AS may stand in a received path.
    #[serde(
        rename = "numAllowedLocalASNumbers",
        skip_serializing_if = "Option::is_none"
    )]
    pub num_allowed_local_as_numbers: Option<i32>,
    /// GTSM (RFC 5082): the number of hops to the peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_security: Option<u8>,
    /// A gateway: a static route to the peer is made through it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reachable_by: Option<IpAddr>,
    /// Names of `BGPFilter`s, in order.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub filters: Given<Vec<String>>,
    /// The AS that the node shows to this peer.
    #[serde(rename = "localASNumber", skip_serializing_if = "Option::is_none")]
    pub local_as_number: Option<Asn>,
    /// Whether selected peers peer back by themselves; default `Auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverse_peering: Option<ReversePeering>,
}

/// The next hop of exported routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NextHopMode {
    /// The node itself over eBGP, unchanged from a reflector's clients.
    Auto,
    /// Always the node itself.
    #[serde(rename = "Self")]
    SelfNode,
    /// As received.
    Keep,
}

/// The local address of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SourceAddress {
    /// The node's BGP address.
    UseNodeIP,
    /// What the kernel chooses.
    None,
}

/// Whether a node that is selected as a peer peers back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReversePeering {
    /// It does.
    Auto,
    /// Another `BGPPeer` must say so.
    Manual,
}
