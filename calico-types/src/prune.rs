//! What an API server keeps of a document.
//!
//! A Kubernetes API server drops fields that its schema does not have
//! (without a word, unless the client asks for strict validation), drops
//! nulls of fields that cannot be null (not of lists), and fills in the
//! schema's defaults. Whole numbers lose their point: `1.0` is stored as `1`.

use serde_json::{Map, Value as Json};

use crate::path::Path;
use crate::resources::Resource;
use crate::schema::{Default, Schema, Shape, lookup};
use crate::tree::{Entry, Node, Value, without_point};

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
/// `status` is treated like any other field. Of the kinds that have a status of
/// its own address, it is taken from there only: whoever creates or replaces
/// such an object cannot write it.
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
    let mut stored = json(document, &known.schema, &Path::Root, &mut paths);
    if let Some(metadata) = stored.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.retain(|_, value| !is_empty(value));
    }
    Some(Pruned { stored, paths })
}

/// What the server's own type of metadata leaves out when it is printed.
fn is_empty(value: &Json) -> bool {
    let text = value.as_str().is_some_and(str::is_empty);
    let list = value.as_array().is_some_and(Vec::is_empty);
    text || list || value.as_object().is_some_and(Map::is_empty)
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
            .filter(|(_, value)| item.nullable || !value.is_null())
            .map(|(key, value)| (key.clone(), json(value, item, &path.key(key), paths)))
            .collect::<Map<_, _>>()
            .into(),
        (_, Json::Number(number)) => Json::Number(without_point(number)),
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
        match schema.stored_field(key) {
            Some(field) if value.is_null() && !field.schema.nullable => {}
            Some(field) => {
                kept.insert(key.clone(), json(value, &field.schema, &below, paths));
            }
            None => paths.push(below.to_string()),
        }
    }
    for field in schema.stored_fields() {
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
            let mut fields: Vec<Entry> = entries
                .iter()
                .filter_map(|entry| {
                    let field = schema.stored_field(&entry.key)?;
                    kept(entry, &field.schema)
                })
                .collect();
            for field in schema.stored_fields() {
                if let Some(default) = field.schema.default
                    && !fields.iter().any(|entry| entry.key == field.name)
                {
                    fields.push(Entry {
                        key: field.name.to_owned(),
                        key_span: node.span,
                        value: Node::new(node.span, default_value(default)),
                    });
                }
            }
            Value::Mapping(fields)
        }
        (Shape::Map(item), Value::Mapping(entries)) => Value::Mapping(
            entries
                .iter()
                .filter_map(|entry| kept(entry, item))
                .collect(),
        ),
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            Value::Sequence(items.iter().map(|value| tree(value, item)).collect())
        }
        _ => node.value.clone(),
    };
    Node::new(node.span, value)
}

/// An entry as it is kept; nothing of a null that is not meant.
fn kept(entry: &Entry, schema: &Schema) -> Option<Entry> {
    (schema.nullable || !entry.value.is_null()).then(|| Entry {
        value: tree(&entry.value, schema),
        ..entry.clone_key()
    })
}

fn default_value(default: Default) -> Value {
    match default {
        Default::Text(text) => Value::String(text.to_owned()),
        Default::Bool(value) => Value::Bool(value),
        Default::Integer(number) => Value::Number(number.into()),
    }
}
