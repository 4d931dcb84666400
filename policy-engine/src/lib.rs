#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod build;
mod changed;
mod compiled;
mod connectivity;
mod decision;
mod endpoint;
mod engine;
mod evaluate;
mod http;
mod matrix;
mod packet;
mod policy;
mod policy_set;
mod protocol;
mod reference;
mod rule;

pub use build::{Build, BuildOptions, Effect, Issue, Problem, ResourceRef};
pub use changed::{ChangedVerdict, changed_verdicts};
pub use compiled::{CompileError, CompileOptions, Limits, Snapshot, Statistics};
pub use connectivity::{
    Change, Connections, ConnectionsError, Connectivity, ConnectivityDiff, ConnectivityError,
    PeerGroup, UnknownWorkload, Unused, WhyUnused,
};
pub use decision::{Decision, Reason, Verdict};
pub use endpoint::{
    Endpoint, EndpointId, EndpointKind, LabelMap, NamedPort, NetworkSet, Profile, Service,
    ServiceMember,
};
pub use engine::{Engine, PublishError, Reader, ResourceKey, Unreadable};
pub use evaluate::Evaluate;
pub use http::{HttpMatch, HttpRequest, PathMatch, normalize_path};
pub use matrix::{Group, Matrix, PortService};
pub use packet::{Flow, FlowError, Packet, Peer, Resolved};
pub use policy::{DEFAULT_TIER, Policy, PolicyId, PolicyKind, Stage, Tier, TierDefault};
pub use policy_set::{OrderedTier, Parts, PolicySet, Staged};
pub use protocol::{Access, Action, Direction, Family, Protocol, Side};
pub use reference::{
    Explanation, HitKind, Interpreter, Mismatch, PolicyHit, PolicyTrace, Relevance, RuleTrace,
    SideTrace, Step,
};
pub use rule::{Fault, IcmpMatch, PeerMatch, PortMatch, Rule, ServiceName};
