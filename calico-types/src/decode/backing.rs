//! `crd.projectcalico.org/v1`, the group in which Calico stores its resources
//! where they are not custom resources of their own.
//!
//! What `kubectl` shows of it is read as the resource that it stores: Calico's
//! metadata come from the annotation `projectcalico.org/metadata`, IPAMConfig
//! is IPAMConfiguration, and the `deleted` of a BlockAffinity is a boolean. What
//! people write of it is a mistake, and is told so.

use super::advice;
use super::document::{Origin, printable};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::schema::{KindSchema, V3, lookup};
use crate::tree::{Entry, Limits, Node, Value};

pub(crate) const GROUP_VERSION: &str = "crd.projectcalico.org/v1";

/// Where the group keeps the real metadata.
pub(crate) const METADATA: &str = "projectcalico.org/metadata";

/// The kind of Calico's own group that a kind of this one stores.
pub(crate) fn stored_kind(kind: &str) -> &str {
    match kind {
        "IPAMConfig" => "IPAMConfiguration",
        kind => kind,
    }
}

/// Fine in what the cluster prints, which carries its metadata in an
/// annotation; a mistake in what people write.
pub(super) fn known(
    origin: &Origin,
    kind: &str,
    root: &Node,
) -> (Option<&'static KindSchema>, Option<Diagnostic>) {
    // Profiles, nodes and workload endpoints are stored as other things.
    let known = lookup(V3, stored_kind(kind)).filter(|known| known.stored);
    let Some(known) = known else {
        let message = format!("no kind {} in {GROUP_VERSION}", printable(kind));
        let diagnostic = Diagnostic::error(Code("unknown-kind"), message);
        return (None, Some(diagnostic.refused_by(RefusedBy::EVERYONE)));
    };
    if annotation(root).is_some() {
        return (Some(known), None);
    }
    let message = format!("{kind} in {GROUP_VERSION}, Calico's private storage group");
    let mut diagnostic = Diagnostic::error(Code("wrong-api-version"), message)
        .refused_by(RefusedBy::DECODER.or(RefusedBy::CALICO))
        .stored("by kubectl as it stands: without Calico's validation, defaults and overlap checks")
        .help("calicoctl refuses it: it takes projectcalico.org/v3 only")
        .suggest(if known.kind == kind {
            format!("apiVersion: {V3}")
        } else {
            format!("apiVersion: {V3}\nkind: {}", known.kind)
        })
        .fix(advice::corrected(
            &origin.text,
            root,
            &[("apiVersion", V3), ("kind", known.kind)],
        ));
    if known.kind != kind {
        diagnostic = diagnostic.help(format!("the kind is called {} there", known.kind));
    }
    (Some(known), Some(diagnostic))
}

/// The metadata that the group keeps in an annotation.
fn annotation(root: &Node) -> Option<&Node> {
    root.get("metadata")?.get("annotations")?.get(METADATA)
}

/// The document as the resource that it stores.
pub(super) fn restore(root: Node, kind: &str, source: &str, found: &mut Vec<Diagnostic>) -> Node {
    let kept = annotation(&root).and_then(|annotation| match metadata(annotation) {
        Some(kept) => Some(kept),
        None => {
            let message = format!("the annotation {METADATA} is no JSON object");
            let diagnostic = Diagnostic::error(Code("unreadable-metadata"), message)
                .on(format!("metadata.annotations.{METADATA}"))
                .help("Calico cannot read the resource; what is visible of its metadata is taken");
            found.push(diagnostic.at(source, annotation.span));
            None
        }
    });
    let span = root.span;
    let Value::Mapping(mut entries) = root.value else {
        return root;
    };
    for entry in &mut entries {
        if entry.key == "metadata" {
            restore_metadata(&mut entry.value, kept.as_deref());
        } else if entry.key == "spec" && kind == "BlockAffinity" {
            restore_affinity(&mut entry.value);
        }
    }
    Node::new(span, Value::Mapping(entries))
}

/// The annotation's entries, all standing where the annotation stands.
fn metadata(annotation: &Node) -> Option<Vec<Entry>> {
    let mut json = serde_json::from_str::<serde_json::Value>(annotation.text()?).ok()?;
    let fields = json.as_object_mut()?;
    let mut room = Limits::default().depth;
    fields
        .iter_mut()
        .map(|(key, value)| {
            Some(Entry {
                key: key.as_str().into(),
                key_span: annotation.span,
                value: at(value.take(), annotation, &mut room)?,
            })
        })
        .collect()
}

/// A value at the place of a node. serde_json bounds how deep it goes.
fn at(json: serde_json::Value, place: &Node, room: &mut usize) -> Option<Node> {
    use serde_json::Value as Json;
    *room = room.checked_sub(1)?;
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => Value::Number(number),
        Json::String(text) => Value::String(text.into()),
        Json::Array(items) => Value::Sequence(
            items
                .into_iter()
                .map(|item| at(item, place, room))
                .collect::<Option<Vec<_>>>()?
                .into_iter()
                .collect(),
        ),
        Json::Object(fields) => Value::Mapping(
            fields
                .into_iter()
                .map(|(key, value)| {
                    Some(Entry {
                        key: key.into(),
                        key_span: place.span,
                        value: at(value, place, room)?,
                    })
                })
                .collect::<Option<_>>()?,
        ),
    };
    *room += 1;
    Some(Node::new(place.span, value))
}

/// Puts what the annotation keeps in place of what is visible, but for the
/// fields that only the visible metadata have.
fn restore_metadata(metadata: &mut Node, kept: Option<&[Entry]>) {
    let Value::Mapping(visible) = &mut metadata.value else {
        return;
    };
    for entry in visible.iter_mut() {
        if let Value::Mapping(annotations) = &mut entry.value.value
            && entry.key == "annotations"
        {
            annotations.retain(|annotation| annotation.key != METADATA);
        }
    }
    visible.retain(|entry| entry.key != "annotations" || !entry.value.entries().is_empty());
    for kept in kept.unwrap_or_default() {
        if kept.value.is_null() {
            continue;
        }
        match visible.iter_mut().find(|entry| entry.key == kept.key) {
            Some(entry) if matches!(kept.key.as_str(), "labels" | "annotations") => {
                add(&mut entry.value, kept.value.entries());
            }
            // The storing object's own, which the annotation does not know.
            Some(_) if matches!(kept.key.as_str(), "resourceVersion" | "namespace") => {}
            Some(entry) => entry.value = kept.value.clone(),
            None => visible.push(kept.clone()),
        }
    }
}

/// Adds the entries that a mapping does not have.
fn add(mapping: &mut Node, entries: &[Entry]) {
    let Value::Mapping(own) = &mut mapping.value else {
        return;
    };
    for entry in entries {
        if !own.iter().any(|other| other.key == entry.key) {
            own.push(entry.clone());
        }
    }
}

/// `deleted` is text there.
fn restore_affinity(spec: &mut Node) {
    let Value::Mapping(fields) = &mut spec.value else {
        return;
    };
    for field in fields.iter_mut().filter(|field| field.key == "deleted") {
        let value = match field.value.text() {
            Some("true") => Value::Bool(true),
            Some("false" | "") => Value::Bool(false),
            Some(_) | None => continue,
        };
        field.value.value = value;
    }
}
