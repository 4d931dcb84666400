//! The cluster wired another way: the same nodes as a full mesh.

use calico_types::Resource;
use calico_types::resources::BGPConfiguration;

/// The resources with the full mesh in the place of reflection: no node is a reflector,
/// the mesh is on, and of the `BGPPeer`s only those to addresses outside remain.
pub(super) fn full_mesh(resources: &[Resource]) -> Vec<Resource> {
    let mut meshed = Vec::new();
    for resource in resources {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "three kinds out of all make the difference"
        )]
        match resource {
            Resource::Node(node) => {
                let mut node = node.clone();
                if let Some(bgp) = &mut node.spec.bgp {
                    bgp.route_reflector_cluster_id = None;
                }
                meshed.push(node.into());
            }
            Resource::BGPPeer(peer) if peer.spec.peer_selector.is_some() => {}
            Resource::BGPConfiguration(configuration) if is_default(configuration) => {
                let mut configuration = configuration.clone();
                configuration.spec.node_to_node_mesh_enabled = Some(true);
                meshed.push(configuration.into());
            }
            other => meshed.push(other.clone()),
        }
    }
    meshed
}

fn is_default(configuration: &BGPConfiguration) -> bool {
    configuration.metadata.name == "default"
}
