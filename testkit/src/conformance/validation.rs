//! Suite `validation`: Calico's own rules and those of the custom resource definitions, each
//! layer alone and both together.

use calico_types::{Diagnostic, RefusedBy, Severity, Source, decode, validate};
use serde::Deserialize;
use serde_json::Value;

use super::Outcome;

#[derive(Deserialize)]
struct Case {
    yaml: String,
    valid: bool,
    go_valid: bool,
    crd_valid: Option<bool>,
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
    let go = validate::go(&decoded);
    let crd = validate::crd(&decoded);
    let decoder = refusals(&decoded.diagnostics, |by| by.decoder);
    // A document that does not decode never reaches Calico's rules.
    let go: Vec<String> = decoder
        .iter()
        .cloned()
        .chain(refusals(&go, |by| by.calico))
        .collect();
    let crd = refusals(&crd, |by| by.api_server);
    let valid = go.is_empty() && crd.is_empty();
    layer("go_valid", case.go_valid, &go)
        .and(|| {
            case.crd_valid
                .map_or(Outcome::Pass, |expected| layer("crd_valid", expected, &crd))
        })
        .and(|| Outcome::equal(&case.valid, &valid).named("valid"))
}

fn layer(name: &str, expected: bool, refusals: &[String]) -> Outcome {
    if expected == refusals.is_empty() {
        Outcome::Pass
    } else {
        Outcome::fail(format!("{name} {expected}"), format!("{refusals:?}"))
    }
}

fn refusals(diagnostics: &[Diagnostic], by: impl Fn(RefusedBy) -> bool) -> Vec<String> {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error && by(diagnostic.refused_by))
        .map(|diagnostic| {
            format!(
                "{} {}: {}",
                diagnostic.path, diagnostic.code, diagnostic.message
            )
        })
        .collect()
}
