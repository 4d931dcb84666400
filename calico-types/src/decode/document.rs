//! One resource of a source, before it has a type.

use std::sync::{Arc, OnceLock};

use crate::diagnostic::Diagnostic;
use crate::schema::KindSchema;
use crate::source::Span;
use crate::tree::{Node, Value, without_point};

/// The text that documents stand in.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The source's name.
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
}

/// A mapping with a known `apiVersion` and `kind`.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) source: Arc<str>,
    /// The whole source: what is to be corrected, and how, its text decides.
    pub(crate) text: Arc<str>,
    pub(crate) root: Arc<Node>,
    pub(crate) kind: &'static KindSchema,
    /// Whether each field stands there once, under its own name, and with a
    /// value of its type: there is nothing to be lenient about, and nothing to
    /// prune.
    pub(crate) is_plain: bool,
    /// How many findings one layer may have about it.
    pub(crate) most_findings: usize,
    /// Kind and name, once a finding asks.
    title: OnceLock<String>,
}

impl Document {
    pub(crate) fn new(origin: &Origin, root: Arc<Node>, kind: &'static KindSchema) -> Self {
        Self {
            source: Arc::clone(&origin.name),
            text: Arc::clone(&origin.text),
            root,
            kind,
            is_plain: false,
            most_findings: usize::MAX,
            title: OnceLock::new(),
        }
    }

    /// Kind and name: `NetworkPolicy shop/db`.
    pub(crate) fn title(&self) -> &str {
        self.title.get_or_init(|| title(&self.root, self.kind.kind))
    }

    /// Puts a finding into this document.
    pub(crate) fn locate(&self, diagnostic: Diagnostic, span: Span) -> Diagnostic {
        diagnostic.at(&*self.source, span).of(self.title())
    }
}

/// Kind and name: `NetworkPolicy shop/db`.
fn title(root: &Node, kind: &str) -> String {
    let metadata = root.get("metadata");
    let text = |key| {
        metadata
            .map(|metadata| metadata.text_of(key))
            .unwrap_or_default()
    };
    match (text("namespace"), text("name")) {
        (_, "") => kind.to_owned(),
        ("", name) => format!("{kind} {}", printable(name)),
        (namespace, name) => format!("{kind} {}/{}", printable(namespace), printable(name)),
    }
}

/// Text from a manifest, safe to show in one line.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.len() <= LONGEST && text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Follows a path such as `spec.ingress[0].action`.
pub(crate) fn find<'a>(root: &'a Node, path: &str) -> Option<&'a Node> {
    let mut node = root;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let mut parts = step.split('[');
        let key = parts.next()?;
        if !key.is_empty() {
            node = node.get(key)?;
        }
        for index in parts {
            let index: usize = index.strip_suffix(']')?.parse().ok()?;
            node = node.items().get(index)?;
        }
    }
    Some(node)
}

/// A value in the words of a manifest, for messages.
pub(crate) fn shown(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => without_point(number).to_string(),
        Value::String(text) => format!("\"{}\"", printable(text)),
        Value::Sequence(items) => format!("a list of {}", items.len()),
        Value::Mapping(_) => "a mapping".to_owned(),
    }
}
