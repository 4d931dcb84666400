//! Values as YAML, for suggestions.

use crate::decode::document::shown;
use crate::edit::{Steps, Writer, entry, mapping};
use crate::path::Path;
use crate::tree::{Entry, Node, Value};

/// How many values, and how much text, a suggestion may repeat.
const LARGEST: usize = 200;
const LONGEST: usize = 4_000;

/// `key: value` for the last key of a path, or an item of its list.
pub(crate) fn assign(path: &Path<'_>, value: &str) -> String {
    match path {
        Path::Index(..) => format!("- {value}"),
        Path::Root | Path::Key(..) => format!("{}: {value}", path.last_key().unwrap_or_default()),
    }
}

/// A scalar as YAML; other values in flow style.
pub(in crate::decode) fn yaml(node: &Node) -> String {
    match &node.value {
        Value::String(text) if text.len() <= LONGEST => Writer::SUGGESTION.flow(node),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => shown(node),
        Value::Sequence(_) | Value::Mapping(_) if is_large(node) => "…".to_owned(),
        Value::Sequence(_) | Value::Mapping(_) => Writer::SUGGESTION.flow(node),
    }
}

/// Entries in block style, without indentation.
pub(super) fn suggestion(entries: &[Entry]) -> String {
    let texts: Vec<String> = entries
        .iter()
        .map(|entry| {
            if is_large(&entry.value) {
                format!("{}: …", Writer::SUGGESTION.key(&entry.key))
            } else {
                Writer::SUGGESTION.entries(std::slice::from_ref(entry))
            }
        })
        .collect();
    texts.join("\n")
}

/// A value under the last key of a way, or as an item of its list.
pub(super) fn one(steps: &Steps, value: &Node) -> String {
    if !steps.is_item() {
        return suggestion(&[entry(steps.last_key(), value.clone())]);
    }
    if is_large(value) {
        return "- …".to_owned();
    }
    let mut out = String::new();
    Writer::SUGGESTION.item(&mut out, value, 0);
    out.trim_end().to_owned()
}

/// Fields by their paths as entries, nested. `None` where two are in each
/// other's way.
pub(super) fn nested(fields: Vec<(&str, Node)>) -> Option<Vec<Entry>> {
    let mut root = mapping(Vec::new());
    for (path, value) in fields {
        let change = crate::edit::Change::Set {
            at: Steps::parse(path),
            value,
        };
        root = crate::edit::changed(&root, &[change])?;
    }
    Some(root.entries().to_vec())
}

fn is_large(node: &Node) -> bool {
    fn letters(node: &Node) -> usize {
        let own = node.text().map_or(0, str::len);
        let entries = node.entries().iter();
        own + entries
            .map(|e| e.key.len() + letters(&e.value))
            .sum::<usize>()
            + node.items().iter().map(letters).sum::<usize>()
    }
    node.is_larger_than(LARGEST) || letters(node) > LONGEST
}
