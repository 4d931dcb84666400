//! Lists that are sets, and lists that have one item of each key.
//!
//! An API server checks them beside its schema.

use std::collections::HashMap;

use super::findings::{Findings, Place};
use crate::decode::shown;
use crate::diagnostic::{Code, Diagnostic};
use crate::path::Path;
use crate::schema::{Schema, Shape};
use crate::tree::{Node, Value};

/// Goes through a pruned document.
pub(super) fn walk(root: &Node, schema: &Schema, findings: &mut Findings<'_>) {
    value(root, root, schema, &Path::Root, findings);
}

fn value(root: &Node, node: &Node, schema: &Schema, path: &Path<'_>, findings: &mut Findings<'_>) {
    match (schema.shape, &node.value) {
        (Shape::Object(_), Value::Mapping(entries)) => {
            for entry in entries {
                if let Some(field) = schema.stored_field(&entry.key) {
                    let below = path.key(&entry.key);
                    value(root, &entry.value, &field.schema, &below, findings);
                }
            }
        }
        (Shape::Map(item), Value::Mapping(entries)) => {
            for entry in entries {
                value(root, &entry.value, item, &path.key(&entry.key), findings);
            }
        }
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            let place = Place { node, path, root };
            if matches!(schema.shape, Shape::Set(_)) {
                repeated(&place, items, Node::to_json, findings);
            } else if !schema.keys.is_empty() {
                let key = |item: &Node| {
                    let keys = schema.keys.iter().filter_map(|key| item.get(key));
                    keys.map(Node::to_json).collect()
                };
                repeated(&place, items, key, findings);
            }
            for (index, below) in items.iter().enumerate() {
                value(root, below, item, &path.index(index), findings);
            }
        }
        _ => {}
    }
}

/// Refuses each item that one before it equals.
fn repeated(
    place: &Place<'_>,
    items: &[Node],
    key: impl Fn(&Node) -> serde_json::Value,
    findings: &mut Findings<'_>,
) {
    if items.len() < 2 {
        return;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let key = key(item);
        let Some(first) = seen.insert(key.to_string(), index) else {
            continue;
        };
        let message = match item.value {
            Value::Mapping(_) => format!("a second item with the key {key}"),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Sequence(_) => format!("{} is given twice", shown(item)),
        };
        let diagnostic = Diagnostic::error(Code("duplicate-item"), message)
            .help(format!("remove one: it is also at {}[{first}]", place.path));
        let path = place.path.index(index).to_string();
        findings.add(path, item.span, diagnostic);
    }
}
