//! Manifests to typed resources, with everything that is wrong on the way.
//!
//! [`decode`] is as strict as `calicoctl`, and tells more: it goes on after a
//! mistake, and for a field that nobody knows it says where the field belongs
//! and what a cluster that drops it would store instead.
//!
//! # What is accepted
//!
//! YAML and JSON; any number of documents in a source; `kind: List`, the
//! typed lists that `kubectl get -o yaml` prints, and lists in lists; Calico's
//! `projectcalico.org/v3`, what `kubectl` shows of the backing
//! `crd.projectcalico.org/v1`, with the metadata that it stores, the operator's
//! `Installation`, and those kinds of Kubernetes that matter to BGP and policy.
//! Other kinds are passed over with a note.
//!
//! # As Calico's tools read
//!
//! `calicoctl` and `kubectl` share a reader of YAML 1.1, go-yaml v2, and
//! `calicoctl` reads JSON with it too. This one takes what that takes, means by
//! it what that means, and tells of what surprises: booleans such as `yes`,
//! octal numbers, documents that a mark or its absence hides, merge keys that
//! `calicoctl` refuses, escapes that only JSON has. `calicoctl` is lenient with
//! types (keys in any case, numbers for text, AS numbers as text) where an API
//! server is not; the finding says who refuses.
//!
//! # Cost
//!
//! Linear in the bytes of the sources, within [`Limits`]: some three times what
//! plain serde takes for the same JSON with all checks of [`diagnose`], and no
//! more than it takes for the same YAML. A document in which there is nothing to
//! be lenient about is read and checked without a copy. Nothing panics.

mod advice;
mod backing;
mod document;
mod identify;
mod meaning;
mod presence;
mod similar;
mod typed;
mod unread;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use advice::{advise, assign, meant, protocol, type_name};
#[cfg(feature = "kube")]
pub(crate) use backing::METADATA as METADATA_ANNOTATION;
pub(crate) use backing::{GROUP_VERSION as BACKING, stored_kind};
pub(crate) use document::{Document, Origin, find, printable, shown};
pub(crate) use meaning::after_pruning;
pub use presence::Presence;
pub(crate) use similar::{closest, distance};
#[cfg(feature = "kube")]
pub(crate) use typed::settled;
pub(crate) use typed::{as_decoded, lenient};
pub use unread::Unread;

use crate::diagnostic::fix::Fix;
use crate::diagnostic::{Code, Diagnostic, RefusedBy, Severity};
use crate::edit::Change;
use crate::lint::{LintContext, lint_decoded};
use crate::resources::Resource;
use crate::source::{Source, Span};
use crate::tree::{self, Limits, Node, Parsed};
use crate::validate::{self, Rules};

/// What stands against a document of which nothing else explains that it has no type.
const DOES_NOT_FIT: Code = Code("does-not-fit");

