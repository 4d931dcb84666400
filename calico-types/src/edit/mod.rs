//! Changes to a document as changes to its text.
//!
//! Whoever finds a mistake says what the document should be ([`Change`], in
//! terms of its tree); here it is worked out what has to be typed for that, in
//! the style that the author has: block or flow YAML, or JSON, the same
//! indentation, the same quotes, and every comment kept. What cannot be done so
//! is not done: [`fix`] answers `None`, and the finding has a suggestion only.
//!
//! INVARIANT: parsing the edited text gives the tree with the changes made.
//! The tests hold the two together.

mod model;
mod plan;
mod replace;
mod scalar;
mod site;
mod steps;
mod write;

use std::ops::Range;

pub(crate) use scalar::is_plain;
pub(crate) use steps::Steps;
pub(crate) use write::{Writer, entry, list, made, mapping, text};

use crate::diagnostic::fix::Fix;
use crate::source::Span;
use crate::tree::Node;
use site::Sheet;

/// Something to be different in a document.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A key gets another name.
    Rename { at: Steps, to: String },
    /// A value gets another value.
    Replace { at: Steps, value: Node },
    /// A stretch of a text, in bytes, gets another text.
    Splice {
        at: Steps,
        part: Range<usize>,
        with: String,
    },
    /// An entry or an item goes.
    Remove { at: Steps },
    /// A field comes where none is; the mappings around it too, if need be.
    Set { at: Steps, value: Node },
    /// An entry goes elsewhere, with everything that stands in it.
    Move { from: Steps, to: Steps },
}

/// The edits of `text` that make these changes to the document `root` in it.
pub(crate) fn fix(text: &str, root: &Node, changes: &[Change]) -> Option<Fix> {
    plan::fix(Sheet { text, root }, changes)
}

/// The document with the changes made. `None` where something is in the way.
pub(crate) fn changed(root: &Node, changes: &[Change]) -> Option<Node> {
    let mut root = root.clone();
    changes
        .iter()
        .all(|change| model::apply(&mut root, change).is_some())
        .then_some(root)
}

/// The stretch of `text` that a part of a scalar stands in: the scalar at
/// `steps` reads as `value`, of which `part` is in bytes.
pub(crate) fn part_of(
    text: &str,
    root: &Node,
    steps: &Steps,
    value: &str,
    part: Range<usize>,
) -> Option<Span> {
    let sheet = Sheet { text, root };
    let site = sheet.locate(steps)?;
    let span = site.node.span;
    let (start, end) = replace::part(&sheet, &site, value, part)?;
    Some(sheet.span(span, start, end))
}

#[cfg(test)]
mod tests;
