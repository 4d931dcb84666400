//! What Calico's client compares with what is in the datastore.

use calico_types::lint::{LintContext, lint};
use calico_types::validate::{self, Rules};
use calico_types::{Diagnostic, Located, RefusedBy, Severity, Source, decode};

/// Resources, each `Kind name {spec}`, in a namespace where they have one.
fn cluster(resources: &[&str]) -> Vec<Located> {
    let sources: Vec<Source> = resources
        .iter()
        .enumerate()
        .map(|(index, resource)| {
            let mut words = resource.splitn(3, ' ');
            let mut next = || words.next().unwrap();
            let manifest = format!(
                "apiVersion: projectcalico.org/v3\nkind: {}\n\
                 metadata: {{name: {}, namespace: shop}}\nspec: {}\n",
                next(),
                next(),
                next()
            );
            Source::new(format!("{index}.yaml"), manifest)
        })
        .collect();
    let decoded = decode(&sources);
    assert_eq!(
        decoded.resources.len(),
        resources.len(),
        "{:#?}",
        decoded.diagnostics
    );
    decoded.resources
}

/// Source, code and path of what is refused.
fn told(found: &[Diagnostic]) -> Vec<(&str, &str, &str)> {
    found
        .iter()
        .map(|found| {
            let source = found.source.as_deref().unwrap_or_default();
            (source, found.code.0, found.path.as_str())
        })
        .collect()
}

/// Holds what is found in a part of a cluster, by the rules of HEAD.
#[track_caller]
fn part(resources: &[&str], expected: &[(&str, &str, &str)]) {
    let found = validate::datastore(&cluster(resources));
    assert_eq!(told(&found), expected, "{resources:#?}");
    for found in &found {
        assert!(found.refused_by.datastore);
        assert_eq!(found.severity, Severity::Error);
        assert!(!found.refused_by.calico && !found.refused_by.api_server);
    }
}

#[test]
fn pools_share_no_addresses() {
    let overlap = |source| (source, "overlapping-pools", "spec.cidr");
    let (a, b) = (
        "IPPool a {cidr: 10.0.0.0/16}",
        "IPPool b {cidr: 10.1.0.0/16}",
    );
    part(&[a, b], &[]);
    // Equal, inside, around; of either family.
    part(&[a, "IPPool c {cidr: 10.0.0.0/16}"], &[overlap("1.yaml")]);
    part(&[a, "IPPool c {cidr: 10.0.128.0/20}"], &[overlap("1.yaml")]);
    part(&[a, b, "IPPool c {cidr: 10.0.0.0/8}"], &[overlap("2.yaml")]);
    part(
        &[
            "IPPool a {cidr: 'fd00::/48'}",
            "IPPool c {cidr: 'fd00:0:0:1::/64'}",
        ],
        &[overlap("1.yaml")],
    );
    part(&[a, "IPPool c {cidr: 'fd00::/48'}"], &[]);
    // Neighbours, and the whole of a family.
    part(
        &[
            "IPPool a {cidr: 10.0.0.0/17}",
            "IPPool c {cidr: 10.0.128.0/17}",
        ],
        &[],
    );
    part(&[a, "IPPool c {cidr: 0.0.0.0/0}"], &[overlap("1.yaml")]);
    // A pool that is disabled has its addresses all the same.
    part(
        &[
            "IPPool a {cidr: 10.0.0.0/16, disabled: true}",
            "IPPool c {cidr: 10.0.0.0/24}",
        ],
        &[overlap("1.yaml")],
    );
    // The same pool in two versions is another mistake, which lints tell.
    part(&[a, "IPPool a {cidr: 10.0.0.0/24}"], &[]);
}

#[test]
fn blocks_have_the_length_that_their_pool_says() {
    let conflict = |source| (source, "block-size-conflict", "spec.blockSize");
    let block = |cidr: &str| {
        format!(
            "IPAMBlock {} {{cidr: {cidr}, allocations: [], unallocated: [], attributes: [], strictAffinity: false}}",
            cidr.replace(['.', '/'], "-")
        )
    };
    let (usual, long) = (block("10.0.0.64/26"), block("10.0.0.0/28"));
    let pool = "IPPool a {cidr: 10.0.0.0/16}";
    part(&[pool, &usual], &[]);
    part(
        &[pool, &usual, &long, &block("10.0.1.0/28")],
        &[conflict("0.yaml")],
    );
    part(&["IPPool a {cidr: 10.0.0.0/16, blockSize: 28}", &long], &[]);
    part(
        &[&usual, "IPPool a {cidr: 10.0.0.0/16, blockSize: 28}"],
        &[conflict("1.yaml")],
    );
    // Blocks of other pools, and of none.
    part(
        &["IPPool a {cidr: 10.1.0.0/16, blockSize: 28}", &usual],
        &[],
    );
}

