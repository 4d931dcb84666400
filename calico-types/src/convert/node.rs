//! Nodes: Calico keeps its own as annotations of Kubernetes'.

use std::collections::BTreeMap;
use std::str::FromStr;

use ipnet::{Ipv4Net, Ipv6Net};

use crate::k8s;
use crate::resources::{Node, NodeBGPSpec, NodeSpec};

/// The Calico node that a Kubernetes node is, by its `projectcalico.org/`
/// annotations; labels are Kubernetes'.
///
/// `calicoctl` writes these annotations where Calico keeps its data in the
/// Kubernetes API, which is everywhere but in clusters with an etcd of its own.
/// Read: `ASNumber`, `IPv4Address` and `IPv6Address` (with the length of the
/// subnet), `IPv4IPIPTunnelAddr`, `IPv4VXLANTunnelAddr`, `IPv6VXLANTunnelAddr`
/// and `RouteReflectorClusterID`.
///
/// Without any of those annotations the node has no BGP speaker. A value that
/// cannot be read counts as absent, as in Calico.
#[must_use]
pub fn node(node: &k8s::Node) -> Node {
    let annotations = &node.metadata.annotations;
    let bgp = NodeBGPSpec {
        as_number: annotation(annotations, "ASNumber"),
        ipv4_address: annotation::<Ipv4Net>(annotations, "IPv4Address"),
        ipv6_address: annotation::<Ipv6Net>(annotations, "IPv6Address"),
        ipv4_ipip_tunnel_addr: annotation(annotations, "IPv4IPIPTunnelAddr"),
        route_reflector_cluster_id: annotation(annotations, "RouteReflectorClusterID"),
        ..NodeBGPSpec::default()
    };
    Node {
        metadata: node.metadata.clone(),
        spec: NodeSpec {
            bgp: (bgp != NodeBGPSpec::default()).then_some(bgp),
            ipv4_vxlan_tunnel_addr: annotation(annotations, "IPv4VXLANTunnelAddr"),
            ipv6_vxlan_tunnel_addr: annotation(annotations, "IPv6VXLANTunnelAddr"),
            ..NodeSpec::default()
        },
        status: None,
    }
}

/// The value of a `projectcalico.org/` annotation, if it can be read.
fn annotation<T: FromStr>(annotations: &BTreeMap<String, String>, name: &str) -> Option<T> {
    let value = annotations.get(&format!("projectcalico.org/{name}"))?;
    value.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Metadata;
    use crate::scalar::Asn;

    #[test]
    fn annotations_make_the_speaker() {
        let mut metadata = Metadata::named("node-1");
        for (name, value) in [
            ("projectcalico.org/IPv4Address", "10.0.0.1/24"),
            ("projectcalico.org/ASNumber", "64513"),
            ("projectcalico.org/RouteReflectorClusterID", "244.0.0.1"),
            ("projectcalico.org/IPv6Address", "nonsense"),
        ] {
            metadata.annotations.insert(name.into(), value.into());
        }
        let foreign = k8s::Node {
            metadata,
            ..k8s::Node::default()
        };
        let bgp = node(&foreign).spec.bgp.unwrap();
        assert_eq!(bgp.ipv4_address, Some("10.0.0.1/24".parse().unwrap()));
        assert_eq!(bgp.as_number, Some(Asn(64_513)));
        assert_eq!(bgp.route_reflector_cluster_id, Some([244, 0, 0, 1].into()));
        assert_eq!(bgp.ipv6_address, None);
    }

    #[test]
    fn without_annotations_there_is_no_speaker() {
        assert_eq!(node(&k8s::Node::default()).spec.bgp, None);
    }
}
