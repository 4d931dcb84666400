//! Running a suite over files, and what came of it.

use std::fmt;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::suite::Judge;
use super::{Outcome, Suite};

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many cases passed.
    pub passed: usize,
    /// Those that did not, in the order of the files.
    pub failures: Vec<Failure>,
}

/// A case that did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The case's `id`.
    pub id: String,
    /// What the case asks for.
    pub expected: String,
    /// What came instead.
    pub got: String,
}

/// Why a run could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A file could not be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A line is not a JSON object with an `id`.
    #[error("{}:{line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// Judges every case of `files`.
///
/// # Errors
///
/// When a file cannot be read or is not made of JSON objects with an `id`. A case that
/// the suite cannot make sense of is a failure in the report, not an error.
pub fn run<P: AsRef<Path>>(
    suite: Suite,
    files: impl IntoIterator<Item = P>,
) -> Result<Report, RunError> {
    let judge = suite.judge();
    let mut report = Report::default();
    for file in files {
        report.add_file(judge, file.as_ref())?;
    }
    Ok(report)
}

impl Report {
    /// How many cases were judged.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.passed + self.failures.len()
    }

    fn add_file(&mut self, judge: Judge, path: &Path) -> Result<(), RunError> {
        let text = fs::read_to_string(path).map_err(|source| RunError::Read {
            path: path.to_owned(),
            source,
        })?;
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let (id, case) = parse(line).map_err(|reason| RunError::Line {
                path: path.to_owned(),
                line: index + 1,
                reason,
            })?;
            self.add(id, judge_one(judge, &case));
        }
        Ok(())
    }

    fn add(&mut self, id: String, outcome: Outcome) {
        match outcome {
            Outcome::Pass => self.passed += 1,
            Outcome::Fail { expected, got } => self.failures.push(Failure { id, expected, got }),
        }
    }
}

/// Every failure on a line of its own, then the two counts.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "{failure}")?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failures.len())
    }
}

/// One line, whatever the two sides contain.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "FAIL {}: expected {}, got {}",
            self.id,
            self.expected.replace('\n', "\\n"),
            self.got.replace('\n', "\\n")
        )
    }
}

fn parse(line: &str) -> Result<(String, Value), String> {
    let case: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let id = case
        .get("id")
        .and_then(Value::as_str)
        .ok_or("the case has no id")?
        .to_owned();
    Ok((id, case))
}

/// The outcome of one case. No state of ours outlives the call, so nothing can be seen
/// half changed after a panic.
fn judge_one(judge: Judge, case: &Value) -> Outcome {
    catch_unwind(AssertUnwindSafe(|| judge(case))).unwrap_or_else(|payload| {
        let message = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Outcome::fail("no panic", format!("panic: {message}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_fails_its_case_only() {
        fn judge(case: &Value) -> Outcome {
            assert_ne!(case["id"], "bad", "on purpose");
            Outcome::Pass
        }
        let mut report = Report::default();
        for id in ["good", "bad", "fine"] {
            let case = serde_json::json!({ "id": id });
            report.add(id.to_owned(), judge_one(judge, &case));
        }
        assert_eq!(report.passed, 2);
        assert_eq!(report.failures.len(), 1);
        assert_eq!(report.failures[0].id, "bad");
        assert!(report.failures[0].got.contains("on purpose"));
    }

    #[test]
    fn a_report_ends_with_its_counts() {
        let mut report = Report {
            passed: 3,
            failures: Vec::new(),
        };
        report.add("a/1".to_owned(), Outcome::fail("x\ny", "z"));
        assert_eq!(
            report.to_string(),
            "FAIL a/1: expected x\\ny, got z\n3 passed, 1 failed"
        );
    }

    #[test]
    fn a_line_needs_an_id() {
        assert_eq!(parse("{}"), Err("the case has no id".to_owned()));
        assert!(parse("{").is_err());
        assert_eq!(parse(r#"{"id":"a"}"#).map(|(id, _)| id), Ok("a".to_owned()));
    }
}
