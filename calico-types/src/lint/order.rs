//! Policies without `order`, which come last.
//!
//! In a tier the lowest order is asked first and none at all comes last, whatever
//! the kind: Kubernetes' policies have 1000, so one of Calico's without order is
//! asked after them. Reported only between policies that may share an endpoint,
//! and never of a denial by default, which is right to be last.

use super::bundle::Bundle;
use super::policy::{PolicyView, denies_everything};
use crate::resources::{Action, PolicyType};
use crate::{Diagnostic, Severity};

const BOTH: [PolicyType; 2] = [PolicyType::Ingress, PolicyType::Egress];

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let unordered = bundle
        .policies
        .iter()
        .filter(|policy| policy.is_calicos() && policy.order().is_none() && !policy.is_host_only())
        .filter(|policy| !denies_by_default(policy));
    for policy in unordered {
        let rivals: Vec<&PolicyView<'_>> = bundle
            .policies
            .iter()
            .filter(|other| !std::ptr::eq(*other, policy) && other.tier() == policy.tier())
            .filter(|other| !other.is_disjoint(policy))
            .collect();
        let kubernetes = rivals.iter().find(|other| !other.is_calicos());
        found.extend(match kubernetes {
            Some(rival) => Some(after_kubernetes(policy, rival)),
            None if !rivals.is_empty() && interferes(policy) => Some(last(policy)),
            None => None,
        });
    }
}

/// Whether the policy lets nothing through and asks nothing: the last place is
/// where such a one belongs.
fn denies_by_default(policy: &PolicyView<'_>) -> bool {
    let mut rules = BOTH.iter().flat_map(|direction| policy.rules(*direction));
    rules.all(denies_everything)
}

/// Whether the place in the order can matter: allowing is the same early and
/// late, refusing is not.
fn interferes(policy: &PolicyView<'_>) -> bool {
    let mut rules = BOTH.iter().flat_map(|direction| policy.rules(*direction));
    rules.any(|rule| matches!(rule.action, Action::Deny | Action::Pass))
}

/// Kubernetes' policies only allow, so one that refuses has to come before them to
/// refuse anything; one that only allows loses nothing by coming later, which is
/// worth knowing and no more.
fn after_kubernetes(policy: &PolicyView<'_>, rival: &PolicyView<'_>) -> Diagnostic {
    let (name, theirs) = (policy.name, rival.name);
    let message = format!(
        "{name} has no order, so Kubernetes' NetworkPolicy {theirs} (order 1000) is asked before it"
    );
    let severity = if interferes(policy) {
        Severity::Warning
    } else {
        Severity::Info
    };
    policy
        .finding(severity, "no-order", "spec.order", message)
        .help("Calico's policies do not outrank Kubernetes' by themselves: the lower order comes first, none comes last")
        .suggest("order: 100")
}

/// Without a Kubernetes policy at hand: said only of policies that refuse
/// something, which a policy with an order may have allowed before.
fn last(policy: &PolicyView<'_>) -> Diagnostic {
    let message = format!(
        "{} has no order: it comes after every policy of tier {} that has one",
        policy.name,
        policy.tier()
    );
    policy.finding(Severity::Info, "no-order", "spec.order", message)
}
