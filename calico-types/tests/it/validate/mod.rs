//! Validation: who refuses what, by layer and by release.

mod datastore;
mod go_bgp;
mod go_endpoint;
mod go_felix;
mod go_metadata;
mod go_policy;
mod go_pool;
mod operator;
mod update;
mod versions;

use calico_types::{Diagnostic, Severity, Source, decode, validate};

/// What becomes of a document on the way through Calico's client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It is taken.
    Taken,
    /// Strict decoding refuses it; no rule ever sees it.
    Decoder,
    /// It decodes, and Calico's own rules refuse it.
    Rules,
}

use Verdict::{Decoder, Rules, Taken};

/// Holds what becomes of documents of a kind against the rules as they are
/// written down in Calico's validator. Each spec is one line of YAML.
#[track_caller]
fn go(kind: &str, specs: &[(&str, Verdict)]) {
    let wrong: Vec<String> = specs
        .iter()
        .filter_map(|(spec, expected)| {
            let document = format!(
                "apiVersion: projectcalico.org/v3\nkind: {kind}\n\
                 metadata: {{name: default, namespace: default}}\nspec: {spec}\n"
            );
            differs(&document, *expected).map(|came| format!("{spec}: {came}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{kind}:\n{}", wrong.join("\n"));
}

/// What came instead, if it is not what was expected.
fn differs(document: &str, expected: Verdict) -> Option<String> {
    let decoded = decode(&[Source::new("case.yaml", document)]);
    let decoder = errors(&decoded.diagnostics, |found| found.refused_by.decoder);
    let rules = errors(&validate::go(&decoded), |found| found.refused_by.calico);
    let came = match (decoder.is_empty(), rules.is_empty()) {
        (false, _) => Decoder,
        (true, false) => Rules,
        (true, true) => Taken,
    };
    (came != expected).then(|| format!("{came:?} {decoder:?} {rules:?}, not {expected:?}"))
}

fn errors(found: &[Diagnostic], by: impl Fn(&Diagnostic) -> bool) -> Vec<String> {
    found
        .iter()
        .filter(|found| found.severity == Severity::Error && by(found))
        .map(|found| format!("{} {}", found.path, found.code))
        .collect()
}
