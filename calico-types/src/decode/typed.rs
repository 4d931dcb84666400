//! From a tree to a typed resource, as Calico's decoder reads it.

use super::document::Document;
use super::identify::annotation;
use crate::diagnostic::{Code, Diagnostic, RefusedBy, Severity};
use crate::resources::Resource;
use crate::schema::{Form, Format, Schema, Shape};
use crate::tree::{Entry, Node, Value};

/// The typed form. `None` when a value does not fit its type; there is then an
/// error among `found`.
pub(super) fn resource(
    document: &Document,
    since: usize,
    found: &mut Vec<Diagnostic>,
) -> Option<Resource> {
    let kind = document.kind;
    let mut json = lenient(&document.root, &kind.schema).to_json();
    if let Some(metadata) = annotation(&document.root)
        && let Ok(metadata) = serde_json::from_str::<serde_json::Map<_, _>>(metadata)
        && document.root.text_of("apiVersion").starts_with("crd.")
        && let Some(fields) = json
            .get_mut("metadata")
            .and_then(serde_json::Value::as_object_mut)
    {
        fields.extend(metadata);
    }
    match Resource::from_value(kind.api_version, kind.kind, &json)? {
        Ok(resource) => Some(resource),
        Err(error) => {
            if !explained(found.get(since..).unwrap_or_default()) {
                let message = format!("the document does not fit its type: {error}");
                let diagnostic = Diagnostic::error(Code("does-not-fit"), message)
                    .refused_by(RefusedBy::default());
                found.push(document.locate(diagnostic, document.root.span));
            }
            None
        }
    }
}

/// Whether an error stands there already.
fn explained(found: &[Diagnostic]) -> bool {
    found
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// The tree as Go's decoder sees it: keys in any case under their right names,
/// nulls gone where null means nothing, scalars where text is wanted turned into text, and empty text
/// that stands for "not set" gone.
pub(crate) fn lenient(node: &Node, schema: &Schema) -> Node {
    let value = match (schema.shape, &node.value) {
        (Shape::Object(_), Value::Mapping(entries)) => Value::Mapping(
            entries
                .iter()
                .filter_map(|entry| {
                    let field = schema.field_ignoring_case(&entry.key)?;
                    if entry.value.is_null() && !field.schema.nullable {
                        return None;
                    }
                    let value = lenient(&entry.value, &field.schema);
                    (!is_unset(&value, &field.schema)).then(|| Entry {
                        key: field.name.to_owned(),
                        key_span: entry.key_span,
                        value,
                    })
                })
                .collect(),
        ),
        (Shape::Map(item), Value::Mapping(entries)) => Value::Mapping(
            entries
                .iter()
                .map(|entry| Entry {
                    value: lenient(&entry.value, item),
                    ..entry.clone_key()
                })
                .collect(),
        ),
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            Value::Sequence(items.iter().map(|value| lenient(value, item)).collect())
        }
        (Shape::Text, Value::Bool(value)) => Value::String(value.to_string()),
        (Shape::Text, Value::Number(number)) => Value::String(number.to_string()),
        (Shape::Text, Value::Null) if !schema.nullable => Value::String(String::new()),
        _ => node.value.clone(),
    };
    Node::new(node.span, value)
}

/// Empty text in a field whose type has no empty value.
fn is_unset(node: &Node, schema: &Schema) -> bool {
    let empty = node.text() == Some("");
    let typed = !schema.one_of.is_empty() && !schema.one_of.contains(&"")
        || schema.form != Form::Plain
        || !schema.tags.is_empty()
        || schema.format == Some(Format::Cidr);
    empty && typed
}
