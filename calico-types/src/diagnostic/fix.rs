//! Corrections that a program may make without asking.
//!
//! A [`Diagnostic`](crate::Diagnostic) has a [`Fix`] where two things are sure:
//! what its author meant, and that the document then decodes without that
//! finding and with no error that it did not have. Where only the first is
//! probable there is a [`suggestion`](crate::Diagnostic::suggestion) to read,
//! and no fix.
//!
//! A fix is a list of [`Edit`]s in the bytes of the source as it was read: key
//! order, comments, quotes and indentation of everything else stay as they are.
//! It stands alone, so two fixes may be in each other's way; [`apply`] makes
//! those that are not, and the rest come up again with the next reading.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Diagnostic;
use crate::source::{Source, Span};

/// Edits that together correct one mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What to replace, in the order of the source; no two overlap.
    pub edits: Vec<Edit>,
    /// Keys that the edits bring into a mapping, which is named by its place.
    /// Two fixes that bring the same one would bring it twice.
    #[serde(skip)]
    pub(crate) claims: Vec<Claim>,
}

/// A mapping, by the offset of its first byte, and a key that it gets; an empty
/// one for a key that it loses, so that two fixes never empty it together.
pub(crate) type Claim = (usize, String);

/// One stretch of a source, and what is to stand there instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edit {
    /// What goes; empty where something is only put in.
    pub span: Span,
    /// What comes; empty where something is only taken out.
    pub replacement: String,
}

impl Fix {
    /// A fix of these edits, put into the order of the source.
    #[must_use]
    pub fn new(mut edits: Vec<Edit>) -> Self {
        edits.sort();
        Self {
            edits,
            claims: Vec::new(),
        }
    }

    /// What the fix makes of a source's bytes. `None` when it does not belong to
    /// them: edits that overlap, or that lie outside.
    #[must_use]
    pub fn apply_to(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        replaced(bytes, self.edits.iter())
    }
}

/// What [`apply`] has done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Applied {
    /// The source's bytes with the fixes made.
    pub bytes: Vec<u8>,
    /// The diagnostics whose fixes were made, as indices.
    pub applied: Vec<usize>,
    /// The diagnostics whose fixes were in the way of another's, as indices.
    /// Diagnose what came out once more to get at them.
    pub skipped: Vec<usize>,
}

/// Makes the fixes of those diagnostics that are about `source`, in their
/// order, and passes over those that an earlier one is in the way of.
///
/// Diagnosing the result and applying again, until nothing is applied, makes
/// them all.
///
/// ```
/// use calico_types::{Source, diagnose, fix};
///
/// let mut source = Source::new("filter.json", r#"{
///   "apiVersion": "projectcalico.org/v3", "kind": "BGPFilter",
///   "metadata": {"name": "Keep_Out"},
///   "spec": {"importV4": [{"action": "Deny", "cidr": "10.0.0.1/8", "matchOperator": "In"}]}
/// }"#);
/// let found = diagnose(std::slice::from_ref(&source)).diagnostics;
/// let applied = fix::apply(&source, &found);
/// assert_eq!(applied.applied.len(), 3);
/// source.bytes = applied.bytes;
/// assert_eq!(source.bytes, br#"{
///   "apiVersion": "projectcalico.org/v3", "kind": "BGPFilter",
///   "metadata": {"name": "keep-out"},
///   "spec": {"importV4": [{"action": "Reject", "cidr": "10.0.0.0/8", "matchOperator": "In"}]}
/// }"#);
/// assert!(diagnose(&[source]).diagnostics.is_empty());
/// ```
pub fn apply(source: &Source, diagnostics: &[Diagnostic]) -> Applied {
    let mut edits: BTreeSet<&Edit> = BTreeSet::new();
    let mut claims: BTreeSet<&Claim> = BTreeSet::new();
    let (mut applied, mut skipped) = (Vec::new(), Vec::new());
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        let Some(fix) = &diagnostic.fix else { continue };
        if diagnostic.source.as_deref() != Some(source.name.as_str()) {
            continue;
        }
        // Several findings about one value have one fix.
        if fix.edits.iter().all(|edit| edits.contains(edit)) {
            applied.push(index);
            continue;
        }
        let free = fix.edits.iter().all(|edit| is_free(edit, &edits))
            && !fix.claims.iter().any(|claim| claims.contains(claim))
            && fits(&source.bytes, &fix.edits);
        if free {
            edits.extend(&fix.edits);
            claims.extend(&fix.claims);
            applied.push(index);
        } else {
            skipped.push(index);
        }
    }
    let bytes = replaced(&source.bytes, edits.into_iter()).unwrap_or_else(|| source.bytes.clone());
    Applied {
        bytes,
        applied,
        skipped,
    }
}

