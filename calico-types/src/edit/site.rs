//! Where a value stands in the text: what is before it, behind it, around it.
//!
//! The spans of a tree tell where scalars begin and end. What lies between them
//! (colons, dashes, commas, comments) is found here, and anything else that lies
//! there, such as an anchor, a tag or a merge key, makes the answer `None`: what
//! a value shares with another place, or is more than it seems, is not to be
//! corrected by a program.

use super::steps::{Step, Steps};
use crate::source::Span;
use crate::tree::{Entry, Node, Value};

/// A document as text and as a tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet<'a> {
    pub(super) text: &'a str,
    pub(super) root: &'a Node,
}

/// A value in its place.
#[derive(Clone, Debug)]
pub(super) struct Site<'a> {
    /// Mappings and lists from the root to the one that the value is in.
    pub(super) around: Vec<&'a Node>,
    /// Its position in that one.
    pub(super) index: usize,
    /// Its entry, where that one is a mapping.
    pub(super) entry: Option<&'a Entry>,
    pub(super) node: &'a Node,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    Plain,
    Single,
    Double,
    /// `|` or `>`.
    Block,
}

impl<'a> Sheet<'a> {
    /// Goes down; a key may differ in case, as for Calico's decoder.
    pub(super) fn locate(&self, steps: &Steps) -> Option<Site<'a>> {
        let mut site = Site {
            around: Vec::new(),
            index: 0,
            entry: None,
            node: self.root,
        };
        for step in &steps.0 {
            let parent = site.node;
            site.around.push(parent);
            match step {
                Step::Key(key) => {
                    let position = |fits: &dyn Fn(&str) -> bool| {
                        parent.entries().iter().rposition(|entry| fits(&entry.key))
                    };
                    site.index = position(&|other| other == key)
                        .or_else(|| position(&|other| other.eq_ignore_ascii_case(key)))?;
                    let entry = self.entry_in_place(parent, site.index)?;
                    (site.entry, site.node) = (Some(entry), &entry.value);
                }
                Step::Index(index) => {
                    site.index = *index;
                    (site.entry, site.node) = (None, self.item_in_place(parent, *index)?);
                }
            }
        }
        Some(site)
    }

    /// An entry of a mapping, where it and nothing else follows on the one
    /// before it.
    pub(super) fn entry_in_place(&self, parent: &'a Node, index: usize) -> Option<&'a Entry> {
        let entry = parent.entries().get(index)?;
        let before = match index.checked_sub(1) {
            None => parent.span.start,
            Some(before) => self.entry_end(parent.entries().get(before)?)?,
        };
        let between = if self.is_flow(parent) { "{," } else { "" };
        self.gap(before, entry.key_span.start, between)?;
        self.entry_end(entry)?;
        Some(entry)
    }

    /// The same for an item of a list.
    pub(super) fn item_in_place(&self, parent: &'a Node, index: usize) -> Option<&'a Node> {
        let item = parent.items().get(index)?;
        let before = match index.checked_sub(1) {
            None => parent.span.start,
            Some(before) => self.end(parent.items().get(before)?)?,
        };
        let between = if self.is_flow(parent) { "[," } else { "-" };
        self.gap(before, item.span.start, between)?;
        Some(item)
    }

    /// The part of the text with these bounds.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The text of a scalar as it is written, or the first token of a flow
    /// collection.
    pub(super) fn written(&self, span: Span) -> &'a str {
        self.slice(span.start, span.end)
    }

    /// Whether a collection is in braces or brackets.
    pub(super) fn is_flow(&self, node: &Node) -> bool {
        let first = self.text.as_bytes().get(node.span.start);
        match &node.value {
            Value::Mapping(_) => first == Some(&b'{'),
            // A list in block style may begin with an item in flow style.
            Value::Sequence(items) => {
                first == Some(&b'[')
                    && items
                        .first()
                        .is_none_or(|item| item.span.start > node.span.start)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }

    /// A key without a value.
    pub(super) fn is_absent(&self, node: &Node) -> bool {
        node.is_null() && self.written(node.span).is_empty()
    }

    /// What lies between two tokens. `None` when that is more than blanks,
    /// comments and the characters of `between`.
    pub(super) fn gap(&self, start: usize, end: usize, between: &str) -> Option<Gap> {
        let mut gap = Gap::default();
        let mut rest = self.text.get(start..end)?;
        // A comment begins where a blank precedes, or the line.
        let before = start
            .checked_sub(1)
            .and_then(|at| self.text.as_bytes().get(at));
        let mut blank = before.is_none_or(u8::is_ascii_whitespace);
        while let Some(c) = rest.chars().next() {
            let length = match c {
                '#' if blank => {
                    gap.comment = true;
                    rest.find('\n').unwrap_or(rest.len())
                }
                ' ' | '\t' | '\r' | '\n' => 1,
                _ if between.contains(c) => {
                    gap.block |= matches!(c, '|' | '>');
                    1
                }
                _ => return None,
            };
            blank = c.is_ascii_whitespace();
            rest = rest.get(length..)?;
        }
        Some(gap)
    }

    /// Behind the last character of a value, without comments or blank lines
    /// after it.
    pub(super) fn end(&self, node: &Node) -> Option<usize> {
        if self.is_flow(node) {
            return Some(node.span.end);
        }
        let end = match &node.value {
            Value::Mapping(entries) => self.entry_end(entries.last()?)?,
            Value::Sequence(items) => {
                let (last, before) = items.split_last()?;
                // An alias stands where its anchor stands.
                let follows = before.last().is_none_or(|b| b.span.start < last.span.start);
                follows.then(|| self.end(last))??
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                let written = self.written(node.span).trim_end();
                (!written.is_empty()).then_some(node.span.start + written.len())?
            }
        };
        (end > node.span.start).then_some(end)
    }

    /// The same of an entry: behind its value, or its colon.
    pub(super) fn entry_end(&self, entry: &Entry) -> Option<usize> {
        let key_end = entry.key_span.end;
        if self.is_absent(&entry.value) {
            let rest = self.text.get(key_end..)?;
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let colon = rest.get(blanks..)?.starts_with(':');
            return Some(if colon { key_end + blanks + 1 } else { key_end });
        }
        self.gap(key_end, entry.value.span.start, ENTRY)?;
        self.end(&entry.value)
    }

    /// How the scalar at a site is written.
    pub(super) fn quotes(&self, site: &Site<'_>) -> Quotes {
        let before = match site.entry {
            Some(entry) => entry.key_span.end,
            None => self.item_gap_start(site),
        };
        let block = self
            .gap(before, site.node.span.start, &format!("{ENTRY}[{{,"))
            .is_some_and(|gap| gap.block);
        match self.written(site.node.span).as_bytes().first() {
            _ if block => Quotes::Block,
            Some(b'"') => Quotes::Double,
            Some(b'\'') => Quotes::Single,
            _ => Quotes::Plain,
        }
    }

    fn item_gap_start(&self, site: &Site<'_>) -> usize {
        let Some(parent) = site.around.last() else {
            return site.node.span.start;
        };
        let before = site
            .index
            .checked_sub(1)
            .and_then(|at| parent.items().get(at));
        before
            .and_then(|before| self.end(before))
            .unwrap_or(parent.span.start)
    }

    /// Whether text around a value is in double quotes throughout, as in JSON.
    pub(super) fn is_quoted(&self, around: &[&Node]) -> bool {
        let keys = around.iter().rev().find_map(|node| node.entries().first());
        keys.is_some_and(|entry| self.written(entry.key_span).starts_with('"'))
    }

    /// Whether comments stand within a part of a tree.
    pub(super) fn has_comments(&self, entry: &Entry) -> bool {
        let value = &entry.value;
        if self.is_absent(value) {
            return false;
        }
        let gap = |start, end| {
            self.gap(start, end, EVERYTHING)
                .is_none_or(|gap| gap.comment)
        };
        gap(entry.key_span.end, value.span.start) || self.has_comments_within(value)
    }

    fn has_comments_within(&self, node: &Node) -> bool {
        let gap = |start, end| {
            self.gap(start, end, EVERYTHING)
                .is_none_or(|gap| gap.comment)
        };
        let mut at = node.span.start;
        for entry in node.entries() {
            let end = self.entry_end(entry).unwrap_or(usize::MAX);
            if gap(at, entry.key_span.start) || self.has_comments(entry) {
                return true;
            }
            at = end;
        }
        for item in node.items() {
            if gap(at, item.span.start) || self.has_comments_within(item) {
                return true;
            }
            at = self.end(item).unwrap_or(usize::MAX);
        }
        let closed = self.is_flow(node);
        closed && gap(at.max(node.span.start), node.span.end)
    }

    /// Where the line begins that a place is in.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        before.rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Where the line ends that a place is in: before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The line break of the line that a place is in, or of the one before.
    pub(super) fn line_break(&self, at: usize) -> &'static str {
        let rest = self.text.get(self.line_end(at)..).unwrap_or_default();
        let before = self.text.get(..self.line_start(at)).unwrap_or_default();
        let crlf = rest.starts_with("\r\n") || (rest.is_empty() && before.ends_with("\r\n"));
        if crlf { "\r\n" } else { "\n" }
    }

    /// A span of the text, counted from one that is not far.
    pub(super) fn span(&self, near: Span, start: usize, end: usize) -> Span {
        let (line, column) = if start >= near.start {
            let between = self.slice(near.start, start);
            match between.rfind('\n') {
                None => (near.line, near.column + between.chars().count()),
                Some(newline) => {
                    let tail = between.get(newline + 1..).unwrap_or_default();
                    (
                        near.line + between.matches('\n').count(),
                        tail.chars().count() + 1,
                    )
                }
            }
        } else {
            let lines = self.slice(start, near.start).matches('\n').count();
            let head = self.slice(self.line_start(start), start);
            (near.line.saturating_sub(lines), head.chars().count() + 1)
        };
        Span {
            start,
            end,
            line,
            column,
        }
    }

    /// By how many columns the document indents.
    pub(super) fn indentation(&self) -> usize {
        let nested = self.root.entries().iter().find_map(|entry| {
            let first = entry.value.entries().first()?;
            (!self.is_flow(&entry.value))
                .then(|| first.key_span.column.saturating_sub(entry.key_span.column))
        });
        nested.filter(|step| (1..=8).contains(step)).unwrap_or(2)
    }
}

/// What may stand between a key and its value.
const ENTRY: &str = ":-|>+0123456789";
/// What may stand between the tokens of a tree.
const EVERYTHING: &str = ":-|>+0123456789,[]{}";

/// What lies between two tokens.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gap {
    pub(super) comment: bool,
    /// The header of a block scalar.
    pub(super) block: bool,
}
