//! Conformance suites: case files written outside this project, judged one line at a
//! time.
//!
//! A case file holds one JSON object a line, each with an `id` unique in its file. What
//! a case asks, and when an answer is right, differs by [`Suite`]; each has a module
//! here with one function `run(&Value) -> Outcome`. A case that cannot be understood, and
//! a case whose judging panics, fails; neither ends the run.

mod bgp;
mod bgp_vectors;
mod cve_vectors;
mod http_match;
mod policy;
mod report;
mod selector_eval;
mod selector_parse;
mod strict_decode;
mod suite;
mod topology;
mod validation;

pub use bgp::octets;
pub(crate) use bgp_vectors::message_of;
pub use report::{Failure, Report, RunError, run};
pub use suite::{Suite, UnknownSuite};

use std::fmt::Debug;

/// How one case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Everything that the case names was as it says.
    Pass,
    /// Something was not.
    Fail {
        /// What the case asks for.
        expected: String,
        /// What came instead.
        got: String,
    },
}

impl Outcome {
    /// A failure, in words.
    pub fn fail(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self::Fail {
            expected: expected.into(),
            got: got.into(),
        }
    }

    /// [`Outcome::Pass`] when the two are equal, else a failure that shows both.
    pub fn equal<T: PartialEq<U> + Debug + ?Sized, U: Debug + ?Sized>(
        expected: &T,
        got: &U,
    ) -> Self {
        if expected == got {
            Self::Pass
        } else {
            Self::fail(format!("{expected:?}"), format!("{got:?}"))
        }
    }

    /// The first failure of the two: `a.and(|| b)` judges `b` only when `a` passed.
    pub fn and(self, next: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Pass => next(),
            failed @ Self::Fail { .. } => failed,
        }
    }

    /// The same outcome with `what` before the expected side of a failure, to tell which of a
    /// case's several expectations it was.
    pub fn named(self, what: &str) -> Self {
        match self {
            Self::Pass => Self::Pass,
            Self::Fail { expected, got } => Self::Fail {
                expected: format!("{what} {expected}"),
                got,
            },
        }
    }
}
