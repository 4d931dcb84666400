//! What may become of a resource.

use calico_types::validate::{self, Change, Rules};
use calico_types::{Diagnostic, Located, Source, decode};

fn read(manifests: &[String]) -> Vec<Located> {
    let sources: Vec<Source> = manifests
        .iter()
        .enumerate()
        .map(|(index, manifest)| Source::new(format!("{index}.yaml"), manifest.as_str()))
        .collect();
    let decoded = decode(&sources);
    assert_eq!(decoded.diagnostics, []);
    decoded.resources
}

fn manifest(kind: &str, name: &str, spec: &str) -> String {
    format!(
        "apiVersion: projectcalico.org/v3\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"
    )
}

fn set(resources: &[(&str, &str, &str)]) -> Vec<Located> {
    let manifests: Vec<String> = resources
        .iter()
        .map(|(kind, name, spec)| manifest(kind, name, spec))
        .collect();
    read(&manifests)
}

/// Code, path, and whether the datastore and the API server are against it.
fn told(found: &[Diagnostic]) -> Vec<(&str, &str, bool, bool)> {
    found
        .iter()
        .map(|found| {
            let by = found.refused_by;
            (
                found.code.0,
                found.path.as_str(),
                by.datastore,
                by.api_server,
            )
        })
        .collect()
}

/// What is against replacing one spec of a pool by another, in a release.
fn pool(old: &str, new: &str, version: &str) -> Vec<(String, bool, bool)> {
    let (old, new) = (set(&[("IPPool", "a", old)]), set(&[("IPPool", "a", new)]));
    let rules = Rules::for_version(version.parse().unwrap());
    let found = rules.update(&old[0].resource, &new[0].resource);
    let told = found.iter().map(|found| {
        assert_eq!(found.code.0, "immutable-field");
        assert_eq!(found.resource.as_deref(), Some("IPPool a"));
        (
            found.path.clone(),
            found.refused_by.datastore,
            found.refused_by.api_server,
        )
    });
    told.collect()
}

#[test]
fn pools_keep_addresses_and_blocks() {
    let refused = |path: &str, crd| vec![(path.to_owned(), true, crd)];
    let usual = "{cidr: 10.0.0.0/16}";
    assert_eq!(pool(usual, usual, "3.33"), []);
    assert_eq!(
        pool(usual, "{cidr: 10.0.0.0/16, natOutgoing: true}", "3.33"),
        []
    );
    assert_eq!(
        pool(usual, "{cidr: 10.0.0.0/17}", "3.33"),
        refused("spec.cidr", true)
    );
    assert_eq!(
        pool(usual, "{cidr: 10.0.0.0/17}", "3.32"),
        refused("spec.cidr", true)
    );
    assert_eq!(
        pool(usual, "{cidr: 10.0.0.0/17}", "3.31"),
        refused("spec.cidr", false)
    );

    // The size that is filled in may be written, and no other; the API server
    // compares what is written on both sides only.
    assert_eq!(
        pool(usual, "{cidr: 10.0.0.0/16, blockSize: 26}", "3.33"),
        []
    );
    assert_eq!(
        pool(usual, "{cidr: 10.0.0.0/16, blockSize: 28}", "3.33"),
        refused("spec.blockSize", false)
    );
    let (short, long) = (
        "{cidr: 10.0.0.0/16, blockSize: 24}",
        "{cidr: 10.0.0.0/16, blockSize: 28}",
    );
    assert_eq!(pool(short, long, "3.33"), refused("spec.blockSize", true));
    assert_eq!(pool(short, long, "3.31"), refused("spec.blockSize", false));
    assert_eq!(
        pool(
            "{cidr: 'fd00::/64'}",
            "{cidr: 'fd00::/64', blockSize: 122}",
            "3.33"
        ),
        []
    );
}

#[test]
fn pools_for_load_balancers_stay_so() {
    let (balancer, workload) = (
        "{cidr: 10.0.0.0/16, allowedUses: [LoadBalancer]}",
        "{cidr: 10.0.0.0/16, allowedUses: [Workload]}",
    );
    let refused = [("spec.allowedUses".to_owned(), true, false)];
    assert_eq!(pool(balancer, workload, "3.33"), refused);
    assert_eq!(pool(balancer, "{cidr: 10.0.0.0/16}", "3.33"), refused);
    assert_eq!(pool(balancer, balancer, "3.33"), []);
    assert_eq!(
        pool(
            workload,
            "{cidr: 10.0.0.0/16, allowedUses: [Tunnel]}",
            "3.33"
        ),
        []
    );
    assert_eq!(pool(workload, balancer, "3.33"), []);
}

