//! Which corrections are certain to leave a document better than it was.
//!
//! What a correction means is decided where it is proposed. Here it is tried: a
//! document that has it must have no error that it did not have before. What
//! surrounds the place is checked in both forms, a rule or another item of a
//! list where the place is in one, and else the whole document; both by the
//! decoder and by the two layers of validation.

use std::collections::HashMap;

use crate::decode::document::Document;
use crate::decode::walk;
use crate::diagnostic::fix::Fix;
use crate::diagnostic::{Diagnostic, Severity};
use crate::edit::{self, Change};
use crate::schema::Schema;
use crate::tree::Node;

use super::spot::Spot;

/// How often a document may be gone through for the sake of its corrections: a
/// hostile one must not cost its square. What is left over comes up again once
/// the others are made.
const PASSES: usize = 8;

/// How many values may be looked at in any case.
const AT_LEAST: usize = 20_000;

/// Tries corrections of one document.
#[derive(Debug)]
pub(super) struct Trial<'a> {
    document: &'a Document,
    /// How many more values may be looked at.
    room: usize,
}

impl<'a> Trial<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let size = size(&document.root);
        Self {
            document,
            room: size.saturating_mul(PASSES).saturating_add(AT_LEAST),
        }
    }

    /// The edits for some changes, if the document is better for them.
    pub(super) fn fix(&mut self, changes: &[Change]) -> Option<Fix> {
        if changes.is_empty() {
            return None;
        }
        let document = self.document;
        let unit = edit::common(changes).up_to_item();
        let spot = Spot::at(&document.root, document.kind, &unit.to_string());
        let (before, schema) = (spot.node?, spot.schema?);
        self.room = self.room.checked_sub(2 * size(before))?;
        let fix = edit::fix(&document.text, &document.root, changes)?;
        let after = edit::changed(before, &edit::relative(changes, &unit)?)?;
        // What depends on the direction of a rule is known to the policy's spec.
        let direction = matches!(unit.last_key(), "ingress" | "egress").then_some(unit.last_key());
        let spec = spot.around.iter().rev().nth(1).and_then(|(_, spec)| *spec);
        let errors = |node: &Node| match (direction, spec) {
            (Some(direction), Some(spec)) => {
                let rules = edit::list(vec![node.clone()]);
                self.errors(&edit::mapping(vec![edit::entry(direction, rules)]), spec)
            }
            _ => self.errors(node, schema),
        };
        is_better(errors(before), errors(&after)).then_some(fix)
    }

    fn errors(&self, node: &Node, schema: &Schema) -> Vec<Diagnostic> {
        let mut found = crate::validate::check_part(self.document, node, schema);
        walk::check_part(self.document, node, schema, &mut found);
        found.retain(|found| found.severity == Severity::Error);
        found
    }
}

/// Whether nothing is found afterwards that was not found before.
fn is_better(before: Vec<Diagnostic>, after: Vec<Diagnostic>) -> bool {
    let mut known: HashMap<(&'static str, String), usize> = HashMap::new();
    for found in before {
        *known.entry((found.code.0, found.message)).or_default() += 1;
    }
    after.into_iter().all(|found| {
        let count = known.get_mut(&(found.code.0, found.message));
        count.is_some_and(|count| {
            let left = *count > 0;
            *count = count.saturating_sub(1);
            left
        })
    })
}

/// How many values a tree has; its depth is bounded.
fn size(node: &Node) -> usize {
    let entries = node.entries().iter().map(|entry| size(&entry.value));
    1 + entries.sum::<usize>() + node.items().iter().map(size).sum::<usize>()
}
