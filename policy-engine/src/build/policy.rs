//! Policies and tiers as written to those of the model.

use calico_types::Metadata;
use calico_types::resources as written;

use super::Builder;
use super::issue::{Effect, Issue, Problem, ResourceRef};
use super::scope::{Namespace, PolicyScope, given};
use crate::{
    DEFAULT_TIER, Direction, Policy, PolicyId, PolicyKind, Rule, Stage, Tier, TierDefault,
};

/// A tier. The order and end of the built-in ones are what a cluster pins them to, where the
/// resource leaves them out.
pub(super) fn tier(tier: &written::Tier) -> Tier {
    let name = tier.metadata.name.clone();
    let built_in = Tier::built_in().into_iter().find(|t| t.name == name);
    let default_action = match (tier.spec.default_action, &built_in) {
        (Some(written::TierDefaultAction::Pass), _) => TierDefault::Pass,
        (Some(written::TierDefaultAction::Deny), _) | (None, None) => TierDefault::Deny,
        (None, Some(built_in)) => built_in.default_action,
    };
    Tier {
        order: tier.spec.order.or(built_in.and_then(|t| t.order)),
        name,
        default_action,
    }
}

/// What the Calico kinds of policy have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct PolicySource<'a> {
    pub(super) kind: PolicyKind,
    pub(super) name: &'a str,
    pub(super) tier: Option<&'a str>,
    pub(super) order: Option<f64>,
    pub(super) scope: PolicyScope<'a>,
    pub(super) ingress: &'a [written::Rule],
    pub(super) egress: &'a [written::Rule],
    pub(super) types: &'a [written::PolicyType],
    pub(super) stage: Stage,
    pub(super) apply_on_forward: bool,
}

impl<'a> PolicySource<'a> {
    fn namespaced(
        kind: PolicyKind,
        metadata: &'a Metadata,
        spec: &'a written::NetworkPolicySpec,
    ) -> Self {
        Self {
            kind,
            name: &metadata.name,
            tier: given(spec.tier.as_ref()),
            order: spec.order,
            scope: PolicyScope {
                namespace: Some(metadata.namespace_or_default()),
                selector: text(spec.selector.as_ref()),
                namespace_selector: "",
                service_account_selector: text(spec.service_account_selector.as_ref()),
            },
            ingress: spec.ingress.as_deref().unwrap_or_default(),
            egress: spec.egress.as_deref().unwrap_or_default(),
            types: spec.types.as_deref().unwrap_or_default(),
            stage: Stage::Normal,
            apply_on_forward: true,
        }
    }

    fn global(
        kind: PolicyKind,
        metadata: &'a Metadata,
        spec: &'a written::GlobalNetworkPolicySpec,
    ) -> Self {
        Self {
            kind,
            name: &metadata.name,
            tier: given(spec.tier.as_ref()),
            order: spec.order,
            scope: PolicyScope {
                namespace: None,
                selector: text(spec.selector.as_ref()),
                namespace_selector: text(spec.namespace_selector.as_ref()),
                service_account_selector: text(spec.service_account_selector.as_ref()),
            },
            ingress: spec.ingress.as_deref().unwrap_or_default(),
            egress: spec.egress.as_deref().unwrap_or_default(),
            types: spec.types.as_deref().unwrap_or_default(),
            stage: match (spec.do_not_track, spec.pre_dnat) {
                (Some(true), _) => Stage::Untracked,
                (_, Some(true)) => Stage::PreDnat,
                _ => Stage::Normal,
            },
            apply_on_forward: spec.apply_on_forward.unwrap_or(false),
        }
    }

    fn id(&self) -> PolicyId {
        PolicyId {
            kind: self.kind,
            namespace: self.scope.namespace.map(str::to_owned),
            name: self.name.to_owned(),
        }
    }

    /// The directions that the policy is about: as said, or those that it has rules for, and
    /// ingress when it has none at all.
    fn is_about(&self, direction: Direction) -> bool {
        let (said, rules) = match direction {
            Direction::Ingress => (written::PolicyType::Ingress, self.ingress),
            Direction::Egress => (written::PolicyType::Egress, self.egress),
        };
        if !self.types.is_empty() {
            return self.types.contains(&said);
        }
        !rules.is_empty() || (direction == Direction::Ingress && self.egress.is_empty())
    }

    fn rules(&self, direction: Direction) -> &'a [written::Rule] {
        match direction {
            Direction::Ingress => self.ingress,
            Direction::Egress => self.egress,
        }
    }
}

fn text(text: Option<&String>) -> &str {
    text.map(String::as_str).unwrap_or_default()
}

impl<'a> From<&'a written::NetworkPolicy> for PolicySource<'a> {
    fn from(policy: &'a written::NetworkPolicy) -> Self {
        Self::namespaced(PolicyKind::NetworkPolicy, &policy.metadata, &policy.spec)
    }
}

impl<'a> From<&'a written::GlobalNetworkPolicy> for PolicySource<'a> {
    fn from(policy: &'a written::GlobalNetworkPolicy) -> Self {
        Self::global(
            PolicyKind::GlobalNetworkPolicy,
            &policy.metadata,
            &policy.spec,
        )
    }
}

/// A staged kind.
pub(super) trait StagedSource {
    /// What enforcing the policy would do.
    fn action(&self) -> written::StagedAction;
    /// The policy.
    fn policy(&self) -> PolicySource<'_>;
}

impl StagedSource for written::StagedNetworkPolicy {
    fn action(&self) -> written::StagedAction {
        self.spec.staged_action.unwrap_or_default()
    }

    fn policy(&self) -> PolicySource<'_> {
        PolicySource::namespaced(
            PolicyKind::StagedNetworkPolicy,
            &self.metadata,
            &self.spec.policy,
        )
    }
}

impl StagedSource for written::StagedGlobalNetworkPolicy {
    fn action(&self) -> written::StagedAction {
        self.spec.staged_action.unwrap_or_default()
    }

    fn policy(&self) -> PolicySource<'_> {
        PolicySource::global(
            PolicyKind::StagedGlobalNetworkPolicy,
            &self.metadata,
            &self.spec.policy,
        )
    }
}

impl Builder {
    /// A staged policy. One that stands for a deletion never reaches the dataplane.
    pub(super) fn staged(&mut self, staged: &impl StagedSource) {
        if staged.action() != written::StagedAction::Delete {
            self.policy(&staged.policy());
        }
    }

    pub(super) fn policy(&mut self, source: &PolicySource<'_>) {
        let id = source.id();
        let resource = ResourceRef {
            kind: id.kind.as_str(),
            namespace: id.namespace.clone(),
            name: id.name.clone(),
        };
        let selector = match source.scope.resolve() {
            Ok(selector) => selector,
            Err(fault) => {
                let problem = Problem::Policy(fault);
                self.issues.push(Issue {
                    resource,
                    problem,
                    effect: Effect::PolicyLeftOut,
                });
                return;
            }
        };
        let namespace: Namespace<'_> = source.scope.namespace;
        let mut rules = |direction| -> Option<Vec<Rule>> {
            source
                .is_about(direction)
                .then(|| self.rules(&resource, direction, source.rules(direction), namespace))
        };
        let policy = Policy {
            id,
            tier: source.tier.unwrap_or(DEFAULT_TIER).to_owned(),
            order: source.order,
            selector,
            ingress: rules(Direction::Ingress),
            egress: rules(Direction::Egress),
            stage: source.stage,
            apply_on_forward: source.apply_on_forward,
        };
        self.parts.policies.push(policy);
    }
}
