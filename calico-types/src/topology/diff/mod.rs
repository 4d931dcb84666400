//! What a change of resources does to sessions.
//!
//! Applying manifests is easy to undo; a session that was cut is not. A [`Diff`]
//! says beforehand, node by node, which sessions come and go, which of those that
//! stay BIRD will reset, and which nodes are without any session meanwhile.
//!
//! Counting takes time in proportion to nodes and sessions of `BGPPeer`s, those
//! of a mesh are not gone through. A node's changes are written out when they are
//! asked for.

mod compare;
mod counts;
mod field;
mod members;
mod node;
mod text;

use std::collections::BTreeSet;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

pub use field::{Bird, Effect, Field, FieldChange};
pub use node::{Change, NodeCounts, NodeDiff, Presence, SessionChange};

use super::serialize::MOST_WRITTEN;
use super::{Family, SessionCount, Speaker, Topology};
use members::Members;
use node::Compared;

/// What changes from one topology to another.
///
/// ```
/// use calico_types::Resource;
/// use calico_types::topology::{Topology, TopologyInput};
/// use serde_json::json;
///
/// let v3 = |kind, value| Resource::from_value("projectcalico.org/v3", kind, &value).unwrap().unwrap();
/// let node = |i: u8| v3("Node", json!({
///     "metadata": {"name": format!("n{i}")},
///     "spec": {"bgp": {"ipv4Address": format!("10.0.0.{i}/24")}},
/// }));
/// let tor = |keepalive: &str| v3("BGPPeer", json!({
///     "metadata": {"name": "tor"},
///     "spec": {"peerIP": "192.0.2.1", "asNumber": 65000, "keepaliveTime": keepalive},
/// }));
/// let build = |resources: &[Resource]| Topology::build(&TopologyInput::from_resources(resources));
/// let old = build(&[node(1), node(2), tor("10s")]);
/// let new = build(&[node(1), node(2), node(3), tor("20s")]);
///
/// let diff = old.diff(&new);
/// let summary = diff.summary();
/// // Two mesh sessions, and one with the router, seen from both ends …
/// assert_eq!(summary.ends_added, 5);
/// // … and a session of each old node that is to have another keepalive time.
/// assert_eq!(summary.ends_reset, 2);
/// // The mesh stays up meanwhile.
/// assert_eq!(summary.cut_off, [""; 0]);
/// assert!(diff.to_string().contains("keepalive 10 -> 20 (resets)"));
/// ```
pub struct Diff<'a> {
    old: &'a Topology,
    new: &'a Topology,
    bird: Bird,
    members: [Members<'a>; 2],
    /// Filters of one name that say something else in a direction and family.
    rewritten: BTreeSet<(&'a str, Field, Family)>,
    /// Nodes that end each of their sessions, because of their speaker.
    disturbed: BTreeSet<&'a str>,
    /// Whether all nodes have the same table, so that a node whose speaker is
    /// the same has the same sessions of `BGPPeer`s.
    same_table: bool,
}

/// A [`Diff`] in numbers.
///
/// A session has two ends, each with a configuration of its own, and changes are
/// counted by ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DiffSummary {
    /// Sessions before, each counted once.
    pub before: SessionCount,
    /// Sessions after.
    pub after: SessionCount,
    /// Nodes that come.
    pub nodes_added: Vec<String>,
    /// Nodes that go.
    pub nodes_removed: Vec<String>,
    /// How many nodes have anything to change, those that come and go included.
    pub nodes_changed: usize,
    /// New session ends.
    pub ends_added: usize,
    /// Those that go.
    pub ends_removed: usize,
    /// Those that go on under another name, which ends them and opens them
    /// again.
    pub ends_renamed: usize,
    /// Those that end and are opened again because of a change at this end.
    pub ends_reset: usize,
    /// Nodes that are without any session for a while: each of theirs goes or
    /// is reset, here or at the other end.
    pub cut_off: Vec<String>,
    /// Nodes on which calico-node has to be restarted.
    pub restart: Vec<String>,
    /// Whether the mesh goes and others come in its place, in one step.
    ///
    /// Apply what comes first, wait until its sessions are up, then switch the
    /// mesh off.
    pub mesh_goes_too_early: bool,
}