#[test]
fn some_settings_are_the_cluster_s() {
    let only = |field| ("0.yaml", "default-only-field", field);
    part(
        &[
            "BGPConfiguration node.a {nodeToNodeMeshEnabled: true, asNumber: 1, \
           serviceClusterIPs: [{cidr: 10.0.0.0/8}], serviceExternalIPs: [{cidr: 10.0.0.0/8}], \
           serviceLoadBalancerIPs: [{cidr: 10.0.0.0/8}], nodeMeshMaxRestartTime: 1s, \
           nodeMeshPassword: {secretKeyRef: {name: a, key: b}}}",
        ],
        &[
            only("spec.nodeToNodeMeshEnabled"),
            only("spec.asNumber"),
            only("spec.serviceExternalIPs"),
            only("spec.serviceClusterIPs"),
            only("spec.serviceLoadBalancerIPs"),
            only("spec.nodeMeshPassword"),
            only("spec.nodeMeshMaxRestartTime"),
        ],
    );
    part(
        &["BGPConfiguration node.a {logSeverityScreen: Debug, listenPort: 1790}"],
        &[],
    );
    part(
        &["BGPConfiguration default {nodeToNodeMeshEnabled: false, asNumber: 64512}"],
        &[],
    );
}

#[test]
fn some_kinds_have_one_resource() {
    let single = ("0.yaml", "singleton-name", "metadata.name");
    for (kind, spec) in [
        ("IPAMConfiguration", "{strictAffinity: true}"),
        ("ClusterInformation", "{}"),
        ("KubeControllersConfiguration", "{controllers: {}}"),
    ] {
        part(&[&format!("{kind} default {spec}")], &[]);
        part(&[&format!("{kind} other {spec}")], &[single]);
    }
    // Felix and BGP read those of a node too.
    part(&["FelixConfiguration node.a {}"], &[]);
}

#[test]
fn templates_have_names_and_interfaces() {
    let of = |templates: &str| {
        format!(
            "KubeControllersConfiguration default {{controllers: {{node: {{hostEndpoint: {{templates: [{templates}]}}}}}}}}"
        )
    };
    let wrong = |path| ("0.yaml", "invalid-template", path);
    let (name, cidrs) = (
        "spec.controllers.node.hostEndpoint.templates[0].generateName",
        "spec.controllers.node.hostEndpoint.templates[0].interfaceCIDRs",
    );
    part(
        &[&of("{generateName: a, interfaceCIDRs: [10.0.0.0/8]}")],
        &[],
    );
    part(&[&of("{generateName: a, interfacePattern: eth0}")], &[]);
    part(&[&of("{generateName: a}")], &[wrong(cidrs)]);
    part(&[&of("{interfaceCIDRs: [10.0.0.0/8]}")], &[wrong(name)]);
    part(
        &[&of("{generateName: '', interfacePattern: eth0}")],
        &[wrong(name)],
    );
    part(
        &[&of(
            "{generateName: a, interfacePattern: a}, {generateName: a, interfacePattern: b}",
        )],
        &[wrong(
            "spec.controllers.node.hostEndpoint.templates[1].generateName",
        )],
    );
    let (fits, long) = ("a".repeat(253), "a".repeat(254));
    part(
        &[&of(&format!(
            "{{generateName: {fits}, interfacePattern: a}}"
        ))],
        &[],
    );
    part(
        &[&of(&format!(
            "{{generateName: {long}, interfacePattern: a}}"
        ))],
        &[wrong(name)],
    );

    let pattern = cluster(&[&of("{generateName: a, interfacePattern: eth0}")]);
    let then = Rules::for_version("3.31".parse().unwrap());
    assert_eq!(told(&then.datastore(&pattern)), [wrong(cidrs)]);
}

