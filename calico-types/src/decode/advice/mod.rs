//! What to write instead: known idioms of other APIs, then similar names.

mod network;
mod policy;
mod words;
mod write;

pub(crate) use words::{meant, protocol, type_name};
pub(super) use words::{port, retyped, unsupported};
pub(crate) use write::assign;
pub(super) use write::{entry_yaml, yaml};

use super::similar;
use crate::path::Path;
use crate::schema::Schema;
use crate::tree::{Entry, Node};
use write::indented;

/// Help for an unknown field.
#[derive(Debug, Default)]
pub(super) struct Advice {
    pub(super) help: Vec<String>,
    pub(super) suggestion: Option<String>,
}

impl Advice {
    fn help(line: impl Into<String>) -> Self {
        Self {
            help: vec![line.into()],
            suggestion: None,
        }
    }

    fn write(mut self, yaml: impl Into<String>) -> Self {
        self.suggestion = Some(yaml.into());
        self
    }
}

/// Where a field would stand, in words.
pub(super) fn place(kind: &str, path: &Path<'_>) -> String {
    let what = match (path.last_key(), path) {
        (None, _) => return format!("a {kind}"),
        (Some("ingress" | "egress"), Path::Index(..)) => "a rule",
        (Some("importV4" | "importV6" | "exportV4" | "exportV6"), Path::Index(..)) => {
            "a filter rule"
        }
        (Some("spec"), _) => return format!("the spec of a {kind}"),
        _ => return format!("`{path}`"),
    };
    format!("{what} of a {kind}")
}

/// What to do about a field that `schema`, found at `path`, does not have.
pub(super) fn unknown_field(
    kind: &str,
    parent: &Node,
    entry: &Entry,
    schema: &Schema,
    path: &Path<'_>,
) -> Advice {
    if let Some(advice) = idiom(kind, parent, entry, path) {
        return advice;
    }
    let names = || schema.fields().iter().map(|field| field.name);
    if let Some(near) = similar::closest(&entry.key, names()) {
        return Advice::help(format!("did you mean `{near}`?"))
            .write(entry_yaml(near, &entry.value));
    }
    if let Some(home) = elsewhere(kind, &entry.key) {
        return Advice::help(format!("the field belongs to {home}"));
    }
    let mut names: Vec<&str> = names().collect();
    if names.is_empty() || names.len() > 24 {
        return Advice::default();
    }
    names.sort_unstable();
    Advice::help(format!("fields here: {}", names.join(", ")))
}

/// Mistakes with a known origin.
fn idiom(kind: &str, parent: &Node, entry: &Entry, path: &Path<'_>) -> Option<Advice> {
    let in_list = matches!(path, Path::Index(..));
    match path.last_key() {
        None => at_root(kind, entry),
        Some("ingress" | "egress") if in_list && is_policy(kind) => {
            policy::rule(path.last_key()?, parent, entry)
        }
        Some("source" | "destination") if is_policy(kind) => {
            policy::entity(path.last_key()?, entry)
        }
        Some("spec") if is_policy(kind) => policy::policy(kind, entry),
        Some("spec") => network::spec(kind, entry),
        Some("ipPools") if in_list => network::installation_pool(entry),
        Some("importV4" | "importV6" | "exportV4" | "exportV6") if in_list => {
            network::filter_rule(path.last_key()?, entry)
        }
        Some(_) => None,
    }
}

fn is_policy(kind: &str) -> bool {
    kind.ends_with("NetworkPolicy")
        && !kind.contains("Kubernetes")
        && kind != "ClusterNetworkPolicy"
        || kind == "Profile"
}

fn at_root(kind: &str, entry: &Entry) -> Option<Advice> {
    let known = crate::schema::kinds().find(|known| known.kind == kind)?;
    let spec = known.schema.field("spec")?;
    spec.schema.field(&entry.key)?;
    Some(Advice::help("it belongs into the spec").write(format!(
        "spec:\n{}",
        indented(&entry_yaml(&entry.key, &entry.value))
    )))
}

/// Another kind whose spec has the field.
fn elsewhere(kind: &str, key: &str) -> Option<String> {
    let mut homes = crate::schema::kinds()
        .filter(|known| known.kind != kind)
        .filter(|known| {
            known
                .schema
                .field("spec")
                .is_some_and(|spec| spec.schema.field(key).is_some())
        })
        .map(|known| known.kind);
    let first = homes.next()?;
    // A field that half of the kinds have says nothing.
    homes
        .next()
        .is_none()
        .then(|| format!("the spec of {first}"))
}
