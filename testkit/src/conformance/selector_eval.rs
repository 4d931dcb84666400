//! Suite `selector-eval`: a selector against labels, and its canonical form.

use std::collections::BTreeMap;

use calico_types::selector::Selector;
use serde::Deserialize;
use serde_json::Value;

use super::Outcome;

#[derive(Deserialize)]
struct Case {
    selector: String,
    labels: BTreeMap<String, String>,
    expected: bool,
    canonical: Option<String>,
}

/// Judges one case.
pub(super) fn run(case: &Value) -> Outcome {
    let case = match Case::deserialize(case) {
        Ok(case) => case,
        Err(error) => return Outcome::fail("a readable case", error.to_string()),
    };
    let selector = match Selector::parse(&case.selector) {
        Ok(selector) => selector,
        Err(error) => return Outcome::fail("a selector", error.to_string()),
    };
    let matched = selector.matches(&case.labels);
    Outcome::equal(&case.expected, &matched)
        .named("match")
        .and(|| match &case.canonical {
            Some(canonical) => Outcome::equal(canonical, &selector.to_string()).named("canonical"),
            None => Outcome::Pass,
        })
}