impl DiffSummary {
    /// How many session ends change.
    pub(super) fn ends(&self) -> usize {
        self.ends_added + self.ends_removed + self.ends_renamed + self.ends_reset
    }
}

impl Topology {
    /// What changes when this topology becomes another.
    ///
    /// Meshes are compared member by member here; the rest when it is asked
    /// for.
    #[must_use]
    pub fn diff<'a>(&'a self, new: &'a Self) -> Diff<'a> {
        Diff::new(self, new, Bird::default())
    }
}

impl<'a> Diff<'a> {
    fn new(old: &'a Topology, new: &'a Topology, bird: Bird) -> Self {
        let disturbs = |one: &Speaker, other: &Speaker| {
            field::effect(&compare::of_speakers(one, other), bird) >= Effect::Reset
        };
        let disturbed = new.speakers.iter().filter(|speaker| {
            let before = old.speaker(&speaker.name);
            before.is_some_and(|before| disturbs(before, speaker))
        });
        let disturbed: BTreeSet<&str> = disturbed.map(|s| s.name.as_str()).collect();
        let members = Family::ALL.map(|family| Members::new(old, new, family, &disturbed));
        Self {
            old,
            new,
            bird,
            members,
            rewritten: rewritten(old, new),
            disturbed,
            same_table: old.table == new.table && old.owners == new.owners,
        }
    }

    /// Under another BIRD than that of Calico's releases: some changes reset
    /// sessions of the one and not of the other.
    #[must_use]
    pub fn under(self, bird: Bird) -> Self {
        Self::new(self.old, self.new, bird)
    }

    /// Whether nothing changes: no session, no speaker, no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes().next().is_none()
    }

    /// What changes on one node; `None` where nothing does, or there is no such
    /// node.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<NodeDiff> {
        let both = [self.old.index(name), self.new.index(name)];
        let [old, new] = self.speakers(both);
        let presence = match (old, new) {
            (None, None) => return None,
            (None, Some(_)) => Presence::Added,
            (Some(_), None) => Presence::Removed,
            (Some(_), Some(_)) => Presence::Kept,
        };
        let speaker = self.speaker_changes(both);
        let mut compared = self.compared(both);
        let counts = self.counts(both, &compared);
        for members in &self.members {
            let (old, new) = members.sessions(old, new);
            compared.extend(Compared::new(self, old, new));
        }
        let sessions = compared.into_changes(self, self.bird);
        if presence == Presence::Kept && speaker.is_empty() && sessions.is_empty() {
            return None;
        }
        Some(NodeDiff {
            node: name.to_owned(),
            presence,
            speaker_effect: field::effect(&speaker, self.bird),
            speaker,
            sessions,
            counts,
        })
    }

    /// What changes on each node where something does, sorted by name, made one
    /// after the other.
    pub fn nodes(&self) -> impl Iterator<Item = NodeDiff> + '_ {
        self.names().filter_map(|name| self.node(name))
    }

    /// The changes in numbers.
    #[must_use]
    pub fn summary(&self) -> DiffSummary {
        let mut summary = DiffSummary {
            before: self.old.session_count(),
            after: self.new.session_count(),
            nodes_added: Vec::new(),
            nodes_removed: Vec::new(),
            nodes_changed: 0,
            ends_added: 0,
            ends_removed: 0,
            ends_renamed: 0,
            ends_reset: 0,
            cut_off: Vec::new(),
            restart: Vec::new(),
            mesh_goes_too_early: false,
        };
        for name in self.names() {
            self.add_node(name, &mut summary);
        }
        summary.mesh_goes_too_early =
            self.old.mesh.is_some() && self.new.mesh.is_none() && !summary.cut_off.is_empty();
        summary
    }

    fn add_node(&self, name: &str, summary: &mut DiffSummary) {
        let both = [self.old.index(name), self.new.index(name)];
        match both {
            [None, _] => summary.nodes_added.push(name.to_owned()),
            [_, None] => summary.nodes_removed.push(name.to_owned()),
            [Some(_), Some(_)] => {}
        }
        let compared = self.compared(both);
        let counts = self.counts(both, &compared);
        let speaker = self.speaker_changes(both);
        let changes = !speaker.is_empty() || self.changes(both, &compared, &counts);
        summary.nodes_changed += usize::from(changes);
        summary.ends_added += counts.added;
        summary.ends_removed += counts.removed;
        summary.ends_renamed += counts.renamed;
        summary.ends_reset += counts.reset;
        if counts.is_cut_off() && both[1].is_some() {
            summary.cut_off.push(name.to_owned());
        }
        if field::effect(&speaker, self.bird) == Effect::Restart {
            summary.restart.push(name.to_owned());
        }
    }

    /// Whether any session changes on a node, its mesh written out only where
    /// it may.
    fn changes(&self, both: [Option<usize>; 2], compared: &Compared, counts: &NodeCounts) -> bool {
        let [Some(old), Some(new)] = self.speakers(both) else {
            return true;
        };
        counts.added + counts.removed + counts.renamed + counts.reset > 0
            || compared.both.iter().any(|(_, fields)| !fields.is_empty())
            || self.members.iter().any(|members| {
                let (before, after) = members.sessions(Some(old), Some(new));
                before != after
            })
    }

    /// The names of all nodes, before and after.
    fn names(&self) -> impl Iterator<Item = &'a str> {
        let of = |topology: &'a Topology| topology.speakers.iter().map(|s| s.name.as_str());
        let mut names: Vec<&'a str> = of(self.old).chain(of(self.new)).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter()
    }

    fn speakers(&self, [old, new]: [Option<usize>; 2]) -> [Option<&'a Speaker>; 2] {
        [
            old.and_then(|at| self.old.speakers.get(at)),
            new.and_then(|at| self.new.speakers.get(at)),
        ]
    }

    fn speaker_changes(&self, both: [Option<usize>; 2]) -> Vec<FieldChange> {
        let ([Some(old), Some(new)], [Some(one), Some(other)]) = (self.speakers(both), both) else {
            return Vec::new();
        };
        let mut changes = compare::of_speakers(old, new);
        let routes = [self.old.gateways(one), self.new.gateways(other)];
        changes.extend(compare::of_routes(&routes[0], &routes[1]));
        changes
    }

    /// Sessions of `BGPPeer`s of one node.
    fn compared(&self, both: [Option<usize>; 2]) -> Compared {
        let [old, new] = both;
        let before = old.map_or_else(Vec::new, |at| self.old.explicit_sessions(at));
        let after = new.map_or_else(Vec::new, |at| self.new.explicit_sessions(at));
        Compared::new(self, before, after)
    }
}

