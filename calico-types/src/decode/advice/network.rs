//! Fields of BGP resources and pools as other APIs have them.

use super::Advice;
use super::write::{entry_yaml, indented, list_yaml, yaml};
use crate::decode::document::printable;
use crate::tree::{Entry, Node};

/// Fields of other specs.
pub(super) fn spec(kind: &str, entry: &Entry) -> Option<Advice> {
    let key = entry.key.as_str();
    Some(match (kind, key) {
        (
            "BGPFilter",
            "importRules" | "exportRules" | "import" | "export" | "rules" | "importRule"
            | "exportRule",
        ) => filter_lists(key, &entry.value),
        ("IPPool", "encapsulation") => encapsulation(&entry.value),
        ("IPPool", "nat-outgoing" | "nat_outgoing" | "natOutGoing") => {
            Advice::help("version 3 has `natOutgoing`")
                .write(entry_yaml("natOutgoing", &entry.value))
        }
        ("IPPool", "ipip") => {
            Advice::help("that is Calico's API version 1; version 3 has `ipipMode`")
                .write("ipipMode: Always")
        }
        ("IPPool", "mtu") => Advice::help(
            "a pool has no MTU: it is set once, in Installation spec.calicoNetwork.mtu or FelixConfiguration",
        ),
        ("BGPConfiguration", "nodeToNodeMesh" | "nodeMesh" | "fullMesh" | "meshEnabled") => {
            Advice::help("did you mean `nodeToNodeMeshEnabled`?")
                .write(entry_yaml("nodeToNodeMeshEnabled", &entry.value))
        }
        ("BGPPeer", "peerAS" | "as" | "asn" | "remoteAS" | "peerASNumber" | "remoteAs") => {
            Advice::help("the peer's AS is `asNumber`").write(entry_yaml("asNumber", &entry.value))
        }
        ("BGPPeer", "ip" | "address" | "peerAddress" | "neighbor" | "peer") => {
            Advice::help("the peer's address is `peerIP`").write(entry_yaml("peerIP", &entry.value))
        }
        ("BGPPeer", "filter" | "importFilter" | "exportFilter" | "bgpFilter") => {
            Advice::help("`filters` is a list of BGPFilter names")
                .write(format!("filters: {}", list_yaml(&entry.value)))
        }
        ("BGPPeer", "routeReflectorClusterID") => {
            Advice::help("a route reflector is made on the Node: spec.bgp.routeReflectorClusterID")
        }
        ("Node", "asNumber" | "ipv4Address" | "ipv6Address" | "routeReflectorClusterID") => {
            Advice::help("it belongs to `bgp`").write(format!(
                "bgp:\n{}",
                indented(&entry_yaml(key, &entry.value))
            ))
        }
        (
            "Installation",
            "ipPools" | "mtu" | "bgp" | "nodeAddressAutodetectionV4" | "linuxDataplane",
        ) => Advice::help("it belongs to `calicoNetwork`").write(format!(
            "calicoNetwork:\n{}",
            indented(&entry_yaml(key, &entry.value))
        )),
        _ => return None,
    })
}

pub(super) fn installation_pool(entry: &Entry) -> Option<Advice> {
    Some(match entry.key.as_str() {
        "mtu" => Advice::help("a pool has no MTU: it belongs to calicoNetwork, beside ipPools")
            .write(format!("calicoNetwork:\n  mtu: {}", yaml(&entry.value))),
        "ipipMode" | "vxlanMode" => Advice::help(
            "that is a field of IPPool; the operator has `encapsulation`: IPIP, IPIPCrossSubnet, VXLAN, VXLANCrossSubnet or None",
        ),
        _ => return None,
    })
}

pub(super) fn filter_rule(list: &str, entry: &Entry) -> Option<Advice> {
    Some(match entry.key.as_str() {
        "prefix" | "net" | "network" => {
            Advice::help("a filter rule has `cidr` and `matchOperator`")
                .write(format!("cidr: {}\nmatchOperator: In", yaml(&entry.value)))
        }
        "operator" | "match" => Advice::help("a filter rule has `matchOperator`")
            .write(entry_yaml("matchOperator", &entry.value)),
        "prefixLengthMin" | "prefixLengthMax" | "minLength" | "maxLength" => {
            let field = if entry.key.to_ascii_lowercase().contains("min") {
                "min"
            } else {
                "max"
            };
            Advice::help("bounds stand under `prefixLength`")
                .write(format!("prefixLength:\n  {field}: {}", yaml(&entry.value)))
        }
        "ipv4" | "ipv6" => Advice::help(format!("the family is in the name of the list: {list}")),
        _ => return None,
    })
}

/// Rules of a filter under a list that names no family: by the CIDRs of the
/// rules, or for IPv4 where there is none.
fn filter_lists(key: &str, value: &Node) -> Advice {
    let direction = if key.starts_with("export") {
        "export"
    } else {
        "import"
    };
    let mut v4 = String::new();
    let mut v6 = String::new();
    for rule in value.items() {
        let cidr = rule.text_of("cidr");
        let action = match rule.text_of("action") {
            "Deny" | "deny" | "Drop" | "reject" => "Reject",
            "Allow" | "allow" | "Permit" | "accept" => "Accept",
            "" => "Reject",
            other => other,
        };
        let lists: &mut [&mut String] = match (cidr.is_empty(), cidr.contains(':')) {
            (true, _) => &mut [&mut v4, &mut v6],
            (false, true) => &mut [&mut v6],
            (false, false) => &mut [&mut v4],
        };
        for list in lists {
            list.push_str(&format!("- action: {}\n", printable(action)));
            if !cidr.is_empty() {
                let operator = match rule.text_of("matchOperator") {
                    "" => "In",
                    operator => operator,
                };
                list.push_str(&format!(
                    "  cidr: {}\n  matchOperator: {}\n",
                    printable(cidr),
                    printable(operator)
                ));
            }
        }
    }
    let advice = Advice::help(format!(
        "a BGPFilter has one list a family: {direction}V4 and {direction}V6"
    ));
    if v4.is_empty() {
        return advice
            .write(format!("{direction}V4:\n{v6}{direction}V6:\n{v6}").replace(":\n\n", ": []\n"));
    }
    let v6 = if v6.is_empty() {
        "- action: Reject\n".to_owned()
    } else {
        v6
    };
    advice.write(format!("{direction}V4:\n{v4}{direction}V6:\n{v6}"))
}

fn encapsulation(value: &Node) -> Advice {
    let advice = Advice::help("that is the operator's word; an IPPool has ipipMode and vxlanMode");
    match value.text() {
        Some("IPIP") => advice.write("ipipMode: Always"),
        Some("IPIPCrossSubnet") => advice.write("ipipMode: CrossSubnet"),
        Some("VXLAN") => advice.write("vxlanMode: Always"),
        Some("VXLANCrossSubnet") => advice.write("vxlanMode: CrossSubnet"),
        Some("None") => advice.write("ipipMode: Never\nvxlanMode: Never"),
        _ => advice,
    }
}
