//! The literal interpreter: the semantics as code that can be read.
//!
//! For an endpoint, a direction and a packet (Felix, `felix/calc`, `felix/rules`):
//!
//! ```text
//! for each tier that has a policy about the endpoint and direction, in order:
//!     for each such policy, in order: for each rule, in order:
//!         Log   matches: go on          Pass matches: next tier
//!         Allow matches: allow          Deny matches: deny
//!     no rule decided: next tier when the tier's default action is Pass, else deny
//! for each profile of the endpoint, in order: the first rule that matches:
//!     Allow: allow                      Deny or Pass: deny
//! deny
//! ```
//!
//! It knows no shortcut and stays for ever beside the compiled engine, which is held against
//! it. A decision costs time linear in the number of rules, and one selector evaluation for
//! each policy and for each owner of the packet's addresses; network sets are searched one
//! by one.

mod explanation;
mod hit;
#[cfg(feature = "json")]
mod json;
mod matching;
mod mismatch;

pub use explanation::{Explanation, PolicyTrace, RuleTrace, SideTrace, Step};
pub use hit::{HitKind, PolicyHit};
pub use mismatch::Mismatch;

use crate::{
    Access, Action, Decision, Direction, Endpoint, EndpointId, EndpointKind, Evaluate, Flow,
    FlowError, LabelMap, OrderedTier, Packet, Policy, PolicySet, Reason, Rule, Stage, Staged,
    TierDefault,
};
use explanation::Recorder;
use matching::Matching;

/// The literal interpreter over a [`PolicySet`].
#[derive(Clone, Copy, Debug)]
pub struct Interpreter<'s> {
    set: &'s PolicySet,
    staged: Staged,
}

impl<'s> Interpreter<'s> {
    /// An interpreter of what is enforced.
    #[must_use]
    pub const fn new(set: &'s PolicySet) -> Self {
        Self {
            set,
            staged: Staged::Ignored,
        }
    }

    /// The same interpreter with staged policies left out or asked like enforced ones.
    #[must_use]
    pub const fn with_staged(mut self, staged: Staged) -> Self {
        self.staged = staged;
        self
    }

    /// What becomes of a flow, and why: every tier, policy and rule that was asked, each with
    /// the first thing that did not match.
    ///
    /// # Errors
    ///
    /// When a peer cannot be found or judged; see [`FlowError`].
    pub fn explain<'f>(&self, flow: &Flow<'f>) -> Result<Explanation<'s, 'f>, FlowError> {
        let resolved = self.set.resolve(flow)?;
        let trace = |id: Option<EndpointId>, direction| {
            id.and_then(|id| self.trace(id, direction, &resolved.packet))
        };
        Ok(Explanation {
            packet: resolved.packet,
            egress: trace(resolved.source, Direction::Egress),
            ingress: trace(resolved.destination, Direction::Ingress),
        })
    }

    /// What one endpoint's policy does with a packet, and why. `None` when there is no such
    /// endpoint.
    #[must_use]
    pub fn trace(
        &self,
        id: EndpointId,
        direction: Direction,
        packet: &Packet<'_>,
    ) -> Option<SideTrace<'s>> {
        let endpoint = self.set.endpoint(id)?;
        let mut recorder = Recorder::default();
        let decision = self.walk(id, direction, packet, &mut recorder);
        Some(SideTrace {
            endpoint,
            direction,
            steps: recorder.steps,
            decision,
        })
    }

    /// As [`Evaluate::decide`], for as long as the policy set lives.
    pub(crate) fn ask(
        &self,
        endpoint: EndpointId,
        direction: Direction,
        packet: &Packet<'_>,
    ) -> Decision<'s> {
        self.walk(endpoint, direction, packet, &mut Unobserved)
    }

    fn walk(
        &self,
        id: EndpointId,
        direction: Direction,
        packet: &Packet<'_>,
        observer: &mut impl Observer<'s>,
    ) -> Decision<'s> {
        let (Some(endpoint), Some(labels)) = (self.set.endpoint(id), self.set.labels(id)) else {
            return deny(Reason::UnknownEndpoint);
        };
        if endpoint.kind == EndpointKind::Host {
            return deny(Reason::HostEndpoint);
        }
        if !endpoint.admin_up {
            return deny(Reason::AdminDown);
        }
        let question = Question {
            matching: Matching::new(self.set, packet),
            direction,
            labels,
            staged: self.staged,
        };
        self.set
            .tiers()
            .iter()
            .find_map(|tier| question.tier(tier, observer))
            .unwrap_or_else(|| self.profiles(&question, endpoint, observer))
    }

    fn profiles(
        &self,
        question: &Question<'s, '_>,
        endpoint: &'s Endpoint,
        observer: &mut impl Observer<'s>,
    ) -> Decision<'s> {
        for name in &endpoint.profiles {
            observer.profile(name);
            let Some(profile) = self.set.profile(name) else {
                return deny(Reason::UnknownProfile { profile: name });
            };
            let rules = profile.rules(question.direction);
            for (index, action) in question.matching_rules(rules, observer) {
                let reason = Reason::Profile {
                    profile: name,
                    rule: index,
                };
                match action {
                    Action::Allow => return allow(reason),
                    Action::Deny | Action::Pass => return deny(reason),
                    Action::Log => {}
                }
            }
        }
        deny(Reason::NoProfileMatch)
    }
}

