//! Every field of every definition goes through the types unchanged, each alone: set, empty,
//! null and absent stay what they are.

use calico_types::{Resource, Source, decode, json_schema};
use serde_json::{Map, Value, json};

#[test]
fn every_field_survives_the_types() {
    let (mut checked, mut changed) = (0, Vec::new());
    for (api_version, kind) in super::list::kinds(super::LIST) {
        let schema = json_schema::open_api(api_version, kind).unwrap();
        let resource = Kind {
            api_version,
            kind,
            schema: &schema,
        };
        super::list::fields(&schema, String::new(), &mut |path, field, required| {
            let path = Path::from(path);
            if matches!(
                path.0.first(),
                Some(Step::Key("apiVersion" | "kind" | "metadata"))
            ) {
                return;
            }
            checked += 1;
            let mut hold = |leaf: Value, expected: Option<Value>| {
                changed.extend(resource.changed(&path, leaf, expected));
            };
            let sample = sample(&path, field);
            hold(sample.clone(), Some(sample));
            for empty in empty(&path, field) {
                hold(empty.clone(), Some(empty));
            }
            if field["nullable"] == true {
                hold(Value::Null, Some(Value::Null));
            } else if !required && matches!(path.0.last(), Some(Step::Key(_))) {
                hold(Value::Null, None);
            }
        });
        changed.extend(resource.differs(&Path(Vec::new()), &required(&schema), &required(&schema)));
    }
    assert!(checked > 1_300, "only {checked} fields");
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn all_fields_together_survive_the_types() {
    let mut changed = Vec::new();
    for (api_version, kind) in super::list::kinds(super::LIST) {
        let schema = json_schema::open_api(api_version, kind).unwrap();
        let whole = whole(&Path(Vec::new()), &schema);
        let resource = Kind {
            api_version,
            kind,
            schema: &schema,
        };
        changed.extend(resource.differs(&Path(Vec::new()), &whole, &whole));
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn decoding_keeps_absent_null_and_empty_apart() {
    for line in include_str!("../oracle/documents.jsonl").lines() {
        let document: Value = serde_json::from_str(line).unwrap();
        let decoded = decode(&[Source::new("a.json", line)]);
        let printed = serde_json::to_value(decoded.iter().next().unwrap()).unwrap();
        assert_eq!(printed, document);
    }
}

struct Kind<'a> {
    api_version: &'a str,
    kind: &'a str,
    schema: &'a Value,
}

impl Kind<'_> {
    /// What becomes of a value in an otherwise bare resource, if it is not `expected`.
    fn changed(&self, path: &Path<'_>, leaf: Value, expected: Option<Value>) -> Option<String> {
        let before = place(self.schema, &path.0, Some(leaf));
        let after = place(self.schema, &path.0, expected);
        self.differs(path, &before, &after)
    }

    fn differs(&self, path: &Path<'_>, before: &Value, expected: &Value) -> Option<String> {
        let mut expected = expected.clone();
        expected["apiVersion"] = self.api_version.into();
        expected["kind"] = self.kind.into();
        expected["metadata"] = json!({"name": "x"});
        let mut before = before.clone();
        before["metadata"] = json!({"name": "x"});
        let place = format!("{} {}", self.kind, path.text());
        match Resource::from_value(self.api_version, self.kind, &before)? {
            Err(error) => Some(format!("{place}: {error}\n    {before}")),
            Ok(resource) => {
                let after = serde_json::to_value(&resource).unwrap();
                (after != expected).then(|| format!("{place}:\n    {expected}\n    {after}"))
            }
        }
    }
}

/// A step of a field's path.
#[derive(Clone, Copy)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Item,
    Entry,
}

pub(crate) struct Path<'a>(pub(crate) Vec<Step<'a>>);

impl<'a> Path<'a> {
    pub(crate) fn from(text: &'a str) -> Self {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let name = part.trim_end_matches(['[', ']', '{', '}']);
            if !name.is_empty() {
                steps.push(Step::Key(name));
            }
            let signs = part.as_bytes()[name.len()..].chunks(2);
            steps.extend(signs.map(|sign| {
                if sign == b"[]" {
                    Step::Item
                } else {
                    Step::Entry
                }
            }));
        }
        Self(steps)
    }

    fn text(&self) -> String {
        let step = |step: &Step<'_>| match step {
            Step::Key(name) => format!(".{name}"),
            Step::Item => "[]".to_owned(),
            Step::Entry => "{}".to_owned(),
        };
        self.0.iter().map(step).collect()
    }

    /// The last key.
    pub(crate) fn name(&self) -> &'a str {
        let key = |step: &Step<'a>| match step {
            Step::Key(name) => Some(*name),
            Step::Item | Step::Entry => None,
        };
        self.0.iter().rev().find_map(key).unwrap_or_default()
    }
}

