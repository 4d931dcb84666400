//! Properties of speakers and sessions, and what becomes of a session when one
//! changes.
//!
//! Calico has BIRD read its configuration anew (SIGHUP). BIRD then restarts a
//! BGP protocol when anything in its `bgp_config` differs
//! (`bgp_reconfigure`, proto/bgp/bgp.c: the structures are compared byte for
//! byte up to the password, which is compared as text) and when the router
//! identifier does. Filters belong to the channel (`channel_reconfigure`,
//! nest/proto.c): routes are exported anew, and imported anew after a
//! ROUTE-REFRESH (RFC 2918), which every peer but a very old one understands.
//! `bgp_channel_reconfigure` does the same for the outgoing next hop; BIRD 1.6
//! still has that in `bgp_config`. A protocol of another name is another protocol.

use std::fmt::{self, Display};

use serde::Serialize;

/// Which BIRD the nodes run.
///
/// Calico's releases up to 3.32 ship a fork of 1.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Bird {
    /// 1.6 and Calico's fork of it.
    #[default]
    V1,
    /// 2 and later.
    V2,
}

/// What becomes of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing: it stays as it is.
    #[default]
    None,
    /// It stays, and routes go through its filters anew.
    Refilter,
    /// It ends and is opened again: the peer drops all routes of the node until
    /// then, since a session that is shut down does not restart gracefully
    /// (RFC 4724 §4.2).
    Reset,
    /// BIRD takes note of the change only when it is restarted itself, by
    /// restarting calico-node.
    Restart,
}

impl Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no effect on sessions",
            Self::Refilter => "filters anew",
            Self::Reset => "resets",
            Self::Restart => "needs a restart of calico-node",
        })
    }
}

/// A property of a session or of a speaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Field {
    /// [`SessionSpec::name`](crate::topology::SessionSpec::name).
    Name,
    /// [`SessionSpec::peer_port`](crate::topology::SessionSpec::peer_port).
    PeerPort,
    /// [`SessionSpec::peer_as`](crate::topology::SessionSpec::peer_as).
    PeerAs,
    /// [`SessionSpec::local_as`](crate::topology::SessionSpec::local_as).
    LocalAs,
    /// [`SessionSpec::source_address`](crate::topology::SessionSpec::source_address).
    SourceAddress,
    /// [`SessionSpec::route_reflector_client`](crate::topology::SessionSpec::route_reflector_client).
    RouteReflectorClient,
    /// [`SessionSpec::cluster_id`](crate::topology::SessionSpec::cluster_id).
    ClusterId,
    /// [`SessionSpec::passive`](crate::topology::SessionSpec::passive).
    Passive,
    /// [`SessionSpec::next_hop`](crate::topology::SessionSpec::next_hop).
    NextHop,
    /// [`SessionSpec::ttl_security`](crate::topology::SessionSpec::ttl_security).
    TtlSecurity,
    /// [`SessionSpec::multihop_hops`](crate::topology::SessionSpec::multihop_hops).
    MultihopHops,
    /// [`SessionSpec::allow_local_as`](crate::topology::SessionSpec::allow_local_as).
    AllowLocalAs,
    /// [`SessionSpec::keepalive_s`](crate::topology::SessionSpec::keepalive_s).
    Keepalive,
    /// [`SessionSpec::graceful_restart_s`](crate::topology::SessionSpec::graceful_restart_s).
    GracefulRestart,
    /// [`SessionSpec::password`](crate::topology::SessionSpec::password); never shown.
    Password,
    /// [`SessionSpec::import_filters`](crate::topology::SessionSpec::import_filters), or what they
    /// say.
    ImportFilters,
    /// [`SessionSpec::export_filters`](crate::topology::SessionSpec::export_filters), or what they
    /// say.
    ExportFilters,
    /// [`SessionSpec::origin`](crate::topology::SessionSpec::origin).
    Origin,
    /// [`SessionSpec::remote_node`](crate::topology::SessionSpec::remote_node).
    RemoteNode,
    /// [`Speaker::local_as`](crate::topology::Speaker::local_as), which shows in the sessions that
    /// it concerns.
    NodeAs,
    /// [`Speaker::cluster_id`](crate::topology::Speaker::cluster_id), which shows in the sessions
    /// that it concerns.
    NodeClusterId,
    /// [`Speaker::ipv4`](crate::topology::Speaker::ipv4) and
    /// [`Speaker::ipv6`](crate::topology::Speaker::ipv6), which show in sessions.
    NodeAddress,
    /// [`Speaker::router_id`](crate::topology::Speaker::router_id).
    RouterId,
    /// [`Speaker::listen_port`](crate::topology::Speaker::listen_port).
    ListenPort,
    /// [`Speaker::listen_on_node_address`](crate::topology::Speaker::listen_on_node_address).
    ListenOnNodeAddress,
    /// [`Speaker::log_severity`](crate::topology::Speaker::log_severity).
    LogSeverity,
    /// [`Speaker::ignored_interfaces`](crate::topology::Speaker::ignored_interfaces).
    IgnoredInterfaces,
    /// [`Speaker::advertised_communities`](crate::topology::Speaker::advertised_communities).
    AdvertisedCommunities,
    /// [`Speaker::normal_route_priority`](crate::topology::Speaker::normal_route_priority).
    NormalRoutePriority,
    /// [`reachable_by_routes`](super::super::NodeTopology::reachable_by_routes).
    ReachableByRoutes,
}

