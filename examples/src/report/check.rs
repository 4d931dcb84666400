//! Claims of the report, each tested by the run that prints it.

use std::fmt;

use serde::Serialize;

use super::listed;

/// A claim, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// The part of the report that it belongs to, from 1.
    pub part: u8,
    /// What is claimed.
    pub claim: String,
    /// Whether it holds.
    pub holds: bool,
    /// What was seen.
    pub seen: String,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.holds { "✓" } else { "✗" };
        write!(f, "{mark} {}: {}", self.claim, self.seen)
    }
}

/// The claims of one part, as they are made.
#[derive(Clone, Debug)]
pub struct Checks {
    part: u8,
    made: Vec<Check>,
}

impl Checks {
    /// No claims yet for this part.
    #[must_use]
    pub const fn new(part: u8) -> Self {
        Self {
            part,
            made: Vec::new(),
        }
    }

    /// Claims that `holds`, and says what was seen.
    pub fn claim(&mut self, claim: impl Into<String>, holds: bool, seen: impl Into<String>) {
        self.made.push(Check {
            part: self.part,
            claim: claim.into(),
            holds,
            seen: seen.into(),
        });
    }

    /// Claims that a count is what it has to be.
    pub fn all(&mut self, claim: impl Into<String>, seen: usize, of: usize) {
        self.claim(claim, seen == of, format!("{seen} of {of}"));
    }

    /// Claims that there is no exception; where there is none, `praise` is shown.
    pub fn none(&mut self, claim: impl Into<String>, exceptions: &[String], praise: &str) {
        self.claim(claim, exceptions.is_empty(), listed(exceptions, praise));
    }

    /// The claims.
    #[must_use]
    pub fn into_vec(self) -> Vec<Check> {
        self.made
    }
}
