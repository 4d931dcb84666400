//! Calico's own rules about names, labels and annotations.

use super::{Rules, Taken, Verdict, differs};

#[track_caller]
fn metadata(kind: &str, metadata: &str, verdict: Verdict) {
    let spec = match kind {
        "IPPool" => "{cidr: 10.0.0.0/16}",
        "WorkloadEndpoint" => "{interfaceName: eth0}",
        _ => "{}",
    };
    let document = format!(
        "apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {metadata}\nspec: {spec}\n"
    );
    assert_eq!(differs(&document, verdict), None, "{kind} {metadata}");
}

#[track_caller]
fn names(kind: &str, names: &[(&str, Verdict)]) {
    for (name, verdict) in names {
        metadata(kind, &format!("{{name: '{name}', namespace: a}}"), *verdict);
    }
}

#[test]
fn resources() {
    let (longest, too_long) = ("a".repeat(253), "a".repeat(254));
    for kind in [
        "IPPool",
        "BGPPeer",
        "HostEndpoint",
        "WorkloadEndpoint",
        "Node",
        "Profile",
    ] {
        names(
            kind,
            &[
                ("a", Taken),
                ("a.b-c.9", Taken),
                (&longest, Taken),
                (&too_long, Rules),
                ("A", Rules),
                ("a_b", Rules),
                ("-a", Rules),
                ("a.", Rules),
                ("a..b", Rules),
                ("", Rules),
            ],
        );
        metadata(kind, "{namespace: a}", Rules);
        metadata(kind, "null", Rules);
    }
}

#[test]
fn policies() {
    for kind in ["NetworkPolicy", "StagedNetworkPolicy"] {
        names(
            kind,
            &[
                ("a", Taken),
                ("tier.a", Taken),
                ("a.b.c", Rules),
                ("knp.default.a.b.c", Taken),
                ("ossg.default.a", Taken),
                ("kanp.default.a", Rules),
                ("knp.default.", Rules),
                ("knp.other.a", Rules),
                ("A", Rules),
            ],
        );
    }
    for kind in ["GlobalNetworkPolicy", "StagedGlobalNetworkPolicy"] {
        names(
            kind,
            &[
                ("a", Taken),
                ("tier.a", Taken),
                ("a.b.c", Rules),
                ("knp.default.a", Rules),
            ],
        );
    }
    names(
        "StagedKubernetesNetworkPolicy",
        &[("a.b.c", Taken), ("A", Rules), ("", Rules)],
    );
    names(
        "Tier",
        &[
            ("a-b", Taken),
            ("a.b", Rules),
            (&"a".repeat(63), Taken),
            (&"a".repeat(64), Rules),
        ],
    );
}

#[test]
fn labels_and_annotations() {
    for (text, verdict) in [
        ("{name: a, labels: {app: x, a.b/C: 'y_z.9'}}", Taken),
        ("{name: a, labels: {app: ''}}", Taken),
        ("{name: a, labels: {app: true, n: 1}}", Taken),
        ("{name: a, labels: {'app!': x}}", Rules),
        ("{name: a, labels: {A.b/c: x}}", Rules),
        ("{name: a, labels: {a/b/c: x}}", Rules),
        ("{name: a, labels: {/a: x}}", Rules),
        ("{name: a, labels: {app: 'x y'}}", Rules),
        ("{name: a, labels: {app: .x}}", Rules),
        ("{name: a, annotations: {A.B/C: anything at all!}}", Taken),
        ("{name: a, annotations: {'a b': x}}", Rules),
        ("{name: a, labels: {projectcalico.org/namespace: x}}", Taken),
    ] {
        metadata("IPPool", text, verdict);
    }
    let long = |key: usize, value: usize| {
        let (key, value) = ("k".repeat(key), "v".repeat(value));
        format!("{{name: a, labels: {{{key}: {value}}}}}")
    };
    metadata("IPPool", &long(63, 63), Taken);
    metadata("IPPool", &long(64, 63), Rules);
    metadata("IPPool", &long(63, 64), Rules);
    for kind in ["NetworkSet", "GlobalNetworkSet"] {
        metadata(
            kind,
            "{name: a, labels: {projectcalico.org/namespace: x}}",
            Rules,
        );
        metadata(
            kind,
            "{name: a, labels: {projectcalico.org/name: x}}",
            Taken,
        );
    }
}

#[test]
fn annotations_together_have_a_quarter_of_a_megabyte() {
    let annotated = |size: usize| {
        let value = "v".repeat(size - "key".len());
        format!("{{name: a, annotations: {{key: {value}}}}}")
    };
    metadata("IPPool", &annotated(256 << 10), Taken);
    metadata("IPPool", &annotated((256 << 10) + 1), Rules);
}
