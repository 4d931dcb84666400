//! Which schema belongs to which `apiVersion` and `kind`.

use super::metadata::{API_VERSION, CONDITION_LIST, CONDITIONS, KIND, METADATA};
use super::{
    ANY, Schema, bgp, felix, field, installation, ipam, kube_controllers, kubernetes, nodes,
    object, policy, pool, required,
};
use crate::validate::{calico, crd};

/// A kind and its schema.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KindSchema {
    pub(crate) api_version: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) schema: Schema,
    /// Whether an API server holds it under this schema. Calico's own Node,
    /// Profile and WorkloadEndpoint have no custom resource definition.
    pub(crate) stored: bool,
    /// Whether Calico validates it.
    pub(crate) validated: bool,
}

pub(crate) const V3: &str = "projectcalico.org/v3";

macro_rules! root {
    ($spec:expr $(, $extra:expr)*) => {
        object(&[API_VERSION, KIND, required("metadata", METADATA), required("spec", $spec) $(, $extra)*])
            .checks(&[calico::metadata])
    };
}

/// The custom resources of Kubernetes' network policy API.
macro_rules! policy_root {
    ($spec:expr) => {
        object(&[
            API_VERSION,
            KIND,
            required("metadata", METADATA),
            required("spec", $spec),
            field("status", object(&[required("conditions", CONDITION_LIST)])),
        ])
    };
}

const fn calico(kind: &'static str, schema: Schema) -> KindSchema {
    KindSchema {
        api_version: V3,
        kind,
        schema,
        stored: true,
        validated: true,
    }
}

const fn internal(kind: &'static str, schema: Schema) -> KindSchema {
    KindSchema {
        api_version: V3,
        kind,
        schema,
        stored: false,
        validated: true,
    }
}

const fn foreign(api_version: &'static str, kind: &'static str, schema: Schema) -> KindSchema {
    KindSchema {
        api_version,
        kind,
        schema,
        stored: true,
        validated: false,
    }
}

static KINDS: &[KindSchema] = &[
    calico("BGPConfiguration", root!(bgp::CONFIGURATION)),
    calico("BGPFilter", root!(bgp::FILTER)),
    calico("BGPPeer", root!(bgp::PEER)),
    calico("BlockAffinity", root!(ipam::AFFINITY)),
    calico(
        "CalicoNodeStatus",
        root!(
            nodes::CALICO_NODE_STATUS,
            field("status", nodes::CALICO_NODE_STATUS_STATUS)
        ),
    ),
    calico("ClusterInformation", root!(nodes::CLUSTER_INFORMATION)),
    calico(
        "FelixConfiguration",
        root!(felix::CONFIGURATION).rules(crd::FELIX_ROOT),
    ),
    calico("GlobalNetworkPolicy", root!(policy::GLOBAL_NETWORK_POLICY)),
    calico("GlobalNetworkSet", root!(policy::NETWORK_SET)),
    calico("HostEndpoint", root!(policy::HOST_ENDPOINT)),
    calico("IPAMBlock", root!(ipam::BLOCK)),
    calico("IPAMConfiguration", root!(ipam::CONFIGURATION)),
    calico("IPAMHandle", root!(ipam::HANDLE)),
    calico("IPPool", root!(pool::POOL, field("status", CONDITIONS))),
    calico("IPReservation", root!(pool::RESERVATION)),
    calico(
        "KubeControllersConfiguration",
        root!(
            kube_controllers::CONFIGURATION,
            field("status", kube_controllers::STATUS)
        ),
    ),
    calico("NetworkPolicy", root!(policy::NETWORK_POLICY)),
    calico("NetworkSet", root!(policy::NETWORK_SET)),
    internal("LiveMigration", root!(nodes::LIVE_MIGRATION)),
    internal(
        "Node",
        root!(nodes::NODE, field("status", nodes::NODE_STATUS)),
    ),
    internal("Profile", root!(policy::PROFILE)),
    calico(
        "StagedGlobalNetworkPolicy",
        root!(policy::STAGED_GLOBAL_NETWORK_POLICY),
    ),
    calico(
        "StagedKubernetesNetworkPolicy",
        root!(policy::STAGED_KUBERNETES_NETWORK_POLICY),
    ),
    calico("StagedNetworkPolicy", root!(policy::STAGED_NETWORK_POLICY)),
    calico(
        "Tier",
        root!(policy::TIER, field("status", CONDITIONS)).rules(crd::TIER_ROOT),
    ),
    internal("WorkloadEndpoint", root!(policy::WORKLOAD_ENDPOINT)),
    foreign(
        "operator.tigera.io/v1",
        "Installation",
        object(&[
            API_VERSION,
            KIND,
            field("metadata", METADATA),
            field("spec", installation::INSTALLATION),
            field("status", ANY),
        ]),
    ),
    foreign(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        kubernetes::NETWORK_POLICY,
    ),
    foreign(
        "policy.networking.k8s.io/v1alpha1",
        "AdminNetworkPolicy",
        policy_root!(kubernetes::ADMIN_NETWORK_POLICY),
    ),
    foreign(
        "policy.networking.k8s.io/v1alpha1",
        "BaselineAdminNetworkPolicy",
        policy_root!(kubernetes::BASELINE_ADMIN_NETWORK_POLICY).rules(crd::BASELINE_ROOT),
    ),
    foreign(
        "policy.networking.k8s.io/v1alpha2",
        "ClusterNetworkPolicy",
        policy_root!(kubernetes::CLUSTER_NETWORK_POLICY),
    ),
    foreign(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        kubernetes::ENDPOINT_SLICE,
    ),
    foreign("v1", "Namespace", kubernetes::NAMESPACE),
    foreign("v1", "Node", kubernetes::NODE),
    foreign("v1", "Pod", kubernetes::POD),
    foreign("v1", "Secret", kubernetes::SECRET),
    foreign("v1", "Service", kubernetes::SERVICE),
    foreign("v1", "ServiceAccount", kubernetes::SERVICE_ACCOUNT),
];

impl KindSchema {
    /// Whether the kind is of Kubernetes' own API.
    pub(crate) fn is_kubernetes(&self) -> bool {
        !self.api_version.contains("projectcalico.org") && !self.api_version.contains("tigera.io")
    }
}

/// Every kind that there is a schema for.
pub(crate) fn kinds() -> impl Iterator<Item = &'static KindSchema> {
    KINDS.iter()
}

/// The schema of a kind.
pub(crate) fn lookup(api_version: &str, kind: &str) -> Option<&'static KindSchema> {
    kinds().find(|known| known.kind == kind && known.api_version == api_version)
}
