//! What a change of policy changes.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use super::{Connections, Connectivity, PeerGroup};

/// The difference between two connectivities of one family: what can be connected now and
/// could not before, and the other way round.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConnectivityDiff {
    /// Pairs of peers that were there before and are there now, where something changed.
    pub changes: Vec<Change>,
    /// Endpoints that are there now and were not before, by name.
    pub appeared: Vec<String>,
    /// Endpoints that were there before and are not now, by name.
    pub gone: Vec<String>,
}

/// What changed between peers that can be told apart neither before nor now.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// Who begins the connections.
    pub source: PeerGroup,
    /// Who is spoken to.
    pub destination: PeerGroup,
    /// What can be connected now and could not before.
    pub added: Connections,
    /// What could be connected before and cannot now.
    pub removed: Connections,
}

impl ConnectivityDiff {
    /// What changed from one connectivity to another, both of one family. O(groups²), of the
    /// groups that can be told apart before or now.
    #[must_use]
    pub fn new(before: &Connectivity, now: &Connectivity) -> Self {
        let groups = common(before, now);
        let mut changes = Vec::new();
        for ((old_source, new_source), source) in &groups {
            for ((old_destination, new_destination), destination) in &groups {
                let old = before.cell(*old_source, *old_destination);
                let new = now.cell(*new_source, *new_destination);
                if let (Some(old), Some(new)) = (old, new)
                    && old != new
                {
                    changes.push(Change {
                        source: source.clone(),
                        destination: destination.clone(),
                        added: new.difference(old),
                        removed: old.difference(new),
                    });
                }
            }
        }
        let missing = |of: &Connectivity, from: &Connectivity| -> Vec<String> {
            let names = of.by_name.keys();
            names
                .filter(|name| !from.by_name.contains_key(*name))
                .cloned()
                .collect()
        };
        Self {
            changes,
            appeared: missing(now, before),
            gone: missing(before, now),
        }
    }

    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.appeared.is_empty() && self.gone.is_empty()
    }
}

type Pair = (usize, usize);

/// Peers that are in both, by the groups that they are in before and now.
fn common(before: &Connectivity, now: &Connectivity) -> Vec<(Pair, PeerGroup)> {
    let mut endpoints: BTreeMap<Pair, Vec<String>> = BTreeMap::new();
    let mut groups = Vec::new();
    for (name, old) in &before.by_name {
        let Some(new) = now.by_name.get(name) else {
            continue;
        };
        let pair = (*old, *new);
        match before.groups.get(*old) {
            Some(unknown @ PeerGroup::Unknown(_)) => groups.push((pair, unknown.clone())),
            Some(_) | None => endpoints.entry(pair).or_default().push(name.clone()),
        }
    }
    let endpoints = endpoints.into_iter();
    groups.extend(endpoints.map(|(pair, names)| (pair, PeerGroup::Endpoints(names))));
    for (old, one) in before.groups.iter().enumerate() {
        for (new, other) in now.groups.iter().enumerate() {
            if let (PeerGroup::Outside(one), PeerGroup::Outside(other)) = (one, other) {
                let both = intersection(one, other);
                if !both.is_empty() {
                    groups.push(((old, new), PeerGroup::Outside(both)));
                }
            }
        }
    }
    groups
}

/// Addresses in both of two lists of ranges.
fn intersection(one: &[(IpAddr, IpAddr)], other: &[(IpAddr, IpAddr)]) -> Vec<(IpAddr, IpAddr)> {
    let pairs = one
        .iter()
        .flat_map(|one| other.iter().map(move |other| (one, other)));
    let both = pairs.map(|(one, other)| (one.0.max(other.0), one.1.min(other.1)));
    both.filter(|(low, high)| low <= high).collect()
}

/// A line for each change.
impl fmt::Display for ConnectivityDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 4;
        for change in &self.changes {
            let (source, destination) = (
                change.source.display(MOST),
                change.destination.display(MOST),
            );
            write!(f, "{source} -> {destination}:")?;
            if !change.added.is_none() {
                write!(f, " +({})", change.added)?;
            }
            if !change.removed.is_none() {
                write!(f, " -({})", change.removed)?;
            }
            writeln!(f)?;
        }
        for name in &self.appeared {
            writeln!(f, "{name} is new")?;
        }
        for name in &self.gone {
            writeln!(f, "{name} is gone")?;
        }
        Ok(())
    }
}
