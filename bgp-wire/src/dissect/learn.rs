//! What a connection negotiated, learnt from its OPENs or guessed without them.

use super::message;
use super::node::Node;
use crate::offer::{Offer, agree};
use crate::{Context, FamilySet, MAX_EXTENDED_MESSAGE, OpenView, PeerType, UpdateView};

/// One of the two directions of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Direction {
    /// From the one side to the other.
    Forward,
    /// The other way.
    Backward,
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
            (Some(one), None) => Some(agree(&one, &one.mirror())),
            (None, Some(one)) => Some(agree(&one.mirror(), &one)),
            (Some(sender), Some(receiver)) => Some(agree(&sender, &receiver)),
        }
    }
}

/// The reading of a message with the fewest faults.
fn guess(bytes: &[u8]) -> Context {
    let mut plain = Context::new(PeerType::Internal);
    plain.families = FamilySet::all();
    plain.extended_next_hop = FamilySet::all();
    plain.receive_limit = MAX_EXTENDED_MESSAGE;
    plain.enhanced_route_refresh = true;
    let mut narrow = plain;
    narrow.four_octet_as = false;
    let wide = with_path_ids(plain);
    best(bytes, [plain, narrow, wide, with_path_ids(narrow)])
}

/// The same where the peer sends path identifiers in every family.
pub(super) const fn with_path_ids(mut context: Context) -> Context {
    context.add_path_receive = FamilySet::all();
    context
}

/// The first of those readings of a message that have the fewest faults.
pub(super) fn best<const N: usize>(bytes: &[u8], readings: [Context; N]) -> Context {
    let mut best: Option<(usize, Context)> = None;
    for context in readings {
        let faults = faults(bytes, &context);
        if best.is_none_or(|(fewest, _)| faults < fewest) {
            best = Some((faults, context));
        }
        if faults == 0 {
            break;
        }
    }
    best.map_or(Context::new(PeerType::Internal), |(_, context)| context)
}

/// Only UPDATEs read one way or another. Several default routes count as a fault: that is
/// what path identifiers look like without ADD-PATH.
fn faults(bytes: &[u8], context: &Context) -> usize {
    let Ok(update) = UpdateView::scan(bytes, context) else {
        return usize::MAX;
    };
    let routes = update.reachable().chain(update.unreachable());
    let defaults = routes
        .filter(|route| route.prefix.prefix_len() == 0)
        .count();
    update
        .findings()
        .total()
        .saturating_add(defaults.saturating_sub(1))
}
