//! What a connection negotiated, learnt from its OPENs or guessed without them.

use super::message;
use super::node::{Node, Outcome};
use crate::{
    Asn, CapabilityView, Context, Family, FamilySet, MAX_EXTENDED_MESSAGE, MAX_MESSAGE, OpenView,
    PeerType,
};

/// One of the two directions of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Direction {
    /// From the one side to the other.
    Forward,
    /// The other way.
    Backward,
}

/// What an OPEN offers.
#[derive(Clone, Copy, Debug)]
struct Offer {
    asn: Asn,
    four_octet_as: bool,
    families: FamilySet,
    add_path_send: FamilySet,
    add_path_receive: FamilySet,
    extended_next_hop: FamilySet,
    multiple_labels: FamilySet,
    extended_message: bool,
    enhanced_refresh: bool,
}

impl Offer {
    fn of(open: &OpenView<'_>) -> Self {
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
}

/// Dissects the messages of one connection and learns from its OPENs how to read the rest.
///
/// With the OPENs of both directions, UPDATEs are read by what both offer. With one, the
/// other side is taken to offer the same, and to take and send whatever path identifiers
/// the one sends and takes. Without any, each UPDATE is read four ways (4-octet and 2-octet
/// AS numbers, without and with path identifiers) and the reading with the fewest faults
/// counts, the earlier of equals; several default routes in one field count as a fault, as
/// that is what path identifiers look like without ADD-PATH.
#[derive(Clone, Debug)]
pub struct Dissector {
    base: Option<Context>,
    offers: [Option<Offer>; 2],
}

impl Default for Dissector {
    fn default() -> Self {
        Self::new()
    }
}

impl Dissector {
    /// A connection of which nothing is known.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            base: None,
            offers: [None, None],
        }
    }

    /// A connection that reads by this context until both OPENs tell otherwise.
    #[must_use]
    pub const fn with_context(context: Context) -> Self {
        Self {
            base: Some(context),
            offers: [None, None],
        }
    }

    /// Dissects the next messages of a direction.
    pub fn dissect(&mut self, direction: Direction, bytes: &[u8]) -> Node {
        message::stream(bytes, |one| {
            self.learn(direction, one);
            self.context(direction).unwrap_or_else(|| guess(one))
        })
    }

    fn learn(&mut self, direction: Direction, message: &[u8]) {
        if let Ok(open) = OpenView::decode(message) {
            let [forward, backward] = &mut self.offers;
            match direction {
                Direction::Forward => *forward = Some(Offer::of(&open)),
                Direction::Backward => *backward = Some(Offer::of(&open)),
            }
        }
    }

    /// How messages of a direction read; `None` while that has to be guessed.
    #[must_use]
    pub fn context(&self, direction: Direction) -> Option<Context> {
        let [forward, backward] = self.offers;
        let (sender, receiver) = match direction {
            Direction::Forward => (forward, backward),
            Direction::Backward => (backward, forward),
        };
        match (sender, receiver) {
            (None, None) => self.base,
            (Some(_), None) | (None, Some(_)) if self.base.is_some() => self.base,
            (Some(one), None) => Some(agree(&one, &mirror(one))),
            (None, Some(one)) => Some(agree(&mirror(one), &one)),
            (Some(sender), Some(receiver)) => Some(agree(&sender, &receiver)),
        }
    }
}

/// The other side of which nothing is known but what this one offers.
const fn mirror(offer: Offer) -> Offer {
    Offer {
        add_path_send: offer.add_path_receive,
        add_path_receive: offer.add_path_send,
        ..offer
    }
}

/// The session as the receiver sees it.
fn agree(sender: &Offer, receiver: &Offer) -> Context {
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

/// The reading of a message with the fewest faults.
fn guess(bytes: &[u8]) -> Context {
    let mut plain = Context::new(PeerType::Internal);
    plain.families = FamilySet::all();
    plain.extended_next_hop = FamilySet::all();
    plain.receive_limit = MAX_EXTENDED_MESSAGE;
    plain.enhanced_route_refresh = true;
    let mut best = (usize::MAX, plain);
    for (four, add_path) in [(true, false), (false, false), (true, true), (false, true)] {
        let mut context = plain;
        context.four_octet_as = four;
        if add_path {
            context.add_path_receive = FamilySet::all();
        }
        let faults = faults(&message::stream(bytes, |_| context));
        if faults < best.0 {
            best = (faults, context);
        }
        if faults == 0 {
            break;
        }
    }
    best.1
}

fn faults(node: &Node) -> usize {
    let own = node.findings.iter().map(|note| match note.outcome {
        Outcome::SessionReset => 10,
        Outcome::Accept
        | Outcome::AttributeDiscard
        | Outcome::TreatAsWithdraw
        | Outcome::AfiSafiDisable => 1,
    });
    let defaults = node
        .children
        .iter()
        .filter(|child| child.name == "Route" && child.text.ends_with("/0"))
        .count();
    let own = own
        .sum::<usize>()
        .saturating_add(defaults.saturating_sub(1));
    node.children
        .iter()
        .fold(own, |sum, child| sum.saturating_add(faults(child)))
}
