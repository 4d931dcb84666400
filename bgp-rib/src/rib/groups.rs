//! Membership of update groups: joining, leaving, going alone, coming together.
//!
//! | when | what |
//! |---|---|
//! | a session comes up | into an equal group that has told nothing yet, else into one of its own |
//! | it asks for a refresh, or its policy changes | it is split off with a copy of what its group was told |
//! | it reads too slowly | the laggards are split off together, with the log they have not read |
//! | it has read everything, and an equal group is settled | it joins that one |
//!
//! A split costs a copy of the group's table; it buys that nobody waits for
//! anybody, and that a merge needs no comparison: two settled groups of one key
//! have told the same.

use super::Rib;
use crate::PeerId;
use crate::group::{ExportKey, Group, GroupId, Member};
use crate::snapshot::Tracked;
use crate::table::PrefixId;
use bgp_wire::{Context, Family};
use std::sync::Arc;

impl Rib {
    /// Puts a peer whose session came up into a group: one with the same key
    /// that has said nothing yet, else a new one, which says everything.
    pub(super) fn join(&mut self, peer: PeerId, context: &Context) -> Option<GroupId> {
        let held = self.peer(peer)?;
        let key = ExportKey::new(&self.config, held, context);
        let member = Member {
            peer,
            identifier: held.identifier,
            address: held.config.address,
            next: 0,
        };
        let equal = |group: &Group| *group.key == key;
        let pristine = self
            .groups
            .iter()
            .find(|(_, group)| group.pristine && equal(group));
        let pristine = pristine.map(|(id, _)| id);
        self.note_membership();
        let id = match pristine {
            Some(id) => id,
            None => {
                let key = self.shared_key(key);
                let detached = self.groups.iter().any(|(_, group)| group.key == key);
                let mut group = Group::new(key, detached);
                group.readers = self.shows_peers().then(Tracked::default);
                let id = self.groups.add(group)?;
                self.mark_all(id, |_| true, false);
                id
            }
        };
        self.groups.get_mut(id)?.members.add(member);
        Some(id)
    }

    /// The allocation of an equal key, if some group has one.
    fn shared_key(&self, key: ExportKey) -> Arc<ExportKey> {
        let held = self.groups.iter().find(|(_, group)| *group.key == key);
        held.map_or_else(|| Arc::new(key), |(_, group)| Arc::clone(&group.key))
    }

    /// Takes a peer out of its group, and the group away with its last member.
    pub(super) fn leave(&mut self, peer: PeerId, id: GroupId) -> Option<Member> {
        self.note_membership();
        let group = self.groups.get_mut(id)?;
        let member = group.members.remove(peer);
        if group.members.is_empty() {
            let gone = self.groups.remove(id)?;
            let readers = gone.readers.iter().flat_map(Tracked::waiting);
            for waiting in gone.dirty.iter().chain(readers) {
                self.table.unreference(waiting);
            }
        } else {
            group.forget_read();
        }
        member
    }

    /// Gives some members of a group a group of their own that goes on from
    /// where each of them stands. Nothing happens when they are all members.
    pub(super) fn split(&mut self, id: GroupId, peers: &[PeerId]) -> Option<GroupId> {
        let group = self.groups.get_mut(id)?;
        if peers.len() >= group.members.len() {
            group.detached = true;
            return Some(id);
        }
        let mut own = group.clone();
        own.detached = true;
        own.members = crate::group::Members::new(own.key.context.peer_type);
        for peer in peers {
            own.members.add(group.members.remove(*peer)?);
        }
        group.forget_read();
        own.forget_read();
        let readers = own.readers.iter().flat_map(Tracked::waiting);
        for waiting in own.dirty.iter().chain(readers) {
            self.table.reference(waiting);
        }
        self.note_membership();
        let own = self.groups.add(own)?;
        for peer in peers {
            self.set_group(*peer, own);
        }
        Some(own)
    }

