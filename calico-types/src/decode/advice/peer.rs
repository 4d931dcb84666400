//! Fields of BGPPeer and BGPConfiguration as routing daemons, older Calico and
//! habit have them.

use super::spot::Spot;
use super::{Advice, as_list, boolean, each};
use crate::edit::{Change, list, made, text};
use crate::tree::{Node, Value};

/// A field that the spec of a peering does not have.
pub(super) fn peer(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    let key = spot.key();
    Some(match key {
        "peerAS" | "peerAs" | "as" | "AS" | "asn" | "ASN" | "remoteAS" | "remoteAs" | "remoteASN"
        | "peerASN" | "peerAsn" | "peerASNumber" | "remoteASNumber" => {
            Advice::help("the peer's AS is `asNumber`").renamed(spot, "asNumber")
        }
        "localAS" | "localAs" | "localASN" | "myASN" => {
            Advice::help("another AS than the node's own is `localASNumber`")
                .renamed(spot, "localASNumber")
        }
        "ip" | "IP" | "address" | "peerAddress" | "peerAddr" | "neighbor" | "neighbour" | "peer" | "remoteIP" => {
            Advice::help("the peer's address is `peerIP`").renamed(spot, "peerIP")
        }
        "peerIPs" | "peers" | "neighbors" => Advice::help(
            "a BGPPeer has one peer: write one for each, or select nodes by `peerSelector`",
        ),
        "port" | "peerPort" => port(spot, node),
        "filter" | "bgpFilter" | "bgpFilters" | "filterNames" => filters(spot, node),
        "importFilter" | "exportFilter" | "importFilters" | "exportFilters" => Advice::help(
            "`filters` is a list of BGPFilter names; each has rules of its own for import and export",
        )
        .propose(vec![("filters", as_list(node))]),
        "routeReflectorClusterID" | "routeReflector" | "routeReflectorClient" | "rrClient" => {
            Advice::help("a route reflector is made on the Node: spec.bgp.routeReflectorClusterID")
                .and("whoever peers with it, and is none itself, is its client")
        }
        "scope" => scope(spot, node),
        "nodes" | "nodeName" | "nodeNames" | "hostname" => nodes(spot, node),
        "selector" => Advice::help(
            "`nodeSelector` selects the nodes that peer, `peerSelector` the nodes that they peer with",
        ),
        "nextHopSelf" | "next-hop-self" => next_hop(spot, node, "Self"),
        "nextHopKeep" | "keepNextHop" => next_hop(spot, node, "Keep"),
        "holdTime" | "holdtime" | "hold-time" | "keepalive" | "keepAlive" | "keepaliveInterval" => {
            let advice = Advice::help("Calico sets the keepalive time alone: `keepaliveTime`, since 3.32");
            if key.to_ascii_lowercase().starts_with("keep") {
                advice.called(spot, "keepaliveTime")
            } else {
                advice
            }
        }
        "ebgpMultihop" | "ebgpMultiHop" | "multihop" | "ttl" => Advice::help(
            "Calico's peerings are multihop; `ttlSecurity` bounds the number of hops",
        ),
        "passive" => Advice::help(
            "which end dials is not for a BGPPeer to say: Calico makes one end passive where both are its own",
        ),
        "bfd" | "bfdProfile" => Advice::help("Calico configures no BFD"),
        "secret" | "passwordSecret" | "authPassword" | "md5" => Advice::help(
            "the password is in a Secret, which `password.secretKeyRef` names",
        )
        .write("password:\n  secretKeyRef:\n    name: bgp-secrets\n    key: bgp-password"),
        _ => return None,
    })
}

fn filters(spot: &Spot<'_>, node: &Node) -> Advice {
    Advice::help("`filters` is a list of BGPFilter names")
        .fields(spot, vec![("filters", as_list(node))])
}

/// A port of its own is written with the address.
fn port(spot: &Spot<'_>, node: &Node) -> Advice {
    let advice = Advice::help("a port is written with the address: peerIP: 192.0.2.1:1790");
    let address = spot
        .parent()
        .map(|parent| parent.text_of("peerIP"))
        .unwrap_or_default();
    let Some(port) = node.integer().filter(|_| !address.is_empty()) else {
        return advice;
    };
    let joined = match address.parse() {
        Ok(std::net::IpAddr::V4(address)) => format!("{address}:{port}"),
        Ok(std::net::IpAddr::V6(address)) => format!("[{address}]:{port}"),
        Err(_) => return advice,
    };
    let value = text(joined);
    let mut advice = advice.propose(vec![("peerIP", value.clone())]);
    advice.changes = vec![
        Change::Replace {
            at: spot.parent_steps().key("peerIP"),
            value,
        },
        Change::Remove {
            at: spot.steps.clone(),
        },
    ];
    advice
}

