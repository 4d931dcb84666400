//! What a document is: lists taken apart, `apiVersion` and `kind` looked up.

use std::sync::Arc;

use super::backing;
use super::document::{Document, Origin, printable};
use super::{advice, similar};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::schema::{KindSchema, V3, kinds, lookup};
use crate::tree::{Entry, Node, Text, Value};

/// What the items of a list are, where they do not say so themselves.
struct Implied {
    api_version: Text,
    kind: Text,
}

/// Takes the documents of one source apart.
pub(super) struct Identifier<'a> {
    pub(super) origin: &'a Origin,
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
                self.found
                    .push(bare_list().at(&*self.origin.name, root.span));
                for item in items.into_nodes() {
                    self.collect(item, None, out);
                }
            }
            Value::Mapping(entries) if is_list(&entries) => self.list(entries, out),
            value @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_)) => {
                out.extend(self.identify(Node::new(root.span, value), implied));
            }
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
                    .push(diagnostic.at(&*self.origin.name, items.value.span));
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
            self.found
                .push(diagnostic.at(&*self.origin.name, root.span));
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
        let (guess, diagnostic) = unknown(self.origin, &api, &kind, &root);
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
                    .at(&*self.origin.name, span)
                    .of(title.trim_end()),
            );
        }
        if api == backing::GROUP_VERSION {
            let root = backing::restore(root, &kind, &self.origin.name, self.found);
            return Some(self.document(root, guess?));
        }
        Some(self.document(root, guess?))
    }

    fn document(&self, root: Node, kind: &'static KindSchema) -> Document {
        Document::new(self.origin, Arc::new(root), kind)
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
            Some(_) | None => missing(key, root.text_of("kind")),
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
                .at(&*self.origin.name, span),
        );
        other
            .and_then(|entry| entry.value.text())
            .unwrap_or_default()
            .into()
    }
}

/// A header that is not complete.
fn missing(key: &str, kind: &str) -> Diagnostic {
    let message = format!("the document has no {key}");
    let diagnostic = Diagnostic::error(Code("missing-field"), message).on(key);
    match only(kind) {
        Some(known) if key == "apiVersion" => {
            diagnostic.suggest(format!("apiVersion: {}", known.api_version))
        }
        Some(_) | None => diagnostic,
    }
}

/// The first line of a document.
fn start(root: &Node) -> crate::source::Span {
    let first = root.entries().first();
    first.map_or(root.span, |entry| entry.key_span)
}

/// What an unknown pair was most likely meant to be, and what to say.
fn unknown(
    origin: &Origin,
    api: &str,
    kind: &str,
    root: &Node,
) -> (Option<&'static KindSchema>, Option<Diagnostic>) {
    if api == backing::GROUP_VERSION {
        return backing::known(origin, kind, root);
    }
    let header = |fields: &[(&'static str, &str)]| advice::corrected(&origin.text, root, fields);
    if let Some(known) = advice::first_version(api, kind).and_then(|kind| lookup(V3, kind)) {
        let message = format!(
            "{} of v1 is Calico's first API, which is gone",
            printable(kind)
        );
        let fields = [("apiVersion", V3), ("kind", known.kind)];
        let diagnostic = Diagnostic::error(Code("wrong-api-version"), message)
            .refused_by(RefusedBy::EVERYONE)
            .help(format!("it is {} of {V3} now", known.kind))
            .help("calicoctl convert rewrites whole files")
            .suggest(format!("apiVersion: {V3}\nkind: {}", known.kind))
            .fix(header(&fields));
        return (Some(known), Some(diagnostic));
    }
    if api.is_empty() {
        return (only(kind), None);
    }
    if let Some(known) = same_kind(api, kind) {
        if !suspicious(api, known.api_version) {
            return (None, Some(ignored(api, kind)));
        }
        let wanted = known.api_version;
        let message = format!("no kind {kind} in {}", printable(api));
        let diagnostic = Diagnostic::error(Code("wrong-api-version"), message)
            .refused_by(RefusedBy::EVERYONE)
            .help(format!("{kind} belongs to {wanted}"))
            .suggest(format!("apiVersion: {wanted}"))
            .fix(header(&[("apiVersion", wanted)]));
        return (Some(known), Some(diagnostic));
    }
    let of_calico = api.contains("projectcalico.org") || api.contains("tigera.io");
    let names = || {
        kinds()
            .filter(|known| known.api_version == api)
            .map(|known| known.kind)
    };
    let near = names()
        .find(|name| same_but_number(name, kind))
        .or_else(|| similar::closest(kind, names()));
    if !of_calico && near.is_none() {
        return (None, Some(ignored(api, kind)));
    }
    let message = format!("no kind {} in {}", printable(kind), printable(api));
    let mut diagnostic =
        Diagnostic::error(Code("unknown-kind"), message).refused_by(RefusedBy::EVERYONE);
    if let Some(near) = near {
        let certain = same_but_number(near, kind) || similar::is_certain(kind, near, names());
        diagnostic = diagnostic
            .help(format!("did you mean {near}?"))
            .suggest(format!("kind: {near}"))
            .fix(header(&[("kind", near)]).filter(|_| certain));
    } else if advice::is_enterprise(kind) {
        diagnostic = diagnostic.help(format!(
            "{kind} is a kind of Calico Enterprise and Calico Cloud, which open-source Calico does not have"
        ));
    }
    (near.and_then(|near| lookup(api, near)), Some(diagnostic))
}

/// The kind of this name whose group is the nearest.
fn same_kind(api: &str, kind: &str) -> Option<&'static KindSchema> {
    let group = |api: &str| api.split('/').next().unwrap_or_default().to_owned();
    kinds()
        .filter(|known| known.kind == kind)
        .min_by_key(|known| {
            (
                group(known.api_version) != group(api),
                similar::distance(known.api_version, api),
            )
        })
}

/// The kind of this name, where one group alone has it.
fn only(kind: &str) -> Option<&'static KindSchema> {
    let mut named = kinds().filter(|known| known.kind == kind);
    let first = named.next()?;
    named.next().is_none().then_some(first)
}

/// Whether two names differ in case and number only: `networkpolicies`.
fn same_but_number(one: &str, two: &str) -> bool {
    let singular = |name: &str| {
        let lower = name.to_ascii_lowercase();
        match lower.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None => lower.strip_suffix('s').unwrap_or(&lower).to_owned(),
        }
    };
    singular(one) == singular(two)
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
