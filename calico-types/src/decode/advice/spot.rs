//! The value that a finding is about, found again from its path.

use crate::edit::Steps;
use crate::schema::{KindSchema, Schema, Shape};
use crate::source::Span;
use crate::tree::{Entry, Node, Value};

/// A value in its document, with what the schema says about it.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    pub(super) kind: &'static KindSchema,
    /// The way to it, by the keys that the document has.
    pub(super) steps: Steps,
    /// What it is in, from the root, each with its schema where that is known.
    pub(super) around: Vec<(&'a Node, Option<&'static Schema>)>,
    /// Its own entry, where it is in a mapping.
    pub(super) entry: Option<&'a Entry>,
    /// The entry of what it is in, where that is in a mapping.
    pub(super) outer: Option<&'a Entry>,
    /// `None` for a field that is not there.
    pub(super) node: Option<&'a Node>,
    pub(super) schema: Option<&'static Schema>,
}

impl<'a> Spot<'a> {
    /// Follows a path such as `spec.ingress[0].port`. Keys may differ in case,
    /// since validation has the right names, and may have dots of their own.
    pub(super) fn at(root: &'a Node, kind: &'static KindSchema, path: &str) -> Self {
        let mut spot = Self {
            kind,
            steps: Steps::default(),
            around: Vec::new(),
            entry: None,
            outer: None,
            node: Some(root),
            schema: Some(&kind.schema),
        };
        let mut rest = path;
        while !rest.is_empty() {
            rest = spot.down(rest.trim_start_matches('.'));
        }
        spot
    }

    /// The value that has this place, if any has.
    pub(super) fn of_span(root: &'a Node, kind: &'static KindSchema, span: Span) -> Option<Self> {
        let mut spot = Self::at(root, kind, "");
        loop {
            let node = spot.node?;
            if node.span == span && !matches!(node.value, Value::Mapping(_) | Value::Sequence(_)) {
                return Some(spot);
            }
            let entries = node.entries().iter();
            if let Some(entry) = entries
                .rev()
                .find(|entry| entry.key_span.start <= span.start)
            {
                spot.enter_entry(node, entry);
                continue;
            }
            let index = node
                .items()
                .iter()
                .rposition(|item| item.span.start <= span.start)?;
            spot.enter_item(node, index);
        }
    }

