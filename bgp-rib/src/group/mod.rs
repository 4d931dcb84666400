//! Update groups: peers that are told the same share one Adj-RIB-Out.
//!
//! Members of a group have equal export configuration and capabilities
//! ([`ExportKey`]). Policy runs and messages are encoded once a group:
//!
//! ```text
//! decision ─► dirty queue ─► seal ─► buckets ─► encode ─► log ─► each member
//!             (prefixes)    (policy, (attribute          (bytes,  reads at
//!                           compare) sets)               audience) its own pace
//! ```
//!
//! *Sealing* takes a bounded number of waiting prefixes, asks export policy
//! about the best route as it is **now** (so only the last of many changes is
//! sent), compares with what the group was told before (so nothing is sent
//! twice) and sorts the differences into buckets, withdrawals first.
//!
//! Members differ in one thing only: nobody hears of its own route. A message
//! therefore has an [`Audience`], and the rare differences get messages of
//! their own.
//!
//! INVARIANT: what a member has been told, once it has read the log to its end,
//! is a function of the group's `told` and of the member's identity alone. A
//! member can therefore be moved between groups: out of one when it needs
//! something of its own (a refresh, a change of policy, a slow reader), and
//! into another when both have nothing left to say.

mod adj_rib_out;
mod audience;
mod bucket;
mod key;
mod log;
mod seal;

pub(crate) use adj_rib_out::{AdjRibOut, Told};
pub(crate) use audience::{Audience, Members};
pub(crate) use bucket::{Buckets, end_of_rib};
pub(crate) use key::ExportKey;
pub(crate) use log::Log;
pub(crate) use seal::SealContext;

use crate::export::Memo;
use crate::set::{DirtyQueue, PrefixSet};
use crate::snapshot::{ToldTo, Tracked};
use crate::table::PrefixId;
use crate::{Destination, PeerId};
use bgp_wire::FamilySet;
use std::sync::Arc;

/// An update group of a RIB; positions are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GroupId(pub(crate) u32);

/// One update group.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// What the members have in common.
    pub(crate) key: Arc<ExportKey>,
    /// Who reads the log.
    pub(crate) members: Members,
    /// What the messages so far, encoded or in buckets, add up to.
    pub(crate) told: AdjRibOut,
    /// Destinations to judge anew. Each holds a reference to its place.
    pub(crate) dirty: DirtyQueue,
    /// Destinations to announce even if nothing changed (route refresh).
    pub(crate) resend: PrefixSet,
    /// Differences found and not yet encoded.
    pub(crate) buckets: Buckets,
    /// Messages encoded and not yet read by all.
    pub(crate) log: Log,
    /// Families whose initial table has not been closed with End-of-RIB.
    pub(crate) unfinished: FamilySet,
    /// Nothing has been told yet: newcomers may simply join.
    pub(crate) pristine: bool,
    /// Left another group, or came late: to be merged when there is nothing
    /// left to say.
    pub(crate) detached: bool,
    /// The attribute set made last.
    pub(crate) memo: Memo,
    /// `told` as readers see it, where they do.
    pub(crate) readers: Option<Tracked<ToldTo>>,
}

impl Group {
    /// A group that has told nobody anything.
    pub(crate) fn new(key: Arc<ExportKey>, detached: bool) -> Self {
        Self {
            unfinished: key.context.families,
            members: Members::new(key.context.peer_type),
            key,
            told: AdjRibOut::default(),
            dirty: DirtyQueue::default(),
            resend: PrefixSet::default(),
            buckets: Buckets::default(),
            log: Log::default(),
            pristine: true,
            detached,
            memo: Memo::default(),
            readers: None,
        }
    }

    /// Goes on under another key. What is waiting to be encoded was made for
    /// the old one and stays true: it was told.
    pub(crate) fn rekey(&mut self, key: Arc<ExportKey>) {
        self.unfinished = self.unfinished.intersection(key.context.families);
        self.memo = Memo::default();
        self.buckets.keep_families(key.context.families);
        self.key = key;
        self.detached = true;
    }

    /// Forgets what was told of a destination, without telling anybody.
    pub(crate) fn forget(&mut self, id: PrefixId, destination: Option<&Destination>) {
        if let (Some(readers), Some(destination)) = (&mut self.readers, destination) {
            readers.remove(destination);
        }
        let _ = self.told.replace(id, &[]);
        let _ = self.told.replace_nlri(id, Vec::new());
        self.resend.remove(id);
    }

    /// Lets those who have read everything before `number` pass over the messages from
    /// there on that are not for them: nobody else has to.
    pub(crate) fn pass_over(&mut self, number: u64) {
        let first = self.log.first();
        let mut was_first = false;
        for number in number..self.log.end() {
            let Some(message) = self.log.get(number) else {
                return;
            };
            let Audience::Except(few) = &message.audience else {
                continue;
            };
            for peer in few {
                if let Some(member) = self.members.get_mut(*peer)
                    && member.next == number
                {
                    was_first |= number == first;
                    member.next = number + 1;
                }
            }
        }
        // Perhaps nobody else was to read the oldest message.
        if was_first {
            self.forget_read();
        }
    }

    /// Drops the messages that every member has read.
    pub(crate) fn forget_read(&mut self) {
        let end = self.log.end();
        let read = self
            .members
            .iter()
            .map(|member| member.next)
            .min()
            .unwrap_or(end);
        self.log.forget_before(read);
    }

    /// What was told of a destination, to be kept.
    pub(crate) fn told_of(&self, id: PrefixId) -> Option<ToldTo> {
        let told = self.told.get(id);
        let told = told.map(|told| (told.clone(), self.told.nlri(id, told.path_id).cloned()));
        let mut told: Vec<_> = told.collect();
        told.sort_by_key(|(told, _)| told.path_id);
        (!told.is_empty()).then(|| told.into())
    }

    /// Whether everything decided so far is in the log.
    pub(crate) fn is_settled(&self) -> bool {
        self.dirty.is_empty() && self.buckets.is_empty() && self.unfinished.is_empty()
    }
}

/// The groups of a RIB.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    places: Vec<Option<Group>>,
}

impl Groups {
    /// Adds a group at the first free place; `None` when 2³² are in use.
    pub(crate) fn add(&mut self, group: Group) -> Option<GroupId> {
        let free = self.places.iter().position(Option::is_none);
        let place = free.unwrap_or(self.places.len());
        let id = GroupId(u32::try_from(place).ok()?);
        match self.places.get_mut(place) {
            Some(slot) => *slot = Some(group),
            None => self.places.push(Some(group)),
        }
        Some(id)
    }

    /// The group at a place.
    pub(crate) fn get(&self, id: GroupId) -> Option<&Group> {
        self.places.get(id.0 as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: GroupId) -> Option<&mut Group> {
        self.places.get_mut(id.0 as usize)?.as_mut()
    }

    /// Takes a group out. Its queue still holds references to destinations,
    /// which the caller gives up.
    pub(crate) fn remove(&mut self, id: GroupId) -> Option<Group> {
        self.places.get_mut(id.0 as usize)?.take()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        (0..)
            .map(GroupId)
            .zip(&self.places)
            .filter_map(|(id, group)| Some((id, group.as_ref()?)))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Group> {
        self.places.iter_mut().flatten()
    }
}

/// A member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) peer: PeerId,
    pub(crate) identifier: std::net::Ipv4Addr,
    pub(crate) address: std::net::IpAddr,
    /// Sequence number of the next message in the log.
    pub(crate) next: u64,
}