/// `scope: global` and `scope: node` of Calico's first API.
pub(super) fn scope(spot: &Spot<'_>, node: &Node) -> Advice {
    let advice = Advice::help(
        "that is Calico's API version 1: in version 3 a peering without node and nodeSelector is for all nodes",
    );
    if node.text() == Some("global") {
        advice.and("leave `scope` out").removed(spot)
    } else {
        advice
    }
}

fn nodes(spot: &Spot<'_>, node: &Node) -> Advice {
    match node.items() {
        [] if node.text().is_some() => {
            Advice::help("one node by its name is `node`").renamed(spot, "node")
        }
        [only] => Advice::help("one node by its name is `node`")
            .fields(spot, vec![("node", only.clone())]),
        items => {
            let names: Option<Vec<String>> = items
                .iter()
                .map(|item| super::labels::quoted(item.text()?))
                .collect();
            let advice = Advice::help("several nodes are selected by their labels: `nodeSelector`");
            match names {
                Some(names) => advice.propose(vec![(
                    "nodeSelector",
                    text(format!(
                        "kubernetes.io/hostname in {{{}}}",
                        names.join(", ")
                    )),
                )]),
                None => advice,
            }
        }
    }
}

fn next_hop(spot: &Spot<'_>, node: &Node, mode: &str) -> Advice {
    let advice = Advice::help(
        "which next hop the peer hears is `nextHopMode`: Auto, Self or Keep, since 3.31",
    );
    if boolean(node) == Some(true) {
        advice.fields(spot, vec![("nextHopMode", text(mode))])
    } else {
        advice
    }
}

/// A field that the spec of a BGPConfiguration does not have.
pub(super) fn configuration(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    Some(match spot.key() {
        "nodeToNodeMesh"
        | "nodeMesh"
        | "fullMesh"
        | "mesh"
        | "meshEnabled"
        | "nodeToNodeMeshEnable"
        | "nodeMeshEnabled" => mesh(spot, node),
        "as"
        | "AS"
        | "asn"
        | "ASN"
        | "defaultASNumber"
        | "localASNumber"
        | "globalASNumber"
        | "defaultNodeASNumber" => {
            Advice::help("the cluster's AS is `asNumber`").renamed(spot, "asNumber")
        }
        "logLevel" | "logSeverity" => Advice::help("how much is logged is `logSeverityScreen`")
            .renamed(spot, "logSeverityScreen"),
        "port" | "bgpPort" | "listeningPort" => {
            Advice::help("the port to listen on is `listenPort`").renamed(spot, "listenPort")
        }
        "routeReflectorClusterID" | "clusterID" => {
            Advice::help("a route reflector is made on the Node: spec.bgp.routeReflectorClusterID")
        }
        "serviceClusterIP"
        | "clusterIPs"
        | "serviceCIDR"
        | "serviceCIDRs"
        | "serviceClusterIPRange" => blocks(spot, node, "serviceClusterIPs"),
        "serviceExternalIP" | "externalIPs" => blocks(spot, node, "serviceExternalIPs"),
        "serviceLoadBalancerIP" | "loadBalancerIPs" => blocks(spot, node, "serviceLoadBalancerIPs"),
        "filters" | "peers" => {
            Advice::help("filters are named by each BGPPeer; the mesh takes none")
        }
        _ => return None,
    })
}

fn mesh(spot: &Spot<'_>, node: &Node) -> Advice {
    let advice = Advice::help("did you mean `nodeToNodeMeshEnabled`?");
    if boolean(node).is_some() {
        return advice.renamed(spot, "nodeToNodeMeshEnabled");
    }
    match node.get("enabled").and_then(boolean) {
        Some(on) => advice.fields(spot, vec![("nodeToNodeMeshEnabled", made(Value::Bool(on)))]),
        None if node.entries().is_empty() => advice.called(spot, "nodeToNodeMeshEnabled"),
        None => advice,
    }
}

/// Service ranges, which are mappings with a `cidr` each.
fn blocks(spot: &Spot<'_>, node: &Node, name: &str) -> Advice {
    let advice = Advice::help(format!(
        "`{name}` is a list of mappings, each with a `cidr`"
    ));
    let block = |node: &Node| {
        let entry = crate::edit::entry("cidr", node.clone());
        node.text().map(|_| crate::edit::mapping(vec![entry]))
    };
    match each(node).iter().map(block).collect::<Option<Vec<Node>>>() {
        Some(blocks) => advice.fields(spot, vec![(name, list(blocks))]),
        None => advice.renamed(spot, name),
    }
}
