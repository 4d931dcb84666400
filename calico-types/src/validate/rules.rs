//! The rules of one release.

use std::collections::HashMap;

use super::{
    Change, Version, calico, datastore, fields, former, operator, schema_rules, unique, update,
};
use crate::decode::{Decoded, Document, Located};
use crate::diagnostic::{Code, Diagnostic, RefusedBy, Severity};
use crate::resources::Resource;
use crate::schema::{Schema, releases};
use crate::tree::Node;
use crate::validate::Findings;

/// The rules of a release of Calico, for one cluster.
///
/// [`Default`] is the release in the making, for a part of a cluster. Each layer
/// can be asked alone; [`diagnose_with`](crate::diagnose_with) asks all of them.
///
/// ```
/// use calico_types::validate::Rules;
/// use calico_types::{Source, decode};
///
/// let filter = Source::new("filter.json", r#"{
///     "apiVersion": "projectcalico.org/v3", "kind": "BGPFilter", "metadata": {"name": "in"},
///     "spec": {"importV4": [{"action": "Accept", "cidr": "10.0.0.0/8"}]}
/// }"#);
/// let decoded = decode(&[filter]);
///
/// // A cidr without matchOperator is refused by the API server today …
/// let today = Rules::default();
/// assert_eq!((today.go(&decoded).len(), today.crd(&decoded).len()), (0, 1));
///
/// // … and was refused by Calico itself when the API server had no such rule.
/// let then = Rules::for_version("3.31".parse()?);
/// assert_eq!((then.go(&decoded).len(), then.crd(&decoded).len()), (1, 0));
/// # Ok::<(), calico_types::validate::VersionError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    version: Version,
    whole: bool,
}

impl Rules {
    /// The rules of a release, for a part of a cluster.
    #[must_use]
    pub const fn for_version(version: Version) -> Self {
        Self {
            version,
            whole: false,
        }
    }

    /// The same for all that a cluster has: what resources refer to and is not
    /// among them does not exist.
    #[must_use]
    pub const fn whole_cluster(self) -> Self {
        Self {
            whole: true,
            ..self
        }
    }

    /// The release.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// What of documents the release does not know yet: kinds, and fields that
    /// strict decoding refuses and an API server drops. Nothing for the release
    /// in the making, whose fields [`decode`](crate::decode()) knows.
    #[must_use]
    pub fn fields(&self, decoded: &Decoded) -> Vec<Diagnostic> {
        let documents = decoded.documents().iter();
        documents
            .flat_map(|document| fields::later(document, self.version))
            .collect()
    }

    /// Calico's own rules: names, selectors, ports, protocols, CIDRs, and what
    /// must or must not stand together (`libcalico-go/lib/validator`). Before
    /// 3.32 they had most of what the API server's rules have now.
    ///
    /// Only what these rules refuse; that a document does not decode is said by
    /// [`decode`](crate::decode()).
    #[must_use]
    pub fn go(&self, decoded: &Decoded) -> Vec<Diagnostic> {
        let documents = decoded.documents().iter();
        documents
            .flat_map(|document| self.go_document(document))
            .collect()
    }

    /// The API server's rules: the schema and CEL rules of Calico's custom
    /// resource definitions. Unknown fields are dropped first, as it does.
    #[must_use]
    pub fn crd(&self, decoded: &Decoded) -> Vec<Diagnostic> {
        let documents = decoded.documents().iter();
        documents
            .flat_map(|document| self.crd_document(document))
            .collect()
    }

    /// The schema alone, without the CEL rules: what an API server refuses that
    /// does not run them (Kubernetes before 1.25).
    #[must_use]
    pub fn schema(&self, decoded: &Decoded) -> Vec<Diagnostic> {
        let documents = decoded.documents().iter();
        documents
            .flat_map(|document| self.stored(document, &[schema_rules::walk_without_rules]))
            .collect()
    }

