//! Asking a chain about a route.
//!
//! Deciding and changing are two steps. The first yields an `Outcome`, small
//! and comparable, that says which changes are to be made; the second makes
//! them. Routes of one UPDATE mostly have equal outcomes, so their attributes are
//! copied, changed and hashed once and not once a prefix.
//!
//! INVARIANT: an outcome and the attributes before it determine the attributes
//! after it. Changes are therefore named by their place in the chain, and none
//! of them looks at the prefix.

use super::{Fallback, FilterChain, Operation, Rule, RuleAction, Trace, TracedRule};
use crate::calico::BuiltIn;
use crate::{DestinationView, LocalOrigin, RpkiState};
use bgp_wire::{PathAttributes, PeerType};
use smallvec::SmallVec;
use std::borrow::Cow;

/// Where a route came from, as filters see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteSource<'a> {
    /// Learned from a peer of this type.
    Peer(PeerType),
    /// Originated here.
    Local(&'a LocalOrigin),
}

/// A route as a chain sees it. Everything a matcher may ask is in here, so that
/// policy can be tried without a table.
#[derive(Debug, Clone, Copy)]
pub struct RouteView<'a> {
    /// The destination.
    pub destination: DestinationView<'a>,
    /// The attributes before the chain.
    pub attributes: &'a PathAttributes,
    /// Learned or originated.
    pub source: RouteSource<'a>,
    /// The outgoing interface, where known.
    pub interface: Option<&'a str>,
    /// Type of the session that the chain belongs to: the one the route came
    /// in on (import) or would go out on (export).
    pub session: PeerType,
    /// What origin validation says (RFC 6811).
    pub rpki: RpkiState,
}

/// What decided about a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decider {
    /// The rule at this position of [`FilterChain::filters`].
    Rule {
        /// Position of the filter in the chain.
        filter: u16,
        /// Position of the rule in the filter.
        rule: u16,
    },
    /// A plain [`Fallback`].
    Fallback,
    /// A step of Calico's built-in export chain.
    BuiltIn(BuiltIn),
}

/// The answer of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// Whether the route passes.
    pub accepted: bool,
    /// What decided.
    pub decided_by: Decider,
    /// The changed attributes; `None` when unchanged or refused.
    pub attributes: Option<PathAttributes>,
    /// A protocol preference that replaces the route's.
    pub preference: Option<u16>,
}

/// A change that the chain makes, by reference, so that outcomes are cheap to
/// compare and equal outcomes need to be computed once only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Change {
    /// The operations of a rule.
    Rule { filter: u16, rule: u16 },
    /// LOCAL_PREF computed from the priority of a local route.
    LocalPref(u32),
    /// The communities of a prefix advertisement of the export context.
    Advertisement(u16),
}

/// A verdict whose changes are not applied yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) accepted: bool,
    pub(crate) decided_by: Decider,
    pub(crate) changes: SmallVec<[Change; 2]>,
    pub(crate) preference: Option<u16>,
}

impl FilterChain {
    /// Asks the chain about `route`.
    ///
    /// Cost: the matchers of the rules up to the deciding one; attributes are
    /// copied only when something changes them.
    ///
    /// ```
    /// use bgp_rib::{
    ///     Decider, Fallback, Filter, FilterChain, Matcher, Operation, PrefixMatcher,
    ///     PrefixOperator, RouteSource, RouteView, Rule,
    /// };
    /// use bgp_wire::{PathAttributes, PeerType};
    ///
    /// let pods = PrefixMatcher::new("192.168.0.0/16".parse()?, PrefixOperator::In).lengths(26, 26);
    /// let only_pods = Filter::new("only-pods", vec![
    ///     Rule::accept("blocks", vec![Matcher::Prefix(pods)])
    ///         .with_operations(vec![Operation::SetLocalPref(200)]),
    ///     Rule::reject("rest", vec![]),
    /// ]);
    /// let chain = FilterChain::new(vec![only_pods], Fallback::Accept);
    ///
    /// let attributes = PathAttributes::default();
    /// let route = |prefix: &str| Ok::<_, ipnet::AddrParseError>(RouteView {
    ///     destination: prefix.parse::<ipnet::IpNet>()?.into(),
    ///     attributes: &attributes,
    ///     source: RouteSource::Peer(PeerType::Internal),
    ///     interface: None,
    ///     session: PeerType::Internal,
    ///     rpki: bgp_rib::RpkiState::NotFound,
    /// });
    /// let verdict = chain.evaluate(&route("192.168.3.64/26")?);
    /// assert!(verdict.accepted);
    /// assert_eq!(verdict.attributes.unwrap().local_pref, Some(200));
    /// let verdict = chain.evaluate(&route("10.0.0.0/8")?);
    /// assert!(!verdict.accepted);
    /// assert!(matches!(verdict.decided_by, Decider::Rule { filter: 0, rule: 1, .. }));
    ///
    /// // The same with reasons.
    /// let trace = chain.trace(&route("10.0.0.0/8")?);
    /// assert_eq!(trace.display_verdict(&chain).to_string(), "rejected by only-pods rest");
    /// # Ok::<(), ipnet::AddrParseError>(())
    /// ```
    #[must_use]
    pub fn evaluate(&self, route: &RouteView<'_>) -> Verdict {
        let outcome = self.decide(route);
        self.verdict(&outcome, route.attributes)
    }

