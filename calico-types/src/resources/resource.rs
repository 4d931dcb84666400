//! Any resource that this crate knows.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Kind;
use crate::metadata::Metadata;
use crate::{k8s, resources};

/// Declares the enum and what is the same for every kind. A macro, since the
/// forty arms of each `match` must name the same kinds.
macro_rules! resource {
    ($($(#[$doc:meta])* $variant:ident($kind:ty),)*) => {
        /// A resource of any kind.
        ///
        /// Serialises with its `apiVersion` and `kind`.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[expect(clippy::large_enum_variant, reason = "a resource is read once and then borrowed; boxes would be in every caller's way")]
        pub enum Resource {
            $($(#[$doc])* $variant($kind),)*
        }

        impl Resource {
            /// The word after `kind:`.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$kind as Kind>::KIND,)* }
            }

            /// The words after `apiVersion:`.
            #[must_use]
            pub const fn api_version(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$kind as Kind>::API_VERSION,)* }
            }

            /// Whether objects of this kind belong to a namespace.
            #[must_use]
            pub const fn namespaced(&self) -> bool {
                match self { $(Self::$variant(_) => <$kind as Kind>::NAMESPACED,)* }
            }

            /// Name, labels and annotations.
            #[must_use]
            pub const fn metadata(&self) -> &Metadata {
                match self { $(Self::$variant(resource) => &resource.metadata,)* }
            }

            /// Reads a resource of the named kind, ignoring unknown fields.
            /// `None` when this crate does not know the kind.
            ///
            /// # Errors
            /// The text of a value that does not fit its type.
            pub fn from_value(api_version: &str, kind: &str, value: &Value) -> Option<Result<Self, serde_json::Error>> {
                Self::read(api_version, kind, value)
            }

            /// The same from any deserializer.
            pub(crate) fn read<'de, D: Deserializer<'de>>(api_version: &str, kind: &str, reader: D) -> Option<Result<Self, D::Error>> {
                $(if kind == <$kind as Kind>::KIND && api_version == <$kind as Kind>::API_VERSION {
                    return Some(<$kind>::deserialize(reader).map(Self::$variant));
                })*
                None
            }

            /// `apiVersion` and `kind` of everything that
            /// [`from_value`](Self::from_value) reads.
            pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
                [$((<$kind as Kind>::API_VERSION, <$kind as Kind>::KIND),)*].into_iter()
            }
        }

        impl Serialize for Resource {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$variant(resource) => Typed::of(resource).serialize(serializer),)* }
            }
        }

        $(impl From<$kind> for Resource {
            fn from(resource: $kind) -> Self {
                Self::$variant(resource)
            }
        })*

        $(
            /// By the schema of [`json_schema::of`](crate::json_schema::of).
            #[cfg(feature = "schemars")]
            impl schemars::JsonSchema for $kind {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($variant).into()
                }

                fn schema_id() -> std::borrow::Cow<'static, str> {
                    crate::json_schema::schemars::id::<Self>("")
                }

                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    crate::json_schema::schemars::of_kind::<Self>()
                }
            }
        )*
    };
}

