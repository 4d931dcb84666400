//! Filter chains: what may come in and go out, and how it is changed.
//!
//! A [`FilterChain`] is an ordered list of [`Filter`]s, each an ordered list of
//! [`Rule`]s. A rule matches when *all* of its [`Matcher`]s do (none: always).
//! The first rule that accepts or rejects decides for the whole chain; where no
//! rule decides, the chain's [`Fallback`] does. This is Calico's BGPFilter
//! model, with more matchers and with rules that change a route and go on.
//!
//! A chain is compiled once and shared (`Clone` is one reference count); two
//! peers with the same chain share an update group.
//!
//! | word | Calico's BGPFilter | BIRD |
//! |---|---|---|
//! | [`FilterChain`] | `spec.filters` of a BGPPeer with Calico's default | `import filter`, `export filter` |
//! | [`Filter`] | a BGPFilter resource | a function |
//! | [`Rule`] | an entry of `importV4`, `exportV4`, … | an `if` |
//! | [`Matcher`] | a field of the entry | a condition |
//! | [`Operation`] | an entry of `operations` | an assignment |
//!
//! What never happens: a chain that cannot be evaluated, a rule that matches
//! because one of its conditions could not be understood ([`Matcher::Never`]),
//! or a verdict that depends on anything but the [`RouteView`].

mod as_path;
mod chain;
mod community;
mod evaluate;
mod fields;
mod index;
mod matcher;
mod operation;
mod pattern;
mod prefix;
mod prefix_list;
mod trace;

pub use as_path::{AsPathPattern, AsPathPatternError};
pub use chain::{Fallback, Filter, FilterChain, Rule, RuleAction};
pub use community::{CommunityPattern, LargeCommunityPattern};
pub(crate) use evaluate::Outcome;
pub use evaluate::{Decider, RouteSource, RouteView, Verdict};
pub(crate) use fields::Fields;
pub use matcher::Matcher;
pub use operation::Operation;
pub use pattern::InterfacePattern;
pub(crate) use prefix::contains;
pub use prefix::{PrefixMatcher, PrefixOperator};
pub use prefix_list::PrefixList;
pub use trace::{Trace, TracedRule};
