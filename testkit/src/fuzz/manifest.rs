//! Manifests.

use calico_types::lint::{LintContext, lint_decoded};
use calico_types::{Decoded, Source, diagnose, prune, render};
use serde_json::Value;

/// Reads the bytes as manifests, with every check of single documents and of all of them.
/// Findings must render and lie within the source; what decodes must be what it decodes to when printed; what is
/// pruned must stay as it is when pruned again.
///
/// # Panics
///
/// When one of these is not so.
pub fn manifest(data: &[u8]) {
    let sources = [Source::new("fuzz.yaml", data)];
    let decoded = diagnose(&sources);
    let linted = lint_decoded(&decoded, &LintContext::new());
    for found in decoded.diagnostics.iter().chain(&linted) {
        let text = render(found, &sources);
        assert!(!text.contains('\u{1b}'), "{text:?}");
        if let Some(span) = found.span {
            assert!(
                span.start <= span.end && span.start <= data.len(),
                "{span:?}"
            );
        }
    }
    if let Err(error) = print_again(&decoded) {
        unreachable!("a resource does not print: {error}");
    }
}

fn print_again(decoded: &Decoded) -> Result<(), serde_json::Error> {
    for resource in decoded.iter() {
        let printed = serde_json::to_string(resource)?;
        let again = diagnose(&[Source::new("again.json", printed.as_bytes())]);
        let once: Vec<Value> = decoded_values(&again)?;
        assert_eq!(once, [serde_json::to_value(resource)?], "{printed}");
        if let Some(pruned) = once.first().and_then(prune) {
            let twice = prune(&pruned.stored);
            assert_eq!(twice.map(|twice| twice.stored), Some(pruned.stored));
        }
    }
    Ok(())
}

fn decoded_values(decoded: &Decoded) -> Result<Vec<Value>, serde_json::Error> {
    decoded.iter().map(serde_json::to_value).collect()
}
