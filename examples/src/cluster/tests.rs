//! The main job, through the function that the program calls.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Instant;

use calico_types::Source;

use super::{ClusterError, Options, run};
use crate::manifests::ManifestSet;
use crate::report::{Part as _, Report};

#[expect(clippy::disallowed_methods, reason = "the base instant of a test")]
fn report(set: &ManifestSet, options: &Options) -> Result<Report, ClusterError> {
    run(set, options, Instant::now(), &mut |_| {})
}

/// The report of the reference cluster, made once.
static REFERENCE: LazyLock<Report> =
    LazyLock::new(|| report(&ManifestSet::ecommerce(), &Options::default()).unwrap());

#[test]
fn reference_cluster_is_clean_and_every_claim_holds() {
    let failed: Vec<String> = REFERENCE.failed_checks().map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(REFERENCE.is_clean());
    let [asked, _] = REFERENCE.diagnosis.sets.as_slice() else {
        panic!("two sets")
    };
    let loud: Vec<&str> = asked
        .findings
        .iter()
        .filter(|finding| finding.diagnostic.severity != calico_types::Severity::Info)
        .map(|finding| finding.rendered.as_str())
        .collect();
    assert!(loud.is_empty(), "{loud:#?}");
}

/// The numbers that arithmetic gives: 12·11/2, and 3·9 + 3·2/2.
#[test]
fn sessions_are_those_of_a_mesh_and_of_three_reflectors() {
    let [mesh, written] = REFERENCE.topology.wirings.as_slice() else {
        panic!("two wirings")
    };
    assert_eq!((mesh.internal, mesh.external), (66, 3));
    assert_eq!(
        (written.client, written.internal, written.external),
        (27, 30, 3)
    );
}

#[test]
fn every_node_reaches_every_block_and_nothing_foreign_comes_in() {
    let routing = &REFERENCE.routing;
    assert_eq!(routing.blocks.len(), 15);
    assert!(routing.blocks.iter().all(|block| block.held_by == 12));
    assert_eq!(routing.routes.len(), 12 * 15);
    let refused: BTreeSet<(&str, &str)> = routing
        .refused
        .iter()
        .map(|line| (line.prefix.as_str(), line.by.as_str()))
        .collect();
    let rule = |number| format!("rejected by datacentre-edge importV4[{number}]");
    let expected = [
        ("10.0.0.0/8", rule(0)),
        ("0.0.0.0/0", rule(1)),
        ("192.168.0.0/24", rule(2)),
    ];
    assert_eq!(
        refused,
        expected
            .iter()
            .map(|(prefix, by)| (*prefix, by.as_str()))
            .collect()
    );
}

/// Nobody notices before a hold time of 90 s, less the keepalive interval, has passed.
#[test]
fn deaths_are_found_out_by_hold_timers_and_lose_nothing_else() {
    let deaths: Vec<_> = REFERENCE
        .routing
        .incidents
        .iter()
        .filter(|incident| incident.title.ends_with("dies"))
        .collect();
    assert_eq!(deaths.len(), 2);
    for death in deaths {
        let noticed = death.noticed_after.unwrap().0.as_secs();
        assert!((60..=90).contains(&noticed), "{death:?}");
        assert_eq!(death.missing, 0, "{death:?}");
    }
}

#[test]
fn attack_is_stopped_on_both_sides() {
    let attack = REFERENCE.segmentation.flows.first().unwrap();
    assert!(!attack.allowed);
    let by = |side: &Option<crate::report::Decided>| side.as_ref().unwrap().by.clone();
    assert!(
        by(&attack.egress).contains("NetworkPolicy shop/frontend"),
        "{attack:?}"
    );
    assert!(
        by(&attack.ingress).contains("NetworkPolicy shop/database"),
        "{attack:?}"
    );
}

#[test]
fn equal_seeds_give_equal_runs_and_others_do_not() {
    let run = |seed| {
        let options = Options {
            seed,
            ..Options::default()
        };
        let report = report(&ManifestSet::ecommerce(), &options).unwrap();
        serde_json::to_value(&report.routing).unwrap()
    };
    let (first, again, other) = (run(7), run(7), run(8));
    assert_eq!(first, again);
    assert_ne!(first["runs"], other["runs"]);
}

