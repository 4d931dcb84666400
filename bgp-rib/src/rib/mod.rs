//! The RIB: tables, peers, groups, and the events that move them.

mod decide;
mod event;
mod explain;
mod groups;
mod import;
mod local;
mod policy;
mod publish;
mod read;
mod session;
mod transmit;
mod update;

pub use event::{BestChange, Changes, Event};
pub use read::Statistics;

use crate::attributes::AttributeStore;
use crate::group::Groups;
use crate::next_hop::NextHops;
use crate::peer::Peer;
use crate::snapshot::Publisher;
use crate::table::Table;
use crate::{PeerConfig, PeerId, RibConfig};
use event::ChangeLog;

/// The routing information base of one speaker (RFC 4271 §3.2): Adj-RIBs-In,
/// Loc-RIB and Adj-RIBs-Out of IPv4 and IPv6 unicast.
///
/// Everything that happens comes in through [`apply`](Self::apply); messages for
/// peers are fetched with [`poll_transmit`](Self::poll_transmit). No clock, no
/// thread, no I/O: the same events in the same order give the same changes and
/// the same messages.
///
/// Cost: an event costs what it changes. A received prefix is one hash lookup,
/// one decision over the routes to it and one mark in each update group; policy
/// towards peers runs when they are polled.
#[derive(Debug)]
pub struct Rib {
    config: RibConfig,
    store: AttributeStore,
    table: Table,
    next_hops: NextHops,
    /// Peers by identifier. Removed ones leave an empty shell, as identifiers
    /// are not used again.
    peers: Vec<Peer>,
    groups: Groups,
    publisher: Option<Publisher>,
    /// Room for one message while it is encoded.
    scratch: Vec<u8>,
}

impl Rib {
    /// An empty RIB.
    #[must_use]
    pub fn new(config: RibConfig) -> Self {
        Self {
            store: AttributeStore::default(),
            table: Table::default(),
            next_hops: NextHops::new(config.assume_reachable),
            peers: Vec::new(),
            groups: Groups::default(),
            publisher: None,
            scratch: Vec::new(),
            config,
        }
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &RibConfig {
        &self.config
    }

    /// Adds a peer, whose session is down.
    pub fn add_peer(&mut self, config: PeerConfig) -> PeerId {
        let id = PeerId(u32::try_from(self.peers.len()).unwrap_or(u32::MAX));
        self.peers.push(Peer::new(config));
        id
    }

    /// Removes a peer as if its session had ended, for good. Its identifier
    /// stays unused; events for it have no effect.
    pub fn remove_peer(&mut self, peer: PeerId) -> Changes {
        let mut log = ChangeLog::default();
        self.peer_down(peer, bgp_wire::FamilySet::empty(), &mut log);
        if let Some(held) = self.peers.get_mut(peer.index()) {
            held.removed = true;
        }
        self.finish(log)
    }

    /// Lets an event take effect.
    ///
    /// Events of unknown or removed peers, and all but
    /// [`PeerUp`](Event::PeerUp) of peers whose session is down, change nothing.
    pub fn apply(&mut self, event: Event<'_>) -> Changes {
        let mut log = ChangeLog::default();
        match event {
            Event::PeerUp {
                peer,
                identifier,
                context,
            } => {
                self.peer_up(peer, identifier, context, &mut log);
            }
            Event::PeerDown { peer, retain } => self.peer_down(peer, retain, &mut log),
            Event::Update { peer, update } => self.update(peer, update, &mut log),
            Event::EndOfRib { peer, family } => self.end_of_rib(peer, family, &mut log),
            Event::StaleExpired { peer } => self.stale_expired(peer, &mut log),
            Event::RouteRefresh { peer, family } => self.refresh(peer, family),
            Event::FamilyDown { peer, family } => self.family_down(peer, family, &mut log),
            Event::Originate(route) => self.originate(route, &mut log),
            Event::WithdrawLocal(prefix) => self.withdraw(None, prefix.trunc(), 0, &mut log),
            Event::NextHop {
                address,
                reachability,
            } => {
                self.next_hop_news(address, reachability, &mut log);
            }
        }
        self.finish(log)
    }

    fn finish(&self, log: ChangeLog) -> Changes {
        log.finish(|prefix| self.best(prefix))
    }

    fn peer(&self, id: PeerId) -> Option<&Peer> {
        self.peers.get(id.index()).filter(|peer| !peer.removed)
    }

    fn peer_mut(&mut self, id: PeerId) -> Option<&mut Peer> {
        self.peers.get_mut(id.index()).filter(|peer| !peer.removed)
    }
}
