//! The kinds that an API server serves.

use std::fmt;

use k8s_openapi::{ClusterResourceScope, NamespaceResourceScope, ResourceScope};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ApiGroup, Kube, KubeError};
use crate::k8s;
use crate::metadata::Metadata;
use crate::resources::{self as calico, Conditions, Kind};

/// A kind that an API server serves: all of Calico's but those that are kept in objects of
/// Kubernetes or never stored, and the policies of Kubernetes that are custom resources.
pub trait Served: Kind + Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// What is wanted.
    type Spec: Part;
    /// What the cluster reports; anything, for kinds of which that is nothing.
    type Status: Part;
    /// Whether objects belong to a namespace, in types.
    type Scope: ResourceScope;
    /// The name in the paths of the API.
    const PLURAL: &'static str;

    /// Takes a resource apart.
    fn into_parts(self) -> (Metadata, Self::Spec, Option<Self::Status>);

    /// Puts a resource together.
    fn from_parts(metadata: Metadata, spec: Self::Spec, status: Option<Self::Status>) -> Self;
}

/// What `spec` and `status` are made of.
pub trait Part:
    Serialize + DeserializeOwned + Clone + fmt::Debug + PartialEq + Send + Sync + 'static
{
}

impl<P> Part for P where
    P: Serialize + DeserializeOwned + Clone + fmt::Debug + PartialEq + Send + Sync + 'static
{
}

/// A macro, since [`From`] and [`TryFrom`] cannot be written for all kinds at once: neither
/// side of `From<Kube<T>> for T` would be ours.
macro_rules! served {
    ($($kind:ty: $spec:ty $(, status $status:ty)?; $scope:ident $plural:literal)*) => {$(
        impl Served for $kind {
            type Spec = $spec;
            type Status = served!(@status $($status)?);
            type Scope = $scope;
            const PLURAL: &'static str = $plural;

            fn into_parts(self) -> (Metadata, Self::Spec, Option<Self::Status>) {
                served!(@take self $($status)?)
            }

            fn from_parts(
                metadata: Metadata,
                spec: Self::Spec,
                status: Option<Self::Status>,
            ) -> Self {
                served!(@make metadata spec status $($status)?)
            }
        }

        impl TryFrom<$kind> for Kube<$kind> {
            type Error = KubeError;

            /// An object of the default group; see [`Kube::of`].
            fn try_from(resource: $kind) -> Result<Self, KubeError> {
                Self::of(resource, ApiGroup::default())
            }
        }

        impl TryFrom<Kube<$kind>> for $kind {
            type Error = KubeError;

            /// See [`Kube::into_resource`].
            fn try_from(object: Kube<$kind>) -> Result<Self, KubeError> {
                object.into_resource()
            }
        }
    )*};
    (@status) => { Value };
    (@status $status:ty) => { $status };
    (@take $self:ident) => { ($self.metadata, $self.spec, None) };
    (@take $self:ident $status:ty) => { ($self.metadata, $self.spec, $self.status) };
    (@make $metadata:ident $spec:ident $status:ident) => {{
        let _: Option<Value> = $status;
        Self { metadata: $metadata, spec: $spec }
    }};
    (@make $metadata:ident $spec:ident $status:ident $type:ty) => {
        Self { metadata: $metadata, spec: $spec, status: $status }
    };
}

served! {
    calico::BGPConfiguration: calico::BGPConfigurationSpec; ClusterResourceScope "bgpconfigurations"
    calico::BGPFilter: calico::BGPFilterSpec; ClusterResourceScope "bgpfilters"
    calico::BGPPeer: calico::BGPPeerSpec; ClusterResourceScope "bgppeers"
    calico::BlockAffinity: calico::BlockAffinitySpec; ClusterResourceScope "blockaffinities"
    calico::CalicoNodeStatus: calico::CalicoNodeStatusSpec, status calico::CalicoNodeStatusStatus;
        ClusterResourceScope "caliconodestatuses"
    calico::ClusterInformation: calico::ClusterInformationSpec;
        ClusterResourceScope "clusterinformations"
    calico::FelixConfiguration: calico::FelixConfigurationSpec;
        ClusterResourceScope "felixconfigurations"
    calico::GlobalNetworkPolicy: calico::GlobalNetworkPolicySpec;
        ClusterResourceScope "globalnetworkpolicies"
    calico::GlobalNetworkSet: calico::NetworkSetSpec; ClusterResourceScope "globalnetworksets"
    calico::HostEndpoint: calico::HostEndpointSpec; ClusterResourceScope "hostendpoints"
    calico::Installation: calico::InstallationSpec; ClusterResourceScope "installations"
    calico::IPAMBlock: calico::IPAMBlockSpec; ClusterResourceScope "ipamblocks"
    calico::IPAMConfiguration: calico::IPAMConfigurationSpec;
        ClusterResourceScope "ipamconfigurations"
    calico::IPAMHandle: calico::IPAMHandleSpec; ClusterResourceScope "ipamhandles"
    calico::IPPool: calico::IPPoolSpec, status Conditions; ClusterResourceScope "ippools"
    calico::IPReservation: calico::IPReservationSpec; ClusterResourceScope "ipreservations"
    calico::KubeControllersConfiguration: calico::KubeControllersConfigurationSpec,
        status calico::KubeControllersConfigurationStatus;
        ClusterResourceScope "kubecontrollersconfigurations"
    calico::NetworkPolicy: calico::NetworkPolicySpec; NamespaceResourceScope "networkpolicies"
    calico::NetworkSet: calico::NetworkSetSpec; NamespaceResourceScope "networksets"
    calico::Profile: calico::ProfileSpec; ClusterResourceScope "profiles"
    calico::StagedGlobalNetworkPolicy: calico::StagedGlobalNetworkPolicySpec;
        ClusterResourceScope "stagedglobalnetworkpolicies"
    calico::StagedKubernetesNetworkPolicy: calico::StagedKubernetesNetworkPolicySpec;
        NamespaceResourceScope "stagedkubernetesnetworkpolicies"
    calico::StagedNetworkPolicy: calico::StagedNetworkPolicySpec;
        NamespaceResourceScope "stagednetworkpolicies"
    calico::Tier: calico::TierSpec, status Conditions; ClusterResourceScope "tiers"
    k8s::AdminNetworkPolicy: k8s::AdminNetworkPolicySpec, status Conditions;
        ClusterResourceScope "adminnetworkpolicies"
    k8s::BaselineAdminNetworkPolicy: k8s::BaselineAdminNetworkPolicySpec, status Conditions;
        ClusterResourceScope "baselineadminnetworkpolicies"
    k8s::ClusterNetworkPolicy: k8s::ClusterNetworkPolicySpec, status Conditions;
        ClusterResourceScope "clusternetworkpolicies"
}
