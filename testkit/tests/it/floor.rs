//! Every suite passes at least as many cases as it once did.
//!
//! The truth of a case comes from outside this project, so a case that passed and fails
//! now is a regression of ours. A suite that passes more than its floor is not an error:
//! raise the floor in the commit that earned it.

use std::path::Path;

use testkit::conformance::{self, Suite};
use testkit::shared;

/// How many cases of each suite pass, of those that lie in the shared data.
const FLOOR: [(Suite, usize); 9] = [
    (Suite::BgpVectors, 416),
    (Suite::CveVectors, 50),
    (Suite::HttpMatch, 47),
    (Suite::Policy, 702),
    (Suite::SelectorEval, 2328),
    (Suite::SelectorParse, 392),
    (Suite::StrictDecode, 17),
    (Suite::Topology, 30),
    (Suite::Validation, 498),
];

#[test]
fn no_suite_falls_below_its_floor() {
    let Some(cases) = shared::path("cases") else {
        shared::skip_message();
        return;
    };
    let fallen: Vec<String> = FLOOR
        .iter()
        .filter_map(|&(suite, floor)| below(suite, floor, &cases))
        .collect();
    assert!(fallen.is_empty(), "{}", fallen.join("\n\n"));
}

/// The report of a suite that passes fewer cases than `floor`.
fn below(suite: Suite, floor: usize, cases: &Path) -> Option<String> {
    let file = cases.join(format!("{suite}.jsonl"));
    match conformance::run(suite, [file]) {
        Ok(report) if report.passed >= floor => {
            println!("{suite}: {} of {}", report.passed, report.total());
            None
        }
        Ok(report) => Some(format!("{suite}, at least {floor} expected:\n{report}")),
        Err(error) => Some(format!("{suite}: {error}")),
    }
}
