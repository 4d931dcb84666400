//! The RIB: tables, peers, groups, and the events that move them.
//!
//! ```text
//!  UPDATE ─► import ─► table ─► decide ─┬─► Changes      (to the caller)
//!           (policy)  (routes)  (best)  ├─► groups       (to peers, when polled)
//!                                       └─► publisher    (to readers, when published)
//! ```
//!
//! One file a step. Every change of a route goes through `Rib::change`, which
//! decides anew and marks the destination for whoever has to hear of it; what
//! they hear is worked out later, from the route as it is then. Many changes
//! between two polls therefore cost one message.
//!
//! INVARIANT: a destination has at most one route of each source and path
//! identifier (RFC 7911 §3), so an announcement replaces and never adds to what
//! its source said before.
//!
//! INVARIANT: `peer.prefixes` names exactly the destinations that have a route
//! of the peer, and `peer.routes` counts those routes.

mod decide;
mod event;
mod explain;
mod groups;
mod import;
mod judge;
mod local;
mod policy;
mod publish;
mod read;
mod session;
mod transmit;
mod update;
mod validate;

pub use event::{BestChange, Changes, Event};
pub(crate) use judge::Judge;
pub use read::{Advertised, Memory, Statistics};

use crate::attribute_set::AttributeStore;
use crate::group::Groups;
use crate::next_hop::NextHops;
use crate::peer::Peer;
use crate::peers::Peers;
use crate::snapshot::Publisher;
use crate::table::Table;
use crate::{PeerConfig, PeerId, RibConfig, VrpTable};
use event::ChangeLog;

