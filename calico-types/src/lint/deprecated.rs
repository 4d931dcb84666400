//! Fields that others have superseded.
//!
//! What supersedes a field has to be there: manifests that serve several
//! releases, or an old one, are right to use the older field. So the release
//! must be known, from the caller or from the cluster's own record.

use super::bundle::Bundle;
use crate::{Diagnostic, Severity};

/// The release that brought `BGPPeer.spec.nextHopMode`.
const NEXT_HOP_MODE: (u16, u16) = (3, 31);

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    for peer in &bundle.peers {
        if bundle.release() >= Some(NEXT_HOP_MODE)
            && peer.resource.spec.keep_original_next_hop.is_some()
        {
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
