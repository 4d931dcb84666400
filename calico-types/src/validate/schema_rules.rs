//! The API server's generic rules: types, bounds, enumerations, patterns.

use super::findings::{Findings, Place};
use super::lexical::cidr;
use crate::decode::shown;
use crate::diagnostic::{Code, Diagnostic};
use crate::path::Path;
use crate::scalar::Asn;
use crate::schema::{Form, Schema, Shape};
use crate::tree::{Node, Value};

/// Goes through a pruned document.
pub(super) fn walk(root: &Node, schema: &Schema, findings: &mut Findings<'_>) {
    value(root, root, schema, &Path::Root, findings);
}

fn value(root: &Node, node: &Node, schema: &Schema, path: &Path<'_>, findings: &mut Findings<'_>) {
    let place = Place { node, path, root };
    match (schema.shape, &node.value) {
        (Shape::Any, _) => return,
        (Shape::Object(_), Value::Mapping(_)) => object(&place, schema, findings),
        (Shape::Map(item), Value::Mapping(entries)) => {
            for entry in entries {
                value(root, &entry.value, item, &path.key(&entry.key), findings);
            }
        }
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            count(items.len(), &place, schema, findings);
            for (index, below) in items.iter().enumerate() {
                value(root, below, item, &path.index(index), findings);
            }
        }
        (Shape::Text | Shape::IntOrText, Value::String(text)) => {
            words(text, &place, schema, findings)
        }
        (Shape::Integer | Shape::IntOrText, Value::Number(number)) if number.is_f64() => {
            findings.refuse(&place, "wrong-type", format!("{number} is not an integer"));
        }
        (Shape::Integer | Shape::Number | Shape::IntOrText, Value::Number(_)) => {
            number(&place, schema, findings)
        }
        (Shape::Boolean, Value::Bool(_)) => {}
        _ => {
            let message = format!("{} is {}", shown(node), node.type_name());
            let code = match (schema.shape, &node.value) {
                (Shape::Text, Value::Bool(_) | Value::Number(_)) if schema.form == Form::Plain => {
                    "text-expected"
                }
                (Shape::Integer, Value::String(text)) if schema.form == Form::Asn => {
                    match text.parse::<Asn>() {
                        Ok(_) => "number-expected",
                        Err(_) => "invalid-as-number",
                    }
                }
                _ => "wrong-type",
            };
            findings.refuse(&place, code, message);
        }
    }
    for rule in schema.rules {
        if !(rule.holds)(node) {
            let mut diagnostic = Diagnostic::error(Code(rule.code), rule.message);
            diagnostic.suggestion = rule.instead.map(str::to_owned);
            findings.refuse_field_as(&place, rule.at, diagnostic);
        }
    }
}

fn object(place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    let node = place.node;
    for field in schema.fields() {
        match node.get(field.name) {
            Some(below) => value(
                place.root,
                below,
                &field.schema,
                &place.path.key(field.name),
                findings,
            ),
            None if field.required => {
                let message = format!("`{}` is missing", field.name);
                let mut diagnostic = Diagnostic::error(Code("missing-field"), message);
                if !field.schema.one_of.is_empty() {
                    diagnostic =
                        diagnostic.help(format!("it is one of {}", field.schema.one_of.join(", ")));
                }
                findings.add(
                    place.path.key(field.name).to_string(),
                    node.span,
                    diagnostic,
                );
            }
            None => {}
        }
    }
    if schema.one_field && node.entries().len() != 1 {
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name).collect();
        findings.refuse(
            place,
            "one-field-only",
            format!("exactly one of {} is wanted", names.join(", ")),
        );
    }
}

fn count(items: usize, place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    if schema.max_items.is_some_and(|max| items > max) {
        let message = format!(
            "{items} items, where {} are allowed",
            schema.max_items.unwrap_or_default()
        );
        findings.refuse(place, "too-many-items", message);
    }
    if schema.min_items.is_some_and(|min| items < min) {
        findings.refuse(place, "too-few-items", "the list must not be empty");
    }
}

fn words(text: &str, place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    if !schema.one_of.is_empty() && !schema.one_of.contains(&text) {
        let message = format!(
            "{} is not one of {}",
            shown(place.node),
            schema.one_of.join(", ")
        );
        findings.refuse(place, "unsupported-value", message);
    }
    if let Some(max) = schema.max_length
        && text.chars().count() > max
    {
        findings.refuse(place, "too-long", format!("longer than {max} characters"));
    }
    if let Some(pattern) = schema.pattern
        && !pattern.matches(text)
    {
        let message = format!("{} does not fit: {}", shown(place.node), pattern.expected());
        findings.refuse(place, "invalid-format", message);
    }
    if schema.cidr && cidr(text).is_none() {
        let message = format!("{} is not a CIDR (address/length)", shown(place.node));
        findings.refuse(place, "invalid-cidr", message);
    }
}

fn number(place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    let Some(number) = place.node.integer() else {
        return;
    };
    let text = number.to_string();
    if !schema.one_of.is_empty() && !schema.one_of.contains(&text.as_str()) {
        findings.refuse(
            place,
            "unsupported-value",
            format!("{number} is not one of {}", schema.one_of.join(", ")),
        );
    }
    let (minimum, maximum) = (
        schema.minimum.unwrap_or(i64::MIN),
        schema.maximum.unwrap_or(i64::MAX),
    );
    if !(minimum..=maximum).contains(&number) {
        let message = match schema.maximum {
            None => format!("{number} is below {minimum}"),
            Some(_) => format!("{number} is not within {minimum}..{maximum}"),
        };
        findings.refuse(place, "out-of-range", message);
    }
}
