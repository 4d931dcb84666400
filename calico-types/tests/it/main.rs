//! Integration tests of `calico-types`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api_server;
mod codes;
mod convert;
mod decode;
mod fields;
mod fixes;
#[cfg(feature = "kube")]
mod kube;
mod kubernetes;
mod lint;
mod mistakes;
mod oracle;
mod report;
#[cfg(feature = "schemars")]
mod schemars;
mod selector;
mod selector_grammar;
mod topology;
mod validate;

use testkit::alloc::CountingAllocator;
use testkit::conformance::{self, Suite};
use testkit::shared;

/// What hostile input may take is counted, not guessed.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

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
