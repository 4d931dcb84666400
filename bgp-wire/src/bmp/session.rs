//! What the OPENs of a Peer Up say of the UPDATEs behind it.

use super::peer::PeerHeader;
use crate::offer::{Offer, agree};
use crate::{Context, FamilySet, MAX_EXTENDED_MESSAGE, OpenView, PeerType};

/// A session between a monitored router and a peer. A station keeps one for each
/// [`PeerHeader::key`], from Peer Up to Peer Down.
///
/// ```
/// use std::collections::HashMap;
/// use bgp_wire::bmp::{BmpFrames, BmpMessage};
///
/// # fn station(stream: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
/// let mut sessions = HashMap::new();
/// for frame in BmpFrames::new(stream) {
///     match frame?.decode() {
///         Ok(BmpMessage::PeerUp(up)) => {
///             sessions.insert(up.peer.key(), up.session()?);
///         }
///         Ok(BmpMessage::PeerDown(down)) => {
///             println!("{}: {}", down.peer, down.reason);
///             sessions.remove(&down.peer.key());
///         }
///         Ok(BmpMessage::RouteMonitoring(routes)) => {
///             match routes.scan(sessions.get(&routes.peer.key())) {
///                 Ok(update) => println!("{}: {update}", routes.peer),
///                 Err(error) => println!("{}: {error}", routes.peer),
///             }
///         }
///         Ok(_) => {}
///         Err(error) => println!("left out: {error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PeerSession {
    router: Offer,
    peer: Offer,
}

impl PeerSession {
    /// The session of two OPENs.
    #[must_use]
    pub fn new(sent: &OpenView<'_>, received: &OpenView<'_>) -> Self {
        Self {
            router: Offer::of(sent),
            peer: Offer::of(received),
        }
    }

    /// How UPDATEs of one of the peer's tables read.
    ///
    /// Path identifiers are there as both sides agreed for the direction of the table; in
    /// a Loc-RIB where the OPEN has the capability, in whichever direction (RFC 9069
    /// §5.2). AS numbers have the width that the header says. All families are read,
    /// messages of any size, routes without a next hop (RFC 8671 §5.2), and the peer
    /// counts as internal, so that nothing is left out for who sent it.
    #[must_use]
    pub fn context(&self, peer: &PeerHeader) -> Context {
        let agreed = agree(&self.peer, &self.router);
        let mut context = unknown(peer);
        context.add_path_receive =
            match peer.rib() {
                super::MonitoredRib::AdjRibInPrePolicy
                | super::MonitoredRib::AdjRibInPostPolicy => agreed.add_path_receive,
                super::MonitoredRib::AdjRibOutPrePolicy
                | super::MonitoredRib::AdjRibOutPostPolicy => agreed.add_path_send,
                super::MonitoredRib::LocRib => self.router.add_path(),
            };
        context.multiple_labels = agreed.multiple_labels;
        context.local_as = agreed.local_as;
        context
    }
}

/// What can be said without a Peer Up.
pub(crate) fn unknown(peer: &PeerHeader) -> Context {
    let mut context = Context::new(PeerType::Internal);
    context.four_octet_as = peer.four_octet_as();
    context.families = FamilySet::all();
    context.extended_next_hop = FamilySet::all();
    context.receive_limit = MAX_EXTENDED_MESSAGE;
    context.send_limit = MAX_EXTENDED_MESSAGE;
    context.watched = true;
    context.peer_as = peer.asn;
    context
}