impl Evaluate for Interpreter<'_> {
    fn policy_set(&self) -> &PolicySet {
        self.set
    }

    fn decide(
        &self,
        endpoint: EndpointId,
        direction: Direction,
        packet: &Packet<'_>,
    ) -> Decision<'_> {
        self.ask(endpoint, direction, packet)
    }
}

/// Sees the walk go by.
trait Observer<'s> {
    /// A tier is asked.
    fn tier(&mut self, tier: &'s OrderedTier);
    /// A policy of the tier is asked, or passed by.
    fn policy(&mut self, policy: &'s Policy, relevance: Relevance);
    /// A profile is asked.
    fn profile(&mut self, name: &'s str);
    /// A rule of the policy or profile was compared with the packet.
    fn rule(&mut self, index: usize, rule: &'s Rule, mismatch: Option<Mismatch<'s>>);
}

/// Nobody watches.
struct Unobserved;

impl<'s> Observer<'s> for Unobserved {
    fn tier(&mut self, _: &'s OrderedTier) {}
    fn policy(&mut self, _: &'s Policy, _: Relevance) {}
    fn profile(&mut self, _: &'s str) {}
    fn rule(&mut self, _: usize, _: &'s Rule, _: Option<Mismatch<'s>>) {}
}

/// Whether a policy is asked about an endpoint's packets, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Relevance {
    /// It is asked.
    Asked,
    /// It is staged, and staged policies are left out.
    Staged,
    /// It is for a hook that only host endpoints have.
    OtherStage,
    /// It says nothing about this direction.
    OtherDirection,
    /// Its selector does not select the endpoint.
    NotSelected,
}

/// One packet at one endpoint.
struct Question<'s, 'p> {
    matching: Matching<'s, 'p>,
    direction: Direction,
    labels: &'s LabelMap,
    staged: Staged,
}

impl<'s> Question<'s, '_> {
    /// The decision of a tier, `None` when the next one is to be asked.
    fn tier(
        &self,
        tier: &'s OrderedTier,
        observer: &mut impl Observer<'s>,
    ) -> Option<Decision<'s>> {
        observer.tier(tier);
        let name = &tier.tier.name;
        let mut first = None;
        for policy in &tier.policies {
            let relevance = self.relevance(policy);
            observer.policy(policy, relevance);
            if relevance != Relevance::Asked {
                continue;
            }
            first.get_or_insert(&policy.id);
            let rules = policy.rules(self.direction).unwrap_or_default();
            for (index, action) in self.matching_rules(rules, observer) {
                let reason = Reason::Rule {
                    tier: name,
                    policy: &policy.id,
                    rule: index,
                };
                match action {
                    Action::Allow => return Some(allow(reason)),
                    Action::Deny => return Some(deny(reason)),
                    Action::Pass => return None,
                    Action::Log => {}
                }
            }
        }
        let reason = Reason::EndOfTier {
            tier: name,
            policy: first?,
        };
        match tier.tier.default_action {
            TierDefault::Deny => Some(deny(reason)),
            TierDefault::Pass => None,
        }
    }

    fn relevance(&self, policy: &Policy) -> Relevance {
        if policy.stage != Stage::Normal {
            Relevance::OtherStage
        } else if policy.id.kind.is_staged() && self.staged == Staged::Ignored {
            Relevance::Staged
        } else if policy.rules(self.direction).is_none() {
            Relevance::OtherDirection
        } else if policy.selector.matches(self.labels) {
            Relevance::Asked
        } else {
            Relevance::NotSelected
        }
    }

    /// The rules that match, in order: their index and what they do.
    fn matching_rules(
        &self,
        rules: &'s [Rule],
        observer: &mut impl Observer<'s>,
    ) -> impl Iterator<Item = (usize, Action)> {
        rules.iter().enumerate().filter_map(|(index, rule)| {
            let mismatch = self.matching.first_mismatch(rule);
            let matches = mismatch.is_none();
            observer.rule(index, rule, mismatch);
            matches.then_some((index, rule.effective_action()))
        })
    }
}

const fn allow(reason: Reason<'_>) -> Decision<'_> {
    Decision {
        access: Access::Allow,
        reason,
    }
}

const fn deny(reason: Reason<'_>) -> Decision<'_> {
    Decision {
        access: Access::Deny,
        reason,
    }
}
