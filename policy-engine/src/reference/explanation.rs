//! Explanations: the walk that led to a decision.

use std::fmt;

use super::{Mismatch, Observer, Relevance};
use crate::{
    Decision, Direction, Endpoint, OrderedTier, Packet, Policy, Rule, TierDefault, Verdict,
};

/// Why a flow is allowed or denied: what each side asked, in order.
///
/// `Display` gives text for people; the fields are the same as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation<'s, 'f> {
    /// The packet that was asked about.
    pub packet: Packet<'f>,
    /// What the source's policy did; `None` when the source is no endpoint.
    pub egress: Option<SideTrace<'s>>,
    /// What the destination's policy did; `None` when the destination is no endpoint.
    pub ingress: Option<SideTrace<'s>>,
}

/// What one endpoint's policy did in one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct SideTrace<'s> {
    /// The endpoint.
    pub endpoint: &'s Endpoint,
    /// The direction.
    pub direction: Direction,
    /// What was asked, in order, up to the decision.
    pub steps: Vec<Step<'s>>,
    /// What came of it.
    pub decision: Decision<'s>,
}

/// A tier or a profile that was asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<'s> {
    /// A tier.
    Tier {
        /// The tier.
        tier: &'s OrderedTier,
        /// Its policies in order, up to the one that decided or passed.
        policies: Vec<PolicyTrace<'s>>,
    },
    /// A profile.
    Profile {
        /// The profile's name.
        name: &'s str,
        /// Its rules in order, up to the one that decided.
        rules: Vec<RuleTrace<'s>>,
    },
}

/// A policy that was asked or passed by.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyTrace<'s> {
    /// The policy.
    pub policy: &'s Policy,
    /// Whether it was asked, and if not, why.
    pub relevance: Relevance,
    /// The rules that were compared, in order; empty when it was not asked.
    pub rules: Vec<RuleTrace<'s>>,
}

/// A rule that was compared with the packet.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleTrace<'s> {
    /// The rule's index among those of its direction, from 0.
    pub index: usize,
    /// The rule.
    pub rule: &'s Rule,
    /// The first thing that did not match; `None` when the rule matched.
    pub mismatch: Option<Mismatch<'s>>,
}

impl<'s> Explanation<'s, '_> {
    /// What came of it.
    pub fn verdict(&self) -> Verdict<'s> {
        Verdict {
            egress: self.egress.as_ref().map(|side| side.decision),
            ingress: self.ingress.as_ref().map(|side| side.decision),
        }
    }
}

impl<'s> Step<'s> {
    fn rules_mut(&mut self) -> Option<&mut Vec<RuleTrace<'s>>> {
        match self {
            Self::Tier { policies, .. } => policies.last_mut().map(|policy| &mut policy.rules),
            Self::Profile { rules, .. } => Some(rules),
        }
    }
}

/// Writes the walk down.
#[derive(Default)]
pub(super) struct Recorder<'s> {
    pub(super) steps: Vec<Step<'s>>,
}

impl<'s> Observer<'s> for Recorder<'s> {
    fn tier(&mut self, tier: &'s OrderedTier) {
        self.steps.push(Step::Tier {
            tier,
            policies: Vec::new(),
        });
    }

    fn policy(&mut self, policy: &'s Policy, relevance: Relevance) {
        if let Some(Step::Tier { policies, .. }) = self.steps.last_mut() {
            policies.push(PolicyTrace {
                policy,
                relevance,
                rules: Vec::new(),
            });
        }
    }

    fn profile(&mut self, name: &'s str) {
        self.steps.push(Step::Profile {
            name,
            rules: Vec::new(),
        });
    }

    fn rule(&mut self, index: usize, rule: &'s Rule, mismatch: Option<Mismatch<'s>>) {
        if let Some(rules) = self.steps.last_mut().and_then(Step::rules_mut) {
            rules.push(RuleTrace {
                index,
                rule,
                mismatch,
            });
        }
    }
}

impl fmt::Display for Explanation<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.packet, self.verdict().overall())?;
        for side in [&self.egress, &self.ingress].into_iter().flatten() {
            side.fmt(f)?;
        }
        Ok(())
    }
}

/// A tree of lines; tiers without policies are left out.
impl fmt::Display for SideTrace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {}", self.direction, self.endpoint)?;
        for step in &self.steps {
            step.fmt(f)?;
        }
        writeln!(f, "  => {}", self.decision)
    }
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tier { policies, .. } if policies.is_empty() => Ok(()),
            Self::Tier { tier, policies } => {
                let end = match tier.tier.default_action {
                    TierDefault::Deny => "Deny",
                    TierDefault::Pass => "Pass",
                };
                writeln!(f, "  tier {}, at its end {end}", tier.tier.name)?;
                policies.iter().try_for_each(|policy| policy.fmt(f))
            }
            Self::Profile { name, rules } => {
                writeln!(f, "  profile {name}")?;
                rules.iter().try_for_each(|rule| rule.fmt(f))
            }
        }
    }
}

impl fmt::Display for PolicyTrace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "    {}", self.policy.id)?;
        match self.relevance {
            Relevance::Asked if self.rules.is_empty() => f.write_str(": no rule"),
            Relevance::Asked => Ok(()),
            Relevance::Staged => f.write_str(": staged, not enforced"),
            Relevance::OtherStage => f.write_str(": for host endpoints only"),
            Relevance::OtherDirection => f.write_str(": not about this direction"),
            Relevance::NotSelected => write!(f, ": not selected by {}", self.policy.selector),
        }?;
        writeln!(f)?;
        self.rules.iter().try_for_each(|rule| rule.fmt(f))
    }
}

impl fmt::Display for RuleTrace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "      rule {} {}: ",
            self.index.saturating_add(1),
            self.rule.action
        )?;
        match &self.mismatch {
            Some(mismatch) => writeln!(f, "no match, {mismatch}"),
            None => writeln!(f, "match"),
        }
    }
}
