//! Findings of several layers as one list.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
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
            }
            None => merged.push(diagnostic),
        }
    }
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
