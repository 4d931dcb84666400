//! What stands in a source and did not become a resource.

use super::document::Document;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// A document, or an item of a list, that is not among
/// [`Decoded::resources`](super::Decoded::resources).
///
/// It does not fit its types, or is no YAML or JSON, or says of no known kind that
/// it is one; an error among the diagnostics says why. Who looks at resources
/// together needs to know of it: what is not among the resources need not be
/// absent.
///
/// ```
/// use calico_types::{Source, decode};
///
/// let source = Source::new("edge.json", r#"{
///     "apiVersion": "projectcalico.org/v3", "kind": "BGPFilter", "metadata": {"name": "edge"},
///     "spec": {"importV4": [{"action": "Deny"}]}
/// }"#);
/// let decoded = decode(&[source]);
/// assert!(decoded.resources.is_empty());
/// assert_eq!(decoded.unread[0].kind, Some("BGPFilter"));
/// assert_eq!(decoded.unread[0].name.as_deref(), Some("edge"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unread {
    /// Its kind; `None` when not even that could be read.
    pub kind: Option<&'static str>,
    /// Its namespace, when it names one.
    pub namespace: Option<String>,
    /// Its name, when it has one.
    pub name: Option<String>,
    /// The [`Source`](crate::Source)'s name.
    pub source: String,
    /// Where in the source, as far as that is known.
    pub span: Option<Span>,
}

impl Unread {
    /// A document whose kind is known, and whose values do not fit it.
    pub(super) fn typed(document: &Document) -> Self {
        let metadata = document.root.get("metadata");
        let text = |key| {
            let text = metadata.map(|metadata| metadata.text_of(key));
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Self {
            kind: Some(document.kind.kind),
            namespace: text("namespace"),
            name: text("name"),
            source: document.source.to_string(),
            span: Some(document.root.span),
        }
    }

    /// What could not be read at all: errors outside of every document that was.
    ///
    /// Documents stand in the order of their source.
    pub(super) fn lost(
        source: &str,
        errors: Vec<Option<Span>>,
        documents: &[Document],
    ) -> impl Iterator<Item = Self> {
        let is_read = |span: Span| {
            let after =
                documents.partition_point(|document| document.root.span.start <= span.start);
            let before = after.checked_sub(1).and_then(|index| documents.get(index));
            before.is_some_and(|document| span.start < document.root.span.end)
        };
        let lost = errors
            .into_iter()
            .filter(move |span| !span.is_some_and(is_read));
        lost.map(|span| Self {
            kind: None,
            namespace: None,
            name: None,
            source: source.to_owned(),
            span,
        })
    }
}

/// Where the errors among findings stand.
pub(super) fn places(found: &[Diagnostic]) -> Vec<Option<Span>> {
    let errors = found
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.map(|diagnostic| diagnostic.span).collect()
}
