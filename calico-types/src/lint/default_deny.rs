//! Denials of everything that catch the cluster's own pods as well.
//!
//! A default denial that selects `all()` selects the DNS servers as well, and the
//! cluster loses its names a moment after it is applied. What stands for the
//! system's pods is a DNS server as every cluster has it; a denial is reported
//! when it selects that pod and no policy anywhere lets its traffic through.

use super::bundle::Bundle;
use super::inventory::{Labelled, dns_pod};
use super::policy::PolicyView;
use crate::resources::{Action, PolicyType, TierDefaultAction};
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    if !bundle.unseen.no_policies() {
        return;
    }
    let pod = dns_pod();
    let global = bundle.policies.iter().filter(|policy| {
        policy.is_calicos() && policy.namespace.is_none() && !policy.is_host_only()
    });
    for policy in global {
        found.extend(catching(bundle, policy, &pod));
    }
}

/// The directions in which the system's pods are cut off, as one finding. Egress
/// alone is enough: a DNS server asks others.
fn catching(
    bundle: &Bundle<'_>,
    policy: &PolicyView<'_>,
    pod: &Labelled<'_>,
) -> Option<Diagnostic> {
    if !selects(policy, pod) {
        return None;
    }
    let cut = |direction| {
        policy.decides(direction)
            && denies(bundle, policy, direction)
            && !spared(bundle, pod, direction)
    };
    let what = match (cut(PolicyType::Ingress), cut(PolicyType::Egress)) {
        (true, true) => "all traffic of",
        (true, false) => "all traffic to",
        (false, true) => "all traffic from",
        (false, false) => return None,
    };
    let message = format!(
        "{} denies {what} the pods of kube-system too: names are no longer looked up",
        policy.name
    );
    let path = match policy.namespace_selector() {
        Some(_) => "spec.namespaceSelector",
        None => "spec.selector",
    };
    Some(
        policy
            .finding(Severity::Warning, "default-deny-system", path, message)
            .help("spare the namespaces that keep the cluster alive")
            .suggest("namespaceSelector: has(projectcalico.org/name) && projectcalico.org/name not in {'kube-system', 'calico-system', 'tigera-operator'}"),
    )
}

fn selects(policy: &PolicyView<'_>, pod: &Labelled<'_>) -> bool {
    let selector = policy.selector.as_ref();
    selector.is_some_and(|selector| selector.matches(pod))
}

/// Whether nothing is let through, by a rule or by the end of the tier.
pub(super) fn denies(bundle: &Bundle<'_>, policy: &PolicyView<'_>, direction: PolicyType) -> bool {
    let rules = policy.rules(direction);
    if rules
        .iter()
        .any(|rule| matches!(rule.action, Action::Allow | Action::Pass))
    {
        return false;
    }
    let tier = bundle.tier(policy.tier());
    let passes = match tier {
        Some(tier) => tier.resource.spec.default_action == Some(TierDefaultAction::Pass),
        None => matches!(
            policy.tier(),
            "kube-admin" | "kube-baseline" | "adminnetworkpolicy" | "baselineadminnetworkpolicy"
        ),
    };
    !passes || rules.iter().any(|rule| rule.action == Action::Deny)
}

/// Whether some other policy lets traffic of such pods through.
fn spared(bundle: &Bundle<'_>, pod: &Labelled<'_>, direction: PolicyType) -> bool {
    bundle.policies.iter().any(|policy| {
        let mut rules = policy.rules(direction).iter();
        policy.decides(direction)
            && rules.any(|rule| matches!(rule.action, Action::Allow | Action::Pass))
            && selects(policy, pod)
    })
}
