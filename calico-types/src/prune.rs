//! What an API server keeps of a document.
//!
//! A Kubernetes API server drops fields that its schema does not have
//! (without a word, unless the client asks for strict validation), drops
//! nulls of fields that cannot be null (not of lists), and fills in the
//! schema's defaults. Whole numbers lose their point: `1.0` is stored as `1`.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::decode::{BACKING, Document, stored_kind};
use crate::path::Path;
use crate::resources::Resource;
use crate::schema::{Default, Schema, Shape, V3, lookup};
use crate::source::Span;
use crate::tree::{Entry, Node, Text, Value, without_point};

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
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let is_backing = api_version == BACKING;
    let known = if is_backing {
        lookup(V3, stored_kind(kind))
    } else {
        lookup(api_version, kind)
    };
    let known = known.filter(|known| known.stored)?;
    let mut pruner = Pruner {
        fills: !is_backing,
        paths: Vec::new(),
    };
    let stored = pruner.value(document, &known.schema, &Path::Root);
    Some(Pruned {
        stored,
        paths: pruner.paths,
    })
}

struct Pruner {
    /// Whether the schema's defaults are filled in. The schemas of the backing
    /// group have none.
    fills: bool,
    paths: Vec<String>,
}

impl Pruner {
    fn value(&mut self, value: &Json, schema: &Schema, path: &Path<'_>) -> Json {
        match (schema.shape, value) {
            (Shape::Object(_), Json::Object(fields)) => self.object(fields, schema, path),
            (Shape::List(item) | Shape::Set(item), Json::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, value)| self.value(value, item, &path.index(index)))
                .collect(),
            (Shape::Map(item), Json::Object(fields)) => fields
                .iter()
                .filter(|(_, value)| item.nullable || !value.is_null())
                .map(|(key, value)| (key.clone(), self.value(value, item, &path.key(key))))
                .collect::<Map<_, _>>()
                .into(),
            (_, Json::Number(number)) => without_point(number).into(),
            _ => value.clone(),
        }
    }

    fn object(&mut self, fields: &Map<String, Json>, schema: &Schema, path: &Path<'_>) -> Json {
        let mut kept = Map::new();
        for (key, value) in fields {
            let below = path.key(key);
            match schema.stored_field(key) {
                Some(field) if value.is_null() && !field.schema.nullable => {}
                Some(field) => {
                    let mut below = self.value(value, &field.schema, &below);
                    if key == "metadata" && matches!(path, Path::Root) {
                        object_meta(value, &mut below);
                    }
                    kept.insert(key.clone(), below);
                }
                None => self.paths.push(below.to_string()),
            }
        }
        for field in schema.stored_fields().filter(|_| self.fills) {
            if let Some(default) = field.schema.default
                && !kept.contains_key(field.name)
            {
                kept.insert(field.name.to_owned(), default_json(default));
            }
        }
        kept.into()
    }
}

/// Metadata are read into Kubernetes' own type and written again: what is empty
/// is gone, and the null of a label is an empty text.
fn object_meta(given: &Json, stored: &mut Json) {
    let Json::Object(fields) = stored else { return };
    for key in ["labels", "annotations"] {
        if let (Some(Json::Object(given)), Some(Json::Object(texts))) =
            (given.get(key), fields.get_mut(key))
        {
            let nulls = given.iter().filter(|(_, value)| value.is_null());
            texts.extend(nulls.map(|(key, _)| (key.clone(), "".into())));
        }
    }
    fields.retain(|_, value| match value {
        Json::Null => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(fields) => !fields.is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
    });
}

fn default_json(default: Default) -> Json {
    match default {
        Default::Text(text) => text.into(),
        Default::Bool(value) => value.into(),
        Default::Integer(number) => number.into(),
    }
}

/// The same of a document, which keeps its places (a default stands where its
/// object stands). Nothing is copied of what stays as it is.
pub(crate) fn stored(document: &Document) -> Cow<'_, Node> {
    let schema = &document.kind.schema;
    if !document.is_plain {
        return Cow::Owned(tree(&document.root, schema));
    }
    filled(&document.root, schema).map_or(Cow::Borrowed(&document.root), Cow::Owned)
}

/// A number as an API server holds it: beyond 2⁵³ one with a point is not sure to
/// be the whole number that it looks like, and stays what it is.
fn exact(number: &serde_json::Number) -> serde_json::Number {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.abs() >= EXACT => number.clone(),
        Some(_) | None => without_point(number),
    }
}

/// The same of any tree.
pub(crate) fn tree(node: &Node, schema: &Schema) -> Node {
    let value = match (schema.shape, &node.value) {
        (Shape::Object(_), Value::Mapping(entries)) => {
            let mut fields: Vec<Entry> = last(entries)
                .filter_map(|entry| kept(entry, &schema.stored_field(&entry.key)?.schema))
                .collect();
            fill(&mut fields, node.span, schema);
            Value::Mapping(fields)
        }
        (Shape::Map(item), Value::Mapping(entries)) => Value::Mapping(
            last(entries)
                .filter_map(|entry| kept(entry, item))
                .collect(),
        ),
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            Value::Sequence(items.iter().map(|value| tree(value, item)).collect())
        }
        (_, Value::Number(number)) => Value::Number(exact(number)),
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

/// The entries that count: the last of each key.
fn last(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        places.insert(&entry.key, index);
    }
    entries
        .iter()
        .enumerate()
        .filter(move |(index, entry)| places.get(entry.key.as_str()) == Some(index))
        .map(|(_, entry)| entry)
}

/// A plain value with the defaults that it lacks; `None` when it lacks none.
fn filled(node: &Node, schema: &Schema) -> Option<Node> {
    if !schema.fills {
        return None;
    }
    let value = match (schema.shape, &node.value) {
        (Shape::Object(fields), Value::Mapping(entries)) => {
            let lacks = fields
                .iter()
                .any(|field| field.schema.default.is_some() && node.get(field.name).is_none());
            let below: Vec<Option<Node>> = entries
                .iter()
                .map(|entry| filled(&entry.value, &schema.field(&entry.key)?.schema))
                .collect();
            if !lacks && below.iter().all(Option::is_none) {
                return None;
            }
            let mut kept = entries.clone();
            for (entry, below) in kept.iter_mut().zip(below) {
                if let Some(below) = below {
                    entry.value = below;
                }
            }
            fill(&mut kept, node.span, schema);
            Value::Mapping(kept)
        }
        (Shape::List(item), Value::Sequence(items)) => {
            let below: Vec<Option<Node>> = items.iter().map(|value| filled(value, item)).collect();
            if below.iter().all(Option::is_none) {
                return None;
            }
            let kept = items.iter().zip(below);
            Value::Sequence(
                kept.map(|(item, below)| below.unwrap_or_else(|| item.clone()))
                    .collect(),
            )
        }
        _ => return None,
    };
    Some(Node::new(node.span, value))
}

fn fill(kept: &mut Vec<Entry>, span: Span, schema: &Schema) {
    for field in schema.stored_fields() {
        if let Some(default) = field.schema.default
            && !kept.iter().any(|entry| entry.key == field.name)
        {
            kept.push(Entry {
                key: Text::new_static(field.name),
                key_span: span,
                value: Node::new(span, default_value(default)),
            });
        }
    }
}

fn default_value(default: Default) -> Value {
    match default {
        Default::Text(text) => Value::String(Text::new_static(text)),
        Default::Bool(value) => Value::Bool(value),
        Default::Integer(number) => Value::Number(number.into()),
    }
}
