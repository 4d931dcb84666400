//! Values in one line.

use crate::decode::advice::yaml;
use crate::decode::document::printable;
use crate::tree::{Node, Value};

/// The longest text that is shown of a value.
const LONGEST: usize = 160;

/// A value in flow style, cut where it grows long.
pub(super) fn short(node: &Node) -> String {
    let mut out = String::new();
    write(&mut out, node, LONGEST);
    if out.chars().count() > LONGEST {
        out = out.chars().take(LONGEST).collect();
        out.push('…');
    }
    out
}

/// The first items of a list, in words.
pub(super) fn some_items(list: &Node) -> String {
    const SHOWN: usize = 8;
    let mut items: Vec<String> = list.items().iter().take(SHOWN).map(yaml).collect();
    if list.items().len() > SHOWN {
        items.push("…".to_owned());
    }
    items.join(", ")
}

fn write(out: &mut String, node: &Node, limit: usize) {
    if out.len() > limit {
        return;
    }
    match &node.value {
        Value::Mapping(entries) => {
            out.push('{');
            for (index, entry) in entries.iter().enumerate() {
                if out.len() > limit {
                    break;
                }
                if index > 0 {
                    out.push_str(", ");
                }
                out.push_str(&printable(&entry.key));
                out.push_str(": ");
                write(out, &entry.value, limit);
            }
            out.push('}');
        }
        Value::Sequence(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if out.len() > limit {
                    break;
                }
                if index > 0 {
                    out.push_str(", ");
                }
                write(out, item, limit);
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&yaml(node));
        }
    }
}
