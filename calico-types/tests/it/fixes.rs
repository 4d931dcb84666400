//! Fixes in files as people have them: byte order marks, line breaks, anchors, lists;
//! and those of lints.

use calico_types::lint::LintContext;
use calico_types::{Source, check, diagnose, fix};

/// The source with every fix made, round after round.
fn fixed(text: &str) -> String {
    let mut source = Source::new("x.yaml", text);
    for _ in 0..20 {
        let found = check(std::slice::from_ref(&source), &LintContext::new()).diagnostics;
        let applied = fix::apply(&source, &found);
        if applied.applied.is_empty() {
            break;
        }
        source.bytes = applied.bytes;
    }
    String::from_utf8(source.bytes).unwrap()
}

const RULE: &str = "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  ingress:
  - action: allow
    protocol: TCP
    port: 3306
";

const MENDED: &str = "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  ingress:
  - action: Allow
    protocol: TCP
    destination:
      ports: [3306]
";

#[test]
fn files_of_other_systems_stay_as_they_are() {
    assert_eq!(fixed(RULE), MENDED);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(fixed(&crlf(RULE)), crlf(MENDED));
    let marked = |text: &str| format!("\u{feff}{text}");
    assert_eq!(fixed(&marked(RULE)), marked(MENDED));
    assert_eq!(fixed(RULE.trim_end()), MENDED.trim_end());
}

#[test]
fn documents_of_a_stream_and_items_of_a_list_are_mended_in_their_place() {
    let stream = |text: &str| format!("# first\n{text}---\n# second\n{text}");
    assert_eq!(fixed(&stream(RULE)), stream(MENDED));
    let item = |text: &str| {
        let lines: Vec<String> = text.lines().map(|line| format!("  {line}\n")).collect();
        format!(
            "apiVersion: v1\nkind: List\nitems:\n-{}",
            &lines.concat()[1..]
        )
    };
    assert_eq!(fixed(&item(RULE)), item(MENDED));
}

/// What stands in one place and means something in two is left to its author.
#[test]
fn what_is_shared_is_not_touched() {
    let text = "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  ingress:
  - &web
    action: Allow
    protocol: TCP
    port: 80
  egress:
  - *web
";
    let found = diagnose(&[Source::new("x.yaml", text)]).diagnostics;
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|found| found.fix.is_none() && found.suggestion.is_some())
    );
}

/// A correction that would break something else is none.
#[test]
fn what_would_break_something_else_is_not_certain() {
    for spec in [
        // There is one encapsulation already.
        "{cidr: 10.0.0.0/16, ipipMode: Always, encapsulation: VXLAN}",
        // Two keys would have one name.
        "{cidr: 10.0.0.0/16, natOutgoing: true, nat-outgoing: false}",
    ] {
        let text = format!(
            "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {{name: p}}\nspec: {spec}\n"
        );
        let found = diagnose(&[Source::new("x.yaml", text.as_str())]).diagnostics;
        assert_eq!(found[0].code.0, "unknown-field");
        assert_eq!(found[0].fix, None, "{spec}");
    }
}

#[test]
fn superseded_fields_are_replaced_where_they_mean_the_same() {
    let cluster = "\
apiVersion: projectcalico.org/v3
kind: ClusterInformation
metadata: {name: default}
spec: {calicoVersion: v3.31.0}
---
";
    let felix = |spec: &str| {
        format!(
            "{cluster}apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata: {{name: default}}\nspec:\n{spec}"
        )
    };
    assert_eq!(
        fixed(&felix("  routeTableRange:\n    min: 1\n    max: 250\n")),
        felix("  routeTableRanges:\n  - min: 1\n    max: 250\n")
    );
    let peer = |spec: &str| {
        format!(
            "{cluster}apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {{name: tor}}\nspec:\n  peerIP: 192.0.2.1\n{spec}"
        )
    };
    assert_eq!(fixed(&peer("  keepOriginalNextHop: false\n")), peer(""));
    // Over iBGP the new field would do what the old one does not.
    let keeps = peer("  keepOriginalNextHop: true\n");
    assert_eq!(fixed(&keeps), keeps);
}

/// A file full of mistakes costs what a file full of mistakes may: no fix is tried on
/// all of it again and again.
#[test]
fn many_mistakes_are_told_in_good_time() {
    let keys: String = (0..3_000)
        .map(|n| format!("  policyTypes{n}: [Ingress]\n"))
        .collect();
    let rules = "  - {action: Allow, protocol: TCP}\n".repeat(3_000);
    let text = format!(
        "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {{name: x}}\nspec:\n{keys}  ingress:\n{rules}"
    );
    let found = diagnose(&[Source::new("x.yaml", text)]).diagnostics;
    assert!(found.len() >= 1_000);
}
