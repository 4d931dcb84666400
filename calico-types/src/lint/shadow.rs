//! Policies that decide everything before others of their tier are asked.
//!
//! A denial by default with a rule that says so, and an order below those of the
//! policies that allow: the first rule that matches decides, across the policies of
//! a tier as within one. Without the rule, by `types` alone, the same policy denies
//! at the end of the tier, after all others.

use std::collections::{BTreeMap, BTreeSet};

use super::bundle::Bundle;
use super::inventory::{Labelled, always};
use super::policy::{DIRECTIONS, PolicyView, matches_everything};
use crate::convert::NAMESPACE_LABEL_PREFIX;
use crate::resources::{Action, PolicyType};
use crate::selector::{Expr, LabelRestrictions, Node, Selector, StringOperator};
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let namespaces = namespaces(bundle);
    // Policies come in the order of evaluation, tier by tier.
    let policies: Vec<&PolicyView<'_>> = bundle
        .policies
        .iter()
        .filter(|policy| !policy.is_host_only())
        .collect();
    for (index, policy) in policies.iter().enumerate() {
        for (direction, list) in DIRECTIONS {
            let Some(rule) = last_word(policy, direction) else {
                continue;
            };
            let later = policies.get(index + 1..).unwrap_or_default();
            let later = later
                .iter()
                .take_while(|other| other.tier() == policy.tier());
            let shadowed: Vec<&PolicyView<'_>> = later
                .filter(|other| other.decides(direction) && !other.rules(direction).is_empty())
                .filter(|other| selects_all_of(policy, other, &namespaces))
                .copied()
                .collect();
            found.extend(report(policy, &format!("spec.{list}[{rule}]"), &shadowed));
        }
    }
}

/// The rule that decides about whatever no rule before it decided about.
fn last_word(policy: &PolicyView<'_>, direction: PolicyType) -> Option<usize> {
    if !policy.is_calicos() || !policy.decides(direction) {
        return None;
    }
    let mut rules = policy.rules(direction).iter();
    rules.position(|rule| rule.action != Action::Log && matches_everything(rule))
}

fn report(policy: &PolicyView<'_>, path: &str, shadowed: &[&PolicyView<'_>]) -> Option<Diagnostic> {
    let first = shadowed.first()?;
    let others = match shadowed.len() {
        1 => format!("{} is", first.name),
        n => format!("{n} policies, such as {}, are", first.name),
    };
    let message = format!("{} decides everything before {others} asked", policy.name);
    Some(
        policy
            .finding(Severity::Warning, "shadows-policies", path, message)
            .help("a higher order is asked later; a denial by default needs no rule, only types: it then comes at the end of the tier"),
    )
}

/// Labels of namespaces, as their pods inherit them.
type Namespaces<'b, 'a> = BTreeMap<&'b str, &'b Labelled<'a>>;

fn namespaces<'b, 'a>(bundle: &'b Bundle<'a>) -> Namespaces<'b, 'a> {
    let known = bundle.inventory.namespaces.iter();
    known
        .filter_map(|labels| Some((labels.namespace.as_deref()?, labels)))
        .collect()
}

/// Whether the first policy is for everything that the second is for, provably: what
/// it demands the second demands as well, or its namespace has.
fn selects_all_of(
    wide: &PolicyView<'_>,
    narrow: &PolicyView<'_>,
    namespaces: &Namespaces<'_, '_>,
) -> bool {
    let (Some(wide), Some(selector)) = (&wide.selector, &narrow.selector) else {
        return false;
    };
    let demands = conjuncts(selector);
    let restrictions = narrow.restrictions();
    conjuncts(wide).iter().all(|demand| {
        demands.contains(demand)
            || follows(demand, restrictions)
            || narrow
                .namespace
                .is_some_and(|name| holds_of(demand, name, namespaces))
    })
}

/// Whether a condition holds of everything in a namespace. Of one that is not among
/// the resources only the labels are known that every namespace has.
fn holds_of(condition: &Node, name: &str, namespaces: &Namespaces<'_, '_>) -> bool {
    let Some(label) = condition.label() else {
        return false;
    };
    let Ok(selector) = Selector::from_node(condition.clone()) else {
        return false;
    };
    match namespaces.get(name) {
        Some(labels) => label.starts_with(NAMESPACE_LABEL_PREFIX) && selector.matches(*labels),
        None => always(name)
            .get_key_value(label)
            .is_some_and(|own| selector.matches(&[own])),
    }
}

/// What a selector is joined of by `&&`, however deep.
fn conjuncts(selector: &Selector) -> Vec<&Node> {
    let mut found = Vec::new();
    let mut pending = vec![selector.root()];
    while let Some(node) = pending.pop() {
        if let Expr::And(operands) = &node.expr {
            pending.extend(operands);
        } else {
            found.push(node);
        }
    }
    found
}

/// Whether a condition holds of everything that satisfies restrictions.
fn follows(condition: &Node, restrictions: &LabelRestrictions) -> bool {
    // Values that the label certainly has one of.
    let values = |label: &str| {
        let restriction = restrictions.get(label)?;
        restriction.must_have_one_of_values.as_ref()
    };
    match &condition.expr {
        Expr::All => true,
        Expr::Has(label) => restrictions.get(label).is_some_and(|r| r.must_be_present),
        Expr::Compare {
            label,
            operator: StringOperator::NotEqual,
            value,
        } => values(label).is_some_and(|values| !values.contains(value)),
        Expr::In {
            label,
            negated,
            values: listed,
        } => values(label).is_some_and(|values| {
            let listed: BTreeSet<&Box<str>> = listed.iter().collect();
            values
                .iter()
                .all(|value| listed.contains(value) != *negated)
        }),
        Expr::Global | Expr::Compare { .. } | Expr::Not(_) | Expr::And(_) | Expr::Or(_) => false,
    }
}
