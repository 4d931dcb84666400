//! `networking.k8s.io/v1` `NetworkPolicy`.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::int_or_string::IntOrString;
use super::label_selector::LabelSelector;
use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;
use crate::resources::PolicyType;

/// Kubernetes' own policy for the pods of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NetworkPolicy {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: NetworkPolicySpec,
}

impl Kind for NetworkPolicy {
    const KIND: &'static str = "NetworkPolicy";
    const API_VERSION: &'static str = "networking.k8s.io/v1";
    const NAMESPACED: bool = true;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`NetworkPolicy`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicySpec {
    /// Which pods; empty: all of the namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_selector: Option<LabelSelector>,
    /// Which directions are restricted; default from the rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_types: Option<Vec<PolicyType>>,
    /// What may come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<Vec<NetworkPolicyIngressRule>>,
    /// What may go out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<Vec<NetworkPolicyEgressRule>>,
}

/// Traffic from one of `from` to one of `ports`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicyIngressRule {
    /// Empty: any.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub ports: Given<Vec<NetworkPolicyPort>>,
    /// Empty: anywhere.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub from: Given<Vec<NetworkPolicyPeer>>,
}

/// Traffic to one of `to` at one of `ports`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicyEgressRule {
    /// Empty: any.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub ports: Given<Vec<NetworkPolicyPort>>,
    /// Empty: anywhere.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub to: Given<Vec<NetworkPolicyPeer>>,
}

/// A port of a protocol.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicyPort {
    /// `TCP`, `UDP` or `SCTP`; default TCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// A number or a name; absent: all ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<IntOrString>,
    /// The end of a range that begins at `port`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_port: Option<i32>,
}

/// Pods or addresses.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicyPeer {
    /// Pods, of the policy's namespace unless namespaces are selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_selector: Option<LabelSelector>,
    /// Namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<LabelSelector>,
    /// Addresses; excludes the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_block: Option<IpBlock>,
}

/// A range without some parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IpBlock {
    /// The range.
    pub cidr: IpNet,
    /// The parts.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub except: Given<Vec<IpNet>>,
}
