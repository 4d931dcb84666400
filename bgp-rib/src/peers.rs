//! The peers of a RIB, by identifier.

use crate::peer::Peer;
use crate::{PeerConfig, PeerId};

/// Peers in the order in which they were added. Of one that was removed a word is left:
/// identifiers are not used again, so that a late event finds nobody and not somebody else.
#[derive(Debug, Default)]
pub(crate) struct Peers(Vec<Option<Box<Peer>>>);

impl Peers {
    pub(crate) fn add(&mut self, config: PeerConfig) -> PeerId {
        let id = PeerId::at(self.0.len());
        self.0.push(Some(Box::new(Peer::new(config))));
        id
    }

    /// Removes a peer, which has no routes any more.
    pub(crate) fn remove(&mut self, id: PeerId) {
        if let Some(place) = self.0.get_mut(id.index()) {
            *place = None;
        }
    }

    pub(crate) fn get(&self, id: PeerId) -> Option<&Peer> {
        self.0.get(id.index())?.as_deref()
    }

    pub(crate) fn get_mut(&mut self, id: PeerId) -> Option<&mut Peer> {
        self.0.get_mut(id.index())?.as_deref_mut()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (PeerId, &Peer)> {
        let places = self.0.iter().enumerate();
        places.filter_map(|(index, peer)| Some((PeerId::at(index), peer.as_deref()?)))
    }
}
