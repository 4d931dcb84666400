//! Fields and kinds that a release does not have yet.

use std::borrow::Cow;

use super::Version;
use crate::decode::{Document, after_pruning, printable};
use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::edit::Steps;
use crate::path::Path;
use crate::prune;
use crate::schema::{KindSchema, Schema, Shape, releases};
use crate::tree::{Entry, Node, Value};

/// What of a document came after a release.
pub(super) fn later(document: &Document, release: Version) -> Vec<Diagnostic> {
    if release == Version::HEAD || !document.kind.validated {
        return Vec::new();
    }
    let kind = document.kind.kind;
    if let Some(since) = releases::kind_since(kind).filter(|since| *since > release) {
        let message =
            format!("the kind {kind} is known since Calico {since}: {release} has no such kind");
        let span = document
            .root
            .get("kind")
            .map_or(document.root.span, |node| node.span);
        let diagnostic = Diagnostic::error(Code("later-release"), message)
            .on("kind")
            .refused_by(RefusedBy::EVERYONE)
            .help(format!("it needs Calico {since}"));
        return vec![document.locate(diagnostic, span)];
    }
    let mut walk = Walk {
        document,
        release,
        stored: None,
        found: Vec::new(),
    };
    walk.value(&document.root, &document.kind.schema, "", &Path::Root);
    walk.found
}

/// How many such findings a document may have.
const MOST: usize = 1_000;

struct Walk<'a> {
    document: &'a Document,
    release: Version,
    /// The document as the release stores it, once somebody asks.
    stored: Option<Node>,
    found: Vec<Diagnostic>,
}

impl Walk<'_> {
    /// `general` is the path without places in lists.
    fn value(&mut self, node: &Node, schema: &Schema, general: &str, path: &Path<'_>) {
        match (schema.shape, &node.value) {
            (Shape::Object(_), Value::Mapping(entries)) => {
                for entry in entries {
                    let field = schema.field_ignoring_case(&entry.key);
                    let Some(field) = field.filter(|_| self.found.len() < MOST) else {
                        continue;
                    };
                    let general = join(general, field.name);
                    let path = path.key(&entry.key);
                    match releases::field_since(self.document.kind.kind, &general) {
                        Some(since) if since > self.release => self.report(entry, since, &path),
                        _ => self.value(&entry.value, &field.schema, &general, &path),
                    }
                }
            }
            (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => {
                for (index, below) in items.iter().enumerate() {
                    self.value(below, item, general, &path.index(index));
                }
            }
            _ => {}
        }
    }

    fn report(&mut self, entry: &Entry, since: Version, path: &Path<'_>) {
        let (kind, release) = (self.document.kind, self.release);
        let document = self.document;
        let stored = self.stored.get_or_insert_with(|| {
            without_later(prune::stored(document), kind, release).into_owned()
        });
        let key = printable(&entry.key);
        let message = format!("`{key}` is known since Calico {since}: {release} has no such field");
        let diagnostic = Diagnostic::error(Code("later-release"), message)
            .refused_by(RefusedBy::DECODER)
            .on(path.to_string())
            .stored(
                after_pruning(kind, stored, &Steps::parse(&path.to_string())).unwrap_or_default(),
            )
            .help(format!(
                "it needs Calico {since}; {release} drops it or refuses it"
            ));
        self.found
            .push(self.document.locate(diagnostic, entry.key_span));
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// A document without what came after a release: what strict decoding would
/// have refused, and an API server drops.
pub(super) fn without_later<'a>(
    root: Cow<'a, Node>,
    kind: &KindSchema,
    release: Version,
) -> Cow<'a, Node> {
    if release == Version::HEAD {
        return root;
    }
    Cow::Owned(pruned(&root, &kind.schema, kind.kind, release, ""))
}

fn pruned(node: &Node, schema: &Schema, kind: &str, release: Version, path: &str) -> Node {
    let value = match (schema.shape, &node.value) {
        (Shape::Object(_), Value::Mapping(entries)) => {
            let kept = entries.iter().filter_map(|entry| {
                let Some(field) = schema.field(&entry.key) else {
                    return Some(Entry {
                        value: entry.value.clone(),
                        ..entry.clone_key()
                    });
                };
                let path = join(path, field.name);
                let since = releases::field_since(kind, &path);
                since.is_none_or(|since| since <= release).then(|| Entry {
                    value: pruned(&entry.value, &field.schema, kind, release, &path),
                    ..entry.clone_key()
                })
            });
            Value::Mapping(kept.collect())
        }
        (Shape::List(item) | Shape::Set(item), Value::Sequence(items)) => Value::Sequence(
            items
                .iter()
                .map(|below| pruned(below, item, kind, release, path))
                .collect(),
        ),
        _ => node.value.clone(),
    };
    Node::new(node.span, value)
}
