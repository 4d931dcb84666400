//! What go-yaml v2 makes of YAML, beside what this reader makes of it.
//!
//! `go.jsonl` has one case a line: a text, the JSON that sigs.k8s.io/yaml 1.3.0
//! over go-yaml 2.4.0 turns it into (absent where it refuses), and `strict`
//! where its strict variant, which `calicoctl` uses, refuses what the lenient
//! one takes.

use std::collections::HashSet;

use serde_json::Value as Json;

use crate::tree::{Limits, Node, Value, parse};

/// Where this reader knows better than go-yaml alone.
fn is_beyond(text: &str) -> bool {
    // The tools cut before `---`, and hand go-yaml the directive alone.
    text.starts_with('%')
        // An end without a document: nothing is lost.
        || text == "..."
        // go-yaml reads the first value and passes over the rest.
        || text == "{a: 1}\n{b: 2}"
}

#[test]
fn reads_what_go_reads() {
    let mut wrong = Vec::new();
    for line in include_str!("go.jsonl").lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let text = case["yaml"].as_str().unwrap();
        if is_beyond(text) {
            continue;
        }
        let parsed = parse(text, 0, false, &Limits::default());
        let expected = case.get("json");
        let root = parsed.documents.first();
        let ours = root.map_or(Json::Null, Node::to_json);
        if expected.is_some_and(|json| !is_same(json, &ours)) {
            wrong.push(format!("{text:?}: {ours}"));
        }
        let is_strict = case.get("strict").is_some();
        if root.is_some_and(repeats) && !is_strict {
            // `1` and `'1'`: two keys for go-yaml, of which JSON keeps either.
            continue;
        }
        let refuses = |found: &crate::Diagnostic| found.refused_by.decoder;
        let refused = parsed.diagnostics.iter().any(refuses) || root.is_some_and(repeats);
        if refused != (expected.is_none() || is_strict) {
            wrong.push(format!("{text:?}: refused {refused}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Equality but for numbers that are too large to be exact: those are one number
/// with and without a point.
fn is_same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => {
            let same = |(key, value): (&String, &Json)| {
                other.get(key).is_some_and(|other| is_same(value, other))
            };
            one.len() == other.len() && one.iter().all(same)
        }
        (Json::Number(_), Json::Number(_)) if one.as_f64() >= Some(1e16) => {
            one.as_f64() == other.as_f64()
        }
        _ => one == other,
    }
}

/// Whether a key stands twice in a mapping, which the decoder tells of later.
fn repeats(node: &Node) -> bool {
    let mut seen = HashSet::new();
    match &node.value {
        Value::Sequence(items) => items.iter().any(repeats),
        Value::Mapping(entries) => entries
            .iter()
            .any(|entry| !seen.insert(entry.key.as_str()) || repeats(&entry.value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
