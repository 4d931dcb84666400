//! Fields of Node, HostEndpoint, NetworkSet, Tier and FelixConfiguration as
//! others have them.

use super::spot::Spot;
use super::{Advice, as_list};
use crate::edit::Steps;
use crate::tree::Node;

/// A field that the spec of one of these kinds does not have.
pub(super) fn advice(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    match spot.kind.kind {
        "Node" => of_node(spot, node),
        "HostEndpoint" => host_endpoint(spot, node),
        "NetworkSet" | "GlobalNetworkSet" => network_set(spot, node),
        "Tier" => tier(spot),
        "FelixConfiguration" => felix(spot),
        _ => None,
    }
    .or_else(|| of_metadata(spot))
}

/// What is the metadata's, in the spec.
fn of_metadata(spot: &Spot<'_>) -> Option<Advice> {
    let key = spot.key();
    if spot.parent_steps() != Steps::parse("spec") {
        return None;
    }
    matches!(key, "name" | "namespace" | "labels" | "annotations").then(|| {
        let path = format!("metadata.{key}");
        Advice::help("it belongs to the metadata").moved(spot, Steps::parse(&path), &path)
    })
}

fn of_node(spot: &Spot<'_>, node: &Node) -> Option<Advice> {
    let in_spec = spot.parent_steps() == Steps::parse("spec");
    let key = spot.key();
    let name = match key {
        "asNumber" | "ipv4Address" | "ipv6Address" | "routeReflectorClusterID" => key,
        "as" | "asn" | "ASN" | "localASNumber" => "asNumber",
        "clusterID" | "rrClusterID" | "routeReflectorID" => "routeReflectorClusterID",
        "ip" | "address" | "ipAddress" | "ipv4" | "nodeIP" => {
            let v6 = node.text().is_some_and(|text| text.contains(':'));
            if v6 { "ipv6Address" } else { "ipv4Address" }
        }
        _ => return None,
    };
    let advice = Advice::help(format!("a node's `bgp` has `{name}`"));
    Some(if !in_spec {
        advice.renamed(spot, name)
    } else if name == key {
        let path = format!("bgp.{name}");
        Advice::help("it belongs to `bgp`").moved(spot, Steps::parse("spec").join(&path), &path)
    } else {
        advice.fields(spot, vec![(&format!("bgp.{name}"), node.clone())])
    })
}

fn host_endpoint(spot: &Spot<'_>, node: &Node) -> Option<Advice> {
    Some(match spot.key() {
        "interface" | "iface" | "interfaceNames" | "device" => {
            Advice::help("the interface is `interfaceName`").renamed(spot, "interfaceName")
        }
        "hostname" | "host" | "nodeName" => {
            Advice::help("the node is `node`").renamed(spot, "node")
        }
        "expectedIP" | "ip" | "ips" | "addresses" | "expected_ips" | "expectedIPAddresses" => {
            Advice::help("its addresses are `expectedIPs`, a list")
                .fields(spot, vec![("expectedIPs", as_list(node))])
        }
        "profile" => {
            Advice::help("`profiles` is a list").fields(spot, vec![("profiles", as_list(node))])
        }
        _ => return None,
    })
}

fn network_set(spot: &Spot<'_>, node: &Node) -> Option<Advice> {
    Some(match spot.key() {
        "cidrs" | "cidr" | "net" | "networks" | "ips" | "ip" | "addresses" | "subnets"
        | "ipBlocks" => {
            Advice::help("a set has `nets`, a list").fields(spot, vec![("nets", as_list(node))])
        }
        "allowedEgressDomains" | "domains" | "domainNames" => Advice::help(
            "only Calico Enterprise and Calico Cloud match domain names; here it takes `nets`",
        ),
        _ => return None,
    })
}

fn tier(spot: &Spot<'_>) -> Option<Advice> {
    Some(match spot.key() {
        "priority" => Advice::help("tiers have `order`: lower comes first").called(spot, "order"),
        "default" | "action" => Advice::help(
            "what no policy of the tier decides gets its `defaultAction`: Deny or Pass",
        )
        .renamed(spot, "defaultAction"),
        _ => return None,
    })
}

/// Felix's environment variables, whose names lack the humps.
fn felix(spot: &Spot<'_>) -> Option<Advice> {
    let bare = spot.key().strip_prefix("FELIX_")?;
    let bare: String = bare.chars().filter(|c| *c != '_').collect();
    let (_, schema) = spot.around.last()?;
    let field = (*schema)?.field_ignoring_case(&bare)?;
    Some(
        Advice::help("that is the environment variable of calico-node; the resource has the field without FELIX_")
            .renamed(spot, field.name),
    )
}
