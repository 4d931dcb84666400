//! Input made to hurt.

use calico_types::{Limits, Source, decode_within, diagnose, prune, render};
use proptest::prelude::*;

use super::{codes, diagnosed, with_spec};

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

/// What each bound says, and that it is met.
#[test]
fn every_limit_ends_the_reading() {
    let tight = Limits {
        bytes: 1_000,
        depth: 8,
        aliased_values: 10,
        values: 50,
        documents: 3,
        findings: 2,
    };
    let peer = "{apiVersion: projectcalico.org/v3, kind: BGPPeer, metadata: {name: x}, spec: {";
    for (text, code) in [
        ("x".repeat(1_001), "too-large"),
        (format!("{}{}", "[".repeat(9), "]".repeat(9)), "too-deep"),
        ("{\"a\":".repeat(9), "too-deep"),
        (format!("a: &a [{}]", "x, ".repeat(20)), "too-many-aliases"),
        (format!("[{}]", "1,".repeat(60)), "too-many-values"),
        (format!("- {}", "x\n- ".repeat(60)), "too-many-values"),
        ("a\n---\n".repeat(5), "too-many-documents"),
        ("{}\n".repeat(5), "too-many-documents"),
        (
            format!("{peer}a: 1, b: 2, c: 3, d: 4}}}}"),
            "too-many-findings",
        ),
    ] {
        let decoded = decode_within(&[Source::new("x", text.as_str())], &tight);
        let codes: Vec<&str> = decoded
            .diagnostics
            .iter()
            .map(|found| found.code.0)
            .collect();
        assert!(codes.contains(&code), "{text}: {codes:?}");
        assert_eq!(
            codes.iter().filter(|found| **found == code).count(),
            1,
            "{text}"
        );
    }
}

/// What is allocated, all told and not at once, for the worst that a source can be. A parser for
/// each of many tiny documents takes the most.
#[test]
fn memory_is_in_proportion() {
    let size = 100_000;
    for (name, text) in [
        ("numbers", format!("[{}0]", "0,".repeat(size))),
        ("empty lists", format!("[{}[]]", "[],".repeat(size))),
        ("yaml items", "- x\n".repeat(size)),
        (
            "yaml keys",
            (0..size).map(|n| format!("k{n}: 1\n")).collect(),
        ),
        ("repeated keys", "k: 1\n".repeat(size)),
        (
            "json keys",
            format!("{{{}\"k\":1}}", "\"k\":1,".repeat(size)),
        ),
        ("documents", "a\n---\n".repeat(size)),
        ("json documents", "{}\n".repeat(size)),
        ("broken json", "{\n".repeat(size)),
        ("one long text", format!("\"{}\"", "x".repeat(size))),
        ("one long key", format!("{{\"{}\": 1}}", "x".repeat(size))),
        ("one long number", "1".repeat(size)),
        ("escapes", format!("\"{}\"", "\\u0041".repeat(size))),
        (
            "anchors",
            (0..size).map(|n| format!("- &a{n} x\n")).collect(),
        ),
        (
            "merges",
            format!("a: &a {{k: 1}}\nb: {{{}}}", "<<: *a, ".repeat(size / 10)),
        ),
        ("brackets", "[".repeat(size)),
        ("block scalar", format!("a: |\n{}", "  x\n".repeat(size))),
        ("tabs", format!("a: b\n{}", "\t\n".repeat(size))),
        ("comments", "# x\n".repeat(size)),
        ("separators", "---\n".repeat(size)),
        ("directives", "%X\n".repeat(size)),
        ("nulls", "\0".repeat(size)),
        ("surprises", "- y\n".repeat(size)),
        ("separated content", "--- a\n".repeat(size)),
    ] {
        let source = [Source::new(name, text)];
        let (decoded, counts) = testkit::alloc::count(|| diagnose(&source));
        let per_byte = counts.bytes / source[0].bytes.len() as u64;
        assert!(per_byte < 3_000, "{name}: {per_byte} bytes for each byte");
        assert!(decoded.diagnostics.len() <= 21_000, "{name}");
    }
}

