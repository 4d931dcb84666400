//! What waits to be written to one connection: two bounded lanes.
//!
//! OPEN, KEEPALIVE, NOTIFICATION and requests for a route refresh go into the
//! *urgent* lane, UPDATEs and refresh demarcations (whose place among the
//! UPDATEs matters) into the *bulk* lane. The urgent lane goes first at every
//! message boundary, so a keepalive never waits behind a table.
//!
//! INVARIANT: at most one of the lanes has a message that is partly written,
//! and [`Outbox::pending`] then continues with that one: a partial write is
//! never followed by another message.
//!
//! INVARIANT: the urgent lane cannot overflow. It holds at most an OPEN (4,096
//! octets), one KEEPALIVE, [`REQUESTS`] requests of 23 octets and one
//! NOTIFICATION, which is the last thing ever queued.

use crate::message::{Header, kind};
use crate::queue::MessageQueue;

/// Bytes of urgent messages that may wait. The largest NOTIFICATION fits
/// besides everything else the machine sends on its own.
const URGENT: usize = 2 * 65_535;

/// The output of one connection.
#[derive(Debug)]
pub(crate) struct Outbox {
    urgent: MessageQueue,
    bulk: MessageQueue,
    keepalive_waits: bool,
    requests: usize,
}

/// Refresh requests that may wait in the urgent lane.
const REQUESTS: usize = 64;

impl Outbox {
    pub(crate) const fn new(bulk: usize) -> Self {
        Self {
            urgent: MessageQueue::new(URGENT),
            bulk: MessageQueue::new(bulk),
            keepalive_waits: false,
            requests: 0,
        }
    }

    /// Queues a message of the machine. At most one KEEPALIVE waits: a peer
    /// that does not read gains nothing from a second one.
    pub(crate) fn push_urgent(&mut self, message: &[u8]) {
        let keepalive = Header::read(message).message_type == kind::KEEPALIVE;
        if keepalive && self.keepalive_waits {
            return;
        }
        self.keepalive_waits |= keepalive && self.urgent.push(message);
        if !keepalive {
            let _fits_by_construction = self.urgent.push(message);
        }
    }

    /// Queues a request for a route refresh; `false` when too many wait.
    pub(crate) fn push_request(&mut self, message: &[u8]) -> bool {
        if self.requests >= REQUESTS {
            return false;
        }
        self.requests = self.requests.saturating_add(1);
        self.urgent.push(message)
    }

    /// Queues an UPDATE or a refresh demarcation; `false` when it must wait.
    pub(crate) fn push_bulk(&mut self, message: &[u8]) -> bool {
        self.bulk.push(message)
    }

    /// Bytes of UPDATEs that may be queued now.
    pub(crate) fn room(&self) -> usize {
        self.bulk.room()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.urgent.is_empty() && self.bulk.is_empty()
    }

    /// The next bytes for the transport.
    pub(crate) fn pending(&self) -> Option<&[u8]> {
        let bytes = match self.bulk.unfinished() {
            Some(rest) => rest,
            None if self.urgent.is_empty() => self.bulk.pending(),
            None => self.urgent.pending(),
        };
        (!bytes.is_empty()).then_some(bytes)
    }

    /// Takes note that the transport accepted `count` bytes of
    /// [`Self::pending`], and calls `finished` with the type of each message
    /// that is now sent. Returns the bytes taken.
    pub(crate) fn consume(&mut self, count: usize, mut finished: impl FnMut(u8)) -> usize {
        let count = count.min(self.pending().map_or(0, <[u8]>::len));
        if self.bulk.unfinished().is_some() || self.urgent.is_empty() {
            return self.bulk.take(count, finished);
        }
        let Self {
            urgent,
            keepalive_waits,
            requests,
            ..
        } = self;
        urgent.take(count, |message_type| {
            *keepalive_waits &= message_type != kind::KEEPALIVE;
            if message_type == kind::ROUTE_REFRESH {
                *requests = requests.saturating_sub(1);
            }
            finished(message_type);
        })
    }

    /// Drops what would only delay a NOTIFICATION: every UPDATE but the rest
    /// of one that the transport has begun to write.
    pub(crate) fn abandon_bulk(&mut self) {
        self.bulk.truncate_to_unfinished();
    }
}
