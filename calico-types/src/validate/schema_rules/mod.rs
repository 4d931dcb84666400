//! The API server's generic rules: types, bounds, enumerations, patterns,
//! formats.
//!
//! As Kubernetes applies them (`apiextensions-apiserver`, `kube-openapi`):
//!
//! - A number that is whole is an integer, however it is written: Kubernetes'
//!   tools send `1.0` and `1e3` as `1` and `1000`, and the server takes `1.0`
//!   itself. Beyond 2⁵³ only what is written without a point is an integer, and
//!   beyond 63 bits nothing is.
//! - Lengths are counted in characters (Unicode code points).
//! - The widths `int32` and `int64` are not minded before Kubernetes 1.36, so
//!   they are not here: Calico's AS numbers are called `int32` and have 32 bits
//!   without a sign.
//! - Nulls are dropped where no null is meant, but not from lists.
//! - Where a text of some format is wanted, the server lets a list pass. So do
//!   these rules; decoding does not.

mod values;

use super::findings::{Findings, Place};
use crate::decode::{printable, shown, type_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::path::Path;
use crate::schema::{Field, Form, Schema, Shape};
use crate::tree::{Node, Value};

/// Goes through a pruned document.
pub(super) fn walk(root: &Node, schema: &Schema, findings: &mut Findings<'_>) {
    Walk {
        root,
        findings,
        with_rules: true,
    }
    .value(root, schema, &Path::Root);
}

/// The same without the rules about several fields.
pub(super) fn walk_without_rules(root: &Node, schema: &Schema, findings: &mut Findings<'_>) {
    Walk {
        root,
        findings,
        with_rules: false,
    }
    .value(root, schema, &Path::Root);
}

struct Walk<'a, 'd> {
    root: &'a Node,
    findings: &'a mut Findings<'d>,
    with_rules: bool,
}

impl Walk<'_, '_> {
    fn value(&mut self, node: &Node, schema: &Schema, path: &Path<'_>) {
        let place = Place {
            node,
            path,
            root: self.root,
        };
        let findings = &mut *self.findings;
        match (schema.shape, &node.value) {
            (Shape::Any, _) => return,
            (_, Value::Null) if schema.nullable => return,
            (Shape::Object(_), Value::Mapping(_)) => self.object(&place, schema),
            (Shape::Map(item), Value::Mapping(entries)) => {
                for entry in entries {
                    self.value(&entry.value, item, &path.key(&entry.key));
                }
            }
            (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
                count(items.len(), &place, schema, findings);
                for (index, below) in items.iter().enumerate() {
                    self.value(below, item, &path.index(index));
                }
            }
            (Shape::Text | Shape::IntOrText, Value::String(text)) => {
                values::text(text, &place, schema, findings);
            }
            (Shape::Text, Value::Sequence(_)) if schema.format.is_some() => {}
            (Shape::Integer | Shape::IntOrText, Value::Number(_)) => {
                values::integer(&place, schema, findings);
            }
            (Shape::Number, Value::Number(_)) | (Shape::Boolean, Value::Bool(_)) => {}
            _ => return wrong_type(&place, schema, findings),
        }
        if self.with_rules {
            self.rules(&place, schema);
        }
    }

    fn rules(&mut self, place: &Place<'_>, schema: &Schema) {
        for rule in schema.rules {
            if !(rule.holds)(place.node) {
                let mut diagnostic = Diagnostic::error(Code(rule.code), rule.message);
                diagnostic.help.extend(rule.help.map(str::to_owned));
                diagnostic.suggestion = rule.suggestion(place.node);
                self.findings.refuse_field_as(place, rule.at, diagnostic);
            }
        }
    }

    fn object(&mut self, place: &Place<'_>, schema: &Schema) {
        let node = place.node;
        for field in schema.stored_fields() {
            let below = place.path.key(field.name);
            match node.get(field.name) {
                Some(value) => self.value(value, &field.schema, &below),
                None if field.required => {
                    let diagnostic = missing(field);
                    self.findings.add(below.to_string(), node.span, diagnostic);
                }
                None => {}
            }
        }
        fields(place, schema, self.findings);
    }
}

fn wrong_type(place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    let node = place.node;
    let code = match (schema.shape, &node.value) {
        (Shape::Text, Value::Bool(_) | Value::Number(_)) if schema.form == Form::Plain => {
            "text-expected"
        }
        (Shape::Integer, Value::String(text)) if schema.form == Form::Asn => {
            match text.parse::<crate::scalar::Asn>() {
                Ok(_) => "number-expected",
                Err(_) => "invalid-as-number",
            }
        }
        _ => "wrong-type",
    };
    let wanted = type_name(schema);
    let message = match &node.value {
        Value::Null => format!("this is null, where {wanted} is wanted"),
        Value::Mapping(_) => format!("this is a mapping, where {wanted} is wanted"),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) => {
            let (shown, is) = (shown(node), node.type_name());
            format!("{shown} is {is}, where {wanted} is wanted")
        }
    };
    let mut diagnostic = Diagnostic::error(Code(code), message);
    match (values::retyped(node, schema), schema.pattern, &node.value) {
        (Some(value), _, _) => {
            diagnostic = diagnostic.suggest(crate::decode::assign(place.path, &value));
        }
        (None, Some(pattern), _) => diagnostic = diagnostic.help(pattern.expected()),
        (None, None, Value::Mapping(_)) if matches!(schema.shape, Shape::List(_)) => {
            diagnostic = diagnostic.help("an item of a list begins with a dash");
        }
        _ => {}
    }
    findings.add(place.path.to_string(), node.span, diagnostic);
}

