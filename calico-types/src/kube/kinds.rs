//! The kinds that an API server serves.

use std::fmt;

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
    ($($kind:ty: $spec:ty $(, status $status:ty)?; $plural:literal)*) => {$(
        impl Served for $kind {
            type Spec = $spec;
            type Status = served!(@status $($status)?);
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
    calico::BGPConfiguration: calico::BGPConfigurationSpec; "bgpconfigurations"
    calico::BGPFilter: calico::BGPFilterSpec; "bgpfilters"
    calico::BGPPeer: calico::BGPPeerSpec; "bgppeers"
    calico::BlockAffinity: calico::BlockAffinitySpec; "blockaffinities"
    calico::CalicoNodeStatus: calico::CalicoNodeStatusSpec, status calico::CalicoNodeStatusStatus;
        "caliconodestatuses"
    calico::ClusterInformation: calico::ClusterInformationSpec;
        "clusterinformations"
    calico::FelixConfiguration: calico::FelixConfigurationSpec;
        "felixconfigurations"
    calico::GlobalNetworkPolicy: calico::GlobalNetworkPolicySpec;
        "globalnetworkpolicies"
    calico::GlobalNetworkSet: calico::NetworkSetSpec; "globalnetworksets"
    calico::HostEndpoint: calico::HostEndpointSpec; "hostendpoints"
    calico::Installation: calico::InstallationSpec; "installations"
    calico::IPAMBlock: calico::IPAMBlockSpec; "ipamblocks"
    calico::IPAMConfiguration: calico::IPAMConfigurationSpec;
        "ipamconfigurations"
    calico::IPAMHandle: calico::IPAMHandleSpec; "ipamhandles"
    calico::IPPool: calico::IPPoolSpec, status Conditions; "ippools"
    calico::IPReservation: calico::IPReservationSpec; "ipreservations"
    calico::KubeControllersConfiguration: calico::KubeControllersConfigurationSpec,
        status calico::KubeControllersConfigurationStatus;
        "kubecontrollersconfigurations"
    calico::NetworkPolicy: calico::NetworkPolicySpec; "networkpolicies"
    calico::NetworkSet: calico::NetworkSetSpec; "networksets"
    calico::Profile: calico::ProfileSpec; "profiles"
    calico::StagedGlobalNetworkPolicy: calico::StagedGlobalNetworkPolicySpec;
        "stagedglobalnetworkpolicies"
    calico::StagedKubernetesNetworkPolicy: calico::StagedKubernetesNetworkPolicySpec;
        "stagedkubernetesnetworkpolicies"
    calico::StagedNetworkPolicy: calico::StagedNetworkPolicySpec;
        "stagednetworkpolicies"
    calico::Tier: calico::TierSpec, status Conditions; "tiers"
    k8s::AdminNetworkPolicy: k8s::AdminNetworkPolicySpec, status Conditions;
        "adminnetworkpolicies"
    k8s::BaselineAdminNetworkPolicy: k8s::BaselineAdminNetworkPolicySpec, status Conditions;
        "baselineadminnetworkpolicies"
    k8s::ClusterNetworkPolicy: k8s::ClusterNetworkPolicySpec, status Conditions;
        "clusternetworkpolicies"
}
