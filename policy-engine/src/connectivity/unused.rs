//! Policies and rules that decide nothing.
//!
//! Every decider of every pair of groups is looked at, so that "nothing" means: for no
//! connection between any two peers that are there, outside addresses among them.

use std::collections::BTreeSet;
use std::fmt;

use super::{ConnectivityError, Parties};
use crate::compiled::{DeciderId, Program};
use crate::connectivity::Partition;
use crate::{
    Action, CompileOptions, Decision, Direction, Evaluate, Family, OrderedTier, Policy, PolicyId,
    PolicySet, Reason, Snapshot, Stage, Staged,
};

/// A policy, or a rule of it, that decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unused {
    /// The policy.
    pub policy: PolicyId,
    /// Direction and index of the rule, from 0; `None`: the policy as a whole.
    pub rule: Option<(Direction, usize)>,
    /// Why.
    pub why: WhyUnused,
}

/// Why something decides nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyUnused {
    /// No workload is selected by the policy.
    SelectsNothing,
    /// No packet between peers that are there is like what the rule says: its selector matches
    /// nobody, no endpoint has a port of the name, or its conditions contradict each other.
    NeverMatches,
    /// What would match is decided before, by these: rules and ends of tiers in words.
    DecidedBefore(Vec<String>),
}

/// Where something is decided: policy, direction, rule.
type Sighting = (PolicyId, Direction, usize);

impl Unused {
    /// Everything in a policy set that decides nothing, in the order of evaluation. Log rules
    /// never decide and are passed over, and so are policies for the hooks of host endpoints.
    ///
    /// Costs a compilation for the whole, one for each tier with Pass rules, and one for each
    /// rule found; each is read as a whole, O(groups²).
    ///
    /// ```
    /// # use calico_types::Resource;
    /// use policy_engine::{CompileOptions, PolicySet, Unused};
    /// # let read = |kind: &str, value| Resource::from_value("projectcalico.org/v3", kind, &value).unwrap();
    /// # let endpoint = serde_json::json!({
    /// #     "metadata": {"name": "db", "namespace": "shop", "labels": {"app": "db"}},
    /// #     "spec": {"ipNetworks": ["10.1.0.1/32"]},
    /// # });
    /// # let policy = serde_json::json!({
    /// #     "metadata": {"name": "database", "namespace": "shop"},
    /// #     "spec": {"ingress": [
    /// #         {"action": "Allow", "protocol": "TCP"},
    /// #         {"action": "Deny", "protocol": "TCP", "destination": {"ports": [22]}},
    /// #     ]},
    /// # });
    /// # let resources = [read("WorkloadEndpoint", endpoint)?, read("NetworkPolicy", policy)?];
    /// # let set = PolicySet::from_resources(&resources).set;
    /// // The first rule allows TCP, the second denies TCP port 22.
    /// let unused = Unused::all(&set, CompileOptions::new())?;
    /// assert_eq!(
    ///     unused[0].to_string(),
    ///     "NetworkPolicy shop/database, ingress rule 2: decided before, \
    ///      by rule 1 of NetworkPolicy shop/database in tier default",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// See [`ConnectivityError`].
    pub fn all(set: &PolicySet, options: CompileOptions) -> Result<Vec<Self>, ConnectivityError> {
        let snapshot = Snapshot::compile(set.clone(), options)?;
        let mut seen = BTreeSet::new();
        sight(&snapshot, &mut seen)?;
        for tier in set.tiers() {
            let passes = |policy: &Policy| rules(policy).any(|(.., action)| action == Action::Pass);
            if tier.policies.iter().any(passes) {
                let open = Snapshot::compile(with_pass_decided(set, tier), options)?;
                let mut allowed = BTreeSet::new();
                sight(&open, &mut allowed)?;
                seen.extend(allowed.into_iter().filter(|it| is_pass(tier, it)));
            }
        }
        let mut unused = Vec::new();
        for policy in set.policies() {
            let staged = policy.id.kind.is_staged() && options.staged == Staged::Ignored;
            if staged || policy.stage != Stage::Normal {
                continue;
            }
            if !selects(set, policy) {
                unused.push(Self {
                    policy: policy.id.clone(),
                    rule: None,
                    why: WhyUnused::SelectsNothing,
                });
                continue;
            }
            for (direction, index, action) in rules(policy) {
                let sighting = (policy.id.clone(), direction, index);
                if action == Action::Log || seen.contains(&sighting) {
                    continue;
                }
                unused.push(Self {
                    policy: policy.id.clone(),
                    rule: Some((direction, index)),
                    why: why(&snapshot, options, policy, direction, index)?,
                });
            }
        }
        Ok(unused)
    }
}

fn rules(policy: &Policy) -> impl Iterator<Item = (Direction, usize, Action)> {
    let of = |direction| {
        let rules = policy.rules(direction).unwrap_or_default().iter();
        let rules = rules.enumerate();
        rules.map(move |(index, rule)| (direction, index, rule.action))
    };
    of(Direction::Ingress).chain(of(Direction::Egress))
}

fn selects(set: &PolicySet, policy: &Policy) -> bool {
    let mut endpoints = set.endpoint_ids();
    endpoints.any(|(id, endpoint)| {
        endpoint.kind == crate::EndpointKind::Workload
            && set
                .labels(id)
                .is_some_and(|labels| policy.selector.matches(labels))
    })
}

fn is_pass(tier: &OrderedTier, (policy, direction, index): &Sighting) -> bool {
    let policy = tier.policies.iter().find(|held| held.id == *policy);
    let rule = policy.and_then(|policy| policy.rules(*direction)?.get(*index));
    rule.is_some_and(|rule| rule.action == Action::Pass)
}