/// How many fields there are, where one is wanted.
fn fields(place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    let node = place.node;
    let given = node.entries();
    if (schema.one_field || schema.some_field) && given.is_empty() {
        let names = names(schema);
        let message = format!("none of {names} is given");
        let mut diagnostic =
            Diagnostic::error(Code("one-field-only"), message).help(if schema.one_field {
                "write exactly one of them"
            } else {
                "write one, or leave the whole mapping out"
            });
        let path = place.path.to_string();
        let written = findings
            .written(&path)
            .map(Node::entries)
            .unwrap_or_default();
        for entry in written.iter().take(3) {
            let key = printable(&entry.key);
            diagnostic = diagnostic.help(match schema.field(&entry.key) {
                Some(_) => format!("`{key}` is of an experimental schema, and dropped here"),
                None => format!("`{key}` is unknown, and dropped"),
            });
        }
        findings.add(place.path.to_string(), node.span, diagnostic);
    } else if schema.one_field && given.len() > 1 {
        let given: Vec<String> = given
            .iter()
            .map(|entry| format!("`{}`", entry.key))
            .collect();
        let message = format!("{} exclude each other", given.join(" and "));
        let diagnostic = Diagnostic::error(Code("one-field-only"), message)
            .help(format!("exactly one of {} is wanted", names(schema)))
            .help("in a list, each can be an item of its own");
        findings.add(place.path.to_string(), node.span, diagnostic);
    }
}

fn names(schema: &Schema) -> String {
    let names: Vec<&str> = schema.stored_fields().map(|field| field.name).collect();
    names.join(", ")
}

fn missing(field: &Field) -> Diagnostic {
    let message = format!("`{}` is missing", field.name);
    let diagnostic = Diagnostic::error(Code("missing-field"), message);
    let words = field.schema.one_of;
    if words.is_empty() {
        diagnostic.help(format!("it is {}", type_name(&field.schema)))
    } else {
        diagnostic.help(format!("it is one of {}", words.join(", ")))
    }
}

fn count(items: usize, place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    if let Some(max) = schema.max_items
        && items > max
    {
        let message = format!("{items} items, where {max} are allowed");
        let mut diagnostic = Diagnostic::error(Code("too-many-items"), message);
        match place.path.last_key() {
            Some("nets" | "notNets") => {
                diagnostic = diagnostic
                    .help("a network set holds any number: give it a label, and select that");
            }
            Some("ports" | "notPorts") => {
                diagnostic = diagnostic
                    .help("write neighbours as a range, \"8000:8099\", or divide the rule");
            }
            Some("ingress" | "egress") => {
                diagnostic = diagnostic.help("divide the policy; `order` says which part is first");
            }
            _ => {}
        }
        findings.add(place.path.to_string(), place.node.span, diagnostic);
    }
    if let Some(min) = schema.min_items
        && items < min
    {
        let diagnostic = Diagnostic::error(Code("too-few-items"), "the list must not be empty")
            .help("leave the field out, if nothing is to be said");
        findings.add(place.path.to_string(), place.node.span, diagnostic);
    }
}
