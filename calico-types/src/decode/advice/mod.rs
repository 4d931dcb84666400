//! What to write instead of what was found wrong.
//!
//! The layers that look at a document say what is wrong and where. Here the
//! place is looked at once more, in the light of what people are known to have
//! meant: the idioms of other APIs, older forms of Calico's own, habits of other
//! languages. Out of it come help, a suggestion, what a cluster would store, and
//! where it is certain a correction.

mod address;
mod certain;
mod consequence;
mod endpoint;
mod entity;
mod filter;
mod header;
mod kubernetes;
mod labels;
mod metadata;
mod peer;
mod policy;
mod pool;
mod ports;
mod relation;
mod rule;
mod scalar;
mod selector;
mod spot;
mod syntax;
mod types;
mod unknown;
mod words;
mod write;

use std::cell::OnceCell;

pub(crate) use consequence::consequences;
pub(super) use header::{corrected, first_version, is_enterprise};
pub(super) use syntax::explain;
pub(crate) use types::type_name;
pub(super) use unknown::place;
pub(super) use words::unsupported;
pub(crate) use words::{meant, protocol};
pub(crate) use write::assign;
pub(super) use write::yaml;

use super::document::Document;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::fix::Fix;
use crate::edit::{Change, Steps, list};
use crate::prune;
use crate::source::Span;
use crate::tree::{Entry, Node, Value};
use certain::Trial;
use spot::Spot;
use write::suggestion;

/// Adds to findings about a document what is to be said beyond them.
pub(crate) fn advise(document: &Document, found: &mut [Diagnostic]) {
    if found.is_empty() {
        return;
    }
    let mut desk = Desk {
        document,
        trial: Trial::new(document),
        stored: OnceCell::new(),
    };
    for diagnostic in found {
        desk.advise(diagnostic);
    }
}

/// Where findings about one document are looked at.
struct Desk<'a> {
    document: &'a Document,
    trial: Trial<'a>,
    /// The document as a cluster stores it, once somebody asks.
    stored: OnceCell<Node>,
}

impl Desk<'_> {
    fn advise(&mut self, diagnostic: &mut Diagnostic) {
        let Document { root, kind, .. } = self.document;
        let mut spot = match (diagnostic.path.as_str(), diagnostic.span) {
            ("", Some(span)) if scalar::is_about_text(diagnostic.code) => {
                let Some(spot) = Spot::of_span(root, kind, span) else {
                    return;
                };
                diagnostic.path = spot.steps.to_string();
                diagnostic.resource = Some(self.document.title().to_owned());
                spot
            }
            (path, _) => Spot::at(root, kind, path),
        };
        if let Some(span) = diagnostic.span {
            spot.turn_to(span);
            if !spot.is_at(span) {
                return;
            }
        }
        let header = diagnostic.span.and_then(|span| spot.key_span(span));
        diagnostic.span = header.or(diagnostic.span);
        if let Some(advice) = self.advice(diagnostic, &spot) {
            // Changes are made to the last entry of a key, and one that goes would
            // uncover the one before.
            let removes = advice
                .changes
                .iter()
                .any(|change| matches!(change, Change::Remove { .. }));
            let is_own = matches!(diagnostic.code.0, "duplicate-key" | "unknown-field");
            let uncovers = removes && !is_own && spot.is_repeated();
            let certain = !spot.is_hidden(root) && !uncovers;
            self.give(advice.certain_if(certain), diagnostic);
        }
    }

    fn advice(&self, diagnostic: &Diagnostic, spot: &Spot<'_>) -> Option<Advice> {
        let document = self.document;
        match diagnostic.code.0 {
            "unknown-field" => Some(self.dropped(unknown::advice(spot), spot)),
            "wrong-case" => unknown::wrong_case(spot).map(|advice| self.dropped(advice, spot)),
            "duplicate-key" | "duplicate-item" => relation::repeated(spot, diagnostic),
            "unsupported-value" => words::advice(spot),
            "yaml-tag" => scalar::tag(document, spot).map(|advice| self.dropped(advice, spot)),
            "text-expected" | "yaml-boolean" | "yaml-octal" => {
                scalar::text(document, spot, diagnostic.code)
            }
            "number-expected" => scalar::number(spot),
            "invalid-duration" => scalar::duration(spot),
            "out-of-range" => scalar::range(spot),
            "wrong-type" => types::wrong_type(spot),
            "invalid-port" => ports::advice(spot),
            "invalid-protocol" => words::protocol_advice(spot),
            "invalid-cidr" => address::cidr(spot),
            "invalid-address" => address::address(spot),
            "invalid-name" | "invalid-label" => metadata::name(spot),
            "invalid-selector" => selector::advice(spot),
            code => relation::advice(code, spot),
        }
    }

    /// With what is stored without the field of a spot, and what that means.
    fn dropped(&self, advice: Advice, spot: &Spot<'_>) -> Advice {
        let Document { root, kind, .. } = self.document;
        let stored = self.stored.get_or_init(|| prune::tree(root, &kind.schema));
        Advice {
            stored: super::meaning::after_pruning(kind, stored, &spot.steps),
            ..advice
        }
    }

    fn give(&mut self, advice: Advice, diagnostic: &mut Diagnostic) {
        let Advice {
            message,
            stored,
            help,
            suggestion,
            changes,
            fix,
            part,
            span,
        } = advice;
        if let Some(message) = message {
            diagnostic.message = message;
        }
        if stored.is_some() {
            diagnostic.stored = stored;
        }
        if !help.is_empty() {
            diagnostic.help = help;
        }
        if suggestion.is_some() {
            diagnostic.suggestion = suggestion;
        }
        if let Some((steps, value, part)) = part {
            let Document { text, root, .. } = self.document;
            let span = crate::edit::part_of(text, root, &steps, &value, part);
            diagnostic.span = span.or(diagnostic.span);
        }
        diagnostic.span = span.or(diagnostic.span);
        diagnostic.fix = fix.or_else(|| self.trial.fix(&changes));
    }
}

