//! Filters that no peering uses, and rules for peers that none is.

use std::collections::{BTreeMap, BTreeSet};

use super::bgp_filter::lists;
use super::bundle::{Bundle, Placed};
use super::filter_chain::meant;
use crate::resources::{BGPFilter, PeerType};
use crate::topology::SessionSpec;
use crate::{Diagnostic, Severity};

pub(super) fn check(bundle: &Bundle<'_>, found: &mut Vec<Diagnostic>) {
    if !bundle.unseen.none_of("BGPPeer") {
        return;
    }
    let users = users(bundle);
    let kinds = peer_types(bundle);
    let dangling = users.keys().filter(|name| bundle.filter(name).is_none());
    let meant: BTreeSet<&str> = dangling.filter_map(|name| meant(bundle, name)).collect();
    for filter in &bundle.filters {
        match users.get(filter.name()) {
            // Somebody may have misspelt its name, and is told so.
            None if meant.contains(filter.name()) => {}
            None => found.extend(unused(bundle, filter)),
            Some(peers) => found.extend(foreign_peers(filter, peers, &kinds)),
        }
    }
}

/// The peerings that name each filter.
fn users<'a>(bundle: &Bundle<'a>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for peer in &bundle.peers {
        let name = peer.resource.metadata.name.as_str();
        for filter in &peer.resource.spec.filters {
            users.entry(filter).or_default().insert(name);
        }
    }
    users
}

/// Of a part of a cluster only a word, and only where peerings are among it.
fn unused(bundle: &Bundle<'_>, filter: &Placed<'_, BGPFilter>) -> Option<Diagnostic> {
    let severity = match (bundle.is_complete(), bundle.peers.is_empty()) {
        (true, _) => Severity::Warning,
        (false, false) => Severity::Info,
        (false, true) => return None,
    };
    let message = format!(
        "no BGPPeer names filter {}: it filters nothing",
        filter.name()
    );
    Some(
        filter
            .finding(severity, "unused-filter", "metadata.name", message)
            .help("a filter works on the peerings whose `filters` name it; the mesh has none"),
    )
}

/// The kinds of sessions that each `BGPPeer` makes.
fn peer_types(bundle: &Bundle<'_>) -> BTreeMap<String, BTreeSet<PeerType>> {
    let mut kinds: BTreeMap<String, BTreeSet<PeerType>> = BTreeMap::new();
    let known = bundle.is_complete() && bundle.unseen.no_peerings();
    let asks = |filter: &Placed<'_, BGPFilter>| {
        let lists = lists(&filter.resource.spec);
        let mut rules = lists.iter().flat_map(|(.., rules)| *rules);
        rules.any(|rule| rule.peer_type.is_some())
    };
    if !known || !bundle.filters.iter().any(asks) {
        return kinds;
    }
    let nodes = bundle.topology().map(|(topology, _)| topology.nodes());
    for session in nodes.into_iter().flatten().flat_map(|node| node.sessions) {
        if let Some(peer) = session.origin.bgp_peer() {
            kinds
                .entry(peer.to_owned())
                .or_default()
                .insert(kind(&session));
        }
    }
    kinds
}

fn kind(session: &SessionSpec) -> PeerType {
    if session.is_internal() {
        PeerType::Internal
    } else {
        PeerType::External
    }
}

/// Rules that ask for a kind of peer of which the filter has none. All of its
/// peerings have to have sessions: of the others nothing is known. A filter with
/// rules for both kinds is written for whatever peers there may be.
fn foreign_peers(
    filter: &Placed<'_, BGPFilter>,
    peers: &BTreeSet<&str>,
    kinds: &BTreeMap<String, BTreeSet<PeerType>>,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut of_filter: BTreeSet<PeerType> = BTreeSet::new();
    for peer in peers {
        match kinds.get(*peer) {
            Some(kinds) => of_filter.extend(kinds),
            None => return found,
        }
    }
    let lists = lists(&filter.resource.spec);
    let mut asked = lists
        .iter()
        .flat_map(|(.., rules)| rules.iter().filter_map(|rule| rule.peer_type));
    if asked.any(|kind| of_filter.contains(&kind)) {
        return found;
    }
    for (field, _, _, rules) in lists {
        for (index, rule) in rules.iter().enumerate() {
            let Some(wanted) = rule.peer_type.filter(|wanted| !of_filter.contains(wanted)) else {
                continue;
            };
            let (wanted, others) = match wanted {
                PeerType::External => ("another AS", "of the nodes' own"),
                PeerType::Internal => ("the nodes' own AS", "of another"),
            };
            let message = format!(
                "the rule is for peers of {wanted}, and every peer that filter {} is used on is {others}",
                filter.name()
            );
            let path = format!("spec.{field}[{index}].peerType");
            let code = "peer-type-without-peer";
            found.push(filter.finding(Severity::Warning, code, &path, message));
        }
    }
    found
}
