//! How many findings there are, in one line.

use std::fmt;

use serde::Serialize;

use super::{Diagnostic, Severity};

/// Findings, counted.
///
/// ```
/// use calico_types::{Code, Diagnostic, Summary};
///
/// let found = [
///     Diagnostic::error(Code("unknown-field"), "unknown field `port`"),
///     Diagnostic::warning(Code("no-dns"), "names cannot be looked up"),
///     Diagnostic::warning(Code("all-ports"), "every port is open"),
/// ];
/// assert_eq!(Summary::of(&found).to_string(), "1 error, 2 warnings");
/// assert_eq!(Summary::of(&[]).to_string(), "nothing found");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity info.
    pub infos: usize,
    /// Findings, of any severity, that have a [`fix`](Diagnostic::fix).
    pub fixable: usize,
}

impl Summary {
    /// Counts.
    #[must_use]
    pub fn of(found: &[Diagnostic]) -> Self {
        let mut summary = Self::default();
        for diagnostic in found {
            match diagnostic.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Info => summary.infos += 1,
            }
            summary.fixable += usize::from(diagnostic.fix.is_some());
        }
        summary
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
            (self.infos, "note", "notes"),
        ];
        let mut first = true;
        for (count, one, many) in counts.into_iter().filter(|(count, ..)| *count > 0) {
            let separator = if first { "" } else { ", " };
            write!(
                f,
                "{separator}{count} {}",
                if count == 1 { one } else { many }
            )?;
            first = false;
        }
        if first {
            return f.write_str("nothing found");
        }
        match self.fixable {
            0 => Ok(()),
            count => write!(f, "; {count} can be fixed"),
        }
    }
}
