//! Documents as trees of values that know where they stand.
//!
//! YAML and JSON end up in the same tree. Depth and size are bounded while it
//! is built, so that whoever walks it may recurse. Text is short in place and
//! shared when long, and lists are shared, so that a changed copy of a document
//! costs what was changed.

#[cfg(feature = "json")]
mod json;
mod limits;
mod split;
#[cfg(feature = "json")]
mod words;
#[cfg(feature = "yaml")]
mod yaml;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use serde_json::{Map, Number};

pub use limits::Limits;

use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::source::Span;
use limits::Budget;
use split::Chunk;

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
    String(Text),
    Sequence(Items),
    Mapping(Vec<Entry>),
}

/// Text of a document; a clone does not allocate.
pub(crate) type Text = smol_str::SmolStr;

/// The items of a sequence; a clone shares them.
#[derive(Clone, Debug)]
pub(crate) struct Items(Arc<[Node]>);

impl Items {
    /// The items themselves: moved where nobody shares them, else copied.
    pub(crate) fn into_nodes(mut self) -> Vec<Node> {
        match Arc::get_mut(&mut self.0) {
            Some(nodes) => nodes.iter_mut().map(std::mem::take).collect(),
            None => self.0.to_vec(),
        }
    }
}

impl Deref for Items {
    type Target = [Node];

    fn deref(&self) -> &[Node] {
        &self.0
    }
}

/// Changing shared items copies them first.
impl DerefMut for Items {
    fn deref_mut(&mut self) -> &mut [Node] {
        Arc::make_mut(&mut self.0)
    }
}

impl<'a> IntoIterator for &'a Items {
    type Item = &'a Node;
    type IntoIter = std::slice::Iter<'a, Node>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromIterator<Node> for Items {
    fn from_iter<I: IntoIterator<Item = Node>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

/// One key of a mapping, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Text,
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

/// Reads every document of a source, JSON and YAML as they come. `offset` is
/// where the text begins in the source, in the first line.
pub(crate) fn parse(text: &str, offset: usize, is_json: bool, limits: &Limits) -> Parsed {
    let mut parsed = Parsed::default();
    let mut spending = Spending {
        budget: Budget::new(limits),
        copies: limits.aliased_values,
        depth: limits.depth,
        findings: limits.findings,
    };
    for chunk in split::chunks(text, offset) {
        parsed.diagnostics.extend(chunk.dropped());
        document(&chunk, is_json, &mut spending, &mut parsed);
        parsed.diagnostics.truncate(limits.findings_of_source());
        if spending.budget.is_spent() {
            break;
        }
    }
    parsed
}

/// What is left to spend on a source.
#[derive(Clone, Debug)]
struct Spending {
    budget: Budget,
    /// Values that aliases may copy.
    #[cfg_attr(not(feature = "yaml"), expect(dead_code, reason = "YAML's alone"))]
    copies: usize,
    #[cfg_attr(
        not(any(feature = "json", feature = "yaml")),
        expect(dead_code, reason = "no parser goes deep")
    )]
    depth: usize,
    /// Findings that one chunk may have.
    #[cfg_attr(not(feature = "yaml"), expect(dead_code, reason = "YAML's alone"))]
    findings: usize,
}

/// JSON where it begins like JSON. A YAML flow mapping does so too, so YAML
/// has the second word, unless the source is called JSON.
#[cfg(all(feature = "json", feature = "yaml"))]
fn document(chunk: &Chunk<'_>, is_json: bool, spending: &mut Spending, parsed: &mut Parsed) {
    if !chunk.text.trim_start().starts_with(['{', '[']) {
        return yaml::parse(chunk, spending, parsed);
    }
    let mut before = spending.clone();
    let mut as_json = Parsed::default();
    json::parse(chunk, spending, &mut as_json);
    if is_json || !as_json.is_broken() {
        return parsed.append(as_json);
    }
    let mut as_yaml = Parsed::default();
    yaml::parse(chunk, &mut before, &mut as_yaml);
    if as_yaml.is_broken() && chunk.looks_like_json() {
        parsed.append(as_json);
    } else {
        *spending = before;
        parsed.append(as_yaml);
    }
}

#[cfg(all(feature = "json", not(feature = "yaml")))]
fn document(chunk: &Chunk<'_>, _: bool, spending: &mut Spending, parsed: &mut Parsed) {
    if chunk.text.trim_start().starts_with(['{', '[']) {
        json::parse(chunk, spending, parsed);
    } else {
        parsed.diagnostics.push(unsupported(chunk, "YAML"));
    }
}

#[cfg(all(feature = "yaml", not(feature = "json")))]
fn document(chunk: &Chunk<'_>, _: bool, spending: &mut Spending, parsed: &mut Parsed) {
    yaml::parse(chunk, spending, parsed);
}

