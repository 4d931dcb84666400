//! Sources of several documents, and the marks between and before them.

use calico_types::{Source, decode};

use super::{codes, diagnosed, names, places, with_spec};

const A: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
const B: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n";

#[test]
fn documents_without_content_are_nothing() {
    for text in [
        "",
        "\n\n",
        "---\n",
        "---\n---\n# a comment\n---\n",
        "# only\n",
        "--- # only\n",
        "\u{feff}",
        "~\n",
        "---\nnull\n...\n",
    ] {
        let (decoded, _) = diagnosed("x.yaml", text);
        assert_eq!(decoded.diagnostics, [], "{text:?}");
        assert!(decoded.resources.is_empty());
    }
}

#[test]
fn marks_of_all_sorts_stand_between() {
    for between in [
        "---\n",
        "--- \n",
        "---\r\n",
        "--- # next\n",
        "...\n---\n",
        "-----\n",
        "---\n---\n",
        "---\n# nothing\n---\n",
    ] {
        let text = format!("{A}{between}{B}");
        let (decoded, _) = diagnosed("x.yaml", &text);
        assert_eq!(names(&decoded), ["a", "b"], "{between:?}");
        assert_eq!(decoded.diagnostics, [], "{between:?}");
    }
}

/// Both tools cut before `---` and drop the line.
#[test]
fn what_a_mark_hides_is_told() {
    let text = format!("{A}--- {{apiVersion: v1, kind: Namespace, metadata: {{name: b}}}}\n");
    assert_eq!(places("x.yaml", &text), [("separator-content", 4, 5)]);
    let text = format!("{A}...\n{B}...\n{B}");
    assert_eq!(places("x.yaml", &text), [("unseparated-document", 5, 1)]);
    let text = format!("%YAML 1.2\n---\n{A}");
    let (decoded, _) = diagnosed("x.yaml", &text);
    assert_eq!(names(&decoded), ["a"]);
    assert_eq!(places("x.yaml", &text), [("yaml-directive", 1, 1)]);
}

#[test]
fn a_broken_document_hides_neither_those_before_nor_those_after() {
    let broken = [
        "a: [1\n",
        "a: {b\n",
        "a: \"b\n",
        "a: b: c\n",
        "a: *nothing\n",
        "a: @b\n",
        "? [a]\n: b\n",
        "a: |0\n b\n",
        "\ta: 1\n",
        "a:\n  - 1\n - 2\n",
    ];
    for broken in broken {
        let text = format!("{A}---\n{broken}---\n{B}");
        let (decoded, _) = diagnosed("x.yaml", &text);
        assert_eq!(names(&decoded), ["a", "b"], "{broken:?}");
        let found = decoded.diagnostics.first().unwrap();
        let line = found.span.map(|span| span.line);
        assert!((5..=7).contains(&line.unwrap()), "{broken:?} {found:?}");
        assert!(found.refused_by.decoder && found.refused_by.api_server);
    }
}

