//! Address pools and MTUs.

use calico_types::Severity;
use calico_types::lint::LintContext;

use super::{CLUSTER, check, cluster, complete, findings};

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