/// A list, or one value as a list of one.
fn as_list(node: &Node) -> Node {
    if matches!(node.value, Value::Sequence(_)) {
        node.clone()
    } else {
        list(vec![node.clone()])
    }
}

/// The items of a list, or one value as the only item.
fn each(node: &Node) -> &[Node] {
    if matches!(node.value, Value::Sequence(_)) {
        node.items()
    } else {
        std::slice::from_ref(node)
    }
}

/// A boolean's value.
const fn boolean(node: &Node) -> Option<bool> {
    if let Value::Bool(value) = node.value {
        Some(value)
    } else {
        None
    }
}

/// What to say about a finding beyond what it says itself.
#[derive(Debug, Default)]
pub(super) struct Advice {
    /// Better words for what is wrong.
    message: Option<String>,
    stored: Option<String>,
    help: Vec<String>,
    suggestion: Option<String>,
    /// What would correct it; nothing where that is not certain.
    changes: Vec<Change>,
    /// The edits themselves, where no change of the tree amounts to them.
    fix: Option<Fix>,
    /// The part of a text that the finding is about.
    part: Option<(Steps, String, std::ops::Range<usize>)>,
    /// A better place to point at.
    span: Option<Span>,
}

impl Advice {
    fn help(line: impl Into<String>) -> Self {
        Self {
            help: vec![line.into()],
            ..Self::default()
        }
    }

    fn and(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }

    fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Suggests text.
    fn write(mut self, yaml: impl Into<String>) -> Self {
        self.suggestion = Some(yaml.into());
        self
    }

    /// Suggests entries.
    fn entries(self, entries: &[Entry]) -> Self {
        let text = suggestion(entries);
        self.write(text)
    }

    /// Another value for the spot's own; certain.
    fn value(self, spot: &Spot<'_>, value: Node) -> Self {
        let mut advice = self.like(spot, &value);
        advice.changes = vec![Change::Replace {
            at: spot.steps.clone(),
            value,
        }];
        advice
    }

    /// Another value for the spot's own; a guess.
    fn like(self, spot: &Spot<'_>, value: &Node) -> Self {
        let text = write::one(&spot.steps, value);
        self.write(text)
    }

    /// Another name for the spot's key; certain.
    fn renamed(mut self, spot: &Spot<'_>, to: &str) -> Self {
        self.changes = vec![Change::Rename {
            at: spot.steps.clone(),
            to: to.to_owned(),
        }];
        self.called(spot, to)
    }

    /// Another name for the spot's key; a guess.
    fn called(self, spot: &Spot<'_>, to: &str) -> Self {
        match spot.node {
            Some(node) => self.entries(&[crate::edit::entry(to, node.clone())]),
            None => self,
        }
    }

    /// Other fields for the spot's own, by their paths from where it is in;
    /// certain.
    fn fields(self, spot: &Spot<'_>, fields: Vec<(&str, Node)>) -> Self {
        let mut changes = vec![Change::Remove {
            at: spot.steps.clone(),
        }];
        changes.extend(fields.iter().map(|(path, value)| Change::Set {
            at: spot.parent_steps().join(path),
            value: value.clone(),
        }));
        Self {
            changes,
            ..self.propose(fields)
        }
    }

    /// Other fields for the spot's own; a guess.
    fn propose(self, fields: Vec<(&str, Node)>) -> Self {
        match write::nested(fields) {
            Some(entries) => self.entries(&entries),
            None => self,
        }
    }

    /// A field that is missing beside the spot; certain.
    fn with(self, at: &Steps, field: &str, value: Node) -> Self {
        let change = Change::Set {
            at: at.clone().join(field),
            value: value.clone(),
        };
        Self {
            changes: vec![change],
            ..self.propose(vec![(field, value)])
        }
    }

    /// The same entry elsewhere: `to` is from the root, `shown` what to write
    /// there; certain.
    fn moved(self, spot: &Spot<'_>, to: Steps, shown: &str) -> Self {
        let Some(node) = spot.node else { return self };
        Self {
            changes: vec![Change::Move {
                from: spot.steps.clone(),
                to,
            }],
            ..self.propose(vec![(shown, node.clone())])
        }
    }

    /// The spot goes; certain.
    fn removed(mut self, spot: &Spot<'_>) -> Self {
        self.changes = vec![Change::Remove {
            at: spot.steps.clone(),
        }];
        self
    }

    /// Takes back what was certain.
    fn uncertain(mut self) -> Self {
        self.changes.clear();
        self
    }

    /// Takes it back unless a condition holds.
    fn certain_if(self, holds: bool) -> Self {
        if holds { self } else { self.uncertain() }
    }
}
