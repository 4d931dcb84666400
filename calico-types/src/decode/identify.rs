//! What a document is: lists taken apart, `apiVersion` and `kind` looked up.

use std::sync::Arc;

use super::backing;
use super::document::{Document, printable};
use super::similar;
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::schema::{KindSchema, kinds, lookup};
use crate::tree::{Entry, Node, Text, Value};

/// What the items of a list are, where they do not say so themselves.
struct Implied {
    api_version: Text,
    kind: Text,
}

/// Takes the documents of one source apart.
pub(super) struct Identifier<'a> {
    pub(super) source: Arc<str>,
    /// The document within the source, from 0.
    pub(super) number: usize,
    pub(super) found: &'a mut Vec<Diagnostic>,
}

impl Identifier<'_> {
    /// The resources of one document: one, or the items of a list.
    pub(super) fn documents(&mut self, root: Node) -> Vec<Document> {
        let mut documents = Vec::new();
        self.collect(root, None, &mut documents);
        documents
    }

    /// Lists may stand in lists; the depth of a tree is bounded.
    fn collect(&mut self, root: Node, implied: Option<&Implied>, out: &mut Vec<Document>) {
        match root.value {
            Value::Sequence(items) if is_bare_list(&items) && implied.is_none() => {
                self.found.push(bare_list().at(&*self.source, root.span));
                for item in items.into_nodes() {
                    self.collect(item, None, out);
                }
            }
            Value::Mapping(entries) if is_list(&entries) => self.list(entries, out),
            value => out.extend(self.identify(Node::new(root.span, value), implied)),
        }
    }

    fn list(&mut self, entries: Vec<Entry>, out: &mut Vec<Document>) {
        let kind = text_of(&entries, "kind");
        let implied = kind
            .strip_suffix("List")
            .filter(|kind| !kind.is_empty())
            .map(|kind| Implied {
                api_version: text_of(&entries, "apiVersion"),
                kind: kind.into(),
            });
        let Some(items) = entries.into_iter().rev().find(|entry| entry.key == "items") else {
            return;
        };
        match items.value.value {
            Value::Sequence(items) => {
                for item in items.into_nodes() {
                    self.collect(item, implied.as_ref(), out);
                }
            }
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Mapping(_) => {
                let message = format!("`items` is {}, not a list", items.value.type_name());
                let diagnostic = Diagnostic::error(Code("wrong-type"), message)
                    .on("items")
                    .refused_by(RefusedBy::EVERYONE);
                self.found
                    .push(diagnostic.at(&*self.source, items.value.span));
            }
        }
    }
}

fn is_list(entries: &[Entry]) -> bool {
    text_of(entries, "kind").ends_with("List") && entries.iter().any(|entry| entry.key == "items")
}

/// A list of resources without `kind: List` around it.
fn is_bare_list(items: &[Node]) -> bool {
    let mut resources = items.iter().map(|item| item.get("kind").is_some());
    !items.is_empty() && resources.all(|is_resource| is_resource)
}

fn bare_list() -> Diagnostic {
    let refused_by = RefusedBy::API_SERVER;
    Diagnostic::warning(
        Code("bare-list"),
        "a list of resources without `kind: List`",
    )
    .refused_by(refused_by)
    .help("calicoctl takes it; kubectl does not")
    .help("write the resources one after the other, with a line `---` between")
}

fn text_of(entries: &[Entry], key: &str) -> Text {
    let entry = entries.iter().rev().find(|entry| entry.key == key);
    match entry.map(|entry| &entry.value.value) {
        Some(Value::String(text)) => text.clone(),
        Some(
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Sequence(_)
            | Value::Mapping(_),
        )
        | None => Text::default(),
    }
}

