//! Last rules that deny what the end of the tier denies anyway.
//!
//! Written by those who fear that what is not denied is allowed. It is worth a
//! word because such a rule often shows a misunderstanding: in a namespaced policy
//! it looks as if it kept the database shut, while it concerns pods of the
//! policy's own namespace, and it is the end of the tier that keeps everything
//! shut. A list of nothing but denials is left alone: that is how a default denial
//! is usually written.

use super::bundle::Bundle;
use super::cover::Match;
use super::policy::{PolicyView, denies_everything};
use crate::resources::{Action, EntityRule, PolicyType, Rule, TierDefaultAction};
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    if !bundle.unseen.no_policies() {
        return;
    }
    let calicos = bundle
        .policies
        .iter()
        .enumerate()
        .filter(|(_, policy)| policy.is_calicos() && !policy.is_host_only());
    for (index, policy) in calicos {
        for direction in [PolicyType::Ingress, PolicyType::Egress] {
            found.extend(redundant(bundle, index, policy, direction));
        }
    }
}

/// A last rule is redundant when nothing after it could have allowed what it
/// denies: no policy of the tier that is asked later and may share an endpoint,
/// and the end of the tier denies.
fn redundant(
    bundle: &Bundle<'_>,
    position: usize,
    policy: &PolicyView<'_>,
    direction: PolicyType,
) -> Option<Diagnostic> {
    let rules = policy.rules(direction);
    let last = rules.last().filter(|rule| rule.action == Action::Deny)?;
    // A denial and nothing else is the usual way to write "deny by default".
    let others = rules.iter().any(|rule| rule.action != Action::Deny);
    if !others || !policy.decides(direction) || !ends_in_denial(bundle, policy) {
        return None;
    }
    // A rule that is never asked is told as such.
    let (deny, mut before) = (Match::new(last), rules.iter().rev().skip(1));
    if before.any(|rule| rule.action != Action::Log && Match::new(rule).covers(&deny)) {
        return None;
    }
    // Policies come in the order of evaluation: one that is asked later could
    // allow what is denied here.
    let later = bundle.policies.get(position + 1..).unwrap_or_default();
    let decided_later = later.iter().any(|other| {
        other.tier() == policy.tier() && other.decides(direction) && share(bundle, policy, other)
    });
    if decided_later {
        return None;
    }
    let (list, peer) = match direction {
        PolicyType::Ingress => ("ingress", &last.source),
        PolicyType::Egress => ("egress", &last.destination),
    };
    let path = format!("spec.{list}[{}]", rules.len() - 1);
    Some(report(policy, &path, last, peer))
}

/// A catch-all is a matter of style and only information; a denial of something in
/// particular shows that its author counts on it.
fn report(policy: &PolicyView<'_>, path: &str, rule: &Rule, peer: &EntityRule) -> Diagnostic {
    let catch_all = denies_everything(rule);
    let message = format!(
        "the last rule of {} decides nothing: what no rule allows is denied at the end of tier {} anyway",
        policy.name,
        policy.tier()
    );
    let severity = if catch_all {
        Severity::Info
    } else {
        Severity::Warning
    };
    let finding = policy
        .finding(severity, "redundant-deny", path, message)
        .help("leave it out");
    let own_only = policy.namespace.filter(|_| {
        let selects = peer.selector.is_some() || peer.not_selector.is_some();
        selects && peer.namespace_selector.is_none()
    });
    match own_only {
        Some(namespace) => finding.help(format!(
            "without a namespaceSelector it would concern pods of namespace {namespace} only"
        )),
        None => finding,
    }
}

/// Whether the tier denies what none of its policies decided. One that is not among
/// the resources is trusted to exist and not known to deny, but for `default`.
fn ends_in_denial(bundle: &Bundle<'_>, policy: &PolicyView<'_>) -> bool {
    let tier = bundle.tier(policy.tier());
    match tier {
        Some(tier) => tier.resource.spec.default_action != Some(TierDefaultAction::Pass),
        None => policy.tier() == "default",
    }
}

/// Whether some endpoint may be selected by both.
fn share(bundle: &Bundle<'_>, one: &PolicyView<'_>, two: &PolicyView<'_>) -> bool {
    let (Some(first), Some(second)) = (&one.selector, &two.selector) else {
        return true;
    };
    if one.is_disjoint(two) {
        return false;
    }
    let inventory = &bundle.inventory;
    // What cannot be looked at may be shared.
    if !bundle.afford(inventory.endpoints.len()) {
        return true;
    }
    let mut selected = inventory.selected(first).peekable();
    // Without endpoints to look at, they may.
    if selected.peek().is_none() || !inventory.can_judge(first) || !inventory.can_judge(second) {
        return true;
    }
    selected.any(|endpoint| second.matches(endpoint))
}
