//! Decoding: what is accepted, what is found, how it is told.

mod backing;
mod hostile;
mod input;
mod leniency;
mod mistakes;
mod stored;
mod streams;

use calico_types::{Decoded, Source, codes, diagnose};

fn diagnosed(name: &str, text: &str) -> (Decoded, [Source; 1]) {
    let sources = [Source::new(name, text)];
    let decoded = diagnose(&sources);
    for diagnostic in &decoded.diagnostics {
        let page = codes::find(diagnostic.code.0);
        assert!(page.is_some(), "{} has no page", diagnostic.code);
    }
    (decoded, sources)
}

/// Codes in order.
fn codes(text: &str) -> Vec<&'static str> {
    let (decoded, _) = diagnosed("test.yaml", text);
    decoded
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.0)
        .collect()
}

/// Code, line and column of each finding.
fn places(name: &str, text: &str) -> Vec<(&'static str, usize, usize)> {
    let (decoded, _) = diagnosed(name, text);
    let place = |found: &calico_types::Diagnostic| {
        let span = found.span.unwrap_or_default();
        (found.code.0, span.line, span.column)
    };
    decoded.diagnostics.iter().map(place).collect()
}

/// The names of what was read.
fn names(decoded: &Decoded) -> Vec<&str> {
    decoded
        .iter()
        .map(|resource| resource.metadata().name.as_str())
        .collect()
}

/// A document of one kind with this spec, in JSON.
fn with_spec(kind: &str, spec: &str) -> String {
    format!(
        r#"{{"apiVersion":"projectcalico.org/v3","kind":"{kind}","metadata":{{"name":"x"}},"spec":{spec}}}"#
    )
}
