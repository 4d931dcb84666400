//! Rules about pools and blocks.

use super::super::findings::{Findings, Place};

/// Pools: Calico leaves most to the CRD.
pub(crate) fn ip_pool(place: &Place<'_>, findings: &mut Findings<'_>) {
    let uses = place
        .node
        .get("allowedUses")
        .map(crate::tree::Node::items)
        .unwrap_or_default();
    for (index, item) in uses.iter().enumerate() {
        if !matches!(item.text(), Some("Workload" | "Tunnel" | "LoadBalancer")) {
            let message = "a pool is for Workload, Tunnel or LoadBalancer";
            findings.refuse_field(
                place,
                &format!("allowedUses[{index}]"),
                "unsupported-value",
                message,
            );
        }
    }
}

/// Affinities are removed, not marked.
pub(crate) fn block_affinity(place: &Place<'_>, findings: &mut Findings<'_>) {
    if place.node.is_true("deleted") {
        findings.refuse_field(
            place,
            "deleted",
            "deleted-affinity",
            "an affinity cannot be written as deleted",
        );
    }
}