    /// Asks the chain and records what became of every rule on the way: the
    /// verdict of [`Self::evaluate`], one entry more for each rule asked.
    /// [`Trace::display`] puts it into words.
    #[must_use]
    pub fn trace(&self, route: &RouteView<'_>) -> Trace {
        let mut rules = Vec::new();
        let outcome = self.decide_traced(route, &mut rules);
        Trace {
            rules,
            verdict: self.verdict(&outcome, route.attributes),
        }
    }

    fn verdict(&self, outcome: &Outcome, attributes: &PathAttributes) -> Verdict {
        let changes = outcome.accepted && !outcome.changes.is_empty();
        let changed = changes.then(|| {
            let mut changed = attributes.clone();
            self.apply(outcome, &mut changed);
            changed
        });
        Verdict {
            accepted: outcome.accepted,
            decided_by: outcome.decided_by,
            attributes: changed,
            preference: outcome.preference,
        }
    }

    /// Decides without building the changed attributes, and asks only rules that the prefix
    /// can match.
    pub(crate) fn decide(&self, route: &RouteView<'_>) -> Outcome {
        let mut walk = Walk::new(self, route);
        while let Some(filter) = walk.filter {
            match self.index(usize::from(filter)) {
                Some(index) => {
                    let positions = index.candidates(route.destination.prefix()).into_iter();
                    walk.ask(self, route, filter, positions, |_| {});
                }
                None => walk.ask(self, route, filter, self.positions(filter), |_| {}),
            }
        }
        walk.finish(self, route)
    }

    fn positions(&self, filter: u16) -> impl Iterator<Item = u16> {
        let rules = self
            .filters()
            .get(usize::from(filter))
            .map_or(0, |it| it.rules.len());
        (0..=u16::MAX).take(rules)
    }

    /// Decides by asking rule for rule.
    fn decide_traced(&self, route: &RouteView<'_>, rules: &mut Vec<TracedRule>) -> Outcome {
        let mut walk = Walk::new(self, route);
        while let Some(filter) = walk.filter {
            walk.ask(self, route, filter, self.positions(filter), |rule| {
                rules.push(rule)
            });
        }
        walk.finish(self, route)
    }

    fn fall_back(
        &self,
        route: &RouteView<'_>,
        attributes: &PathAttributes,
        mut changes: SmallVec<[Change; 2]>,
    ) -> Outcome {
        match self.fallback() {
            Fallback::Accept => Outcome::accepted(Decider::Fallback, changes),
            Fallback::Reject => Outcome::refused(Decider::Fallback),
            Fallback::CalicoImport(priority) => {
                let unicast = route.destination.unicast();
                let preference = unicast
                    .and_then(|prefix| priority.import_preference(&prefix, attributes.local_pref));
                Outcome {
                    preference,
                    ..Outcome::accepted(Decider::Fallback, changes)
                }
            }
            Fallback::CalicoExport(context) => {
                let step = context.decide(route, attributes.local_pref, |advertisement| {
                    changes.push(Change::Advertisement(advertisement));
                });
                if step.accepts() {
                    Outcome::accepted(Decider::BuiltIn(step), changes)
                } else {
                    Outcome::refused(Decider::BuiltIn(step))
                }
            }
        }
    }

    /// Makes the changes of `outcome`.
    pub(crate) fn apply(&self, outcome: &Outcome, attributes: &mut PathAttributes) {
        for change in &outcome.changes {
            self.apply_change(*change, attributes);
        }
    }

    fn apply_change(&self, change: Change, attributes: &mut PathAttributes) {
        match change {
            Change::Rule { filter, rule } => {
                let rule = self.rule(usize::from(filter), usize::from(rule));
                for operation in rule.map_or(&[][..], |rule| &rule.operations) {
                    operation.apply(attributes);
                }
            }
            Change::LocalPref(value) => attributes.local_pref = Some(value),
            Change::Advertisement(position) => {
                if let Fallback::CalicoExport(context) = self.fallback() {
                    context.advertise(position, attributes);
                }
            }
        }
    }