    /// The API server's list types: lists that are sets take no item twice, and
    /// lists that have a key take no key twice (`x-kubernetes-list-type`).
    ///
    /// It checks them beside schema and rules, so [`crd`](Self::crd) does not
    /// have them.
    #[must_use]
    pub fn unique(&self, decoded: &Decoded) -> Vec<Diagnostic> {
        let documents = decoded.documents().iter();
        documents
            .flat_map(|document| self.unique_document(document))
            .collect()
    }

    /// The Tigera operator's rules about its `Installation`.
    #[must_use]
    pub fn operator(&self, decoded: &Decoded) -> Vec<Diagnostic> {
        let documents = decoded.documents().iter();
        documents.flat_map(operator::document).collect()
    }

    /// What Calico's client compares with the datastore before it writes, as far
    /// as the resources at hand tell: see [`datastore`](super::datastore()).
    #[must_use]
    pub fn datastore(&self, resources: &[Located]) -> Vec<Diagnostic> {
        datastore::check(resources, self.version, self.whole)
    }

    /// What is against replacing one version of a resource by another: see
    /// [`update`](super::update()).
    #[must_use]
    pub fn update(&self, old: &Resource, new: &Resource) -> Vec<Diagnostic> {
        update::replaced(old, new, self.version)
    }

    /// What is against going from one set of resources to another, what is not
    /// in the new one being deleted: see [`changes`](super::changes()).
    #[must_use]
    pub fn changes(&self, old: &[Located], new: &[Located]) -> Vec<Diagnostic> {
        let changes = Change::between(old, new);
        update::all(&changes, new, self.version)
    }

    /// All layers that look at one document at a time.
    pub(crate) fn documents(&self, decoded: &Decoded) -> Vec<Diagnostic> {
        let all = |document| {
            fields::later(document, self.version)
                .into_iter()
                .chain(self.go_document(document))
                .chain(self.stored(document, &[schema_rules::walk, unique::walk]))
                .chain(operator::document(document))
        };
        let found = decoded.documents().iter().flat_map(all);
        found.take(decoded.most_findings()).collect()
    }

    /// What decoding found, as the release sees it: fields that it still has are
    /// not unknown, nobody looks at what is in fields that it does not have yet,
    /// and what its definitions do not refuse they do not refuse.
    pub(crate) fn decoded(
        &self,
        documents: &[Document],
        mut found: Vec<Diagnostic>,
    ) -> Vec<Diagnostic> {
        if self.version == Version::HEAD {
            return found;
        }
        let documents = ByPlace::new(documents);
        found.retain_mut(|diagnostic| {
            let document = documents.of(diagnostic);
            let Some(document) = document.filter(|document| document.kind.validated) else {
                return true;
            };
            let (kind, path) = (document.kind.kind, diagnostic.path.as_str());
            let code = diagnostic.code.0;
            diagnostic.refused_by.api_server &=
                releases::definitions_refuse(kind, code, path, self.version);
            let known = code == "unknown-field"
                && releases::field_until(kind, path).is_some_and(|until| until >= self.version);
            !known && !releases::is_within_later(kind, path, self.version)
        });
        found
    }

    /// Errors that nobody refuses in the release are none there.
    pub(crate) fn forget_unrefused(&self, found: &mut Vec<Diagnostic>) {
        if self.version < Version::HEAD {
            found.retain(|found| found.severity != Severity::Error || found.refused_by.any());
        }
    }

    /// Whether the release has a kind.
    fn has(&self, document: &Document) -> bool {
        releases::kind_since(document.kind.kind).is_none_or(|since| since <= self.version)
    }

    fn go_document(&self, document: &Document) -> Vec<Diagnostic> {
        if !document.kind.validated || !self.has(document) {
            return Vec::new();
        }
        let root = crate::decode::as_decoded(document);
        let root = fields::without_later(root, document.kind, self.version);
        let mut findings = Findings::new(document, RefusedBy::CALICO, self.version);
        calico::walk(&root, &document.kind.schema, &mut findings);
        let mut found = advised(document, findings);
        found.extend(former::document(document, self.version));
        found
    }

