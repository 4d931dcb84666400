//! Lints about the topology as a whole, on the pages that explain them.

use calico_types::lint::{LintContext, lint};
use calico_types::{Source, decode};

/// The codes that are found in manifests.
fn codes(manifests: &str) -> Vec<&'static str> {
    let decoded = decode(&[Source::new("page.yaml", manifests)]);
    let problems: Vec<_> = decoded
        .diagnostics
        .iter()
        .map(|d| d.message.clone())
        .collect();
    assert_eq!(problems, [""; 0]);
    let found = lint(&decoded.resources, &LintContext::new());
    found.iter().map(|diagnostic| diagnostic.code.0).collect()
}

/// The YAML of a page's section.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page
        .split_once(&format!("## {heading}\n\n```yaml\n"))
        .unwrap();
    rest.split_once("```\n").unwrap().0
}

#[test]
fn pages_show_the_mistake_and_how_it_is_put_right() {
    for (code, page) in [
        (
            "reflector-without-clients",
            include_str!("../../../codes/reflector-without-clients.md"),
        ),
        (
            "partitioned-topology",
            include_str!("../../../codes/partitioned-topology.md"),
        ),
        (
            "duplicate-node-address",
            include_str!("../../../codes/duplicate-node-address.md"),
        ),
    ] {
        assert_eq!(codes(section(page, "Wrong")), [code]);
        assert_eq!(codes(section(page, "Right")), [""; 0], "{code}");
    }
}

const PARTITIONED: &str = include_str!("../../../codes/partitioned-topology.md");

#[test]
fn a_partition_is_said_once_and_names_both_sides() {
    let wrong = section(PARTITIONED, "Wrong");
    let decoded = decode(&[Source::new("page.yaml", wrong)]);
    let found = lint(&decoded.resources, &LintContext::new());
    assert_eq!(
        found[0].message,
        "IPv4 routes of worker-1 do not reach worker-2 (and one more gap)"
    );
    assert_eq!(found[0].path, "spec.nodeToNodeMeshEnabled");
}

#[test]
fn a_partition_that_another_lint_explains_is_left_to_it() {
    let wrong = section(PARTITIONED, "Wrong");
    let apart = wrong.replace("nodeSelector: has(rr)", "nodeSelector: has(none)");
    assert_eq!(codes(&apart), ["reflectors-not-peered"]);
    // A node without a session is one thing, and routes another.
    let alone = wrong.replace(
        "  nodeSelector: rack == 'b'\n",
        "  nodeSelector: rack == 'c'\n",
    );
    assert_eq!(
        codes(&alone),
        ["reflector-without-clients", "node-without-session"]
    );
}

#[test]
fn pods_under_vxlan_do_not_depend_on_bgp() {
    let wrong = section(PARTITIONED, "Wrong");
    let pool = |mode: &str| {
        format!(
            "---\napiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {{name: p}}\n\
             spec: {{cidr: 192.168.0.0/16, {mode}, natOutgoing: true}}\n"
        )
    };
    let with = |mode: &str| codes(&format!("{wrong}{}", pool(mode)));
    assert!(!with("vxlanMode: Always").contains(&"partitioned-topology"));
    assert!(with("ipipMode: CrossSubnet").contains(&"partitioned-topology"));
}

#[test]
fn a_reflector_that_only_the_outside_knows_is_not_idle() {
    let page = include_str!("../../../codes/reflector-without-clients.md");
    let wrong = section(page, "Wrong");
    let served = format!(
        "{wrong}---\napiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {{name: edge}}\n\
         spec: {{nodeSelector: role == 'reflector', peerIP: 192.0.2.1, asNumber: 64512}}\n"
    );
    assert!(!codes(&served).contains(&"reflector-without-clients"));
}
