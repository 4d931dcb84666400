//! Route filters, by themselves and as peers use them.

use calico_types::Severity;
use calico_types::lint::LintContext;

use super::{check, cluster, complete, findings};

#[test]
fn filters_that_are_missing_or_say_too_little() {
    let missing = cluster("filters: [edge, pods]", "filters: [edges, pods]");
    let line = "spec: {nodeSelector: has(rr), peerIP: 192.0.2.1, asNumber: 65000, nextHopMode: Keep, filters: [edges, pods]}";
    check(&missing, &[("dangling-filter", line)]);
    let (found, _) = findings(complete(), &missing);
    // The one that is left over is most probably the one that was meant.
    assert_eq!(found[0].suggestion.as_deref(), Some("- edge"));
    let (found, _) = findings(LintContext::new(), &missing);
    assert_eq!(found[0].severity, Severity::Warning);

    let unfiltered = cluster(", nextHopMode: Keep, filters: [edge, pods]", "");
    let line = "spec: {nodeSelector: has(rr), peerIP: 192.0.2.1, asNumber: 65000}";
    check(
        &unfiltered,
        &[
            ("unfiltered-peering", line),
            ("unused-filter", "metadata: {name: edge}"),
        ],
    );

    let open = cluster(
        "  - {action: Accept, matchOperator: In, cidr: 192.168.0.0/16}\n  - {action: Reject}\n  exportV4",
        "  - {action: Accept, matchOperator: In, cidr: 192.168.0.0/16}\n  exportV4",
    );
    check(
        &open,
        &[(
            "filter-without-catch-all",
            "- {action: Accept, matchOperator: In, cidr: 192.168.0.0/16}",
        )],
    );

    let empty = cluster(
        "spec:\n  importV4:\n  - {action: Reject, matchOperator: In, cidr: 10.0.0.0/8}",
        "spec: {}",
    );
    check(&empty, &[("filter-without-rules", "spec: {}")]);

    let one_family = cluster(
        "  importV6: [{action: Reject}]\n  exportV6: [{action: Reject}]\n",
        "",
    );
    let (found, _) = findings(complete(), &one_family);
    let codes: Vec<_> = found.iter().map(|d| (d.code.0, d.severity)).collect();
    // The uplink has an IPv4 address: it will never speak IPv6.
    assert_eq!(codes, [("filter-one-family", Severity::Info); 2]);
    let six = one_family
        .replace("10.1.0.1/24,", "10.1.0.1/24, ipv6Address: fd00::1/64,")
        .replace("10.1.0.2/24", "10.1.0.2/24, ipv6Address: fd00::2/64");
    let (found, _) = findings(complete(), &six);
    assert_eq!(found[0].severity, Severity::Warning);
}

#[test]
fn rules_of_filters_that_do_nothing() {
    let first = cluster(
        "  importV6: [{action: Reject}]",
        "  importV6: [{action: Reject}, {action: Accept}]",
    );
    check(
        &first,
        &[(
            "unreachable-filter-rule",
            "importV6: [{action: Reject}, {action: Accept}]",
        )],
    );

    let exact = cluster(
        "{action: Reject, matchOperator: In, cidr: 10.0.0.0/8}",
        "{action: Reject, matchOperator: Equal, cidr: 10.0.0.0/8, prefixLength: {min: 8, max: 24}}",
    );
    let line = "- {action: Reject, matchOperator: Equal, cidr: 10.0.0.0/8, prefixLength: {min: 8, max: 24}}";
    check(&exact, &[("exact-prefix-with-length", line)]);

    let empty = cluster(
        "{action: Reject, matchOperator: In, cidr: 10.0.0.0/8}",
        "{action: Reject, matchOperator: In, cidr: 10.0.0.0/8, prefixLength: {max: 7}}",
    );
    let line = "- {action: Reject, matchOperator: In, cidr: 10.0.0.0/8, prefixLength: {max: 7}}";
    check(&empty, &[("empty-prefix-length", line)]);
}

#[test]
fn a_list_of_refusals_is_only_worth_a_word() {
    let blocklist = "\
kind: BGPPeer
metadata: {name: tor}
spec: {peerIP: 192.0.2.1, asNumber: 65000, filters: [edge]}
---
kind: BGPFilter
metadata: {name: edge}
spec:
  importV4:
  - {action: Reject, matchOperator: In, cidr: 10.0.0.0/8}
";
    let (found, _) = findings(complete(), blocklist);
    let codes: Vec<_> = found.iter().map(|d| (d.code.0, d.severity)).collect();
    assert_eq!(codes, [("filter-without-catch-all", Severity::Info)]);
}

#[test]
fn a_filter_left_open_by_any_of_its_peerings_is_named() {
    let two = "\
kind: BGPPeer
metadata: {name: a-closed}
spec: {peerIP: 192.0.2.1, asNumber: 65000, filters: [pods, close]}
---
kind: BGPPeer
metadata: {name: b-open}
spec: {peerIP: 192.0.2.2, asNumber: 65000, filters: [pods]}
---
kind: BGPPeer
metadata: {name: c-open}
spec: {peerIP: 192.0.2.3, asNumber: 65000, filters: [pods]}
---
kind: BGPFilter
metadata: {name: pods}
spec:
  importV4: [{action: Accept, matchOperator: In, cidr: 192.168.0.0/16}]
---
kind: BGPFilter
metadata: {name: close}
spec:
  importV4: [{action: Reject}]
";
    let line = "importV4: [{action: Accept, matchOperator: In, cidr: 192.168.0.0/16}]";
    check(two, &[("filter-without-catch-all", line)]);
    check(
        &two.replace("filters: [pods]", "filters: [pods, close]"),
        &[],
    );
}
