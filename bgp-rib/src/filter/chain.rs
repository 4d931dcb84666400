//! Chains, filters and rules as they are written.
//!
//! INVARIANT: a chain never changes. Positions in verdicts and traces therefore
//! stay good for as long as the chain is held, and update groups may compare
//! chains by pointer.

use super::index::RuleIndex;
use super::{Matcher, Operation};
use crate::calico::{ExportContext, NormalPriority};
use std::sync::Arc;

/// What a matching rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleAction {
    /// Applies the operations and accepts the route; no later rule is asked.
    Accept,
    /// Refuses the route; no later rule is asked.
    Reject,
    /// Applies the operations and goes on with the next rule, which sees the
    /// changed route. (Not in Calico.)
    Continue,
    /// Applies the operations and goes on with the filter at this position of the chain, which
    /// must be behind the rule's own; the fallback where the chain has no filter there. A jump
    /// back would not end, and refuses the route instead. (Not in Calico.)
    GoTo(u16),
}

/// Conditions, changes and an action.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    /// How the user knows the rule: `exportV4[2]`.
    pub name: Box<str>,
    /// All must hold; none: the rule matches every route.
    pub matchers: Vec<Matcher>,
    /// Applied in order when the rule matches and does not reject.
    pub operations: Vec<Operation>,
    /// What follows.
    pub action: RuleAction,
}

impl Rule {
    /// A rule that accepts what all `matchers` hold for, unchanged unless
    /// [`Self::with_operations`] follows.
    #[must_use]
    pub fn accept(name: &str, matchers: Vec<Matcher>) -> Self {
        Self {
            name: name.into(),
            matchers,
            operations: Vec::new(),
            action: RuleAction::Accept,
        }
    }

    /// A rule that refuses what all `matchers` hold for.
    #[must_use]
    pub fn reject(name: &str, matchers: Vec<Matcher>) -> Self {
        Self {
            name: name.into(),
            matchers,
            operations: Vec::new(),
            action: RuleAction::Reject,
        }
    }

    /// Whether the answer may depend on the attributes: also when it changes
    /// them and goes on, for the rules behind it.
    fn asks_attributes(&self) -> bool {
        let stays = matches!(self.action, RuleAction::Accept | RuleAction::Reject);
        let goes_on = !stays && !self.operations.is_empty();
        goes_on || self.matchers.iter().any(Matcher::asks_attributes)
    }

    /// The same rule with these changes. They have no effect on a rule that
    /// rejects.
    #[must_use]
    pub fn with_operations(mut self, operations: Vec<Operation>) -> Self {
        self.operations = operations;
        self
    }
}

/// A named, ordered list of rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Name of the filter, as in `spec.filters` of a BGPPeer.
    pub name: Box<str>,
    /// The rules in order.
    pub rules: Vec<Rule>,
}

impl Filter {
    /// A filter of these rules.
    #[must_use]
    pub fn new(name: &str, rules: Vec<Rule>) -> Self {
        Self {
            name: name.into(),
            rules,
        }
    }
}

/// What happens to routes that no rule decides about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fallback {
    /// They pass.
    Accept,
    /// They do not pass.
    Reject,
    /// Calico's default for imports: accept, with a higher protocol preference
    /// when the route's priority is above normal.
    CalicoImport(NormalPriority),
    /// Calico's built-in export chain.
    CalicoExport(Arc<ExportContext>),
}

impl Fallback {
    const fn asks_attributes(&self) -> bool {
        match self {
            Self::Accept | Self::Reject => false,
            Self::CalicoImport(_) | Self::CalicoExport(_) => true,
        }
    }
}

/// An immutable list of filters and a fallback, shared by cloning.
///
/// ```
/// use bgp_rib::{Fallback, Filter, FilterChain, Matcher, PrefixMatcher, PrefixOperator, Rule};
///
/// let data_centre = PrefixMatcher::new("10.0.0.0/8".parse().unwrap(), PrefixOperator::In);
/// let keep_out = Filter::new("keep-out", vec![Rule::reject("0", vec![Matcher::Prefix(data_centre)])]);
/// let chain = FilterChain::new(vec![keep_out], Fallback::Accept);
/// assert_eq!(chain.filters().len(), 1);
/// ```
///
/// Give it to [`PeerConfig::import`](crate::PeerConfig::import) or
/// [`PeerConfig::export`](crate::PeerConfig::export), or ask it offline with
/// [`Self::evaluate`] and [`Self::trace`]. A chain holds at most 65,536 filters
/// of as many rules.
#[derive(Debug, Clone)]
pub struct FilterChain(Arc<Contents>);

#[derive(Debug, PartialEq, Eq)]
struct Contents {
    filters: Vec<Filter>,
    fallback: Fallback,
    asks_attributes: bool,
    asks_rpki: bool,
    /// Of each filter, where it pays.
    indexes: Vec<Option<RuleIndex>>,
}

impl FilterChain {
    /// A chain that asks `filters` in order and then `fallback`.
    #[must_use]
    pub fn new(filters: Vec<Filter>, fallback: Fallback) -> Self {
        let rules = || filters.iter().flat_map(|filter| &filter.rules);
        let mut matchers = rules().flat_map(|rule| &rule.matchers);
        let indexes = filters.iter().map(|filter| RuleIndex::new(&filter.rules));
        Self(Arc::new(Contents {
            asks_attributes: rules().any(Rule::asks_attributes) || fallback.asks_attributes(),
            asks_rpki: matchers.any(Matcher::asks_rpki),
            indexes: indexes.collect(),
            filters,
            fallback,
        }))
    }

    /// The chain that lets everything pass unchanged.
    #[must_use]
    pub fn accept_all() -> Self {
        Self::new(Vec::new(), Fallback::Accept)
    }

    /// The chain that lets nothing pass. As import policy together with
    /// `keep_rejected: false` it costs neither memory nor a decision: for a
    /// speaker that only announces.
    #[must_use]
    pub fn reject_all() -> Self {
        Self::new(Vec::new(), Fallback::Reject)
    }

    /// The filters in the order in which they are asked.
    #[must_use]
    pub fn filters(&self) -> &[Filter] {
        &self.0.filters
    }

    /// What decides when no rule does.
    #[must_use]
    pub fn fallback(&self) -> &Fallback {
        &self.0.fallback
    }

    /// Whether the answer may depend on the attributes. What it makes of them
    /// may in any case.
    pub(crate) fn asks_attributes(&self) -> bool {
        self.0.asks_attributes
    }

    /// Whether the answer may depend on origin validation.
    pub(crate) fn asks_rpki(&self) -> bool {
        self.0.asks_rpki
    }

    /// Which rules of a filter a prefix may match, where the filter has an index.
    pub(super) fn index(&self, filter: usize) -> Option<&RuleIndex> {
        self.0.indexes.get(filter)?.as_ref()
    }

    /// Whether the answer may depend on the outgoing interface.
    pub(crate) fn asks_interface(&self) -> bool {
        let mut rules = self.filters().iter().flat_map(|filter| &filter.rules);
        rules.any(|rule| rule.matchers.iter().any(Matcher::asks_interface))
    }

    /// The rule at a position given by a verdict or a trace.
    #[must_use]
    pub fn rule(&self, filter: usize, rule: usize) -> Option<&Rule> {
        self.filters().get(filter)?.rules.get(rule)
    }
}

/// Chains are equal when they do the same by construction: same filters, same
/// fallback. Shared chains compare in one step.
impl PartialEq for FilterChain {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for FilterChain {}

impl Default for FilterChain {
    fn default() -> Self {
        Self::accept_all()
    }
}