/// A resource that is wrong in every way, a thousand times over, costs not much
/// more for each mistake than one that is wrong once.
#[test]
fn mistakes_cost_in_proportion() {
    let spec = |rules: usize| {
        let rule = r#"{"Action":"allow","protocol":"tcp","port":1,"source":{"selector":"a = 'b'","nets":["10.0.0.1/8"]}},"#;
        let rules = rule.repeat(rules);
        with_spec(
            "NetworkPolicy",
            &format!(r#"{{"ingress":[{}]}}"#, rules.trim_end_matches(',')),
        )
    };
    let bytes = |rules| {
        let sources = [Source::new("x.json", spec(rules))];
        testkit::alloc::count(|| diagnose(&sources)).1.bytes
    };
    let (few, many) = (bytes(20), bytes(160));
    assert!(many < few * 20, "{few} {many}");
}

/// The findings of a source have an end, however many documents it has.
#[test]
fn findings_of_a_source_have_an_end() {
    let mistakes: String = (0..900).map(|n| format!("  f{n}: 1\n")).collect();
    let document = format!(
        "apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {{name: x}}\nspec:\n{mistakes}---\n"
    );
    let (decoded, _) = diagnosed("x.yaml", &document.repeat(30));
    assert!(
        decoded.diagnostics.len() < 22_000,
        "{}",
        decoded.diagnostics.len()
    );
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

/// A whole manifest with some of its bytes changed.
fn mutant() -> impl Strategy<Value = Vec<u8>> {
    const MANIFESTS: [&str; 3] = [
        "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata:\n  name: a\n  labels: {x: y}\nspec:\n  order: 1.5\n  types: [Ingress]\n  ingress:\n  - &a\n    action: Allow\n    protocol: TCP\n    source: {nets: [10.0.0.0/8], selector: \"a == 'b'\"}\n    destination: {ports: [80, '1:2']}\n  - <<: *a\n  - *a\n",
        r#"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"projectcalico.org/v3","kind":"BGPFilter","metadata":{"name":"a"},"spec":{"importV4":[{"action":"Accept","cidr":"10.0.0.0/8","matchOperator":"In","prefixLength":{"min":9,"max":30}}]}},{"apiVersion":"v1","kind":"Pod","metadata":{"name":"\u00e9\ud83d\ude00"}}]}"#,
        "%YAML 1.1\n---\napiVersion: crd.projectcalico.org/v1\nkind: IPPool\nmetadata:\n  annotations: {projectcalico.org/metadata: '{\"a\":[1,{\"b\":null}]}'}\nspec: {cidr: 10.0.0.0/16, blockSize: 26.0, disabled: no}\n...\n--- |\n  text\n",
    ];
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8);
    (
        prop::sample::select(&MANIFESTS[..]),
        prop::collection::vec(change, 0..8),
    )
        .prop_map(|(manifest, changes)| {
            let mut bytes = manifest.as_bytes().to_vec();
            for (at, byte, how) in changes {
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    2 => drop(bytes.remove(at)),
                    _ => bytes[at] = b"{}[]:,\"'&*!|>%#-\n\t \\"[usize::from(byte) % 20],
                }
            }
            bytes
        })
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|fields| fields.into_iter().collect()),
        ]
    })
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
    fn mutants_never_panic(bytes in mutant()) {
        for name in ["x.yaml", "x.json"] {
            let sources = [Source::new(name, bytes.as_slice())];
            for found in diagnose(&sources).diagnostics {
                let _ = render(&found, &sources);
            }
        }
    }

    /// The tree of JSON is what serde_json makes of it.
    #[test]
    fn json_is_read_as_serde_json_reads_it(value in json_value()) {
        let document = serde_json::json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "type": value,
        });
        for text in [document.to_string(), serde_json::to_string_pretty(&document).unwrap()] {
            let (decoded, _) = diagnosed("x.json", &text);
            let codes: Vec<&str> = decoded.diagnostics.iter().map(|found| found.code.0).collect();
            prop_assert!(codes.iter().all(|code| !code.ends_with("syntax")), "{} {:?}", text, codes);
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
