//! Diagnostics as JSON, for programs.

use serde_json::{Value, json as object};

use super::{Diagnostic, Summary};

/// Findings as one JSON object, whose shape is stable: fields come, none goes or
/// changes its meaning while `version` is 1.
///
/// | field | |
/// |---|---|
/// | `version` | 1 |
/// | `diagnostics` | the findings, in their order |
/// | `summary` | how many: `errors`, `warnings`, `infos`, and how many of all are `fixable` |
///
/// A finding has these fields; those marked so may be absent:
///
/// | field | | |
/// |---|---|---|
/// | `code` | | stable, in kebab case |
/// | `severity` | | `error`, `warning` or `info` |
/// | `refused_by` | | who refuses the document because of it: booleans `decoder`, `calico`, `api_server` |
/// | `source` | may be absent | the name of the source |
/// | `span` | may be absent | `start` and `end`, offsets in bytes; `line` and `column` of the start, from 1, columns in characters |
/// | `resource` | may be absent | kind and name, `NetworkPolicy shop/db` |
/// | `path` | | the field, `spec.ingress[0].port`; empty for all of the document |
/// | `message` | | what is wrong |
/// | `stored` | may be absent | what a cluster stores, and what that means |
/// | `help` | may be absent | a list of lines |
/// | `suggestion` | may be absent | corrected YAML of the place |
/// | `fix` | may be absent | `edits`, each with a `span` of the source and its `replacement` |
///
/// The object of one finding, a line each, is what [`serde_json::to_string`] makes
/// of a [`Diagnostic`].
///
/// ```
/// use calico_types::{Source, diagnose, json};
///
/// let source = Source::new("tier.json", r#"{
///     "apiVersion": "projectcalico.org/v3", "kind": "Tier",
///     "metadata": {"name": "ops"}, "spec": {"defaultAction": "pass"}
/// }"#);
/// let report = json(&diagnose(&[source]).diagnostics);
/// assert_eq!(report["summary"]["errors"], 1);
/// assert_eq!(report["diagnostics"][0]["fix"]["edits"][0]["replacement"], "\"Pass\"");
/// ```
#[must_use]
pub fn json(found: &[Diagnostic]) -> Value {
    object!({
        "version": 1,
        "diagnostics": found,
        "summary": Summary::of(found),
    })
}
