//! Merge keys (`<<`), as go-yaml v2 reads them: in the order of the document,
//! the last one given winning, whether the mapping's own or brought in. Of a
//! list of mappings the first wins.
//!
//! Strict reading, which `calicoctl` does, takes a key that is given twice in
//! this way for a repetition and refuses it (kubernetes-sigs/yaml issue 46).

use std::collections::HashMap;

use super::build::{Failure, MERGE, fail};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::source::Span;
use crate::tree::{Entry, Items, Node, Text, Value};

/// Replaces merge keys by the entries that they bring in.
///
/// # Errors
/// A merge key with anything but a mapping or a list of mappings.
pub(super) fn merge(
    entries: Vec<Entry>,
    most: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Entry>, Failure> {
    let mut merged = Merged::default();
    for entry in entries {
        if entry.key != MERGE {
            merged.own(entry, diagnostics);
            continue;
        }
        let span = entry.key_span;
        match entry.value.value {
            Value::Mapping(brought) => merged.bring(brought, span, diagnostics),
            Value::Sequence(items) => {
                for item in mappings(&items, span)?.rev() {
                    merged.bring(item.to_vec(), span, diagnostics);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(not_a_mapping(span));
            }
        }
    }
    diagnostics.truncate(most);
    Ok(merged.entries)
}

fn mappings(
    items: &Items,
    span: Span,
) -> Result<impl DoubleEndedIterator<Item = &[Entry]>, Failure> {
    if items
        .iter()
        .any(|item| !matches!(item.value, Value::Mapping(_)))
    {
        return Err(not_a_mapping(span));
    }
    Ok(items.iter().map(Node::entries))
}

fn not_a_mapping(span: Span) -> Failure {
    fail(
        "yaml-syntax",
        "a merge key takes a mapping, or a list of mappings",
        span,
    )
}

#[derive(Default)]
struct Merged {
    entries: Vec<Entry>,
    /// Where a key stands, and whether it was brought in.
    places: HashMap<Text, (usize, bool)>,
}

impl Merged {
    /// A key of the mapping itself. Repetitions of its own keys stay, for
    /// whoever looks at the mapping next.
    fn own(&mut self, entry: Entry, diagnostics: &mut Vec<Diagnostic>) {
        match self.places.get(&entry.key) {
            Some(&(index, true)) => {
                diagnostics.push(overridden(&entry.key, entry.key_span));
                self.replace(index, entry, false);
            }
            Some((_, false)) | None => {
                self.places
                    .insert(entry.key.clone(), (self.entries.len(), false));
                self.entries.push(entry);
            }
        }
    }

    fn bring(&mut self, brought: Vec<Entry>, span: Span, diagnostics: &mut Vec<Diagnostic>) {
        for entry in brought {
            match self.places.get(&entry.key) {
                Some(&(index, _)) => {
                    diagnostics.push(overridden(&entry.key, span));
                    self.replace(index, entry, true);
                }
                None => {
                    self.places
                        .insert(entry.key.clone(), (self.entries.len(), true));
                    self.entries.push(entry);
                }
            }
        }
    }

    fn replace(&mut self, index: usize, entry: Entry, brought: bool) {
        self.places.insert(entry.key.clone(), (index, brought));
        if let Some(place) = self.entries.get_mut(index) {
            *place = entry;
        }
    }
}

fn overridden(key: &str, span: Span) -> Diagnostic {
    let key = crate::decode::printable(key);
    let message = format!("`{key}` is given here and by the merge key `<<`");
    Diagnostic {
        span: Some(span),
        ..Diagnostic::error(Code("merge-override"), message)
            .refused_by(RefusedBy::DECODER)
            .stored("with the last of them")
            .help("calicoctl takes it for a key given twice; kubectl takes the last one")
            .help("leave it out of what is merged, or write the mapping out")
    }
}
