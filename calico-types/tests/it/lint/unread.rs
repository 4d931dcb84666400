//! Documents with errors in them: they are not missing, and what depends on
//! something being absent is not said of them.

use calico_types::lint::{LintContext, lint, lint_decoded};
use calico_types::{Source, decode};

use super::{CLUSTER, SHOP, complete, with_versions};

/// What is said with the unread documents known, and as if they were absent.
fn both(context: LintContext, manifests: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let decoded = decode(&[Source::new("set.yaml", with_versions(manifests))]);
    let codes = |found: Vec<calico_types::Diagnostic>| found.iter().map(|d| d.code.0).collect();
    (
        codes(lint_decoded(&decoded, &context)),
        codes(lint(&decoded.resources, &context)),
    )
}

/// A set in which a text is broken: what is said, and what would be.
#[track_caller]
fn broken(set: &str, from: &str, to: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    assert!(set.contains(from), "{from}");
    both(complete(), &set.replacen(from, to, 1))
}

#[test]
fn a_filter_with_a_wrong_word_is_not_missing() {
    let (found, without) = broken(
        CLUSTER,
        "{action: Reject, matchOperator: In, cidr: 10.0.0.0/8}",
        "{action: Deny, matchOperator: In, cidr: 10.0.0.0/8}",
    );
    assert_eq!(without, ["dangling-filter"]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_tier_with_a_wrong_word_is_not_missing() {
    let (found, without) = broken(SHOP, "defaultAction: Pass", "defaultAction: Allow");
    assert!(without.contains(&"missing-tier"));
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_document_that_is_no_yaml_may_be_anything() {
    let set = CLUSTER.replacen(
        "kind: BGPFilter\nmetadata: {name: edge}",
        "kind: BGPFilter\nmetadata: {name: edge",
        1,
    );
    let (found, without) = both(complete(), &set);
    assert_eq!(without, ["dangling-filter"]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn peerings_that_could_not_be_read_may_be_the_missing_ones() {
    // The peering of the workers: without it they have no session.
    let (found, without) = broken(
        CLUSTER,
        "peerSelector: has(rr), filters: [pods]}",
        "peerSelector: has(rr), filters: [pods], reversePeering: Sometimes}",
    );
    assert!(without.contains(&"node-without-session"));
    assert_eq!(found, [""; 0]);
    // The configuration that switches the mesh off.
    let (found, without) = broken(
        CLUSTER,
        "spec: {nodeToNodeMeshEnabled: false}",
        "spec: {nodeToNodeMeshEnabled: never}",
    );
    assert!(without.contains(&"mesh-beside-reflectors"));
    assert_eq!(found, [""; 0]);
    // The second reflector.
    let (found, without) = broken(
        CLUSTER,
        "{bgp: {ipv4Address: 10.2.0.1/24, routeReflectorClusterID: 244.0.0.1}}",
        "{bgp: {ipv4Address: 10.2.0.1/24, routeReflectorClusterID: two}}",
    );
    assert!(without.contains(&"single-reflector"));
    assert_eq!(found, [""; 0]);
}

#[test]
fn policies_that_could_not_be_read_may_let_traffic_through() {
    let start = SHOP.find("  - action: Allow\n    protocol: UDP").unwrap();
    let end = SHOP
        .find("---\nkind: NetworkPolicy\nmetadata: {name: db")
        .unwrap();
    let mut without_dns = SHOP.to_owned();
    without_dns.replace_range(start..end, "");
    let helper = "---\nkind: GlobalNetworkPolicy\nmetadata: {name: dns}\nspec: {order: 1, types: [Egress], egress: [{action: allow, protocol: UDP, destination: {ports: [53]}}]}\n";
    let (found, without) = both(complete(), &format!("{without_dns}{helper}"));
    assert_eq!(without, ["no-dns"]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn what_is_wrong_all_the_same_is_still_said() {
    let set = CLUSTER
        .replacen(
            "{action: Reject, matchOperator: In, cidr: 10.0.0.0/8}",
            "{action: Deny}",
            1,
        )
        .replacen("mtu: 8980", "mtu: 9000", 1);
    let (found, _) = both(complete(), &set);
    assert_eq!(found, ["mtu-too-large"]);
    // Another filter that nobody wrote.
    let set = set.replacen("filters: [pods]", "filters: [pods, spare]", 1);
    let (found, _) = both(complete(), &set);
    assert!(found.contains(&"dangling-filter"));
}

#[test]
fn unread_documents_are_listed_with_what_is_known_of_them() {
    let text = with_versions(
        "kind: BGPFilter\nmetadata: {name: edge}\nspec: {importV4: [{action: Deny}]}\n---\nkind: NetworkPolicy\nmetadata: {name: db, namespace: shop}\nspec: {order: first}\n---\nkind: Tier\nmetadata: {name: a\n---\n- 1\n---\nkind: Tier\nmetadata: {name: fine}\nspec: {}\n",
    );
    let decoded = decode(&[Source::new("set.yaml", text)]);
    let unread: Vec<_> = decoded
        .unread
        .iter()
        .map(|u| {
            (
                u.kind,
                u.namespace.as_deref(),
                u.name.as_deref(),
                u.span.map(|s| s.line),
            )
        })
        .collect();
    assert_eq!(
        unread,
        [
            (Some("BGPFilter"), None, Some("edge"), Some(1)),
            (Some("NetworkPolicy"), Some("shop"), Some("db"), Some(6)),
            (None, None, None, Some(13)),
            (None, None, None, Some(15)),
        ]
    );
    assert_eq!(decoded.resources.len(), 1);
}
