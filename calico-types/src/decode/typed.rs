//! From a tree to a typed resource, as Calico's decoder reads it.

use super::DOES_NOT_FIT;
use super::document::Document;
use super::identify::annotation;
use crate::diagnostic::{Diagnostic, RefusedBy, Severity};
use crate::resources::Resource;
use crate::schema::{Form, Format, Pattern, Schema, Shape};
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
                let diagnostic =
                    Diagnostic::error(DOES_NOT_FIT, message).refused_by(RefusedBy::default());
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
/// nulls gone, scalars where text is wanted turned into text. Empty text that
/// stands for "not set" is gone too, since our types have no empty value.
pub(crate) fn lenient(node: &Node, schema: &Schema) -> Node {
    decoded(node, schema, is_unset)
}

/// The same with empty text kept: Calico's own rules tell it from no text.
pub(crate) fn as_decoded(node: &Node, schema: &Schema) -> Node {
    decoded(node, schema, |_, _| false)
}

fn decoded(node: &Node, schema: &Schema, dropped: fn(&Node, &Schema) -> bool) -> Node {
    let value = match (schema.shape, &node.value) {
        (Shape::Object(_), Value::Mapping(entries)) => Value::Mapping(
            entries
                .iter()
                .filter(|entry| !entry.value.is_null())
                .filter_map(|entry| {
                    let field = schema.field_ignoring_case(&entry.key)?;
                    let value = decoded(&entry.value, &field.schema, dropped);
                    (!dropped(&value, &field.schema)).then(|| Entry {
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
                    value: decoded(&entry.value, item, dropped),
                    ..entry.clone_key()
                })
                .collect(),
        ),
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => Value::Sequence(
            items
                .iter()
                .map(|value| decoded(value, item, dropped))
                .collect(),
        ),
        (Shape::Text, Value::Bool(value)) => Value::String(value.to_string()),
        (Shape::Text, Value::Number(number)) => Value::String(number.to_string()),
        (Shape::Text, Value::Null) => Value::String(String::new()),
        _ => node.value.clone(),
    };
    Node::new(node.span, value)
}

/// What an API server holds, without the nulls and empty texts that stand for "not set".
///
/// The same as [`lenient`] on values without places, for objects whose fields have their
/// right names and types already. Goes as deep as the table.
#[cfg(feature = "kube")]
pub(crate) fn settled(value: serde_json::Value, schema: &Schema) -> serde_json::Value {
    use serde_json::Value as Json;
    match (schema.shape, value) {
        (Shape::Object(_), Json::Object(fields)) => {
            let known = fields.into_iter().filter_map(|(key, value)| {
                let field = schema.field(&key)?;
                let unset = value.is_null()
                    || (value.as_str() == Some("") && has_no_empty_value(&field.schema));
                (!unset).then(|| (key, settled(value, &field.schema)))
            });
            Json::Object(known.collect())
        }
        (Shape::List(item) | Shape::Set(item), Json::Array(items)) => items
            .into_iter()
            .map(|value| settled(value, item))
            .collect(),
        (Shape::Map(item), Json::Object(fields)) => {
            let fields = fields.into_iter();
            Json::Object(
                fields
                    .map(|(key, value)| (key, settled(value, item)))
                    .collect(),
            )
        }
        (_, value) => value,
    }
}

/// Empty text in a field whose type has no empty value.
fn is_unset(node: &Node, schema: &Schema) -> bool {
    node.text() == Some("") && has_no_empty_value(schema)
}

fn has_no_empty_value(schema: &Schema) -> bool {
    !schema.one_of.is_empty() && !schema.one_of.contains(&"")
        || schema.form != Form::Plain
        || !schema.tags.is_empty()
        || schema.format == Some(Format::Cidr)
        || matches!(
            schema.pattern,
            Some(Pattern::AnyCase(_) | Pattern::Affinity)
        )
}
