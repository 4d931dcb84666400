//! Route filters, by themselves and as peers use them.

use calico_types::Severity;
use calico_types::lint::LintContext;

use super::{check, check_with, cluster, complete, findings};

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

/// A router outside, and one filter with this spec.
fn with_filter(spec: &str) -> String {
    format!(
        "kind: BGPPeer\nmetadata: {{name: tor}}\nspec: {{peerIP: 192.0.2.1, asNumber: 65000, filters: [edge]}}\n---\nkind: BGPFilter\nmetadata: {{name: edge}}\nspec:\n{spec}"
    )
}

#[test]
fn a_wider_rule_shuts_a_narrower_one_out() {
    let rules = |first: &str, second: &str| {
        with_filter(&format!(
            "  importV4:\n  - {{{first}}}\n  - {{{second}}}\n  - {{action: Reject}}\n"
        ))
    };
    let ten = "action: Accept, matchOperator: In, cidr: 10.0.0.0/8";
    let part = "action: Reject, matchOperator: In, cidr: 10.1.0.0/16";
    check(
        &rules(ten, part),
        &[("unreachable-filter-rule", &format!("- {{{part}}}"))],
    );
    check(&rules(part, ten), &[]);
    // The wider one is asked about external peers only.
    check(&rules(&format!("{ten}, peerType: eBGP"), part), &[]);
    let (found, _) = findings(
        complete(),
        &rules(
            ten,
            "action: Accept, matchOperator: Equal, cidr: 10.1.0.0/16",
        ),
    );
    assert_eq!(
        (found[0].code.0, found[0].severity),
        ("unreachable-filter-rule", Severity::Info)
    );
}

#[test]
fn rules_for_both_kinds_of_peers_are_a_catch_all() {
    let both = with_filter(
        "  importV4:\n  - {action: Accept, matchOperator: In, cidr: 10.0.0.0/8}\n  - {action: Reject, peerType: eBGP}\n  - {action: Reject, peerType: iBGP}\n",
    );
    check_with(LintContext::new(), &both, &[]);
    let behind = format!("{both}  - {{action: Accept}}\n");
    check_with(
        LintContext::new(),
        &behind,
        &[("unreachable-filter-rule", "- {action: Accept}")],
    );
}

#[test]
fn a_filter_behind_one_that_decides_everything() {
    let order = |names: &str| {
        format!(
            "{}---\nkind: BGPFilter\nmetadata: {{name: last}}\nspec:\n  importV4: [{{action: Reject}}]\n",
            with_filter("  importV4: [{action: Accept, matchOperator: In, cidr: 10.0.0.0/8}]\n")
                .replace("filters: [edge]", &format!("filters: [{names}]"))
        )
    };
    let line = "spec: {peerIP: 192.0.2.1, asNumber: 65000, filters: [last, edge]}";
    check(&order("last, edge"), &[("unreachable-filter", line)]);
    check(&order("edge, last"), &[]);
}

#[test]
fn filters_that_nobody_names() {
    let unused = format!(
        "{}---\nkind: BGPFilter\nmetadata: {{name: spare}}\nspec: {{importV4: [{{action: Reject}}]}}\n",
        with_filter("  importV4: [{action: Reject}]\n")
    );
    check(&unused, &[("unused-filter", "metadata: {name: spare}")]);
    let (found, _) = findings(LintContext::new(), &unused);
    assert_eq!(found[0].severity, Severity::Info);
    // A directory of filters says nothing about peerings.
    let alone = "kind: BGPFilter\nmetadata: {name: spare}\nspec: {importV4: [{action: Reject}]}\n";
    check_with(LintContext::new(), alone, &[]);
}

#[test]
fn a_shortest_length_that_no_part_has() {
    let rule = |lengths: &str| {
        with_filter(&format!(
            "  importV4:\n  - {{action: Accept, matchOperator: In, cidr: 10.0.0.0/16, prefixLength: {{{lengths}}}}}\n  - {{action: Reject}}\n"
        ))
    };
    let line =
        "- {action: Accept, matchOperator: In, cidr: 10.0.0.0/16, prefixLength: {min: 8, max: 24}}";
    check(
        &rule("min: 8, max: 24"),
        &[("prefix-length-below-cidr", line)],
    );
    check(&rule("min: 16, max: 24"), &[]);
    // Told once, as what it is worst.
    let line =
        "- {action: Accept, matchOperator: In, cidr: 10.0.0.0/16, prefixLength: {min: 8, max: 12}}";
    check(&rule("min: 8, max: 12"), &[("empty-prefix-length", line)]);
}

#[test]
fn rules_for_peers_that_the_filter_does_not_have() {
    let typed = |kind: &str| {
        cluster(
            "{action: Reject, matchOperator: In, cidr: 10.0.0.0/8}",
            &format!("{{action: Reject, peerType: {kind}, matchOperator: In, cidr: 10.0.0.0/8}}"),
        )
    };
    let line = "- {action: Reject, peerType: iBGP, matchOperator: In, cidr: 10.0.0.0/8}";
    check(&typed("iBGP"), &[("peer-type-without-peer", line)]);
    check(&typed("eBGP"), &[]);
    check_with(LintContext::new(), &typed("iBGP"), &[]);
    // Written for whatever peers there may be.
    let both = typed("iBGP").replace(line, &format!("{line}\n  {}", line.replace("iBGP", "eBGP")));
    check(&both, &[]);
}
