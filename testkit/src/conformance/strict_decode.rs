//! Suite `strict-decode`: what a strict decoder refuses, and what an API server would store
//! instead.

use calico_types::{Source, decode, prune};
use serde::Deserialize;
use serde_json::Value;

use super::Outcome;

#[derive(Deserialize)]
struct Case {
    yaml: String,
    strict_error: Option<String>,
    pruned_by_apiserver: Vec<String>,
    stored_after_pruning: Option<String>,
}

/// Judges one case.
pub(super) fn run(case: &Value) -> Outcome {
    match Case::deserialize(case) {
        Ok(case) => judge(&case),
        Err(error) => Outcome::fail("a readable case", error.to_string()),
    }
}

fn judge(case: &Case) -> Outcome {
    let decoded = decode(&[Source::new("case", case.yaml.as_bytes())]);
    let refusals: Vec<String> = decoded
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.refused_by.decoder)
        .map(|diagnostic| format!("{}: {}", diagnostic.code, diagnostic.message))
        .collect();
    if refusals.is_empty() == case.strict_error.is_some() {
        let expected = format!("strict error {:?}", case.strict_error);
        return Outcome::fail(expected, format!("{refusals:?}"));
    }
    let document: Value = match serde_saphyr::from_str(&case.yaml) {
        Ok(document) => document,
        Err(error) => return Outcome::fail("a readable case", error.to_string()),
    };
    let pruned = prune(&document);
    let mut expected = case.pruned_by_apiserver.clone();
    let mut paths = pruned
        .as_ref()
        .map(|pruned| pruned.paths.clone())
        .unwrap_or_default();
    expected.sort_unstable();
    paths.sort_unstable();
    Outcome::equal(&expected, &paths)
        .named("pruned paths")
        .and(|| stored(case, pruned.map(|pruned| pruned.stored)))
}

/// Where the case does not know what is stored, nothing is compared.
fn stored(case: &Case, ours: Option<Value>) -> Outcome {
    let Some(text) = &case.stored_after_pruning else {
        return Outcome::Pass;
    };
    match serde_saphyr::from_str::<Value>(text) {
        Ok(expected) => Outcome::equal(&Some(expected), &ours).named("stored"),
        Err(error) => Outcome::fail("a readable case", error.to_string()),
    }
}
