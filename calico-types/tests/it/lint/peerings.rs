//! Nodes and their sessions.

use super::{check, cluster};

#[test]
fn nodes_that_do_not_speak() {
    let silent = cluster(
        "spec: {bgp: {ipv4Address: 10.1.0.2/24}}",
        "spec: {bgp: {asNumber: 64512}}",
    );
    check(
        &silent,
        &[("node-without-address", "spec: {bgp: {asNumber: 64512}}")],
    );
    let forgotten = cluster("{nodeSelector: '!has(rr)',", "{node: worker-1,");
    check(
        &forgotten,
        &[("node-without-session", "metadata: {name: worker-2}")],
    );
}

#[test]
fn peerings_that_do_not_fit() {
    let manual = cluster(
        "peerSelector: has(rr), filters: [pods]}",
        "peerSelector: has(rr), filters: [pods], reversePeering: Manual}",
    );
    let line = "spec: {nodeSelector: '!has(rr)', peerSelector: has(rr), filters: [pods], reversePeering: Manual}";
    check(&manual, &[("one-sided-peering", line)]);
}
