//! Manifests to typed resources, with everything that is wrong on the way.
//!
//! [`decode`] is as strict as `calicoctl`, and tells more: it goes on after a
//! mistake, and for a field that nobody knows it says where the field belongs
//! and what a cluster that drops it would store instead.
//!
//! # What is accepted
//!
//! YAML and JSON; any number of documents in a source; `kind: List` and the
//! typed lists that `kubectl get -o yaml` prints; Calico's
//! `projectcalico.org/v3`, what `kubectl` shows of the backing
//! `crd.projectcalico.org/v1`, the operator's `Installation`, and those kinds
//! of Kubernetes that matter to BGP and policy. Other kinds are passed over
//! with a note.
//!
//! # Cost
//!
//! Linear in the bytes of the sources, within [`Limits`]. Nothing panics.

mod advice;
mod document;
mod identify;
mod meaning;
mod similar;
mod typed;
mod walk;

use std::sync::Arc;

pub(crate) use advice::{advise, assign, meant, protocol};
pub(crate) use document::{Document, Origin, find, printable, shown};
pub(crate) use typed::lenient;

use crate::diagnostic::fix::Fix;
use crate::diagnostic::{Code, Diagnostic, RefusedBy, Severity};
use crate::edit::Change;
use crate::lint::{LintContext, lint};
use crate::resources::Resource;
use crate::source::{Source, Span};
use crate::tree::{Limits, Node, Parsed};
use crate::validate;

/// What sources hold.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The resources, in the order of the sources. A document that does not
    /// fit its types is missing here and has an error among `diagnostics`.
    pub resources: Vec<Located>,
    /// What is wrong, in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
    documents: Vec<Document>,
}

impl Decoded {
    /// The resources without their places.
    pub fn iter(&self) -> impl Iterator<Item = &Resource> {
        self.resources.iter().map(|located| &located.resource)
    }

    /// The documents as trees, for [`validate`].
    pub(crate) fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// Whether any diagnostic is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Something from a source, and where it stood.
#[derive(Clone, Debug)]
pub struct Located<T = Resource> {
    /// What stood there.
    pub resource: T,
    /// The [`Source`]'s name.
    pub source: String,
    /// The document within the source, from 0. The items of a list share it.
    pub document: usize,
    /// Where it begins and ends.
    pub span: Span,
    text: Arc<str>,
    root: Arc<Node>,
}

impl<T> Located<T> {
    /// Where a field stands: `field_span("spec.ingress[0].action")`. `None`
    /// when the document does not have it.
    #[must_use]
    pub fn field_span(&self, path: &str) -> Option<Span> {
        find(&self.root, path).map(|node| node.span)
    }

    /// A correction of the document; `None` where it cannot be made.
    pub(crate) fn fix(&self, changes: &[Change]) -> Option<Fix> {
        crate::edit::changed(&self.root, changes)?;
        crate::edit::fix(&self.text, &self.root, changes)
    }

    /// A number as it stands in the document, also where no type has the
    /// field.
    pub(crate) fn integer(&self, path: &str) -> Option<i64> {
        find(&self.root, path)?.integer()
    }

    /// The same place with something else.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Located<U> {
        Located {
            resource: with(self.resource),
            source: self.source,
            document: self.document,
            span: self.span,
            text: self.text,
            root: self.root,
        }
    }
}

/// Reads sources with default [`Limits`].
///
/// ```
/// use calico_types::{Source, decode};
/// let source = Source::new("peer.json", r#"{
///     "apiVersion": "projectcalico.org/v3", "kind": "BGPPeer",
///     "metadata": {"name": "tor"}, "spec": {"peerIp": "10.0.0.1", "asNumber": 64512}
/// }"#);
/// let decoded = decode(&[source]);
/// assert_eq!(decoded.resources[0].resource.kind(), "BGPPeer");
/// assert_eq!(decoded.diagnostics[0].code.0, "wrong-case");
/// ```
#[must_use]
pub fn decode(sources: &[Source]) -> Decoded {
    decode_within(sources, &Limits::default())
}

/// Reads sources within limits of the caller's.
#[must_use]
pub fn decode_within(sources: &[Source], limits: &Limits) -> Decoded {
    let mut decoded = Decoded::default();
    for source in sources {
        let (
            origin,
            Parsed {
                documents,
                diagnostics,
            },
        ) = parse(source, limits);
        let mut about_text = diagnostics
            .into_iter()
            .map(|diagnostic| located(diagnostic, &origin))
            .peekable();
        let mut found = Vec::new();
        for (number, root) in documents.into_iter().enumerate() {
            for document in identify::documents(&origin, number, root, &mut found) {
                let since = found.len();
                walk::check(&document, &mut found);
                if let Some(resource) = typed::resource(&document, since, &mut found) {
                    decoded.resources.push(Located {
                        resource,
                        source: source.name.clone(),
                        document: number,
                        span: document.root.span,
                        text: Arc::clone(&document.text),
                        root: Arc::clone(&document.root),
                    });
                }
                let end = Some(document.root.span.end);
                while let Some(next) = about_text.next_if(|next| next.span.map(|s| s.start) < end) {
                    found.push(next);
                }
                advise(&document, found.get_mut(since..).unwrap_or_default());
                decoded.documents.push(document);
            }
        }
        found.extend(about_text);
        found.sort_by_key(|diagnostic| diagnostic.span);
        decoded.diagnostics.append(&mut found);
    }
    decoded
}

