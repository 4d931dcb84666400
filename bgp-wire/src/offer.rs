//! What the two sides of a session offer in their OPENs, seen from outside, and what that
//! makes of their messages.

use crate::{
    Asn, CapabilityView, Context, Family, FamilySet, MAX_EXTENDED_MESSAGE, MAX_MESSAGE, OpenView,
    PeerType,
};

/// What an OPEN offers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) asn: Asn,
    pub(crate) four_octet_as: bool,
    pub(crate) families: FamilySet,
    pub(crate) add_path_send: FamilySet,
    pub(crate) add_path_receive: FamilySet,
    pub(crate) extended_next_hop: FamilySet,
    pub(crate) multiple_labels: FamilySet,
    pub(crate) extended_message: bool,
    pub(crate) enhanced_refresh: bool,
}

impl Offer {
    pub(crate) fn of(open: &OpenView<'_>) -> Self {
        let mut offer = Self {
            asn: open.my_as(),
            four_octet_as: false,
            families: FamilySet::empty(),
            add_path_send: FamilySet::empty(),
            add_path_receive: FamilySet::empty(),
            extended_next_hop: FamilySet::empty(),
            multiple_labels: FamilySet::empty(),
            extended_message: false,
            enhanced_refresh: false,
        };
        for capability in open.capabilities() {
            offer.take(capability);
        }
        if offer.families.is_empty() {
            // RFC 4760 §8: without the capability it is IPv4 unicast.
            offer.families.insert(Family::IPV4_UNICAST);
        }
        offer
    }

    fn take(&mut self, capability: CapabilityView<'_>) {
        if let CapabilityView::MultiProtocol(family) = capability {
            self.families.insert(family);
        } else if let CapabilityView::FourOctetAs(_) = capability {
            self.four_octet_as = true;
        } else if let CapabilityView::ExtendedMessage = capability {
            self.extended_message = true;
        } else if let CapabilityView::EnhancedRouteRefresh = capability {
            self.enhanced_refresh = true;
        } else if let CapabilityView::AddPath(list) = capability {
            for item in list.iter() {
                if item.direction.sends() {
                    self.add_path_send.insert(item.family);
                }
                if item.direction.receives() {
                    self.add_path_receive.insert(item.family);
                }
            }
        } else if let CapabilityView::ExtendedNextHop(list) = capability {
            for item in list.iter() {
                self.extended_next_hop.insert(item.family);
            }
        } else if let CapabilityView::MultipleLabels(list) = capability {
            for item in list.iter() {
                self.multiple_labels.insert(item.family);
            }
        }
    }

    /// The other side, of which nothing is known but what this one offers.
    #[cfg(feature = "dissect")]
    pub(crate) const fn mirror(self) -> Self {
        Self {
            add_path_send: self.add_path_receive,
            add_path_receive: self.add_path_send,
            ..self
        }
    }

    /// Families with path identifiers in whichever direction.
    #[cfg(feature = "bmp")]
    pub(crate) fn add_path(&self) -> FamilySet {
        self.add_path_send.union(self.add_path_receive)
    }
}

/// The session as the receiver sees it.
pub(crate) fn agree(sender: &Offer, receiver: &Offer) -> Context {
    let mut context = Context::new(match sender.asn == receiver.asn {
        true => PeerType::Internal,
        false => PeerType::External,
    });
    context.four_octet_as = sender.four_octet_as && receiver.four_octet_as;
    context.families = sender.families.intersection(receiver.families);
    context.add_path_receive = sender.add_path_send.intersection(receiver.add_path_receive);
    context.add_path_send = receiver.add_path_send.intersection(sender.add_path_receive);
    context.extended_next_hop = sender
        .extended_next_hop
        .intersection(receiver.extended_next_hop);
    context.multiple_labels = sender
        .multiple_labels
        .intersection(receiver.multiple_labels);
    let limit = |extended| match extended {
        true => MAX_EXTENDED_MESSAGE,
        false => MAX_MESSAGE,
    };
    context.receive_limit = limit(receiver.extended_message);
    context.send_limit = limit(sender.extended_message);
    context.enhanced_route_refresh = sender.enhanced_refresh;
    context.local_as = receiver.asn;
    context.peer_as = sender.asn;
    context
}
