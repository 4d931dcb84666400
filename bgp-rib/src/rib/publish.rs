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
use crate::snapshot::{Publisher, Reader, Snapshot};
use crate::table::PrefixId;
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
        self.publish();
        reader
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
        publisher.publish(&mut table, |table, id| {
            let place = table.get(id)?;
            let route = place.best_route()?;
            Some((self.best_of(place.family(), route), route.nlri().cloned()))
        });
        self.table = table;
        self.publisher = Some(publisher);
        if self.table.len() == 0 {
            // What readers have seen go was the last that was held.
            self.store.sweep();
        }
    }

    /// Notes that the routes of a peer have become stale, which readers see.
    pub(super) fn publish_staleness(&mut self, peer: PeerId) {
        if self.publisher.is_none() {
            return;
        }
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