    /// Whether the changes of `outcome` decide about MULTI_EXIT_DISC, which is
    /// then policy's and not the neighbour's.
    pub(crate) fn touches_med(&self, outcome: &Outcome) -> bool {
        outcome.changes.iter().any(|change| match change {
            Change::Rule { filter, rule } => self
                .rule(usize::from(*filter), usize::from(*rule))
                .is_some_and(|rule| rule.operations.iter().any(Operation::touches_med)),
            Change::LocalPref(_) | Change::Advertisement(_) => false,
        })
    }
}

/// A route on its way through a chain.
struct Walk<'a> {
    /// The filter to be asked next; `None` when there is none, or something has decided.
    filter: Option<u16>,
    attributes: Cow<'a, PathAttributes>,
    changes: SmallVec<[Change; 2]>,
    /// What rules have set.
    preference: Option<u16>,
    decided: Option<Outcome>,
}

impl<'a> Walk<'a> {
    fn new(chain: &FilterChain, route: &RouteView<'a>) -> Self {
        let mut walk = Self {
            filter: (!chain.filters().is_empty()).then_some(0),
            attributes: Cow::Borrowed(route.attributes),
            changes: SmallVec::new(),
            preference: None,
            decided: None,
        };
        if let Fallback::CalicoExport(context) = chain.fallback()
            && let RouteSource::Local(origin) = route.source
            && let Some(prefix) = route.destination.unicast()
        {
            let local_pref = context.local_pref(origin, &prefix);
            walk.change(chain, Change::LocalPref(local_pref));
        }
        walk
    }

    /// Makes a change that later rules see.
    fn change(&mut self, chain: &FilterChain, change: Change) {
        chain.apply_change(change, self.attributes.to_mut());
        self.changes.push(change);
    }

    fn decide(&mut self, outcome: Outcome) {
        self.filter = None;
        self.decided = Some(outcome);
    }

    /// Asks the rules at `positions` of a filter.
    fn ask(
        &mut self,
        chain: &FilterChain,
        route: &RouteView<'_>,
        filter: u16,
        positions: impl Iterator<Item = u16>,
        mut observe: impl FnMut(TracedRule),
    ) {
        let next = filter.checked_add(1);
        let there = |at: &u16| usize::from(*at) < chain.filters().len();
        self.filter = next.filter(there);
        for position in positions {
            let Some(rule) = chain.rule(usize::from(filter), usize::from(position)) else {
                continue;
            };
            let failed = rule.first_failure(route, &self.attributes);
            observe(TracedRule {
                filter,
                rule: position,
                failed,
            });
            if failed.is_some() {
                continue;
            }
            let change = Change::Rule {
                filter,
                rule: position,
            };
            let decided_by = Decider::Rule {
                filter,
                rule: position,
            };
            let changes = !rule.operations.is_empty();
            let mut preferences = rule.operations.iter().filter_map(Operation::preference);
            self.preference = preferences.next_back().or(self.preference);
            match rule.action {
                RuleAction::Reject => return self.decide(Outcome::refused(decided_by)),
                RuleAction::GoTo(target) if target <= filter => {
                    return self.decide(Outcome::refused(decided_by));
                }
                RuleAction::Accept => {
                    if changes {
                        self.changes.push(change);
                    }
                    let changes = std::mem::take(&mut self.changes);
                    return self.decide(Outcome::accepted(decided_by, changes));
                }
                RuleAction::Continue | RuleAction::GoTo(_) if changes => {
                    self.change(chain, change);
                }
                RuleAction::Continue | RuleAction::GoTo(_) => {}
            }
            if let RuleAction::GoTo(target) = rule.action {
                self.filter = Some(target).filter(there);
                return;
            }
        }
    }

    fn finish(self, chain: &FilterChain, route: &RouteView<'_>) -> Outcome {
        let mut outcome = match self.decided {
            Some(outcome) => outcome,
            None => chain.fall_back(route, &self.attributes, self.changes),
        };
        outcome.preference = self.preference.or(outcome.preference);
        outcome
    }
}

impl Rule {
    /// Position of the first matcher that does not hold.
    fn first_failure(&self, route: &RouteView<'_>, attributes: &PathAttributes) -> Option<u16> {
        (0..)
            .zip(&self.matchers)
            .find(|(_, matcher)| !matcher.matches(route, attributes))
            .map(|(position, _)| position)
    }
}

impl Outcome {
    fn accepted(decided_by: Decider, changes: SmallVec<[Change; 2]>) -> Self {
        Self {
            accepted: true,
            decided_by,
            changes,
            preference: None,
        }
    }

    fn refused(decided_by: Decider) -> Self {
        Self {
            accepted: false,
            decided_by,
            changes: SmallVec::new(),
            preference: None,
        }
    }
}
