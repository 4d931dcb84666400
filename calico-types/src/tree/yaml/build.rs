//! From parser events to a tree.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle, Tag};

use super::scalar::{Resolved, Surprise, resolve};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::source::Span;
use crate::tree::{Entry, Limits, Node, Value};

/// A tree in the making. No recursion: open collections stand on a stack.
pub(super) struct Builder {
    open: Vec<Collection>,
    root: Option<Node>,
    anchors: HashMap<usize, (Node, usize)>,
    depth: usize,
    /// How many values anchors and aliases may still copy.
    copies: usize,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A list or mapping whose end has not been seen.
struct Collection {
    span: Span,
    anchor: usize,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        key: Option<(String, Span)>,
    },
}

type Failure = Box<Diagnostic>;

impl Builder {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            depth: limits.depth,
            copies: limits.aliased_values,
            diagnostics: Vec::new(),
        }
    }

    /// The document, unless it is empty.
    pub(super) fn finish(&mut self) -> Option<Node> {
        self.anchors.clear();
        self.root.take().filter(|root| !root.is_null())
    }

    /// Takes one event.
    ///
    /// # Errors
    /// A document that cannot be read on: too deep, too many copies, or a
    /// mapping with a list for a key.
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "comment events exist only where another crate turns that feature on"
    )]
    pub(super) fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Failure> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.begin(span, anchor, Content::Sequence(Vec::new()))
            }
            Event::MappingStart(_, anchor, _) => {
                let content = Content::Mapping {
                    entries: Vec::new(),
                    key: None,
                };
                self.begin(span, anchor, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::UnresolvedAlias(_) => Ok(()),
            #[allow(
                unreachable_patterns,
                reason = "comment events exist only where another crate turns that feature on"
            )]
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Failure> {
        let tag = tag.and_then(Tag::core_suffix);
        let plain = matches!(style, ScalarStyle::Plain);
        if plain && text == "<<" && self.wants_key() {
            return self.add(Node::new(span, Value::String(MERGE.to_owned())), anchor);
        }
        let resolved = match tag {
            Some("str") => None,
            Some(_) => Some(resolve(text)),
            None => plain.then(|| resolve(text)),
        };
        let value = match resolved {
            None => Value::String(text.to_owned()),
            Some(Resolved { value, surprise }) => {
                if let Some(surprise) = surprise {
                    self.surprise(text, surprise, span);
                }
                value
            }
        };
        self.add(Node::new(span, value), anchor)
    }

    fn surprise(&mut self, text: &str, surprise: Surprise, span: Span) {
        let diagnostic = match surprise {
            Surprise::Boolean(value) => Diagnostic::warning(
                Code("yaml-boolean"),
                format!("`{text}` without quotes is the boolean {value}"),
            )
            .help(format!(
                "write {value} for the boolean, or \"{text}\" in quotes for the text"
            )),
            Surprise::Octal(value) => Diagnostic::warning(
                Code("yaml-octal"),
                format!("`{text}` without quotes is an octal number: {value}"),
            )
            .help("drop the leading zero for a decimal number, or put it in quotes for the text"),
            Surprise::NotFinite => Diagnostic::error(
                Code("yaml-not-finite"),
                format!("`{text}` has no counterpart in JSON, which the API speaks"),
            )
            .refused_by(RefusedBy::EVERYONE),
        };
        self.diagnostics.push(Diagnostic {
            span: Some(span),
            ..diagnostic
        });
    }

    fn wants_key(&self) -> bool {
        matches!(
            self.open.last().map(|collection| &collection.content),
            Some(Content::Mapping { key: None, .. })
        )
    }

    fn begin(&mut self, span: Span, anchor: usize, content: Content) -> Result<(), Failure> {
        if self.open.len() >= self.depth {
            return Err(fail("too-deep", "the document is nested too deeply", span));
        }
        if self.wants_key() {
            return Err(fail(
                "yaml-syntax",
                "a list or mapping cannot be a key here",
                span,
            ));
        }
        self.open.push(Collection {
            span,
            anchor,
            content,
        });
        Ok(())
    }

    fn end(&mut self, end: Span) -> Result<(), Failure> {
        let Some(Collection {
            span,
            anchor,
            content,
        }) = self.open.pop()
        else {
            return Ok(());
        };
        let span = Span {
            end: end.end.max(span.start),
            ..span
        };
        let value = match content {
            Content::Sequence(items) => Value::Sequence(items),
            Content::Mapping { entries, .. } => Value::Mapping(merge(entries)),
        };
        self.add(Node::new(span, value), anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Failure> {
        let Some((node, count)) = self.anchors.get(&anchor) else {
            return Err(fail(
                "yaml-syntax",
                "the alias stands inside its own anchor",
                span,
            ));
        };
        self.copies = self
            .copies
            .checked_sub(*count)
            .ok_or_else(|| too_many(span))?;
        let node = node.clone();
        self.add(node, 0)
    }

    /// Puts a finished value where it belongs.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Failure> {
        if anchor != 0 {
            let count = count(&node);
            self.copies = self
                .copies
                .checked_sub(count)
                .ok_or_else(|| too_many(node.span))?;
            self.anchors.insert(anchor, (node.clone(), count));
        }
        match self
            .open
            .last_mut()
            .map(|collection| &mut collection.content)
        {
            None => self.root = Some(node),
            Some(Content::Sequence(items)) => items.push(node),
            Some(Content::Mapping { entries, key }) => match key.take() {
                Some((key, key_span)) => entries.push(Entry {
                    key,
                    key_span,
                    value: node,
                }),
                None => *key = Some((key_text(&node)?.into_owned(), node.span)),
            },
        }
        Ok(())
    }
}

