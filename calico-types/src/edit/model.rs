//! Changes to a tree.

use super::Change;
use super::steps::{Step, Steps};
use super::write::{entry, made};
use crate::tree::{Entry, Node, Value};

/// Makes a change. `None` where something is in the way of it.
pub(super) fn apply(root: &mut Node, change: &Change) -> Option<()> {
    match change {
        Change::Rename { at, to } => {
            let (parent, key) = entry_of(root, at)?;
            let index = position(parent, key)?;
            let taken = parent.iter().any(|entry| entry.key == *to);
            parent.get_mut(index).filter(|_| !taken)?.key = to.into();
        }
        Change::Replace { at, value } => *find(root, at)? = value.clone(),
        Change::Splice { at, part, with } => {
            let Value::String(text) = &mut find(root, at)?.value else {
                return None;
            };
            text.get(part.clone())?;
            let mut changed = text.to_string();
            changed.replace_range(part.clone(), with);
            *text = changed.into();
        }
        Change::Remove { at } => drop(take(root, at)?),
        Change::Set { at, value } => put(root, at, value.clone())?,
        Change::Move { from, to } => {
            let value = take(root, from)?;
            put(root, to, value)?;
        }
    }
    Some(())
}

/// The value at the end of some steps; keys may differ in case.
fn find<'a>(root: &'a mut Node, steps: &Steps) -> Option<&'a mut Node> {
    let mut node = root;
    for step in &steps.0 {
        node = match (step, &mut node.value) {
            (Step::Key(key), Value::Mapping(entries)) => {
                let index = position(entries, key)?;
                &mut entries.get_mut(index)?.value
            }
            (Step::Index(index), Value::Sequence(items)) => items.get_mut(*index)?,
            _ => return None,
        };
    }
    Some(node)
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

fn entry_of<'a, 's>(root: &'a mut Node, at: &'s Steps) -> Option<(&'a mut Vec<Entry>, &'s str)> {
    let (Step::Key(key), parent) = (at.0.last()?, at.split_last()?.0) else {
        return None;
    };
    match &mut find(root, &parent)?.value {
        Value::Mapping(entries) => Some((entries, key)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => {
            None
        }
    }
}

fn take(root: &mut Node, at: &Steps) -> Option<Node> {
    let (parent, last) = at.split_last()?;
    match (last, &mut find(root, &parent)?.value) {
        (Step::Key(key), Value::Mapping(entries)) => {
            let index = position(entries, key)?;
            Some(entries.remove(index).value)
        }
        (Step::Index(index), Value::Sequence(items)) => items.take(*index),
        _ => None,
    }
}

/// Puts a value where none is. A null counts as none.
fn put(root: &mut Node, at: &Steps, value: Node) -> Option<()> {
    let mut node = root;
    for step in &at.0 {
        if node.is_null() && matches!(step, Step::Key(_)) {
            node.value = Value::Mapping(Vec::new());
        }
        let (entries, key) = match (step, &mut node.value) {
            (Step::Key(key), Value::Mapping(entries)) => (entries, key),
            (Step::Index(index), Value::Sequence(items)) => {
                node = items.get_mut(*index)?;
                continue;
            }
            _ => return None,
        };
        let index = match position(entries, key) {
            Some(index) => index,
            None => {
                entries.push(entry(key, made(Value::Null)));
                entries.len() - 1
            }
        };
        node = &mut entries.get_mut(index)?.value;
    }
    if !node.is_null() {
        return None;
    }
    *node = value;
    Some(())
}
