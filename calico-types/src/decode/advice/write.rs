//! Values as YAML, for suggestions.

use crate::decode::document::{printable, shown};
use crate::path::Path;
use crate::tree::{Node, Value};
use crate::validate::net;

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
        Value::String(text) => quoted(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => shown(node),
        Value::Sequence(_) | Value::Mapping(_) if node.is_larger_than(LARGEST) => "…".to_owned(),
        Value::Sequence(_) | Value::Mapping(_) => node.to_json().to_string(),
    }
}

/// Text as YAML, in quotes only where it needs them.
fn quoted(text: &str) -> String {
    let plain = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "./:-_=() '".contains(c))
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #");
    let address = || net(text).is_some() && !text.contains(':');
    if plain || address() {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

pub(super) fn list_yaml(node: &Node) -> String {
    match &node.value {
        Value::Sequence(_) if node.is_larger_than(LARGEST) => "[…]".to_owned(),
        Value::Sequence(items) => format!(
            "[{}]",
            items.iter().map(yaml).collect::<Vec<_>>().join(", ")
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_) => {
            format!("[{}]", yaml(node))
        }
    }
}

/// How many values a suggestion may repeat.
const LARGEST: usize = 200;

/// `key: value`, nested values in block style.
pub(in crate::decode) fn entry_yaml(key: &str, value: &Node) -> String {
    if value.is_larger_than(LARGEST) {
        return format!("{key}: …");
    }
    let mut out = String::new();
    block(&mut out, key, value, 0);
    out.trim_end().to_owned()
}

fn block(out: &mut String, key: &str, value: &Node, depth: usize) {
    let pad = "  ".repeat(depth);
    match &value.value {
        Value::Mapping(entries) if !entries.is_empty() => {
            out.push_str(&format!("{pad}{key}:\n"));
            for entry in entries {
                block(out, &printable(&entry.key), &entry.value, depth + 1);
            }
        }
        Value::Sequence(items)
            if items
                .iter()
                .any(|item| matches!(item.value, Value::Mapping(_))) =>
        {
            out.push_str(&format!("{pad}{key}:\n"));
            for item in items {
                let mut inner = String::new();
                for entry in item.entries() {
                    block(&mut inner, &printable(&entry.key), &entry.value, depth + 1);
                }
                // The first line of an item carries its dash.
                out.push_str(&inner.replacen(&"  ".repeat(depth + 1), &format!("{pad}- "), 1));
            }
        }
        Value::Sequence(_) => out.push_str(&format!("{pad}{key}: {}\n", list_yaml(value))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_) => {
            out.push_str(&format!("{pad}{key}: {}\n", yaml(value)));
        }
    }
}

pub(super) fn indented(yaml: &str) -> String {
    yaml.lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
