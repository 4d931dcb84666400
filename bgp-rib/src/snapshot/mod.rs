//! Snapshots of the Loc-RIB for readers on other threads.
//!
//! The writer keeps a persistent tree of best routes beside the tables, made
//! when the first [`Reader`] is asked for. [`Rib::publish`](crate::Rib::publish)
//! brings it up to date and swaps it in: the cost is that of the changes since
//! the last time. Readers load a pointer; they never wait and never see half a
//! change, and a snapshot stays what it is for as long as it is held.

mod peers;
mod tracked;
mod tree;

pub(crate) use peers::{Listener, Said, ToldTo};
pub(crate) use tracked::Tracked;

use crate::attribute_set::AttributeSet;
use crate::attributes::Attributes;
use crate::filter::contains;
use crate::group::Groups;
use crate::set::DirtyQueue;
use crate::table::{PrefixId, Table};
use crate::{Destination, DestinationView, PeerId, RouteInfo, Source};
use arc_swap::ArcSwap;
use bgp_wire::NlriBuf;
use ipnet::IpNet;
use peers::PeerView;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use tree::Tree;

/// The Loc-RIB as it was at one moment.
///
/// It owns what it shows: holding one for long costs the memory of what has
/// changed since, and delays nobody.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// IPv4 and IPv6 unicast.
    tree: Tree<IpNet, Best>,
    /// All other families.
    others: Tree<Destination, (Best, Option<Arc<NlriBuf>>)>,
    /// Where the RIB is asked to show them.
    peers: Arc<BTreeMap<PeerId, PeerView>>,
    version: u64,
}

impl Snapshot {
    /// The best route to exactly this destination. O(log n), and the attributes are taken
    /// out of their packed form.
    #[must_use]
    pub fn best<'a>(&self, destination: impl Into<DestinationView<'a>>) -> Option<RouteInfo> {
        match destination.into() {
            DestinationView::Prefix(prefix) => Some(self.tree.get(&prefix)?.of_prefix(prefix)),
            view @ DestinationView::Nlri(_) => {
                let destination = view.to_destination();
                let (best, nlri) = self.others.get(&destination)?;
                Some(best.info(destination, nlri.clone()))
            }
        }
    }

    /// The best route to the longest prefix that contains `address`, `None` when
    /// not even a default route does. O(log n) for each of the few prefixes
    /// tried.
    #[must_use]
    pub fn longest_match(&self, address: IpAddr) -> Option<RouteInfo> {
        let (prefix, best) = self.tree.longest_match(address)?;
        Some(best.of_prefix(*prefix))
    }

    /// The best unicast routes to `prefix` and to what lies in it, in order of prefix: what a
    /// summary would stand for. O(log n + routes found).
    pub fn covered(&self, prefix: &IpNet) -> impl Iterator<Item = RouteInfo> + '_ {
        let outer = prefix.trunc();
        self.tree
            .iter_from(&outer)
            .take_while(move |(prefix, _)| contains(&outer, prefix))
            .map(|(prefix, best)| best.of_prefix(*prefix))
    }

    /// The best routes to `prefix` and to what it lies in, the shortest first: what traffic
    /// would fall back to. O(length · log n).
    pub fn covering(&self, prefix: &IpNet) -> impl Iterator<Item = RouteInfo> + '_ {
        let inner = *prefix;
        (0..=inner.prefix_len()).filter_map(move |length| {
            let outer = IpNet::new(inner.addr(), length).ok()?;
            self.best(outer.trunc())
        })
    }

    /// The best routes in order of destination, IPv4 first, then IPv6, then other families.
    pub fn iter(&self) -> impl Iterator<Item = RouteInfo> + '_ {
        let unicast = self.tree.iter();
        let others = self.others.iter();
        let others = others.map(|(name, (best, nlri))| best.info(name.clone(), nlri.clone()));
        unicast
            .map(|(prefix, best)| best.of_prefix(*prefix))
            .chain(others)
    }

    /// Number of destinations with a best route.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.tree.len() + self.others.len()
    }

    /// Whether no destination has a best route.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn set(&mut self, destination: Destination, best: Option<(Best, Option<Arc<NlriBuf>>)>) {
        match (destination, best) {
            (Destination::Prefix(prefix), Some((best, _))) => self.tree.insert(prefix, best),
            (Destination::Prefix(prefix), None) => self.tree.remove(&prefix),
            (name @ Destination::Nlri(_), Some(best)) => self.others.insert(name, best),
            (name @ Destination::Nlri(_), None) => self.others.remove(&name),
        }
    }

    /// Counts the publications that changed something.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }
}

