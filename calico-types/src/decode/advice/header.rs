//! `apiVersion` and `kind` that are not what they should be.

use crate::diagnostic::fix::Fix;
use crate::edit::{self, Change, Steps, text};
use crate::tree::Node;

/// Another `apiVersion`, and another `kind` where that has to change too.
pub(in crate::decode) fn corrected(
    source: &str,
    root: &Node,
    fields: &[(&'static str, &str)],
) -> Option<Fix> {
    let changes: Vec<Change> = fields
        .iter()
        .filter(|(field, value)| root.text_of(field) != *value)
        .map(|(field, value)| {
            let at = Steps::parse(field);
            let value = text(*value);
            match root.get(field) {
                Some(_) => Change::Replace { at, value },
                None => Change::Set { at, value },
            }
        })
        .collect();
    edit::fix(source, root, &changes).filter(|_| !changes.is_empty())
}

/// The kind of today for one of Calico's first API, in which they were resources
/// of `v1` with a small letter in front.
pub(in crate::decode) fn first_version(api: &str, kind: &str) -> Option<&'static str> {
    if api != "v1" {
        return None;
    }
    Some(match kind {
        "policy" => "GlobalNetworkPolicy",
        "profile" => "Profile",
        "ipPool" => "IPPool",
        "bgpPeer" => "BGPPeer",
        "node" => "Node",
        "hostEndpoint" => "HostEndpoint",
        "workloadEndpoint" => "WorkloadEndpoint",
        "tier" => "Tier",
        _ => return None,
    })
}

/// Whether a kind is one that open-source Calico does not have.
pub(in crate::decode) fn is_enterprise(kind: &str) -> bool {
    const KINDS: [&str; 19] = [
        "AlertException",
        "BFDConfiguration",
        "DeepPacketInspection",
        "EgressGatewayPolicy",
        "ExternalNetwork",
        "GlobalAlert",
        "GlobalAlertTemplate",
        "GlobalReport",
        "GlobalReportType",
        "GlobalThreatFeed",
        "LicenseKey",
        "ManagedCluster",
        "PacketCapture",
        "PolicyRecommendationScope",
        "PolicyRecommendationStatus",
        "RemoteClusterConfiguration",
        "SecurityEventWebhook",
        "UISettings",
        "UISettingsGroup",
    ];
    KINDS.contains(&kind)
}