#[test]
fn another_resource_is_no_new_version() {
    let sets = set(&[
        ("NetworkPolicy", "a", "{}"),
        ("NetworkPolicy", "b", "{}"),
        ("GlobalNetworkPolicy", "a", "{}"),
    ]);
    let against = |old: usize, new: usize| {
        let found = validate::update(&sets[old].resource, &sets[new].resource);
        found.iter().map(|found| found.code.0).collect::<Vec<_>>()
    };
    assert_eq!(against(0, 0), [""; 0]);
    assert_eq!(against(0, 1), ["changed-identity"]);
    assert_eq!(against(0, 2), ["changed-identity"]);

    let namespaced = |namespace: &str| {
        read(&[format!(
            "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n\
             metadata: {{name: a, namespace: {namespace}}}\n"
        )])
    };
    let update = |old: &[Located], new: &[Located]| {
        told(&validate::update(&old[0].resource, &new[0].resource)).len()
    };
    assert_eq!(update(&namespaced("b"), &namespaced("c")), 1);
    // No namespace is the namespace `default`.
    assert_eq!(update(&sets[..1], &namespaced("default")), 0);
}

#[test]
fn a_built_in_profile_stays_as_it_is() {
    let profile = |spec| set(&[("Profile", "projectcalico-default-allow", spec)]);
    let (old, new) = (profile("{}"), profile("{ingress: [{action: Deny}]}"));
    let refused = ("built-in-profile", "metadata.name", true, false);
    assert_eq!(
        told(&validate::update(&old[0].resource, &new[0].resource)),
        [refused]
    );
    assert_eq!(told(&validate::changes(&old, &[])), [refused]);
    assert_eq!(told(&validate::changes(&[], &old)), [refused]);
    assert_eq!(told(&validate::changes(&old, &old)), []);

    let other = set(&[("Profile", "web", "{}")]);
    assert_eq!(told(&validate::changes(&other, &[])), []);
}

#[test]
fn tiers_go_when_they_are_empty_and_nobody_s() {
    let in_it = ("NetworkPolicy", "a", "{tier: security}");
    let staged = ("StagedNetworkPolicy", "a", "{tier: security}");
    let tier = ("Tier", "security", "{order: 1}");
    let changes = |old: &[(&str, &str, &str)], new: &[(&str, &str, &str)]| {
        let found = validate::changes(&set(old), &set(new));
        found.iter().map(|found| found.code.0).collect::<Vec<_>>()
    };
    assert_eq!(changes(&[tier, in_it], &[in_it]), ["tier-not-empty"]);
    assert_eq!(changes(&[tier, in_it], &[]), [""; 0]);
    assert_eq!(changes(&[tier], &[("NetworkPolicy", "a", "{}")]), [""; 0]);
    // What is staged enforces nothing, and holds no tier.
    assert_eq!(changes(&[tier, staged], &[staged]), [""; 0]);
    assert_eq!(
        changes(&[tier], &[("GlobalNetworkPolicy", "a", "{tier: security}")]),
        ["tier-not-empty"]
    );

    let protected = |name: &str, version: &str| {
        let old = set(&[("Tier", name, "{order: 1000000, defaultAction: Deny}")]);
        let rules = Rules::for_version(version.parse().unwrap());
        told(&rules.changes(&old, &[]))
            .iter()
            .map(|found| found.0 == "protected-tier")
            .eq([true])
    };
    for (name, then, now) in [
        ("default", true, true),
        ("kube-admin", false, true),
        ("kube-baseline", false, true),
        ("adminnetworkpolicy", true, false),
        ("security", false, false),
    ] {
        assert_eq!(
            (protected(name, "3.31"), protected(name, "3.33")),
            (then, now),
            "{name}"
        );
    }
    // That of the second kind is a release younger.
    assert!(!protected("baselineadminnetworkpolicy", "3.29"));
    assert!(protected("baselineadminnetworkpolicy", "3.30"));
}

#[test]
fn steps_from_one_set_to_another() {
    let old = set(&[
        ("Profile", "a", "{}"),
        ("Profile", "b", "{}"),
        ("Tier", "b", "{}"),
    ]);
    let new = set(&[
        ("Profile", "c", "{}"),
        ("Profile", "b", "{}"),
        ("Profile", "b", "{}"),
    ]);
    let steps: Vec<String> = Change::between(&old, &new)
        .into_iter()
        .map(|change| match change {
            Change::Created(at) => format!("+{}", at.source),
            Change::Replaced { old, new } => format!("{}>{}", old.source, new.source),
            Change::Deleted(at) => format!("-{}", at.source),
            other => format!("{other:?}"),
        })
        .collect();
    // Of two of one name the later counts.
    assert_eq!(steps, ["+0.yaml", "1.yaml>2.yaml", "-0.yaml", "-2.yaml"]);
}

/// Findings stand where the new version stands, those about what goes in the old.
#[test]
fn findings_have_their_places() {
    let old = set(&[("Tier", "t", "{}"), ("IPPool", "a", "{cidr: 10.0.0.0/16}")]);
    let new = set(&[
        ("NetworkPolicy", "p", "{tier: t}"),
        ("NetworkPolicy", "q", "{}"),
        ("IPPool", "a", "{cidr: 10.0.0.0/24}"),
    ]);
    let found = validate::changes(&old, &new);
    let places: Vec<_> = found
        .iter()
        .map(|found| {
            (
                found.code.0,
                found.source.as_deref().unwrap(),
                found.span.unwrap().line,
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            ("immutable-field", "2.yaml", 4),
            ("tier-not-empty", "0.yaml", 3)
        ]
    );
}
