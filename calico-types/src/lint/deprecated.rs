//! Fields that others have superseded.
//!
//! What supersedes a field has to be there: manifests that serve several
//! releases, or an old one, are right to use the older field. What every release
//! since 3.28 has may be taken for there; for the rest the release must be known,
//! from the caller or from the cluster's own record.

use super::bundle::{Bundle, Placed};
use crate::diagnostic::fix::Fix;
use crate::edit::{Change, Steps, entry, list, made, mapping};
use crate::resources::{BGPConfiguration, FelixConfiguration, Kind, ProgramClusterRoutes};
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

/// The release in which Felix took over the routes of IPIP pools.
const FELIX_ROUTES: (u16, u16) = (3, 33);

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let release = bundle.release();
    for peer in &bundle.peers {
        if release >= Some(NEXT_HOP_MODE) && peer.resource.spec.keep_original_next_hop.is_some() {
            let message =
                "keepOriginalNextHop is superseded by nextHopMode, and heard over eBGP only";
            let finding = report(peer, "spec.keepOriginalNextHop", message);
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
    found.extend(bundle.felix.iter().flat_map(felix));
    if release >= Some(FELIX_ROUTES) {
        found.extend(bundle.felix.iter().filter_map(left_to_bird));
        found.extend(bundle.configurations.iter().filter_map(done_by_bird));
    }
}

fn report<T: Kind>(placed: &Placed<'_, T>, path: &str, message: &str) -> Diagnostic {
    placed.finding(Severity::Info, "deprecated-field", path, message)
}

fn felix(felix: &Placed<'_, FelixConfiguration>) -> Vec<Diagnostic> {
    let spec = &felix.resource.spec;
    let fields = [
        (
            spec.route_table_range.is_some(),
            "spec.routeTableRange",
            "routeTableRange is superseded by routeTableRanges",
        ),
        (
            spec.bpf_connect_time_load_balancing_enabled.is_some(),
            "spec.bpfConnectTimeLoadBalancingEnabled",
            "bpfConnectTimeLoadBalancingEnabled is superseded by bpfConnectTimeLoadBalancing",
        ),
        (
            spec.dataplane_watchdog_timeout.is_some(),
            "spec.dataplaneWatchdogTimeout",
            "dataplaneWatchdogTimeout is superseded by healthTimeoutOverrides",
        ),
    ];
    let used = fields.into_iter().filter(|(used, ..)| *used);
    used.map(|(_, path, message)| {
        let fix = (path == "spec.routeTableRange").then(|| ranges(felix));
        report(felix, path, message).fix(fix.flatten())
    })
    .collect()
}

/// Settings of Felix' that leave the routes of IPIP pools to BIRD.
fn left_to_bird(felix: &Placed<'_, FelixConfiguration>) -> Option<Diagnostic> {
    let routes = felix.resource.spec.program_cluster_routes?;
    let message = "leaving the routes of IPIP pools to BIRD is deprecated, and ends with 3.35";
    match routes {
        ProgramClusterRoutes::Disabled | ProgramClusterRoutes::EnabledNoEncapOnly => {
            Some(report(felix, "spec.programClusterRoutes", message))
        }
        ProgramClusterRoutes::Enabled | ProgramClusterRoutes::EnabledIPIPOnly => None,
    }
}

fn done_by_bird(configuration: &Placed<'_, BGPConfiguration>) -> Option<Diagnostic> {
    let routes = configuration.resource.spec.program_cluster_routes?;
    let message = "BIRD's routes of IPIP pools are deprecated, and end with 3.35";
    match routes {
        ProgramClusterRoutes::Enabled | ProgramClusterRoutes::EnabledIPIPOnly => {
            Some(report(configuration, "spec.programClusterRoutes", message))
        }
        ProgramClusterRoutes::Disabled | ProgramClusterRoutes::EnabledNoEncapOnly => None,
    }
}
