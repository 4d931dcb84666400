//! Findings that a resource itself says are meant.
//!
//! The annotation [`ANNOTATION`] names codes. It silences lints about that
//! resource, and nothing else: what the decoder or a validator refuses stays
//! refused, whatever a manifest says about it.

use std::collections::{BTreeMap, BTreeSet};

use super::bundle::finding;
use crate::codes::{self, Layer};
use crate::decode::{Located, printable};
use crate::{Diagnostic, Severity};

/// The annotation with which a resource says that findings about it are meant: codes,
/// separated by commas.
///
/// ```yaml
/// metadata:
///   annotations:
///     calico-types.lint/allow: all-ports, no-dns
/// ```
///
/// It is Kubernetes' to keep, and means nothing to Calico.
pub const ANNOTATION: &str = "calico-types.lint/allow";

/// How many unknown codes are told: looking for what was meant takes its time.
const MOST: usize = 100;

/// Takes out what resources allow, and says which allowances name nothing that
/// could be allowed.
pub(super) fn apply(all: &[Located], found: &mut Vec<Diagnostic>) {
    let mut allowances = Allowances::default();
    let mut unknown = Vec::new();
    for at in all {
        let Some(text) = at.resource.metadata().annotations.get(ANNOTATION) else {
            continue;
        };
        let (known, others) = read(text);
        let room = MOST.saturating_sub(unknown.len());
        unknown.extend(others.into_iter().take(room).map(|code| report(at, code)));
        allowances.add(at, known);
    }
    found.retain(|diagnostic| !allowances.allow(diagnostic));
    found.append(&mut unknown);
}

/// The codes that are lints, and the words that are not.
fn read(text: &str) -> (BTreeSet<&'static str>, BTreeSet<&str>) {
    let (mut known, mut others) = (BTreeSet::new(), BTreeSet::new());
    for word in text.split([',', ' ', '\n']).filter(|word| !word.is_empty()) {
        match codes::find(word) {
            Some(explanation) if explanation.layer == Layer::Lint => {
                known.insert(explanation.code.0);
            }
            Some(_) | None => {
                others.insert(word);
            }
        }
    }
    (known, others)
}

fn report(at: &Located, word: &str) -> Diagnostic {
    let known = codes::find(word).is_some();
    let message = if known {
        format!("{word} cannot be allowed: it is not a lint, and is refused all the same")
    } else {
        format!("{ANNOTATION} names no code {}", printable(word))
    };
    let (parent, code) = ("metadata.annotations", "unknown-allowance");
    let mut finding = finding(at, Severity::Warning, code, parent, message);
    finding.span = at.key_span(parent, ANNOTATION).or(finding.span);
    match codes::near(word).as_slice() {
        near if known || near.is_empty() => finding,
        near => finding.help(format!("did you mean {}?", near.join(" or "))),
    }
}

/// What is allowed, by the source and the place of the resource.
#[derive(Default)]
struct Allowances<'a> {
    /// By source and first byte: last byte, and codes.
    by_place: BTreeMap<(&'a str, usize), (usize, BTreeSet<&'static str>)>,
}

impl<'a> Allowances<'a> {
    fn add(&mut self, at: &'a Located, codes: BTreeSet<&'static str>) {
        let key = (at.source.as_str(), at.span.start);
        self.by_place.insert(key, (at.span.end, codes));
    }

    /// Whether the resource in which a finding stands allows it.
    fn allow(&self, diagnostic: &Diagnostic) -> bool {
        let (Some(source), Some(span)) = (diagnostic.source.as_deref(), diagnostic.span) else {
            return false;
        };
        let mut before = self.by_place.range(..=(source, span.start)).rev();
        before.next().is_some_and(|((name, _), (end, codes))| {
            *name == source && span.start < *end && codes.contains(diagnostic.code.0)
        })
    }
}
