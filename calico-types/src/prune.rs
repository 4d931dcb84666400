//! What an API server keeps of a document.
//!
//! A Kubernetes API server drops fields that its schema does not have
//! (without a word, unless the client asks for strict validation), drops
//! nulls, and fills in the schema's defaults.

use serde_json::{Map, Value as Json};

use crate::path::Path;
use crate::resources::Resource;
use crate::schema::{Default, Schema, Shape, lookup};
use crate::tree::{Entry, Node, Value};

/// A document as a cluster stores it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pruned {
    /// What is left, with defaults.
    pub stored: Json,
    /// The fields that are gone, as `spec.ingress[0].port`, in the order of
    /// the document.
    pub paths: Vec<String>,
}

impl Pruned {
    /// The stored form as a typed resource, if it has its types.
    #[must_use]
    pub fn resource(&self) -> Option<Resource> {
        let text = |key: &str| {
            self.stored
                .get(key)
                .and_then(Json::as_str)
                .unwrap_or_default()
        };
        Resource::from_value(text("apiVersion"), text("kind"), &self.stored)?.ok()
    }
}

/// Prunes a document and fills in the defaults of its schema, as an API server
/// does. `None` for kinds that no API server holds under a schema that this
/// crate knows.
///
/// ```
/// use calico_types::prune;
/// let pruned = prune(&serde_json::json!({
///     "apiVersion": "projectcalico.org/v3", "kind": "BGPFilter",
///     "metadata": {"name": "keep-out"}, "spec": {"importRules": [{"action": "Reject"}]},
/// })).unwrap();
/// assert_eq!(pruned.paths, ["spec.importRules"]);
/// assert_eq!(pruned.stored["spec"], serde_json::json!({}));
/// ```
#[must_use]
pub fn prune(document: &Json) -> Option<Pruned> {
    let text = |key: &str| document.get(key).and_then(Json::as_str).unwrap_or_default();
    let known = lookup(text("apiVersion"), text("kind")).filter(|known| known.stored)?;
    let mut paths = Vec::new();
    let stored = json(document, &known.schema, &Path::Root, &mut paths);
    Some(Pruned { stored, paths })
}

fn json(value: &Json, schema: &Schema, path: &Path<'_>, paths: &mut Vec<String>) -> Json {
    match (schema.shape, value) {
        (Shape::Object(_), Json::Object(fields)) => object(fields, schema, path, paths),
        (Shape::List(item) | Shape::Set(item), Json::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(index, value)| json(value, item, &path.index(index), paths))
            .collect(),
        (Shape::Map(item), Json::Object(fields)) => fields
            .iter()
            .map(|(key, value)| (key.clone(), json(value, item, &path.key(key), paths)))
            .collect::<Map<_, _>>()
            .into(),
        _ => value.clone(),
    }
}

fn object(
    fields: &Map<String, Json>,
    schema: &Schema,
    path: &Path<'_>,
    paths: &mut Vec<String>,
) -> Json {
    let mut kept = Map::new();
    for (key, value) in fields {
        let below = path.key(key);
        match schema.field(key) {
            Some(_) if value.is_null() => {}
            Some(field) => {
                kept.insert(key.clone(), json(value, &field.schema, &below, paths));
            }
            None => paths.push(below.to_string()),
        }
    }
    for field in schema.fields() {
        if let Some(default) = field.schema.default
            && !kept.contains_key(field.name)
        {
            kept.insert(field.name.to_owned(), default_json(default));
        }
    }
    kept.into()
}

fn default_json(default: Default) -> Json {
    match default {
        Default::Text(text) => text.into(),
        Default::Bool(value) => value.into(),
        Default::Integer(number) => number.into(),
    }
}

/// The same on a tree, which keeps its places: fields of exactly these names,
/// without nulls, with defaults (which stand where their object stands).
pub(crate) fn tree(node: &Node, schema: &Schema) -> Node {
    let value = match (schema.shape, &node.value) {
        (Shape::Object(_), Value::Mapping(entries)) => {
            let mut kept: Vec<Entry> = entries
                .iter()
                .filter(|entry| !entry.value.is_null())
                .filter_map(|entry| {
                    let field = schema.field(&entry.key)?;
                    Some(Entry {
                        value: tree(&entry.value, &field.schema),
                        ..entry.clone_key()
                    })
                })
                .collect();
            for field in schema.fields() {
                if let Some(default) = field.schema.default
                    && !kept.iter().any(|entry| entry.key == field.name)
                {
                    kept.push(Entry {
                        key: field.name.to_owned(),
                        key_span: node.span,
                        value: Node::new(node.span, default_value(default)),
                    });
                }
            }
            Value::Mapping(kept)
        }
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            Value::Sequence(items.iter().map(|value| tree(value, item)).collect())
        }
        _ => node.value.clone(),
    };
    Node::new(node.span, value)
}

fn default_value(default: Default) -> Value {
    match default {
        Default::Text(text) => Value::String(text.to_owned()),
        Default::Bool(value) => Value::Bool(value),
        Default::Integer(number) => Value::Number(number.into()),
    }
}
