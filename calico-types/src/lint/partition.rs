//! Nodes that never hear of each other's routes.

use super::bundle::Bundle;
use crate::resources::{EncapsulationMode, IPPool};
use crate::topology::{Family, Gap};
use crate::{Code, Diagnostic, Severity};

/// A cluster in which sessions are up and routes still do not get everywhere:
/// iBGP passes nothing on but through reflectors (RFC 4456 §6).
///
/// Quiet where the cluster's pods do not depend on BGP, where nodes have no
/// session at all, where reflectors have none with each other (both are said
/// elsewhere), and where a router outside may bring what is missing.
pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    let said = found
        .iter()
        .any(|other| other.code.0 == "reflectors-not-peered");
    if said || !bundle.unseen.no_peerings() || bundle.peers.is_empty() {
        return;
    }
    let Some((topology, _)) = bundle.topology() else {
        return;
    };
    let gaps = topology.gaps().unwrap_or_default();
    for family in Family::ALL {
        if !depends_on_bgp(bundle, family) {
            continue;
        }
        let of_family: Vec<&Gap> = gaps.iter().filter(|gap| gap.family == family).collect();
        found.extend(finding(bundle, &of_family));
    }
}

/// Whether routes to pods of a family come over BGP, as far as the pools say: under
/// VXLAN, Felix programs them.
fn depends_on_bgp(bundle: &Bundle<'_>, family: Family) -> bool {
    let of_family = |pool: &IPPool| match family {
        Family::Ipv4 => pool.spec.cidr.addr().is_ipv4(),
        Family::Ipv6 => pool.spec.cidr.addr().is_ipv6(),
    };
    let is_vxlan = |pool: &IPPool| {
        let mode = pool.spec.vxlan_mode;
        mode.is_some_and(|mode| mode != EncapsulationMode::Never)
    };
    let mut pools = bundle
        .pools
        .iter()
        .map(|pool| pool.resource)
        .filter(|p| of_family(p));
    let first = pools.next();
    first.is_none_or(|first| !is_vxlan(first) || pools.any(|pool| !is_vxlan(pool)))
}

/// The widest gap in words; at the configuration that has no mesh, or else at the
/// first node whose routes are missed.
fn finding(bundle: &Bundle<'_>, gaps: &[&Gap]) -> Option<Diagnostic> {
    let width = |gap: &&&Gap| gap.from.len().saturating_mul(gap.to.len());
    // Of equal ones the first.
    let widest = gaps.iter().rev().max_by_key(width)?;
    let family = widest.family;
    let message = if widest.from == widest.to {
        format!(
            "{family} routes of {} do not reach each other",
            names(&widest.from)
        )
    } else {
        format!(
            "{family} routes of {} do not reach {}",
            names(&widest.from),
            names(&widest.to)
        )
    };
    let more = match gaps.len() {
        0 | 1 => String::new(),
        2 => " (and one more gap)".to_owned(),
        more => format!(" (and {} more gaps)", more - 1),
    };
    let (code, message) = ("partitioned-topology", message + &more);
    let configuration = bundle
        .default_configuration()
        .filter(|_| !bundle.has_mesh());
    let node = bundle
        .nodes
        .iter()
        .find(|node| widest.from.iter().any(|n| n == node.name()));
    let diagnostic = match (configuration, node) {
        (Some(configuration), _) => {
            let path = "spec.nodeToNodeMeshEnabled";
            configuration.finding(Severity::Warning, code, path, message)
        }
        (None, Some(node)) => node.finding(Severity::Warning, code, "spec.bgp", message),
        (None, None) => Diagnostic::new(Severity::Warning, Code(code), message),
    };
    Some(
        diagnostic
            .help("a node passes on what it hears over iBGP only as a route reflector, from clients to all and from others to clients")
            .help("reflectors of one cluster id do not serve each other's clients: let every node be a client of each, or give each a cluster id of its own"),
    )
}

/// `a and b`, or `a, b and 3 more`.
fn names(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [one, other] => format!("{one} and {other}"),
        [one, other, rest @ ..] => format!("{one}, {other} and {} more", rest.len()),
    }
}
