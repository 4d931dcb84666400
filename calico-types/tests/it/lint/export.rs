//! What a rule that accepts lets out before Calico's own rules are asked.

use calico_types::lint::LintContext;

use super::{check, check_with, cluster};

const RULE: &str =
    "{action: Accept, matchOperator: In, cidr: 192.168.0.0/16, prefixLength: {max: 26}}";

/// The cluster whose filter exports by this rule instead.
#[track_caller]
fn exporting(rule: &str) -> String {
    cluster(RULE, rule)
}

#[test]
fn a_route_for_each_pod() {
    let rule = "{action: Accept, matchOperator: In, cidr: 192.168.0.0/16}";
    let line = format!("- {rule}");
    check(&exporting(rule), &[("export-skips-calico", &line)]);
    // Everything, which is more.
    check(
        &exporting("{action: Accept}"),
        &[
            ("export-skips-calico", "- {action: Accept}"),
            ("unreachable-filter-rule", "- {action: Reject}"),
        ],
    );
    // What is refused before is not let out.
    check(
        &exporting(
            "{action: Reject, matchOperator: In, cidr: 192.168.0.0/16, prefixLength: {min: 27}}\n  - {action: Accept, matchOperator: In, cidr: 192.168.0.0/16}",
        ),
        &[],
    );
    // Routes of other peers are not the pods' own.
    check(&exporting("{action: Accept, source: RemotePeers}"), &[]);
    // A rule that may match or not ends what is known.
    check(
        &exporting(
            "{action: Reject, interface: 'cali*'}\n  - {action: Accept, matchOperator: In, cidr: 192.168.0.0/16}",
        ),
        &[],
    );
}

#[test]
fn within_the_cluster_it_is_left_alone() {
    let inside = exporting("{action: Accept, matchOperator: In, cidr: 192.168.0.0/16}")
        .replace("filters: [edge, pods]", "filters: [edge, out]")
        + "---\nkind: BGPFilter\nmetadata: {name: out}\nspec: {importV4: [{action: Reject}], exportV4: [{action: Reject}]}\n";
    check(&inside, &[]);
}

#[test]
fn a_pool_that_was_to_stay_inside() {
    let inside = "spec: {cidr: 192.168.0.0/16, ipipMode: CrossSubnet, natOutgoing: true, disableBGPExport: true}";
    let set = cluster(
        "spec: {cidr: 192.168.0.0/16, ipipMode: CrossSubnet, natOutgoing: true}",
        inside,
    );
    let line = format!("- {RULE}");
    check(&set, &[("export-skips-calico", &line)]);
    check_with(LintContext::new(), &set, &[("export-skips-calico", &line)]);
    let elsewhere = set.replace(
        RULE,
        "{action: Accept, matchOperator: In, cidr: 172.16.0.0/16}",
    );
    check(&elsewhere, &[]);
}

#[test]
fn communities_that_are_not_put_on() {
    let advertised = "spec: {nodeToNodeMeshEnabled: false, prefixAdvertisements: [{cidr: 192.168.0.0/16, communities: ['64512:1']}]}";
    let set = cluster("spec: {nodeToNodeMeshEnabled: false}", advertised);
    let line = format!("- {RULE}");
    check(&set, &[("export-skips-calico", &line)]);
    let left = set.replace(
        &format!("  - {RULE}\n  - {{action: Reject}}\n"),
        "  - {action: Reject, matchOperator: In, cidr: 10.0.0.0/8}\n",
    );
    assert_ne!(left, set);
    check(&left, &[]);
}
