//! What goes out: routes as the RIB tells them, and when.

use std::time::Instant;

use super::{LONGEST_MESSAGE, Speaker};
use crate::sim::Socket;

/// Room that all but extended messages (RFC 8654) fit into.
const PLAIN_MESSAGE: usize = 4096;

impl Speaker {
    /// A connection that has something to write. It is named again when it has more, or after
    /// [`Self::transmitted`] if some is left; so a connection that is written to may be passed
    /// over.
    pub fn next_output(&mut self, now: Instant) -> Option<Socket> {
        self.flush(now);
        while let Some(socket) = self.ready.pop_first() {
            if self.transmit(socket).is_some() {
                return Some(socket);
            }
        }
        None
    }

    /// What to write to a connection next.
    #[must_use]
    pub fn transmit(&self, socket: Socket) -> Option<&[u8]> {
        let (index, conn) = self.sockets.get(&socket)?;
        self.peerings.get(*index)?.session.poll_transmit(*conn)
    }

    /// So many bytes of [`Speaker::transmit`] were written.
    pub fn transmitted(&mut self, now: Instant, socket: Socket, count: usize) {
        if let Some((index, conn)) = self.sockets.get(&socket).copied() {
            self.with_session(index, now, |session| {
                session.consume_transmit(now, conn, count)
            });
        }
    }

    /// The connections of a session may have something to write.
    pub(super) fn mark_ready(&mut self, index: usize) {
        let names = self.names.get(&index).into_iter().flatten();
        self.ready.extend(names.map(|(_, socket)| *socket));
    }

    /// Hands the RIB's messages to the sessions as far as these have room: to all of them when
    /// routes have changed, else to those that something was written to.
    fn flush(&mut self, now: Instant) {
        if self.is_deferred() {
            return;
        }
        let hungry = std::mem::take(&mut self.hungry);
        if std::mem::take(&mut self.unflushed) {
            for index in 0..self.peerings.len() {
                self.fill(index, now);
            }
        } else {
            for index in hungry {
                self.fill(index, now);
            }
        }
    }

    /// Hands over as much of what a peer is to be told as its session takes.
    fn fill(&mut self, index: usize, now: Instant) {
        let peering = self.peerings.get_mut(index);
        let Some(peering) = peering.filter(|peering| peering.held_until.is_none()) else {
            return;
        };
        let mut filled = false;
        loop {
            let room = peering.session.send_capacity();
            if room < PLAIN_MESSAGE {
                break;
            }
            let place = self.scratch.get_mut(..room.min(LONGEST_MESSAGE));
            let length = self
                .rib
                .poll_transmit(peering.peer(), place.unwrap_or_default());
            let message = length.and_then(|length| self.scratch.get(..length));
            let Some(message) = message else {
                if self.rib.has_pending(peering.peer()) {
                    // Once others have read, or there is room for a long message.
                    self.hungry.insert(index);
                    break;
                }
                filled |= peering.end_refreshes();
                if filled {
                    peering.hold(now);
                }
                break;
            };
            if peering.session.send_update(message).is_err() {
                break;
            }
            filled = true;
        }
        if filled {
            self.mark_ready(index);
            // To be asked once more when it has nothing left: only then does the RIB bring it
            // together with others that are told the same.
            self.hungry.insert(index);
        }
    }

    /// Whether it is too early to tell peers of routes.
    fn is_deferred(&mut self) -> bool {
        let waits = || {
            self.peerings()
                .any(|peering| !peering.routes.has_heard_all())
        };
        if self.deferred_until.is_some() && !waits() {
            self.deferred_until = None;
        }
        self.deferred_until.is_some()
    }
}