/// The routing information base of one speaker (RFC 4271 §3.2): Adj-RIBs-In,
/// Loc-RIB and Adj-RIBs-Out of every family that sessions negotiate; IPv4 and IPv6 unicast,
/// which it exists for, take the least memory and time.
///
/// Everything that happens comes in through [`apply`](Self::apply); messages for
/// peers are fetched with [`poll_transmit`](Self::poll_transmit). No clock, no
/// thread, no I/O: the same calls in the same order give the same changes and
/// the same messages.
///
/// Cost: an event costs what it changes. A received prefix is one hash lookup,
/// one decision over the routes to it and one mark in each update group; policy
/// towards peers runs when they are polled.
///
/// Memory: a route is a few words, an attribute set is held once, and each
/// update group (not each peer) remembers what it was told.
///
/// # Sessions and the RIB
///
/// What a session reports maps onto events like this:
///
/// | session | RIB |
/// |---|---|
/// | established | [`Event::PeerUp`] with the negotiated context and the identifier of the peer's OPEN |
/// | UPDATE | [`Event::Update`]; afterwards poll whoever is [`pending`](Self::pending) |
/// | End-of-RIB | [`Event::EndOfRib`] |
/// | route refresh asked for | [`Event::RouteRefresh`]; if marks are sent around it (RFC 7313), the second when [`poll_transmit`](Self::poll_transmit) gives `None` |
/// | begin, end of a refresh | [`Event::BeginOfRefresh`], [`Event::EndOfRefresh`] |
/// | down, families to retain | [`Event::PeerDown`] with them, and a timer for [`Event::StaleExpired`] |
/// | Restart Time over, long-lived graceful restart | [`Event::LongLivedStale`], and a timer for [`Event::StaleExpired`] |
/// | can write | [`poll_transmit`](Self::poll_transmit) until `None` or the socket is full |
///
/// ```
/// use bgp_rib::{Event, PeerConfig, Rib, RibConfig};
/// use bgp_wire::{
///     AsPath, Asn, Context, Family, NextHop, Nlri, PathAttributes, PeerType, UpdatePacker, UpdateView,
/// };
///
/// let mut rib = Rib::new(RibConfig::new(Asn(64512), [192, 0, 2, 1].into()));
/// let context = Context::new(PeerType::External);
/// let mut neighbour = |last: u8| {
///     let address = [192, 0, 2, last].into();
///     let peer = rib.add_peer(PeerConfig::new(address).local_address([192, 0, 2, 1].into()));
///     let identifier = [192, 0, 2, last].into();
///     let _ = rib.apply(Event::PeerUp { peer, identifier, context: &context });
///     peer
/// };
/// let (from, to) = (neighbour(2), neighbour(3));
///
/// // AS 64513 announces a prefix: here an UPDATE made by hand, else the session's.
/// let prefix: ipnet::IpNet = "198.51.100.0/24".parse()?;
/// let attributes = PathAttributes {
///     as_path: AsPath::from_sequence([Asn(64513)]),
///     ..PathAttributes::new(NextHop::V4([192, 0, 2, 2].into()))
/// };
/// let mut bytes = [0; 4096];
/// let length = UpdatePacker::new(&context).announce(
///     &attributes,
///     Family::IPV4_UNICAST,
///     &mut [Nlri::unicast(prefix)].into_iter().peekable(),
///     &mut bytes,
/// )?;
/// let update = UpdateView::scan(&bytes[..length], &context)?;
/// let changes = rib.apply(Event::Update { peer: from, update: &update });
/// assert_eq!(changes.best[0].new.as_ref().map(|route| route.source.peer()), Some(Some(from)));
///
/// // The other neighbour hears of it with our AS in front and our next hop.
/// assert!(rib.pending().any(|peer| peer == to));
/// let length = rib.poll_transmit(to, &mut bytes).expect("an UPDATE");
/// let told = UpdateView::scan(&bytes[..length], &context)?;
/// let told = told.path_attributes(Family::IPV4_UNICAST);
/// assert_eq!(told.as_path.to_string(), "64512 64513");
/// assert_eq!(told.next_hop, Some(NextHop::V4([192, 0, 2, 1].into())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Rib {
    config: RibConfig,
    store: AttributeStore,
    table: Table,
    next_hops: NextHops,
    vrps: VrpTable,
    peers: Peers,
    groups: Groups,
    publisher: Option<Publisher>,
    /// Number of routes originated here.
    own_routes: usize,
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
            vrps: VrpTable::default(),
            peers: Peers::default(),
            groups: Groups::default(),
            publisher: None,
            own_routes: 0,
            scratch: Vec::new(),
            config,
        }
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &RibConfig {
        &self.config
    }

    /// Adds a peer, whose session is down. Peers are told apart by the identifier
    /// returned, not by address. O(1).
    pub fn add_peer(&mut self, config: PeerConfig) -> PeerId {
        self.peers.add(config)
    }

    /// Removes a peer as if its session had ended, for good: its routes go, also
    /// those kept as stale. Its identifier stays unused, so a late event for it
    /// has no effect; a word remains. A peer whose
    /// session is only down is better left where it is. O(routes of the peer).
    pub fn remove_peer(&mut self, peer: PeerId) -> Changes {
        let mut log = ChangeLog::default();
        self.peer_down(peer, bgp_wire::FamilySet::empty(), &mut log);
        self.peers.remove(peer);
        self.finish(log)
    }

    /// Lets an event take effect and tells which best routes changed by it: what
    /// a forwarding table has to follow. Peers are told when they are polled.
    ///
    /// ```
    /// use bgp_rib::{Event, LocalOrigin, LocalRoute, Rib, RibConfig};
    /// use bgp_wire::Asn;
    ///
    /// let mut rib = Rib::new(RibConfig::new(Asn(64512), [10, 0, 0, 1].into()));
    /// let block: ipnet::IpNet = "192.168.0.0/26".parse()?;
    /// let route = LocalRoute::new(block, LocalOrigin::OwnBlock);
    /// for change in rib.apply(Event::Originate(route.clone())).best {
    ///     match (change.old, change.new) {
    ///         (_, Some(new)) => println!("route {} via {:?}", change.destination, new.attributes.next_hop),
    ///         (_, None) => println!("unroute {}", change.destination),
    ///     }
    /// }
    /// assert!(rib.apply(Event::Originate(route)).is_empty(), "nothing new");
    /// assert_eq!(rib.apply(Event::WithdrawLocal(block.into())).best.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
            Event::LongLivedStale { peer, family } => {
                self.long_lived_stale(peer, family, &mut log);
            }
            Event::BeginOfRefresh { peer, family } => self.begin_of_refresh(peer, family),
            Event::EndOfRefresh { peer, family } => self.end_of_rib(peer, family, &mut log),
            Event::StaleExpired { peer } => self.stale_expired(peer, &mut log),
            Event::RouteRefresh { peer, family } => self.refresh(peer, family),
            Event::FamilyDown { peer, family } => self.family_down(peer, family, &mut log),
            Event::Rpki { added, removed } => self.rpki_changed(added, removed, &mut log),
            Event::Originate(route) => self.originate(route, &mut log),
            Event::WithdrawLocal(destination) => {
                self.withdraw(None, destination.view().truncated(), 0, &mut log);
            }
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
        log.finish(|destination| self.best(destination))
    }

    fn peer(&self, id: PeerId) -> Option<&Peer> {
        self.peers.get(id)
    }

    fn peer_mut(&mut self, id: PeerId) -> Option<&mut Peer> {
        self.peers.get_mut(id)
    }
}
