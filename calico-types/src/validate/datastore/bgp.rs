//! BGP settings and filters.

use std::collections::HashSet;

use super::refuse;
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::resources::{BGPConfigurationSpec, Resource};

/// What only the cluster's own configuration may say: that of a node, named
/// `node.NAME`, has no use for it.
pub(super) fn configuration(located: &Located, found: &mut Vec<Diagnostic>) {
    let Resource::BGPConfiguration(configuration) = &located.resource else {
        return;
    };
    let name = configuration.metadata.name.as_str();
    if matches!(name, "default" | "") {
        return;
    }
    for field in default_only(&configuration.spec) {
        let message = format!("{field} stands in the BGPConfiguration default only, not in {name}");
        found.push(
            refuse(
                located,
                "default-only-field",
                &format!("spec.{field}"),
                message,
            )
            .help("move it to the BGPConfiguration named default"),
        );
    }
}

/// The fields that are set of those that only `default` may have.
fn default_only(spec: &BGPConfigurationSpec) -> impl Iterator<Item = &'static str> {
    let filled = |blocks: &Option<Vec<_>>| blocks.as_ref().is_some_and(|blocks| !blocks.is_empty());
    [
        (
            "nodeToNodeMeshEnabled",
            spec.node_to_node_mesh_enabled.is_some(),
        ),
        ("asNumber", spec.as_number.is_some()),
        ("serviceExternalIPs", filled(&spec.service_external_ips)),
        ("serviceClusterIPs", filled(&spec.service_cluster_ips)),
        (
            "serviceLoadBalancerIPs",
            filled(&spec.service_load_balancer_ips),
        ),
        ("nodeMeshPassword", spec.node_mesh_password.is_some()),
        (
            "nodeMeshMaxRestartTime",
            spec.node_mesh_max_restart_time.is_some(),
        ),
    ]
    .into_iter()
    .filter_map(|(field, set)| set.then_some(field))
}

/// Filters that peers name and that are not there.
pub(super) fn dangling_filters(resources: &[Located], found: &mut Vec<Diagnostic>) {
    let mut filters = HashSet::new();
    for located in resources {
        if let Resource::BGPFilter(filter) = &located.resource {
            filters.insert(filter.metadata.name.as_str());
        }
    }
    for located in resources {
        let Resource::BGPPeer(peer) = &located.resource else {
            continue;
        };
        for (index, name) in peer.spec.filters.iter().enumerate() {
            if !filters.contains(name.as_str()) {
                let path = format!("spec.filters[{index}]");
                let message = format!("there is no BGPFilter {name}");
                found
                    .push(refuse(located, "dangling-filter", &path, message).help(
                        "create the filter first; Calico skips a name that it does not know",
                    ));
            }
        }
    }
}
