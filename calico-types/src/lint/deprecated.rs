//! Fields that others have superseded.

use super::bundle::Bundle;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    for peer in &bundle.peers {
        if peer.resource.spec.keep_original_next_hop.is_some() {
            let message =
                "keepOriginalNextHop is superseded by nextHopMode, and heard over eBGP only";
            found.push(
                peer.finding(
                    Severity::Info,
                    "deprecated-field",
                    "spec.keepOriginalNextHop",
                    message,
                )
                .help("since Calico 3.31: nextHopMode")
                .suggest("nextHopMode: Keep"),
            );
        }
    }
    for felix in &bundle.felix {
        if felix.resource.spec.route_table_range.is_some() {
            let message = "routeTableRange is superseded by routeTableRanges";
            found.push(felix.finding(
                Severity::Info,
                "deprecated-field",
                "spec.routeTableRange",
                message,
            ));
        }
    }
}
