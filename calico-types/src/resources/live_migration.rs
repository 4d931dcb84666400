//! `LiveMigration`: a virtual machine on its way from one host to another.
//!
//! Internal to Calico, which makes it from what an orchestrator says; nobody writes it
//! by hand.

use serde::{Deserialize, Serialize};

use crate::metadata::Metadata;
use crate::resources::Kind;

/// A migration under way.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LiveMigration {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What moves.
    #[serde(default)]
    pub spec: LiveMigrationSpec,
}

impl Kind for LiveMigration {
    const KIND: &'static str = "LiveMigration";
    const NAMESPACED: bool = true;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`LiveMigration`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveMigrationSpec {
    /// What it moves from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<LiveMigrationSource>,
    /// What it moves to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<LiveMigrationTarget>,
}

/// Where from; exactly one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveMigrationSource {
    /// A workload with all its interfaces, as KubeVirt moves them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<WorkloadIdentifier>,
    /// One interface, as OpenStack moves them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload_endpoint: Option<WorkloadEndpointIdentifier>,
}

/// Where to; exactly one field is present.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveMigrationTarget {
    /// A selector of the new workload, as KubeVirt moves them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// One interface, as OpenStack moves them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload_endpoint: Option<WorkloadEndpointIdentifier>,
}

/// A pod or virtual machine. Of Kubernetes' (`k8s`) the host is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadIdentifier {
    /// Its host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Who started it.
    #[serde(rename = "orchestratorID", skip_serializing_if = "Option::is_none")]
    pub orchestrator_id: Option<String>,
    /// The orchestrator's name for it.
    #[serde(rename = "workloadID", skip_serializing_if = "Option::is_none")]
    pub workload_id: Option<String>,
}

/// An interface of a pod or virtual machine.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadEndpointIdentifier {
    /// The workload.
    #[serde(flatten)]
    pub workload: WorkloadIdentifier,
    /// The interface's name.
    #[serde(rename = "endpointID", skip_serializing_if = "Option::is_none")]
    pub endpoint_id: Option<String>,
}