impl Identifier<'_> {
    /// Finds the schema of a resource; says what is wrong with its header.
    fn identify(&mut self, root: Node, implied: Option<&Implied>) -> Option<Document> {
        if !matches!(root.value, Value::Mapping(_)) {
            let message = format!(
                "document {} is {}, not a resource",
                self.number + 1,
                root.type_name()
            );
            let diagnostic =
                Diagnostic::error(Code("not-a-resource"), message).refused_by(RefusedBy::EVERYONE);
            self.found.push(diagnostic.at(&*self.source, root.span));
            return None;
        }
        let (api, kind) = match implied {
            Some(implied) if root.get("apiVersion").is_none() && root.get("kind").is_none() => {
                (implied.api_version.clone(), implied.kind.clone())
            }
            Some(_) | None => (self.header(&root, "apiVersion"), self.header(&root, "kind")),
        };
        if let Some(known) = lookup(&api, &kind) {
            return Some(self.document(root, known));
        }
        if kind.is_empty() {
            return None;
        }
        let (guess, diagnostic) = unknown(&api, &kind, &root);
        let place = if guess.is_some_and(|guess| guess.kind == kind) {
            "apiVersion"
        } else {
            "kind"
        };
        if let Some(diagnostic) = diagnostic {
            let span = root.get(place).map_or(start(&root), |node| node.span);
            let title = root
                .get("metadata")
                .map(|metadata| metadata.text_of("name"))
                .unwrap_or_default();
            let title = format!("{} {}", printable(&kind), printable(title));
            self.found.push(
                diagnostic
                    .on(place)
                    .at(&*self.source, span)
                    .of(title.trim_end()),
            );
        }
        if api == backing::GROUP_VERSION {
            let root = backing::restore(root, &kind, &self.source, self.found);
            return Some(self.document(root, guess?));
        }
        Some(self.document(root, guess?))
    }

    fn document(&self, root: Node, kind: &'static KindSchema) -> Document {
        Document::new(Arc::clone(&self.source), Arc::new(root), kind)
    }

    /// `apiVersion` or `kind`, which everybody looks up under exactly this
    /// name. Under another it is told of, and taken, so that the rest of the
    /// document is looked at.
    fn header(&mut self, root: &Node, key: &str) -> Text {
        let exact = root.get(key);
        if let Some(text) = exact.and_then(Node::text).filter(|text| !text.is_empty()) {
            return text.into();
        }
        let other = root
            .entries()
            .iter()
            .find(|entry| entry.key != key && entry.key.eq_ignore_ascii_case(key));
        let mut diagnostic = match exact.filter(|node| !node.is_null()) {
            Some(node) if node.text().is_none() => {
                let message = format!("`{key}` is {}, not text", node.type_name());
                Diagnostic::error(Code("wrong-type"), message)
            }
            Some(_) | None => {
                Diagnostic::error(Code("missing-field"), format!("the document has no {key}"))
            }
        };
        if let Some(other) = other {
            diagnostic = diagnostic.help(format!("`{}` is written `{key}`", printable(&other.key)));
        }
        let span = exact.map_or(start(root), |node| node.span);
        let span = other.map_or(span, |entry| entry.key_span);
        self.found.push(
            diagnostic
                .on(key)
                .refused_by(RefusedBy::EVERYONE)
                .at(&*self.source, span),
        );
        other
            .and_then(|entry| entry.value.text())
            .unwrap_or_default()
            .into()
    }
}

/// The first line of a document.
fn start(root: &Node) -> crate::source::Span {
    let first = root.entries().first();
    first.map_or(root.span, |entry| entry.key_span)
}

/// What an unknown pair was most likely meant to be, and what to say.
fn unknown(
    api: &str,
    kind: &str,
    root: &Node,
) -> (Option<&'static KindSchema>, Option<Diagnostic>) {
    if api == backing::GROUP_VERSION {
        return backing::known(kind, root);
    }
    let group = |api: &str| api.split('/').next().unwrap_or_default().to_owned();
    let same_kind = kinds()
        .filter(|known| known.kind == kind && !api.is_empty())
        .min_by_key(|known| {
            (
                group(known.api_version) != group(api),
                similar::distance(known.api_version, api),
            )
        });
    if let Some(known) = same_kind {
        if !suspicious(api, known.api_version) {
            return (None, Some(ignored(api, kind)));
        }
        let wanted = known.api_version;
        let message = format!("no kind {kind} in {}", printable(api));
        let diagnostic = Diagnostic::error(Code("wrong-api-version"), message)
            .refused_by(RefusedBy::EVERYONE)
            .help(format!("{kind} belongs to {wanted}"))
            .suggest(format!("apiVersion: {wanted}"));
        return (Some(known), Some(diagnostic));
    }
    let of_calico = api.contains("projectcalico.org") || api.contains("tigera.io");
    let near = similar::closest(
        kind,
        kinds()
            .filter(|known| known.api_version == api)
            .map(|known| known.kind),
    );
    match near {
        _ if !of_calico && near.is_none() => (None, Some(ignored(api, kind))),
        near => {
            let message = format!("no kind {} in {}", printable(kind), printable(api));
            let mut diagnostic =
                Diagnostic::error(Code("unknown-kind"), message).refused_by(RefusedBy::EVERYONE);
            if let Some(near) = near {
                diagnostic = diagnostic
                    .help(format!("did you mean {near}?"))
                    .suggest(format!("kind: {near}"));
            }
            (near.and_then(|near| lookup(api, near)), Some(diagnostic))
        }
    }
}

/// Whether a group is one that people mistake for the right one, rather than
/// another project's kind of the same name.
fn suspicious(api: &str, wanted: &str) -> bool {
    let calico = |api: &str| api.contains("calico") || api.contains("tigera");
    let group = |api: &str| {
        api.rsplit_once('/')
            .map(|(group, _)| group.to_owned())
            .unwrap_or_default()
    };
    (calico(api) && calico(wanted))
        || group(api) == group(wanted)
        || (!api.contains('/') && api.starts_with('v'))
}

fn ignored(api: &str, kind: &str) -> Diagnostic {
    let message = format!("{} of {} is not looked at", printable(kind), printable(api));
    Diagnostic::info(Code("ignored-kind"), message)
}
