//! What a document is: lists taken apart, `apiVersion` and `kind` looked up.

use super::document::{Document, Origin, printable};
use super::{advice, similar};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::schema::{KindSchema, V3, kinds, lookup};
use crate::tree::{Node, Value};

/// Calico's backing group, which is not meant to be written by hand.
const BACKING: &str = "crd.projectcalico.org/v1";
/// Where the backing group keeps the real metadata.
pub(super) const METADATA_ANNOTATION: &str = "projectcalico.org/metadata";

/// The resources of one document: one, or the items of a list.
pub(super) fn documents(
    origin: &Origin,
    number: usize,
    root: Node,
    found: &mut Vec<Diagnostic>,
) -> Vec<Document> {
    let kind = root.text_of("kind");
    let is_list = kind.ends_with("List") && root.get("items").is_some();
    if !is_list {
        return identify(origin, number, root, None, found)
            .into_iter()
            .collect();
    }
    let item_kind = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
    let implied = item_kind.map(|kind| (root.text_of("apiVersion").to_owned(), kind.to_owned()));
    let Value::Mapping(entries) = root.value else {
        return Vec::new();
    };
    let items = entries.into_iter().rev().find(|entry| entry.key == "items");
    match items.map(|entry| entry.value.value) {
        Some(Value::Sequence(items)) => items
            .into_iter()
            .filter_map(|item| identify(origin, number, item, implied.as_ref(), found))
            .collect(),
        _ => Vec::new(),
    }
}

/// Finds the schema of a resource; says what is wrong with its header.
fn identify(
    origin: &Origin,
    number: usize,
    root: Node,
    implied: Option<&(String, String)>,
    found: &mut Vec<Diagnostic>,
) -> Option<Document> {
    let at = |diagnostic: Diagnostic, span| diagnostic.at(origin.name.clone(), span);
    if !matches!(root.value, Value::Mapping(_)) {
        let message = format!(
            "document {} is {}, not a resource",
            number + 1,
            root.type_name()
        );
        let diagnostic = Diagnostic::error(Code("not-a-resource"), message);
        found.push(at(diagnostic.refused_by(RefusedBy::EVERYONE), root.span));
        return None;
    }
    let (api, kind) = match (root.text_of("apiVersion"), root.text_of("kind"), implied) {
        ("", "", Some((api, kind))) => (api.clone(), kind.clone()),
        (api, kind, _) => (api.to_owned(), kind.to_owned()),
    };
    for (key, value) in [("apiVersion", &api), ("kind", &kind)] {
        if value.is_empty() {
            let diagnostic = missing(key, &kind).refused_by(RefusedBy::EVERYONE);
            found.push(at(diagnostic, start(&root)));
        }
    }
    let known = lookup(&api, &kind);
    if let Some(kind) = known {
        return Some(Document::new(origin, root, kind));
    }
    if kind.is_empty() {
        return None;
    }
    let (guess, diagnostic) = unknown(origin, &api, &kind, &root);
    let place = if guess.is_some_and(|guess| guess.kind == kind) {
        "apiVersion"
    } else {
        "kind"
    };
    let span = root.get(place).map_or(start(&root), |node| node.span);
    found.extend(diagnostic.map(|diagnostic| {
        let title = root
            .get("metadata")
            .map(|metadata| metadata.text_of("name"))
            .unwrap_or_default();
        at(diagnostic.on(place), span).of(format!("{kind} {}", printable(title)).trim_end())
    }));
    Some(Document::new(origin, root, guess?))
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
    if api == BACKING {
        return backing(origin, kind, root);
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

/// `crd.projectcalico.org/v1`: fine in what the cluster prints, which carries
/// its metadata in an annotation; a mistake in what people write.
fn backing(
    origin: &Origin,
    kind: &str,
    root: &Node,
) -> (Option<&'static KindSchema>, Option<Diagnostic>) {
    let name = if kind == "IPAMConfig" {
        "IPAMConfiguration"
    } else {
        kind
    };
    let Some(known) = lookup(V3, name) else {
        let message = format!("no kind {} in {BACKING}", printable(kind));
        return (
            None,
            Some(Diagnostic::error(Code("unknown-kind"), message).refused_by(RefusedBy::EVERYONE)),
        );
    };
    if annotation(root).is_some() {
        return (Some(known), None);
    }
    let diagnostic = Diagnostic::error(
        Code("wrong-api-version"),
        format!("{kind} in {BACKING}, Calico's private storage group"),
    )
    .refused_by(RefusedBy {
        decoder: true,
        calico: true,
        api_server: false,
    })
    .stored("by kubectl as it stands: without Calico's validation, defaults and overlap checks")
    .help("calicoctl refuses it: it takes projectcalico.org/v3 only")
    .suggest(if name == kind {
        format!("apiVersion: {V3}")
    } else {
        format!("apiVersion: {V3}\nkind: {name}")
    })
    .fix(advice::corrected(
        &origin.text,
        root,
        &[("apiVersion", V3), ("kind", name)],
    ));
    (Some(known), Some(diagnostic))
}

/// The metadata that the backing group keeps in an annotation.
pub(super) fn annotation(root: &Node) -> Option<&str> {
    root.get("metadata")?
        .get("annotations")?
        .get(METADATA_ANNOTATION)?
        .text()
}