#[cfg(not(any(feature = "json", feature = "yaml")))]
fn document(chunk: &Chunk<'_>, _: bool, _: &mut Spending, parsed: &mut Parsed) {
    parsed.diagnostics.push(unsupported(chunk, "JSON and YAML"));
}

#[cfg(not(all(feature = "json", feature = "yaml")))]
#[cfg_attr(feature = "yaml", expect(dead_code, reason = "JSON is YAML too"))]
fn unsupported(chunk: &Chunk<'_>, format: &str) -> Diagnostic {
    let message = format!("this program was built without {format}");
    syntax("unsupported-format", message, chunk.start())
}

/// A finding that ends the reading of a document.
fn syntax(code: &'static str, message: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic {
        span: Some(span),
        ..Diagnostic::error(Code(code), message).refused_by(RefusedBy::EVERYONE)
    }
}

/// The first escape of a text in double quotes that go-yaml v2 does not know,
/// though JSON does: `\/`, and escaped surrogates.
#[cfg(any(feature = "json", feature = "yaml"))]
fn unknown_escape(quoted: &str) -> Option<&str> {
    let mut rest = quoted;
    while let Some(at) = rest.find('\\') {
        rest = rest.get(at..)?;
        let is_surrogate = matches!(
            rest.as_bytes(),
            [
                _,
                b'u',
                b'd' | b'D',
                b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F',
                ..,
            ]
        );
        if rest.starts_with("\\/") {
            return rest.get(..2);
        }
        if is_surrogate {
            return rest.get(..6).or(Some(rest));
        }
        let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
        rest = rest.get(1 + escaped..)?;
    }
    None
}

impl Parsed {
    /// Whether something could not be read.
    #[cfg(all(feature = "json", feature = "yaml"))]
    fn is_broken(&self) -> bool {
        let broken = |found: &Diagnostic| found.refused_by == RefusedBy::EVERYONE;
        self.diagnostics.iter().any(broken)
    }

    #[cfg(all(feature = "json", feature = "yaml"))]
    fn append(&mut self, mut other: Self) {
        self.documents.append(&mut other.documents);
        self.diagnostics.append(&mut other.diagnostics);
    }

    /// Says, once a source, that a document is not what calicoctl reads.
    #[cfg(any(feature = "json", feature = "yaml"))]
    fn unseparated(&mut self, span: Span) {
        const CODE: Code = Code("unseparated-document");
        if self.diagnostics.iter().any(|found| found.code == CODE) {
            return;
        }
        let message = "no line `---` stands before this document";
        self.diagnostics.push(Diagnostic {
            span: Some(span),
            ..Diagnostic::warning(CODE, message)
                .stored("by calicoctl without this document: it reads one between two lines `---`")
                .help("put a line `---` before it")
        });
    }
}

impl Default for Node {
    fn default() -> Self {
        Self::new(Span::default(), Value::Null)
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

    /// A number that is an integer, also when it is written as `8.0` or `8e0`.
    pub(crate) fn integer(&self) -> Option<i64> {
        match &self.value {
            Value::Number(number) if number.is_f64() => without_point(number).as_i64(),
            Value::Number(number) => number.as_i64(),
            Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => None,
        }
    }

    /// Whether this is a number with a point or an exponent.
    pub(crate) fn is_float(&self) -> bool {
        matches!(&self.value, Value::Number(number) if number.is_f64())
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
            Value::Number(number) => without_point(number).into(),
            Value::String(text) => text.as_str().into(),
            Value::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(entries) => entries
                .iter()
                .map(|entry| (entry.key.to_string(), entry.value.to_json()))
                .collect::<Map<_, _>>()
                .into(),
        }
    }
}

/// Every whole number below this is a floating-point number. An API server
/// takes no float beyond for an integer.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number as Go's tools pass it on: without a point where it is whole.
pub(crate) fn without_point(number: &Number) -> Number {
    let whole = |float: &f64| number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT;
    match number.as_f64().filter(whole) {
        #[expect(clippy::cast_possible_truncation, reason = "whole and small: exact")]
        Some(float) => (float as i64).into(),
        None => number.clone(),
    }
}

/// A number as sigs.k8s.io/yaml writes it where text is wanted: floats with the
/// digits of a 32-bit one, and with an exponent from a million on.
pub(crate) fn float32(number: &Number) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "the loss is what Go does")]
    let Some(float) = number
        .as_f64()
        .filter(|_| number.is_f64())
        .map(|float| float as f32)
    else {
        return number.to_string();
    };
    if float == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{float:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(-4..6) | Err(_) => float.to_string(),
        // Go's %g writes two digits of an exponent at least.
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
    }
}
