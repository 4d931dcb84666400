//! The API server's layer against an oracle that shares no code with it: the schemas and the
//! CEL rules of Calico's definitions themselves, run by a JSON Schema validator and a CEL
//! interpreter.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the values of JSON and of CEL are no enums of ours"
)]

mod mutate;
mod rules;
mod store;
mod structure;
mod suite;

use std::collections::BTreeSet;

use calico_types::{Severity, Source, decode, validate};
use serde_json::Value;

use crate::fields::Definition;

/// What an API server with one definition says of documents.
pub(crate) struct Oracle {
    pub(crate) definition: Definition,
    structure: structure::Structure,
    twins: structure::Twins,
    rules: rules::Rules,
}

/// What is said of one document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// What the schema refuses.
    pub(crate) schema: Vec<String>,
    /// The CEL rules that do not hold, by place and text.
    pub(crate) rules: BTreeSet<String>,
    /// Lists that have an item twice.
    pub(crate) lists: Vec<String>,
}

impl Verdict {
    /// Whether schema or rules refuse the document. Lists are another matter, since they are
    /// with us.
    pub(crate) fn refused(&self) -> bool {
        !self.schema.is_empty() || !self.rules.is_empty()
    }
}

impl Oracle {
    pub(crate) fn new(definition: Definition) -> Self {
        Self {
            structure: structure::Structure::new(&definition.schema),
            twins: structure::Twins::new(&definition),
            rules: rules::Rules::new(&definition.schema),
            definition,
        }
    }

    pub(crate) fn judge(&self, document: &Value) -> Verdict {
        let stored = store::stored(document, &self.definition.schema);
        let schema = self.structure.faults(&stored);
        // As the server does: rules are not run on what does not fit the schema.
        let rules = if schema.is_empty() {
            self.rules.broken(&stored)
        } else {
            BTreeSet::new()
        };
        Verdict {
            schema,
            rules,
            lists: structure::repeated(&stored, &self.definition.schema),
        }
    }

    /// How the JSON Schema that this crate gives differs from the definition's about a
    /// document, if it does.
    fn schema_difference(&self, document: &Value) -> Option<String> {
        self.twins.difference(document)
    }

    /// Every rule of the definition, as [`Verdict::rules`] has them, but those about a change.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.names()
    }
}

/// The findings of our layer, and those about lists.
fn ours(document: &Value) -> (Vec<String>, Vec<String>) {
    let decoded = decode(&[Source::new("case.json", document.to_string())]);
    let refusals = |found: Vec<calico_types::Diagnostic>| {
        found
            .into_iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(|found| format!("{} {}: {}", found.path, found.code, found.message))
            .collect()
    };
    (
        refusals(validate::crd(&decoded)),
        refusals(validate::unique(&decoded)),
    )
}

/// How our layer differs from the oracle about a document, if it does.
fn difference(verdict: &Verdict, document: &Value) -> Option<String> {
    let (crd, lists) = ours(document);
    if verdict.refused() == crd.is_empty() || verdict.lists.is_empty() != lists.is_empty() {
        let (schema, rules) = (&verdict.schema, &verdict.rules);
        return Some(format!(
            "{document}\n  schema: {schema:?}\n  rules: {rules:?}\n  lists: {:?}\n  \
             ours: {crd:?}\n  our lists: {lists:?}",
            verdict.lists
        ));
    }
    None
}
