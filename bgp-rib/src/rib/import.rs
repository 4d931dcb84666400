//! What becomes of received attributes: normalised, checked for loops, put
//! through import policy.
//!
//! The work is split by how often it is needed. Once an UPDATE: normalising,
//! hashing into the store, loop checks, the next hop. Once an NLRI: policy,
//! because it may ask for the prefix; but the attributes that policy makes are
//! built and hashed only when its outcome differs from that of the NLRI before.

use super::Rib;
use crate::attribute_set::{AttributeSet, Marks};
use crate::destination::has_no_next_hop;
use crate::filter::{Fields, Outcome, RouteSource, RouteView};
use crate::next_hop::NextHopId;
use crate::peer::{Parity, Peer};
use crate::route::Status;
use crate::routes::{BGP_PREFERENCE, More, Route};
use crate::{DestinationView, FilterChain, PeerId};
use bgp_wire::{Asn, Family, NextHop, PathAttributes, PeerType, Role, UpdateView};
use smallvec::SmallVec;
use std::sync::Arc;

/// What the kind of session adds to routes.
#[derive(Clone, Copy, Default)]
struct Addition {
    /// Every other route is to be better (RFC 8326).
    last_resort: bool,
    /// The route is for customers only, as this AS says (RFC 9234 §5).
    only_to_customer: Option<Asn>,
}

/// The attributes of one UPDATE on their way in.
pub(super) struct Incoming {
    pub(super) received: AttributeSet,
    pub(super) next_hop: NextHopId,
    /// Loops are a matter of the attributes alone.
    loop_status: Status,
    import: FilterChain,
    peer_type: PeerType,
    parity: Parity,
    /// What the session adds after policy.
    addition: Addition,
    /// What policy made of the attributes last, and where that leads; `None`: nothing that fits.
    memo: Option<(Outcome, Option<(AttributeSet, NextHopId)>)>,
    /// Next hops that policy has set, held until the work is done.
    set_by_policy: SmallVec<[NextHopId; 1]>,
    /// For policy that asks.
    fields: Fields,
}

impl Rib {
    /// Prepares the attributes of an UPDATE; `None` when the peer is unknown, or
    /// they have no form that can be kept. Goes back by [`Self::done`].
    pub(super) fn incoming(
        &mut self,
        peer: PeerId,
        update: &UpdateView<'_>,
        next_hop: Option<NextHop>,
    ) -> Option<Incoming> {
        let peer_type = self.peer(peer)?.peer_type;
        let received = self.store.intern_update(update, next_hop).ok()?;
        let received = match has_no_business(&received, peer_type) {
            true => {
                let attributes = normalised(received.to_path_attributes(), peer_type);
                self.store.intern(&attributes).ok()?
            }
            false => received,
        };
        self.incoming_set(peer, received)
    }

    /// The same for attributes that are normalised and shared already.
    pub(super) fn incoming_set(
        &mut self,
        peer: PeerId,
        received: AttributeSet,
    ) -> Option<Incoming> {
        let held = self.peer(peer)?;
        let route_next_hop = received.next_hop();
        let loop_status = self.loop_status(held, &received, route_next_hop.as_ref());
        let import = held.config.import.clone();
        let (peer_type, parity) = (held.peer_type, held.parity);
        let addition = Addition::of(held, &received);
        let next_hop = self
            .next_hops
            .hold(route_next_hop)
            .unwrap_or(NextHopId::NONE);
        Some(Incoming {
            received,
            next_hop,
            loop_status,
            import,
            peer_type,
            parity,
            addition,
            memo: None,
            set_by_policy: SmallVec::new(),
            fields: Fields::default(),
        })
    }

