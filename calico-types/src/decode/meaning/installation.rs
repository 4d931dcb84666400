//! Installations that have lost a field.

use super::without;
use crate::edit::Steps;

pub(super) fn meaning(dropped: &Steps) -> String {
    let key = dropped.last_key();
    let in_pool = dropped.parent().is_item();
    match (key.to_ascii_lowercase().as_str(), in_pool) {
        ("mtu", _) => {
            "without it: the MTU stays what calicoNetwork.mtu says, or what the operator detects"
                .to_owned()
        }
        ("ipipmode" | "vxlanmode" | "encapsulation", true) => {
            "without it: the pool has the encapsulation that `encapsulation` says, which is IPIP where nothing is said".to_owned()
        }
        ("nodeselector" | "selector", true) => "without it: the pool is for all nodes".to_owned(),
        ("cidr" | "cidrs", true) => "without it: the pool has no addresses, and is refused".to_owned(),
        ("ippools" | "ippool" | "pools", false) => {
            "without it: the operator makes a pool of its own choice".to_owned()
        }
        ("bgp", false) => "without it: the operator decides whether nodes speak BGP".to_owned(),
        ("caliconetwork" | "network", false) => {
            "without it: the operator chooses pools, encapsulation and MTU itself".to_owned()
        }
        _ => without(key),
    }
}
