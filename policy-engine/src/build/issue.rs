//! Issues: what could not be read, and what follows from it.

use std::fmt;

use crate::{Direction, Fault};

/// Something in a resource that could not be read or is not evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The resource.
    pub resource: ResourceRef,
    /// What is the matter.
    pub problem: Problem,
    /// What follows from it.
    pub effect: Effect,
}

/// Names a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceRef {
    /// The kind.
    pub kind: &'static str,
    /// The namespace, of namespaced kinds.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

/// What is the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A rule could not be read.
    Rule {
        /// The direction.
        direction: Direction,
        /// The rule's index among those of its direction, from 0.
        rule: usize,
        /// Why.
        fault: Fault,
    },
    /// What selects the endpoints of a policy could not be read.
    Policy(Fault),
    /// A port's protocol could not be read.
    Port(Fault),
    /// Policy on host endpoints is not evaluated.
    HostEndpoint,
    /// Another release of Calico has policies of this kind.
    OtherRelease,
}

/// What follows from an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// The rule matches nothing.
    RuleMatchesNothing,
    /// The rule denies everything.
    RuleDeniesAll,
    /// The policy is left out. What it would have denied is not denied: do not enforce such
    /// a set (see [`Engine`](crate::Engine)).
    PolicyLeftOut,
    /// The port has no name.
    PortLeftOut,
    /// Rules see the endpoint, but nothing is decided at it.
    NotEvaluated,
    /// The policy is passed over, as the cluster does.
    PolicyPassedOver,
}

impl Effect {
    /// Whether something may be allowed that the resources deny.
    #[must_use]
    pub const fn may_allow(self) -> bool {
        matches!(self, Self::PolicyLeftOut)
    }
}

/// `Kind namespace/name`, or `Kind name`.
impl fmt::Display for ResourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

/// Rules are counted from 1 here, as people count.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule {
                direction,
                rule,
                fault,
            } => {
                write!(f, "{direction} rule {}: {fault}", rule.saturating_add(1))
            }
            Self::Policy(fault) | Self::Port(fault) => fault.fmt(f),
            Self::HostEndpoint => f.write_str("policy on host endpoints is not evaluated"),
            Self::OtherRelease => f.write_str("this release of Calico has no such policies"),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RuleMatchesNothing => "the rule matches nothing",
            Self::RuleDeniesAll => "the rule denies everything",
            Self::PolicyLeftOut => "the policy is left out",
            Self::PortLeftOut => "the port has no name",
            Self::NotEvaluated => "rules see the endpoint, but nothing is decided at it",
            Self::PolicyPassedOver => "the policy is passed over",
        })
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.resource, self.problem, self.effect)
    }
}
