//! Decoding: what is accepted, what is found, how it is told.

mod hostile;
mod input;
mod mistakes;

use calico_types::{Decoded, Source, codes, diagnose, render};

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

/// All findings as text.
fn rendered(text: &str) -> String {
    let (decoded, sources) = diagnosed("test.yaml", text);
    let texts: Vec<String> = decoded
        .diagnostics
        .iter()
        .map(|diagnostic| render(diagnostic, &sources))
        .collect();
    texts.join("\n")
}

/// A document of one kind with this spec, in JSON.
fn with_spec(kind: &str, spec: &str) -> String {
    format!(
        r#"{{"apiVersion":"projectcalico.org/v3","kind":"{kind}","metadata":{{"name":"x"}},"spec":{spec}}}"#
    )
}
