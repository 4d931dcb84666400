//! Validation: Calico's own rules, and those of the API server.
//!
//! Two sets of rules guard a cluster, and which one a document meets depends
//! on the way it takes. `calicoctl` and the aggregated API server run Calico's
//! ([`go`], after the language they are written in); an API server with
//! Calico's custom resource definitions runs schema and CEL rules ([`crd`]).
//! Neither is contained in the other, so each can be asked alone, and
//! [`diagnose`](crate::diagnose) asks both. What an API server checks of lists
//! beside its schema is a third question ([`unique`]).

pub(crate) mod calico;
pub(crate) mod crd;
mod findings;
mod formats;
mod lexical;
mod merge;
mod schema_rules;
mod tags;
mod unique;

pub(crate) use findings::{Check, Findings, Rule};
pub(crate) use lexical::{is_subdomain, net};
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
    stored(decoded, &[schema_rules::walk])
}

/// The schema alone, without the CEL rules: what an API server refuses that does
/// not run them (Kubernetes before 1.25).
#[must_use]
pub fn schema(decoded: &Decoded) -> Vec<Diagnostic> {
    stored(decoded, &[schema_rules::walk_without_rules])
}

/// The API server's list types: lists that are sets take no item twice, and
/// lists that have a key take no key twice (`x-kubernetes-list-type`).
///
/// It checks them beside schema and rules, so [`crd`] does not have them.
#[must_use]
pub fn unique(decoded: &Decoded) -> Vec<Diagnostic> {
    stored(decoded, &[unique::walk])
}

/// All of them.
pub(crate) fn all(decoded: &Decoded) -> Vec<Diagnostic> {
    let all = |document| {
        let stored = stored_document(document, &[schema_rules::walk, unique::walk]);
        go_document(document).into_iter().chain(stored)
    };
    decoded.documents().iter().flat_map(all).collect()
}

fn go_document(document: &Document) -> Vec<Diagnostic> {
    if !document.kind.validated {
        return Vec::new();
    }
    let root = crate::decode::lenient(&document.root, &document.kind.schema);
    let mut findings = Findings::new(document, RefusedBy::CALICO);
    calico::walk(&root, &document.kind.schema, &mut findings);
    findings.into_diagnostics()
}

/// A way through a document as an API server sees it.
type Walk = fn(&Node, &Schema, &mut Findings<'_>);

fn stored(decoded: &Decoded, walks: &[Walk]) -> Vec<Diagnostic> {
    let documents = decoded.documents().iter();
    documents
        .flat_map(|document| stored_document(document, walks))
        .collect()
}

fn stored_document(document: &Document, walks: &[Walk]) -> Vec<Diagnostic> {
    if !document.kind.stored {
        return Vec::new();
    }
    let schema = &document.kind.schema;
    let root = crate::prune::tree(&document.root, schema);
    let mut findings = Findings::new(document, RefusedBy::API_SERVER);
    for walk in walks {
        walk(&root, schema, &mut findings);
    }
    findings.into_diagnostics()
}