    /// RFC 4271 §9.1.2, §5.1.3, RFC 4456 §8, RFC 5065 §5.3.
    fn loop_status(
        &self,
        peer: &Peer,
        attributes: &AttributeSet,
        next_hop: Option<&NextHop>,
    ) -> Status {
        let as_path = attributes.packed().as_path();
        let count = |asn: Asn| as_path.iter_asns().filter(|held| *held == asn).count();
        let allowed = usize::from(peer.config.allow_local_as);
        let looped = |asn: Asn| count(asn) > allowed;
        let session_as = peer
            .config
            .local_as
            .filter(|asn| *asn != self.config.local_as);
        if looped(self.config.local_as)
            || session_as.is_some_and(looped)
            || self.config.confederation.is_some_and(looped)
        {
            Status::AsLoop
        } else if attributes.originator_id() == Some(self.config.identifier) {
            Status::OriginatorLoop
        } else if attributes.has_passed(self.config.cluster())
            || (peer.config.cluster(&self.config)).is_some_and(|own| attributes.has_passed(own))
        {
            Status::ClusterLoop
        } else if peer.config.is_own(next_hop) {
            Status::OwnNextHop
        } else if is_leaked(peer, attributes) {
            Status::RouteLeak
        } else {
            Status::Usable
        }
    }

    /// The route that the attributes make for a destination.
    pub(super) fn imported(
        &mut self,
        peer: PeerId,
        destination: DestinationView<'_>,
        path_id: u32,
        incoming: &mut Incoming,
    ) -> Route {
        let mut route = incoming.route(peer, destination, path_id);
        if route.status != Status::Usable {
            return route;
        }
        let fields = incoming.fields.of(&incoming.import, &incoming.received);
        let view = RouteView {
            destination,
            attributes: fields,
            source: RouteSource::Peer(incoming.peer_type),
            interface: self.next_hops.interface(incoming.next_hop),
            session: incoming.peer_type,
            rpki: self.rpki_state(&incoming.import, &destination, fields, self.config.local_as),
        };
        let outcome = incoming.import.decide(&view);
        if !outcome.accepted {
            route.status = Status::Rejected;
            return route;
        }
        let preference = outcome.preference.unwrap_or(BGP_PREFERENCE);
        if outcome.changes.is_empty() && !incoming.addition.is_any() {
            if preference != BGP_PREFERENCE {
                route.change(incoming.received.clone(), preference);
            }
            return route;
        }
        match self.changed(incoming, outcome) {
            Some((effective, next_hop)) => {
                route.change(effective, preference);
                if !has_no_next_hop(destination.family()) {
                    route.next_hop = next_hop;
                }
            }
            None => route.status = Status::TooLarge,
        }
        route
    }

    /// Gives back what an UPDATE at work has held.
    pub(super) fn done(&mut self, incoming: Incoming) {
        let set_by_policy = incoming.set_by_policy;
        for next_hop in set_by_policy.into_iter().chain([incoming.next_hop]) {
            self.next_hops.release(next_hop);
        }
    }

    /// What policy and session make of the attributes, if it has a form, and where it leads.
    fn changed(
        &mut self,
        incoming: &mut Incoming,
        outcome: Outcome,
    ) -> Option<(AttributeSet, NextHopId)> {
        if let Some((held, attributes)) = &incoming.memo
            && *held == outcome
        {
            return attributes.clone();
        }
        let mut changed = incoming.received.to_path_attributes();
        incoming.import.apply(&outcome, &mut changed);
        incoming.addition.make(&mut changed);
        let mut next_hop = incoming.next_hop;
        if changed.next_hop != incoming.received.next_hop()
            && let Some(other) = self.next_hops.hold(changed.next_hop)
        {
            incoming.set_by_policy.push(other);
            next_hop = other;
        }
        let made = self.store.intern(&changed).ok();
        let made = made.map(|attributes| (attributes, next_hop));
        incoming.memo = Some((outcome, made.clone()));
        made
    }

    /// Whether a session takes NLRI of a family.
    pub(super) fn takes(&self, peer: PeerId, family: Family) -> bool {
        let session = self.peer(peer).and_then(|peer| peer.session.as_ref());
        session.is_some_and(|session| session.context.families.contains(family))
    }
}