#[test]
fn workload_endpoints_are_called_after_their_workload() {
    let endpoint = |name: &str, spec: &str| {
        format!(
            "WorkloadEndpoint {name} {{interfaceName: cali1, ipNetworks: [10.0.0.1/32], {spec}}}"
        )
    };
    let wrong = ("0.yaml", "endpoint-name", "metadata.name");
    let pod = "orchestrator: k8s, node: node-1, pod: web-0, endpoint: eth0";
    part(&[&endpoint("node--1-k8s-web--0-eth0", pod)], &[]);
    part(&[&endpoint("node-1-k8s-web-0-eth0", pod)], &[wrong]);
    let cni = "orchestrator: cni, node: a, containerID: c1, endpoint: eth0";
    part(&[&endpoint("a-cni-c1-eth0", cni)], &[]);
    let other = "orchestrator: openstack, node: a, workload: vm, endpoint: p";
    part(&[&endpoint("a-openstack-vm-p", other)], &[]);
    part(
        &[&endpoint(
            "a-libnetwork-libnetwork-p",
            "orchestrator: libnetwork, node: a, endpoint: p",
        )],
        &[],
    );
}

/// What a part of a cluster lacks may be somewhere else.
#[test]
fn only_the_whole_cluster_lacks_something() {
    let resources = cluster(&[
        "NetworkPolicy a {tier: security}",
        "StagedNetworkPolicy b {tier: security}",
        "GlobalNetworkPolicy c {tier: kube-admin}",
        "GlobalNetworkPolicy d {}",
        "BGPPeer e {peerIP: 192.0.2.1, asNumber: 65000, filters: [here, gone]}",
        "BGPFilter here {}",
    ]);
    assert_eq!(validate::datastore(&resources), []);

    let whole = Rules::default().whole_cluster().datastore(&resources);
    assert_eq!(
        told(&whole),
        [
            ("0.yaml", "missing-tier", "spec.tier"),
            ("1.yaml", "missing-tier", "spec.tier"),
            ("4.yaml", "dangling-filter", "spec.filters[1]"),
        ]
    );
    assert!(
        whole
            .iter()
            .all(|found| found.refused_by == RefusedBy::DATASTORE)
    );

    let complete = cluster(&[
        "NetworkPolicy a {tier: security}",
        "Tier security {order: 1}",
    ]);
    assert_eq!(Rules::default().whole_cluster().datastore(&complete), []);

    // The tiers of Kubernetes' own cluster-wide policies changed their names.
    let admin = cluster(&["GlobalNetworkPolicy a.b {tier: adminnetworkpolicy}"]);
    for (version, missing) in [("3.28", 1), ("3.29", 0), ("3.31", 0), ("3.32", 1)] {
        let rules = Rules::for_version(version.parse().unwrap()).whole_cluster();
        let found = rules.datastore(&admin);
        let missing_tiers = found.iter().filter(|found| found.code.0 == "missing-tier");
        assert_eq!(missing_tiers.count(), missing, "{version}");
    }
}

/// Names had to begin with their tier from the release that brought tiers to
/// the one that no longer asked.
#[test]
fn policies_were_called_after_their_tier() {
    let name = |resource: &str, version: &str| {
        let rules = Rules::for_version(version.parse().unwrap());
        let found = rules.datastore(&cluster(&[resource]));
        found.iter().map(|found| found.code.0).collect::<Vec<_>>()
    };
    for (resource, fits) in [
        ("NetworkPolicy a {}", true),
        ("NetworkPolicy default.a {}", true),
        ("NetworkPolicy security.a {tier: security}", true),
        ("NetworkPolicy a {tier: security}", false),
        ("NetworkPolicy other.a {tier: security}", false),
        ("NetworkPolicy security.a {}", false),
        ("NetworkPolicy knp.default.a {}", true),
        ("StagedGlobalNetworkPolicy a {tier: security}", false),
    ] {
        let expected: &[&str] = if fits { &[] } else { &["name-without-tier"] };
        for version in ["3.29", "3.30", "3.31"] {
            assert_eq!(name(resource, version), expected, "{resource} {version}");
        }
        for version in ["3.28", "3.32", "3.33"] {
            assert!(name(resource, version).is_empty(), "{resource} {version}");
        }
    }
}

