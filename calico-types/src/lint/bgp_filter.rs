//! Route filters, each by itself.
//!
//! The first rule that matches decides, and a rule without conditions matches
//! every route. How BIRD reads the rest was tried with `birdc eval`: a set of
//! prefixes, which `prefixLength` makes of the CIDR, is never equal to one.

use super::bundle::{Bundle, Placed};
use super::route_cover::covers;
use crate::resources::{
    BGPFilter, BGPFilterRule, BGPFilterSpec, FilterAction, MatchOperator, PeerType, PrefixLength,
};
use crate::topology::Family;
use crate::{Diagnostic, Severity};

/// Direction of routes, seen from the node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    Import,
    Export,
}

/// Every list of a filter: the field, what it is for, its rules.
pub(super) fn lists(
    spec: &BGPFilterSpec,
) -> [(&'static str, Direction, Family, &[BGPFilterRule]); 4] {
    fn rules(list: &Option<Vec<BGPFilterRule>>) -> &[BGPFilterRule] {
        list.as_deref().unwrap_or_default()
    }
    [
        (
            "importV4",
            Direction::Import,
            Family::Ipv4,
            rules(&spec.import_v4),
        ),
        (
            "exportV4",
            Direction::Export,
            Family::Ipv4,
            rules(&spec.export_v4),
        ),
        (
            "importV6",
            Direction::Import,
            Family::Ipv6,
            rules(&spec.import_v6),
        ),
        (
            "exportV6",
            Direction::Export,
            Family::Ipv6,
            rules(&spec.export_v6),
        ),
    ]
}

/// How many rules filters have together, one that is named twice counted twice.
pub(super) fn rules_of(filters: &[Placed<'_, BGPFilter>]) -> usize {
    let lists = filters
        .iter()
        .flat_map(|filter| lists(&filter.resource.spec));
    lists.fold(filters.len(), |sum, (.., rules)| {
        sum.saturating_add(rules.len())
    })
}

/// Whether a rule matches every route, of whatever peers it asks for.
pub(super) fn is_catch_all(rule: &BGPFilterRule) -> bool {
    let BGPFilterRule {
        cidr,
        prefix_length,
        match_operator: _,
        source,
        interface,
        peer_type: _,
        communities,
        as_path_prefix,
        priority,
        action: _,
        operations: _,
    } = rule;
    cidr.is_none()
        && prefix_length.is_none()
        && source.is_none()
        && interface.as_deref().is_none_or(str::is_empty)
        && communities.is_none()
        && as_path_prefix.as_ref().is_none_or(Vec::is_empty)
        && priority.is_none()
}

/// The first rule after which none is asked: one without conditions, or the later
/// of two that are for external and for internal peers.
pub(super) fn catch_all(rules: &[BGPFilterRule]) -> Option<usize> {
    let (mut external, mut internal) = (false, false);
    rules.iter().position(|rule| {
        if is_catch_all(rule) {
            external |= rule.peer_type != Some(PeerType::Internal);
            internal |= rule.peer_type != Some(PeerType::External);
        }
        external && internal
    })
}

/// What can be said of a filter whatever peers use it.
pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    for filter in &bundle.filters {
        let lists = lists(&filter.resource.spec);
        if lists.iter().all(|(_, _, _, rules)| rules.is_empty()) {
            found.push(without_rules(filter));
        }
        for (field, _, family, rules) in lists {
            found.extend(unreachable(filter, field, rules));
            found.extend(shadowed(bundle, filter, (field, family), rules));
            for (index, rule) in rules.iter().enumerate() {
                let path = format!("spec.{field}[{index}]");
                found.extend(exact_with_length(filter, &path, rule));
                found.extend(empty_length(filter, &path, family, rule));
                found.extend(clipped_length(filter, &path, rule));
            }
        }
    }
}

/// What `importRules` and `exportRules` leave after pruning: a filter that peers
/// name, and that lets everything pass to the defaults.
fn without_rules(filter: &Placed<'_, BGPFilter>) -> Diagnostic {
    let message = format!("filter {} has no rules: it filters nothing", filter.name());
    filter
        .finding(Severity::Warning, "filter-without-rules", "spec", message)
        .help("rules stand in importV4, exportV4, importV6 and exportV6")
}

/// Rules behind one without conditions. One finding for each list, at the first of
/// them: what is wrong is the place of the rule before.
fn unreachable(
    filter: &Placed<'_, BGPFilter>,
    field: &str,
    rules: &[BGPFilterRule],
) -> Option<Diagnostic> {
    let catch_all = catch_all(rules)?;
    let count = rules.len().checked_sub(catch_all + 1).filter(|n| *n > 0)?;
    let first = catch_all + 1;
    let rest = match count {
        1 => format!("rule {first} of {field} is never asked"),
        _ => format!(
            "rules {first} to {} of {field} are never asked",
            rules.len() - 1
        ),
    };
    let message = format!("{rest}: rule {catch_all} matches every route");
    let path = format!("spec.{field}[{first}]");
    Some(
        filter
            .finding(Severity::Warning, "unreachable-filter-rule", &path, message)
            .help("the first rule that matches decides; put the one without conditions last"),
    )
}

/// Rules behind a wider one. Only a repetition, and worth no more than a word, where
/// both do the same.
fn shadowed(
    bundle: &Bundle<'_>,
    filter: &Placed<'_, BGPFilter>,
    (field, family): (&str, Family),
    rules: &[BGPFilterRule],
) -> Vec<Diagnostic> {
    let asked = catch_all(rules).map_or(rules, |end| rules.get(..=end).unwrap_or(rules));
    if !bundle.afford(asked.len().saturating_mul(asked.len()) / 2) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, rule) in asked.iter().enumerate() {
        let mut before = asked.iter().take(index);
        let Some(wider) = before.position(|earlier| covers(earlier, rule, family)) else {
            continue;
        };
        let same = asked.get(wider).is_some_and(|wider| {
            wider.action == rule.action && wider.operations == rule.operations
        });
        let severity = if same {
            Severity::Info
        } else {
            Severity::Warning
        };
        let message = format!(
            "rule {index} of {field} is never asked: rule {wider} matches every route that it matches"
        );
        let path = format!("spec.{field}[{index}]");
        found.push(
            filter
                .finding(severity, "unreachable-filter-rule", &path, message)
                .help("the first rule that matches decides; put the narrower one first"),
        );
    }
    found
}

