//! Decoding: what is accepted, what is found, how it is told.

mod hostile;
mod input;
mod mistakes;

use calico_types::{Decoded, Source, diagnose};

fn diagnosed(name: &str, text: &str) -> (Decoded, [Source; 1]) {
    let sources = [Source::new(name, text)];
    (diagnose(&sources), sources)
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

/// A document of one kind with this spec, in JSON.
fn with_spec(kind: &str, spec: &str) -> String {
    format!(
        r#"{{"apiVersion":"projectcalico.org/v3","kind":"{kind}","metadata":{{"name":"x"}},"spec":{spec}}}"#
    )
}
