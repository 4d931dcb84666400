//! What a snapshot shows of single peers: their Adj-RIBs-In and Adj-RIBs-Out.
//!
//! What a peer said is a table for each; what it was told is the table of its update group, of
//! which it did not hear what came from itself.

use super::tree::Tree;
use super::{Best, Snapshot, Tracked};
use crate::group::{Member, Told};
use crate::{Advertised, Attributes, Destination, PeerId, RouteInfo};
use bgp_wire::NlriBuf;
use std::sync::Arc;

/// The routes of one peer to one destination.
pub(crate) type Said = Arc<[(Best, Option<Arc<NlriBuf>>)]>;

/// What a group was told of one destination.
pub(crate) type ToldTo = Arc<[(Told, Option<Arc<NlriBuf>>)]>;

/// What readers see of a peer.
#[derive(Debug, Clone)]
pub(super) struct PeerView {
    said: Tree<Destination, Said>,
    told: Option<(Tree<Destination, ToldTo>, Listener)>,
}

/// Who hears of what a group is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listener {
    pub(crate) member: Member,
    /// The peer is internal.
    pub(crate) internal: bool,
}

impl PeerView {
    pub(super) fn new(
        said: Option<&Tracked<Said>>,
        told: Option<(&Tracked<ToldTo>, Listener)>,
    ) -> Self {
        Self {
            said: said.map(|said| said.tree().clone()).unwrap_or_default(),
            told: told.map(|(told, listener)| (told.tree().clone(), listener)),
        }
    }
}

impl Snapshot {
    /// What a peer sent, before policy, in order of destination: as
    /// [`Rib::adj_rib_in`](crate::Rib::adj_rib_in) at the time of publication. Nothing without
    /// [`RibConfig::publish_peers`](crate::RibConfig::publish_peers).
    ///
    /// ```
    /// use bgp_rib::{Event, LocalOrigin, LocalRoute, PeerConfig, Rib, RibConfig};
    /// use bgp_wire::{Asn, Context, PeerType};
    ///
    /// let mut config = RibConfig::new(Asn(64512), [10, 0, 0, 1].into());
    /// config.publish_peers = true;
    /// let mut rib = Rib::new(config);
    /// let reader = rib.reader(); // for another thread
    /// let own = PeerConfig::new([10, 0, 0, 2].into()).local_address([10, 0, 0, 1].into());
    /// let peer = rib.add_peer(own);
    /// let context = Context::new(PeerType::Internal);
    /// let _ = rib.apply(Event::PeerUp { peer, identifier: [10, 0, 0, 2].into(), context: &context });
    /// let block = LocalRoute::new("192.168.0.0/26".parse()?, LocalOrigin::OwnBlock);
    /// let _ = rib.apply(Event::Originate(block.clone()));
    /// while rib.poll_transmit(peer, &mut [0; 4096]).is_some() {}
    /// rib.publish();
    /// let snapshot = reader.snapshot();
    /// assert_eq!(snapshot.adj_rib_in(peer).count(), 0);
    /// let told: Vec<_> = snapshot.adj_rib_out(peer).map(|route| route.destination).collect();
    /// assert_eq!(told, [block.destination]);
    /// # Ok::<(), ipnet::AddrParseError>(())
    /// ```
    pub fn adj_rib_in(&self, peer: PeerId) -> impl Iterator<Item = RouteInfo> + '_ {
        let view = self.peers.get(&peer);
        let all = view.into_iter().flat_map(|view| view.said.iter());
        all.flat_map(|(destination, routes)| {
            routes
                .iter()
                .map(|(route, nlri)| route.info(destination.clone(), nlri.clone()))
        })
    }

    /// What a peer had been told, in order of destination: as
    /// [`Rib::adj_rib_out`](crate::Rib::adj_rib_out) at the time of publication. Nothing without
    /// [`RibConfig::publish_peers`](crate::RibConfig::publish_peers).
    pub fn adj_rib_out(&self, peer: PeerId) -> impl Iterator<Item = Advertised> + '_ {
        let view = self.peers.get(&peer).and_then(|view| view.told.as_ref());
        view.into_iter().flat_map(|(tree, listener)| {
            tree.iter().flat_map(move |(destination, routes)| {
                let heard = routes.iter().filter(|(told, _)| listener.hears(told));
                heard.map(|(told, nlri)| Advertised {
                    destination: destination.clone(),
                    nlri: nlri.clone(),
                    path_id: told.path_id,
                    attributes: Attributes::from(&told.attributes),
                })
            })
        })
    }
}