/// What sources hold.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The resources, in the order of the sources. A document that does not
    /// fit its types is missing here, is listed in `unread`, and has an error
    /// among `diagnostics`.
    pub resources: Vec<Located>,
    /// What stands in the sources and is not among `resources`.
    pub unread: Vec<Unread>,
    /// What is wrong, in the order of the sources.
    pub diagnostics: Vec<Diagnostic>,
    documents: Vec<Document>,
    most_findings: usize,
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

    /// How many findings a layer of validation may have, all told.
    pub(crate) const fn most_findings(&self) -> usize {
        self.most_findings
    }

    /// Takes a document in, as the resource that it is.
    fn add(
        &mut self,
        mut document: Document,
        number: usize,
        limits: &Limits,
        found: &mut Vec<Diagnostic>,
    ) {
        let since = found.len();
        let room = limits.findings_of_source().saturating_sub(since);
        walk::check(&mut document, limits.findings.min(room), found);
        match typed::resource(&document, since, found) {
            Some(resource) => self.resources.push(Located {
                resource,
                source: document.source.to_string(),
                document: number,
                span: document.root.span,
                text: Arc::clone(&document.text),
                root: Arc::clone(&document.root),
            }),
            None => self.unread.push(Unread::typed(&document)),
        }
        self.documents.push(document);
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

    /// Whether the document has a field, and whether anything is in it. The field is meant
    /// by its right name: one in the wrong case is [`Absent`](Presence::Absent), as it is to
    /// an API server.
    ///
    /// ```
    /// use calico_types::{Presence, Source, decode};
    /// let policy = r#"{"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy",
    ///     "metadata": {"name": "p"}, "spec": {"egress": [], "order": null}}"#;
    /// let decoded = decode(&[Source::new("policy.json", policy)]);
    /// let policy = &decoded.resources[0];
    /// assert_eq!(policy.presence("spec.egress"), Presence::Empty);
    /// assert_eq!(policy.presence("spec.order"), Presence::Null);
    /// assert_eq!(policy.presence("spec.ingress"), Presence::Absent);
    /// assert_eq!(policy.presence("metadata.name"), Presence::Value);
    /// ```
    #[must_use]
    pub fn presence(&self, path: &str) -> Presence {
        Presence::of(find(&self.root, path))
    }

    /// A number as it stands in the document, also where no type has the
    /// field.
    pub(crate) fn integer(&self, path: &str) -> Option<i64> {
        find(&self.root, path)?.integer()
    }

    /// A text as it stands in the document.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        find(&self.root, path)?.text()
    }

    /// Where the value of a key stands that a path cannot name, because it has
    /// dots.
    pub(crate) fn key_span(&self, parent: &str, key: &str) -> Option<Span> {
        Some(find(&self.root, parent)?.get(key)?.span)
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

impl Located {
    /// A finding about a field, put where the field stands, or else the nearest
    /// thing around it that is there.
    ///
    /// Paths are those of the resource as it is in the cluster; in a manifest a
    /// field may be absent (that is often the finding) or stand in a list
    /// written on one line. Going up by one step at a time always ends: at the
    /// name, or at the document.
    pub(crate) fn finding(
        &self,
        severity: Severity,
        code: &'static str,
        path: &str,
        message: impl Into<String>,
    ) -> Diagnostic {
        let mut around = path;
        let span = loop {
            if let Some(span) = self.field_span(around).filter(|_| !around.is_empty()) {
                break span;
            }
            match around.rfind(['.', '[']) {
                Some(end) => around = around.get(..end).unwrap_or_default(),
                None => break self.field_span("metadata.name").unwrap_or(self.span),
            }
        };
        Diagnostic::new(severity, Code(code), message)
            .at(self.source.clone(), span)
            .of(title(&self.resource))
            .on(path)
    }
}

/// Kind and name: `NetworkPolicy shop/db`.
pub(crate) fn title(resource: &Resource) -> String {
    let metadata = resource.metadata();
    let namespace = match &metadata.namespace {
        Some(namespace) if resource.namespaced() => format!("{namespace}/"),
        Some(_) | None => String::new(),
    };
    format!("{} {namespace}{}", resource.kind(), metadata.name)
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

/// Reads sources within limits of the caller's, which each source has for
/// itself.
#[must_use]
pub fn decode_within(sources: &[Source], limits: &Limits) -> Decoded {
    let mut decoded = Decoded {
        most_findings: sources.len().saturating_mul(limits.findings_of_source()),
        ..Decoded::default()
    };
    for source in sources {
        one(source, limits, &mut decoded);
    }
    decoded
}

fn one(source: &Source, limits: &Limits, decoded: &mut Decoded) {
    let (
        origin,
        Parsed {
            documents,
            diagnostics,
        },
    ) = parse(source, limits);
    let about_text: Vec<Diagnostic> = diagnostics
        .into_iter()
        .map(|diagnostic| located(diagnostic, &origin))
        .collect();
    let first = decoded.documents.len();
    let mut outside = unread::places(&about_text);
    let mut about_text = about_text.into_iter().peekable();
    let mut found = Vec::new();
    for (number, root) in documents.into_iter().enumerate() {
        let since = found.len();
        let documents = identify::Identifier {
            origin: &origin,
            number,
            found: &mut found,
        }
        .documents(root);
        outside.extend(unread::places(found.get(since..).unwrap_or_default()));
        for document in documents {
            let since = found.len();
            let end = Some(document.root.span.end);
            decoded.add(document, number, limits, &mut found);
            while let Some(next) = about_text.next_if(|next| next.span.map(|s| s.start) < end) {
                found.push(next);
            }
            if let Some(document) = decoded.documents.last() {
                advise(document, found.get_mut(since..).unwrap_or_default());
            }
        }
        cut_short(&mut found, limits.findings_of_source());
    }
    found.extend(about_text);
    let read = decoded.documents.get(first..).unwrap_or_default();
    let lost = Unread::lost(&source.name, outside, read);
    decoded.unread.extend(lost);
    found.sort_by_key(|diagnostic| diagnostic.span);
    decoded.diagnostics.append(&mut found);
}

/// Bounds the findings about a source, and says so.
fn cut_short(found: &mut Vec<Diagnostic>, most: usize) {
    const CODE: Code = Code("too-many-findings");
    if found.len() <= most {
        return;
    }
    found.truncate(most);
    if found.last().is_some_and(|last| last.code != CODE)
        && let Some(last) = found.pop()
    {
        let rest = Diagnostic::info(CODE, "further findings are not listed");
        found.push(Diagnostic {
            source: last.source,
            span: last.span,
            ..rest
        });
    }
}

/// A finding about the text of a source, in that source.
fn located(mut diagnostic: Diagnostic, origin: &Origin) -> Diagnostic {
    diagnostic.source = Some(origin.name.to_string());
    advice::explain(&mut diagnostic, &origin.text);
    diagnostic
}

/// Decodes, and validates by Calico's rules and by the API server's: every
/// finding about single documents, each once, in the order of the sources.
///
/// A finding that several of the three make names them all in
/// [`refused_by`](Diagnostic::refused_by).
#[must_use]
pub fn diagnose(sources: &[Source]) -> Decoded {
    let mut decoded = decode(sources);
    let validated = Rules::default().documents(&decoded);
    let found = std::mem::take(&mut decoded.diagnostics);
    decoded.diagnostics = validate::merge(found.into_iter().chain(validated), sources);
    drop_explained(&mut decoded.diagnostics);
    advice::consequences(&mut decoded.diagnostics);
    decoded
}

/// The same by the rules of a release of Calico, and with the rules about the
/// documents together: see [`Rules`].
///
/// Findings of lints may say the same with the same code: join them with
/// [`validate::merge`] rather than print both.
///
/// ```
/// use calico_types::validate::Rules;
/// use calico_types::{Source, diagnose_with};
///
/// let peer = Source::new("peer.json", r#"{
///     "apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": "tor"},
///     "spec": {"peerIP": "192.0.2.1", "asNumber": 65000, "nextHopMode": "Self"}
/// }"#);
/// let rules = Rules::for_version("v3.30.2".parse()?);
/// let found = diagnose_with(&[peer], &rules).diagnostics;
/// assert_eq!(found[0].message, "`nextHopMode` is known since Calico 3.31: 3.30 has no such field");
/// # Ok::<(), calico_types::validate::VersionError>(())
/// ```
#[must_use]
pub fn diagnose_with(sources: &[Source], rules: &Rules) -> Decoded {
    let mut decoded = decode(sources);
    let found = std::mem::take(&mut decoded.diagnostics);
    let found = rules.decoded(decoded.documents(), found).into_iter();
    let found = found.chain(rules.documents(&decoded));
    let datastore = rules.datastore(&decoded.resources).into_iter();
    let found = found.chain(datastore.filter(|found| !may_be_unread(found, &decoded.unread)));
    decoded.diagnostics = validate::merge(found, sources);
    drop_explained(&mut decoded.diagnostics);
    rules.forget_unrefused(&mut decoded.diagnostics);
    advice::consequences(&mut decoded.diagnostics);
    decoded
}

/// Whether what is missing by a finding may be among what could not be read: then
/// that is what is wrong, and lints say the rest by name.
fn may_be_unread(found: &Diagnostic, unread: &[Unread]) -> bool {
    let missing = match found.code.0 {
        "dangling-filter" => "BGPFilter",
        "missing-tier" => "Tier",
        _ => return false,
    };
    let may_be = |document: &Unread| document.kind.is_none_or(|kind| kind == missing);
    unread.iter().any(may_be)
}

/// Takes out that a document does not fit its type where a rule says which value of it, and
/// why.
fn drop_explained(diagnostics: &mut Vec<Diagnostic>) {
    let errors: BTreeSet<(Option<String>, usize)> = diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error && found.code != DOES_NOT_FIT)
        .filter_map(|found| Some((found.source.clone(), found.span?.start)))
        .collect();
    diagnostics.retain(|found| {
        let whole = found.span.unwrap_or_default();
        let at = |place| (found.source.clone(), place);
        let mut within = errors.range(at(whole.start)..=at(whole.end));
        found.code != DOES_NOT_FIT || within.next().is_none()
    });
}

/// Everything that is to be said about sources: what [`diagnose`] finds in single
/// documents by the rules of the context's release, and what [`lint`](mod@crate::lint) finds in all of them together, each
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
    let mut decoded = diagnose_with(sources, &context.rules());
    let linted = lint_decoded(&decoded, context);
    let found = std::mem::take(&mut decoded.diagnostics);
    decoded.diagnostics = validate::merge(found.into_iter().chain(linted), sources);
    decoded
}

