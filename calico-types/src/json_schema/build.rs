//! From a schema of the tables to JSON.

use serde_json::{Map, Value, json};

use crate::schema::{Default, Field, Format, Pattern, Schema, Shape};

/// Whose words are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// OpenAPI 3.0 as custom resource definitions have it.
    OpenApi,
    /// JSON Schema, draft 2020-12.
    JsonSchema,
}

/// The schema of a whole resource.
pub(super) fn root(schema: &Schema, dialect: Dialect) -> Value {
    let mut root = value(schema, dialect);
    if dialect == Dialect::OpenApi
        && let Some(metadata) = root.pointer_mut("/properties/metadata")
    {
        // An API server knows the metadata of all kinds, and lets none describe it.
        *metadata = json!({"type": "object"});
    }
    root
}

/// The schema of a value.
pub(super) fn value(schema: &Schema, dialect: Dialect) -> Value {
    let mut out = Map::new();
    shape(schema, dialect, &mut out);
    words(schema, dialect, &mut out);
    bounds(schema, &mut out);
    if schema.nullable {
        match (dialect, out.get("type").cloned()) {
            (Dialect::JsonSchema, Some(kind)) => out.insert("type".into(), json!([kind, "null"])),
            _ => out.insert("nullable".into(), true.into()),
        };
    }
    if let Some(default) = schema.default {
        out.insert("default".into(), default_value(default));
    }
    out.into()
}

fn shape(schema: &Schema, dialect: Dialect, out: &mut Map<String, Value>) {
    let kind = match schema.shape {
        Shape::Object(fields) => {
            object(fields, dialect, out);
            "object"
        }
        Shape::Map(item) => {
            out.insert("additionalProperties".into(), value(item, dialect));
            "object"
        }
        Shape::List(item) => {
            let list_type = if schema.keys.is_empty() {
                "atomic"
            } else {
                "map"
            };
            list(item, list_type, dialect, out);
            if !schema.keys.is_empty() {
                out.insert("x-kubernetes-list-map-keys".into(), json!(schema.keys));
            }
            "array"
        }
        Shape::Set(item) => {
            list(item, "set", dialect, out);
            "array"
        }
        Shape::Text => "string",
        Shape::Integer => "integer",
        Shape::Number => "number",
        Shape::Boolean => "boolean",
        Shape::IntOrText => {
            out.insert(
                "anyOf".into(),
                json!([{"type": "integer"}, {"type": "string"}]),
            );
            out.insert("x-kubernetes-int-or-string".into(), true.into());
            return;
        }
        Shape::Any => {
            out.insert("x-kubernetes-preserve-unknown-fields".into(), true.into());
            return;
        }
    };
    out.insert("type".into(), kind.into());
}

fn object(fields: &[Field], dialect: Dialect, out: &mut Map<String, Value>) {
    let stored = || fields.iter().filter(|field| field.stored);
    let properties: Map<_, _> = stored()
        .map(|field| (field.name.to_owned(), value(&field.schema, dialect)))
        .collect();
    out.insert("properties".into(), properties.into());
    let required: Vec<&str> = stored()
        .filter(|field| field.required)
        .map(|field| field.name)
        .collect();
    if !required.is_empty() {
        out.insert("required".into(), json!(required));
    }
}

fn list(item: &Schema, list_type: &str, dialect: Dialect, out: &mut Map<String, Value>) {
    out.insert("items".into(), value(item, dialect));
    out.insert("x-kubernetes-list-type".into(), list_type.into());
}

/// What texts may say.
fn words(schema: &Schema, dialect: Dialect, out: &mut Map<String, Value>) {
    if !schema.one_of.is_empty() {
        let word = |word: &&str| match (schema.shape, word.parse::<i64>()) {
            (Shape::Integer, Ok(number)) => number.into(),
            _ => Value::from(*word),
        };
        let words: Vec<Value> = schema.one_of.iter().map(word).collect();
        out.insert("enum".into(), words.into());
    }
    match (schema.pattern, dialect) {
        (None, _) | (Some(Pattern::Anything), Dialect::JsonSchema) => {}
        (Some(pattern), Dialect::OpenApi) => {
            out.insert("pattern".into(), pattern.regex().into());
        }
        (Some(pattern), Dialect::JsonSchema) => {
            out.insert("pattern".into(), pattern.ecma().into());
        }
    }
    if let Some(format) = schema.format {
        let format = match format {
            Format::Cidr => "cidr",
            Format::DateTime => "date-time",
            Format::Int32 => "int32",
            Format::Int64 => "int64",
        };
        out.insert("format".into(), format.into());
    }
}

fn bounds(schema: &Schema, out: &mut Map<String, Value>) {
    let mut bound = |name: &str, bound: Option<Value>| {
        if let Some(bound) = bound {
            out.insert(name.to_owned(), bound);
        }
    };
    bound("minimum", schema.minimum.map(Value::from));
    bound("maximum", schema.maximum.map(Value::from));
    bound("minLength", schema.min_length.map(Value::from));
    bound("maxLength", schema.max_length.map(Value::from));
    bound("minItems", schema.min_items.map(Value::from));
    bound("maxItems", schema.max_items.map(Value::from));
    let some = schema.one_field || schema.some_field;
    bound("minProperties", some.then(|| 1.into()));
    bound("maxProperties", schema.one_field.then(|| 1.into()));
}

fn default_value(default: Default) -> Value {
    match default {
        Default::Text(text) => text.into(),
        Default::Bool(value) => value.into(),
        Default::Integer(number) => number.into(),
    }
}
