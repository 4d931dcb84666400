//! A trace as flow logs tell it: who was hit, tier by tier.
//!
//! The fields are those of Goldmane's `PolicyHit` (`goldmane/proto/api.proto`), so that an
//! enforcer built on this crate can fill its `PolicyTrace`.

use std::fmt;

use super::{PolicyTrace, Relevance, RuleTrace, SideTrace, Step};
use crate::{Action, PolicyId, TierDefault};

/// One step of a flow's way through the tiers: a rule that decided or passed on, the end of a
/// tier, or a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyHit<'s> {
    /// What was hit.
    pub kind: HitKind,
    /// The policy's namespace; empty for cluster-wide ones and profiles.
    pub namespace: &'s str,
    /// The policy's or profile's name; of the end of a tier the tier's.
    pub name: &'s str,
    /// The tier; `__PROFILE__` for profiles.
    pub tier: &'s str,
    /// Allow, Deny, or Pass where the next tier was asked.
    pub action: Action,
    /// The position among the hits, from 0.
    pub policy_index: usize,
    /// The rule's index among those of its direction, from 0; `None`, Goldmane's -1, at the end
    /// of a tier and where no profile decided.
    pub rule_index: Option<usize>,
    /// Of the end of a tier, the policy because of which the tier was asked.
    pub trigger: Option<&'s PolicyId>,
}

/// What was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HitKind {
    /// A rule of a policy of this kind.
    Policy(crate::PolicyKind),
    /// The end of a tier.
    EndOfTier,
    /// A profile, or that none decided.
    Profile,
}

impl fmt::Display for HitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(kind) => kind.fmt(f),
            Self::EndOfTier => f.write_str("EndOfTier"),
            Self::Profile => f.write_str("Profile"),
        }
    }
}

/// The tier of profiles.
const PROFILE_TIER: &str = "__PROFILE__";

impl<'s> SideTrace<'s> {
    /// The hits in order, the last of which decided; none where nothing was asked, as of an
    /// endpoint that is administratively down.
    #[must_use]
    pub fn policy_hits(&self) -> Vec<PolicyHit<'s>> {
        let mut hits = Vec::new();
        let mut profile = None;
        for step in &self.steps {
            match step {
                Step::Tier { tier, policies } => {
                    let name = tier.tier.name.as_str();
                    let end = match tier.tier.default_action {
                        TierDefault::Deny => Action::Deny,
                        TierDefault::Pass => Action::Pass,
                    };
                    let by_rule = policies.iter().find_map(|policy| rule_hit(policy, name));
                    hits.extend(by_rule.or_else(|| end_hit(policies, name, end)));
                }
                Step::Profile { name, rules } => {
                    profile = Some((*name, decisive(rules).map(|rule| rule.index)));
                }
            }
        }
        let decided = hits.last().is_some_and(|hit| hit.action != Action::Pass);
        if !decided && !self.steps.is_empty() {
            let (name, rule_index) = profile.unwrap_or_default();
            let allowed = self.decision.is_allowed();
            hits.push(PolicyHit {
                kind: HitKind::Profile,
                namespace: "",
                name,
                tier: PROFILE_TIER,
                action: if allowed { Action::Allow } else { Action::Deny },
                policy_index: 0,
                rule_index,
                trigger: None,
            });
        }
        for (index, hit) in hits.iter_mut().enumerate() {
            hit.policy_index = index;
        }
        hits
    }
}

/// The first rule that matched and did more than to log.
fn decisive<'t, 's>(rules: &'t [RuleTrace<'s>]) -> Option<&'t RuleTrace<'s>> {
    let mut matching = rules.iter().filter(|rule| rule.mismatch.is_none());
    matching.find(|rule| rule.rule.action != Action::Log)
}

/// The rule of a policy that decided or passed on.
fn rule_hit<'s>(policy: &PolicyTrace<'s>, tier: &'s str) -> Option<PolicyHit<'s>> {
    let rule = decisive(&policy.rules)?;
    let id = &policy.policy.id;
    Some(PolicyHit {
        kind: HitKind::Policy(id.kind),
        namespace: id.namespace.as_deref().unwrap_or_default(),
        name: &id.name,
        tier,
        action: rule.rule.effective_action(),
        policy_index: 0,
        rule_index: Some(rule.index),
        trigger: None,
    })
}

/// The end of a tier that was asked.
fn end_hit<'s>(
    policies: &[PolicyTrace<'s>],
    tier: &'s str,
    action: Action,
) -> Option<PolicyHit<'s>> {
    let first = policies
        .iter()
        .find(|it| it.relevance == Relevance::Asked)?;
    Some(PolicyHit {
        kind: HitKind::EndOfTier,
        namespace: "",
        name: tier,
        tier,
        action,
        policy_index: 0,
        rule_index: None,
        trigger: Some(&first.policy.id),
    })
}
