//! Bounds on what a source may cost.

use crate::diagnostic::{Code, Diagnostic, RefusedBy};
use crate::source::Span;

/// What decoding may spend on one source.
///
/// Time and memory are linear in the bytes of the source plus
/// `aliased_values`. What exceeds a bound is told in one finding, and nothing
/// of the document that does is decoded.
///
/// ```
/// use calico_types::{Limits, Source, decode_within};
/// let limits = Limits { depth: 4, ..Limits::default() };
/// let decoded = decode_within(&[Source::new("x.json", "[[[[[1]]]]]")], &limits);
/// assert_eq!(decoded.diagnostics[0].code.0, "too-deep");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest source, in bytes. Default 64 MiB: the export of a large
    /// cluster; a single object of an API server has at most 1.5 MiB.
    pub bytes: usize,
    /// The deepest nesting of lists and mappings. Default 64: Calico's own kinds
    /// have at most 12 levels, and whatever walks a tree may recurse.
    pub depth: usize,
    /// How many values YAML's anchors and aliases may copy, all told. Default
    /// 100 000: shared rules of a large file pass, and a document made to
    /// multiply itself does not.
    pub aliased_values: usize,
    /// How many values one source may have: scalars, lists and mappings. Default
    /// 2 million: ten thousand policies have half a million. Each takes some 200
    /// bytes while a source is read, so that a source of brackets and commas,
    /// which has a value for each two bytes, ends with 400 MB.
    pub values: usize,
    /// How many documents one source may have. Default 100 000.
    pub documents: usize,
    /// How many findings each layer may have about a document before the rest is
    /// cut off, and, tenfold, about a source. Default 1 000: a file that is all
    /// wrong must not cost much more than one that is all right.
    pub findings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            depth: 64,
            aliased_values: 100_000,
            values: 2_000_000,
            documents: 100_000,
            findings: 1_000,
        }
    }
}

impl Limits {
    /// How many findings one layer may have about a source.
    pub(crate) const fn findings_of_source(&self) -> usize {
        self.findings.saturating_mul(10)
    }
}

/// What is left of the limits that count over a whole source.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    values: usize,
    documents: usize,
    spent: bool,
}

/// Which of them is spent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Exceeded {
    Values,
    Documents,
}

#[cfg_attr(
    not(any(feature = "json", feature = "yaml")),
    expect(dead_code, reason = "nothing but a parser spends")
)]
impl Budget {
    pub(super) const fn new(limits: &Limits) -> Self {
        Self {
            values: limits.values,
            documents: limits.documents,
            spent: false,
        }
    }

    /// Takes one value.
    pub(super) const fn value(&mut self) -> Result<(), Exceeded> {
        match self.values.checked_sub(1) {
            Some(left) => {
                self.values = left;
                Ok(())
            }
            None => {
                self.spent = true;
                Err(Exceeded::Values)
            }
        }
    }

    /// Takes one document.
    pub(super) const fn document(&mut self) -> Result<(), Exceeded> {
        match self.documents.checked_sub(1) {
            Some(left) => {
                self.documents = left;
                Ok(())
            }
            None => {
                self.spent = true;
                Err(Exceeded::Documents)
            }
        }
    }

    /// Whether reading must end.
    pub(super) const fn is_spent(&self) -> bool {
        self.spent
    }
}

#[cfg_attr(
    not(any(feature = "json", feature = "yaml")),
    expect(dead_code, reason = "nothing but a parser spends")
)]
impl Exceeded {
    pub(super) fn to_diagnostic(self, span: Span) -> Diagnostic {
        let (code, message) = match self {
            Self::Values => ("too-many-values", "more values than one source may have"),
            Self::Documents => (
                "too-many-documents",
                "more documents than one source may have; the rest is not read",
            ),
        };
        Diagnostic {
            span: Some(span),
            ..Diagnostic::error(Code(code), message).refused_by(RefusedBy::EVERYONE)
        }
    }
}