fn parse(source: &Source, limits: &Limits) -> (Origin, Parsed) {
    let origin = |text: &str| Origin {
        name: source.name.as_str().into(),
        text: text.into(),
    };
    if source.bytes.len() > limits.bytes {
        let message = format!("more than {} bytes", limits.bytes);
        let diagnostic = Diagnostic::error(Code("too-large"), message);
        return (origin(""), refused(diagnostic));
    }
    if is_utf16(&source.bytes) {
        let message = "UTF-16 text; write the file as UTF-8";
        let diagnostic = Diagnostic::error(Code("utf-16"), message);
        return (origin(""), refused(diagnostic));
    }
    let (text, broken) = valid_prefix(&source.bytes);
    let content = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_json = source.name.ends_with(".json");
    let mut parsed = tree::parse(content, text.len() - content.len(), is_json, limits);
    parsed.diagnostics.extend(broken);
    (origin(text), parsed)
}

fn refused(diagnostic: Diagnostic) -> Parsed {
    Parsed {
        documents: Vec::new(),
        diagnostics: vec![diagnostic.refused_by(RefusedBy::EVERYONE)],
    }
}

/// Two bytes a character: by the mark at its beginning, or by the NULs that
/// the letters of a first line then have.
fn is_utf16(bytes: &[u8]) -> bool {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [0, a, 0, b, ..] | [a, 0, b, 0, ..] => *a != 0 && *b != 0,
        _ => false,
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
