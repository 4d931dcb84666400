#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod attribute_set;
mod attributes;
mod calico;
mod chunks;
mod config;
mod covering;
mod decision;
mod destination;
mod export;
mod filter;
mod group;
mod next_hop;
mod peer;
mod peers;
mod rib;
mod route;
mod routes;
mod rpki;
mod set;
mod snapshot;
mod table;

pub use attributes::Attributes;
pub use calico::{BuiltIn, ExportContext, NormalPriority, Pool, PrefixAdvertisement};
#[cfg(feature = "calico")]
pub use calico::{Compiled, FilterDiagnostic, FilterProblem, export_chain, import_chain};
pub use config::RibConfig;
pub use decision::{Candidate, Explanation, Judged, Profile, Standing, Step, judge, select};
pub use destination::{Destination, DestinationView};
pub use export::Withheld;
pub use filter::{
    AsPathPattern, AsPathPatternError, CommunityPattern, Decider, Fallback, Filter, FilterChain,
    InterfacePattern, LargeCommunityPattern, Matcher, Operation, PrefixList, PrefixMatcher,
    PrefixOperator, RouteSource, RouteView, Rule, RuleAction, Trace, TracedRule, Verdict,
};
pub use next_hop::Reachability;
pub use peer::{NextHopMode, PeerConfig, PeerId};
pub use rib::{Advertised, BestChange, Changes, Event, Memory, Rib, Statistics};
pub use route::{Ineligible, LocalOrigin, LocalRoute, Rejection, RouteInfo, Source};
pub use rpki::{RpkiState, Vrp, VrpTable};
pub use snapshot::{Reader, Snapshot};
