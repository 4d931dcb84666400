//! Rules about BGP.

use std::collections::HashSet;

use super::super::findings::{Findings, Place};
use super::super::lexical::ip;
use super::super::tags::is_zero;
use crate::decode::shown;
use crate::scalar::{Community, PeerAddress};
use crate::tree::Node;

/// Communities: values, and names that are defined.
pub(crate) fn communities(place: &Place<'_>, findings: &mut Findings<'_>) {
    let items = |key: &str| place.node.get(key).map(Node::items).unwrap_or_default();
    let named = items("communities");
    for (index, community) in named.iter().enumerate() {
        let value = community.text_of("value");
        if value.parse::<Community>().is_err() {
            let message = format!(
                "\"{}\" is no community: aa:nn or aa:nn:mm",
                crate::decode::printable(value)
            );
            findings.refuse_field(
                place,
                &format!("communities[{index}].value"),
                "invalid-format",
                message,
            );
        }
    }
    let names: HashSet<&str> = named.iter().map(|named| named.text_of("name")).collect();
    for (index, advertisement) in items("prefixAdvertisements").iter().enumerate() {
        let used = advertisement
            .get("communities")
            .map(Node::items)
            .unwrap_or_default();
        for (position, community) in used.iter().enumerate() {
            let text = community.text().unwrap_or_default();
            let defined = !text.is_empty() && names.contains(text);
            if !defined && text.parse::<Community>().is_err() {
                let field = format!("prefixAdvertisements[{index}].communities[{position}]");
                let message = format!(
                    "{} is neither a community nor the name of one",
                    shown(community)
                );
                findings.refuse_field(place, &field, "undefined-community", message);
            }
        }
    }
}

/// The gateway to a peer is of the peer's family.
pub(crate) fn reachable_by(place: &Place<'_>, findings: &mut Findings<'_>) {
    let gateway = ip(place.node.text_of("reachableBy"));
    let peer = place.node.text_of("peerIP").parse::<PeerAddress>();
    if let (Some(gateway), Ok(peer)) = (gateway, peer)
        && gateway.is_ipv4() != peer.ip.is_ipv4()
    {
        let message = "reachableBy and peerIP are of different families";
        findings.refuse_field(place, "reachableBy", "mixed-families", message);
    }
}

/// A node's `bgp` says something or is left out. Its AS number is a pointer, so
/// that even zero is something.
pub(crate) fn node_bgp(place: &Place<'_>, findings: &mut Findings<'_>) {
    let mut entries = place.node.entries().iter();
    if entries.all(|entry| is_zero(&entry.value) && entry.key != "asNumber") {
        findings.refuse(
            place,
            "empty-bgp",
            "bgp is empty: leave it out, and the node takes no part in BGP",
        );
    }
}
