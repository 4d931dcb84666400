//! The schema of a definition, by a JSON Schema validator.

use jsonschema::{Draft, PatternOptions, Validator};
use regex::Regex;
use serde_json::{Value, json};

use crate::fields::Definition;

pub(super) struct Structure {
    validator: Validator,
    schema: Value,
}

/// A validator for a schema, with Kubernetes' formats.
fn validator(schema: &Value) -> Validator {
    let date_time = Regex::new(
            r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(.\d+)?([Zz]|[+-]\d\d:\d\d)(?s:[Tt].*)?$",
        )
        .unwrap();
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(true)
        .with_format("cidr", is_cidr)
        .with_format("date-time", move |text| date_time.is_match(text))
        .build(schema)
        .unwrap()
}

/// The schema of a definition in JSON Schema's words, and the one that this crate gives.
pub(super) struct Twins {
    theirs: Validator,
    ours: Validator,
}

impl Twins {
    pub(super) fn new(definition: &Definition) -> Self {
        let ours = calico_types::json_schema::of(&definition.api_version, &definition.kind);
        Self {
            theirs: validator(&json_schema(&definition.schema, false)),
            ours: validator(&ours.unwrap()),
        }
    }

    /// How the two differ about a document, if they do.
    pub(super) fn difference(&self, document: &Value) -> Option<String> {
        let (theirs, ours) = (self.theirs.is_valid(document), self.ours.is_valid(document));
        (theirs != ours).then(|| format!("{document}\n  definition: {theirs}, ours: {ours}"))
    }
}

impl Structure {
    pub(super) fn new(schema: &Value) -> Self {
        Self {
            validator: validator(&json_schema(schema, true)),
            schema: schema.clone(),
        }
    }

    pub(super) fn faults(&self, document: &Value) -> Vec<String> {
        let mut faults: Vec<String> = self
            .validator
            .iter_errors(document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        integers(document, &self.schema, &mut faults);
        faults
    }
}

/// OpenAPI's words in JSON Schema's. To Kubernetes a text of some format may also be a list.
fn json_schema(schema: &Value, as_kubernetes: bool) -> Value {
    let Some(words) = schema.as_object() else {
        return schema.clone();
    };
    let below = |schema: &Value| json_schema(schema, as_kubernetes);
    let mut out = serde_json::Map::new();
    for (word, value) in words {
        let value = match word.as_str() {
            "properties" => {
                let fields = value.as_object().unwrap().iter();
                fields
                    .map(|(name, field)| (name.clone(), below(field)))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }
            "items" | "additionalProperties" => below(value),
            "anyOf" | "allOf" => value.as_array().unwrap().iter().map(below).collect(),
            _ => value.clone(),
        };
        out.insert(word.clone(), value);
    }
    let formatted = as_kubernetes && words.contains_key("format") && schema["type"] == "string";
    let mut types: Vec<Value> = schema.get("type").cloned().into_iter().collect();
    if formatted {
        types.push("array".into());
    }
    if schema["nullable"] == true {
        types.push("null".into());
    }
    if types.len() > 1 {
        out.insert("type".to_owned(), types.into());
    }
    out.into()
}

/// To JSON Schema every whole number is an integer; to Go none is beyond 2⁵³ with a point,
/// nor beyond 63 bits without.
fn integers(value: &Value, schema: &Value, faults: &mut Vec<String>) {
    let integer = schema["type"] == "integer" || schema["x-kubernetes-int-or-string"] == true;
    match value {
        Value::Number(number) if integer => {
            let exact = number
                .as_f64()
                .is_some_and(|float| float.abs() < 2_f64.powi(53));
            if number.as_i64().is_none() && !(number.is_f64() && exact) {
                faults.push(format!("{number} is too large for an integer"));
            }
        }
        Value::Array(items) => {
            for item in items {
                integers(item, &schema["items"], faults);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                if let Some(schema) = super::store::of_key(schema, key) {
                    integers(value, schema, faults);
                }
            }
        }
        _ => {}
    }
}

/// Go's `net.ParseCIDR`.
fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
    let most = match address.parse() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    let digits = !length.is_empty() && length.chars().all(|c| c.is_ascii_digit());
    digits && length.parse::<u32>().is_ok_and(|length| length <= most)
}

/// `x-kubernetes-list-type`: the lists that are sets, or have keys, and repeat something.
pub(super) fn repeated(value: &Value, schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match value {
        Value::Array(items) => {
            let keys: Vec<Value> = match schema["x-kubernetes-list-type"].as_str() {
                Some("set") => items.clone(),
                Some("map") => {
                    let names = schema["x-kubernetes-list-map-keys"].as_array().unwrap();
                    let key = |item: &Value| {
                        let fields = names.iter().map(|name| &item[name.as_str().unwrap()]);
                        json!(fields.collect::<Vec<_>>())
                    };
                    items.iter().map(key).collect()
                }
                _ => Vec::new(),
            };
            let twice = (1..keys.len()).find(|&last| keys[..last].contains(&keys[last]));
            found.extend(twice.map(|index| format!("item {index} of {value}")));
            for item in items {
                found.extend(repeated(item, &schema["items"]));
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                if let Some(schema) = super::store::of_key(schema, key) {
                    found.extend(repeated(value, schema));
                }
            }
        }
        _ => {}
    }
    found
}