/// A value that has `leaf` at the place that the steps lead to, and otherwise what is
/// required; without a leaf, nothing there.
fn place(schema: &Value, steps: &[Step<'_>], leaf: Option<Value>) -> Value {
    let Some((step, rest)) = steps.split_first() else {
        return leaf.unwrap_or_default();
    };
    match step {
        Step::Key(name) => {
            let mut object = required(schema);
            if leaf.is_none() && rest.is_empty() {
                return object;
            }
            object[name] = place(&schema["properties"][name], rest, leaf);
            object
        }
        Step::Item => json!([place(&schema["items"], rest, leaf)]),
        Step::Entry => json!({"key": place(&schema["additionalProperties"], rest, leaf)}),
    }
}

/// An object with its required fields only.
pub(crate) fn required(schema: &Value) -> Value {
    let names = schema["required"].as_array().into_iter().flatten();
    let field = |name: &Value| {
        let name = name.as_str().unwrap();
        let field = sample(&Path(vec![Step::Key(name)]), &schema["properties"][name]);
        (name.to_owned(), field)
    };
    names.map(field).collect::<Map<_, _>>().into()
}

/// A value that fits; of an object, its required fields.
pub(crate) fn sample(path: &Path<'_>, schema: &Value) -> Value {
    if let Some(word) = schema["enum"]
        .as_array()
        .and_then(|words| words.iter().find(|word| *word != ""))
    {
        return word.clone();
    }
    if schema["x-kubernetes-int-or-string"] == true {
        return if path.name().to_lowercase().contains("protocol") {
            json!("TCP")
        } else {
            json!(80)
        };
    }
    match schema["type"].as_str() {
        Some("object") if schema["additionalProperties"].is_object() => {
            json!({"key": sample(path, &schema["additionalProperties"])})
        }
        Some("object") => required(schema),
        Some("array") => json!([sample(path, &schema["items"])]),
        Some("boolean") => json!(true),
        Some("number") => json!(1.5),
        Some("integer") => json!(24),
        Some("string") => text(path.name(), schema).into(),
        _ => json!({}),
    }
}

/// A value with every field there is.
pub(crate) fn whole(path: &Path<'_>, schema: &Value) -> Value {
    match schema["properties"].as_object() {
        Some(properties) => {
            let fields = properties
                .iter()
                .map(|(name, field)| (name.clone(), whole(&Path(vec![Step::Key(name)]), field)));
            fields.collect::<Map<_, _>>().into()
        }
        None if schema["items"].is_object() => json!([whole(path, &schema["items"])]),
        None => sample(path, schema),
    }
}

/// The empty values that a field may have: a list, a mapping, an object without required
/// fields, a text, zero, false.
fn empty(path: &Path<'_>, schema: &Value) -> Vec<Value> {
    match schema["type"].as_str() {
        Some("array") => vec![json!([])],
        Some("object") if schema["required"].is_null() => vec![json!({})],
        // Not where the type is narrower than text.
        Some("string") if schema["enum"].is_null() && text(path.name(), schema) == "x" => {
            vec![json!("")]
        }
        Some("boolean") => vec![json!(false)],
        Some("number") => vec![json!(0)],
        Some("integer") if schema["enum"].is_null() && schema["minimum"].as_i64() != Some(1) => {
            vec![json!(0)]
        }
        _ => Vec::new(),
    }
}

/// A text that fits the field and the type that it has in Rust.
fn text<'a>(name: &str, schema: &'a Value) -> &'a str {
    let lower = name.to_ascii_lowercase();
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    let v6 = lower.contains("v6");
    let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    if let Some(words) = pattern.strip_prefix("^(?i)(") {
        return words.split(['|', ')']).next().unwrap_or_default();
    }
    match name {
        "affinity" if pattern.contains("virtual") => "host:x",
        "policyTypes" => "Ingress",
        "createDefaultHostEndpoint" => "Enabled",
        "ipv4Address" => "10.0.0.1/24",
        "ipv6Address" => "fd00::1/64",
        _ if has(&["time", "period", "interval"]) || pattern.contains("(ms|s|") => "1m0s",
        _ if has(&["communit"]) || (!pattern.is_empty() && name.starts_with("value")) => "64512:1",
        _ if schema["format"] == "cidr"
            || has(&[
                "cidr",
                "nets",
                "networks",
                "except",
                "sourceprefixes",
                "nodeslist",
            ]) =>
        {
            "10.0.0.0/8"
        }
        _ if has(&["mac", "key"]) => "x",
        _ if has(&[
            "ip",
            "address",
            "addr",
            "gateway",
            "peering",
            "clusterid",
            "reachableby",
        ]) =>
        {
            if v6 {
                "fd00::1"
            } else {
                "10.0.0.1"
            }
        }
        _ => "x",
    }
}