/// `Equal` or `NotEqual` beside `prefixLength`. Calico renders the pair as a
/// comparison of the route with a *set* of prefixes, which BIRD finds unequal
/// always; validation lets it pass.
fn exact_with_length(
    filter: &Placed<'_, BGPFilter>,
    path: &str,
    rule: &BGPFilterRule,
) -> Option<Diagnostic> {
    let outcome = match rule.match_operator? {
        MatchOperator::Equal => "matches no route at all",
        MatchOperator::NotEqual => "matches every route",
        MatchOperator::In | MatchOperator::NotIn => return None,
    };
    let operator = rule.match_operator?;
    rule.prefix_length?;
    let message = format!(
        "{operator:?} with prefixLength {outcome}: BIRD compares the route with a set of routes"
    );
    Some(
        filter
            .finding(
                Severity::Warning,
                "exact-prefix-with-length",
                &format!("{path}.prefixLength"),
                message,
            )
            .help("use In or NotIn with prefixLength, or leave prefixLength out"),
    )
}

/// Bounds that leave no length. Calico clips the lower to the mask of the CIDR and
/// the upper to the family's longest, and writes what results; BIRD takes a range
/// whose ends are crossed for a syntax error and keeps running its old
/// configuration, all filters included.
fn empty_length(
    filter: &Placed<'_, BGPFilter>,
    path: &str,
    family: Family,
    rule: &BGPFilterRule,
) -> Option<Diagnostic> {
    let PrefixLength { min, max } = rule.prefix_length?;
    let own = rule.cidr?.prefix_len();
    let full = match family {
        Family::Ipv4 => 32,
        Family::Ipv6 => 128,
    };
    // As Calico clips them.
    let (low, high) = (min.unwrap_or(own).max(own), max.unwrap_or(full).min(full));
    if low <= high {
        return None;
    }
    let action = match rule.action {
        FilterAction::Accept => "accepts",
        FilterAction::Reject => "rejects",
    };
    let message = format!(
        "no prefix has a length from {low} to {high}: the rule {action} nothing, and BIRD \
         refuses its whole configuration"
    );
    Some(filter.finding(
        Severity::Error,
        "empty-prefix-length",
        &format!("{path}.prefixLength"),
        message,
    ))
}

/// A shortest length below that of the CIDR. A part of a prefix is never shorter
/// than the prefix; Calico clips such a bound, so the rule is narrower than it
/// looks.
fn clipped_length(
    filter: &Placed<'_, BGPFilter>,
    path: &str,
    rule: &BGPFilterRule,
) -> Option<Diagnostic> {
    let PrefixLength { min, max } = rule.prefix_length?;
    let (min, cidr) = (min?, rule.cidr?);
    let own = cidr.prefix_len();
    // Bounds without any length between them are told as such.
    if min >= own || max.is_some_and(|max| max < own) {
        return None;
    }
    let message = format!(
        "min {min} is shorter than {cidr} itself: no part of it has fewer than {own} bits, and \
         Calico takes {own}"
    );
    Some(
        filter
            .finding(
                Severity::Warning,
                "prefix-length-below-cidr",
                &format!("{path}.prefixLength.min"),
                message,
            )
            .help("to match shorter prefixes too, write a shorter CIDR")
            .suggest(format!("min: {own}")),
    )
}
