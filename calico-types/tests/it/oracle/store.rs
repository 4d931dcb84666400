//! What an API server makes of a document before it judges it: `pruning`, `defaulting` and
//! `PruneNonNullableNullsWithoutDefaults` of apiextensions-apiserver.

use serde_json::{Map, Value};

pub(super) fn stored(document: &Value, schema: &Value) -> Value {
    let mut stored = document.clone();
    send(&mut stored);
    // The metadata has a schema of its own, which no definition says.
    let metadata = stored.get("metadata").cloned();
    prune(&mut stored, schema);
    default(&mut stored, schema);
    drop_nulls(&mut stored, schema);
    if let (Some(metadata), Some(fields)) = (metadata, stored.as_object_mut()) {
        fields.insert("metadata".to_owned(), metadata);
    }
    stored
}

/// As Kubernetes' tools send it: Go prints whole numbers without a point.
fn send(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let whole = |float: &f64| float.fract() == 0.0 && float.abs() < 2_f64.powi(53);
            if let Some(float) = number.as_f64().filter(whole) {
                *number = (float as i64).into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(send),
        Value::Object(fields) => fields.values_mut().for_each(send),
        _ => {}
    }
}

/// The schema of a key of an object.
pub(super) fn of_key<'a>(schema: &'a Value, key: &str) -> Option<&'a Value> {
    let properties = schema["properties"].as_object();
    properties
        .and_then(|properties| properties.get(key))
        .or_else(|| schema.get("additionalProperties").filter(|s| s.is_object()))
}

fn prune(value: &mut Value, schema: &Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| of_key(schema, key).is_some());
            each(fields, schema, prune);
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| prune(item, &schema["items"])),
        _ => {}
    }
}

fn default(value: &mut Value, schema: &Value) {
    match value {
        Value::Object(fields) => {
            for (key, schema) in schema["properties"].as_object().into_iter().flatten() {
                let Some(default) = schema.get("default") else {
                    continue;
                };
                let unset = match fields.get(key) {
                    None => true,
                    Some(value) => value.is_null() && schema["nullable"] != true,
                };
                if unset {
                    fields.insert(key.clone(), default.clone());
                }
            }
            each(fields, schema, default);
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| default(item, &schema["items"])),
        _ => {}
    }
}

fn drop_nulls(value: &mut Value, schema: &Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, value| {
                let meant = of_key(schema, key).is_none_or(|schema| schema["nullable"] == true);
                meant || !value.is_null()
            });
            each(fields, schema, drop_nulls);
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| drop_nulls(item, &schema["items"])),
        _ => {}
    }
}

fn each(fields: &mut Map<String, Value>, schema: &Value, with: fn(&mut Value, &Value)) {
    for (key, value) in fields {
        if let Some(schema) = of_key(schema, key) {
            with(value, schema);
        }
    }
}
