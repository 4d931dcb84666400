//! What changes on one node, in numbers.
//!
//! A session that stays at one end may be ended by the other: a reflector that is
//! reconfigured cuts off clients in whose own configuration nothing changes.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::super::render::End;
use super::super::{Family, SessionSpec, Speaker, Topology};
use super::Diff;
use super::field::{self, Effect, Field, FieldChange};
use super::node::{Compared, NodeCounts};

impl Diff<'_> {
    /// A node's changes in numbers, its mesh not gone through.
    pub(super) fn counts(&self, both: [Option<usize>; 2], compared: &Compared) -> NodeCounts {
        let [old, new] = self.speakers(both);
        let mut counts = NodeCounts {
            before: both[0].map_or(0, |at| self.old.degree(at).total()),
            after: both[1].map_or(0, |at| self.new.degree(at).total()),
            added: compared.added.len(),
            removed: compared.removed.len(),
            ..NodeCounts::default()
        };
        let disturbed = new.is_some_and(|new| self.disturbed.contains(new.name.as_str()));
        for (session, fields) in &compared.both {
            let reset = disturbed || self.resets(fields);
            let other = session.remote_node.as_deref();
            let moved = fields
                .iter()
                .any(|change| change.field == Field::RemoteNode);
            let ended = reset || moved || self.is_ended_by(other, both, session.family);
            counts.reset += usize::from(reset);
            counts.surviving += usize::from(!ended);
        }
        for members in &self.members {
            let mesh = members.counts(old, new);
            counts.added += mesh.added;
            counts.removed += mesh.removed;
            counts.reset += mesh.reset;
            match (old, new) {
                (Some(old), Some(new)) if !disturbed && mesh.kept > 0 => {
                    let ended = members.ended_by_others(old, new);
                    counts.surviving += mesh.kept.saturating_sub(ended);
                }
                (Some(_) | None, Some(_) | None) if disturbed => counts.reset += mesh.kept,
                (Some(_) | None, Some(_) | None) => {}
            }
        }
        counts.renamed = self.renamed(compared, [old, new]);
        counts.added = counts.added.saturating_sub(counts.renamed);
        counts.removed = counts.removed.saturating_sub(counts.renamed);
        counts
    }

    fn resets(&self, fields: &[FieldChange]) -> bool {
        field::effect(fields, self.bird) >= Effect::Reset
    }

    /// How many sessions go and come at one peer.
    fn renamed(&self, compared: &Compared, speakers: [Option<&Speaker>; 2]) -> usize {
        let addresses = |sessions: &[SessionSpec]| -> BTreeSet<IpAddr> {
            sessions
                .iter()
                .map(|session| session.peer_address)
                .collect()
        };
        let (added, removed) = (addresses(&compared.added), addresses(&compared.removed));
        let mesh = |address: IpAddr| {
            let has = self
                .members
                .iter()
                .map(|members| members.has(speakers, address));
            has.fold([false; 2], |[a, b], [c, d]| [a || c, b || d])
        };
        let goes =
            |address: &&IpAddr| removed.contains(address) || mesh(**address) == [true, false];
        let comes =
            |address: &&IpAddr| !added.contains(address) && mesh(**address) == [false, true];
        added.iter().filter(goes).count() + removed.iter().filter(comes).count()
    }

    /// Whether the other end of a session that stays ends it.
    fn is_ended_by(&self, other: Option<&str>, node: [Option<usize>; 2], family: Family) -> bool {
        let Some(other) = other else {
            return false;
        };
        if self.disturbed.contains(other) {
            return true;
        }
        let both = [self.old.index(other), self.new.index(other)];
        let ([Some(own_old), Some(own_new)], [Some(old), Some(new)]) = (node, both) else {
            return true;
        };
        if self.has_same_sessions(both) {
            return false;
        }
        let sessions = |topology: &Topology, ends: Vec<End<'_>>| -> Vec<SessionSpec> {
            ends.iter().map(|end| topology.session(end)).collect()
        };
        let before = sessions(self.old, self.old.ends_towards(old, own_old, family));
        let after = sessions(self.new, self.new.ends_towards(new, own_new, family));
        let compared = Compared::new(self, before, after);
        !compared.removed.is_empty() || compared.both.iter().any(|(_, fields)| self.resets(fields))
    }

    /// Whether it is plain that a node has the same sessions of `BGPPeer`s
    /// before and after, filters apart.
    fn has_same_sessions(&self, both: [Option<usize>; 2]) -> bool {
        self.same_table && matches!(self.speakers(both), [Some(old), Some(new)] if old == new)
    }
}
