//! Rules that are never asked, and rules that match nothing.
//!
//! The first rule that matches decides, but for `Log`, after which the next is
//! asked. A rule behind one that matches everything that it matches is never asked;
//! one whose own conditions exclude each other never matches.

use super::bundle::Bundle;
use super::cover::Match;
use super::policy::{DIRECTIONS, PolicyView, matches_everything};
use crate::resources::{Action, Rule};
use crate::selector::Selector;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    for policy in bundle.policies.iter().chain(&bundle.staged) {
        if !policy.is_calicos() {
            continue;
        }
        found.extend(subject(policy));
        for (direction, list) in DIRECTIONS {
            let rules: Vec<Match<'_>> = policy.rules(direction).iter().map(Match::new).collect();
            found.extend(contradictions(policy, list, &rules));
            found.extend(never_asked(bundle, policy, list, &rules));
            for (index, rule) in policy.rules(direction).iter().enumerate() {
                found.extend(selectors(policy, &format!("spec.{list}[{index}]"), rule));
            }
        }
    }
}

/// Rules behind wider ones. Those behind one without conditions are one finding: what
/// is wrong is the place of the rule before.
fn never_asked(
    bundle: &Bundle<'_>,
    policy: &PolicyView<'_>,
    list: &str,
    rules: &[Match<'_>],
) -> Vec<Diagnostic> {
    let ends = |rule: &Match<'_>| rule.rule().action != Action::Log;
    let end = rules
        .iter()
        .position(|rule| ends(rule) && matches_everything(rule.rule()));
    let asked = end.map_or(rules, |end| rules.get(..=end).unwrap_or(rules));
    let mut found = Vec::new();
    // Cheap as each comparison is, a list of very many rules has very many pairs.
    if bundle.afford(asked.len().saturating_mul(asked.len()) / 2) {
        for (index, rule) in asked.iter().enumerate() {
            let mut before = asked.iter().take(index).enumerate();
            if let Some(wider) = before.find(|(_, earlier)| ends(earlier) && earlier.covers(rule)) {
                found.push(behind(policy, list, (index, rule), wider));
            }
        }
    }
    let first = end.map_or(rules.len(), |end| end + 1);
    let last = rules.len().saturating_sub(1);
    if first < rules.len() {
        let rest = if first == last {
            format!("rule {first} of {list} is never asked")
        } else {
            format!("rules {first} to {last} of {list} are never asked")
        };
        let message = format!("{rest}: rule {} matches everything", first - 1);
        let path = format!("spec.{list}[{first}]");
        found.push(
            policy
                .finding(Severity::Warning, "unreachable-rule", &path, message)
                .help("the first rule that matches decides; put the one without conditions last"),
        );
    }
    found
}

/// Of a repetition only a word: what is repeated was to happen.
fn behind(
    policy: &PolicyView<'_>,
    list: &str,
    (index, rule): (usize, &Match<'_>),
    (at, wider): (usize, &Match<'_>),
) -> Diagnostic {
    let same = wider.rule().action == rule.rule().action;
    let severity = if same {
        Severity::Info
    } else {
        Severity::Warning
    };
    let message = format!(
        "rule {index} of {list} is never asked: rule {at} matches everything that it matches"
    );
    let path = format!("spec.{list}[{index}]");
    let finding = policy.finding(severity, "unreachable-rule", &path, message);
    if same {
        finding.help("leave it out")
    } else {
        finding.help("the first rule that matches decides; put the narrower one first")
    }
}

fn contradictions(policy: &PolicyView<'_>, list: &str, rules: &[Match<'_>]) -> Vec<Diagnostic> {
    let rules = rules.iter().enumerate();
    let contradictory = rules.filter_map(|(index, rule)| {
        let contradiction = rule.contradiction()?;
        let message = format!(
            "rule {index} of {list} never matches: {} leaves nothing of {}",
            contradiction.field, contradiction.from
        );
        let path = format!("spec.{list}[{index}].{}", contradiction.field);
        Some(policy.finding(Severity::Warning, "contradictory-rule", &path, message))
    });
    contradictory.collect()
}

/// A policy whose selector nothing can satisfy, scoped as it is.
fn subject(policy: &PolicyView<'_>) -> Option<Diagnostic> {
    let label = policy.impossible_label()?;
    let message = format!(
        "{} is for nothing: no value of label {label} satisfies its selector",
        policy.name
    );
    let path = policy.subject_path();
    Some(policy.finding(Severity::Warning, "impossible-selector", path, message))
}

/// Selectors of a rule that nothing can satisfy.
fn selectors(policy: &PolicyView<'_>, path: &str, rule: &Rule) -> Vec<Diagnostic> {
    let sides = [("source", &rule.source), ("destination", &rule.destination)];
    let fields = sides.into_iter().flat_map(|(side, entity)| {
        [
            (side, "selector", entity.selector.as_deref()),
            (
                side,
                "namespaceSelector",
                entity.namespace_selector.as_deref(),
            ),
        ]
    });
    let impossible = fields.filter_map(|(side, field, text)| {
        let label = impossible_label(&Selector::parse(text?).ok()?)?;
        let message =
            format!("the rule never matches: no value of label {label} satisfies {field}");
        let path = format!("{path}.{side}.{field}");
        Some(policy.finding(Severity::Warning, "impossible-selector", &path, message))
    });
    impossible.collect()
}

/// A label of which a selector demands what no value is.
pub(super) fn impossible_label(selector: &Selector) -> Option<String> {
    let restrictions = selector.label_restrictions();
    let mut impossible = restrictions.iter().filter(|(_, r)| r.is_impossible());
    impossible.next().map(|(label, _)| label.to_string())
}
