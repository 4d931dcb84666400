//! Fields of IPPool and of the operator's Installation as each other, older
//! Calico and habit have them.

use super::spot::Spot;
use super::{Advice, as_list, boolean};
use crate::edit::{Steps, made, text};
use crate::tree::{Node, Value};

/// A field that the spec of a pool does not have.
pub(super) fn spec(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    Some(match spot.key() {
        "encapsulation" => encapsulation(spot, node),
        "nat-outgoing" | "nat_outgoing" => {
            Advice::help("that is Calico's API version 1; version 3 has `natOutgoing`")
                .renamed(spot, "natOutgoing")
        }
        "nat" | "snat" | "masquerade" | "outgoingNAT" | "ipMasq" => {
            Advice::help("NAT for what leaves the pool is `natOutgoing`").called(spot, "natOutgoing")
        }
        "ipip" => first_version(spot, node, "ipipMode"),
        "vxlan" => first_version(spot, node, "vxlanMode"),
        "mtu" => Advice::help(
            "a pool has no MTU: it is set once, in Installation spec.calicoNetwork.mtu or FelixConfiguration",
        ),
        "subnet" | "network" | "range" | "ipRange" | "prefix" | "net" => {
            Advice::help("the pool's addresses are its `cidr`").renamed(spot, "cidr")
        }
        "cidrs" => match node.items() {
            [only] => Advice::help("a pool has one `cidr`").fields(spot, vec![("cidr", only.clone())]),
            _ => Advice::help("a pool has one `cidr`: write an IPPool for each"),
        },
        "enabled" => {
            let advice = Advice::help("a pool is in use unless `disabled` is true");
            match boolean(node) {
                Some(on) => advice.fields(spot, vec![("disabled", made(Value::Bool(!on)))]),
                None => advice,
            }
        }
        "selector" => Advice::help(
            "`nodeSelector` says which nodes take addresses from the pool, `namespaceSelector` for which namespaces",
        )
        .called(spot, "nodeSelector"),
        "name" => Advice::help("the name is in the metadata").moved(
            spot,
            Steps::parse("metadata.name"),
            "metadata.name",
        ),
        _ => return None,
    })
}

/// `ipip: {enabled: true, mode: cross-subnet}` of Calico's first API.
fn first_version(spot: &Spot<'_>, node: &Node, field: &str) -> Advice {
    let advice = Advice::help(format!(
        "that is Calico's API version 1; version 3 has `{field}`: Never, Always or CrossSubnet"
    ));
    let mode = match &node.value {
        Value::Bool(on) => Some(if *on { "Always" } else { "Never" }),
        Value::Mapping(_) => {
            let off = node.get("enabled").and_then(boolean) == Some(false);
            match (off, node.text_of("mode").to_ascii_lowercase().as_str()) {
                (true, _) => Some("Never"),
                (false, "cross-subnet" | "crosssubnet") => Some("CrossSubnet"),
                (false, "always" | "") => Some("Always"),
                (false, _) => None,
            }
        }
        Value::String(word) => super::words::meant(word, &["Never", "Always", "CrossSubnet"]),
        Value::Null | Value::Number(_) | Value::Sequence(_) => None,
    };
    match mode {
        Some(mode) => advice.fields(spot, vec![(field, text(mode))]),
        None => advice,
    }
}

/// The operator's word for what a pool says in two fields.
fn encapsulation(spot: &Spot<'_>, node: &Node) -> Advice {
    let advice = Advice::help("that is the operator's word; an IPPool has ipipMode and vxlanMode");
    let (field, mode) = match node.text() {
        Some("IPIP") => ("ipipMode", "Always"),
        Some("IPIPCrossSubnet") => ("ipipMode", "CrossSubnet"),
        Some("VXLAN") => ("vxlanMode", "Always"),
        Some("VXLANCrossSubnet") => ("vxlanMode", "CrossSubnet"),
        Some("None") => {
            let never = || text("Never");
            return advice.fields(spot, vec![("ipipMode", never()), ("vxlanMode", never())]);
        }
        _ => return advice,
    };
    advice.fields(spot, vec![(field, text(mode))])
}

/// A field that a pool of the operator's does not have.
pub(super) fn installation_pool(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    Some(match spot.key() {
        "mtu" => {
            let advice =
                Advice::help("a pool has no MTU: it belongs to calicoNetwork, beside ipPools");
            let to = Steps::parse("spec.calicoNetwork.mtu");
            let mut advice = advice.propose(vec![("calicoNetwork.mtu", node.clone())]);
            advice.changes = vec![
                crate::edit::Change::Remove {
                    at: spot.steps.clone(),
                },
                crate::edit::Change::Set {
                    at: to,
                    value: node.clone(),
                },
            ];
            advice
        }
        "ipipMode" | "vxlanMode" => {
            let word = match (spot.key(), node.text()) {
                ("ipipMode", Some("Always")) => Some("IPIP"),
                ("ipipMode", Some("CrossSubnet")) => Some("IPIPCrossSubnet"),
                ("vxlanMode", Some("Always")) => Some("VXLAN"),
                ("vxlanMode", Some("CrossSubnet")) => Some("VXLANCrossSubnet"),
                _ => None,
            };
            let advice = Advice::help(
                "that is a field of IPPool; the operator has `encapsulation`: IPIP, IPIPCrossSubnet, VXLAN, VXLANCrossSubnet or None",
            );
            match word {
                Some(word) => advice.fields(spot, vec![("encapsulation", text(word))]),
                None => advice,
            }
        }
        "disabled" => Advice::help("the operator has `disableNewAllocations`")
            .renamed(spot, "disableNewAllocations"),
        _ => return None,
    })
}

/// A field that an Installation does not have at this place.
pub(super) fn installation(spot: &Spot<'_>) -> Option<Advice> {
    let node = spot.node?;
    let key = spot.key();
    let in_spec = spot.parent_steps() == Steps::parse("spec");
    let spec = crate::schema::lookup("operator.tigera.io/v1", "Installation")?
        .schema
        .field("spec")?;
    let network = spec.schema.field("calicoNetwork")?;
    if in_spec && network.schema.field(key).is_some() {
        let path = format!("calicoNetwork.{key}");
        return Some(Advice::help("it belongs to `calicoNetwork`").moved(
            spot,
            Steps::parse("spec").join(&path),
            &path,
        ));
    }
    Some(match key {
        "ipPool" | "ippool" | "pools" => {
            Advice::help("pools stand in `ipPools`, a list")
                .fields(spot, vec![("ipPools", as_list(node))])
        }
        "nodeAddressAutodetection" => Advice::help(
            "there is one for each family: nodeAddressAutodetectionV4 and nodeAddressAutodetectionV6",
        )
        .called(spot, "nodeAddressAutodetectionV4"),
        "encapsulation" | "natOutgoing" | "cidr" | "blockSize" | "nodeSelector" => {
            Advice::help("it belongs to a pool: an item of calicoNetwork.ipPools")
        }
        "mtuOverhead" | "vxlanMTU" | "ipipMTU" => {
            Advice::help("the operator has one MTU for all: calicoNetwork.mtu")
        }
        _ => return None,
    })
}
