//! Rules that were Calico's own before they were the API server's.
//!
//! Up to 3.31 Calico's validator had nearly all that is now said in the custom
//! resource definitions. What those say of a document today is what it said
//! then, so it is asked there and put down to Calico; what differed stands here.

use std::borrow::Cow;

use super::findings::{Findings, Place};
use super::{Version, fields, schema_rules};
use crate::decode::{Document, lenient, shown};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::path::Path;
use crate::prune;
use crate::schema::{Schema, Shape, releases};
use crate::tree::{Node, Value};

/// What Calico's validator had against a document beside what it still has.
pub(super) fn document(document: &Document, release: Version) -> Vec<Diagnostic> {
    if release == Version::HEAD {
        return Vec::new();
    }
    let kind = document.kind;
    // The client filled in defaults before it asked its rules.
    let root = prune::tree(&lenient(&document.root, &kind.schema), &kind.schema);
    let root = fields::without_later(Cow::Owned(root), kind, release);
    let mut findings = Findings::new(document, RefusedBy::CALICO, release);
    if kind.stored {
        schema_rules::walk(&root, &kind.schema, &mut findings);
    }
    let mut found = findings.into_diagnostics();
    found.retain(|diagnostic| {
        let (code, path) = (diagnostic.code.0, diagnostic.path.as_str());
        releases::validator_refused(kind.kind, code, path, release)
    });
    if release < Version::V3_32 {
        let mut findings = Findings::new(document, RefusedBy::CALICO, release);
        words(&root, &kind.schema, &Path::Root, &mut findings);
        tier(&document.root, &mut findings);
        found.extend(findings.into_diagnostics());
    }
    found
}

/// Words in their right case.
fn words(node: &Node, schema: &Schema, path: &Path<'_>, found: &mut Findings<'_>) {
    match (schema.shape, &node.value) {
        (Shape::Object(fields), Value::Mapping(_)) => {
            for field in fields {
                if let Some(below) = node.get(field.name) {
                    words(below, &field.schema, &path.key(field.name), found);
                }
            }
        }
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
            for (index, below) in items.iter().enumerate() {
                words(below, item, &path.index(index), found);
            }
        }
        (Shape::Text, Value::String(text)) if !text.is_empty() => {
            let exact = path.last_key().and_then(releases::exact_words);
            if let Some(exact) = exact.filter(|exact| !exact.contains(&text.as_str())) {
                let message = format!("{} is not one of {}", shown(node), exact.join(", "));
                let near = exact.iter().find(|word| word.eq_ignore_ascii_case(text));
                let mut diagnostic = Diagnostic::error(Code("unsupported-value"), message);
                diagnostic.suggestion = near.map(|word| crate::decode::assign(path, word));
                found.add(path.to_string(), node.span, diagnostic);
            }
        }
        _ => {}
    }
}

/// Calico's own tiers and their orders. The API server asks for more since, and
/// of tiers of other names.
fn tier(root: &Node, findings: &mut Findings<'_>) {
    if findings.kind() != "Tier" {
        return;
    }
    let name = root
        .get("metadata")
        .map(|metadata| metadata.text_of("name"))
        .unwrap_or_default();
    let wanted = match name {
        "default" => 1_000_000.0,
        "adminnetworkpolicy" => 1_000.0,
        "baselineadminnetworkpolicy" => 10_000_000.0,
        _ => return,
    };
    let order = crate::decode::find(root, "spec.order").map(|order| &order.value);
    let order = match order {
        Some(Value::Number(number)) => number.as_f64(),
        // The client fills in the order of the tier `default`.
        _ => Some(1_000_000.0),
    };
    if order != Some(wanted) {
        let place = Place {
            node: root,
            path: &Path::Root,
            root,
        };
        let message = format!("the tier {name} has order {wanted}");
        findings.refuse_field(&place, "spec.order", "built-in-tier", message);
    }
}