impl Incoming {
    /// The route before policy.
    fn route(&self, peer: PeerId, destination: DestinationView<'_>, path_id: u32) -> Route {
        let more = destination.to_nlri().map(|nlri| {
            Arc::new(More {
                received: self.received.clone(),
                origin: None,
                preference: BGP_PREFERENCE,
                nlri: Some(nlri),
            })
        });
        let family = destination.family();
        Route {
            peer: Some(peer),
            path_id,
            local_path_id: 0,
            next_hop: match has_no_next_hop(family) {
                true => NextHopId::OWN,
                false => self.next_hop,
            },
            effective: self.received.clone(),
            more,
            status: self.loop_status,
            parity: self.parity.of(family),
        }
    }
}

impl Addition {
    fn of(peer: &Peer, received: &AttributeSet) -> Self {
        Self {
            last_resort: is_last_resort(peer, received),
            only_to_customer: restriction(peer, received),
        }
    }

    const fn is_any(self) -> bool {
        self.last_resort || self.only_to_customer.is_some()
    }

    const fn make(self, attributes: &mut PathAttributes) {
        if self.last_resort {
            attributes.local_pref = Some(0);
        }
        if self.only_to_customer.is_some() {
            attributes.only_to_customer = self.only_to_customer;
        }
    }
}

/// Our role, where the procedures of RFC 9234 hold.
fn role(peer: &Peer) -> Option<Role> {
    peer.config
        .role
        .filter(|_| peer.peer_type == PeerType::External)
}

/// RFC 9234 §5: a customer or a client has passed on what was for customers only, or a lateral
/// peer has what somebody else has marked.
fn is_leaked(peer: &Peer, received: &AttributeSet) -> bool {
    let Some(marked_by) = received.only_to_customer() else {
        return false;
    };
    match role(peer) {
        Some(Role::Provider | Role::RouteServer) => true,
        Some(Role::Peer) => marked_by != peer.peer_as,
        Some(Role::Customer | Role::RouteServerClient | Role::Unknown(_)) | None => false,
    }
}

/// RFC 9234 §5: what comes from a provider, a lateral peer or a route server is for customers
/// only, also if they do not say so.
fn restriction(peer: &Peer, received: &AttributeSet) -> Option<Asn> {
    let from_above = matches!(
        role(peer),
        Some(Role::Customer | Role::Peer | Role::RouteServerClient)
    );
    (from_above && !received.has(Marks::ONLY_TO_CUSTOMER)).then_some(peer.peer_as)
}

/// RFC 8326 §4.1, §4.2: an external peer, or we, are about to shut the session down.
fn is_last_resort(peer: &Peer, received: &AttributeSet) -> bool {
    let announced = || received.has(Marks::GRACEFUL_SHUTDOWN);
    let config = &peer.config;
    peer.peer_type == PeerType::External
        && (config.graceful_shutdown || (config.accept_graceful_shutdown && announced()))
}

/// Whether there is something to drop.
fn has_no_business(attributes: &AttributeSet, peer_type: PeerType) -> bool {
    let reflected = Marks::ORIGINATOR_ID | Marks::CLUSTER_LIST;
    attributes.has(match peer_type {
        PeerType::External => reflected | Marks::LOCAL_PREF,
        PeerType::ConfederationExternal => reflected,
        PeerType::Internal => Marks::empty(),
    })
}

/// Drops what an external peer has no business to say (RFC 4271 §5.1.5, RFC
/// 4456 §8).
fn normalised(mut attributes: PathAttributes, peer_type: PeerType) -> PathAttributes {
    if peer_type == PeerType::External {
        attributes.local_pref = None;
    }
    if peer_type != PeerType::Internal {
        attributes.originator_id = None;
        attributes.cluster_list.clear();
    }
    attributes
}
