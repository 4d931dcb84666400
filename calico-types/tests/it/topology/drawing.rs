//! Drawings: everything of a small cluster, and what a large one amounts to.

use calico_types::Resource;
use calico_types::topology::{Family, Topology, TopologyInput};
use serde_json::json;

use super::large::cluster;
use super::{build, calico, mesh, nodes, peer, reflected, resource};

#[test]
fn names_cannot_break_out_of_a_drawing() {
    let mut all = nodes(1, 0);
    let name = "x\n\u{1}  click n0 \"http://example.org\"";
    all.push(calico(
        "Node",
        name,
        json!({"bgp": {"ipv4Address": "10.0.0.77/24"}}),
    ));
    let (topology, _) = build(&all);
    for drawing in [topology.to_dot(), topology.to_mermaid(), topology.to_svg()] {
        assert!(
            !drawing
                .lines()
                .any(|line| line.trim_start().starts_with("click"))
        );
        assert!(!drawing.contains('\u{1}'));
    }
}

#[test]
fn drawings_have_a_line_for_each_pair() {
    let mut all = reflected();
    all.push(peer(
        "tor <1>",
        json!({"node": "node-01", "peerIP": "192.0.2.1", "asNumber": 65000}),
    ));
    let (topology, _) = build(&all);
    assert_eq!(topology.session_count().of(Family::Ipv4), 31);
    assert_eq!(topology.to_dot().matches(" -- ").count(), 31);
    assert_eq!(topology.to_mermaid().matches("|IPv4|").count(), 31);
    let svg = topology.to_svg();
    assert_eq!(svg.matches("<line").count(), 31);
    assert_eq!(svg.matches("class=\"client\"").count(), 27);
    assert_eq!(svg.matches("<circle").count(), 13);
    assert!(svg.contains("prefers-color-scheme:dark"));
    // Nothing is fetched from anywhere.
    assert_eq!(svg.matches("http").count(), 1);
}

/// Eight racks of 25 nodes with two reflectors each, which peer with each other.
fn racks() -> Vec<Resource> {
    let mut all = vec![mesh(false)];
    for i in 0..200_u32 {
        let (rack, slot) = (i / 25, i % 25);
        let mut bgp = json!({"ipv4Address": format!("10.{rack}.0.{}/24", slot + 1)});
        let mut labels = json!({"rack": format!("r{rack}")});
        if slot < 2 {
            bgp["routeReflectorClusterID"] = json!(format!("244.0.0.{}", rack + 1));
            labels["rr"] = json!("true");
        }
        let (name, spec) = (format!("node-{i:03}"), json!({"bgp": bgp}));
        all.push(resource(
            "projectcalico.org/v3",
            "Node",
            &name,
            labels,
            spec,
        ));
        if slot == 0 {
            let spec = json!({
                "nodeSelector": format!("rack == 'r{rack}' && !has(rr)"),
                "peerSelector": format!("rack == 'r{rack}' && has(rr)"),
            });
            all.push(peer(&format!("rack-{rack}"), spec));
        }
    }
    all.push(peer(
        "spine",
        json!({"nodeSelector": "has(rr)", "peerSelector": "has(rr)"}),
    ));
    all
}

fn of(resources: &[Resource]) -> Topology {
    Topology::build(&TopologyInput::from_resources(resources))
}

#[test]
fn a_large_mesh_is_one_dot() {
    let topology = of(&cluster(5_000, 0));
    for drawing in [topology.to_dot(), topology.to_mermaid(), topology.to_svg()] {
        assert!(drawing.contains("5,000 nodes"), "{drawing}");
        assert!(drawing.contains("12,497,500 sessions among them"));
        assert!(drawing.contains("node-00000 … node-04999"));
        assert!(drawing.len() < 4_000);
    }
}

#[test]
fn clients_of_the_same_reflectors_are_one_dot() {
    let mut all = cluster(200, 3);
    all.push(mesh(false));
    all.push(peer(
        "rr",
        json!({"nodeSelector": "has(rr)", "peerSelector": "has(rr)"}),
    ));
    all.push(peer(
        "up",
        json!({"nodeSelector": "!has(rr)", "peerSelector": "has(rr)"}),
    ));
    all.push(peer(
        "tor",
        json!({"nodeSelector": "has(rr)", "peerIP": "192.0.2.1", "asNumber": 65000}),
    ));
    let mermaid = of(&all).to_mermaid();
    assert_eq!(
        mermaid,
        "flowchart LR\n  \
         n0{{\"node-00000<br/>AS 64512<br/>cluster 244.0.0.1\"}}\n  \
         n1{{\"node-00001<br/>AS 64512<br/>cluster 244.0.0.1\"}}\n  \
         n2{{\"node-00002<br/>AS 64512<br/>cluster 244.0.0.1\"}}\n  \
         n3[[\"197 nodes<br/>AS 64512<br/>node-00003 … node-00199\"]]\n  \
         n4([\"192.0.2.1<br/>AS 65000\"])\n  \
         n0 ---|1 IPv4| n1\n  \
         n0 ---|1 IPv4| n2\n  \
         n0 ===|197 IPv4| n3\n  \
         n0 -.-|1 IPv4| n4\n  \
         n1 ---|1 IPv4| n2\n  \
         n1 ===|197 IPv4| n3\n  \
         n1 -.-|1 IPv4| n4\n  \
         n2 ===|197 IPv4| n3\n  \
         n2 -.-|1 IPv4| n4\n"
    );
}

#[test]
fn many_reflectors_are_drawn_by_cluster() {
    let dot = of(&racks()).to_dot();
    assert_eq!(
        dot.matches("2 reflectors\\nAS 64512\\ncluster 244.0.0.")
            .count(),
        8
    );
    assert_eq!(
        dot.matches("23 nodes\\nAS 64512\\nclients of 244.0.0.")
            .count(),
        8
    );
    // Each pair of racks, and each rack with its own.
    assert_eq!(dot.matches("label=\"4 IPv4\"").count(), 28);
    assert_eq!(dot.matches("label=\"46 IPv4\"").count(), 8);
}

#[test]
fn drawings_have_a_bound() {
    // Every node has a router, a cluster and an AS of its own.
    let mut all = vec![mesh(false)];
    for i in 0..500_u32 {
        let bgp = json!({
            "ipv4Address": format!("10.{}.{}.1/24", i >> 8, i & 255),
            "routeReflectorClusterID": format!("244.0.{}.{}", i >> 8, i & 255),
        });
        let name = format!("n{i}");
        all.push(calico("Node", &name, json!({"bgp": bgp})));
        let spec = json!({"node": name, "peerIP": format!("192.0.{}.{}", i >> 8, i & 255), "asNumber": 65_000 + i});
        all.push(peer(&name, spec));
    }
    let dot = of(&all).to_dot();
    assert_eq!(dot.matches("n0 -- n1 ").count(), 1);
    assert!(
        dot.contains("500 reflectors") && dot.contains("routers outside"),
        "{dot}"
    );
    assert_eq!(of(&nodes(28, 0)).to_svg().matches("<line").count(), 378);
}
