//! Selectors that none of the endpoints satisfies.
//!
//! Misspelt labels mostly. Judged only where endpoints of the same scope are
//! among the resources: a bundle without pods of a namespace says nothing about
//! that namespace.

use super::bundle::Bundle;
use super::policy::{PolicyView, namespaces};
use crate::convert::NAMESPACE_LABEL;
use crate::resources::{EntityRule, PolicyType};
use crate::selector::Selector;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    if bundle.inventory.is_empty() {
        return;
    }
    let calicos = bundle
        .policies
        .iter()
        .filter(|policy| policy.is_calicos() && !policy.is_host_only());
    for policy in calicos {
        found.extend(subject(bundle, policy));
        for (direction, list) in [
            (PolicyType::Ingress, "ingress"),
            (PolicyType::Egress, "egress"),
        ] {
            for (index, rule) in policy.rules(direction).iter().enumerate() {
                for (side, entity) in [("source", &rule.source), ("destination", &rule.destination)]
                {
                    let path = format!("spec.{list}[{index}].{side}.selector");
                    found.extend(peer(bundle, policy, &path, entity));
                }
            }
        }
    }
}

/// A policy that is for nobody.
fn subject(bundle: &Bundle<'_>, policy: &PolicyView<'_>) -> Option<Diagnostic> {
    let selector = policy.selector.as_ref()?;
    let scope = match (policy.namespace, policy.namespace_selector()) {
        (Some(namespace), _) => Selector::equals(NAMESPACE_LABEL, namespace),
        (None, Some(text)) => namespaces(text)?,
        (None, None) => Selector::all(),
    };
    if !is_empty_within(bundle, &scope, selector) {
        return None;
    }
    let message = format!(
        "{} selects none of the {} endpoints here",
        policy.name,
        bundle.inventory.endpoints.len()
    );
    Some(
        policy
            .finding(
                Severity::Warning,
                "selects-nothing",
                "spec.selector",
                message,
            )
            .help("compare the labels; values are case-sensitive"),
    )
}

/// A rule about nobody.
///
/// Network sets count as members, whether or not they have addresses yet.
fn peer(
    bundle: &Bundle<'_>,
    policy: &PolicyView<'_>,
    path: &str,
    entity: &EntityRule,
) -> Option<Diagnostic> {
    let text = entity.selector.as_deref().filter(|text| !text.is_empty())?;
    let selector = Selector::parse(text).ok()?;
    let scope = match (entity.namespace_selector.as_deref(), policy.namespace) {
        (Some(text), _) if !text.is_empty() => namespaces(text)?,
        (_, Some(namespace)) => Selector::equals(NAMESPACE_LABEL, namespace),
        (_, None) => Selector::all(),
    };
    let both = Selector::all_of([scope.clone(), selector]).ok()?;
    let in_sets = bundle
        .inventory
        .network_sets
        .iter()
        .any(|set| both.matches(set));
    if in_sets || !is_empty_within(bundle, &scope, &both) {
        return None;
    }
    let message = format!("{text} selects nothing here: the rule never matches");
    let finding = policy.finding(Severity::Warning, "selects-nothing", path, message);
    Some(match (policy.namespace, &entity.namespace_selector) {
        (Some(namespace), None) => finding.help(format!(
            "without a namespaceSelector only endpoints of namespace {namespace} are meant"
        )),
        (Some(_), Some(_)) | (None, _) => {
            finding.help("compare the labels; values are case-sensitive")
        }
    })
}

/// Whether a scope has endpoints of which none is selected. An empty scope
/// says nothing: its endpoints may be elsewhere.
fn is_empty_within(bundle: &Bundle<'_>, scope: &Selector, selector: &Selector) -> bool {
    let inventory = &bundle.inventory;
    inventory.can_judge(scope)
        && inventory.can_judge(selector)
        && inventory.selected(scope).next().is_some()
        && inventory.selected(selector).next().is_none()
}
