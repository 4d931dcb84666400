//! Clusters of many nodes, wired as a mesh or by route reflectors.

use std::collections::BTreeMap;

use calico_types::Resource;
use calico_types::resources::{
    BGPConfiguration, BGPConfigurationSpec, BGPPeer, BGPPeerSpec, Node, NodeBGPSpec,
};
use calico_types::topology::TopologyInput;
use ipnet::Ipv4Net;

/// `nodes` nodes with an IPv4 address each, in full mesh.
#[must_use]
pub fn meshed(nodes: u32) -> TopologyInput {
    TopologyInput::from_resources(&resources(nodes, 0))
}

/// The same without the mesh, `reflectors` of them reflectors of one cluster: each
/// peers with each, and every other node with each of them.
#[must_use]
pub fn reflected(nodes: u32, reflectors: u32) -> TopologyInput {
    let mut all = resources(nodes, reflectors);
    let mut configuration = BGPConfiguration {
        spec: BGPConfigurationSpec {
            node_to_node_mesh_enabled: Some(false),
            ..BGPConfigurationSpec::default()
        },
        ..BGPConfiguration::default()
    };
    "default".clone_into(&mut configuration.metadata.name);
    all.push(Resource::BGPConfiguration(configuration));
    for (name, near) in [("reflectors", "has(rr)"), ("clients", "!has(rr)")] {
        let mut peer = BGPPeer {
            spec: BGPPeerSpec {
                node_selector: Some(near.to_owned()),
                peer_selector: Some("has(rr)".to_owned()),
                ..BGPPeerSpec::default()
            },
            ..BGPPeer::default()
        };
        name.clone_into(&mut peer.metadata.name);
        all.push(Resource::BGPPeer(peer));
    }
    TopologyInput::from_resources(&all)
}

fn resources(nodes: u32, reflectors: u32) -> Vec<Resource> {
    let node = |i: u32| {
        let address = std::net::Ipv4Addr::from_bits(0x0a00_0000 + i);
        let mut node = Node::default();
        node.metadata.name = format!("node-{i:05}");
        node.metadata.labels = BTreeMap::from([
            ("kubernetes.io/os".to_owned(), "linux".to_owned()),
            (
                "topology.kubernetes.io/zone".to_owned(),
                format!("rack-{}", i / 40),
            ),
        ]);
        let mut bgp = NodeBGPSpec {
            ipv4_address: Some(Ipv4Net::new_assert(address, 8)),
            ..NodeBGPSpec::default()
        };
        if i < reflectors {
            bgp.route_reflector_cluster_id = Some([244, 0, 0, 1].into());
            node.metadata
                .labels
                .insert("rr".to_owned(), "true".to_owned());
        }
        node.spec.bgp = Some(bgp);
        Resource::Node(node)
    };
    (0..nodes).map(node).collect()
}