impl Field {
    /// What a change of the property does to the session; of a speaker's own
    /// property, to each of its sessions.
    #[must_use]
    pub fn effect(self, bird: Bird) -> Effect {
        match self {
            Self::Name
            | Self::PeerPort
            | Self::PeerAs
            | Self::SourceAddress
            | Self::RouteReflectorClient
            | Self::Passive
            | Self::TtlSecurity
            | Self::MultihopHops
            | Self::AllowLocalAs
            | Self::Keepalive
            | Self::GracefulRestart
            | Self::Password
            | Self::RouterId
            | Self::LocalAs
            | Self::ClusterId => Effect::Reset,
            Self::NextHop => match bird {
                Bird::V1 => Effect::Reset,
                Bird::V2 => Effect::Refilter,
            },
            // "Reconfiguration of BGP listening socket not implemented, please
            // restart BIRD", says 1.6 (conf/conf.c, `global_commit`).
            Self::ListenPort | Self::ListenOnNodeAddress => match bird {
                Bird::V1 => Effect::Restart,
                Bird::V2 => Effect::Reset,
            },
            Self::ImportFilters
            | Self::ExportFilters
            | Self::AdvertisedCommunities
            | Self::NormalRoutePriority => Effect::Refilter,
            Self::Origin
            | Self::RemoteNode
            | Self::NodeAs
            | Self::NodeClusterId
            | Self::NodeAddress
            | Self::LogSeverity
            | Self::IgnoredInterfaces
            | Self::ReachableByRoutes => Effect::None,
        }
    }

    /// As it is written in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::PeerPort => "peer_port",
            Self::PeerAs => "peer_as",
            Self::LocalAs => "local_as",
            Self::SourceAddress => "source_address",
            Self::RouteReflectorClient => "route_reflector_client",
            Self::ClusterId => "cluster_id",
            Self::Passive => "passive",
            Self::NextHop => "next_hop",
            Self::TtlSecurity => "ttl_security",
            Self::MultihopHops => "multihop_hops",
            Self::AllowLocalAs => "allow_local_as",
            Self::Keepalive => "keepalive",
            Self::GracefulRestart => "graceful_restart",
            Self::Password => "password",
            Self::ImportFilters => "import_filters",
            Self::ExportFilters => "export_filters",
            Self::Origin => "origin",
            Self::RemoteNode => "remote_node",
            Self::RouterId => "router_id",
            Self::NodeAs => "node_as",
            Self::NodeClusterId => "node_cluster_id",
            Self::NodeAddress => "node_address",
            Self::ListenPort => "listen_port",
            Self::ListenOnNodeAddress => "listen_on_node_address",
            Self::LogSeverity => "log_severity",
            Self::IgnoredInterfaces => "ignored_interfaces",
            Self::AdvertisedCommunities => "advertised_communities",
            Self::NormalRoutePriority => "normal_route_priority",
            Self::ReachableByRoutes => "reachable_by_routes",
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, word) in self.as_str().split('_').enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(word)?;
        }
        Ok(())
    }
}

/// A property that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FieldChange {
    /// Which.
    pub field: Field,
    /// What it was, as text; `-` for nothing.
    pub old: String,
    /// What it will be.
    pub new: String,
}

impl Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, old, new } = self;
        if old == new {
            // A filter of the same name that says something else; a password.
            return write!(f, "{field} {new} (changed)");
        }
        write!(f, "{field} {old} -> {new}")
    }
}

/// The strongest effect of changes.
pub(super) fn effect(changes: &[FieldChange], bird: Bird) -> Effect {
    let effects = changes.iter().map(|change| change.field.effect(bird));
    effects.max().unwrap_or_default()
}
