//! Changes to a tree.

use super::Change;
use super::steps::{Step, Steps};
use super::write::{entry, made, text};
use crate::tree::{Entry, Node, Value};

/// A tree with a change made. `None` where something is in the way of it.
pub(super) fn applied(root: &Node, change: &Change) -> Option<Node> {
    match change {
        Change::Rename { at, to } => {
            let (parent, Step::Key(key)) = at.split_last()? else {
                return None;
            };
            within(root, &parent.0, &|node| {
                let mut entries = node.entries().to_vec();
                let taken = entries.iter().any(|entry| entry.key == *to);
                let renamed = entries
                    .get_mut(position(node.entries(), key)?)
                    .filter(|_| !taken)?;
                *renamed = entry(to, renamed.value.clone());
                Some(with(node, Value::Mapping(entries)))
            })
        }
        Change::Replace { at, value } => within(root, &at.0, &|_| Some(value.clone())),
        Change::Split { at, values } => {
            let (parent, Step::Index(index)) = at.split_last()? else {
                return None;
            };
            within(root, &parent.0, &|node| {
                let (before, after) = node.items().split_at_checked(*index)?;
                let after = after.split_first()?.1;
                let items = before.iter().chain(values).chain(after).cloned();
                Some(with(node, Value::Sequence(items.collect())))
            })
        }
        Change::Splice { at, part, with } => within(root, &at.0, &|node| {
            let mut spliced = node.text()?.to_owned();
            spliced.get(part.clone())?;
            spliced.replace_range(part.clone(), with);
            Some(text(spliced))
        }),
        Change::Remove { at } => removed(root, at),
        Change::Set { at, value } => put(root, &at.0, value),
        Change::Move { from, to } => {
            let value = found(root, &from.0)?;
            put(&removed(root, from)?, &to.0, value)
        }
    }
}

/// The value at the end of some steps; keys may differ in case.
pub(super) fn found<'a>(root: &'a Node, steps: &[Step]) -> Option<&'a Node> {
    steps.iter().try_fold(root, |node, step| match step {
        Step::Key(key) => {
            let index = position(node.entries(), key)?;
            Some(&node.entries().get(index)?.value)
        }
        Step::Index(index) => node.items().get(*index),
    })
}

/// The entry that a key means: of exactly this name, or of one that differs in
/// case.
pub(super) fn position(entries: &[Entry], key: &str) -> Option<usize> {
    let exact = entries.iter().rposition(|entry| entry.key == key);
    exact.or_else(|| {
        entries
            .iter()
            .rposition(|entry| entry.key.eq_ignore_ascii_case(key))
    })
}

fn with(node: &Node, value: Value) -> Node {
    Node::new(node.span, value)
}

/// The tree with another value at the end of some steps.
fn within(node: &Node, steps: &[Step], change: &dyn Fn(&Node) -> Option<Node>) -> Option<Node> {
    let Some((step, rest)) = steps.split_first() else {
        return change(node);
    };
    let value = match step {
        Step::Key(key) => {
            let mut entries = node.entries().to_vec();
            let below = entries.get_mut(position(node.entries(), key)?)?;
            below.value = within(&below.value, rest, change)?;
            Value::Mapping(entries)
        }
        Step::Index(index) => {
            node.items().get(*index)?;
            let items = node.items().iter().enumerate().map(|(at, item)| {
                if at == *index {
                    within(item, rest, change)
                } else {
                    Some(item.clone())
                }
            });
            Value::Sequence(items.collect::<Option<_>>()?)
        }
    };
    Some(with(node, value))
}

fn removed(root: &Node, at: &Steps) -> Option<Node> {
    let (parent, last) = at.split_last()?;
    within(root, &parent.0, &|node| {
        let value = match last {
            Step::Key(key) => {
                let mut entries = node.entries().to_vec();
                entries.remove(position(&entries, key)?);
                Value::Mapping(entries)
            }
            Step::Index(index) => {
                node.items().get(*index)?;
                let others = node.items().iter().enumerate();
                let others = others
                    .filter(|(at, _)| at != index)
                    .map(|(_, item)| item.clone());
                Value::Sequence(others.collect())
            }
        };
        Some(with(node, value))
    })
}

/// The tree with a value where none was. A null counts as none.
fn put(node: &Node, steps: &[Step], value: &Node) -> Option<Node> {
    let Some((step, rest)) = steps.split_first() else {
        return node.is_null().then(|| value.clone());
    };
    let Step::Key(key) = step else {
        return within(node, std::slice::from_ref(step), &|below| {
            put(below, rest, value)
        });
    };
    if !node.is_null() && !matches!(node.value, Value::Mapping(_)) {
        return None;
    }
    let mut entries = node.entries().to_vec();
    let index = position(&entries, key).unwrap_or_else(|| {
        entries.push(entry(key, made(Value::Null)));
        entries.len() - 1
    });
    let below = entries.get_mut(index)?;
    below.value = put(&below.value, rest, value)?;
    Some(with(node, Value::Mapping(entries)))
}
