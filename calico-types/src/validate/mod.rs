//! Validation: Calico's own rules, and those of the API server.
//!
//! Two sets of rules guard a cluster, and which one a document meets depends
//! on the way it takes. `calicoctl` and the aggregated API server run Calico's
//! ([`go`], after the language they are written in); an API server with
//! Calico's custom resource definitions runs schema and CEL rules ([`crd`]).
//! Neither is contained in the other, so each can be asked alone, and
//! [`diagnose`](crate::diagnose) asks both.

pub(crate) mod calico;
pub(crate) mod crd;
mod findings;
mod lexical;
mod merge;
mod schema_rules;
mod tags;

pub(crate) use findings::{Check, Findings, Rule};
pub(crate) use lexical::{is_masked, is_name, net};
pub(crate) use merge::merge;
pub(crate) use tags::Tag;

use crate::decode::{Decoded, Document};
use crate::diagnostic::{Diagnostic, RefusedBy};
use crate::schema::Schema;
use crate::tree::Node;

/// Calico's own rules: names, selectors, ports, protocols, CIDRs, and what
/// must or must not stand together (`libcalico-go/lib/validator`).
///
/// Only what these rules refuse; that a document does not decode is said by
/// [`decode`](crate::decode).
#[must_use]
pub fn go(decoded: &Decoded) -> Vec<Diagnostic> {
    decoded.documents().iter().flat_map(go_document).collect()
}

/// The API server's rules: the schema and CEL rules of Calico's custom
/// resource definitions. Unknown fields are dropped first, as it does.
#[must_use]
pub fn crd(decoded: &Decoded) -> Vec<Diagnostic> {
    decoded.documents().iter().flat_map(crd_document).collect()
}

/// Both.
pub(crate) fn all(decoded: &Decoded) -> Vec<Diagnostic> {
    let both = |document| {
        go_document(document)
            .into_iter()
            .chain(crd_document(document))
    };
    decoded.documents().iter().flat_map(both).collect()
}

fn go_document(document: &Document) -> Vec<Diagnostic> {
    if !document.kind.validated {
        return Vec::new();
    }
    let root = crate::decode::lenient(&document.root, &document.kind.schema);
    let mut findings = Findings::new(document, RefusedBy::CALICO);
    calico::walk(&root, &document.kind.schema, &mut findings);
    advised(document, findings)
}

fn crd_document(document: &Document) -> Vec<Diagnostic> {
    if !document.kind.stored {
        return Vec::new();
    }
    let root = crate::prune::tree(&document.root, &document.kind.schema);
    let mut findings = Findings::new(document, RefusedBy::API_SERVER);
    schema_rules::walk(&root, &document.kind.schema, &mut findings);
    advised(document, findings)
}

/// The findings, with what to write instead.
fn advised(document: &Document, findings: Findings<'_>) -> Vec<Diagnostic> {
    let mut found = findings.into_diagnostics();
    crate::decode::advise(document, &mut found);
    found
}

/// What both layers have against a part of a document, or against what it might
/// be instead.
pub(crate) fn check_part(document: &Document, node: &Node, schema: &Schema) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if document.kind.validated {
        let mut findings = Findings::new(document, RefusedBy::CALICO);
        calico::walk(&crate::decode::lenient(node, schema), schema, &mut findings);
        found.extend(findings.into_diagnostics());
    }
    if document.kind.stored {
        let mut findings = Findings::new(document, RefusedBy::API_SERVER);
        schema_rules::walk(&crate::prune::tree(node, schema), schema, &mut findings);
        found.extend(findings.into_diagnostics());
    }
    found
}
