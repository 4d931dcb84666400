//! Address pools and MTUs.

use calico_types::Severity;
use calico_types::lint::LintContext;

use super::{CLUSTER, check, check_with, cluster, complete, findings};

#[test]
fn pools_that_collide() {
    let second = format!(
        "{CLUSTER}---\nkind: IPPool\nmetadata: {{name: more}}\nspec: {{cidr: 192.168.4.0/22}}\n"
    );
    check(
        &second,
        &[
            ("overlapping-pools", "spec: {cidr: 192.168.4.0/22}"),
            ("overlapping-pools", "spec: {cidr: 192.168.4.0/22}"),
        ],
    );

    let changed = cluster(
        "ipipMode: CrossSubnet, natOutgoing: true",
        "ipipMode: Always, natOutgoing: true",
    );
    let line = "spec: {cidr: 192.168.0.0/16, ipipMode: Always, natOutgoing: true}";
    check(
        &changed,
        &[
            ("always-encapsulated", line),
            ("pool-differs-from-installation", line),
        ],
    );

    // Where every node has a subnet of its own, always and across are the same.
    let apart = changed
        .replace("/24", "/32")
        .replace("encapsulation: IPIPCrossSubnet", "encapsulation: IPIP");
    check(&apart, &[]);
}

#[test]
fn an_mtu_without_room() {
    let full = cluster("mtu: 8980", "mtu: 9000");
    check(&full, &[("mtu-too-large", "mtu: 9000")]);
    let (found, _) = findings(complete(), &full);
    assert_eq!(found[0].severity, Severity::Error);
    assert!(
        found[0]
            .message
            .contains("9020 bytes on the wire, 20 too many")
    );
    assert_eq!(found[0].suggestion.as_deref(), Some("mtu: 8980"));

    // Without knowing the interfaces it is a guess.
    let (found, _) = findings(LintContext::new(), &full);
    assert_eq!(
        (found[0].code.0, found[0].severity),
        ("mtu-too-large", Severity::Warning)
    );

    let plain = full
        .replace("IPIPCrossSubnet", "None")
        .replace("ipipMode: CrossSubnet", "ipipMode: Never");
    check(&plain, &[]);
    check(
        &cluster("mtu: 8980", "mtu: 1480"),
        &[("mtu-unused", "mtu: 1480")],
    );

    let misplaced = cluster(
        "mtu: 8980\n    ipPools: [{cidr: 192.168.0.0/16,",
        "ipPools: [{mtu: 9000, cidr: 192.168.0.0/16,",
    );
    let line = "ipPools: [{mtu: 9000, cidr: 192.168.0.0/16, encapsulation: IPIPCrossSubnet}]";
    check(&misplaced, &[("mtu-too-large", line)]);
}

/// Three nodes and these pools, by name and spec.
fn three_nodes(pools: &[&str]) -> String {
    let node = |i: usize| {
        format!(
            "kind: Node\nmetadata: {{name: n{i}, labels: {{zone: z{i}}}}}\nspec: {{bgp: {{ipv4Address: 10.0.{i}.1/24}}}}\n"
        )
    };
    let mut documents: Vec<String> = (1..=3).map(node).collect();
    for (index, spec) in pools.iter().enumerate() {
        documents.push(format!(
            "kind: IPPool\nmetadata: {{name: p{index}}}\nspec: {{natOutgoing: true, {spec}}}\n"
        ));
    }
    documents.join("---\n")
}

