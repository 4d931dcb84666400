//! From parser events to a tree.

use std::collections::HashMap;

use granit_parser::{Event, ScalarStyle, Tag};

use super::merge::merge;
use super::scalar::{Surprise, binary, key, resolve, resolve_key, tagged};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::source::Span;
use crate::tree::limits::Budget;
use crate::tree::{Entry, Node, Spending, Text, Value, syntax};

/// A tree in the making. No recursion: open collections stand on a stack.
pub(super) struct Builder<'a> {
    open: Vec<Collection>,
    /// Items and entries of the open collections, the innermost last.
    items: Vec<Node>,
    entries: Vec<Entry>,
    root: Option<Node>,
    anchors: HashMap<usize, (Node, usize)>,
    depth: usize,
    /// How many values anchors and aliases may still copy.
    copies: usize,
    budget: &'a mut Budget,
    /// How many findings there is room for.
    findings: usize,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A list or mapping whose end has not been seen.
struct Collection {
    span: Span,
    anchor: usize,
    content: Content,
}

enum Content {
    Sequence {
        /// Where its items begin.
        first: usize,
    },
    Mapping {
        /// Where its entries begin.
        first: usize,
        key: Option<Key>,
        /// Whether a `<<` is among the keys.
        merges: bool,
    },
}

/// A key whose value has not been seen.
struct Key {
    text: Text,
    span: Span,
}

pub(super) type Failure = Box<Diagnostic>;

impl<'a> Builder<'a> {
    pub(super) fn new(spending: &'a mut Spending) -> Self {
        Self {
            open: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            depth: spending.depth,
            copies: spending.copies,
            findings: spending.findings,
            budget: &mut spending.budget,
            diagnostics: Vec::new(),
        }
    }

    /// Begins a document.
    ///
    /// # Errors
    /// One document too many.
    pub(super) fn document(&mut self, span: Span) -> Result<(), Failure> {
        let counted = self.budget.document();
        counted.map_err(|exceeded| Box::new(exceeded.to_diagnostic(span)))
    }

    /// The document, unless it is empty.
    pub(super) fn finish(&mut self) -> Option<Node> {
        self.anchors.clear();
        self.root.take().filter(|root| !root.is_null())
    }

    /// Copies that are left.
    pub(super) const fn copies(&self) -> usize {
        self.copies
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
                self.count(span)?;
                self.local_tag(tag.as_deref(), span);
                self.scalar(&text, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(_, anchor, _) => {
                let first = self.items.len();
                self.begin(span, anchor, Content::Sequence { first })
            }
            Event::MappingStart(_, anchor, _) => {
                let content = Content::Mapping {
                    first: self.entries.len(),
                    key: None,
                    merges: false,
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

    fn count(&mut self, span: Span) -> Result<(), Failure> {
        let counted = self.budget.value();
        counted.map_err(|exceeded| Box::new(exceeded.to_diagnostic(span)))
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), Failure> {
        let is_key = self.wants_key();
        let is_plain = matches!(style, ScalarStyle::Plain);
        if is_key && text == "<<" && tag.map_or(is_plain, is_merge) {
            return self.merge_key(span, anchor);
        }
        let resolved = match tag {
            None if is_plain && is_key => resolve_key(text),
            None if is_plain => resolve(text),
            None => return self.add(Node::new(span, Value::String(text.into())), anchor),
            Some(tag) => {
                let name = tag.suffix_in_namespace(CORE);
                match name.as_deref() {
                    Some("binary") => binary(text),
                    name => tagged(text, name),
                }
                .ok_or_else(|| {
                    let name = name.as_deref().unwrap_or_default();
                    fail("yaml-syntax", &format!("the value is no !!{name}"), span)
                })?
            }
        };
        if let Some(surprise) = resolved.surprise {
            self.surprise(text, surprise, span);
        }
        self.add(Node::new(span, resolved.value), anchor)
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
        if self.diagnostics.len() < self.findings {
            self.diagnostics.push(Diagnostic {
                span: Some(span),
                ..diagnostic
            });
        }
    }

    /// A tag of nobody's, which most often is a text that begins with `!` and
    /// has no quotes.
    fn local_tag(&mut self, tag: Option<&Tag>, span: Span) {
        let Some(tag) = tag.filter(|tag| tag.is_custom()) else {
            return;
        };
        let message = format!(
            "`{}` without quotes is a YAML tag, and no part of the text",
            tag.original()
        );
        self.diagnostics.push(Diagnostic {
            span: Some(span),
            ..Diagnostic::error(Code("yaml-tag"), message)
        });
    }

    fn wants_key(&self) -> bool {
        matches!(
            self.open.last().map(|collection| &collection.content),
            Some(Content::Mapping { key: None, .. })
        )
    }

    fn merge_key(&mut self, span: Span, anchor: usize) -> Result<(), Failure> {
        if let Some(Content::Mapping { merges, .. }) = self
            .open
            .last_mut()
            .map(|collection| &mut collection.content)
        {
            *merges = true;
        }
        self.add(Node::new(span, Value::String(MERGE.into())), anchor)
    }

    fn begin(&mut self, span: Span, anchor: usize, content: Content) -> Result<(), Failure> {
        self.count(span)?;
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
            Content::Sequence { first } => {
                let first = first.min(self.items.len());
                Value::Sequence(self.items.drain(first..).collect())
            }
            Content::Mapping { first, merges, .. } => {
                let first = first.min(self.entries.len());
                let entries = self.entries.drain(first..).collect();
                Value::Mapping(if merges {
                    merge(entries, self.findings, &mut self.diagnostics)?
                } else {
                    entries
                })
            }
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
            Some(Content::Sequence { .. }) => self.items.push(node),
            Some(Content::Mapping { key: waiting, .. }) => match waiting.take() {
                Some(Key { text, span }) => self.entries.push(Entry {
                    key: text,
                    key_span: span,
                    value: node,
                }),
                None => {
                    *waiting = Some(Key {
                        span: node.span,
                        text: key(&node).ok_or_else(|| {
                            let message = format!("{} cannot be a key here", node.type_name());
                            fail("yaml-syntax", &message, node.span)
                        })?,
                    });
                }
            },
        }
        Ok(())
    }
}

/// Stands for a `<<` key until its mapping ends; no other key has a NUL and
/// passes as a name.
pub(super) const MERGE: &str = "\0<<";

/// Where YAML's own tags live.
const CORE: &str = "tag:yaml.org,2002:";

fn is_merge(tag: &Tag) -> bool {
    tag.suffix_in_namespace(CORE).as_deref() == Some("merge")
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

pub(super) fn fail(code: &'static str, message: &str, span: Span) -> Failure {
    Box::new(syntax(code, message, span))
}
