//! Decisions: what becomes of a packet, and who says so.

use std::fmt;

use crate::{Access, PolicyId};

/// What one endpoint's policy does with a packet in one direction.
///
/// It borrows the names of tier, policy and profile from what gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Decision<'a> {
    /// Whether the packet goes through.
    pub access: Access,
    /// Who decided.
    pub reason: Reason<'a>,
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason<'a> {
    /// A rule of a policy.
    Rule {
        /// The tier's name.
        tier: &'a str,
        /// The policy.
        policy: &'a PolicyId,
        /// The rule's index among those of its direction, from 0.
        rule: usize,
    },
    /// No rule of the tier matched, and its default action is Deny.
    EndOfTier {
        /// The tier's name.
        tier: &'a str,
        /// The first policy of the tier that selects the endpoint: the reason why the tier
        /// applies at all.
        policy: &'a PolicyId,
    },
    /// A rule of a profile, when no tier decided.
    Profile {
        /// The profile's name.
        profile: &'a str,
        /// The rule's index among those of its direction, from 0.
        rule: usize,
    },
    /// The endpoint has a profile that does not exist; its rules are then deny-all.
    UnknownProfile {
        /// The profile's name.
        profile: &'a str,
    },
    /// No tier decided, and no rule of any profile matched.
    NoProfileMatch,
    /// The endpoint is administratively down.
    AdminDown,
    /// The endpoint is a host endpoint. Its policy is not evaluated: nothing is claimed
    /// beyond the refusal.
    HostEndpoint,
    /// There is no endpoint of this number.
    UnknownEndpoint,
}

impl Decision<'_> {
    /// Whether the packet goes through.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.access == Access::Allow
    }
}

/// `denied by rule 2 of NetworkPolicy shop/database in tier default`; rules are counted from
/// 1 here, as people count.
impl fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.access {
            Access::Allow => "allowed by ",
            Access::Deny => "denied by ",
        })?;
        self.reason.fmt(f)
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { tier, policy, rule } => {
                write!(
                    f,
                    "rule {} of {policy} in tier {tier}",
                    rule.saturating_add(1)
                )
            }
            Self::EndOfTier { tier, policy } => {
                write!(
                    f,
                    "the end of tier {tier}, which applies because of {policy}"
                )
            }
            Self::Profile { profile, rule } => {
                write!(f, "rule {} of profile {profile}", rule.saturating_add(1))
            }
            Self::UnknownProfile { profile } => {
                write!(f, "profile {profile}, which does not exist")
            }
            Self::NoProfileMatch => f.write_str("default, since no tier and no profile decided"),
            Self::AdminDown => f.write_str("the endpoint, which is administratively down"),
            Self::HostEndpoint => {
                f.write_str("default, since policy on host endpoints is not evaluated")
            }
            Self::UnknownEndpoint => f.write_str("default, since there is no such endpoint"),
        }
    }
}

/// What becomes of a packet from its source to its destination: both sides judge it
/// independently, each by its own policy, and both must allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Verdict<'a> {
    /// What the source's policy says; `None` when the source is no endpoint, and nobody
    /// asks.
    pub egress: Option<Decision<'a>>,
    /// What the destination's policy says; `None` when the destination is no endpoint.
    pub ingress: Option<Decision<'a>>,
}

impl<'a> Verdict<'a> {
    /// Whether the packet arrives.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.denied_by().is_none()
    }

    /// What becomes of the packet.
    #[must_use]
    pub fn overall(&self) -> Access {
        if self.is_allowed() {
            Access::Allow
        } else {
            Access::Deny
        }
    }

    /// The first decision against the packet: egress before ingress, as on its way.
    #[must_use]
    pub fn denied_by(&self) -> Option<Decision<'a>> {
        [self.egress, self.ingress]
            .into_iter()
            .flatten()
            .find(|decision| !decision.is_allowed())
    }
}

/// Both sides, `;` between.
impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.overall())?;
        for (name, side) in [("egress", self.egress), ("ingress", self.ingress)] {
            match side {
                Some(decision) => write!(f, "; {name} {decision}")?,
                None => write!(f, "; {name} asks nobody")?,
            }
        }
        Ok(())
    }
}