resource! {
    /// BGP settings.
    BGPConfiguration(resources::BGPConfiguration),
    /// Route filters.
    BGPFilter(resources::BGPFilter),
    /// A BGP peering.
    BGPPeer(resources::BGPPeer),
    /// A claim on a block.
    BlockAffinity(resources::BlockAffinity),
    /// A node's BGP report.
    CalicoNodeStatus(resources::CalicoNodeStatus),
    /// Facts about the installation.
    ClusterInformation(resources::ClusterInformation),
    /// Felix' settings.
    FelixConfiguration(resources::FelixConfiguration),
    /// A policy for all namespaces and hosts.
    GlobalNetworkPolicy(resources::GlobalNetworkPolicy),
    /// Networks for all namespaces.
    GlobalNetworkSet(resources::GlobalNetworkSet),
    /// A host's interface.
    HostEndpoint(resources::HostEndpoint),
    /// The operator's settings.
    Installation(resources::Installation),
    /// A block of addresses.
    IPAMBlock(resources::IPAMBlock),
    /// Settings of IPAM.
    IPAMConfiguration(resources::IPAMConfiguration),
    /// Addresses taken together.
    IPAMHandle(resources::IPAMHandle),
    /// Addresses for workloads.
    IPPool(resources::IPPool),
    /// Addresses left alone.
    IPReservation(resources::IPReservation),
    /// Settings of calico-kube-controllers.
    KubeControllersConfiguration(resources::KubeControllersConfiguration),
    /// A virtual machine on its way.
    LiveMigration(resources::LiveMigration),
    /// Calico's policy for a namespace.
    NetworkPolicy(resources::NetworkPolicy),
    /// Networks for a namespace.
    NetworkSet(resources::NetworkSet),
    /// Calico's node.
    Node(resources::Node),
    /// Inherited labels and rules.
    Profile(resources::Profile),
    /// A global policy to be.
    StagedGlobalNetworkPolicy(resources::StagedGlobalNetworkPolicy),
    /// A Kubernetes policy to be.
    StagedKubernetesNetworkPolicy(resources::StagedKubernetesNetworkPolicy),
    /// A policy to be.
    StagedNetworkPolicy(resources::StagedNetworkPolicy),
    /// A group of policies.
    Tier(resources::Tier),
    /// A workload's interface.
    WorkloadEndpoint(resources::WorkloadEndpoint),
    /// `policy.networking.k8s.io/v1alpha1`.
    AdminNetworkPolicy(k8s::AdminNetworkPolicy),
    /// `policy.networking.k8s.io/v1alpha1`.
    BaselineAdminNetworkPolicy(k8s::BaselineAdminNetworkPolicy),
    /// `policy.networking.k8s.io/v1alpha2`.
    ClusterNetworkPolicy(k8s::ClusterNetworkPolicy),
    /// `discovery.k8s.io/v1`.
    EndpointSlice(k8s::EndpointSlice),
    /// `networking.k8s.io/v1` `NetworkPolicy`.
    KubernetesNetworkPolicy(k8s::NetworkPolicy),
    /// `v1` `Node`.
    KubernetesNode(k8s::Node),
    /// `v1`.
    Namespace(k8s::Namespace),
    /// `v1`.
    Pod(k8s::Pod),
    /// `v1`.
    Secret(k8s::Secret),
    /// `v1`.
    Service(k8s::Service),
    /// `v1`.
    ServiceAccount(k8s::ServiceAccount),
}

/// A resource with the two fields that say what it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Typed<'a, T> {
    api_version: &'static str,
    kind: &'static str,
    #[serde(flatten)]
    resource: &'a T,
}

impl<'a, T: Kind> Typed<'a, T> {
    fn of(resource: &'a T) -> Self {
        Self {
            api_version: T::API_VERSION,
            kind: T::KIND,
            resource,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_it_is_when_printed() {
        let json = serde_json::json!({
            "apiVersion": "projectcalico.org/v3",
            "kind": "BGPPeer",
            "metadata": {"name": "tor"},
            "spec": {"peerIP": "10.0.0.1", "asNumber": 64512},
        });
        let peer = Resource::from_value("projectcalico.org/v3", "BGPPeer", &json)
            .unwrap()
            .unwrap();
        assert_eq!(peer.metadata().name, "tor");
        assert_eq!(serde_json::to_value(&peer).unwrap(), json);
    }

    #[test]
    fn tells_calico_and_kubernetes_kinds_apart() {
        let empty = serde_json::json!({});
        for (api_version, namespaced) in [
            ("projectcalico.org/v3", true),
            ("networking.k8s.io/v1", true),
        ] {
            let policy = Resource::from_value(api_version, "NetworkPolicy", &empty)
                .unwrap()
                .unwrap();
            assert_eq!(
                (policy.api_version(), policy.namespaced()),
                (api_version, namespaced)
            );
        }
        assert!(Resource::from_value("apps/v1", "Deployment", &empty).is_none());
    }
}