    fn crd_document(&self, document: &Document) -> Vec<Diagnostic> {
        self.stored(document, &[schema_rules::walk])
    }

    fn unique_document(&self, document: &Document) -> Vec<Diagnostic> {
        self.stored(document, &[unique::walk])
    }

    /// What walks find in the document as an API server sees it.
    fn stored(
        &self,
        document: &Document,
        walks: &[fn(&Node, &Schema, &mut Findings<'_>)],
    ) -> Vec<Diagnostic> {
        if !document.kind.stored || !self.has(document) {
            return Vec::new();
        }
        let root = crate::prune::stored(document);
        let root = fields::without_later(root, document.kind, self.version);
        let mut findings = Findings::new(document, RefusedBy::API_SERVER, self.version);
        for walk in walks {
            walk(&root, &document.kind.schema, &mut findings);
        }
        let mut found = advised(document, findings);
        if self.version < Version::HEAD && document.kind.validated {
            found.retain(|diagnostic| self.definitions_refuse(document, diagnostic));
        }
        found
    }

    fn definitions_refuse(&self, document: &Document, found: &Diagnostic) -> bool {
        let (kind, code) = (document.kind.kind, found.code.0);
        // Of a pool in 3.32: that it is a CIDR was asked, that it is masked not.
        let masked = (kind, code) == ("IPPool", "invalid-cidr")
            && crate::decode::find(&document.root, "spec.cidr")
                .and_then(|cidr| super::lexical::cidr(cidr.text()?))
                .is_some();
        !masked && releases::definitions_refuse(kind, code, &found.path, self.version)
    }
}

/// The findings, with what to write instead.
fn advised(document: &Document, findings: Findings<'_>) -> Vec<Diagnostic> {
    let mut found = findings.into_diagnostics();
    crate::decode::advise(document, &mut found);
    found
}

/// What Calico's rules and the API server's have against a part of a document,
/// or against what it might be instead.
pub(crate) fn check_part(document: &Document, node: &Node, schema: &Schema) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if document.kind.validated {
        let mut findings = Findings::new(document, RefusedBy::CALICO, Version::HEAD);
        calico::walk(&crate::decode::lenient(node, schema), schema, &mut findings);
        found.extend(findings.into_diagnostics());
    }
    if document.kind.stored {
        let mut findings = Findings::new(document, RefusedBy::API_SERVER, Version::HEAD);
        schema_rules::walk(&crate::prune::tree(node, schema), schema, &mut findings);
        found.extend(findings.into_diagnostics());
    }
    found
}

/// Documents by where they stand, to tell which one a finding is about: kinds of
/// Calico's have names that kinds of others have too.
struct ByPlace<'a> {
    of_source: HashMap<&'a str, Vec<&'a Document>>,
}

impl<'a> ByPlace<'a> {
    fn new(documents: &'a [Document]) -> Self {
        let mut of_source: HashMap<&str, Vec<&Document>> = HashMap::new();
        for document in documents {
            let known = of_source.entry(&document.source).or_default();
            known.push(document);
        }
        for documents in of_source.values_mut() {
            documents.sort_by_key(|document| document.root.span.start);
        }
        Self { of_source }
    }

    /// The last document that begins before the finding.
    fn of(&self, diagnostic: &Diagnostic) -> Option<&'a Document> {
        let documents = self.of_source.get(diagnostic.source.as_deref()?)?;
        let place = diagnostic.span?.start;
        let begun = documents.partition_point(|document| document.root.span.start <= place);
        documents.get(begun.checked_sub(1)?).copied()
    }
}

/// A finding of no place.
pub(super) fn refusal(
    by: RefusedBy,
    code: &'static str,
    resource: &Resource,
    path: &str,
    message: impl Into<String>,
) -> Diagnostic {
    Diagnostic::new(Severity::Error, Code(code), message)
        .refused_by(by)
        .of(crate::decode::title(resource))
        .on(path)
}