#[test]
fn a_broken_value_of_a_json_stream_hides_no_other() {
    let good = |name: &str| {
        format!(r#"{{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{name}"}}}}"#)
    };
    let broken = r#"{"apiVersion":"v1","kind":"#;
    let text = format!("{}\n{broken}\n{}\n", good("a"), good("b"));
    let (decoded, _) = diagnosed("x.json", &text);
    assert_eq!(names(&decoded), ["a", "b"]);
    let syntax: Vec<usize> = decoded
        .diagnostics
        .iter()
        .filter(|found| found.code.0 == "json-syntax")
        .filter_map(|found| Some(found.span?.line))
        .collect();
    // The next value is taken for the one that is missing, until the end.
    assert_eq!(syntax, [4]);
}

#[test]
fn json_and_yaml_stand_in_one_source() {
    let json = with_spec("BGPPeer", r#"{"peerIP": "192.0.2.1", "asNumber": 65000}"#);
    let text = format!("{json}\n---\n{A}---\n{json}\n");
    let (decoded, _) = diagnosed("x.yaml", &text);
    assert_eq!(names(&decoded), ["x", "a", "x"]);
    assert_eq!(decoded.diagnostics, []);
    let lines: Vec<usize> = decoded
        .resources
        .iter()
        .map(|located| located.span.line)
        .collect();
    assert_eq!(lines, [1, 3, 7]);
}

/// Offsets are those of the source, with its mark.
#[test]
fn a_byte_order_mark_moves_no_place() {
    for name in ["x.yaml", "x.json"] {
        let text = format!("\u{feff}{}", with_spec("BGPPeer", r#"{"peerIp": "x"}"#));
        let (decoded, sources) = diagnosed(name, &text);
        let found = &decoded.diagnostics[0];
        let span = found.span.unwrap();
        let source = std::str::from_utf8(&sources[0].bytes).unwrap();
        assert_eq!(&source[span.start..span.end], "\"peerIp\"", "{name}");
    }
}

#[test]
fn line_ends_and_wide_letters_move_no_place() {
    let yaml =
        "apiVersion: projectcalico.org/v3\r\nkind: BGPPeer\r\nmetadata: {name: \"ü😀\", x: 1}\r\n";
    assert!(places("x.yaml", yaml).contains(&("unknown-field", 3, 24)));
    let json = r#"{"apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": "ü😀", "x": 1}}"#;
    let column = json.chars().position(|c| c == 'x').unwrap();
    let found = places("x.json", json);
    assert!(
        found.contains(&("unknown-field", 1, column)),
        "{found:?} {column}"
    );
}

#[test]
fn utf_16_is_told_apart_from_noise() {
    for bytes in [
        b"\xff\xfea\0:\0".to_vec(),
        b"\xfe\xff\0a\0:".to_vec(),
        b"a\0:\0 \0b\0".to_vec(),
        b"\0a\0:\0 \0b".to_vec(),
    ] {
        let decoded = decode(&[Source::new("x", bytes)]);
        assert_eq!(decoded.diagnostics[0].code.0, "utf-16");
        assert_eq!(decoded.diagnostics.len(), 1);
    }
}

#[test]
fn lists_of_all_sorts_are_taken_apart() {
    let item = with_spec("BGPPeer", r#"{"peerIP": "192.0.2.1", "asNumber": 65000}"#);
    let bare = r#"{"metadata":{"name":"y"},"spec":{"peerIP":"192.0.2.2","asNumber":65000}}"#;
    let list = |kind: &str, items: &str| {
        format!(r#"{{"apiVersion":"projectcalico.org/v3","kind":"{kind}","items":[{items}]}}"#)
    };
    let nested = list("List", &format!("{},{item}", list("BGPPeerList", bare)));
    for (text, expected) in [
        (list("List", &format!("{item},{item}")), vec!["x", "x"]),
        (
            list("BGPPeerList", &format!("{bare},{item}")),
            vec!["y", "x"],
        ),
        (nested, vec!["y", "x"]),
        (list("BGPPeerList", ""), vec![]),
        (
            r#"{"apiVersion":"v1","kind":"List","items":null}"#.to_owned(),
            vec![],
        ),
    ] {
        let (decoded, _) = diagnosed("x.json", &text);
        assert_eq!(names(&decoded), expected, "{text}");
        assert_eq!(decoded.diagnostics, [], "{text}");
    }
    assert_eq!(
        codes(r#"{"apiVersion":"v1","kind":"List","items":{}}"#),
        ["wrong-type"]
    );
    let (decoded, _) = diagnosed("x.json", &format!("[{item}]"));
    assert_eq!(names(&decoded), ["x"]);
    assert_eq!(decoded.diagnostics[0].code.0, "bare-list");
    assert!(!decoded.diagnostics[0].refused_by.decoder);
}

/// As `kubectl get -o yaml` prints it, with what servers add.
#[test]
fn what_a_cluster_prints_is_read_without_a_word() {
    let text = "\
apiVersion: v1
items:
- apiVersion: projectcalico.org/v3
  kind: IPPool
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {\"apiVersion\":\"projectcalico.org/v3\",\"kind\":\"IPPool\"}
    creationTimestamp: \"2026-01-05T10:00:00Z\"
    generation: 3
    managedFields:
    - apiVersion: projectcalico.org/v3
      fieldsType: FieldsV1
      fieldsV1:
        f:spec:
          .: {}
          f:cidr: {}
      manager: kubectl-client-side-apply
      operation: Update
      time: \"2026-01-05T10:00:00Z\"
    name: pods
    resourceVersion: \"812\"
    selfLink: /apis/projectcalico.org/v3/ippools/pods
    uid: 6b3a1c52-0d7e-4b39-9a53-0b6a2f9e6f11
  spec:
    allowedUses:
    - Workload
    - Tunnel
    assignmentMode: Automatic
    blockSize: 26
    cidr: 10.48.0.0/16
    ipipMode: Never
    natOutgoing: true
    nodeSelector: all()
    vxlanMode: CrossSubnet
  status:
    conditions:
    - lastTransitionTime: \"2026-01-05T10:00:00Z\"
      message: \"\"
      reason: OK
      status: \"True\"
      type: Allocatable
- apiVersion: projectcalico.org/v3
  kind: Tier
  metadata:
    creationTimestamp: null
    name: security
  spec:
    order: 100
kind: List
metadata:
  resourceVersion: \"\"
  selfLink: \"\"
";
    let (decoded, _) = diagnosed("x.yaml", text);
    assert_eq!(names(&decoded), ["pods", "security"]);
    assert_eq!(decoded.diagnostics, []);
}

/// Everybody looks a resource up by `apiVersion` and `kind`, written so.
#[test]
fn headers_are_taken_by_the_letter() {
    let text = "apiVersion: projectcalico.org/v3\nKind: BGPPeer\nmetadata: {name: tor}\nspec: {peerIP: 192.0.2.1, asNumber: 65000}\n";
    let (decoded, _) = diagnosed("x.yaml", text);
    let found = &decoded.diagnostics[0];
    assert_eq!(
        (found.code.0, found.span.unwrap().line),
        ("missing-field", 2)
    );
    assert!(found.refused_by.decoder && found.refused_by.api_server);
    assert_eq!(names(&decoded), ["tor"]);
    assert_eq!(
        codes("apiVersion: v1\nkind: 5\nmetadata: {name: a}\n"),
        ["wrong-type"]
    );
}
