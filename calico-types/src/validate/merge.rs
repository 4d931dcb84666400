//! Findings of several layers as one list.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Diagnostic, RefusedBy, Severity};
use crate::source::{Source, Span};

/// Joins findings of several layers about the same place with the same code,
/// and sorts them by source and place.
///
/// Of findings that are joined the first one's words stay; the severity is that
/// of the gravest, and all who refuse are named. Findings without a source come
/// first.
#[must_use]
pub fn merge(found: impl IntoIterator<Item = Diagnostic>, sources: &[Source]) -> Vec<Diagnostic> {
    type Key = (Option<String>, Option<Span>, String, &'static str);
    let mut merged: Vec<Diagnostic> = Vec::new();
    let mut seen: HashMap<Key, usize> = HashMap::new();
    for diagnostic in found {
        let key = (
            diagnostic.source.clone(),
            diagnostic.span,
            diagnostic.path.clone(),
            diagnostic.code.0,
        );
        let index = *seen.entry(key).or_insert(merged.len());
        match merged.get_mut(index) {
            Some(first) => {
                first.refused_by = first.refused_by.or(diagnostic.refused_by);
                first.severity = first.severity.min(diagnostic.severity);
                if first.suggestion.is_none() {
                    first.suggestion = diagnostic.suggestion;
                }
                if first.help.is_empty() {
                    first.help = diagnostic.help;
                }
                if first.fix.is_none() {
                    first.fix = diagnostic.fix;
                }
            }
            None => merged.push(diagnostic),
        }
    }
    let mut merged = specific(merged);
    let order: HashMap<&str, usize> = sources
        .iter()
        .enumerate()
        .map(|(index, source)| (source.name.as_str(), index))
        .collect();
    merged.sort_by_key(|diagnostic| {
        let source = diagnostic
            .source
            .as_deref()
            .and_then(|name| order.get(name))
            .copied();
        (source, diagnostic.span)
    });
    merged
}

/// What says more than that a format is wrong.
const NARROWER: [&str; 3] = ["unsupported-value", "invalid-duration", "too-short"];

/// Without findings that say less of what another says: that a value does not fit
/// a pattern, when somebody knows why; that a list repeats, when an item is
/// pointed at; that a document does not fit its type, when the value is known
/// that does not.
fn specific(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    type Place = (Option<String>, Option<Span>);
    let place = |diagnostic: &Diagnostic| (diagnostic.source.clone(), diagnostic.span);
    let mut at: HashMap<Place, Vec<usize>> = HashMap::new();
    let mut repeated: HashMap<(Option<String>, String), usize> = HashMap::new();
    let mut wrong: HashSet<(Option<String>, Option<String>)> = HashSet::new();
    for (index, diagnostic) in found.iter().enumerate() {
        at.entry(place(diagnostic)).or_default().push(index);
        let code = diagnostic.code.0;
        if code == "duplicate-item"
            && let Some((list, _)) = diagnostic.path.rsplit_once('[')
        {
            repeated.insert((diagnostic.source.clone(), list.to_owned()), index);
        }
        if diagnostic.severity == Severity::Error && code != "does-not-fit" {
            wrong.insert((diagnostic.source.clone(), diagnostic.resource.clone()));
        }
    }
    let mut better: Vec<Option<usize>> = vec![None; found.len()];
    for (index, diagnostic) in found.iter().enumerate() {
        let others = at
            .get(&place(diagnostic))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let other = |fits: fn(&Diagnostic) -> bool| {
            let other = |other: &&usize| found.get(**other).is_some_and(fits);
            others.iter().find(other).copied()
        };
        let winner = match diagnostic.code.0 {
            "invalid-format" => other(|other| NARROWER.contains(&other.code.0)),
            "too-long" => other(|other| other.code.0 == "invalid-interface"),
            "missing-field" if diagnostic.path.starts_with("metadata") => {
                other(|other| other.code.0 == "invalid-name")
            }
            "out-of-range" => other(|other| other.code.0 == "invalid-block-size"),
            "yaml-boolean" => other(|other| other.code.0 == "text-expected"),
            // What to write in place of BIRD's pattern has an operator.
            "cidr-without-match-operator" => other(|other| {
                let suggestion = other.suggestion.as_deref().unwrap_or_default();
                other.code.0 == "invalid-cidr" && suggestion.contains("matchOperator")
            }),
            "duplicate-item" => {
                let list = (diagnostic.source.clone(), diagnostic.path.clone());
                repeated.get(&list).copied()
            }
            "does-not-fit" => {
                let resource = (diagnostic.source.clone(), diagnostic.resource.clone());
                wrong.contains(&resource).then_some(index)
            }
            _ => None,
        };
        if let Some(slot) = better.get_mut(index) {
            *slot = winner;
        }
    }
    without(found, better)
}

/// Leaves out each finding for which there is a better one, which then names all who refuse.
fn without(found: Vec<Diagnostic>, better: Vec<Option<usize>>) -> Vec<Diagnostic> {
    let by: Vec<RefusedBy> = found
        .iter()
        .map(|diagnostic| diagnostic.refused_by)
        .collect();
    let mut kept: Vec<Option<Diagnostic>> = found.into_iter().map(Some).collect();
    for (index, winner) in better.into_iter().enumerate() {
        let Some(winner) = winner else { continue };
        let also = by.get(index).copied().unwrap_or_default();
        if let Some(Some(winner)) = kept.get_mut(winner) {
            winner.refused_by = winner.refused_by.or(also);
        }
        if let Some(slot) = kept.get_mut(index) {
            *slot = None;
        }
    }
    kept.into_iter().flatten().collect()
}
