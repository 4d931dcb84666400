//! `BGPFilter`: which routes are exchanged with a peer.
//!
//! One rule type serves both families; the list in which a rule stands says
//! which family it is for.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;
use crate::scalar::{Asn, Community};

/// Ordered rules for import and export, by family. The first rule that matches decides; without a match the route goes on to Calico's own rules.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BGPFilter {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: BGPFilterSpec,
}

impl Kind for BGPFilter {
    const KIND: &'static str = "BGPFilter";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`BGPFilter`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BGPFilterSpec {
    /// IPv4 routes on their way to the peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_v4: Option<Vec<BGPFilterRule>>,
    /// IPv4 routes from the peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_v4: Option<Vec<BGPFilterRule>>,
    /// IPv6 routes on their way to the peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export_v6: Option<Vec<BGPFilterRule>>,
    /// IPv6 routes from the peer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_v6: Option<Vec<BGPFilterRule>>,
}

/// A route matches when it satisfies every field that is present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BGPFilterRule {
    /// A prefix to compare with; needs `match_operator`.
    #[serde(
        with = "crate::scalar::net::optional",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub cidr: Option<IpNet>,
    /// Bounds of the route's own length; needs `cidr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_length: Option<PrefixLength>,
    /// How the route's prefix compares to `cidr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_operator: Option<MatchOperator>,
    /// Where the route comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<RouteOrigin>,
    /// The interface of a local route, with `*` as wildcard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// The kind of session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_type: Option<PeerType>,
    /// A community that the route carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub communities: Option<CommunityMatch>,
    /// The AS numbers with which the path begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_path_prefix: Option<Vec<Asn>>,
    /// The kernel metric of the route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// What happens to a matching route.
    pub action: FilterAction,
    /// Changes made to an accepted route, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operations: Option<Vec<Operation>>,
}

/// Bounds, both included.
#[derive(Clone, Debug, PartialEq, Eq, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrefixLength {
    /// The shortest length; default that of the CIDR.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u8>,
    /// The longest length; default 32 or 128.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u8>,
}

/// A match on communities.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommunityMatch {
    /// Exactly one, today.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub values: Given<Vec<Community>>,
}

/// One change; exactly one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Adds a community.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add_community: Option<AddCommunity>,
    /// Lengthens the AS path.
    #[serde(rename = "prependASPath", skip_serializing_if = "Option::is_none")]
    pub prepend_as_path: Option<PrependASPath>,
    /// Sets the kernel metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_priority: Option<SetPriority>,
}

/// See [`Operation`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddCommunity {
    /// The community.
    pub value: Community,
}

/// See [`Operation`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrependASPath {
    /// The numbers to prepend; the first ends up leftmost.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub prefix: Given<Vec<Asn>>,
}

/// See [`Operation`].
#[derive(Clone, Debug, PartialEq, Eq, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetPriority {
    /// The metric, 1..2147483646.
    pub value: u32,
}

/// The verdict of a filter rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FilterAction {
    /// The route is exchanged.
    Accept,
    /// The route is not exchanged.
    Reject,
}

/// How a route's prefix compares to a rule's CIDR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MatchOperator {
    /// The very same prefix.
    Equal,
    /// Any other prefix.
    NotEqual,
    /// The prefix or a part of it.
    In,
    /// Neither.
    NotIn,
}

/// A source that a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RouteOrigin {
    /// Learnt over BGP.
    RemotePeers,
}

/// The kind of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PeerType {
    /// To another AS.
    #[serde(rename = "eBGP")]
    External,
    /// Within the AS.
    #[serde(rename = "iBGP")]
    Internal,
}
