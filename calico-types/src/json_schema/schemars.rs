//! `schemars::JsonSchema` for the kinds and their specs.
//!
//! The kinds' own implementations stand where all kinds are listed, with
//! [`Resource`].

use std::borrow::Cow;

use ::schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::of;
use crate::k8s;
use crate::resources::{self, Kind, Resource};

/// The schema of a kind.
pub(crate) fn of_kind<K: Kind>() -> Schema {
    schema(of(K::API_VERSION, K::KIND))
}

/// The name that identifies a kind's schema among those of other crates.
pub(crate) fn id<K: Kind>(part: &str) -> Cow<'static, str> {
    let (api_version, kind) = (K::API_VERSION, K::KIND);
    format!("calico-types/{api_version}/{kind}{part}").into()
}

fn of_spec<K: Kind>() -> Schema {
    let spec = of(K::API_VERSION, K::KIND)
        .and_then(|mut kind| kind.pointer_mut("/properties/spec").map(Value::take));
    schema(spec)
}

/// Every kind in the tables has an object for a schema.
fn schema(value: Option<Value>) -> Schema {
    value
        .and_then(|value| Schema::try_from(value).ok())
        .unwrap_or_default()
}

/// Implements the trait for the specs. A macro, since traits of others cannot be
/// implemented for all types of ours at once.
macro_rules! specs {
    ($($spec:ty: $kind:ty, $name:literal;)*) => {
        $(impl JsonSchema for $spec {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn schema_id() -> Cow<'static, str> {
                id::<$kind>("/spec")
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                of_spec::<$kind>()
            }
        })*
    };
}

specs! {
    resources::BGPConfigurationSpec: resources::BGPConfiguration, "BGPConfigurationSpec";
    resources::BGPFilterSpec: resources::BGPFilter, "BGPFilterSpec";
    resources::BGPPeerSpec: resources::BGPPeer, "BGPPeerSpec";
    resources::BlockAffinitySpec: resources::BlockAffinity, "BlockAffinitySpec";
    resources::CalicoNodeStatusSpec: resources::CalicoNodeStatus, "CalicoNodeStatusSpec";
    resources::ClusterInformationSpec: resources::ClusterInformation, "ClusterInformationSpec";
    resources::FelixConfigurationSpec: resources::FelixConfiguration, "FelixConfigurationSpec";
    resources::GlobalNetworkPolicySpec: resources::GlobalNetworkPolicy, "GlobalNetworkPolicySpec";
    resources::HostEndpointSpec: resources::HostEndpoint, "HostEndpointSpec";
    resources::InstallationSpec: resources::Installation, "InstallationSpec";
    resources::IPAMBlockSpec: resources::IPAMBlock, "IPAMBlockSpec";
    resources::IPAMConfigurationSpec: resources::IPAMConfiguration, "IPAMConfigurationSpec";
    resources::IPAMHandleSpec: resources::IPAMHandle, "IPAMHandleSpec";
    resources::IPPoolSpec: resources::IPPool, "IPPoolSpec";
    resources::IPReservationSpec: resources::IPReservation, "IPReservationSpec";
    resources::KubeControllersConfigurationSpec:
        resources::KubeControllersConfiguration, "KubeControllersConfigurationSpec";
    resources::NetworkPolicySpec: resources::NetworkPolicy, "NetworkPolicySpec";
    resources::NetworkSetSpec: resources::NetworkSet, "NetworkSetSpec";
    resources::NodeSpec: resources::Node, "NodeSpec";
    resources::ProfileSpec: resources::Profile, "ProfileSpec";
    resources::StagedGlobalNetworkPolicySpec:
        resources::StagedGlobalNetworkPolicy, "StagedGlobalNetworkPolicySpec";
    resources::StagedKubernetesNetworkPolicySpec:
        resources::StagedKubernetesNetworkPolicy, "StagedKubernetesNetworkPolicySpec";
    resources::StagedNetworkPolicySpec: resources::StagedNetworkPolicy, "StagedNetworkPolicySpec";
    resources::TierSpec: resources::Tier, "TierSpec";
    resources::WorkloadEndpointSpec: resources::WorkloadEndpoint, "WorkloadEndpointSpec";
    k8s::ClusterNetworkPolicySpec: k8s::ClusterNetworkPolicy, "ClusterNetworkPolicySpec";
    k8s::NetworkPolicySpec: k8s::NetworkPolicy, "KubernetesNetworkPolicySpec";
    k8s::NodeSpec: k8s::Node, "KubernetesNodeSpec";
    k8s::PodSpec: k8s::Pod, "PodSpec";
    k8s::ServiceSpec: k8s::Service, "ServiceSpec";
}

/// Any kind: the schemas of all, each with its `apiVersion` and `kind`.
impl JsonSchema for Resource {
    fn schema_name() -> Cow<'static, str> {
        "Resource".into()
    }

    fn schema_id() -> Cow<'static, str> {
        "calico-types/Resource".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let kinds = Self::kinds().filter_map(|(api_version, kind)| named(api_version, kind));
        let mut any = Map::new();
        any.insert("oneOf".to_owned(), kinds.collect());
        any.into()
    }
}

/// A kind's schema that fits nothing but that kind.
fn named(api_version: &str, kind: &str) -> Option<Value> {
    let mut schema = of(api_version, kind)?;
    let properties = schema.get_mut("properties")?.as_object_mut()?;
    properties.insert("apiVersion".to_owned(), json!({"const": api_version}));
    properties.insert("kind".to_owned(), json!({"const": kind}));
    let schema = schema.as_object_mut()?;
    let required = schema
        .entry("required")
        .or_insert_with(|| json!([]))
        .as_array_mut()?;
    required.extend(["apiVersion".into(), "kind".into()]);
    Some(schema.clone().into())
}
