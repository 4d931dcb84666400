//! Suite `selector-parse`: whether a text is a selector, and what Calico derives from it.

use std::collections::BTreeMap;

use calico_types::selector::{LabelRestriction, Selector};
use serde::Deserialize;
use serde_json::Value;

use super::Outcome;

#[derive(Deserialize)]
struct Case {
    selector: String,
    valid: bool,
    canonical: Option<String>,
    unique_id: Option<String>,
    label_restrictions: Option<BTreeMap<String, Restriction>>,
    prefix: Option<String>,
    prefixed_canonical: Option<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Restriction {
    must_be_present: bool,
    must_be_absent: bool,
    must_have_one_of_values: Option<Vec<String>>,
}

impl From<LabelRestriction> for Restriction {
    fn from(restriction: LabelRestriction) -> Self {
        Self {
            must_be_present: restriction.must_be_present,
            must_be_absent: restriction.must_be_absent,
            must_have_one_of_values: restriction
                .must_have_one_of_values
                .map(|values| values.into_iter().map(Into::into).collect()),
        }
    }
}

/// Judges one case.
pub(super) fn run(case: &Value) -> Outcome {
    let case = match Case::deserialize(case) {
        Ok(case) => case,
        Err(error) => return Outcome::fail("a readable case", error.to_string()),
    };
    match Selector::parse(&case.selector) {
        Ok(_) if !case.valid => Outcome::fail("an error", "a selector"),
        Ok(selector) => judge(&case, &selector),
        Err(error) if case.valid => Outcome::fail("a selector", error.to_string()),
        Err(_) => Outcome::Pass,
    }
}

/// Every expectation that the row carries.
fn judge(case: &Case, selector: &Selector) -> Outcome {
    named("canonical", case.canonical.as_ref(), || {
        selector.to_string()
    })
    .and(|| {
        named("unique_id", case.unique_id.as_ref(), || {
            selector.unique_id()
        })
    })
    .and(|| {
        named(
            "label_restrictions",
            case.label_restrictions.as_ref(),
            || restrictions(selector),
        )
    })
    .and(|| {
        let prefix = case.prefix.as_deref().unwrap_or_default();
        named("prefixed", case.prefixed_canonical.as_ref(), || {
            selector.prefixed(prefix).to_string()
        })
    })
}

fn restrictions(selector: &Selector) -> BTreeMap<String, Restriction> {
    selector
        .label_restrictions()
        .into_iter()
        .map(|(label, restriction)| (label.into(), restriction.into()))
        .collect()
}

fn named<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: Option<&T>,
    got: impl FnOnce() -> T,
) -> Outcome {
    match expected {
        Some(expected) => Outcome::equal(expected, &got()).named(what),
        None => Outcome::Pass,
    }
}
