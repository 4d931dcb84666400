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
