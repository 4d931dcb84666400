//! Rules of policies and profiles.

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::given::Given;
use crate::scalar::{IpVersion, Port, Protocol};

/// What a rule does with a matching packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Action {
    /// Ends with acceptance in this tier's direction.
    Allow,
    /// Drops.
    Deny,
    /// Writes a line and goes on to the next rule.
    Log,
    /// Goes on to the next tier, or to the profiles.
    Pass,
}

/// A packet matches when it satisfies every field that is present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// What happens then.
    pub action: Action,
    /// IPv4 or IPv6 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_version: Option<IpVersion>,
    /// The transport protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// ICMP type and code; needs `protocol`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmp: Option<IcmpFields>,
    /// Any protocol but this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_protocol: Option<Protocol>,
    /// Any ICMP type and code but these.
    #[serde(rename = "notICMP", skip_serializing_if = "Option::is_none")]
    pub not_icmp: Option<IcmpFields>,
    /// Where the packet comes from.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub source: Given<EntityRule>,
    /// Where the packet goes to.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub destination: Given<EntityRule>,
    /// The HTTP request; needs application-layer policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpMatch>,
    /// Notes for whoever renders the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<RuleMetadata>,
}

/// One side of a packet; every field that is present must match.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityRule {
    /// The address is in one of these.
    #[serde(
        with = "crate::scalar::net::list",
        default,
        skip_serializing_if = "Given::is_absent"
    )]
    pub nets: Given<Vec<IpNet>>,
    /// The address belongs to a selected endpoint or network set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// …of a selected namespace; `global()` selects what has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<String>,
    /// …that backs this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<ServiceMatch>,
    /// The port is one of these.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub ports: Given<Vec<Port>>,
    /// The address is in none of these.
    #[serde(
        with = "crate::scalar::net::list",
        default,
        skip_serializing_if = "Given::is_absent"
    )]
    pub not_nets: Given<Vec<IpNet>>,
    /// The address belongs to no endpoint selected here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_selector: Option<String>,
    /// The port is none of these.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub not_ports: Given<Vec<Port>>,
    /// …that runs under such a service account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_accounts: Option<ServiceAccountMatch>,
}

impl EntityRule {
    /// Whether nothing is asked for, so that every packet matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let lists = self.nets.is_empty()
            && self.not_nets.is_empty()
            && self.ports.is_empty()
            && self.not_ports.is_empty();
        let selectors = self.selector.is_none()
            && self.not_selector.is_none()
            && self.namespace_selector.is_none();
        lists && selectors && self.services.is_none() && self.service_accounts.is_none()
    }
}

/// A Kubernetes service.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceMatch {
    /// Its name.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub name: Given<String>,
    /// Its namespace; default that of the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// Service accounts by name and by label; both must match.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccountMatch {
    /// One of these names.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub names: Given<Vec<String>>,
    /// Labels of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
}

/// An ICMP type and code.
#[derive(Clone, Debug, PartialEq, Eq, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IcmpFields {
    /// The type, 0..254.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<u8>,
    /// The code; needs `type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u8>,
}

/// An HTTP request; both lists must match.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpMatch {
    /// One of these methods; empty: any.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub methods: Given<Vec<String>>,
    /// One of these paths; empty: any.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub paths: Given<Vec<HttpPath>>,
}

/// A path; exactly one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpPath {
    /// The whole path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    /// How the path begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// Notes on a rule.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleMetadata {
    /// Written as comments into iptables and nftables.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub annotations: Given<BTreeMap<String, String>>,
}
