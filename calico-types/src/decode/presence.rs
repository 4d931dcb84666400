//! Whether a document has a field, and whether anything is in it.

use crate::tree::{Node, Value};

/// How a field stands in a document.
///
/// Types cannot always say: where Calico's own do not tell absent from empty, neither do
/// ours. But it matters to whoever takes the document. Without `types`, a policy with
/// `egress: []` is about egress to an API server that fills its types in by *presence*
/// (`has(spec.egress)`), and about ingress to Calico's Go code, which counts the rules.
/// And a `null` deletes a field in a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It is not there.
    Absent,
    /// `field: null`, or nothing after the colon.
    Null,
    /// An empty text, list or mapping.
    Empty,
    /// Anything else; `0` and `false` are values.
    Value,
}

impl Presence {
    pub(super) fn of(node: Option<&Node>) -> Self {
        let Some(node) = node else {
            return Self::Absent;
        };
        let is_empty = match &node.value {
            Value::Null => return Self::Null,
            Value::String(text) => text.is_empty(),
            Value::Sequence(items) => items.is_empty(),
            Value::Mapping(entries) => entries.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        };
        if is_empty { Self::Empty } else { Self::Value }
    }
}
