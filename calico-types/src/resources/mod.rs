//! Calico's resources, one file a kind.
//!
//! A resource is its [`Metadata`](crate::Metadata) and a `spec`, some also a `status`; field
//! names are Calico's in snake case. What is `Option` differs between absent
//! and empty, or has a default that Calico fills in (see
//! [`defaults`](crate::defaults)). A field is of a narrower type than its text
//! where Calico or the API server refuses everything else; enumerations have
//! no variant for words that they do not know. Reading one of these types straight from
//! JSON ignores unknown fields; [`decode`](crate::decode) reports them.

mod any_case;
mod bgp_configuration;
mod bgp_filter;
mod bgp_password;
mod bgp_peer;
mod calico_node_status;
mod cluster_information;
mod condition;
mod felix_configuration;
mod global_network_policy;
mod host_endpoint;
mod installation;
mod ip_pool;
mod ip_reservation;
mod ipam;
mod kind;
mod kube_controllers_configuration;
mod live_migration;
mod network_policy;
mod network_set;
mod node;
mod policy;
mod profile;
mod resource;
mod rule;
mod staged_global_network_policy;
mod staged_kubernetes_network_policy;
mod staged_network_policy;
mod switch;
mod tier;
mod workload_endpoint;

pub use any_case::{LogSeverity, UnknownWord};
pub use bgp_configuration::{
    BGPConfiguration, BGPConfigurationSpec, BindMode, NamedCommunity, PrefixAdvertisement,
    ProgramClusterRoutes, ServiceBlock,
};
pub use bgp_filter::{
    AddCommunity, BGPFilter, BGPFilterRule, BGPFilterSpec, CommunityMatch, FilterAction,
    MatchOperator, Operation, PeerType, PrefixLength, PrependASPath, RouteOrigin, SetPriority,
};
pub use bgp_password::{BGPPassword, SecretKeyReference};
pub use bgp_peer::{BGPPeer, BGPPeerSpec, NextHopMode, ReversePeering, SourceAddress};
pub use calico_node_status::{
    AgentStatus, BGPStatus, BirdState, BirdStatus, CalicoNodeStatus, CalicoNodeStatusSpec,
    CalicoNodeStatusStatus, NodeStatusClass, PeerKind, PeerStatus, RouteKind, RouteLearnedFrom,
    RouteSourceType, RouteStatus, RoutesStatus, SessionState,
};
pub use cluster_information::{ClusterInformation, ClusterInformationSpec};
pub use condition::{Condition, ConditionStatus, Conditions};
pub use felix_configuration::{
    AllowAction, AwsSrcDstCheck, BpfAttachType, BpfConnectTimeLoadBalancing, BpfConntrackLogLevel,
    BpfConntrackMode, BpfConntrackScaling, BpfConntrackTimeouts, BpfEnforceRpf,
    BpfExternalServiceMode, BpfJitHardening, BpfLogLevel, BpfOverlayHostSourceIp, ChainInsertMode,
    DenyAction, EndpointToHostAction, FelixConfiguration, FelixConfigurationSpec,
    FlowLogsPolicyEvaluationMode, HealthTimeoutOverride, IptablesBackend,
    LocalSubnetL2Reachability, NatOutgoingExclusions, NftablesFlowTableOffload, NftablesMode,
    PrometheusMetricsClientAuth, ProtoPort, RouteSource, RouteTableIdRange, ServiceLoopPrevention,
    WorkloadSourceSpoofing,
};
pub use global_network_policy::{GlobalNetworkPolicy, GlobalNetworkPolicySpec};
pub use host_endpoint::{EndpointPort, HostEndpoint, HostEndpointSpec};
pub use installation::{
    CalicoNetworkSpec, CniIpamSpec, CniSpec, Encapsulation, Installation, InstallationIPPool,
    InstallationSpec, KubernetesAutodetection, LinuxDataplane, LinuxPodInterfaceType,
    MultiInterfaceMode, NodeAddressAutodetection, Sysctl, WindowsDataplane,
};
pub use ip_pool::{AssignmentMode, EncapsulationMode, IPPool, IPPoolAllowedUse, IPPoolSpec};
pub use ip_reservation::{IPReservation, IPReservationSpec};
pub use ipam::{
    AffinityState, AllocationAttribute, BlockAffinity, BlockAffinitySpec, BlockOwner, IPAMBlock,
    IPAMBlockSpec, IPAMConfiguration, IPAMConfigurationSpec, IPAMHandle, IPAMHandleSpec,
    ParseBlockOwnerError,
};
pub use kind::Kind;
pub use kube_controllers_configuration::{
    AssignIps, AutoHostEndpoint, Controllers, ControllersLogSeverity, HostEndpointTemplate,
    KubeControllersConfiguration, KubeControllersConfigurationSpec,
    KubeControllersConfigurationStatus, LoadBalancerController, MigrationController,
    NodeController, Reconciler,
};
pub use live_migration::{
    LiveMigration, LiveMigrationSource, LiveMigrationSpec, LiveMigrationTarget,
    WorkloadEndpointIdentifier, WorkloadIdentifier,
};
pub use network_policy::{NetworkPolicy, NetworkPolicySpec};
pub use network_set::{GlobalNetworkSet, NetworkSet, NetworkSetSpec};
pub use node::{
    Node, NodeAddress, NodeBGPSpec, NodeInterface, NodeSpec, NodeStatus, NodeWireguardSpec, OrchRef,
};
pub use policy::{PerformanceHint, PolicyType, StagedAction};
pub use profile::{Profile, ProfileSpec};
pub use resource::Resource;
pub use rule::{
    Action, EntityRule, HttpMatch, HttpPath, IcmpFields, Rule, RuleMetadata, ServiceAccountMatch,
    ServiceMatch,
};
pub use staged_global_network_policy::{StagedGlobalNetworkPolicy, StagedGlobalNetworkPolicySpec};
pub use staged_kubernetes_network_policy::{
    StagedKubernetesNetworkPolicy, StagedKubernetesNetworkPolicySpec,
};
pub use staged_network_policy::{StagedNetworkPolicy, StagedNetworkPolicySpec};
pub use switch::Switch;
pub use tier::{Tier, TierDefaultAction, TierSpec};
pub use workload_endpoint::{
    IpNat, QoSControls, WorkloadEndpoint, WorkloadEndpointPort, WorkloadEndpointSpec,
};