/// The set with Allow in the place of Pass in one tier: there it decides, and is seen.
fn with_pass_decided(set: &PolicySet, tier: &OrderedTier) -> PolicySet {
    let mut tiers = set.tiers().to_vec();
    let tier = tiers
        .iter_mut()
        .filter(|held| held.tier.name == tier.tier.name);
    let policies = tier.flat_map(|tier| &mut tier.policies);
    let rules = policies.flat_map(|policy| [&mut policy.ingress, &mut policy.egress]);
    for rule in rules.flatten().flatten() {
        if rule.action == Action::Pass {
            rule.action = Action::Allow;
        }
    }
    set.with_tiers(tiers)
}

/// Notes every rule that decides about some connection.
fn sight(snapshot: &Snapshot, seen: &mut BTreeSet<Sighting>) -> Result<(), ConnectivityError> {
    each(snapshot, |direction, partition| {
        let deciders: BTreeSet<&DeciderId> = partition.values().collect();
        for decider in deciders {
            if let Reason::Rule { policy, rule, .. } = snapshot.decision(*decider).reason {
                seen.insert((policy.clone(), direction, rule));
            }
        }
    })
}

/// What is decided on each side of each pair of groups.
fn each(
    snapshot: &Snapshot,
    mut see: impl FnMut(Direction, &Partition<DeciderId>),
) -> Result<(), ConnectivityError> {
    for family in [Family::V4, Family::V6] {
        let mut parties = Parties::new(snapshot, family, &[], |_| true);
        parties.add_outside(snapshot, family);
        for party in &parties.all {
            let Some([egress, ingress]) = party.programs else {
                continue;
            };
            for peer in &parties.all {
                let sides = [
                    (Direction::Egress, egress, [party.class, peer.class]),
                    (Direction::Ingress, ingress, [peer.class, party.class]),
                ];
                for (direction, program, classes) in sides {
                    let too_large = || ConnectivityError::TooLarge(party.group.to_string());
                    let partition = snapshot.partition(program, classes);
                    see(direction, &partition.ok_or_else(too_large)?);
                }
            }
        }
    }
    Ok(())
}

/// Why a rule decides nothing: asked alone, what would it match, and who decides that?
fn why(
    snapshot: &Snapshot,
    options: CompileOptions,
    policy: &Policy,
    direction: Direction,
    index: usize,
) -> Result<WhyUnused, ConnectivityError> {
    let set = snapshot.policy_set();
    let alone = Snapshot::compile(
        set.with_tiers(vec![only(policy, direction, index)]),
        options,
    )?;
    let mut before = Vec::new();
    // Groups of the one are not those of the other: the addresses of a group tell.
    for family in [Family::V4, Family::V6] {
        let mut parties = Parties::new(snapshot, family, &[], |_| true);
        parties.add_outside(snapshot, family);
        for party in &parties.all {
            let Some(id) = party.example(set) else {
                continue;
            };
            let own = party.address;
            let pair = |snapshot: &Snapshot| {
                let program: Option<Program> = snapshot.program(id, direction);
                let class = snapshot.class(own);
                (program, class)
            };
            for peer in &parties.all {
                let other = peer.address;
                let partition = |snapshot: &Snapshot| {
                    let (program, own) = pair(snapshot);
                    let other = snapshot.class(other);
                    let classes = match direction {
                        Direction::Egress => [own, other],
                        Direction::Ingress => [other, own],
                    };
                    snapshot.partition(program?, classes)
                };
                let (Some(matched), Some(decided)) = (partition(&alone), partition(snapshot))
                else {
                    continue;
                };
                let matches = |decider: &DeciderId| {
                    matches!(alone.decision(*decider).reason, Reason::Rule { .. })
                };
                let both = matched.combine(&decided, |one, other| matches(one).then_some(*other));
                let deciders: BTreeSet<DeciderId> = both.values().flatten().copied().collect();
                for decider in deciders {
                    let decision: Decision<'_> = snapshot.decision(decider);
                    let words = decision.reason.to_string();
                    if !before.contains(&words) {
                        before.push(words);
                    }
                }
            }
        }
    }
    Ok(match before.is_empty() {
        true => WhyUnused::NeverMatches,
        false => WhyUnused::DecidedBefore(before),
    })
}

/// A tier of nothing but one rule, which allows what it matches.
fn only(policy: &Policy, direction: Direction, index: usize) -> OrderedTier {
    let rule = policy.rules(direction).and_then(|rules| rules.get(index));
    let rules: Vec<_> = rule
        .map(|rule| crate::Rule {
            action: Action::Allow,
            ..rule.clone()
        })
        .into_iter()
        .collect();
    let mut policy = policy.clone();
    (policy.ingress, policy.egress) = match direction {
        Direction::Ingress => (Some(rules), None),
        Direction::Egress => (None, Some(rules)),
    };
    OrderedTier {
        tier: crate::Tier {
            name: policy.tier.clone(),
            order: None,
            default_action: crate::TierDefault::Deny,
        },
        defined: true,
        policies: vec![policy],
    }
}

/// Rules are counted from 1 here, as people count.
impl fmt::Display for Unused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.policy)?;
        if let Some((direction, index)) = self.rule {
            write!(f, ", {direction} rule {}", index.saturating_add(1))?;
        }
        match &self.why {
            WhyUnused::SelectsNothing => f.write_str(": selects no workload"),
            WhyUnused::NeverMatches => {
                f.write_str(": matches nothing between peers that are there")
            }
            WhyUnused::DecidedBefore(by) => {
                write!(f, ": decided before, by {}", by.join(" and by "))
            }
        }
    }
}
