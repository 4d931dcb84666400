//! Sessions of a node, as its BGP speaker is to be configured.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use serde::{Serialize, Serializer};

use crate::resources::NextHopMode;
use crate::scalar::Asn;

/// Address family of a session: a speaker keeps one session a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Sessions between IPv4 addresses, for IPv4 routes.
    Ipv4,
    /// Sessions between IPv6 addresses, for IPv6 routes.
    Ipv6,
}

impl Family {
    /// Both, IPv4 first.
    pub const ALL: [Self; 2] = [Self::Ipv4, Self::Ipv6];

    /// The family of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::Ipv4,
            IpAddr::V6(_) => Self::Ipv6,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ipv4 => "IPv4",
            Self::Ipv6 => "IPv6",
        })
    }
}

/// Why a session exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "bgpPeer")]
pub enum Origin {
    /// The node-to-node mesh.
    Mesh,
    /// The `BGPPeer` of this name says so.
    Peer(String),
    /// The `BGPPeer` of this name selects the node as the *other* end, and
    /// has it peer back (`reversePeering: Auto`).
    Reverse(String),
}

impl Origin {
    /// The name of the `BGPPeer`; `None` for the mesh.
    #[must_use]
    pub fn bgp_peer(&self) -> Option<&str> {
        match self {
            Self::Mesh => None,
            Self::Peer(name) | Self::Reverse(name) => Some(name),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mesh => f.write_str("node-to-node mesh"),
            Self::Peer(name) => write!(f, "BGPPeer {name}"),
            Self::Reverse(name) => write!(f, "reverse of BGPPeer {name}"),
        }
    }
}

/// What next hop the node sends.
///
/// `BGPPeer.spec.nextHopMode`; the older `keepOriginalNextHop` shows as `Keep`,
/// where it has an effect: over eBGP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NextHop {
    /// What the kind of session asks for, RFC 4271 §5.1.3.
    #[default]
    Auto,
    /// Always the node itself.
    #[serde(rename = "self")]
    Own,
    /// As received.
    Keep,
}

impl fmt::Display for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Own => "self",
            Self::Keep => "keep",
        })
    }
}

impl From<NextHopMode> for NextHop {
    fn from(mode: NextHopMode) -> Self {
        match mode {
            NextHopMode::Auto => Self::Auto,
            NextHopMode::SelfNode => Self::Own,
            NextHopMode::Keep => Self::Keep,
        }
    }
}

/// The TCP-MD5 password (RFC 2385) of a session.
///
/// Neither [`Debug`](fmt::Debug) nor serialisation shows it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Password(String);

impl Password {
    /// A password, as its secret holds it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(hidden)")
    }
}

/// One session of a node.
///
/// What every session of Calico has is not repeated here: ADD-PATH offered,
/// graceful restart on, recursive next hops, multihop unless
/// [`multihop_hops`](Self::multihop_hops) bounds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SessionSpec {
    /// Calico's name of the session in BIRD's configuration, such as
    /// `Node_10_0_0_1`: unique within node and family.
    pub name: String,
    /// The session's family.
    pub family: Family,
    /// The other end.
    pub peer_address: IpAddr,
    /// The other end's port; `None` is 179.
    pub peer_port: Option<u16>,
    /// The AS that the other end must have; 0 when its `BGPPeer` names none.
    pub peer_as: Asn,
    /// The AS that the node shows to this peer.
    pub local_as: Asn,
    /// From which address to connect; `None` leaves it to the kernel, as
    /// `sourceAddress: None` asks, and as it is for workloads.
    pub source_address: Option<IpAddr>,
    /// Whether the peer is a client of this node, RFC 4456 §6.
    pub route_reflector_client: bool,
    /// The cluster in which it is one.
    pub cluster_id: Option<Ipv4Addr>,
    /// Whether the node only waits to be called.
    pub passive: bool,
    /// What next hop is sent.
    pub next_hop: NextHop,
    /// GTSM, RFC 5082.
    ///
    /// Packets are sent with a TTL of 255, and accepted from no further than
    /// [`multihop_hops`](Self::multihop_hops).
    pub ttl_security: bool,
    /// Hops to the peer at most; `None`: as many as it takes.
    pub multihop_hops: Option<u8>,
    /// How often the local AS may stand in a received path; `None`: never.
    pub allow_local_as: Option<u32>,
    /// The keepalive interval in seconds; `None`: a third of the hold time.
    pub keepalive_s: Option<u32>,
    /// The graceful restart time in seconds, RFC 4724; `None`: 120.
    pub graceful_restart_s: Option<u32>,
    /// The TCP-MD5 password.
    pub password: Option<Password>,
    /// Names of the `BGPFilter`s that have rules for routes from the peer, in
    /// the order in which they are asked.
    pub import_filters: Vec<String>,
    /// The same for routes to the peer.
    ///
    /// What none of their rules matches is left to Calico's own export rules:
    /// pools and own blocks go out, everything else stays. An `Accept` here
    /// goes before those rules.
    pub export_filters: Vec<String>,
    /// Why the session exists.
    pub origin: Origin,
    /// The node at the other end, if it is one of the cluster's.
    pub remote_node: Option<String>,
}

impl SessionSpec {
    /// Whether both ends show the same AS.
    ///
    /// What BIRD compares to tell iBGP from eBGP (RFC 4271 §1.1); with
    /// `localASNumber` a node can be external to nodes of its own cluster.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.local_as == self.peer_as
    }
}