#[test]
fn all_three_forms_have_all_five_parts() {
    let (text, html) = (REFERENCE.text(), REFERENCE.html());
    for (number, title) in Report::titles() {
        assert!(text.contains(&format!("\n{number}. {title}\n")), "{title}");
        assert!(
            html.contains(&format!("<h2>{number}. {title}</h2>")),
            "{title}"
        );
    }
    let json: serde_json::Value = serde_json::from_str(&REFERENCE.json().unwrap()).unwrap();
    for part in [
        "diagnosis",
        "topology",
        "routing",
        "encapsulation",
        "segmentation",
        "checks",
    ] {
        assert!(json[part].is_object() || json[part].is_array(), "{part}");
    }
}

#[test]
fn page_needs_nothing_from_elsewhere() {
    let html = REFERENCE.html();
    for foreign in [
        "http://", "https://", "<script", "<link", "@import", "url(", "src=",
    ] {
        let allowed = html.matches("http://www.w3.org/2000/svg").count();
        let found = html.matches(foreign).count();
        assert_eq!(
            found,
            if foreign == "http://" { allowed } else { 0 },
            "{foreign}"
        );
    }
    assert!(html.contains("prefers-color-scheme: dark"));
    // Two topologies, two timelines, the MTU bars and the matrix.
    assert_eq!(html.matches("<svg").count(), 6);
}

#[test]
fn the_mtu_of_the_link_itself_is_twenty_bytes_too_large() {
    let encapsulation = &REFERENCE.encapsulation;
    assert_eq!(encapsulation.configured.mtu, Some(8980));
    assert_eq!(encapsulation.configured.right, Some(8980));
    assert_eq!(
        (encapsulation.trial.on_the_wire, encapsulation.trial.excess),
        (9020, 20)
    );
    let mtu = |name: &str| {
        let choice = encapsulation
            .choices
            .iter()
            .find(|choice| choice.name.starts_with(name));
        choice.map(|choice| choice.mtu)
    };
    assert_eq!(
        (mtu("VXLAN over IPv4"), mtu("WireGuard over IPv4")),
        (Some(8950), Some(8940))
    );
}

#[test]
fn mistakes_make_a_set_unclean() {
    let report = report(&ManifestSet::as_published(), &Options::default()).unwrap();
    assert!(!report.is_clean());
    assert_eq!(report.diagnosis.sets.len(), 1);
    let mut text = String::new();
    report.diagnosis.text(&mut text);
    assert!(text.starts_with("as-published: "), "{text}");
}

/// Each mistake: the code that tells it, the file, and the text of the line where it
/// stands (`TEXT @ N` for the Nth such line).
const MISTAKES: [(&str, &str, &str); 19] = [
    ("unknown-field", "bgp-filters.yaml", "  importRules:"),
    ("unknown-field", "bgp-filters.yaml", "  exportRules:"),
    ("unsupported-value", "bgp-filters.yaml", "  - action: Deny"),
    (
        "cidr-without-match-operator",
        "bgp-filters.yaml",
        "    cidr: 192.168.0.0/16 @ 3",
    ),
    (
        "wrong-api-version",
        "ip-pool.yaml",
        "apiVersion: crd.projectcalico.org/v1",
    ),
    ("unknown-field", "policies.yaml", "    port: 3306"),
    ("unknown-field", "policies.yaml", "    port: 8080"),
    ("unknown-field", "policies.yaml", "    port: 80"),
    (
        "wrong-api-version",
        "installation.yaml",
        "apiVersion: operator.projectcalico.org/v1",
    ),
    ("unknown-field", "installation.yaml", "      mtu: 9000"),
    ("mtu-too-large", "installation.yaml", "      mtu: 9000"),
    (
        "node-without-address",
        "nodes.yaml",
        "    routeReflectorClusterID: 244.0.0.1",
    ),
    ("mesh-beside-reflectors", "bgp.yaml", "  asNumber: 64512"),
    (
        "unfiltered-peering",
        "bgp.yaml",
        "  nodeSelector: has(route-reflector)",
    ),
    (
        "unfiltered-peering",
        "bgp.yaml",
        "  nodeSelector: has(route-reflector) @ 2",
    ),
    ("no-dns", "policies.yaml", "  - action: Allow @ 4"),
    ("redundant-deny", "policies.yaml", "  - action: Deny"),
    ("no-order", "policies.yaml", "  selector: app == 'frontend'"),
    // What follows from the mistakes above.
    ("filter-without-rules", "bgp-filters.yaml", "  importRules:"),
];

