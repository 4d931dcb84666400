//! Input made to hurt.

use calico_types::{Source, diagnose, prune, render};
use proptest::prelude::*;

use super::codes;

#[test]
fn nesting_has_an_end() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(5_000),
        "- ".repeat(5_000),
        r#"{"a":"#.repeat(50_000),
    ] {
        let codes = codes(&text);
        assert!(
            codes
                .iter()
                .all(|code| matches!(*code, "too-deep" | "yaml-syntax" | "json-syntax"))
                && !codes.is_empty(),
            "{codes:?}"
        );
    }
}

#[test]
fn aliases_do_not_multiply() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let previous = level - 1;
        text.push_str(&format!(
            "a{level}: &a{level} [{}]\n",
            vec![format!("*a{previous}"); 10].join(", ")
        ));
    }
    assert_eq!(codes(&text), ["too-many-aliases"]);
}

#[test]
fn text_that_is_not_utf8() {
    let mut bytes = b"apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\nx: ".to_vec();
    bytes.extend([0xff, 0xfe]);
    let decoded = diagnose(&[Source::new("x", bytes)]);
    assert_eq!(decoded.resources.len(), 1);
    let span = decoded
        .diagnostics
        .iter()
        .find(|found| found.code.0 == "not-utf8")
        .and_then(|found| found.span);
    assert_eq!(span.map(|span| (span.line, span.column)), Some((5, 4)));
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let text = "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: \"\\e[31mred\"}\nspec: {\"\\e[2J\": 1}\n";
    let sources = [Source::new("x", text)];
    for found in diagnose(&sources).diagnostics {
        let shown = render(&found, &sources);
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
}

#[test]
fn a_document_full_of_mistakes_is_cut_short() {
    let rules = "  - {action: Allow, protocol: TCP, port: 1}\n".repeat(20_000);
    let text = format!(
        "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {{name: x}}\nspec:\n  ingress:\n{rules}"
    );
    let codes = codes(&text);
    assert_eq!(
        codes
            .iter()
            .filter(|code| **code == "unknown-field")
            .count(),
        1_000
    );
    assert!(codes.contains(&"too-many-findings"));
}

/// Text that looks like a manifest more often than noise does.
fn manifest() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "apiVersion: projectcalico.org/v3\n",
        "kind: NetworkPolicy\n",
        "kind: BGPFilter\n",
        "kind: IPPool\n",
        "kind: List\n",
        "metadata:\n",
        "  name: x\n",
        "spec:\n",
        "  ingress:\n",
        "  - action: Allow\n",
        "    protocol: TCP\n",
        "    source: {nets: [10.0.0.0/8], selector: \"a == 'b'\"}\n",
        "    destination: {ports: [80, 1:2]}\n",
        "  importV4:\n",
        "    cidr: 10.0.0.0/8\n",
        "  cidr: 10.0.0.0/8\n",
        "items:\n",
        "- ",
        "  ",
        "---\n",
        "&a ",
        "*a ",
        "<<: ",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        ": ",
        ", ",
        "\n",
        "\t",
        "!!str ",
        "|\n",
        "%YAML 1.2\n",
        "\u{feff}",
        "é",
        "yes",
        "010",
        "null",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let sources = [Source::new("x", bytes)];
        for found in diagnose(&sources).diagnostics {
            let _ = render(&found, &sources);
        }
    }

    #[test]
    fn half_manifests_never_panic(text in manifest()) {
        let sources = [Source::new("x", text)];
        let decoded = diagnose(&sources);
        for found in &decoded.diagnostics {
            let _ = render(found, &sources);
            if let Some(span) = found.span {
                prop_assert!(span.start <= span.end && span.end <= sources[0].bytes.len() + 1, "{span:?}");
            }
        }
    }

    /// What a cluster stores has nothing left to prune, and is stored again.
    #[test]
    fn pruning_is_idempotent(text in manifest()) {
        let decoded = diagnose(&[Source::new("x", text)]);
        for resource in decoded.iter() {
            let value = serde_json::to_value(resource).unwrap();
            if let Some(once) = prune(&value) {
                let twice = prune(&once.stored).unwrap();
                prop_assert_eq!(&twice.stored, &once.stored);
                prop_assert!(twice.paths.is_empty());
            }
        }
    }
}
