//! Fields that others have superseded.
//!
//! What supersedes a field has to be there: manifests that serve several
//! releases, or an old one, are right to use the older field. So the release
//! must be known, from the caller or from the cluster's own record.

use super::bundle::{Bundle, Placed};
use crate::diagnostic::fix::Fix;
use crate::edit::{Change, Steps, entry, list, made, mapping};
use crate::resources::FelixConfiguration;
use crate::tree::Value;
use crate::{Diagnostic, Severity};

/// The one range as a list of one.
fn ranges(felix: &Placed<'_, FelixConfiguration>) -> Option<Fix> {
    let range = felix.resource.spec.route_table_range?;
    let bound = |name, value: i64| entry(name, made(Value::Number(value.into())));
    let range = mapping(vec![bound("min", range.min), bound("max", range.max)]);
    felix.at.fix(&[
        Change::Remove {
            at: Steps::parse("spec.routeTableRange"),
        },
        Change::Set {
            at: Steps::parse("spec.routeTableRanges"),
            value: list(vec![range]),
        },
    ])
}

/// The release that brought `BGPPeer.spec.nextHopMode`.
const NEXT_HOP_MODE: (u16, u16) = (3, 31);

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    for peer in &bundle.peers {
        if bundle.release() >= Some(NEXT_HOP_MODE)
            && peer.resource.spec.keep_original_next_hop.is_some()
        {
            let message =
                "keepOriginalNextHop is superseded by nextHopMode, and heard over eBGP only";
            let finding = peer.finding(
                Severity::Info,
                "deprecated-field",
                "spec.keepOriginalNextHop",
                message,
            );
            let keeps = peer.resource.spec.keep_original_next_hop == Some(true);
            // Over iBGP, Keep would do what the older field does not.
            found.push(if keeps {
                finding
                    .help("since Calico 3.31: nextHopMode")
                    .suggest("nextHopMode: Keep")
            } else {
                finding
                    .help("false is what it is without: leave it out")
                    .fix(peer.at.fix(&[Change::Remove {
                        at: Steps::parse("spec.keepOriginalNextHop"),
                    }]))
            });
        }
    }
    for felix in &bundle.felix {
        if felix.resource.spec.route_table_range.is_some() {
            let message = "routeTableRange is superseded by routeTableRanges";
            let finding = felix.finding(
                Severity::Info,
                "deprecated-field",
                "spec.routeTableRange",
                message,
            );
            found.push(finding.fix(ranges(felix)));
        }
    }
}
