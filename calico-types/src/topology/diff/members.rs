//! What becomes of the mesh, from its lists of members.
//!
//! A node's mesh sessions follow from its own address and AS and from the other
//! members. Where both stay, its sessions differ only by the members that do;
//! where either changes, all of them do. Counts therefore take time in proportion
//! to nodes and to members that change, never to their product.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::super::mesh::{Member, Mesh};
use super::super::{Family, SessionSpec, Speaker, Topology};
use crate::scalar::Asn;

/// The mesh of one family, before and after.
pub(super) struct Members<'a> {
    pub(super) family: Family,
    old: Side<'a>,
    new: Side<'a>,
    /// Addresses that are in both.
    common: usize,
    /// Members that are in one only, or differ in what others are told.
    changed: Vec<IpAddr>,
    /// Password or restart time differ: every session does.
    terms_differ: bool,
    /// Members in both that end each of their sessions.
    restless: Vec<IpAddr>,
}

struct Side<'a> {
    topology: &'a Topology,
    members: BTreeMap<IpAddr, &'a Member>,
}

impl<'a> Side<'a> {
    fn new(topology: &'a Topology, family: Family) -> Self {
        let mesh = topology.mesh.as_ref();
        let members = mesh.map_or(&[][..], |mesh| mesh.members(family));
        Self {
            topology,
            members: members
                .iter()
                .map(|member| (member.address, member))
                .collect(),
        }
    }

    /// The AS of all members, where they have one.
    fn only_as(&self) -> Option<Asn> {
        let mut all = self.members.values().map(|member| member.asn);
        let first = all.next()??;
        all.all(|asn| asn == Some(first)).then_some(first)
    }

    /// Where a node is in the mesh.
    fn own(&self, speaker: &Speaker, family: Family) -> Option<IpAddr> {
        self.topology.mesh.as_ref()?;
        Mesh::address_of(speaker, family)
    }

    fn session(&self, speaker: &Speaker, address: IpAddr) -> Option<SessionSpec> {
        let mesh = self.topology.mesh.as_ref()?;
        let member = self.members.get(&address)?;
        let remote = self.topology.speakers.get(member.node)?;
        let own = Mesh::address_of(speaker, Family::of(address))?;
        (own != address).then(|| mesh.session(speaker, member, remote))
    }
}

/// A node's mesh sessions in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) added: usize,
    pub(super) removed: usize,
    /// Of those in both, how many end and are opened again.
    pub(super) reset: usize,
    /// And how many stay.
    pub(super) kept: usize,
}

