//! What lints cost, however many resources there are.

use super::{complete, findings};

#[test]
fn many_resources_cost_no_more_than_they_should() {
    use std::fmt::Write as _;

    let mut pools = String::new();
    let mut peers = String::from(
        "kind: BGPPeer\nmetadata: {name: all}\nspec: {nodeSelector: all(), peerSelector: all()}\n",
    );
    for i in 0..2_000 {
        let (high, low) = (i / 250, i % 250 + 1);
        let _ = write!(
            pools,
            "---\nkind: IPPool\nmetadata: {{name: p{i}}}\nspec: {{cidr: 10.0.0.0/16, natOutgoing: true}}\n"
        );
        let _ = write!(
            peers,
            "---\nkind: Node\nmetadata: {{name: n{i}}}\nspec: {{bgp: {{ipv4Address: 10.0.{high}.{low}/16, routeReflectorClusterID: 244.0.0.1}}}}\n"
        );
    }
    // One finding for each pool that comes too late, not for each pair.
    let (found, _) = findings(complete(), pools.trim_start_matches("---\n"));
    assert_eq!(found.len(), 1_999);
    // Four million sessions are not made to be looked at.
    let (found, _) = findings(complete(), &peers);
    assert!(
        found.iter().all(|d| d.code.0 == "mesh-beside-reflectors"),
        "{found:?}"
    );

    let mut policies = String::new();
    for i in 0..7_100 {
        let _ = write!(
            policies,
            "---\nkind: NetworkPolicy\nmetadata: {{name: p{i}, namespace: shop}}\nspec: {{types: [Ingress], order: {i}}}\n"
        );
    }
    let (found, _) = findings(complete(), policies.trim_start_matches("---\n"));
    let codes: Vec<_> = found.iter().map(|d| d.code.0).collect();
    assert_eq!(codes, ["not-compared"]);
}

/// Rules of a list, each for an address of its own.
fn rules(count: usize, rule: impl Fn(&str) -> String) -> String {
    let address = |i: usize| format!("10.{}.{}.{}/32", i >> 16, i >> 8 & 255, i & 255);
    let rules: Vec<String> = (0..count).map(|i| rule(&address(i))).collect();
    rules.concat()
}

/// What is left out is told, and the rest is done.
#[track_caller]
fn left_out(manifests: &str) -> Vec<&'static str> {
    let (found, _) = findings(complete(), manifests);
    let mut codes: Vec<_> = found.iter().map(|d| d.code.0).collect();
    codes.dedup();
    assert!(codes.contains(&"not-compared"), "{codes:?}");
    codes
}

#[test]
fn long_lists_of_rules_are_not_compared_for_ever() {
    let policy = |count| {
        let rules = rules(count, |net| {
            format!("  - {{action: Allow, source: {{nets: [{net}]}}}}\n")
        });
        format!(
            "kind: NetworkPolicy\nmetadata: {{name: p, namespace: shop}}\nspec:\n  order: 1\n  ingress:\n{rules}"
        )
    };
    let (found, _) = findings(complete(), &policy(2_000));
    assert_eq!(found.len(), 0, "{found:?}");
    assert_eq!(left_out(&policy(11_000)), ["not-compared"]);

    let filter = rules(11_000, |net| {
        format!("  - {{action: Reject, matchOperator: In, cidr: {net}}}\n")
    });
    let filter = format!("kind: BGPFilter\nmetadata: {{name: f}}\nspec:\n  exportV4:\n{filter}");
    assert!(left_out(&filter).contains(&"unused-filter"));
}

#[test]
fn one_long_filter_named_over_and_over_costs_no_product() {
    let filter = rules(2_000, |net| {
        format!("  - {{action: Reject, matchOperator: Equal, cidr: {net}}}\n")
    });
    let names = vec!["f"; 60_000].join(", ");
    let peer =
        "kind: BGPPeer\nmetadata: {name: p}\nspec: {peerIP: 192.0.2.1, asNumber: 65000, filters: [";
    let set = format!(
        "kind: BGPFilter\nmetadata: {{name: f}}\nspec:\n  importV4:\n{filter}---\n{peer}{names}]}}\n"
    );
    left_out(&set);
}

#[test]
fn many_references_to_nothing_cost_no_more_than_they_should() {
    use std::fmt::Write as _;

    let mut set = String::new();
    for i in 0..300 {
        let names: Vec<String> = (0..20).map(|j| format!("n{i}-{j}")).collect();
        let names = names.join(", ");
        let _ = write!(
            set,
            "kind: BGPPeer\nmetadata: {{name: p{i}, annotations: {{calico-types.lint/allow: '{names}'}}}}\nspec: {{peerIP: 192.0.2.1, asNumber: 65000, filters: [{names}]}}\n---\nkind: BGPFilter\nmetadata: {{name: filter-of-{i}}}\nspec: {{importV4: [{{action: Reject}}]}}\n---\n"
        );
    }
    let (found, _) = findings(complete(), set.trim_end_matches("---\n"));
    let count = |code: &str| found.iter().filter(|d| d.code.0 == code).count();
    assert_eq!(count("dangling-filter"), 6_000);
    assert_eq!(count("unknown-allowance"), 100);
}
