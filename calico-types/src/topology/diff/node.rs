//! What changes on one node.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::{Family, SessionSpec};
use super::field::{Effect, Field, FieldChange};
use super::{Bird, Diff, compare, field};

/// What changes on one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NodeDiff {
    /// The node's name.
    pub node: String,
    /// Whether the node itself comes or goes.
    pub presence: Presence,
    /// Properties of its speaker that change.
    pub speaker: Vec<FieldChange>,
    /// What those do to *each* of its sessions.
    pub speaker_effect: Effect,
    /// Its sessions that change, sorted by family and name.
    pub sessions: Vec<SessionChange>,
    /// In numbers.
    pub counts: NodeCounts,
}

/// Whether a node comes, goes or stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It stays.
    Kept,
}

/// The session ends of one node, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct NodeCounts {
    /// How many there are.
    pub before: usize,
    /// How many there will be.
    pub after: usize,
    /// New ones, those under another name apart.
    pub added: usize,
    /// Those that go, those under another name apart.
    pub removed: usize,
    /// Those that go on under another name: for BIRD one goes and one comes.
    pub renamed: usize,
    /// Those that end and are opened again, because of a change at this end.
    pub reset: usize,
    /// Those that stay up throughout, at both ends.
    pub surviving: usize,
}

impl NodeCounts {
    /// Whether the node is without any session for a while, although it has
    /// some before.
    ///
    /// All routes that it has from others are withdrawn then, and all that
    /// others have from it.
    #[must_use]
    pub fn is_cut_off(self) -> bool {
        self.before > 0 && self.surviving == 0
    }
}

/// A session that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SessionChange {
    /// Its name; of a renamed one, the new.
    pub name: String,
    /// Its family.
    pub family: Family,
    /// What changes.
    #[serde(flatten)]
    pub change: Change,
}

/// In which way a session changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "change")]
pub enum Change {
    /// It is new.
    Added {
        /// What it will be.
        session: Box<SessionSpec>,
    },
    /// It goes.
    Removed {
        /// What it was.
        session: Box<SessionSpec>,
    },
    /// It has another name, and may differ otherwise too.
    ///
    /// A session is renamed when its port or its scope (mesh, every node, one
    /// node) changes.
    Renamed {
        /// What differs, the name first.
        fields: Vec<FieldChange>,
    },
    /// Properties of it change.
    Changed {
        /// Which.
        fields: Vec<FieldChange>,
        /// What becomes of the session.
        effect: Effect,
    },
}

impl Change {
    /// Whether the session ends and is opened again.
    #[must_use]
    pub fn resets(&self) -> bool {
        match self {
            Self::Added { .. } | Self::Removed { .. } => false,
            Self::Renamed { .. } => true,
            Self::Changed { effect, .. } => *effect >= Effect::Reset,
        }
    }
}

/// The sessions of one node by what a change makes of them.
pub(super) struct Compared {
    pub(super) added: Vec<SessionSpec>,
    pub(super) removed: Vec<SessionSpec>,
    /// Both of one name, and in what they differ; nothing for most.
    pub(super) both: Vec<(SessionSpec, Vec<FieldChange>)>,
}

impl Compared {
    /// Sessions of one name are one session.
    pub(super) fn new(diff: &Diff<'_>, old: Vec<SessionSpec>, new: Vec<SessionSpec>) -> Self {
        let key = |session: &SessionSpec| (session.family, session.name.clone());
        let mut before: BTreeMap<_, SessionSpec> = old
            .into_iter()
            .map(|session| (key(&session), session))
            .collect();
        let mut compared = Self {
            added: Vec::new(),
            removed: Vec::new(),
            both: Vec::new(),
        };
        for session in new {
            match before.remove(&key(&session)) {
                None => compared.added.push(session),
                Some(old) => {
                    let mut fields = compare::of_sessions(&old, &session);
                    diff.add_rule_changes(&old, &session, &mut fields);
                    compared.both.push((session, fields));
                }
            }
        }
        compared.removed = before.into_values().collect();
        compared
    }

    /// Adds sessions of other names.
    pub(super) fn extend(&mut self, other: Self) {
        self.added.extend(other.added);
        self.removed.extend(other.removed);
        self.both.extend(other.both);
    }

    /// Takes out what goes and comes at one peer: the same under another name.
    fn renamed(&mut self, diff: &Diff<'_>) -> Vec<SessionChange> {
        let mut found = Vec::new();
        let mut by_peer: BTreeMap<_, usize> = BTreeMap::new();
        for (at, session) in self.removed.iter().enumerate() {
            by_peer.entry(session.peer_address).or_insert(at);
        }
        let mut gone = Vec::new();
        self.added.retain(|session| {
            let Some(at) = by_peer.remove(&session.peer_address) else {
                return true;
            };
            let Some(old) = self.removed.get(at) else {
                return true;
            };
            let mut fields = compare::of_sessions(old, session);
            diff.add_rule_changes(old, session, &mut fields);
            gone.push(at);
            found.push(SessionChange {
                name: session.name.clone(),
                family: session.family,
                change: Change::Renamed { fields },
            });
            false
        });
        let mut at = 0;
        self.removed.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
        found
    }

    /// Everything that is to be said, sorted.
    pub(super) fn into_changes(mut self, diff: &Diff<'_>, bird: Bird) -> Vec<SessionChange> {
        let mut changes = self.renamed(diff);
        let whole = |session: SessionSpec, change: fn(Box<SessionSpec>) -> Change| SessionChange {
            name: session.name.clone(),
            family: session.family,
            change: change(Box::new(session)),
        };
        let added = self.added.into_iter();
        changes.extend(added.map(|s| whole(s, |session| Change::Added { session })));
        let removed = self.removed.into_iter();
        changes.extend(removed.map(|s| whole(s, |session| Change::Removed { session })));
        let changed = self
            .both
            .into_iter()
            .filter(|(_, fields)| !fields.is_empty());
        changes.extend(changed.map(|(session, fields)| SessionChange {
            name: session.name,
            family: session.family,
            change: Change::Changed {
                effect: field::effect(&fields, bird),
                fields,
            },
        }));
        changes.sort_by(|a, b| (a.family, &a.name).cmp(&(b.family, &b.name)));
        changes
    }
}

impl Diff<'_> {
    /// Adds what filters of unchanged names say otherwise.
    fn add_rule_changes(
        &self,
        old: &SessionSpec,
        new: &SessionSpec,
        fields: &mut Vec<FieldChange>,
    ) {
        let directions = [
            (
                Field::ImportFilters,
                &old.import_filters,
                &new.import_filters,
            ),
            (
                Field::ExportFilters,
                &old.export_filters,
                &new.export_filters,
            ),
        ];
        for (field, old, new_names) in directions {
            let differs =
                |name: &String| self.rewritten.contains(&(name.as_str(), field, new.family));
            if old == new_names && new_names.iter().any(differs) {
                let names = compare::joined(new_names, ", ");
                fields.push(FieldChange {
                    field,
                    old: names.clone(),
                    new: names,
                });
            }
        }
    }
}
