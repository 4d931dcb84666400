//! Documents as trees of values that know where they stand.
//!
//! YAML and JSON end up in the same tree. Depth and size are bounded while it
//! is built, so that whoever walks it may recurse.

#[cfg(feature = "json")]
mod json;
mod limits;
#[cfg(feature = "yaml")]
mod yaml;

use serde_json::{Map, Number};

#[cfg(feature = "json")]
pub(crate) use json::parse as parse_json;
pub use limits::Limits;
#[cfg(feature = "yaml")]
pub(crate) use yaml::parse as parse_yaml;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// JSON's values; a mapping keeps the order and the repetitions of its source.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One key of a mapping, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

impl Entry {
    /// The key with a null for a value.
    pub(crate) fn clone_key(&self) -> Self {
        Self {
            key: self.key.clone(),
            key_span: self.key_span,
            value: Node::new(self.value.span, Value::Null),
        }
    }
}

/// What a parser makes of one source: trees, and what was wrong with the rest.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) documents: Vec<Node>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// Moves every place by some bytes, which stand before the text.
    pub(crate) fn shift(&mut self, bytes: usize) {
        fn shifted(node: &Node, bytes: usize) -> Node {
            let value = match &node.value {
                Value::Sequence(items) => {
                    Value::Sequence(items.iter().map(|item| shifted(item, bytes)).collect())
                }
                Value::Mapping(entries) => {
                    let entries = entries.iter().map(|entry| Entry {
                        key_span: entry.key_span.shifted(bytes),
                        value: shifted(&entry.value, bytes),
                        ..entry.clone_key()
                    });
                    Value::Mapping(entries.collect())
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                    node.value.clone()
                }
            };
            Node::new(node.span.shifted(bytes), value)
        }
        if bytes == 0 {
            return;
        }
        for document in &mut self.documents {
            *document = shifted(document, bytes);
        }
        for diagnostic in &mut self.diagnostics {
            diagnostic.span = diagnostic.span.map(|span| span.shifted(bytes));
        }
    }
}

impl Node {
    pub(crate) const fn new(span: Span, value: Value) -> Self {
        Self { span, value }
    }

    /// The last value under `key`, which is the one that counts.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let entry = self.entries().iter().rev().find(|entry| entry.key == key)?;
        Some(&entry.value)
    }

    /// The entries of a mapping; nothing for other values.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Sequence(_) => &[],
        }
    }

    /// The items of a sequence; nothing for other values.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Mapping(_) => &[],
        }
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => None,
        }
    }

    /// The text under `key`; empty when there is none.
    pub(crate) fn text_of(&self, key: &str) -> &str {
        self.get(key).and_then(Self::text).unwrap_or_default()
    }

    /// Whether the boolean under `key` is there and true.
    pub(crate) fn is_true(&self, key: &str) -> bool {
        matches!(
            self.get(key).map(|node| &node.value),
            Some(Value::Bool(true))
        )
    }

    /// A number that is an integer.
    pub(crate) fn integer(&self) -> Option<i64> {
        match &self.value {
            Value::Number(number) => number.as_i64(),
            Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => None,
        }
    }

    pub(crate) const fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// What kind of value this is, in JSON's words.
    pub(crate) const fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// Whether there are more than so many values in it.
    pub(crate) fn is_larger_than(&self, most: usize) -> bool {
        fn room(node: &Node, room: Option<usize>) -> Option<usize> {
            let left = room?.checked_sub(1);
            let left = node
                .items()
                .iter()
                .try_fold(left?, |left, item| room_for(item, left));
            node.entries()
                .iter()
                .try_fold(left?, |left, entry| room_for(&entry.value, left))
        }
        fn room_for(node: &Node, left: usize) -> Option<usize> {
            room(node, Some(left))
        }
        room_for(self, most).is_none()
    }

    /// The same without places; of repeated keys the last one counts.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => number.clone().into(),
            Value::String(text) => text.as_str().into(),
            Value::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.to_json()))
                .collect::<Map<_, _>>()
                .into(),
        }
    }
}