#[test]
fn pools_that_run_out_of_blocks() {
    let small = "cidr: 192.168.0.0/25";
    let line = "spec: {natOutgoing: true, cidr: 192.168.0.0/25}";
    check(&three_nodes(&[small]), &[("too-few-blocks", line)]);
    check(&three_nodes(&["cidr: 192.168.0.0/25, blockSize: 27"]), &[]);
    // Other pools of the same nodes help out, those of others and of another family do not.
    check(&three_nodes(&[small, "cidr: 192.168.1.0/25"]), &[]);
    check(
        &three_nodes(&[small, "cidr: 'fd00::/64'"]),
        &[("too-few-blocks", line)],
    );
    let zones = three_nodes(&[
        "cidr: 192.168.0.0/26, nodeSelector: zone != 'z3'",
        "cidr: 192.168.1.0/24, nodeSelector: zone == 'z3'",
    ]);
    let line = "spec: {natOutgoing: true, cidr: 192.168.0.0/26, nodeSelector: zone != 'z3'}";
    check(&zones, &[("too-few-blocks", line)]);
    check_with(LintContext::new(), &zones, &[]);
    let strict = format!(
        "{}---\nkind: IPAMConfiguration\nmetadata: {{name: default}}\nspec: {{autoAllocateBlocks: true, strictAffinity: true}}\n",
        three_nodes(&[small])
    );
    let (found, _) = findings(complete(), &strict);
    assert!(
        found[0].message.contains("get no address"),
        "{}",
        found[0].message
    );
}

#[test]
fn nodes_that_no_pool_is_for() {
    let some = "cidr: 192.168.0.0/16, nodeSelector: zone != 'z3'";
    let line = "spec: {natOutgoing: true, cidr: 192.168.0.0/16, nodeSelector: zone != 'z3'}";
    check(&three_nodes(&[some]), &[("node-without-pool", line)]);
    check(
        &three_nodes(&[some, "cidr: 172.16.0.0/16, nodeSelector: zone == 'z3'"]),
        &[],
    );
    check_with(LintContext::new(), &three_nodes(&[some]), &[]);
}

#[test]
fn pools_that_give_nothing() {
    let off = "cidr: 192.168.0.0/16, disabled: true";
    let line = "spec: {natOutgoing: true, cidr: 192.168.0.0/16, disabled: true}";
    check(&three_nodes(&[off]), &[("no-usable-pool", line)]);
    check(&three_nodes(&[off, "cidr: 172.16.0.0/16"]), &[]);
    let manual = "cidr: 192.168.0.0/16, assignmentMode: Manual";
    let line = "spec: {natOutgoing: true, cidr: 192.168.0.0/16, assignmentMode: Manual}";
    check(&three_nodes(&[manual]), &[("no-usable-pool", line)]);
    // Somebody else's pods.
    let services = "cidr: 192.168.0.0/16, allowedUses: [LoadBalancer], nodeSelector: all()";
    check(&three_nodes(&[services]), &[]);
}

#[test]
fn private_addresses_that_leave() {
    let plain = "kind: IPPool\nmetadata: {name: p}\nspec: {cidr: 192.168.0.0/16}\n";
    check(
        plain,
        &[("no-nat-outgoing", "spec: {cidr: 192.168.0.0/16}")],
    );
    check_with(LintContext::new(), plain, &[]);
    check(&plain.replace("192.168.0.0", "203.0.0.0"), &[]);
    let routed = format!(
        "{plain}---\nkind: BGPPeer\nmetadata: {{name: tor}}\nspec: {{peerIP: 192.0.2.1, asNumber: 65000}}\n"
    );
    check(&routed, &[]);
}

#[test]
fn always_is_told_of_the_field_and_the_family_that_encapsulate() {
    let set = |pool: &str| {
        let node = |i: usize| {
            format!(
                "kind: Node\nmetadata: {{name: n{i}}}\nspec: {{bgp: {{ipv4Address: 10.0.0.{i}/24, ipv6Address: 'fd00::{i}/128'}}}}\n"
            )
        };
        format!(
            "{}---\n{}---\nkind: IPPool\nmetadata: {{name: p}}\nspec:\n  natOutgoing: true\n{pool}",
            node(1),
            node(2)
        )
    };
    let vxlan = set("  cidr: 192.168.0.0/16\n  ipipMode: Never\n  vxlanMode: Always\n");
    check(&vxlan, &[("always-encapsulated", "vxlanMode: Always")]);
    let (found, _) = findings(complete(), &vxlan);
    assert_eq!(
        found[0].suggestion.as_deref(),
        Some("vxlanMode: CrossSubnet")
    );
    // The nodes share no IPv6 subnet.
    check(&set("  cidr: 'fd00:10::/64'\n  vxlanMode: Always\n"), &[]);
}
