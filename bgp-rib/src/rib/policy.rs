//! Changes of policy while sessions are up.
//!
//! Import policy is asked again about what was *received*, which is kept beside
//! what policy made of it (one pointer where policy changed nothing); that is
//! the "soft reconfiguration" of other speakers without a second table. Export
//! policy is part of the key of an update group, so its change moves the peer to
//! another group, which compares and tells the differences.

use super::Rib;
use super::event::ChangeLog;
use super::import::Incoming;
use crate::attribute_set::AttributeSet;
use crate::table::PrefixId;
use crate::{Changes, Destination, FilterChain, PeerConfig, PeerId};
use bgp_wire::Family;
use std::sync::Arc;

impl Rib {
    /// Replaces the import policy of a peer and judges its routes anew; what was
    /// received is kept beside what policy made of it, so the peer need not
    /// send anything again (RFC 4271 §3.2). O(routes of the peer).
    ///
    /// Routes refused under `keep_rejected: false` are not there to be judged:
    /// such a peer has to be asked for a refresh.
    pub fn set_import(&mut self, peer: PeerId, chain: FilterChain) -> Changes {
        let mut log = ChangeLog::default();
        let Some(held) = self.peer_mut(peer) else {
            return Changes::default();
        };
        if held.config.import != chain {
            held.config.import = chain;
            self.reimport(peer, &mut log);
        }
        self.finish(log)
    }

    /// Replaces the export policy of a peer. It hears of the differences when it
    /// is polled: what is refused now is withdrawn, what passes now announced,
    /// what stays the same not mentioned. Other peers notice nothing.
    /// O(destinations).
    ///
    /// ```
    /// # use bgp_rib::{FilterChain, PeerConfig, Rib, RibConfig};
    /// # let mut rib = Rib::new(RibConfig::new(bgp_wire::Asn(64512), [10, 0, 0, 1].into()));
    /// # let peer = rib.add_peer(PeerConfig::new([10, 0, 0, 2].into()));
    /// // Take a node out of service without ending its sessions.
    /// rib.set_export(peer, FilterChain::reject_all());
    /// ```
    pub fn set_export(&mut self, peer: PeerId, chain: FilterChain) {
        let Some(held) = self.peer_mut(peer) else {
            return;
        };
        held.config.export = chain;
        let context = held.session.as_ref().map(|session| session.context);
        if let Some(context) = context {
            let _ = self.rekey(peer, &context);
        }
    }

    /// Takes another configuration of a peer, whose session goes on: its routes are judged anew,
    /// and it and others hear of the differences when they are polled. What is set by
    /// [`Self::set_import`], [`Self::set_export`] and [`Self::set_graceful_shutdown`] is part of it.
    /// O(routes of the peer + destinations), and destinations times groups where the peer becomes
    /// a client or is one no longer.
    ///
    /// Routes that the old configuration refused without keeping them
    /// ([`PeerConfig::keep_rejected`]) are not there to be judged.
    ///
    /// ```
    /// # use bgp_rib::{NextHopMode, PeerConfig, Rib, RibConfig};
    /// # let mut rib = Rib::new(RibConfig::new(bgp_wire::Asn(64512), [10, 0, 0, 1].into()));
    /// # let peer = rib.add_peer(PeerConfig::new([10, 0, 0, 2].into()));
    /// let mut config = rib.peer_config(peer).unwrap().clone();
    /// config.next_hop = NextHopMode::SelfNextHop;
    /// let changes = rib.reconfigure_peer(peer, config);
    /// assert!(changes.best.is_empty());
    /// ```
    pub fn reconfigure_peer(&mut self, peer: PeerId, config: PeerConfig) -> Changes {
        let mut log = ChangeLog::default();
        let Some(held) = self.peer_mut(peer) else {
            return Changes::default();
        };
        if held.config == config {
            return Changes::default();
        }
        let reflected = held.config.route_reflector_client != config.route_reflector_client
            || held.config.cluster_id != config.cluster_id;
        held.config = config;
        let context = held.session.as_ref().map(|session| session.context);
        self.reimport(peer, &mut log);
        if let Some(context) = context {
            let _ = self.rekey(peer, &context);
        }
        if reflected {
            self.judge_all_exports();
        }
        self.finish(log)
    }

