//! Members of a group, and who of them a message is for.
//!
//! A route is kept from its sender, from its originator and, if it is our own,
//! from its next hop: three lookups by peer, identifier and address find the one
//! or two members concerned, however large the group is.

use super::{Member, Told};
use crate::PeerId;
use crate::snapshot::Listener;
use bgp_wire::PeerType;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::net::{IpAddr, Ipv4Addr};

/// A few members.
pub(crate) type Few = SmallVec<[PeerId; 2]>;

/// Who a message is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Audience {
    /// Every member but these.
    Except(Few),
    /// One member.
    Only(PeerId),
}

impl Audience {
    /// Whether `peer`, a member, is to read the message.
    pub(crate) fn includes(&self, peer: PeerId) -> bool {
        match self {
            Self::Except(few) => !few.contains(&peer),
            Self::Only(only) => *only == peer,
        }
    }
}

/// The members of a group, found by whatever keeps them from hearing a route.
#[derive(Debug, Clone, Default)]
pub(crate) struct Members {
    /// They are internal peers.
    internal: bool,
    list: Vec<Member>,
    by_peer: FxHashMap<PeerId, usize>,
    by_identifier: FxHashMap<Ipv4Addr, SmallVec<[PeerId; 1]>>,
    by_address: FxHashMap<IpAddr, SmallVec<[PeerId; 1]>>,
}

impl Members {
    /// Nobody yet.
    pub(crate) fn new(peer_type: PeerType) -> Self {
        Self {
            internal: peer_type == PeerType::Internal,
            ..Self::default()
        }
    }

    /// Adds a member, which must not be one already.
    pub(crate) fn add(&mut self, member: Member) {
        self.by_peer.insert(member.peer, self.list.len());
        self.by_identifier
            .entry(member.identifier)
            .or_default()
            .push(member.peer);
        self.by_address
            .entry(member.address)
            .or_default()
            .push(member.peer);
        self.list.push(member);
    }

    /// Removes a member and gives back where it stood. O(1).
    pub(crate) fn remove(&mut self, peer: PeerId) -> Option<Member> {
        let position = self.by_peer.remove(&peer)?;
        let member = self.list.swap_remove(position);
        if let Some(moved) = self.list.get(position) {
            self.by_peer.insert(moved.peer, position);
        }
        forget(&mut self.by_identifier, &member.identifier, peer);
        forget(&mut self.by_address, &member.address, peer);
        Some(member)
    }

    /// A member and where it stands in the log. O(1).
    pub(crate) fn get(&self, peer: PeerId) -> Option<&Member> {
        self.list.get(*self.by_peer.get(&peer)?)
    }

    pub(crate) fn get_mut(&mut self, peer: PeerId) -> Option<&mut Member> {
        self.list.get_mut(*self.by_peer.get(&peer)?)
    }

    pub(crate) fn contains(&self, peer: PeerId) -> bool {
        self.by_peer.contains_key(&peer)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.list.iter()
    }

    pub(crate) const fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The members that do not hear of a route: its sender, its originator
    /// (RFC 4456 §8), and for a route originated here the peer that would be
    /// its next hop (RFC 4271 §5.1.3).
    pub(crate) fn excluded(&self, told: &Told) -> Few {
        let mut few = Few::new();
        if let Some(sender) = told.peer.filter(|peer| self.contains(*peer)) {
            few.push(sender);
        }
        // Sets of external groups have none, and need not be looked at.
        if self.internal
            && let Some(originator) = told.attributes.originator_id()
        {
            few.extend(
                self.by_identifier
                    .get(&originator)
                    .into_iter()
                    .flatten()
                    .copied(),
            );
        }
        if told.peer.is_none()
            && let Some(next_hop) = told.attributes.next_hop()
        {
            few.extend(
                self.by_address
                    .get(&next_hop.addr())
                    .into_iter()
                    .flatten()
                    .copied(),
            );
        }
        if few.len() > 1 {
            few.sort_unstable();
            few.dedup();
        }
        few
    }
}

impl Listener {
    /// Whether it hears of a route: the rule of [`Members::excluded`], asked for one member.
    pub(crate) fn hears(&self, told: &Told) -> bool {
        let member = &self.member;
        let originated = || told.attributes.originator_id() == Some(member.identifier);
        let is_next_hop = || told.attributes.next_hop().map(|it| it.addr()) == Some(member.address);
        told.peer != Some(member.peer)
            && !(self.internal && originated())
            && !(told.peer.is_none() && is_next_hop())
    }
}

fn forget<K: std::hash::Hash + Eq>(
    map: &mut FxHashMap<K, SmallVec<[PeerId; 1]>>,
    key: &K,
    peer: PeerId,
) {
    if let Some(peers) = map.get_mut(key) {
        peers.retain(|held| held != &peer);
        if peers.is_empty() {
            map.remove(key);
        }
    }
}
