//! What a topology turned out to have against it.
//!
//! Calico does all of this silently.
//!
//! Problems are facts about a topology, without severity and place: what is an
//! oversight in one cluster is a migration under way in another.
//! [`lint`](crate::lint::lint) turns them into diagnostics.

use std::net::IpAddr;

use super::Family;
use crate::scalar::Asn;
use crate::selector::SelectorError;

/// Something that a topology does which its author probably did not mean.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Two `BGPPeer`s describe the same session differently.
    #[error(
        "BGPPeers {} and {} describe the session {}{address}{} differently: {}",
        .kept, .dropped, Of(.node.as_deref()), Port(*.port),
        if *.ambiguous { format!("Calico takes either, here {kept} counts") }
        else { format!("{kept} counts") }
    )]
    Collision {
        /// The node; `None` for a peering of all nodes.
        node: Option<String>,
        /// The peer's address.
        address: IpAddr,
        /// The peer's port.
        port: Option<u16>,
        /// The `BGPPeer` that counts.
        kept: String,
        /// The `BGPPeer` that does not.
        dropped: String,
        /// Whether Calico leaves it to chance, because both stand at the same
        /// level.
        ambiguous: bool,
    },
    /// A selector of a `BGPPeer` cannot be read; the peering is left out.
    #[error("{field} of BGPPeer {bgp_peer}: {error}")]
    Selector {
        /// The `BGPPeer`.
        bgp_peer: String,
        /// The field, such as `nodeSelector`.
        field: &'static str,
        /// What is wrong with it.
        error: SelectorError,
    },
    /// A gateway of the other family; the peering is left out.
    #[error("reachableBy {gateway} of BGPPeer {bgp_peer} is not of the family of peerIP {peer}")]
    ReachableByFamily {
        /// The `BGPPeer`.
        bgp_peer: String,
        /// The peer.
        peer: IpAddr,
        /// The gateway.
        gateway: IpAddr,
    },
    /// A password whose secret is not among the resources; the session goes
    /// without one.
    #[error("secret {secret} has no key {key}: the password of {} is missing", Holder(.bgp_peer.as_deref()))]
    MissingPassword {
        /// The `BGPPeer`; `None` for the mesh.
        bgp_peer: Option<String>,
        /// The secret's name.
        secret: String,
        /// The key.
        key: String,
    },
    /// A node has a session to another, which has none back.
    #[error("node {node} has a {family} session to {peer}, which has none back ({bgp_peer})")]
    OneSided {
        /// The node that would call, or wait, in vain.
        node: String,
        /// The other node.
        peer: String,
        /// The session's family.
        family: Family,
        /// The `BGPPeer` that says so; in a mesh both ends are there.
        bgp_peer: String,
    },
    /// Two nodes expect different AS numbers of each other than they show.
    #[error("node {node} expects AS {expected} of {peer}, which shows AS {shown} ({family})")]
    AsMismatch {
        /// The node with the wrong expectation.
        node: String,
        /// The other node.
        peer: String,
        /// The session's family.
        family: Family,
        /// What the node expects.
        expected: Asn,
        /// What the other shows.
        shown: Asn,
        /// The `BGPPeer` from which the expectation comes.
        bgp_peer: String,
    },
    /// A node of another AS than the cluster's in the mesh: it takes every node
    /// that names no AS of its own to have *its* AS.
    #[error(
        "node {node} expects its own AS {expected} of {} in the {family} mesh, which \
         {} AS {shown}", Others(.peer, *.peers), if *.peers == 1 { "shows" } else { "show" }
    )]
    MeshAsMismatch {
        /// The node with the wrong expectation.
        node: String,
        /// The family of the sessions.
        family: Family,
        /// What the node expects.
        expected: Asn,
        /// What the others show: the cluster's AS.
        shown: Asn,
        /// The first of the others.
        peer: String,
        /// How many they are.
        peers: usize,
    },
    /// Two nodes claim one address.
    ///
    /// Sessions of others with the address belong to the first; Calico gives
    /// others two sessions of one name, and BIRD refuses the configuration.
    #[error("nodes {node} and {double} both have the address {address}")]
    DuplicateAddress {
        /// The address.
        address: IpAddr,
        /// The node that counts.
        node: String,
        /// The node that does not.
        double: String,
    },
    /// Two nodes with a session in which both wait to be called.
    #[error("nodes {node} and {peer} both wait for the other to open their {family} session")]
    BothPassive {
        /// One node.
        node: String,
        /// The other.
        peer: String,
        /// The session's family.
        family: Family,
    },
    /// A reflector peers with another reflector of its own cluster by
    /// address: Calico does not look at the other's cluster id then, and
    /// makes it a client.
    #[error(
        "{peer} is a route reflector of the same cluster as {node}, but becomes its client, since BGPPeer {bgp_peer} names it by address"
    )]
    ReflectorAsClient {
        /// The reflector that sees a client.
        node: String,
        /// The reflector that is seen as one.
        peer: String,
        /// The `BGPPeer`.
        bgp_peer: String,
    },
}

/// `b`, or `b and 3 others`.
struct Others<'a>(&'a str, usize);

impl std::fmt::Display for Others<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.1 {
            0 | 1 => f.write_str(self.0),
            2 => write!(f, "{} and another", self.0),
            n => write!(f, "{} and {} others", self.0, n - 1),
        }
    }
}

struct Of<'a>(Option<&'a str>);

impl std::fmt::Display for Of<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(node) => write!(f, "of {node} with "),
            None => f.write_str("of every node with "),
        }
    }
}

struct Port(Option<u16>);

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(port) => write!(f, " port {port}"),
            None => Ok(()),
        }
    }
}

struct Holder<'a>(Option<&'a str>);

impl std::fmt::Display for Holder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(bgp_peer) => write!(f, "BGPPeer {bgp_peer}"),
            None => f.write_str("the mesh"),
        }
    }
}

impl Problem {
    /// The `BGPPeer` that it is about; `None` where it is about the mesh or
    /// nodes.
    #[must_use]
    pub fn bgp_peer(&self) -> Option<&str> {
        match self {
            Self::Collision { dropped, .. } => Some(dropped),
            Self::Selector { bgp_peer, .. }
            | Self::ReachableByFamily { bgp_peer, .. }
            | Self::OneSided { bgp_peer, .. }
            | Self::AsMismatch { bgp_peer, .. }
            | Self::ReflectorAsClient { bgp_peer, .. } => Some(bgp_peer),
            Self::MissingPassword { bgp_peer, .. } => bgp_peer.as_deref(),
            Self::MeshAsMismatch { .. }
            | Self::DuplicateAddress { .. }
            | Self::BothPassive { .. } => None,
        }
    }
}
