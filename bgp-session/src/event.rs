//! What a session tells its embedder, and the bounded queue that holds it.
//!
//! The order in which events come is a promise:
//!
//! - requests ([`Event::Close`], [`Event::Dial`]) before everything else, as
//!   sockets are scarce;
//! - news of the session before what the peer sent: an UPDATE is never handed
//!   out after the Down of its session, nor before its Established;
//! - UPDATEs, End-of-RIB markers and refreshes in the order of the wire.
//!
//! INVARIANT: the embedder sees Established and Down in turn. When too much
//! news waits it is condensed to the sum of what was missed, which keeps that.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use bgp_wire::{Family, FamilySet, UpdateView};

use crate::{ConnId, DownReason, Negotiated, State};

/// What [`Session::poll_event`](crate::Session::poll_event) returns: something to
/// do ([`Dial`](Self::Dial), [`Close`](Self::Close)) or to know.
///
/// A session that comes up, brings routes and is shut down is seen as
/// `Dial`, `StateChanged` (four times), `Established`, `Update` …, `EndOfRib` for
/// each family, `Down`, `StateChanged`, `Close`. Only `Established` to `Down`
/// concern a RIB.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Open a TCP connection to `remote` and report
    /// [`handle_connected`](crate::Session::handle_connected) or
    /// [`handle_closed`](crate::Session::handle_closed) with this name.
    Dial {
        /// The name of the new connection.
        conn: ConnId,
        /// The peer.
        remote: SocketAddr,
    },
    /// Close this socket. What had to be written is written, or was given up;
    /// the session does not know the name any more.
    Close {
        /// The connection.
        conn: ConnId,
    },
    /// The session went from one state to another.
    StateChanged {
        /// The state that was reported last.
        from: State,
        /// The state now.
        to: State,
    },
    /// The session is up. Exactly one [`Event::Down`] follows for each.
    Established(Arc<Negotiated>),
    /// The session that was [`Event::Established`] is down. UPDATEs of it that
    /// were not yet polled are gone.
    Down {
        /// Why.
        reason: DownReason,
        /// Families whose routes are to be kept as stale until the peer is
        /// back or its restart time is over (RFC 4724 §4.2, RFC 8538 §4.1);
        /// the routes of all others are to be removed now.
        retain: FamilySet,
    },
    /// A connection ended before it was Established.
    AttemptFailed(DownReason),
    /// The next UPDATE of the peer, lent from the input buffer. An UPDATE that
    /// RFC 7606 treats as withdraw comes as one; End-of-RIB markers come as
    /// [`Event::EndOfRib`].
    Update(UpdateView<'a>),
    /// The peer has sent its whole table of a family (RFC 4724 §2). Only for
    /// families that both speakers enabled.
    EndOfRib(Family),
    /// The peer wants its routes of a family again (RFC 2918 §3).
    RouteRefresh(Family),
    /// The peer begins to send its whole table of a family again
    /// (RFC 7313 §4): its present routes become stale.
    BeginOfRefresh(Family),
    /// The peer has sent its whole table of a family again: routes that are
    /// still stale go.
    EndOfRefresh(Family),
    /// [`Session::handle_prefix_count`](crate::Session::handle_prefix_count) was told a
    /// number at which [`PrefixLimit`](crate::PrefixLimit) warns: `count` has come to the
    /// percentage, or is above `maximum` and nothing else is done about it. Once for each
    /// time that it is reached from below.
    PrefixLimit {
        /// The family.
        family: Family,
        /// How many prefixes the peer has sent.
        count: u64,
        /// How many it may send.
        maximum: u32,
    },
}

/// News that is not lent from a buffer.
#[derive(Clone, Debug)]
pub(crate) enum Notice {
    State(State),
    Established(Arc<Negotiated>),
    Down {
        reason: DownReason,
        retain: FamilySet,
    },
    AttemptFailed(DownReason),
    PrefixLimit {
        family: Family,
        count: u64,
        maximum: u32,
    },
}

/// News in order, bounded: an embedder that does not poll finds the sum of
/// what it missed, never more than [`Notices::LIMIT`] entries.
#[derive(Debug)]
pub(crate) struct Notices {
    queue: VecDeque<Notice>,
    reported: State,
    /// Whether the embedder was told Established and not yet Down.
    up: bool,
}

impl Notices {
    /// Entries that may wait. A whole life of a session is seven.
    const LIMIT: usize = 32;

    pub(crate) const fn new() -> Self {
        Self {
            queue: VecDeque::new(),
            reported: State::Idle,
            up: false,
        }
    }

    pub(crate) fn push(&mut self, notice: Notice) {
        if self.queue.len() >= Self::LIMIT {
            self.condense();
        }
        self.queue.push_back(notice);
    }

    /// Keeps the last state, the Down that the embedder is owed, and an
    /// Established that still holds.
    fn condense(&mut self) {
        let mut state = None;
        let mut owed = None;
        let mut current = None;
        for notice in self.queue.drain(..) {
            match notice {
                Notice::State(_) => state = Some(notice),
                Notice::Established(_) => current = Some(notice),
                Notice::Down { .. } => {
                    current = None;
                    owed = Some(notice);
                }
                Notice::AttemptFailed(_) | Notice::PrefixLimit { .. } => {}
            }
        }
        let owed = owed.filter(|_| self.up);
        self.queue
            .extend(owed.into_iter().chain(state).chain(current));
    }

    /// The next piece of news, oldest first.
    pub(crate) fn pop(&mut self) -> Option<Event<'static>> {
        while let Some(notice) = self.queue.pop_front() {
            match notice {
                Notice::State(to) if to == self.reported => {}
                Notice::State(to) => {
                    let from = std::mem::replace(&mut self.reported, to);
                    return Some(Event::StateChanged { from, to });
                }
                Notice::Established(negotiated) => {
                    self.up = true;
                    return Some(Event::Established(negotiated));
                }
                Notice::Down { reason, retain } => {
                    self.up = false;
                    return Some(Event::Down { reason, retain });
                }
                Notice::AttemptFailed(reason) => return Some(Event::AttemptFailed(reason)),
                Notice::PrefixLimit {
                    family,
                    count,
                    maximum,
                } => {
                    return Some(Event::PrefixLimit {
                        family,
                        count,
                        maximum,
                    });
                }
            }
        }
        None
    }
}