/// A best route as the tree holds it.
#[derive(Debug, Clone)]
pub(crate) struct Best {
    pub(crate) source: Source,
    pub(crate) path_id: u32,
    pub(crate) stale: bool,
    pub(crate) effective: AttributeSet,
    /// Where policy has changed something.
    pub(crate) received: Option<AttributeSet>,
}

impl Best {
    fn of_prefix(&self, prefix: IpNet) -> RouteInfo {
        self.info(Destination::Prefix(prefix), None)
    }

    pub(crate) fn info(&self, destination: Destination, nlri: Option<Arc<NlriBuf>>) -> RouteInfo {
        let attributes = Attributes::from(&self.effective);
        RouteInfo {
            destination,
            nlri,
            source: self.source.clone(),
            path_id: self.path_id,
            stale: self.stale,
            received: self
                .received
                .as_ref()
                .map_or_else(|| attributes.clone(), Attributes::from),
            attributes,
        }
    }
}

/// A handle to the latest published [`Snapshot`]; cheap to clone and to send to
/// other threads. It outlives the RIB and then shows its last state.
///
/// Take one [`snapshot`](Self::snapshot) for each piece of work and ask only
/// that: two calls may show two states.
#[derive(Debug, Clone)]
pub struct Reader(Arc<ArcSwap<Snapshot>>);

impl Reader {
    /// The latest snapshot. Lock-free; the snapshot lives as long as the value
    /// is held.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }
}

/// The writer's side.
#[derive(Debug, Default)]
pub(crate) struct Publisher {
    shared: Arc<ArcSwap<Snapshot>>,
    current: Snapshot,
    dirty: DirtyQueue,
    /// What each peer said, where readers see it.
    said: FxHashMap<PeerId, Tracked<Said>>,
    /// A peer has come or gone, or hears with others than before.
    membership_changed: bool,
}

impl Publisher {
    pub(crate) fn reader(&self) -> Reader {
        Reader(Arc::clone(&self.shared))
    }

    /// Notes a change; whether it is the first for this destination since the
    /// last publication.
    pub(crate) fn mark(&mut self, id: PrefixId) -> bool {
        self.dirty.push(id)
    }

    /// Notes that what a peer said of a destination has changed.
    pub(crate) fn mark_said(&mut self, peer: PeerId, id: PrefixId, table: &mut Table) {
        self.said.entry(peer).or_default().mark(id, table);
    }

    pub(crate) const fn note_membership(&mut self) {
        self.membership_changed = true;
    }

    /// Follows the changes of best routes; whether there were some. `best` tells the best
    /// route to a destination.
    pub(crate) fn follow_best(
        &mut self,
        table: &mut Table,
        best: impl Fn(&Table, PrefixId) -> Option<(Best, Option<Arc<NlriBuf>>)>,
    ) -> bool {
        let changed = !self.dirty.is_empty();
        while let Some(id) = self.dirty.pop() {
            if let Some(destination) = table.destination(id) {
                self.current.set(destination, best(table, id));
            }
            table.unreference(id);
        }
        changed
    }

    /// Follows what peers said and groups were told; whether anything changed.
    pub(crate) fn follow_peers(
        &mut self,
        table: &mut Table,
        groups: &mut Groups,
        said: impl Fn(&Table, PeerId, PrefixId) -> Option<Said>,
    ) -> bool {
        let mut changed = std::mem::take(&mut self.membership_changed);
        for (peer, tracked) in &mut self.said {
            changed |= tracked.follow(table, |table, id| said(table, *peer, id));
        }
        for group in groups.iter_mut() {
            if let Some(mut readers) = group.readers.take() {
                changed |= readers.follow(table, |_, id| group.told_of(id));
                group.readers = Some(readers);
            }
        }
        changed
    }

    /// Takes over what readers shall see of these peers.
    pub(crate) fn show_peers<'a>(
        &mut self,
        peers: impl Iterator<Item = (PeerId, Option<(&'a Tracked<ToldTo>, Listener)>)>,
    ) {
        let said = &self.said;
        let views = peers.map(|(id, told)| (id, PeerView::new(said.get(&id), told)));
        let views: BTreeMap<PeerId, PeerView> = views.collect();
        self.said.retain(|id, _| views.contains_key(id));
        self.current.peers = Arc::new(views);
    }

    /// Shows readers what was followed.
    pub(crate) fn publish(&mut self) {
        self.current.version += 1;
        self.shared.store(Arc::new(self.current.clone()));
    }
}
