//! Deciders: who can decide, each as small numbers until a decision is wanted.

use rustc_hash::FxHashMap;

use super::tree::{DeciderId, index_u32};
use crate::{Access, Decision, PolicySet, Reason};

/// Who decides, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Decider {
    /// A rule, by the indices of tier, policy and rule.
    Rule {
        access: Access,
        tier: u32,
        policy: u32,
        rule: u32,
    },
    /// The end of a tier that applies because of a policy.
    EndOfTier { tier: u32, policy: u32 },
    /// A rule of a profile.
    Profile {
        access: Access,
        profile: u32,
        rule: u32,
    },
    /// A profile that does not exist.
    UnknownProfile { profile: u32 },
    /// Nobody: no profile matched.
    NoProfileMatch,
    /// An endpoint that is down.
    AdminDown,
    /// A host endpoint.
    HostEndpoint,
}

/// All deciders.
#[derive(Debug, Default)]
pub(super) struct Deciders {
    all: Vec<Decider>,
    /// The names of profiles.
    profiles: Vec<String>,
}

impl Deciders {
    /// The decision of a decider, with names.
    #[inline]
    pub(super) fn decision<'a>(
        &'a self,
        set: &'a PolicySet,
        DeciderId(id): DeciderId,
    ) -> Option<Decision<'a>> {
        let (access, reason) = match *self.all.get(id as usize)? {
            Decider::Rule {
                access,
                tier,
                policy,
                rule,
            } => {
                let tier = set.tiers().get(tier as usize)?;
                let policy = &tier.policies.get(policy as usize)?.id;
                let rule = rule as usize;
                (
                    access,
                    Reason::Rule {
                        tier: &tier.tier.name,
                        policy,
                        rule,
                    },
                )
            }
            Decider::EndOfTier { tier, policy } => {
                let tier = set.tiers().get(tier as usize)?;
                let policy = &tier.policies.get(policy as usize)?.id;
                (
                    Access::Deny,
                    Reason::EndOfTier {
                        tier: &tier.tier.name,
                        policy,
                    },
                )
            }
            Decider::Profile {
                access,
                profile,
                rule,
            } => {
                let profile = self.profiles.get(profile as usize)?;
                (
                    access,
                    Reason::Profile {
                        profile,
                        rule: rule as usize,
                    },
                )
            }
            Decider::UnknownProfile { profile } => {
                let profile = self.profiles.get(profile as usize)?;
                (Access::Deny, Reason::UnknownProfile { profile })
            }
            Decider::NoProfileMatch => (Access::Deny, Reason::NoProfileMatch),
            Decider::AdminDown => (Access::Deny, Reason::AdminDown),
            Decider::HostEndpoint => (Access::Deny, Reason::HostEndpoint),
        };
        Some(Decision { access, reason })
    }
}

/// Gives numbers to deciders.
#[derive(Debug, Default)]
pub(super) struct DeciderNames {
    deciders: Deciders,
    ids: FxHashMap<Decider, DeciderId>,
    profile_ids: FxHashMap<String, u32>,
}

impl DeciderNames {
    pub(super) fn intern(&mut self, decider: Decider) -> DeciderId {
        if let Some(id) = self.ids.get(&decider) {
            return *id;
        }
        let id = DeciderId(index_u32(self.deciders.all.len()));
        self.deciders.all.push(decider);
        self.ids.insert(decider, id);
        id
    }

    pub(super) fn profile(&mut self, name: &str) -> u32 {
        if let Some(id) = self.profile_ids.get(name) {
            return *id;
        }
        let id = index_u32(self.deciders.profiles.len());
        self.deciders.profiles.push(name.to_owned());
        self.profile_ids.insert(name.to_owned(), id);
        id
    }

    pub(super) fn finish(self) -> Deciders {
        self.deciders
    }
}
