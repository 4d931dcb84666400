//! Each change against the text that a careful author would type, and against
//! the tree that it is to be.

use super::*;
use crate::tree::{Limits, Value};

fn parse(text: &str) -> Node {
    let parsed = if text.starts_with('{') {
        crate::tree::parse(text, 0, true, &Limits::default())
    } else {
        crate::tree::parse(text, 0, false, &Limits::default())
    };
    assert_eq!(parsed.diagnostics, [], "{text}");
    parsed.documents.into_iter().next().unwrap()
}

/// Makes the changes in text and tree, holds the two together, and gives the
/// text.
fn edited(text: &str, changes: &[Change]) -> Option<String> {
    let root = parse(text);
    let fix = fix(text, &root, changes)?;
    for edit in &fix.edits {
        let before = &text[..edit.span.start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        assert_eq!(
            (edit.span.line, edit.span.column),
            (line, column),
            "{edit:?}"
        );
    }
    let bytes = fix.apply_to(text.as_bytes()).expect("edits that fit");
    let edited = String::from_utf8(bytes).unwrap();
    let wanted = changed(&root, changes).expect("a change that can be made");
    assert_eq!(parse(&edited).to_json(), wanted.to_json(), "\n{edited}");
    Some(edited)
}

#[track_caller]
fn check(text: &str, changes: &[Change], expected: &str) {
    assert_eq!(edited(text, changes).expect("a fix"), expected);
}

#[track_caller]
fn refused(text: &str, changes: &[Change]) {
    assert_eq!(edited(text, changes), None);
}

fn set(at: &str, value: Node) -> Change {
    Change::Set {
        at: Steps::parse(at),
        value,
    }
}

fn remove(at: &str) -> Change {
    Change::Remove {
        at: Steps::parse(at),
    }
}

fn replace(at: &str, value: Node) -> Change {
    Change::Replace {
        at: Steps::parse(at),
        value,
    }
}

fn rename(at: &str, to: &str) -> Change {
    Change::Rename {
        at: Steps::parse(at),
        to: to.to_owned(),
    }
}

fn moved(from: &str, to: &str) -> Change {
    Change::Move {
        from: Steps::parse(from),
        to: Steps::parse(to),
    }
}

fn splice(at: &str, part: Range<usize>, with: &str) -> Change {
    Change::Splice {
        at: Steps::parse(at),
        part,
        with: with.to_owned(),
    }
}

fn number(value: i64) -> Node {
    made(Value::Number(value.into()))
}

/// `port: 3306` to `destination.ports`, as a list.
fn port(rule: &str, value: Node) -> [Change; 2] {
    [
        remove(&format!("{rule}.port")),
        set(&format!("{rule}.destination.ports"), list(vec![value])),
    ]
}

#[test]
fn a_field_becomes_another_in_its_place() {
    check(
        "rules:\n  - action: Allow\n    port: 3306  # mysql\n    protocol: TCP\n",
        &port("rules[0]", number(3306)),
        "rules:\n  - action: Allow\n    destination:\n      ports: [3306]  # mysql\n    protocol: TCP\n",
    );
    check(
        "rules:\n- port: 3306\n  action: Allow",
        &port("rules[0]", number(3306)),
        "rules:\n- destination:\n    ports: [3306]\n  action: Allow",
    );
    check(
        "rules: [{action: Allow, port: 3306}]\n",
        &port("rules[0]", number(3306)),
        "rules: [{action: Allow, destination: {ports: [3306]}}]\n",
    );
    check(
        "{\"rules\": [{\"action\": \"Allow\", \"port\": 3306}]}",
        &port("rules[0]", number(3306)),
        "{\"rules\": [{\"action\": \"Allow\", \"destination\": {\"ports\": [3306]}}]}",
    );
    // Four columns for those who indent by four.
    check(
        "spec:\n    rules:\n        - port: 1\n",
        &port("spec.rules[0]", number(1)),
        "spec:\n    rules:\n        - destination:\n              ports: [1]\n",
    );
    check(
        "rules:\r\n- port: 1\r\n  action: Allow\r\n",
        &port("rules[0]", number(1)),
        "rules:\r\n- destination:\r\n    ports: [1]\r\n  action: Allow\r\n",
    );
}

#[test]
fn a_field_goes_into_what_is_there() {
    check(
        "rules:\n  - port: 1\n    destination:\n      selector: a == 'b' # of shop\n    action: Allow\n",
        &port("rules[0]", number(1)),
        "rules:\n  - destination:\n      selector: a == 'b' # of shop\n      ports: [1]\n    action: Allow\n",
    );
    check(
        "rules:\n  - destination:\n      selector: a\n    # the database\n    port: 1 # mysql\n",
        &port("rules[0]", number(1)),
        "rules:\n  - destination:\n      selector: a\n      ports: [1]\n    # the database\n    # mysql\n",
    );
    check(
        "rules:\n- {port: 1, destination: {selector: a}, action: Allow}\n",
        &port("rules[0]", number(1)),
        "rules:\n- {destination: {selector: a, ports: [1]}, action: Allow}\n",
    );
    check(
        "rules:\n- {action: Allow, destination: { }, port: 1}\n",
        &port("rules[0]", number(1)),
        "rules:\n- {action: Allow, destination: {ports: [1]}}\n",
    );
    check(
        "rules:\n- action: Allow\n  destination:\n  port: 1\n",
        &port("rules[0]", number(1)),
        "rules:\n- action: Allow\n  destination:\n    ports: [1]\n",
    );
    check(
        "{\n  \"rule\": {\n    \"destination\": {\n      \"selector\": \"a\"\n    },\n    \"port\": 1\n  }\n}",
        &port("rule", number(1)),
        "{\n  \"rule\": {\n    \"destination\": {\n      \"selector\": \"a\",\n      \"ports\": [1]\n    }\n  }\n}",
    );
    // What a wrong-case key holds is the same field.
    check(
        "rule:\n  Destination:\n    selector: a\n  port: 1\n",
        &port("rule", number(1)),
        "rule:\n  Destination:\n    selector: a\n    ports: [1]\n",
    );
}

#[test]
fn a_field_goes_up() {
    let mtu = [
        remove("network.pools[0].mtu"),
        set("network.mtu", number(9000)),
    ];
    check(
        "network:\n  pools:\n  - cidr: a\n    mtu: 9000\nnext: 1\n",
        &mtu,
        "network:\n  pools:\n  - cidr: a\n  mtu: 9000\nnext: 1\n",
    );
    check(
        "network:\n  pools:\n  - cidr: a\n    mtu: 9000",
        &mtu,
        "network:\n  pools:\n  - cidr: a\n  mtu: 9000",
    );
    check(
        "network:\n  pools:\n  - {cidr: a, mtu: 9000} # one\n  - {cidr: b}\n",
        &mtu,
        "network:\n  pools:\n  - {cidr: a} # one\n  - {cidr: b}\n  mtu: 9000\n",
    );
    check(
        "network:\n  pools:\n  - mtu: 9000\n    cidr: a\n",
        &mtu,
        "network:\n  pools:\n  - cidr: a\n  mtu: 9000\n",
    );
    check(
        "network:\n  pools:\n  - mtu: 9000\n",
        &mtu,
        "network:\n  pools:\n  - {}\n  mtu: 9000\n",
    );
}

#[test]
fn entries_move_as_they_are() {
    check(
        "kind: x\nselector: a # mine\n",
        &[moved("selector", "spec.selector")],
        "kind: x\nspec:\n  selector: a # mine\n",
    );
    check(
        "kind: x\ningress: # all\n- action: Allow # one\n\n  # two\n  note: |\n    a\n     b\nspec:\n  order: 1\n",
        &[moved("ingress", "spec.ingress")],
        "kind: x\nspec:\n  order: 1\n  ingress: # all\n  - action: Allow # one\n\n    # two\n    note: |\n      a\n       b\n",
    );
    check(
        "a:\n    b:\n      - c\n",
        &[moved("a.b", "b")],
        "a:\n    {}\nb:\n  - c\n",
    );
    check(
        "{\"a\": {\"x\": [1, \"é\"], \"y\": 1}}",
        &[moved("a.x", "b.c")],
        "{\"a\": {\"y\": 1}, \"b\": {\"c\": [1, \"é\"]}}",
    );
    check(
        "a:\n  x:\n  - 1\n  - é\nb: {c: 1}\n",
        &[moved("a.x", "b.x")],
        "a:\n  {}\nb: {c: 1, x: [1, é]}\n",
    );
    // A comment has no place between braces.
    refused(
        "a:\n  x:\n  # one\n  - 1\nb: {c: 1}\n",
        &[moved("a.x", "b.x")],
    );
}

#[test]
fn keys_keep_their_quotes() {
    check(
        "a: 1\npeerIp: b\n",
        &[rename("peerIp", "peerIP")],
        "a: 1\npeerIP: b\n",
    );
    check(
        "'peerIp': b\n",
        &[rename("peerIp", "peerIP")],
        "'peerIP': b\n",
    );
    check(
        "{\"peerIp\": 1}",
        &[rename("peerIp", "peerIP")],
        "{\"peerIP\": 1}",
    );
    let root = parse("peerIp: a\npeerIP: b\n");
    let both = [rename("peerIp", "peerIP")];
    assert_eq!(fix("peerIp: a\npeerIP: b\n", &root, &both), None);
}

#[test]
fn scalars_keep_their_quotes() {
    for (source, expected) in [
        ("a: tcp # x\n", "a: TCP # x\n"),
        ("a: 'tcp'\n", "a: 'TCP'\n"),
        ("a: \"tcp\"\n", "a: \"TCP\"\n"),
        ("a:\n  tcp\n", "a:\n  TCP\n"),
        ("a: |-\n  tcp\nb: 1\n", "a: TCP\nb: 1\n"),
        ("a: {b: 1}\n", "a: TCP\n"),
        ("a:\n  b: 1\nc: 2\n", "a: TCP\nc: 2\n"),
        ("a:\n- b\nc: 2\n", "a: TCP\nc: 2\n"),
        ("a:\nc: 2\n", "a: TCP\nc: 2\n"),
        ("{\"a\": 5}", "{\"a\": \"TCP\"}"),
    ] {
        check(source, &[replace("a", text("TCP"))], expected);
    }
    check("a: true\n", &[replace("a", text("true"))], "a: \"true\"\n");
    check("a: '5'\n", &[replace("a", number(5))], "a: 5\n");
    check(
        "- {a: b}\n- c\n",
        &[replace("[1]", text("d, e"))],
        "- {a: b}\n- d, e\n",
    );
    check(
        "- {a: b}\n- c\n",
        &[replace("[0].a", text("d, e"))],
        "- {a: \"d, e\"}\n- c\n",
    );
    check("a: x\n", &[replace("a", list(vec![text("x")]))], "a: [x]\n");
    // The comment would be lost.
    refused("a:\n  # c\n  b: 1\n", &[replace("a", text("TCP"))]);
}

#[test]
fn parts_of_scalars_are_found_where_they_stand() {
    // app = 'x'
    for (text, expected) in [
        ("s: app = 'x' # c\n", "s: app == 'x' # c\n"),
        ("s: \"app = 'x'\"\n", "s: \"app == 'x'\"\n"),
        ("s: 'app = ''x'''\n", "s: 'app == ''x'''\n"),
        ("s: \"\\u0061pp = 'x'\"\n", "s: \"\\u0061pp == 'x'\"\n"),
        ("s: >-\n   app\n   = 'x'\n", "s: >-\n   app\n   == 'x'\n"),
        ("s:\n- app = 'x'\n", "s:\n- app == 'x'\n"),
        ("{\"s\": \"app = 'x'\"}", "{\"s\": \"app == 'x'\"}"),
    ] {
        let at = if text.contains('-') && !text.contains('>') {
            "s[0]"
        } else {
            "s"
        };
        check(text, &[splice(at, 4..5, "==")], expected);
    }
    check(
        "s: 'a == b'\n",
        &[splice("s", 5..6, "'b'")],
        "s: 'a == ''b'''\n",
    );
    check(
        "s: a == b\n",
        &[splice("s", 5..6, "\"b\"")],
        "s: a == \"b\"\n",
    );
    // What can no longer go without quotes gets them.
    check("s: a = b\n", &[splice("s", 0..1, "!a")], "s: \"!a = b\"\n");
}

#[test]
fn items_and_entries_go_with_their_lines_and_commas() {
    check(
        "a:\n- x\n- b # c\n- z\n",
        &[remove("a[1]")],
        "a:\n- x\n# c\n- z\n",
    );
    check(
        "a:\n- x\n- b: 1\n  c: 2\n- z\n",
        &[remove("a[1]")],
        "a:\n- x\n- z\n",
    );
    check("a: [x, b, z]\n", &[remove("a[0]")], "a: [b, z]\n");
    check("a: [x, b, z]\n", &[remove("a[2]")], "a: [x, b]\n");
    check("a: [x]\n", &[remove("a[0]")], "a: []\n");
    check("{\"a\": 1, \"b\": 2}", &[remove("a")], "{\"b\": 2}");
    check("{\"a\": 1,\n \"b\": 2}", &[remove("b")], "{\"a\": 1}");
    check("a: 1\nb: 2", &[remove("b")], "a: 1\n");
    check("x:\n  b: 2\nz: 1\n", &[remove("x.b")], "x:\n  {}\nz: 1\n");
    refused("a:\n- x\n", &[remove("a[0]")]);
    refused("a: [x, # one\n z]\n", &[remove("a[0]")]);
}

#[test]
fn an_item_becomes_several() {
    let split = |at: &str| Change::Split {
        at: Steps::parse(at),
        values: vec![number(80), text("8000:8080")],
    };
    check(
        "a:\n  - x # c\n",
        &[split("a[0]")],
        "a:\n  - 80\n  - \"8000:8080\" # c\n",
    );
    check(
        "a: [1, 'x']\n",
        &[split("a[1]")],
        "a: [1, 80, \"8000:8080\"]\n",
    );
    check(
        "{\"a\": [\"x\"]}",
        &[split("a[0]")],
        "{\"a\": [80, \"8000:8080\"]}",
    );
}

#[test]
fn what_is_shared_or_marked_stays() {
    let text = "a: &x {port: 1}\nb: *x\n";
    refused(text, &port("a", number(1)));
    refused(text, &port("b", number(1)));
    refused("a:\n  <<: {port: 1}\n", &[rename("a.port", "ports")]);
    refused(
        "x: &x {port: 1}\na:\n  <<: *x\n",
        &[rename("a.port", "ports")],
    );
    refused("a: !!str 5\n", &[replace("a", number(5))]);
    refused("? a\n: 5\n", &[rename("a", "b")]);
}

#[test]
fn nothing_is_set_twice() {
    let root = parse("a: {b: 1}\n");
    assert!(changed(&root, &[set("a.b", number(2))]).is_none());
    assert!(changed(&root, &[set("a.b.c", number(2))]).is_none());
    assert!(fix("a: {b: 1}\n", &root, &[set("a.b.c", number(2))]).is_none());
}

mod random {
    use proptest::prelude::*;

    use super::*;

    /// Trees with the keys that changes are about.
    fn tree() -> impl Strategy<Value = Node> {
        let scalar = prop::sample::select(vec![
            "x",
            "a b",
            "yes",
            "10.0.0.0/8",
            "it's",
            "a: b",
            "# c",
            "é",
            "",
            "[x",
            "app == 'web'",
            "5",
        ]);
        let leaf = prop_oneof![
            scalar.prop_map(text),
            any::<i16>().prop_map(|value| number(value.into())),
            any::<bool>().prop_map(|value| made(Value::Bool(value))),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let key = prop::sample::select(vec!["a", "b", "c", "Key", "x.y/z"]);
            let entries = prop::collection::btree_map(key, inner.clone(), 0..4);
            prop_oneof![
                entries.prop_map(|entries| {
                    mapping(
                        entries
                            .into_iter()
                            .map(|(key, value)| entry(key, value))
                            .collect(),
                    )
                }),
                prop::collection::vec(inner, 0..4).prop_map(list),
            ]
        })
    }

    /// A mapping of such trees.
    fn document() -> impl Strategy<Value = Node> {
        let key = prop::sample::select(vec!["a", "b", "c", "Key", "x.y/z"]);
        prop::collection::btree_map(key, tree(), 1..5).prop_map(|entries| {
            mapping(
                entries
                    .into_iter()
                    .map(|(key, value)| entry(key, value))
                    .collect(),
            )
        })
    }

    /// Somebody's way of writing: flow or block at each place, indentation,
    /// comments, line breaks.
    #[derive(Debug, Clone)]
    struct Hand {
        flow: Vec<bool>,
        step: usize,
        comments: bool,
        crlf: bool,
        json: bool,
    }

    fn hand() -> impl Strategy<Value = Hand> {
        (
            prop::collection::vec(any::<bool>(), 16),
            1..5_usize,
            any::<bool>(),
            any::<bool>(),
            prop::bool::weighted(0.2),
        )
            .prop_map(|(flow, step, comments, crlf, json)| Hand {
                flow,
                step,
                comments,
                crlf,
                json,
            })
    }

    fn written(root: &Node, hand: &Hand) -> String {
        if hand.json {
            let json = root.to_json();
            return if hand.flow[0] {
                json.to_string()
            } else {
                format!("{json:#}")
            };
        }
        let mut at = 0;
        let mut out = String::new();
        for entry in root.entries() {
            block_entry(&mut out, &entry.key, &entry.value, 0, hand, &mut at);
        }
        if hand.crlf {
            out.replace('\n', "\r\n")
        } else {
            out
        }
    }

    fn flow(node: &Node) -> String {
        Writer::SUGGESTION.flow(node)
    }

    fn block_entry(
        out: &mut String,
        key: &str,
        value: &Node,
        pad: usize,
        hand: &Hand,
        at: &mut usize,
    ) {
        let margin = " ".repeat(pad);
        *at += 1;
        let in_flow = hand.flow[*at % hand.flow.len()];
        let comment = if hand.comments && at.is_multiple_of(3) {
            "  # note"
        } else {
            ""
        };
        if hand.comments && at.is_multiple_of(4) {
            out.push_str(&format!("{margin}# above\n"));
        }
        match &value.value {
            Value::Mapping(entries) if !entries.is_empty() && !in_flow => {
                out.push_str(&format!("{margin}{key}:{comment}\n"));
                for entry in entries {
                    block_entry(out, &entry.key, &entry.value, pad + hand.step, hand, at);
                }
            }
            Value::Sequence(items) if !items.is_empty() && !in_flow => {
                out.push_str(&format!("{margin}{key}:{comment}\n"));
                for item in items.iter() {
                    block_item(out, item, pad, hand, at);
                }
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => {
                out.push_str(&format!("{margin}{key}: {}{comment}\n", flow(value)));
            }
        }
    }

    fn block_item(out: &mut String, item: &Node, pad: usize, hand: &Hand, at: &mut usize) {
        let margin = " ".repeat(pad);
        *at += 1;
        if item.entries().is_empty() || hand.flow[*at % hand.flow.len()] {
            out.push_str(&format!("{margin}- {}\n", flow(item)));
            return;
        }
        let mut inner = String::new();
        let quiet = Hand {
            comments: false,
            ..hand.clone()
        };
        for entry in item.entries() {
            block_entry(&mut inner, &entry.key, &entry.value, pad + 2, &quiet, at);
        }
        out.push_str(&inner.replacen(&" ".repeat(pad + 2), &format!("{margin}- "), 1));
    }

    /// A way to somewhere in a tree, chosen by numbers.
    fn way(root: &Node, choices: &[usize]) -> Steps {
        let mut steps = Steps::default();
        let mut node = root;
        for choice in choices {
            if let Some(entry) = node.entries().get(choice % node.entries().len().max(1)) {
                steps = steps.key(&entry.key);
                node = &entry.value;
            } else if let Some(item) = node.items().get(choice % node.items().len().max(1)) {
                let index = choice % node.items().len();
                steps = steps.join(&format!("[{index}]"));
                node = item;
            } else {
                break;
            }
        }
        steps
    }

    fn change(kind: u8, one: Steps, two: Steps, value: Node) -> Vec<Change> {
        // What goes from a list moves the numbers of what follows.
        match if one.is_item() {
            1 + kind % 2
        } else {
            kind % 6
        } {
            0 => vec![Change::Rename {
                at: one,
                to: "renamed".to_owned(),
            }],
            1 => vec![Change::Replace { at: one, value }],
            2 => vec![Change::Remove { at: one }],
            3 => vec![Change::Set {
                at: one.key("new"),
                value,
            }],
            4 => vec![
                Change::Remove { at: one },
                Change::Set {
                    at: two.key("new").key("below"),
                    value,
                },
            ],
            _ => vec![Change::Move {
                from: one,
                to: two.key("moved"),
            }],
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

        /// What is typed means what was wanted, however the document is written;
        /// and comments stay.
        #[test]
        fn text_and_tree_change_together(
            root in document(),
            hand in hand(),
            kind in any::<u8>(),
            one in prop::collection::vec(any::<usize>(), 1..4),
            two in prop::collection::vec(any::<usize>(), 0..3),
            value in tree(),
        ) {
            let source = written(&root, &hand);
            let parsed = crate::tree::parse(&source, 0, hand.json, &Limits::default());
            let Some(document) = parsed.documents.into_iter().next() else {
                return Err(TestCaseError::reject("nothing in it"));
            };
            let changes = change(kind, way(&document, &one), way(&document, &two), value);
            let Some(fix) = fix(&source, &document, &changes) else {
                return Ok(());
            };
            let Some(wanted) = changed(&document, &changes) else {
                return Ok(());
            };
            let edited = String::from_utf8(fix.apply_to(source.as_bytes()).unwrap()).unwrap();
            let again = crate::tree::parse(&edited, 0, hand.json, &Limits::default());
            let again = again.documents.into_iter().next();
            prop_assert_eq!(
                again.map(|node| node.to_json()),
                Some(wanted.to_json()),
                "{:?}\n{}\n=>\n{}", changes, source, edited
            );
            let comments = |text: &str| text.matches("# note").count() + text.matches("# above").count();
            prop_assert_eq!(comments(&edited), comments(&source), "{}\n=>\n{}", source, edited);
        }
    }
}
