//! Next hops: can they be reached, at what cost, over which interface.
//!
//! The RIB does not resolve next hops: RFC 4271 §9.1.2.1 leaves that to the
//! routing table, which the embedder knows. What it reports is held here, with a
//! reverse index, so that news costs what depends on it and not a table scan.
//!
//! INVARIANT: an entry lives while a route, an UPDATE at work or a report needs
//! it; `users` counts the first two. Peers can make entries only by routes.

use crate::set::PrefixSet;
use crate::table::PrefixId;
use bgp_wire::NextHop;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// What the routing table says about a next hop (RFC 4271 §9.1.2.1).
///
/// ```
/// use bgp_rib::{Event, Reachability, Rib, RibConfig};
/// # let mut rib = Rib::new(RibConfig::new(bgp_wire::Asn(64512), [10, 0, 0, 1].into()));
/// let news = Reachability::Reachable { cost: Some(10), interface: Some("eth0".into()) };
/// let changes = rib.apply(Event::NextHop {
///     address: [10, 0, 0, 7].into(),
///     reachability: Some(news),
/// });
/// assert!(changes.is_empty(), "no route over it yet; the first one will find the news");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reachability {
    /// It cannot be resolved: its routes are not eligible, but stay where they
    /// are until it can.
    Unreachable,
    /// It can.
    Reachable {
        /// Interior cost, where there is one; lower is better, in whatever unit
        /// the routing table counts. The step is skipped for a destination as
        /// soon as one of its routes has none (RFC 4271 §9.1.2.2 e).
        cost: Option<u32>,
        /// The outgoing interface, where known; filters may ask for it.
        interface: Option<Arc<str>>,
    },
}

/// Position of a next hop in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NextHopId(u32);

impl NextHopId {
    /// Of routes originated here without a next hop.
    pub(crate) const OWN: Self = Self(0);
    /// Of a received route that has none: never resolvable.
    pub(crate) const NONE: Self = Self(u32::MAX);
}

#[derive(Debug, Default)]
struct Entry {
    address: Option<IpAddr>,
    /// Routes over this next hop, and UPDATEs at work on it.
    users: usize,
    reachability: Option<Reachability>,
    /// Destinations that may have a route over this next hop: the reverse
    /// index. A superset; a destination too many costs one decision.
    prefixes: PrefixSet,
}

/// Every next hop met, with the destinations that depend on it.
#[derive(Debug)]
pub(crate) struct NextHops {
    index: HashMap<IpAddr, NextHopId>,
    entries: Vec<Entry>,
    free: Vec<NextHopId>,
    assume_reachable: bool,
}

impl NextHops {
    /// `assume_reachable`: what holds for next hops nobody reported on.
    pub(crate) fn new(assume_reachable: bool) -> Self {
        let own = Entry {
            address: None,
            reachability: Some(Reachability::Reachable {
                cost: Some(0),
                interface: None,
            }),
            ..Entry::default()
        };
        Self {
            index: HashMap::new(),
            entries: vec![own],
            free: Vec::new(),
            assume_reachable,
        }
    }

    /// Takes hold of the next hop of received attributes; `None` without one.
    /// To be given back with [`Self::release`].
    pub(crate) fn hold(&mut self, next_hop: Option<NextHop>) -> Option<NextHopId> {
        let id = self.entry(next_hop?.addr())?;
        self.entries.get_mut(id.0 as usize)?.users += 1;
        Some(id)
    }

    /// Gives back one hold; an entry that nobody holds or reported on goes.
    pub(crate) fn release(&mut self, id: NextHopId) {
        let Some(entry) = self.entries.get_mut(id.0 as usize) else {
            return;
        };
        entry.users = entry.users.saturating_sub(1);
        if entry.users == 0
            && entry.reachability.is_none()
            && let Some(address) = entry.address
        {
            *entry = Entry::default();
            self.index.remove(&address);
            self.free.push(id);
        }
    }

    /// Finds or makes the entry of an address; `None` only when 2³² are in use.
    fn entry(&mut self, address: IpAddr) -> Option<NextHopId> {
        if let Some(id) = self.index.get(&address) {
            return Some(*id);
        }
        let entry = Entry {
            address: Some(address),
            ..Entry::default()
        };
        let id = match self.free.pop() {
            Some(id) => {
                *self.entries.get_mut(id.0 as usize)? = entry;
                id
            }
            None => {
                let id = NextHopId(u32::try_from(self.entries.len()).ok()?);
                self.entries.push(entry);
                id
            }
        };
        self.index.insert(address, id);
        Some(id)
    }

    /// Takes hold of `id` for a route to `prefix`.
    pub(crate) fn depend(&mut self, id: NextHopId, prefix: PrefixId) {
        if let Some(entry) = self.entries.get_mut(id.0 as usize) {
            entry.users += 1;
            if id != NextHopId::OWN {
                entry.prefixes.insert(prefix);
            }
        }
    }

    /// RFC 4271 §9.1.2: whether routes over it are eligible.
    pub(crate) fn is_resolvable(&self, id: NextHopId) -> bool {
        match self.reachability(id) {
            Some(Reachability::Reachable { .. }) => true,
            Some(Reachability::Unreachable) => false,
            None => self.assume_reachable && id != NextHopId::NONE,
        }
    }

    /// Interior cost (RFC 4271 §9.1.2.2 e), where one is known.
    pub(crate) fn cost(&self, id: NextHopId) -> Option<u32> {
        match self.reachability(id)? {
            Reachability::Reachable { cost, .. } => *cost,
            Reachability::Unreachable => None,
        }
    }

    /// The outgoing interface, where known.
    pub(crate) fn interface(&self, id: NextHopId) -> Option<&str> {
        match self.reachability(id)? {
            Reachability::Reachable { interface, .. } => interface.as_deref(),
            Reachability::Unreachable => None,
        }
    }

    /// The address; our own "next hop" and the missing one have none.
    pub(crate) fn address(&self, id: NextHopId) -> Option<IpAddr> {
        self.entries.get(id.0 as usize)?.address
    }

    fn reachability(&self, id: NextHopId) -> Option<&Reachability> {
        self.entries.get(id.0 as usize)?.reachability.as_ref()
    }

    /// Records news about a next hop; `None` forgets what was reported. Gives
    /// the destinations to decide anew.
    pub(crate) fn report(
        &mut self,
        address: IpAddr,
        reachability: Option<Reachability>,
    ) -> Vec<PrefixId> {
        let Some(id) = self.entry(address) else {
            return Vec::new();
        };
        let Some(entry) = self.entries.get_mut(id.0 as usize) else {
            return Vec::new();
        };
        if entry.reachability == reachability {
            return Vec::new();
        }
        entry.reachability = reachability;
        let dependent = entry.prefixes.iter().collect();
        // An entry that only a report kept alive goes with the report.
        entry.users += 1;
        self.release(id);
        dependent
    }
}
