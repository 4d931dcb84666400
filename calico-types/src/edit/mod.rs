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
mod remove;
mod replace;
mod scalar;
mod site;
mod steps;
mod write;

use std::ops::Range;

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
    /// An item becomes several.
    Split { at: Steps, values: Vec<Node> },
    /// An entry or an item goes.
    Remove { at: Steps },
    /// A field comes where none is; the mappings around it too, if need be.
    Set { at: Steps, value: Node },
    /// An entry goes elsewhere, with everything that stands in it.
    Move { from: Steps, to: Steps },
}

impl Change {
    /// Every place that the change is about.
    fn places(&self) -> Vec<&Steps> {
        match self {
            Self::Rename { at, .. }
            | Self::Replace { at, .. }
            | Self::Splice { at, .. }
            | Self::Split { at, .. }
            | Self::Remove { at }
            | Self::Set { at, .. } => vec![at],
            Self::Move { from, to } => vec![from, to],
        }
    }

    /// The same change in a part of the document.
    fn relative(&self, part: &Steps) -> Option<Self> {
        let mut change = self.clone();
        match &mut change {
            Self::Rename { at, .. }
            | Self::Replace { at, .. }
            | Self::Splice { at, .. }
            | Self::Split { at, .. }
            | Self::Remove { at }
            | Self::Set { at, .. } => *at = at.from(part)?,
            Self::Move { from, to } => {
                *from = from.from(part)?;
                *to = to.from(part)?;
            }
        }
        Some(change)
    }
}

/// The innermost value that all changes are within.
pub(crate) fn common(changes: &[Change]) -> Steps {
    let parents = changes.iter().flat_map(Change::places).map(Steps::parent);
    parents
        .reduce(|one, two| one.common(&two))
        .unwrap_or_default()
}

/// The same changes in a part of the document.
pub(crate) fn relative(changes: &[Change], part: &Steps) -> Option<Vec<Change>> {
    changes.iter().map(|change| change.relative(part)).collect()
}

/// The edits of `text` that make these changes to the document `root` in it.
pub(crate) fn fix(text: &str, root: &Node, changes: &[Change]) -> Option<Fix> {
    plan::fix(Sheet { text, root }, changes)
}

/// The value at the end of some steps; keys may differ in case.
pub(crate) fn found<'a>(root: &'a Node, steps: &Steps) -> Option<&'a Node> {
    model::found(root, &steps.0)
}

/// The document with the changes made. `None` where something is in the way.
pub(crate) fn changed(root: &Node, changes: &[Change]) -> Option<Node> {
    changes
        .iter()
        .try_fold(root.clone(), |root, change| model::applied(&root, change))
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
#[cfg(all(feature = "json", feature = "yaml"))]
mod tests;
