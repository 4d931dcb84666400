//! Publishing snapshots.
//!
//! Publication is a call of its own and not a side effect of every event: the
//! embedder decides how fresh readers must be, and a burst of events is
//! published once.
//!
//! INVARIANT: a destination that waits for publication holds a reference to its
//! place, so that the place cannot go to another prefix before readers have
//! seen the first one leave.

use super::Rib;
use crate::PeerId;
use crate::group::Groups;
use crate::peer::Peer;
use crate::snapshot::{Listener, Publisher, Reader, Said, Snapshot, ToldTo, Tracked};
use crate::table::{PrefixId, Table};
use bgp_wire::PeerType;
use std::sync::Arc;

impl Rib {
    /// A handle for readers on other threads. The first one costs a pass over the
    /// table; from then on changes are noted for [`publish`](Self::publish).
    /// Without any, a RIB spends nothing on readers.
    pub fn reader(&mut self) -> Reader {
        if let Some(publisher) = &self.publisher {
            return publisher.reader();
        }
        let mut publisher = Publisher::default();
        let all: Vec<PrefixId> = self.table.iter().map(|(id, _)| id).collect();
        for id in all {
            publisher.mark(id);
            if let Some(destination) = self.table.get_mut(id) {
                destination.references += 1;
            }
        }
        let reader = publisher.reader();
        self.publisher = Some(publisher);
        if self.shows_peers() {
            self.begin_to_show_peers();
        }
        self.publish();
        reader
    }

    /// Whether readers see what each peer said and was told.
    pub(super) const fn shows_peers(&self) -> bool {
        self.config.publish_peers && self.publisher.is_some()
    }

    fn begin_to_show_peers(&mut self) {
        let all: Vec<PrefixId> = self.table.iter().map(|(id, _)| id).collect();
        for group in self.groups.iter_mut() {
            let mut readers = Tracked::default();
            for id in &all {
                readers.mark(*id, &mut self.table);
            }
            group.readers = Some(readers);
        }
        for peer in self.peers().collect::<Vec<_>>() {
            self.mark_all_said(peer);
        }
        self.note_membership();
    }

    /// Notes that a peer has come or gone, or hears with others than before.
    pub(super) const fn note_membership(&mut self) {
        if let Some(publisher) = &mut self.publisher {
            publisher.note_membership();
        }
    }

    /// Has the next publication look at what a peer said of a destination.
    pub(super) fn mark_said(&mut self, peer: Option<PeerId>, id: PrefixId) {
        if self.config.publish_peers
            && let (Some(publisher), Some(peer)) = (&mut self.publisher, peer)
        {
            publisher.mark_said(peer, id, &mut self.table);
        }
    }

    fn mark_all_said(&mut self, peer: PeerId) {
        let said = self.peer(peer).map(|peer| peer.prefixes.iter().collect());
        let said: Vec<PrefixId> = said.unwrap_or_default();
        for id in said {
            self.mark_said(Some(peer), id);
        }
    }

    /// Lets readers see the table as it is now, all changes at once. To be called
    /// after a batch of events, or on a timer: readers see nothing in between.
    /// O(changes · log n); nothing when nothing changed or nobody asked for a
    /// [`Reader`].
    pub fn publish(&mut self) {
        let Some(mut publisher) = self.publisher.take() else {
            return;
        };
        let mut table = std::mem::take(&mut self.table);
        let mut changed = publisher.follow_best(&mut table, |table, id| {
            let place = table.get(id)?;
            let route = place.best_route()?;
            Some((self.best_of(place.family(), route), route.nlri().cloned()))
        });
        if self.config.publish_peers {
            let mut groups = std::mem::take(&mut self.groups);
            let said = |table: &Table, peer, id| self.said(table, peer, id);
            if publisher.follow_peers(&mut table, &mut groups, said) {
                let told = |(id, peer): (PeerId, &Peer)| (id, told_to(&groups, id, peer));
                publisher.show_peers(self.peers.iter().map(told));
                changed = true;
            }
            self.groups = groups;
        }
        if changed {
            publisher.publish();
        }
        self.table = table;
        self.publisher = Some(publisher);
        if self.table.len() == 0 {
            // What readers have seen go was the last that was held.
            self.store.sweep();
        }
    }

    /// What a peer said of a destination, as readers see it.
    fn said(&self, table: &Table, peer: PeerId, id: PrefixId) -> Option<Said> {
        let place = table.get(id)?;
        let of_peer = place.routes.iter().filter(|it| it.peer == Some(peer));
        let mut routes: Vec<_> = of_peer
            .map(|route| (self.best_of(place.family(), route), route.nlri().cloned()))
            .collect();
        routes.sort_by_key(|(route, _)| route.path_id);
        (!routes.is_empty()).then(|| routes.into())
    }

    /// Notes that the routes of a peer have become stale, which readers see.
    pub(super) fn publish_staleness(&mut self, peer: PeerId) {
        if self.publisher.is_none() {
            return;
        }
        self.mark_all_said(peer);
        let kept = self.peer(peer).map(|peer| peer.prefixes.iter().collect());
        let kept: Vec<PrefixId> = kept.unwrap_or_default();
        for id in kept {
            self.mark_for_readers(id);
        }
    }

    /// Has the next publication look at a destination.
    pub(super) fn mark_for_readers(&mut self, id: PrefixId) {
        if let Some(publisher) = &mut self.publisher
            && let Some(destination) = self.table.get_mut(id)
            && publisher.mark(id)
        {
            destination.references += 1;
        }
    }

    /// The table as it is now, published: [`publish`](Self::publish) and
    /// [`Reader::snapshot`] in one call.
    ///
    /// ```
    /// use bgp_rib::{Event, LocalOrigin, LocalRoute, Rib, RibConfig};
    /// use bgp_wire::Asn;
    ///
    /// let mut rib = Rib::new(RibConfig::new(Asn(64512), [10, 0, 0, 1].into()));
    /// let reader = rib.reader(); // for other threads
    /// let block: ipnet::IpNet = "192.168.0.0/26".parse()?;
    /// let _ = rib.apply(Event::Originate(LocalRoute::new(block, LocalOrigin::OwnBlock)));
    /// assert!(reader.snapshot().is_empty(), "not published yet");
    /// let now = rib.snapshot();
    /// assert!(now.best(&block).is_some());
    /// assert_eq!(now.longest_match([192, 168, 0, 7].into()).unwrap().destination, block);
    /// assert_eq!(reader.snapshot().version(), now.version());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn snapshot(&mut self) -> Arc<Snapshot> {
        let reader = self.reader();
        self.publish();
        reader.snapshot()
    }
}

/// The table of what a peer is told, and who it is in there.
fn told_to<'a>(
    groups: &'a Groups,
    id: PeerId,
    peer: &Peer,
) -> Option<(&'a Tracked<ToldTo>, Listener)> {
    let group = groups.get(peer.session.as_ref()?.group)?;
    let listener = Listener {
        member: *group.members.get(id)?,
        internal: group.key.context.peer_type == PeerType::Internal,
    };
    Some((group.readers.as_ref()?, listener))
}