impl<'a> Members<'a> {
    /// Nodes that are `disturbed` end each of their sessions, whatever the
    /// mesh says.
    pub(super) fn new(
        old: &'a Topology,
        new: &'a Topology,
        family: Family,
        disturbed: &BTreeSet<&str>,
    ) -> Self {
        let sides = [Side::new(old, family), Side::new(new, family)];
        let [old, new] = sides;
        let terms = |side: &Side<'a>| {
            let mesh = side.topology.mesh.as_ref()?;
            Some((mesh.password.clone(), mesh.graceful_restart_s))
        };
        // Where all are in one AS before or after, so is everybody who is the
        // same before and after, and has the same expectations.
        let all_in = old.only_as().or_else(|| new.only_as());
        let same_as = |one: &Member, other: &Member| match all_in {
            Some(asn) => one.asn.unwrap_or(asn) == other.asn.unwrap_or(asn),
            None => one.asn == other.asn,
        };
        let same = |address: &IpAddr| {
            let both = old.members.get(address).zip(new.members.get(address));
            both.is_some_and(|(one, other)| {
                one.port == other.port
                    && same_as(one, other)
                    && old.topology.name(one.node) == new.topology.name(other.node)
            })
        };
        let all = old.members.keys().chain(new.members.keys());
        let mut changed: Vec<IpAddr> = all.filter(|address| !same(address)).copied().collect();
        changed.sort_unstable();
        changed.dedup();
        let shared = old
            .members
            .keys()
            .filter(|address| new.members.contains_key(address));
        let mut members = Self {
            family,
            common: shared.count(),
            changed,
            terms_differ: terms(&old) != terms(&new),
            restless: Vec::new(),
            old,
            new,
        };
        members.restless = members.find_restless(disturbed);
        members
    }

    fn find_restless(&self, disturbed: &BTreeSet<&str>) -> Vec<IpAddr> {
        let new = self.new.members.iter();
        let restless = new.filter(|(address, member)| {
            let speaker = self.new.topology.speakers.get(member.node);
            let before = speaker.and_then(|speaker| self.old.topology.speaker(&speaker.name));
            speaker.zip(before).is_some_and(|(after, before)| {
                self.old.members.contains_key(address)
                    && (disturbed.contains(after.name.as_str()) || self.is_disturbed(before, after))
            })
        });
        restless.map(|(address, _)| *address).collect()
    }

    /// Whether all mesh sessions of a node change at its own end.
    fn is_disturbed(&self, old: &Speaker, new: &Speaker) -> bool {
        let own = [
            self.old.own(old, self.family),
            self.new.own(new, self.family),
        ];
        self.terms_differ || own[0] != own[1] || old.local_as != new.local_as
    }

    /// How many of the mesh sessions that a node keeps are ended by their other
    /// end: by nodes that end all of theirs, by those that are told something
    /// else of the node, and where another node has taken an address over;
    /// `usize::MAX` for all.
    pub(super) fn ended_by_others(&self, old: &Speaker, new: &Speaker) -> usize {
        let Some(own) = self.new.own(new, self.family) else {
            return 0;
        };
        // Others are told nothing of a node whose address is another's.
        let is_member = [(&self.old, old), (&self.new, new)].map(|(side, speaker)| {
            let member = side.members.get(&own);
            member.is_some_and(|member| side.topology.name(member.node) == speaker.name)
        });
        let is_told_of = is_member == [true, true];
        if is_member == [true, false] {
            return usize::MAX;
        }
        let is_kept = |address: IpAddr| {
            address != own
                && self.old.members.contains_key(&address)
                && !self.differs(address, old, new)
        };
        let ends = |address: IpAddr, member: &Member| {
            let after = self.new.topology.speakers.get(member.node);
            let before = after.and_then(|after| self.old.topology.speaker(&after.name));
            self.restless.binary_search(&address).is_ok()
                || self.is_taken_over(address)
                || (is_told_of
                    && after
                        .zip(before)
                        .is_some_and(|(after, before)| self.differs(own, before, after)))
        };
        let ended = |address: &IpAddr| {
            let member = self.new.members.get(address);
            is_kept(*address) && member.is_some_and(|member| ends(*address, member))
        };
        if is_told_of && self.changed.binary_search(&own).is_ok() {
            return self
                .new
                .members
                .keys()
                .filter(|address| ended(address))
                .count();
        }
        // Only these can be.
        let mut some: Vec<&IpAddr> = self.restless.iter().chain(&self.changed).collect();
        some.sort_unstable();
        some.dedup();
        some.into_iter().filter(|address| ended(address)).count()
    }

    /// Whether another node has an address.
    fn is_taken_over(&self, address: IpAddr) -> bool {
        let name = |side: &Side<'a>| {
            let member = side.members.get(&address)?;
            Some(side.topology.name(member.node))
        };
        name(&self.old) != name(&self.new)
    }

    pub(super) fn counts(&self, old: Option<&Speaker>, new: Option<&Speaker>) -> Counts {
        let own_old = old.and_then(|speaker| self.old.own(speaker, self.family));
        let own_new = new.and_then(|speaker| self.new.own(speaker, self.family));
        let before = own_old.map_or(0, |_| self.old.members.len().saturating_sub(1));
        let after = own_new.map_or(0, |_| self.new.members.len().saturating_sub(1));
        let (Some(own_old), Some(own_new), Some(old), Some(new)) = (own_old, own_new, old, new)
        else {
            return Counts {
                added: after,
                removed: before,
                ..Counts::default()
            };
        };
        // Peers that are in both: all addresses but the node's own.
        let in_both = |address: &IpAddr| {
            self.old.members.contains_key(address) && self.new.members.contains_key(address)
        };
        let mut own = vec![own_old, own_new];
        own.dedup();
        let own = own.iter().filter(|own| in_both(own)).count();
        let common = self.common.saturating_sub(own);
        let reset = if self.is_disturbed(old, new) {
            common
        } else {
            let peers = self.changed.iter().filter(|address| **address != own_new);
            peers
                .filter(|address| in_both(address) && self.differs(**address, old, new))
                .count()
        };
        Counts {
            added: after.saturating_sub(common),
            removed: before.saturating_sub(common),
            reset,
            kept: common.saturating_sub(reset),
        }
    }

    /// Whether a member that changed looks different to a node.
    fn differs(&self, address: IpAddr, old: &Speaker, new: &Speaker) -> bool {
        let both = self
            .old
            .members
            .get(&address)
            .zip(self.new.members.get(&address));
        both.is_some_and(|(one, other)| {
            one.port != other.port
                || one.asn.unwrap_or(old.local_as) != other.asn.unwrap_or(new.local_as)
        })
    }

    /// The mesh sessions of a node that may differ, before and after.
    pub(super) fn sessions(
        &self,
        old: Option<&Speaker>,
        new: Option<&Speaker>,
    ) -> (Vec<SessionSpec>, Vec<SessionSpec>) {
        let disturbed = match (old, new) {
            (Some(old), Some(new)) => self.is_disturbed(old, new),
            (Some(_), None) | (None, Some(_) | None) => true,
        };
        let of = |side: &Side<'_>, speaker: Option<&Speaker>| -> Vec<SessionSpec> {
            let Some(speaker) = speaker else {
                return Vec::new();
            };
            if disturbed {
                let all = side.members.keys();
                all.filter_map(|address| side.session(speaker, *address))
                    .collect()
            } else {
                let some = self.changed.iter();
                some.filter_map(|address| side.session(speaker, *address))
                    .collect()
            }
        };
        (of(&self.old, old), of(&self.new, new))
    }

    /// Whether a node has a mesh session to an address, before or after.
    pub(super) fn has(&self, speakers: [Option<&Speaker>; 2], address: IpAddr) -> [bool; 2] {
        let [old, new] = speakers;
        let of = |side: &Side<'_>, speaker: Option<&Speaker>| {
            let own = speaker.and_then(|speaker| side.own(speaker, self.family));
            own.is_some_and(|own| own != address) && side.members.contains_key(&address)
        };
        [of(&self.old, old), of(&self.new, new)]
    }
}