    /// Brings a peer that has read everything of a detached, settled group into
    /// an equal group that is settled too.
    pub(super) fn merge(&mut self, peer: PeerId, id: GroupId) -> Option<()> {
        let group = self.groups.get(id)?;
        if !group.detached || !group.is_settled() {
            return None;
        }
        let same = |other: &Group| Arc::ptr_eq(&other.key, &group.key) || other.key == group.key;
        let target = self.groups.iter().find(|(other, candidate)| {
            *other != id && candidate.is_settled() && !candidate.pristine && same(candidate)
        });
        let target = target.map(|(target, _)| target)?;
        let mut member = self.leave(peer, id)?;
        let group = self.groups.get_mut(target)?;
        member.next = group.log.end();
        group.members.add(member);
        self.set_group(peer, target);
        Some(())
    }

    /// Lets a peer go on under another key: what it was told stays told, and
    /// all of it is judged anew.
    pub(super) fn rekey(&mut self, peer: PeerId, context: &Context) -> Option<()> {
        let held = self.peer(peer)?;
        let key = ExportKey::new(&self.config, held, context);
        let group = self.group_of(peer)?;
        if *self.groups.get(group)?.key == key {
            return Some(());
        }
        let own = self.split(group, &[peer])?;
        let key = self.shared_key(key);
        let dropped = self
            .groups
            .get(own)?
            .key
            .context
            .families
            .difference(key.context.families);
        let group = self.groups.get_mut(own)?;
        group.rekey(key);
        // Changes of these families are not followed any more, so their places
        // may go to other prefixes, of which nothing was told.
        for (id, destination) in self.table.iter() {
            if dropped.contains(destination.family()) {
                group.forget(id, self.table.destination(id).as_ref());
            }
        }
        self.mark_all(own, |family| !dropped.contains(family), false);
        Some(())
    }

    /// RFC 2918: tells a peer everything in a family once more.
    pub(super) fn refresh(&mut self, peer: PeerId, family: Family) {
        let Some(group) = self.group_of(peer) else {
            return;
        };
        let Some(own) = self.split(group, &[peer]) else {
            return;
        };
        self.mark_all(own, |held| held == family, true);
    }

    /// Every route may concern others than before.
    pub(super) fn judge_all_exports(&mut self) {
        let groups: Vec<GroupId> = self.groups.iter().map(|(id, _)| id).collect();
        for id in groups {
            self.mark_all(id, |_| true, false);
        }
    }

    /// Marks every destination of some families in one group.
    fn mark_all(&mut self, id: GroupId, concerned: impl Fn(Family) -> bool, resend: bool) {
        let Some(group) = self.groups.get(id) else {
            return;
        };
        let families = group.key.context.families;
        let wanted: Vec<PrefixId> = self
            .table
            .iter()
            .filter(|(_, destination)| {
                let family = destination.family();
                families.contains(family) && concerned(family)
            })
            .map(|(prefix, _)| prefix)
            .collect();
        self.mark_these(id, &wanted, resend);
    }

    /// Marks some destinations in one group, those of families that it carries.
    pub(super) fn mark_these(&mut self, id: GroupId, wanted: &[PrefixId], resend: bool) {
        let Some(group) = self.groups.get_mut(id) else {
            return;
        };
        let families = group.key.context.families;
        for prefix in wanted.iter().copied() {
            let family = self.table.get(prefix).map(|held| held.family());
            if !family.is_some_and(|family| families.contains(family)) {
                continue;
            }
            if resend {
                group.resend.insert(prefix);
            }
            if group.dirty.push(prefix)
                && let Some(destination) = self.table.get_mut(prefix)
            {
                destination.references += 1;
            }
        }
    }

    pub(super) fn group_of(&self, peer: PeerId) -> Option<GroupId> {
        Some(self.peer(peer)?.session.as_ref()?.group)
    }

    fn set_group(&mut self, peer: PeerId, group: GroupId) {
        if let Some(session) = self.peer_mut(peer).and_then(|peer| peer.session.as_mut()) {
            session.group = group;
        }
    }
}
