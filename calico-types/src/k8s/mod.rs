//! Kubernetes' own resources, as far as BGP and policy need them.
//!
//! Fields that neither needs are left out; an encoded resource is therefore
//! not what the cluster holds.

mod admin_network_policy;
mod baseline_admin_network_policy;
mod cluster_network_policy;
mod endpoint_slice;
mod int_or_string;
mod label_selector;
mod namespace;
mod network_policy;
mod node;
mod pod;
mod secret;
mod service;
mod service_account;

pub use admin_network_policy::{
    AdminNetworkPolicy, AdminNetworkPolicyAction, AdminNetworkPolicyEgressPeer,
    AdminNetworkPolicyEgressRule, AdminNetworkPolicyIngressPeer, AdminNetworkPolicyIngressRule,
    AdminNetworkPolicyPort, AdminNetworkPolicyPortNumber, AdminNetworkPolicyPortRange,
    AdminNetworkPolicySpec,
};
pub use baseline_admin_network_policy::{
    BaselineAdminNetworkPolicy, BaselineAdminNetworkPolicyAction, BaselineAdminNetworkPolicySpec,
};
pub use cluster_network_policy::{
    ClusterNetworkPolicy, ClusterNetworkPolicyAction, ClusterNetworkPolicyEgressPeer,
    ClusterNetworkPolicyEgressRule, ClusterNetworkPolicyIngressPeer,
    ClusterNetworkPolicyIngressRule, ClusterNetworkPolicyProtocol, ClusterNetworkPolicySpec,
    ClusterNetworkPolicyTier, NamespacedPod, PortMatch, PortRange, Subject, TransportMatch,
};
pub use endpoint_slice::{
    Endpoint, EndpointConditions, EndpointPort, EndpointSlice, ObjectReference,
};
pub use int_or_string::IntOrString;
pub use label_selector::{LabelSelector, LabelSelectorRequirement};
pub use namespace::Namespace;
pub use network_policy::{
    IpBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec,
};
pub use node::{Node, NodeAddress, NodeSpec, NodeStatus};
pub use pod::{Container, ContainerPort, Pod, PodIp, PodSpec, PodStatus};
pub use secret::Secret;
pub use service::{
    LoadBalancerIngress, LoadBalancerStatus, Service, ServicePort, ServiceSpec, ServiceStatus,
};
pub use service_account::ServiceAccount;