/// Filters that say something else, by direction and family.
fn rewritten<'a>(old: &'a Topology, new: &'a Topology) -> BTreeSet<(&'a str, Field, Family)> {
    let mut found = BTreeSet::new();
    for (name, before) in &old.filters {
        let Some(after) = new.filters.get(name) else {
            continue;
        };
        let parts = [
            (
                Field::ImportFilters,
                Family::Ipv4,
                before.import_v4 == after.import_v4,
            ),
            (
                Field::ImportFilters,
                Family::Ipv6,
                before.import_v6 == after.import_v6,
            ),
            (
                Field::ExportFilters,
                Family::Ipv4,
                before.export_v4 == after.export_v4,
            ),
            (
                Field::ExportFilters,
                Family::Ipv6,
                before.export_v6 == after.export_v6,
            ),
        ];
        for (field, family, same) in parts {
            if !same {
                found.insert((name.as_str(), field, family));
            }
        }
    }
    found
}

/// `summary` (the numbers) and `nodes` (the changes of each node), in the order
/// of names; passwords hidden.
///
/// Where more than 100 000 session ends change, `nodes` is left out and
/// `complete` is false: [`Diff::node`] has the changes of one.
impl Serialize for Diff<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let summary = self.summary();
        let complete = summary.ends() <= MOST_WRITTEN;
        let mut fields = serializer.serialize_struct("Diff", 3)?;
        fields.serialize_field("summary", &summary)?;
        fields.serialize_field("complete", &complete)?;
        if complete {
            fields.serialize_field("nodes", &self.nodes().collect::<Vec<_>>())?;
        } else {
            fields.skip_field("nodes")?;
        }
        fields.end()
    }
}

impl std::fmt::Debug for Diff<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Diff").field(&self.summary()).finish()
    }
}
