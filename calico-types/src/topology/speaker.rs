//! Speakers: what a node's BGP daemon is, and what it is to do.
//!
//! A [`Speaker`] is kept for every node and costs some hundred bytes; a
//! [`NodeTopology`] is made when it is asked for, since its sessions are as
//! many as the cluster has nodes where there is a mesh.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use serde::Serialize;

use super::{Family, SessionSpec};
use crate::resources;
use crate::scalar::{Asn, Community};

/// A node's BGP daemon, without its sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Speaker {
    /// The node's name.
    pub name: String,
    /// Its own AS, or the cluster's.
    pub local_as: Asn,
    /// Its BGP identifier; `None` when it has no IPv4 address and none was
    /// chosen otherwise.
    pub router_id: Option<Ipv4Addr>,
    /// Its IPv4 address.
    pub ipv4: Option<IpAddr>,
    /// Its IPv6 address.
    pub ipv6: Option<IpAddr>,
    /// The cluster whose route reflector it is, RFC 4456 §7.
    pub cluster_id: Option<Ipv4Addr>,
    /// The TCP port on which it listens.
    pub listen_port: u16,
    /// Whether it listens on its node addresses only.
    pub listen_on_node_address: bool,
    /// How much it logs.
    pub log_severity: LogSeverity,
    /// Interfaces, with `*` as wildcard, whose addresses it does not announce,
    /// beside those that Calico itself leaves out (`cali*`, `kube-ipvs*`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored_interfaces: Vec<String>,
    /// Communities that it adds to routes within a prefix, in the order of the
    /// configuration; a route that is in several prefixes gets all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advertised_communities: Vec<AdvertisedCommunities>,
    /// The kernel metric of a route of ordinary priority.
    ///
    /// It becomes LOCAL_PREF, 2³¹ − 1 less the metric, and back.
    pub normal_route_priority: RoutePriority,
}

/// Communities for the routes within a prefix: what of
/// `BGPConfiguration.spec.prefixAdvertisements` has an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AdvertisedCommunities {
    /// The prefix.
    pub cidr: IpNet,
    /// The communities, names resolved, each once, in the order of their text.
    /// Names that stand for nothing are left out, as Calico leaves them out.
    pub communities: Vec<Community>,
}

/// The metric of ordinary routes, 1024 unless it is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RoutePriority {
    /// Of IPv4 routes.
    pub ipv4: u32,
    /// Of IPv6 routes.
    pub ipv6: u32,
}

impl Default for RoutePriority {
    fn default() -> Self {
        Self {
            ipv4: 1024,
            ipv6: 1024,
        }
    }
}

impl RoutePriority {
    /// The metric of one family.
    #[must_use]
    pub fn of(self, family: Family) -> u32 {
        match family {
            Family::Ipv4 => self.ipv4,
            Family::Ipv6 => self.ipv6,
        }
    }
}

/// How much BIRD logs: Calico knows three steps of `logSeverityScreen`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogSeverity {
    /// Nothing beyond what BIRD always says: every severity but two.
    None,
    /// States, routes, filters and events: `Info`.
    #[default]
    Info,
    /// Everything: `Debug`.
    Debug,
}

impl LogSeverity {
    pub(super) const fn of(severity: Option<resources::LogSeverity>) -> Self {
        use resources::LogSeverity as Asked;
        match severity {
            Some(Asked::Debug) => Self::Debug,
            Some(Asked::Info) | None => Self::Info,
            Some(Asked::Trace | Asked::Warning | Asked::Error | Asked::Fatal) => Self::None,
        }
    }
}

impl fmt::Display for LogSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Info => "info",
            Self::Debug => "debug",
        })
    }
}

impl Speaker {
    /// The node's address of a family; without one it has no sessions of it.
    #[must_use]
    pub fn address(&self, family: Family) -> Option<IpAddr> {
        match family {
            Family::Ipv4 => self.ipv4,
            Family::Ipv6 => self.ipv6,
        }
    }

    /// Whether the node reflects routes.
    #[must_use]
    pub fn is_route_reflector(&self) -> bool {
        self.cluster_id.is_some()
    }
}

/// What one node's speaker is to do.
///
/// All that a BGP speaker needs to be configured; it has no reference to other
/// nodes, so a controller can send each node its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NodeTopology {
    /// The speaker.
    #[serde(flatten)]
    pub speaker: Speaker,
    /// Its sessions, sorted by family and name.
    pub sessions: Vec<SessionSpec>,
    /// Static routes to peers, sorted.
    pub reachable_by_routes: Vec<ReachableByRoute>,
}

impl NodeTopology {
    /// The sessions of one family.
    pub fn sessions_of(&self, family: Family) -> impl Iterator<Item = &SessionSpec> {
        self.sessions.iter().filter(move |s| s.family == family)
    }
}

/// A static route that makes a peer reachable (`BGPPeer.spec.reachableBy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ReachableByRoute {
    /// The peer, as a route of full length.
    pub peer: IpNet,
    /// The gateway.
    pub via: IpAddr,
}