/// Stands for a plain `<<` key until its mapping ends; no text key has a NUL.
const MERGE: &str = "\0<<";

/// Replaces merge keys by the entries that they bring in. A key of the mapping
/// itself wins, then the first of several merged mappings.
fn merge(entries: Vec<Entry>) -> Vec<Entry> {
    if !entries.iter().any(|entry| entry.key == MERGE) {
        return entries;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| entry.key == MERGE);
    let mut keys: std::collections::HashSet<String> =
        own.iter().map(|entry| entry.key.clone()).collect();
    for entry in merges {
        let sources = match entry.value.value {
            Value::Sequence(items) => items,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Mapping(_) => {
                vec![entry.value]
            }
        };
        for source in sources {
            if let Value::Mapping(brought) = source.value {
                own.extend(
                    brought
                        .into_iter()
                        .filter(|entry| keys.insert(entry.key.clone())),
                );
            }
        }
    }
    own
}

/// A key as JSON has it: scalars become text.
fn key_text(node: &Node) -> Result<Cow<'_, str>, Failure> {
    match &node.value {
        Value::String(text) => Ok(Cow::Borrowed(text)),
        Value::Bool(value) => Ok(Cow::Owned(value.to_string())),
        Value::Number(number) => Ok(Cow::Owned(number.to_string())),
        Value::Null => Err(fail("yaml-syntax", "null cannot be a key", node.span)),
        Value::Sequence(_) | Value::Mapping(_) => Err(fail(
            "yaml-syntax",
            "a list or mapping cannot be a key here",
            node.span,
        )),
    }
}

/// How many values a tree has; its depth is bounded.
fn count(node: &Node) -> usize {
    1 + match &node.value {
        Value::Sequence(items) => items.iter().map(count).sum(),
        Value::Mapping(entries) => entries.iter().map(|entry| count(&entry.value)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn too_many(span: Span) -> Failure {
    fail(
        "too-many-aliases",
        "anchors and aliases copy too many values",
        span,
    )
}

fn fail(code: &'static str, message: &str, span: Span) -> Failure {
    Box::new(Diagnostic {
        span: Some(span),
        ..Diagnostic::error(Code(code), message).refused_by(RefusedBy::EVERYONE)
    })
}
