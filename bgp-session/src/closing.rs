//! Connections that the machine has left but whose last words are not yet
//! written. Bounded, and none lingers longer than [`LINGER`].
//!
//! A connection comes here with its output queue, usually a NOTIFICATION, and
//! moves on to `ready` when the transport has taken all of it, when its time is
//! up or when four others linger. From `ready` the embedder is asked to close
//! the socket. Input that still comes on a connection in here is swallowed: its
//! sender cannot know yet.
//!
//! INVARIANT: a connection is in `lingering`, in `ready` or in a machine, never
//! in two of them. Together both lists hold a dozen entries at most: from
//! [`WAITING`] on no connection is taken in, and each tracked one ends once.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::ConnId;
use crate::link::Link;

/// How long a NOTIFICATION may take to leave.
const LINGER: Duration = Duration::from_secs(5);
/// Connections that may linger; one more ends the oldest.
const LINGERING: usize = 4;
/// Connections that may wait for the embedder's close before new ones are
/// turned away.
const WAITING: usize = 8;

/// The connections on their way out.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    lingering: VecDeque<(Box<Link>, Option<Instant>)>,
    ready: VecDeque<ConnId>,
}

impl Closing {
    /// Takes a connection over; it is ready as soon as its output is written.
    pub(crate) fn add(&mut self, now: Instant, link: Box<Link>) {
        if link.outbox.is_empty() {
            return self.ready.push_back(link.id);
        }
        if self.lingering.len() >= LINGERING
            && let Some((oldest, _)) = self.lingering.pop_front()
        {
            self.ready.push_back(oldest.id);
        }
        self.lingering.push_back((link, now.checked_add(LINGER)));
    }

    /// A socket that has nothing to write: a dial that is not wanted any more.
    pub(crate) fn add_bare(&mut self, conn: ConnId) {
        self.ready.push_back(conn);
    }

    /// Whether the embedder owes so many closes that no connection is welcome.
    pub(crate) fn is_full(&self) -> bool {
        self.lingering.len().saturating_add(self.ready.len()) >= WAITING
    }

    /// The next socket to close.
    pub(crate) fn pop(&mut self) -> Option<ConnId> {
        self.ready.pop_front()
    }

    pub(crate) fn link(&self, conn: ConnId) -> Option<&Link> {
        self.lingering
            .iter()
            .find(|(link, _)| link.id == conn)
            .map(|(link, _)| &**link)
    }

    /// Whether this connection is on its way out.
    pub(crate) fn contains(&self, conn: ConnId) -> bool {
        self.ready.contains(&conn) || self.link(conn).is_some()
    }

    /// Takes note of written bytes; what has written everything is ready.
    pub(crate) fn consume(
        &mut self,
        conn: ConnId,
        count: usize,
        finished: impl FnMut(u8),
    ) -> usize {
        let Some(at) = self.lingering.iter().position(|(link, _)| link.id == conn) else {
            return 0;
        };
        let Some((link, _)) = self.lingering.get_mut(at) else {
            return 0;
        };
        let taken = link.outbox.consume(count, finished);
        if link.outbox.is_empty() {
            self.lingering.remove(at);
            self.ready.push_back(conn);
        }
        taken
    }

    /// Forgets a connection that the transport has ended.
    pub(crate) fn forget(&mut self, conn: ConnId) {
        self.lingering.retain(|(link, _)| link.id != conn);
        self.ready.retain(|ready| *ready != conn);
    }

    /// Gives up on those that linger too long.
    pub(crate) fn expire(&mut self, now: Instant) {
        // All are looked at: a clock that ran backwards leaves them out of order.
        let Self { lingering, ready } = self;
        lingering.retain(|(link, deadline)| {
            let due = deadline.is_some_and(|deadline| deadline <= now);
            ready.extend(due.then_some(link.id));
            !due
        });
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.lingering
            .iter()
            .filter_map(|(_, deadline)| *deadline)
            .min()
    }
}
