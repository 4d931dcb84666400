//! Integration tests of `calico-types`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod decode;
mod fixes;
mod lint;
mod mistakes;
mod report;
mod selector;
mod topology;

use testkit::conformance::{self, Suite};
use testkit::shared;

/// Every case of a suite, when the cases are there.
#[track_caller]
fn suite_passes(suite: Suite) {
    let Some(file) = shared::path(format!("cases/{suite}.jsonl")) else {
        shared::skip_message();
        return;
    };
    let report = conformance::run(suite, [file]).map_err(|error| error.to_string());
    assert!(
        report
            .as_ref()
            .is_ok_and(|report| report.failures.is_empty() && report.passed > 0),
        "{report:#?}"
    );
}