/// Decodes, and validates by Calico's rules and by the API server's: every
/// finding about single documents, each once, in the order of the sources.
///
/// A finding that several of the three make names them all in
/// [`refused_by`](Diagnostic::refused_by).
#[must_use]
pub fn diagnose(sources: &[Source]) -> Decoded {
    let mut decoded = decode(sources);
    let validated = validate::all(&decoded);
    let found = std::mem::take(&mut decoded.diagnostics);
    decoded.diagnostics = validate::merge(found.into_iter().chain(validated), sources);
    advice::consequences(&mut decoded.diagnostics);
    decoded
}

/// Everything that is to be said about sources: what [`diagnose`] finds in single
/// documents, and what [`lint`](mod@crate::lint) finds in all of them together, each
/// once, in the order of the sources.
///
/// ```
/// use calico_types::lint::LintContext;
/// use calico_types::{Source, check};
///
/// let source = Source::new("peer.json", r#"{
///     "apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": "tor"},
///     "spec": {"peerIp": "192.0.2.1", "asNumber": 65000, "filters": ["edge"]}
/// }"#);
/// let found = check(&[source], &LintContext::new()).diagnostics;
/// let codes: Vec<&str> = found.iter().map(|found| found.code.0).collect();
/// assert_eq!(codes, ["wrong-case", "dangling-filter"]);
/// ```
#[must_use]
pub fn check(sources: &[Source], context: &LintContext) -> Decoded {
    let mut decoded = diagnose(sources);
    let linted = lint(&decoded.resources, context);
    let found = std::mem::take(&mut decoded.diagnostics);
    decoded.diagnostics = validate::merge(found.into_iter().chain(linted), sources);
    decoded
}

/// A finding about the text of a source, in that source.
fn located(mut diagnostic: Diagnostic, origin: &Origin) -> Diagnostic {
    diagnostic.source = Some(origin.name.clone());
    advice::explain(&mut diagnostic, &origin.text);
    diagnostic
}

fn parse(source: &Source, limits: &Limits) -> (Origin, Parsed) {
    let origin = |text: &str| Origin {
        name: source.name.clone(),
        text: text.into(),
    };
    if source.bytes.len() > limits.bytes {
        let message = format!("more than {} bytes", limits.bytes);
        return (
            origin(""),
            refused(Diagnostic::error(Code("too-large"), message)),
        );
    }
    let (text, broken) = valid_prefix(&source.bytes);
    let content = text.trim_start_matches('\u{feff}');
    let mut parsed = parse_text(content, source, limits);
    parsed.shift(text.len() - content.len());
    parsed.diagnostics.extend(broken);
    (origin(text), parsed)
}

fn refused(diagnostic: Diagnostic) -> Parsed {
    Parsed {
        documents: Vec::new(),
        diagnostics: vec![diagnostic.refused_by(RefusedBy::EVERYONE)],
    }
}

/// The text up to the first byte that is not UTF-8, and a word about that.
fn valid_prefix(bytes: &[u8]) -> (&str, Option<Diagnostic>) {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return (text, None),
        Err(error) => error,
    };
    let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
    let text = std::str::from_utf8(valid).unwrap_or_default();
    let line_start = text.rfind('\n').map_or(0, |newline| newline + 1);
    let span = Span {
        start: text.len(),
        end: text.len() + 1,
        line: text.matches('\n').count() + 1,
        column: text.get(line_start..).unwrap_or_default().chars().count() + 1,
    };
    let diagnostic =
        Diagnostic::error(Code("not-utf8"), "not UTF-8 text; what follows is not read")
            .refused_by(RefusedBy::EVERYONE);
    (
        text,
        Some(Diagnostic {
            span: Some(span),
            ..diagnostic
        }),
    )
}

/// JSON where it begins like JSON. A YAML flow mapping does so too, so YAML
/// has the second word.
fn parse_text(text: &str, source: &Source, limits: &Limits) -> Parsed {
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    #[cfg(feature = "json")]
    if looks_like_json {
        let parsed = crate::tree::parse_json(text, limits);
        if parsed.diagnostics.is_empty()
            || source.name.ends_with(".json")
            || !cfg!(feature = "yaml")
        {
            return parsed;
        }
    }
    parse_other(text, looks_like_json, source, limits)
}

#[cfg(feature = "yaml")]
fn parse_other(text: &str, _: bool, _: &Source, limits: &Limits) -> Parsed {
    crate::tree::parse_yaml(text, limits)
}

#[cfg(not(feature = "yaml"))]
fn parse_other(text: &str, looks_like_json: bool, _: &Source, _: &Limits) -> Parsed {
    if text.trim().is_empty() {
        return Parsed::default();
    }
    let format = if looks_like_json { "JSON" } else { "YAML" };
    refused(Diagnostic::error(
        Code("unsupported-format"),
        format!("this program was built without {format}"),
    ))
}
