//! Trees as text: YAML in block and in flow style, and JSON.

use super::scalar::{encoded, is_plain};
use super::site::{Quotes, Sheet};
use crate::tree::{Entry, Node, Text, Value};

/// How to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// In braces and brackets, on one line.
    pub(crate) flow: bool,
    /// With everything that is text in double quotes, as JSON wants it.
    pub(crate) quoted: bool,
    /// By how much to indent, in block style.
    pub(crate) step: usize,
}

/// Writes values; those that stand in a text already, as they stand there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer<'a> {
    pub(super) sheet: Option<Sheet<'a>>,
    pub(crate) style: Style,
    /// An entry that keeps its text, comments and all, in block style.
    pub(super) moved: Option<&'a Entry>,
}

impl Writer<'_> {
    /// Writes suggestions.
    pub(crate) const SUGGESTION: Self = Self {
        sheet: None,
        style: Style {
            flow: false,
            quoted: false,
            step: 2,
        },
        moved: None,
    };

    /// Entries of a mapping: lines without the indentation of the mapping in
    /// block style, what stands between the braces in flow style.
    pub(crate) fn entries(&self, entries: &[Entry]) -> String {
        if self.style.flow {
            let texts: Vec<String> = entries
                .iter()
                .map(|entry| format!("{}: {}", self.key(&entry.key), self.flow(&entry.value)))
                .collect();
            return texts.join(", ");
        }
        let mut out = String::new();
        for entry in entries {
            self.block(&mut out, &entry.key, &entry.value, 0);
        }
        out.trim_end().to_owned()
    }

    /// A value in one line.
    pub(crate) fn flow(&self, node: &Node) -> String {
        let inside = Self {
            style: Style {
                flow: true,
                ..self.style
            },
            ..*self
        };
        match &node.value {
            Value::Mapping(entries) => format!("{{{}}}", inside.entries(entries)),
            Value::Sequence(items) => {
                let items: Vec<String> = items.iter().map(|item| inside.flow(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => self.scalar(node),
        }
    }

    pub(crate) fn key(&self, key: &str) -> String {
        if self.style.quoted {
            return serde_json::Value::from(key).to_string();
        }
        self.text(key)
    }

    /// Text that stands nowhere yet.
    pub(crate) fn text(&self, text: &str) -> String {
        if !self.style.quoted && is_plain(text, self.style.flow) {
            return text.to_owned();
        }
        // A selector is full of single quotes, so double ones come first.
        if self.style.quoted || !text.contains('"') || text.contains('\'') {
            return format!("\"{}\"", encoded(text, Quotes::Double));
        }
        format!("'{}'", encoded(text, Quotes::Single))
    }

    pub(crate) fn scalar(&self, node: &Node) -> String {
        if let Some(written) = self.as_written(node) {
            return written.to_owned();
        }
        match &node.value {
            Value::String(text) => self.text(text),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => "null".to_owned(),
        }
    }

    /// A scalar as it stands in the source, where it may stand so here too.
    fn as_written(&self, node: &Node) -> Option<&str> {
        let written = self.sheet?.written(node.span);
        if written.is_empty() || written.contains('\n') {
            return None;
        }
        let double = written.len() > 1 && written.starts_with('"') && written.ends_with('"');
        let single = written.len() > 1 && written.starts_with('\'') && written.ends_with('\'');
        let same = match &node.value {
            Value::String(_) if double => true,
            Value::String(_) if single => !self.style.quoted,
            Value::String(text) => {
                !self.style.quoted && written == text && is_plain(text, self.style.flow)
            }
            Value::Number(number) => !self.style.quoted || written == number.to_string(),
            Value::Bool(value) => !self.style.quoted || written == value.to_string(),
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => false,
        };
        same.then_some(written)
    }

    fn block(&self, out: &mut String, key: &str, value: &Node, pad: usize) {
        let margin = " ".repeat(pad);
        let key = self.key(key);
        if let Some(tail) = self.tail(value, pad) {
            out.push_str(&format!("{margin}{key}{tail}\n"));
            return;
        }
        let nested = |node: &Node| match &node.value {
            Value::Mapping(entries) => !entries.is_empty(),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Sequence(_) => false,
        };
        match &value.value {
            Value::Mapping(entries) if !entries.is_empty() => {
                out.push_str(&format!("{margin}{key}:\n"));
                for entry in entries {
                    self.block(out, &entry.key, &entry.value, pad + self.style.step);
                }
            }
            Value::Sequence(items) if items.iter().any(nested) => {
                out.push_str(&format!("{margin}{key}:\n"));
                for item in items {
                    self.item(out, item, pad);
                }
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => {
                let value = self.flow(value);
                out.push_str(&format!("{margin}{key}: {value}\n"));
            }
        }
    }

    /// What follows the key of the entry that moves, if this is its value: lines
    /// keep their distance from the key.
    fn tail(&self, value: &Node, pad: usize) -> Option<String> {
        let (sheet, moved) = (self.sheet?, self.moved?);
        if value.span != moved.value.span {
            return None;
        }
        let tail = sheet.slice(moved.key_span.end, sheet.entry_end(moved)?);
        let old = moved.key_span.column.saturating_sub(1);
        let margin = " ".repeat(pad);
        let mut out = String::new();
        for (number, line) in tail.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if number == 0 {
                out.push_str(line);
                continue;
            }
            let blank = line.len() - line.trim_start_matches(' ').len();
            let line = line.get(blank.min(old)..)?;
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&margin);
                out.push_str(line);
            }
        }
        Some(out)
    }

    /// An item of a list in block style, which stands under its key.
    pub(crate) fn item(&self, out: &mut String, item: &Node, pad: usize) {
        let margin = " ".repeat(pad);
        if item.entries().is_empty() {
            out.push_str(&format!("{margin}- {}\n", self.flow(item)));
            return;
        }
        let mut inner = String::new();
        for entry in item.entries() {
            self.block(&mut inner, &entry.key, &entry.value, pad + 2);
        }
        // The first line of an item carries its dash.
        out.push_str(&inner.replacen(&" ".repeat(pad + 2), &format!("{margin}- "), 1));
    }
}

/// A value that stands nowhere yet.
pub(crate) fn made(value: Value) -> Node {
    Node::new(crate::source::Span::default(), value)
}

/// An entry that stands nowhere yet.
pub(crate) fn entry(key: &str, value: Node) -> Entry {
    Entry {
        key: key.into(),
        key_span: crate::source::Span::default(),
        value,
    }
}

/// Text that stands nowhere yet.
pub(crate) fn text(text: impl Into<String>) -> Node {
    made(Value::String(Text::from(text.into())))
}

/// A mapping that stands nowhere yet.
pub(crate) fn mapping(entries: Vec<Entry>) -> Node {
    made(Value::Mapping(entries))
}

/// A list that stands nowhere yet.
pub(crate) fn list(items: Vec<Node>) -> Node {
    made(Value::Sequence(items.into_iter().collect()))
}