    /// Goes one step down; gives the rest of the path.
    fn down<'p>(&mut self, path: &'p str) -> &'p str {
        let parent = self.node;
        if let Some(index) = path.strip_prefix('[')
            && let Some((index, rest)) = index.split_once(']')
        {
            let index = index.parse().unwrap_or(usize::MAX);
            match parent {
                Some(node) => self.enter_item(node, index),
                None => self.steps = std::mem::take(&mut self.steps).join(&format!("[{index}]")),
            }
            return rest;
        }
        let entries = parent.map(Node::entries).unwrap_or_default();
        let matches = |entry: &&Entry| {
            let head = path.get(..entry.key.len());
            let rest = path.get(entry.key.len()..).unwrap_or_default();
            head.is_some_and(|head| head.eq_ignore_ascii_case(&entry.key))
                && (rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let exact = |entry: &&Entry| path.starts_with(entry.key.as_str());
        let longest = entries
            .iter()
            .filter(matches)
            .map(|entry| entry.key.len())
            .max();
        let mut fitting = entries
            .iter()
            .rev()
            .filter(|entry| matches(entry) && Some(entry.key.len()) == longest);
        let entry = fitting.clone().find(exact).or_else(|| fitting.next());
        if let (Some(entry), Some(node)) = (entry, parent) {
            self.enter_entry(node, entry);
            return path.get(entry.key.len()..).unwrap_or_default();
        }
        // A field that is not there.
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (key, rest) = path.split_at(end);
        if let Some(node) = parent {
            self.around.push((node, self.schema));
        }
        self.schema = self.schema.and_then(|schema| below(schema, key));
        self.steps = std::mem::take(&mut self.steps).key(key);
        self.outer = self.entry;
        (self.entry, self.node) = (None, None);
        rest
    }

    fn enter_entry(&mut self, parent: &'a Node, entry: &'a Entry) {
        self.around.push((parent, self.schema));
        self.schema = self.schema.and_then(|schema| below(schema, &entry.key));
        self.steps = std::mem::take(&mut self.steps).key(&entry.key);
        self.outer = self.entry;
        (self.entry, self.node) = (Some(entry), Some(&entry.value));
    }

    fn enter_item(&mut self, parent: &'a Node, index: usize) {
        self.around.push((parent, self.schema));
        self.schema = self.schema.and_then(|schema| {
            let (Shape::List(item) | Shape::Set(item)) = schema.shape else {
                return None;
            };
            Some(item)
        });
        self.steps = std::mem::take(&mut self.steps).join(&format!("[{index}]"));
        self.outer = self.entry;
        (self.entry, self.node) = (None, parent.items().get(index));
    }

    /// The value that this one is in.
    pub(super) fn parent(&self) -> Option<&'a Node> {
        self.around.last().map(|(node, _)| *node)
    }

    /// The way to the value that this one is in.
    pub(super) fn parent_steps(&self) -> Steps {
        self.steps.parent()
    }

    /// Where to point instead of at `span`: at the key of what stands on lines of
    /// its own, and of what a field is missing in.
    pub(super) fn key_span(&self, span: Span) -> Option<Span> {
        let key = match (self.node, self.entry, self.outer) {
            (Some(node), Some(entry), _) if node.span == span => {
                let nested = matches!(node.value, Value::Mapping(_) | Value::Sequence(_));
                return (nested && node.span.line > entry.key_span.line).then_some(entry.key_span);
            }
            (None, _, Some(outer)) => outer,
            _ => return None,
        };
        let around = self.around.iter().any(|(node, _)| node.span == span);
        around.then_some(key.key_span)
    }

    /// Goes to the entry that `span` is about, where several have one key.
    pub(super) fn turn_to(&mut self, span: Span) {
        let is = |entry: &Entry| entry.key_span == span || entry.value.span == span;
        let (Some(entry), Some(parent)) = (self.entry, self.parent()) else {
            return;
        };
        let mut same = parent
            .entries()
            .iter()
            .filter(|other| other.key == entry.key);
        if !is(entry)
            && let Some(about) = same.find(|other| is(other))
        {
            (self.entry, self.node) = (Some(about), Some(&about.value));
        }
    }

    /// Whether a finding at `span` is about this value, rather than about one in a
    /// mapping that a later one hides.
    pub(super) fn is_at(&self, span: Span) -> bool {
        let Some(node) = self.node else { return true };
        let start = self
            .entry
            .map_or(node.span.start, |entry| entry.key_span.start);
        (start..=node.span.end).contains(&span.start)
            || self.around.iter().any(|(around, _)| around.span == span)
    }

    /// Whether its key is given more than once.
    pub(super) fn is_repeated(&self) -> bool {
        let entries = self.parent().map(Node::entries).unwrap_or_default();
        let same = |entry: &&Entry| self.entry.is_some_and(|own| own.key == entry.key);
        entries.iter().filter(same).count() > 1
    }

    /// Whether another value stands at the end of the same way, behind this one.
    pub(super) fn is_hidden(&self, root: &Node) -> bool {
        let last = crate::edit::found(root, &self.steps);
        match (self.node, last) {
            (Some(node), Some(last)) => !std::ptr::eq(node, last),
            _ => false,
        }
    }

    /// The text of the value.
    pub(super) fn text(&self) -> Option<&'a str> {
        self.node?.text()
    }

    /// The last key of the way.
    pub(super) fn key(&self) -> &str {
        self.steps.last_key()
    }
}

fn below(schema: &'static Schema, key: &str) -> Option<&'static Schema> {
    if let Shape::Map(item) = schema.shape {
        return Some(item);
    }
    schema.field_ignoring_case(key).map(|field| &field.schema)
}
