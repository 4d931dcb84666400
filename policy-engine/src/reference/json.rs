//! Explanations as JSON.

use serde_json::{Value, json};

use super::{Explanation, PolicyHit, PolicyTrace, Relevance, RuleTrace, SideTrace, Step};

impl Explanation<'_, '_> {
    /// The same as data: `packet`, `verdict`, and for each side that was asked `endpoint`,
    /// `labels`, `decision`, `steps` and `policyHits`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "packet": self.packet.to_string(),
            "verdict": self.verdict().overall().to_string(),
            "egress": self.egress.as_ref().map(side),
            "ingress": self.ingress.as_ref().map(side),
        })
    }
}

fn side(side: &SideTrace<'_>) -> Value {
    json!({
        "endpoint": side.endpoint.to_string(),
        "labels": side.endpoint.labels,
        "profiles": side.endpoint.profiles,
        "decision": side.decision.to_string(),
        "allowed": side.decision.is_allowed(),
        "steps": side.steps.iter().map(step).collect::<Vec<_>>(),
        "policyHits": side.policy_hits().iter().map(hit).collect::<Vec<_>>(),
    })
}

fn step(step: &Step<'_>) -> Value {
    match step {
        Step::Tier { tier, policies } => json!({
            "tier": tier.tier.name,
            "defined": tier.defined,
            "policies": policies.iter().map(policy).collect::<Vec<_>>(),
        }),
        Step::Profile { name, rules } => json!({
            "profile": name,
            "rules": rules.iter().map(rule).collect::<Vec<_>>(),
        }),
    }
}

fn policy(policy: &PolicyTrace<'_>) -> Value {
    let relevance = match policy.relevance {
        Relevance::Asked => "asked",
        Relevance::Staged => "staged",
        Relevance::OtherStage => "otherStage",
        Relevance::OtherDirection => "otherDirection",
        Relevance::NotSelected => "notSelected",
    };
    json!({
        "policy": policy.policy.id.to_string(),
        "selector": policy.policy.selector.to_string(),
        "relevance": relevance,
        "rules": policy.rules.iter().map(rule).collect::<Vec<_>>(),
    })
}

fn rule(rule: &RuleTrace<'_>) -> Value {
    json!({
        "rule": rule.index,
        "action": rule.rule.action.to_string(),
        "matches": rule.mismatch.is_none(),
        "mismatch": rule.mismatch.map(|mismatch| mismatch.to_string()),
    })
}

/// Goldmane's names.
fn hit(hit: &PolicyHit<'_>) -> Value {
    let index = hit.rule_index.and_then(|index| i64::try_from(index).ok());
    json!({
        "kind": hit.kind.to_string(),
        "namespace": hit.namespace,
        "name": hit.name,
        "tier": hit.tier,
        "action": hit.action.to_string(),
        "policyIndex": hit.policy_index,
        "ruleIndex": index.unwrap_or(-1),
        "trigger": hit.trigger.map(ToString::to_string),
    })
}
