//! The tables against the types: what one has, the other has.

use serde_json::{Map, Value, json};

use super::{Form, Pattern, Schema, Shape, kinds};
use crate::Resource;
use crate::validate::Tag;

/// A value that fits a schema, with every field there is.
fn sample(name: &str, schema: &Schema) -> Value {
    match schema.shape {
        Shape::Object(fields) => fields
            .iter()
            .map(|field| (field.name.to_owned(), sample(field.name, &field.schema)))
            .collect::<Map<_, _>>()
            .into(),
        Shape::Map(item) => json!({ "key": sample(name, item) }),
        Shape::List(item) | Shape::Set(item) => json!([sample(name, item)]),
        Shape::Boolean => json!(true),
        Shape::Number => json!(1.5),
        Shape::Integer => match schema.one_of.first() {
            Some(number) => number.parse::<i64>().map_or(Value::Null, Value::from),
            None => json!(24),
        },
        Shape::IntOrText if schema.form == Form::Protocol => json!("TCP"),
        Shape::IntOrText => json!(80),
        Shape::Text => text(name, schema).into(),
        Shape::Any => Value::Null,
    }
}

fn text(name: &str, schema: &Schema) -> &'static str {
    let lower = name.to_ascii_lowercase();
    let v6 = name.contains("V6") || name.contains("v6") || name.contains("IPv6");
    match schema.one_of.iter().find(|word| !word.is_empty()) {
        Some(word) => word,
        None if schema.pattern.and_then(word).is_some() => {
            schema.pattern.and_then(word).unwrap_or_default()
        }
        None if schema.tags.contains(&Tag::Mac) => "00:00:5e:00:53:01",
        None if name == "policyTypes" => "Ingress",
        None if name == "allowedUses" => "Workload",
        None if name == "values" && schema.pattern.is_some() => "64512:1",
        None if schema.form == Form::Duration => "1m0s",
        None if lower.contains("communit") || (name == "value" && schema.pattern.is_some()) => {
            "64512:1"
        }
        None if matches!(name, "ipv4Address") => "10.0.0.1/24",
        None if matches!(name, "ipv6Address") => "fd00::1/64",
        None if lower.contains("cidr")
            || lower.ends_with("nets")
            || matches!(
                name,
                "externalNodesList"
                    | "networks"
                    | "except"
                    | "ipNetworks"
                    | "allowSpoofedSourcePrefixes"
            ) =>
        {
            "10.0.0.0/8"
        }
        None if v6 && !lower.contains("mac") && !lower.contains("key") => "fd00::1",
        None if [
            "ip",
            "address",
            "addr",
            "gateway",
            "peering",
            "clusterid",
            "reachableby",
        ]
        .iter()
        .any(|part| lower.contains(part)) =>
        {
            "10.0.0.1"
        }
        None if name == "healthChecks" || name == "createDefaultHostEndpoint" => "Enabled",
        None => "x",
    }
}

/// A text that fits a pattern, where the types look at it.
fn word(pattern: Pattern) -> Option<&'static str> {
    if let Pattern::AnyCase(words) = pattern {
        words.first().copied()
    } else {
        matches!(pattern, Pattern::Affinity).then_some("host:x")
    }
}

/// Drops what the tables leave open, and empty objects on the way.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (key.clone(), without_nulls(value)))
            .filter(|(_, value)| !value.is_null() && *value != json!({}) && *value != json!([]))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items
            .iter()
            .map(without_nulls)
            .filter(|item| !item.is_null())
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// The paths of `left` that `right` lacks.
fn missing(path: &str, left: &Value, right: &Value, out: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in left {
                match right.get(key) {
                    Some(other) => missing(&format!("{path}.{key}"), value, other, out),
                    None => out.push(format!("{path}.{key}")),
                }
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            for (index, value) in left.iter().enumerate() {
                match right.get(index) {
                    Some(other) => missing(path, value, other, out),
                    None => out.push(path.to_owned()),
                }
            }
        }
        (left, right) if left != right => out.push(format!("{path}: {left} became {right}")),
        _ => {}
    }
}

#[test]
fn every_field_of_the_tables_survives_the_types() {
    let mut lost = Vec::new();
    for known in kinds() {
        let mut value = without_nulls(&sample("", &known.schema));
        value["apiVersion"] = known.api_version.into();
        value["kind"] = known.kind.into();
        match Resource::from_value(known.api_version, known.kind, &value) {
            None => lost.push(format!("{}: no type", known.kind)),
            Some(Err(error)) => lost.push(format!("{}: {error}\n{value}", known.kind)),
            Some(Ok(resource)) => {
                let printed = serde_json::to_value(&resource).unwrap();
                missing(known.kind, &value, &printed, &mut lost);
            }
        }
    }
    assert_eq!(lost, [""; 0]);
}

#[test]
fn every_type_has_a_table() {
    for (api_version, kind) in Resource::kinds() {
        assert!(
            super::lookup(api_version, kind).is_some(),
            "{api_version} {kind}"
        );
    }
}
