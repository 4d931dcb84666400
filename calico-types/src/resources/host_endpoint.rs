//! `HostEndpoint`: an interface of a host, as an endpoint of policy.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;
use crate::scalar::Protocol;

/// A host's interface.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HostEndpoint {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: HostEndpointSpec,
}

impl Kind for HostEndpoint {
    const KIND: &'static str = "HostEndpoint";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`HostEndpoint`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostEndpointSpec {
    /// The host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Its interface; `*` means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_name: Option<String>,
    /// Addresses of the interface, or what identifies it.
    #[serde(
        rename = "expectedIPs",
        default,
        skip_serializing_if = "Given::is_absent"
    )]
    pub expected_ips: Given<Vec<IpAddr>>,
    /// Profiles, in order, for what no policy selects.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub profiles: Given<Vec<String>>,
    /// Names for ports.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub ports: Given<Vec<EndpointPort>>,
}

/// A named port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointPort {
    /// The name.
    pub name: String,
    /// TCP, UDP or SCTP.
    pub protocol: Protocol,
    /// The number.
    pub port: u16,
}
