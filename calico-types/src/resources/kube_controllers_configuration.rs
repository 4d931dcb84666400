//! `KubeControllersConfiguration`: settings of calico-kube-controllers.

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::switch::Switch;
use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;
use crate::scalar::Duration;

/// The one named `default`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KubeControllersConfiguration {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: KubeControllersConfigurationSpec,
    /// What the cluster reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<KubeControllersConfigurationStatus>,
}

impl Kind for KubeControllersConfiguration {
    const KIND: &'static str = "KubeControllersConfiguration";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`KubeControllersConfiguration`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KubeControllersConfigurationSpec {
    /// Verbosity; default `Info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_severity_screen: Option<ControllersLogSeverity>,
    /// Whether health checks are served; default enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_checks: Option<Switch>,
    /// Where metrics are served; default 9094, 0 turns them off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prometheus_metrics_port: Option<u16>,
    /// How often etcd is compacted; default 10 min.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etcd_v3_compaction_period: Option<Duration>,
    /// Where profiles are served; default nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug_profile_port: Option<u16>,
    /// Which controllers run.
    #[serde(default)]
    pub controllers: Controllers,
}

/// Absent: the controller does not run.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Controllers {
    /// Cleans up after nodes, makes host endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeController>,
    /// Copies Kubernetes policies into etcd.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Reconciler>,
    /// Copies pod labels into etcd.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload_endpoint: Option<Reconciler>,
    /// Copies service accounts into etcd.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account: Option<Reconciler>,
    /// Copies namespaces into etcd.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Reconciler>,
    /// Gives addresses to services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer: Option<LoadBalancerController>,
    /// Renames what older releases wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration: Option<MigrationController>,
}

/// A controller with nothing but a period.
#[derive(Clone, Debug, PartialEq, Eq, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reconciler {
    /// How often everything is compared; default 5 min.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconciler_period: Option<Duration>,
}

/// The node controller.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeController {
    /// How often everything is compared; default 5 min.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reconciler_period: Option<Duration>,
    /// Whether labels of Kubernetes nodes are copied; default enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_labels: Option<Switch>,
    /// Host endpoints made for each node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_endpoint: Option<AutoHostEndpoint>,
    /// After how long a leaked address is freed; default 15 min.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leak_grace_period: Option<Duration>,
}

/// Host endpoints made for each node.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoHostEndpoint {
    /// Whether they are made; default disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_create: Option<Switch>,
    /// Whether one for all interfaces is among them; default enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_default_host_endpoint: Option<Switch>,
    /// Others.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub templates: Given<Vec<HostEndpointTemplate>>,
}

/// A pattern for host endpoints.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostEndpointTemplate {
    /// The end of their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate_name: Option<String>,
    /// Interfaces with an address in these.
    #[serde(
        rename = "interfaceCIDRs",
        with = "crate::scalar::net::list",
        default,
        skip_serializing_if = "Given::is_absent"
    )]
    pub interface_cidrs: Given<Vec<IpNet>>,
    /// Interfaces whose name matches this regular expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_pattern: Option<String>,
    /// Nodes that get one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<String>,
    /// Labels that it gets.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub labels: Given<BTreeMap<String, String>>,
    /// Annotations that it gets.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub annotations: Given<BTreeMap<String, String>>,
}

/// Gives addresses to services.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadBalancerController {
    /// To which; default all.
    #[serde(rename = "assignIPs", skip_serializing_if = "Option::is_none")]
    pub assign_ips: Option<AssignIps>,
}

/// Which services get an address.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum AssignIps {
    /// All of type LoadBalancer.
    #[default]
    AllServices,
    /// Those that ask for one by annotation.
    RequestedServicesOnly,
}

/// Renames what older releases wrote.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MigrationController {
    /// Whether policy names are migrated; default enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_name_migrator: Option<Switch>,
}

/// What runs.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KubeControllersConfigurationStatus {
    /// Variables that override settings.
    #[serde(default, skip_serializing_if = "Given::is_absent")]
    pub environment_vars: Given<BTreeMap<String, String>>,
    /// The settings in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running_config: Option<KubeControllersConfigurationSpec>,
}

/// What calico-kube-controllers writes to its log: this and worse. The case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ControllersLogSeverity {
    /// Nothing.
    None,
    /// What helps to find mistakes.
    Debug,
    /// What happens.
    Info,
    /// What should not happen.
    Warning,
    /// What failed.
    Error,
    /// What ended the program.
    Fatal,
    /// What should never end it.
    Panic,
}