/// The number of the line with exactly this text; `TEXT @ N` is its Nth occurrence.
fn line_of(set: &ManifestSet, file: &str, text: &str) -> usize {
    let (text, occurrence) = text.split_once(" @ ").unwrap_or((text, "1"));
    let source = set
        .sources
        .iter()
        .find(|source| source.name.ends_with(&format!("/{file}")))
        .unwrap();
    let content = std::str::from_utf8(&source.bytes).unwrap();
    let matching = (1..)
        .zip(content.lines())
        .filter(|(_, line)| line.trim_end_matches(':') == text.trim_end_matches(':'));
    let nth: usize = occurrence.parse().unwrap();
    matching
        .map(|(number, _)| number)
        .nth(nth - 1)
        .unwrap_or_else(|| panic!("{file}: {text}"))
}

#[test]
fn every_published_mistake_is_found_where_it_stands() {
    let set = ManifestSet::as_published();
    let [_, published] = REFERENCE.diagnosis.sets.as_slice() else {
        panic!("two sets")
    };
    let found: Vec<(String, String, usize)> = published
        .findings
        .iter()
        .map(|finding| &finding.diagnostic)
        .filter(|diagnostic| diagnostic.severity != calico_types::Severity::Info)
        .map(|diagnostic| {
            let file = diagnostic.source.clone().unwrap();
            (
                diagnostic.code.to_string(),
                file,
                diagnostic.span.unwrap().line,
            )
        })
        .collect();
    let expected: Vec<(String, String, usize)> = MISTAKES
        .iter()
        .map(|(code, file, text)| {
            (
                (*code).to_owned(),
                format!("as-published/{file}"),
                line_of(&set, file, text),
            )
        })
        .collect();
    for mistake in &expected {
        assert!(
            found.contains(mistake),
            "not found: {mistake:?}\nfound: {found:#?}"
        );
    }
    for finding in &found {
        assert!(
            expected.contains(finding),
            "not a mistake of the set: {finding:?}"
        );
    }
}

/// What a cluster would make of the worst of them.
#[test]
fn a_port_in_the_wrong_place_opens_all_of_them() {
    let [_, published] = REFERENCE.diagnosis.sets.as_slice() else {
        panic!("two sets")
    };
    let finding = published
        .findings
        .iter()
        .find(|finding| finding.diagnostic.path == "spec.ingress[0].port")
        .unwrap();
    let stored = finding.diagnostic.stored.as_deref().unwrap();
    assert!(
        stored.contains("allows all 65,535 TCP ports from app == 'backend'"),
        "{stored}"
    );
    assert!(
        finding.rendered.contains("policies.yaml:15:5"),
        "{}",
        finding.rendered
    );
    assert!(
        finding
            .rendered
            .contains("15 |     port: 3306\n   |     ^^^^"),
        "{}",
        finding.rendered
    );
    assert_eq!(
        finding.diagnostic.suggestion.as_deref().map(str::trim),
        Some("destination:\n  ports: [3306]")
    );
}

#[test]
fn unreadable_input_names_file_and_line() {
    let sources = vec![Source::new(
        "broken.yaml",
        "kind: Node\nmetadata: {name: [\n",
    )];
    let error = report(
        &ManifestSet {
            name: "broken".into(),
            sources,
        },
        &Options::default(),
    )
    .unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, ClusterError::Unreadable { .. }), "{text}");
    assert!(text.contains("broken.yaml:"), "{text}");
}

/// An empty cluster is dull, not an error.
#[test]
fn nothing_gives_a_report_of_nothing() {
    let set = ManifestSet {
        name: "empty".into(),
        sources: vec![Source::new("empty.yaml", "")],
    };
    let report = report(&set, &Options::default()).unwrap();
    assert_eq!(report.routing.routes.len(), 0);
    assert!(report.html().contains("</html>"));
}
