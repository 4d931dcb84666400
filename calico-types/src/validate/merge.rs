//! Findings of several layers as one list.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};

/// Joins what several layers say about the same place in the same words of a
/// code, and sorts by source and place.
pub(crate) fn merge(
    found: impl Iterator<Item = Diagnostic>,
    sources: &[Source],
) -> Vec<Diagnostic> {
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
