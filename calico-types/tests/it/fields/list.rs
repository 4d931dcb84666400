//! A schema as a list of its fields, a line each:
//! `Kind path type [required] [word=value]…`. A path has `[]` for the items of a list and
//! `{}` for the values of a mapping.

use serde_json::Value;

/// What one custom resource definition says.
pub(crate) struct Definition {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) schema: Value,
}

impl Definition {
    /// Whether a document is of this kind.
    pub(crate) fn describes(&self, document: &Value) -> bool {
        document["kind"] == self.kind.as_str()
            && document["apiVersion"] == self.api_version.as_str()
    }
}

/// A headline, and a line for each field.
pub(super) fn of(definition: &Definition) -> String {
    let mut lines = vec![format!("# {} {}", definition.api_version, definition.kind)];
    fields(
        &definition.schema,
        String::new(),
        &mut |path, schema, required| {
            lines.push(line(&definition.kind, path, schema, required));
        },
    );
    lines.push(String::new());
    lines.join("\n")
}

/// The kinds of a list, from its headlines.
pub(super) fn kinds(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.lines()
        .filter_map(|line| line.strip_prefix("# ")?.split_once(' '))
}

/// Calls `each` with every field below a schema: path, schema, whether it is required.
pub(crate) fn fields(schema: &Value, path: String, each: &mut impl FnMut(&str, &Value, bool)) {
    let below = |key: &str| match path.as_str() {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    let required = |key: &str| {
        let names = schema["required"].as_array();
        names.is_some_and(|names| names.iter().any(|name| name == key))
    };
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        each(&below(key), field, required(key));
        fields(field, below(key), each);
    }
    for (word, sign) in [("items", "[]"), ("additionalProperties", "{}")] {
        if schema[word].is_object() {
            each(&format!("{path}{sign}"), &schema[word], false);
            fields(&schema[word], format!("{path}{sign}"), each);
        }
    }
}

fn line(kind: &str, path: &str, schema: &Value, required: bool) -> String {
    let mut line = format!("{kind} {path} {}", type_of(schema));
    if required {
        line.push_str(" required");
    }
    if let Some(words) = words(schema) {
        line.push_str(&format!(" enum={}", words.join("|")));
    }
    for (name, word) in [
        ("default", "default"),
        ("min", "minimum"),
        ("max", "maximum"),
        ("minLength", "minLength"),
        ("maxLength", "maxLength"),
        ("minItems", "minItems"),
        ("maxItems", "maxItems"),
        ("minProperties", "minProperties"),
        ("maxProperties", "maxProperties"),
        ("format", "format"),
        ("nullable", "nullable"),
        ("keys", "x-kubernetes-list-map-keys"),
        ("pattern", "pattern"),
    ] {
        let value = &schema[word];
        match value.as_str() {
            _ if value.is_null() => {}
            Some(text) if word != "default" => line.push_str(&format!(" {name}={text}")),
            _ => line.push_str(&format!(" {name}={value}")),
        }
    }
    for word in schema
        .as_object()
        .into_iter()
        .flat_map(|schema| schema.keys())
    {
        assert!(
            KNOWN.contains(&word.as_str()),
            "{kind} {path}: {word} is not listed"
        );
    }
    line
}

/// Every word that a schema may have, so that none is passed over.
const KNOWN: [&str; 26] = [
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "description",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "nullable",
    "pattern",
    "properties",
    "required",
    "type",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-validations",
];

/// The type; a list's with the way its items are told apart.
fn type_of(schema: &Value) -> String {
    if schema["x-kubernetes-int-or-string"] == true {
        return "int-or-string".to_owned();
    }
    match schema["type"].as_str() {
        Some("array") => {
            let list_type = schema["x-kubernetes-list-type"].as_str();
            format!("{}-list", list_type.unwrap_or("atomic"))
        }
        Some(name) => name.to_owned(),
        None => "any".to_owned(),
    }
}

/// The words of an enumeration: of several, those that are in all.
pub(crate) fn words(schema: &Value) -> Option<Vec<String>> {
    let all = schema["allOf"].as_array().into_iter().flatten();
    let mut lists = [schema]
        .into_iter()
        .chain(all)
        .filter_map(|schema| schema["enum"].as_array());
    let word = |word: &Value| {
        word.as_str()
            .map_or_else(|| word.to_string(), str::to_owned)
    };
    let mut words: Vec<String> = lists.next()?.iter().map(word).collect();
    for list in lists {
        words.retain(|kept| list.iter().any(|other| word(other) == *kept));
    }
    Some(words)
}