#[test]
fn block_sizes_were_the_client_s_before_the_definitions() {
    let codes = |spec: &str, version: &str| {
        let rules = Rules::for_version(version.parse().unwrap());
        told(&rules.datastore(&cluster(&[&format!("IPPool a {spec}")]))).len()
    };
    for (spec, wrong) in [
        ("{cidr: 10.0.0.0/16, blockSize: 19}", 1),
        ("{cidr: 10.0.0.0/16, blockSize: 20}", 0),
        ("{cidr: 10.0.0.0/16, blockSize: 32}", 0),
        ("{cidr: 10.0.0.0/16, blockSize: 33}", 1),
        ("{cidr: 10.0.0.0/16}", 0),
        ("{cidr: 'fd00::/64', blockSize: 115}", 1),
        ("{cidr: 'fd00::/64', blockSize: 116}", 0),
        ("{cidr: 'fd00::/64', blockSize: 26}", 1),
    ] {
        assert_eq!(codes(spec, "3.32"), wrong, "{spec}");
        assert_eq!(codes(spec, "3.33"), 0, "{spec}");
    }
}

/// Lints look at sets too; what both say is said once.
#[test]
fn lints_and_rules_say_the_same_once() {
    let resources = [
        "NetworkPolicy a {tier: security, ingress: [{action: Allow}]}",
        "BGPPeer e {peerIP: 192.0.2.1, asNumber: 65000, filters: [gone]}",
        "IPPool a {cidr: 10.0.0.0/16}",
        "IPPool b {cidr: 10.0.0.0/24}",
    ];
    let both = ["missing-tier", "dangling-filter", "overlapping-pools"];
    let located = cluster(&resources);
    let rules = Rules::default().whole_cluster().datastore(&located);
    let lints = lint(&located, &LintContext::new().with_complete());
    for code in both {
        let of = |found: &[Diagnostic]| found.iter().filter(|found| found.code.0 == code).count();
        assert_eq!((of(&rules), of(&lints)), (1, 1), "{code}");
        for chain in [
            validate::merge(rules.iter().chain(&lints).cloned(), &[]),
            validate::merge(lints.iter().chain(&rules).cloned(), &[]),
        ] {
            let [found] = chain
                .iter()
                .filter(|found| found.code.0 == code)
                .collect::<Vec<_>>()[..]
            else {
                panic!("{code}: {chain:#?}");
            };
            assert_eq!(found.severity, Severity::Error, "{code}");
            assert!(found.refused_by.datastore, "{code}");
        }
    }
}

/// Who refuses is written as before where nobody new does.
#[test]
fn refused_by_is_written_as_it_was() {
    let written = |by: RefusedBy| serde_json::to_string(&by).unwrap();
    assert_eq!(
        written(RefusedBy::CALICO),
        r#"{"decoder":false,"calico":true,"api_server":false}"#
    );
    assert_eq!(
        written(RefusedBy::DATASTORE),
        r#"{"decoder":false,"calico":false,"api_server":false,"datastore":true}"#
    );
    assert_eq!(
        written(RefusedBy::OPERATOR),
        r#"{"decoder":false,"calico":false,"api_server":false,"operator":true}"#
    );
    assert!(RefusedBy::OPERATOR.any() && !RefusedBy::NOBODY.any());
}

/// Held against a comparison of every pair.
#[test]
fn overlaps_are_those_of_all_pairs() {
    let mut state = 7_u32;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    };
    for _ in 0..40 {
        let nets: Vec<(u32, u32)> = (0..12)
            .map(|_| {
                let length = 10 + random(12);
                let address = (10 << 24) | (random(16) << 20) | (random(4) << 12);
                (address & (u32::MAX << (32 - length)), length)
            })
            .collect();
        let share = |a: &(u32, u32), b: &(u32, u32)| {
            let length = a.1.min(b.1);
            (a.0 ^ b.0) >> (32 - length) == 0
        };
        let expected: Vec<String> = (0..nets.len())
            .filter(|second| {
                nets[..*second]
                    .iter()
                    .any(|first| share(first, &nets[*second]))
            })
            .map(|second| format!("{second}.yaml"))
            .collect();
        let pools: Vec<String> = nets
            .iter()
            .enumerate()
            .map(|(index, (address, length))| {
                let address = std::net::Ipv4Addr::from(*address);
                format!("IPPool p{index} {{cidr: {address}/{length}}}")
            })
            .collect();
        let pools: Vec<&str> = pools.iter().map(String::as_str).collect();
        let found = validate::datastore(&cluster(&pools));
        let found: Vec<&str> = found
            .iter()
            .filter_map(|found| found.source.as_deref())
            .collect();
        assert_eq!(found, expected, "{pools:#?}");
    }
}
