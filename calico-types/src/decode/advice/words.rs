//! Words outside of an enumeration, and values of the wrong type.

use super::write::{assign, yaml};
use crate::decode::document::shown;
use crate::decode::similar;
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::path::Path;
use crate::scalar::Protocol;
use crate::schema::{KindSchema, Schema, Shape};
use crate::tree::{Node, Value};

/// A word outside of the list that the schema gives.
pub(in crate::decode) fn unsupported(
    kind: &KindSchema,
    node: &Node,
    words: &[&'static str],
    path: &Path<'_>,
) -> Diagnostic {
    let text = node.text().unwrap_or_default();
    let message = format!("{} is not one of {}", shown(node), words.join(", "));
    let mut diagnostic = Diagnostic::error(Code("unsupported-value"), message);
    if kind.stored {
        diagnostic = diagnostic.refused_by(RefusedBy::API_SERVER);
    }
    if let Some(word) = meant(text, words) {
        diagnostic = diagnostic
            .help(format!("did you mean {word}?"))
            .suggest(assign(path, word));
    }
    diagnostic
}

/// The word of the list that `text` stands for elsewhere.
pub(crate) fn meant(text: &str, words: &[&'static str]) -> Option<&'static str> {
    const SYNONYMS: &[(&str, &[&str])] = &[
        ("Reject", &["deny", "drop", "block", "refuse"]),
        ("Deny", &["drop", "reject", "block", "refuse"]),
        ("Accept", &["allow", "permit", "pass"]),
        ("Allow", &["accept", "permit"]),
        ("Pass", &["next", "continue", "skip"]),
        ("Enabled", &["true", "yes", "on", "enable"]),
        ("Disabled", &["false", "no", "off", "disable"]),
        ("UseNodeIP", &["nodeip"]),
        ("Never", &["off", "none", "false", "disabled"]),
        ("Always", &["on", "true", "enabled", "ipip", "vxlan"]),
        ("In", &["within", "contains", "match"]),
        ("Equal", &["=", "==", "eq", "equals"]),
        ("NotEqual", &["!=", "ne"]),
    ];
    let lower = text.to_ascii_lowercase();
    let exact = words.iter().find(|word| word.eq_ignore_ascii_case(text));
    let synonym = || {
        words.iter().find(|word| {
            SYNONYMS
                .iter()
                .any(|(meant, said)| meant == *word && said.contains(&lower.as_str()))
        })
    };
    let near = || similar::closest(text, words.iter().copied());
    exact.or_else(synonym).copied().or_else(near)
}

/// The protocol that a misspelt name means.
pub(crate) fn protocol(name: &str) -> Option<&'static str> {
    Protocol::names().find(|known| known.eq_ignore_ascii_case(name))
}

/// What a text that is no port was meant to be.
pub(in crate::decode) fn port(text: &str) -> Option<(String, String)> {
    let inner = text.trim_matches(['[', ']', ' ']);
    let parts: Vec<&str> = inner
        .split([',', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let ports = parts
        .iter()
        .all(|part| part.parse::<crate::scalar::Port>().is_ok());
    if parts.len() > 1 && ports {
        let yaml: Vec<String> = parts.iter().map(|part| format!("- {part}")).collect();
        return Some((
            "several ports are several items of the list".to_owned(),
            yaml.join("\n"),
        ));
    }
    None
}

/// What a schema wants, in words.
pub(crate) fn type_name(schema: &Schema) -> &'static str {
    match schema.shape {
        Shape::Object(_) | Shape::Map(_) => "a mapping",
        Shape::List(_) | Shape::Set(_) => "a list",
        Shape::Text => "text",
        Shape::Integer => "an integer",
        Shape::Number => "a number",
        Shape::Boolean => "true or false",
        Shape::IntOrText => "a number or text",
        Shape::Any => "anything",
    }
}

/// The same value in the type that is wanted, where that is plain.
pub(in crate::decode) fn retyped(node: &Node, schema: &Schema, path: &Path<'_>) -> Option<String> {
    match (schema.shape, &node.value) {
        (Shape::List(_) | Shape::Set(_), Value::String(_) | Value::Number(_) | Value::Bool(_)) => {
            Some(assign(path, &format!("[{}]", yaml(node))))
        }
        (Shape::Boolean, Value::String(text)) => {
            let word = meant(text, &["Enabled", "Disabled"])?;
            Some(assign(
                path,
                if word == "Enabled" { "true" } else { "false" },
            ))
        }
        (Shape::Integer | Shape::Number, Value::String(text)) => {
            let number: i64 = text.trim().parse().ok()?;
            Some(assign(path, &number.to_string()))
        }
        (Shape::Text, Value::Number(number)) => Some(assign(path, &format!("{number}s"))),
        _ => None,
    }
}