/// Whether an edit is apart from all others, which are apart from each other.
fn is_free(edit: &Edit, others: &BTreeSet<&Edit>) -> bool {
    // The neighbours in the order of their beginnings are the only ones that
    // can reach it. Two insertions at one place are in each other's way.
    let before = others.range::<&Edit, _>(..edit).next_back();
    let after = others.range::<&Edit, _>(edit..).next();
    let apart = |first: &Edit, second: &Edit| {
        first.span.end <= second.span.start && first.span.start < second.span.start
    };
    before.is_none_or(|before| apart(before, edit)) && after.is_none_or(|after| apart(edit, after))
}

/// Whether edits lie within some bytes, in order and apart.
fn fits(bytes: &[u8], edits: &[Edit]) -> bool {
    let mut at = 0;
    edits.iter().all(|Edit { span, .. }| {
        let fits = at <= span.start && span.start <= span.end && span.end <= bytes.len();
        at = span.end;
        fits
    })
}

/// Bytes with edits made that are in order; `None` where they overlap or lie
/// outside.
fn replaced<'a>(bytes: &[u8], edits: impl Iterator<Item = &'a Edit>) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(bytes.get(at..edit.span.start)?);
        out.extend_from_slice(edit.replacement.as_bytes());
        bytes.get(edit.span.start..edit.span.end)?;
        at = edit.span.end;
    }
    out.extend_from_slice(bytes.get(at..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    fn edit(start: usize, end: usize, replacement: &str) -> Edit {
        let span = Span {
            start,
            end,
            line: 1,
            column: start + 1,
        };
        Edit {
            span,
            replacement: replacement.to_owned(),
        }
    }

    fn found(edits: &[Edit]) -> Diagnostic {
        Diagnostic {
            source: Some("x".to_owned()),
            fix: Some(Fix::new(edits.to_vec())),
            ..Diagnostic::error(Code("x"), "")
        }
    }

    #[track_caller]
    fn check(fixes: &[&[Edit]], text: &str, applied: &[usize], skipped: &[usize]) {
        let source = Source::new("x", "0123456789");
        let diagnostics: Vec<Diagnostic> = fixes.iter().map(|edits| found(edits)).collect();
        let result = apply(&source, &diagnostics);
        assert_eq!(String::from_utf8(result.bytes).unwrap(), text);
        assert_eq!(
            (&result.applied[..], &result.skipped[..]),
            (applied, skipped)
        );
    }

    #[test]
    fn makes_what_is_apart() {
        check(
            &[&[edit(8, 9, "eight")], &[edit(1, 2, ""), edit(4, 4, "!")]],
            "023!4567eight9",
            &[0, 1],
            &[],
        );
        // Side by side is apart.
        check(
            &[&[edit(1, 2, "a")], &[edit(2, 3, "b")]],
            "0ab3456789",
            &[0, 1],
            &[],
        );
    }

    #[test]
    fn passes_over_what_is_in_the_way() {
        check(
            &[&[edit(1, 4, "a")], &[edit(3, 5, "b")]],
            "0a456789",
            &[0],
            &[1],
        );
        check(
            &[&[edit(3, 5, "b")], &[edit(1, 4, "a")]],
            "012b56789",
            &[0],
            &[1],
        );
        check(&[&[edit(1, 9, "a")], &[edit(3, 3, "b")]], "0a9", &[0], &[1]);
        // Which of two insertions comes first nobody can say.
        check(
            &[&[edit(3, 3, "a")], &[edit(3, 3, "b")]],
            "012a3456789",
            &[0],
            &[1],
        );
        // A fix is made whole or not at all.
        check(
            &[&[edit(1, 2, "a")], &[edit(1, 2, "b"), edit(8, 9, "c")]],
            "0a23456789",
            &[0],
            &[1],
        );
    }

    #[test]
    fn makes_a_shared_fix_once() {
        check(
            &[&[edit(3, 3, "a")], &[edit(3, 3, "a")]],
            "012a3456789",
            &[0, 1],
            &[],
        );
    }

    #[test]
    fn passes_over_what_lies_outside() {
        check(&[&[edit(9, 11, "a")]], "0123456789", &[], &[0]);
        check(&[&[edit(3, 2, "a")]], "0123456789", &[], &[0]);
    }

    #[test]
    fn two_fixes_never_bring_one_key() {
        let source = Source::new("x", "0123456789");
        let mut both = [found(&[edit(1, 2, "a")]), found(&[edit(5, 6, "b")])];
        for diagnostic in &mut both {
            diagnostic.fix.as_mut().unwrap().claims = vec![(0, "destination".to_owned())];
        }
        assert_eq!(apply(&source, &both).skipped, [1]);
    }

    #[test]
    fn leaves_other_sources_alone() {
        let other = Diagnostic {
            source: Some("y".to_owned()),
            ..found(&[edit(1, 2, "a")])
        };
        assert_eq!(apply(&Source::new("x", "0123"), &[other]).bytes, b"0123");
    }
}