    /// Says that the session is about to be shut down, or no longer (RFC 8326 §4.2): see
    /// [`PeerConfig::graceful_shutdown`](crate::PeerConfig::graceful_shutdown). The peer hears
    /// of it when it is polled. O(destinations + routes of the peer).
    ///
    /// ```
    /// # use bgp_rib::{PeerConfig, Rib, RibConfig};
    /// # let mut rib = Rib::new(RibConfig::new(bgp_wire::Asn(64512), [10, 0, 0, 1].into()));
    /// # let peer = rib.add_peer(PeerConfig::new([10, 0, 0, 2].into()));
    /// let changes = rib.set_graceful_shutdown(peer, true);
    /// assert!(changes.best.is_empty(), "it has sent no route that was the best one");
    /// // Now send what `poll` gives, wait until the neighbours have other routes, and stop.
    /// ```
    pub fn set_graceful_shutdown(&mut self, peer: PeerId, shutdown: bool) -> Changes {
        let mut log = ChangeLog::default();
        let Some(held) = self.peer_mut(peer) else {
            return Changes::default();
        };
        if held.config.graceful_shutdown == shutdown {
            return Changes::default();
        }
        held.config.graceful_shutdown = shutdown;
        let context = held.session.as_ref().map(|session| session.context);
        self.reimport(peer, &mut log);
        if let Some(context) = context {
            let _ = self.rekey(peer, &context);
        }
        self.finish(log)
    }

    fn reimport(&mut self, peer: PeerId, log: &mut ChangeLog) {
        let Some(held) = self.peer(peer) else { return };
        let prefixes: Vec<PrefixId> = held.prefixes.iter().collect();
        self.reimport_at(peer, &prefixes, log);
    }

    /// Asks import policies about interfaces again, for the routes to some
    /// destinations whose next hops there is news about.
    pub(super) fn reimport_by_interface(&mut self, prefixes: &[PrefixId], log: &mut ChangeLog) {
        if prefixes.is_empty() {
            return;
        }
        let ids = self.peers.iter();
        let asking: Vec<PeerId> = ids
            .filter(|(_, peer)| peer.config.import.asks_interface())
            .map(|(id, _)| id)
            .collect();
        for peer in asking {
            self.reimport_at(peer, prefixes, log);
        }
    }

    pub(super) fn reimport_at(&mut self, peer: PeerId, prefixes: &[PrefixId], log: &mut ChangeLog) {
        let Some(held) = self.peer(peer) else { return };
        let (parity, long_stale) = (held.parity, held.long_stale);
        let mut incoming: Option<Incoming> = None;
        for id in prefixes {
            let Some((family, received)) = self.received(*id, peer) else {
                continue;
            };
            for Received {
                path_id,
                attributes,
                parity: route_parity,
                destination,
            } in received
            {
                let stale = route_parity != parity.of(family);
                let reusable = incoming
                    .as_ref()
                    .is_some_and(|held| held.received == attributes);
                if !reusable {
                    let next = self.incoming_set(peer, attributes);
                    if let Some(old) = std::mem::replace(&mut incoming, next) {
                        self.done(old);
                    }
                }
                let Some(incoming) = &mut incoming else {
                    return;
                };
                let mut route = self.imported(peer, destination.view(), path_id, incoming);
                route.parity ^= stale;
                if stale && long_stale.contains(family) {
                    self.mark_long_lived(&mut route);
                }
                self.put(*id, route, log);
            }
        }
        if let Some(incoming) = incoming {
            self.done(incoming);
        }
    }

    /// What a peer sent for a destination.
    fn received(&self, id: PrefixId, peer: PeerId) -> Option<(Family, Vec<Received>)> {
        let place = self.table.get(id)?;
        let name = self.table.destination(id)?;
        let of_peer = place.routes.iter().filter(|route| route.peer == Some(peer));
        let received = of_peer.map(|route| Received {
            path_id: route.path_id,
            attributes: route.received().clone(),
            parity: route.parity,
            destination: match route.nlri() {
                Some(nlri) => Destination::Nlri(Arc::clone(nlri)),
                None => name.clone(),
            },
        });
        Some((place.family(), received.collect()))
    }
}

/// A route before policy.
struct Received {
    path_id: u32,
    attributes: AttributeSet,
    parity: bool,
    /// As the route carries it.
    destination: Destination,
}
