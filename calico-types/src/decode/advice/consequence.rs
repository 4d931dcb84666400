//! What becomes of a document that only some of its readers refuse.

use crate::diagnostic::{Diagnostic, Severity};

/// Says of errors that an API server takes, and Calico does not, what happens
/// then.
pub(crate) fn consequences(found: &mut [Diagnostic]) {
    for diagnostic in found {
        let by = diagnostic.refused_by;
        let taken = (by.decoder || by.calico) && !by.api_server;
        if !taken || diagnostic.severity != Severity::Error || diagnostic.stored.is_some() {
            continue;
        }
        let kind = diagnostic.resource.as_deref().unwrap_or_default();
        let kind = kind.split(' ').next().unwrap_or_default();
        let unreadable = by.decoder && diagnostic.code.0 == "invalid-port";
        diagnostic.stored = of_kind(kind, unreadable).map(str::to_owned);
    }
}

fn of_kind(kind: &str, unreadable: bool) -> Option<&'static str> {
    Some(match kind {
        "NetworkPolicy" | "GlobalNetworkPolicy" if unreadable => {
            "by an API server as it stands; Typha then cannot read the list of policies, and no node hears of any change"
        }
        "NetworkPolicy"
        | "GlobalNetworkPolicy"
        | "StagedNetworkPolicy"
        | "StagedGlobalNetworkPolicy" => {
            "by an API server as it stands; Felix then ignores the whole policy, and only its log says so"
        }
        "HostEndpoint" => {
            "by an API server as it stands; Felix then takes the endpoint for missing"
        }
        "NetworkSet" | "GlobalNetworkSet" => {
            "by an API server as it stands; Felix then takes the set for missing, and rules that select it match nothing of it"
        }
        "IPPool" => "by an API server as it stands; Felix then takes the pool for missing",
        "BGPPeer" | "BGPFilter" => {
            "by an API server as it stands; confd writes it into BIRD's configuration without a check"
        }
        _ => return None,
    })
}
