//! What goes out: bytes for the transport, and the messages that routing
//! sends.
//!
//! Nothing is encoded here but ROUTE-REFRESH: UPDATEs come as bytes, because
//! one encoding usually serves a whole group of peers. Their header is checked
//! so that a bug in an encoder cannot put the byte stream out of step; their
//! content is the caller's.

use std::time::Instant;

use bgp_wire::{Family, RefreshSubtype, RouteRefresh};

use super::Session;
use crate::message::{HEADER, Header, kind};
use crate::{ConnId, Negotiated};

/// Why a message was not queued. Nothing has changed then; only
/// [`Self::Full`] is worth another try with the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The send queue has no room now; try again when the transport has taken
    /// some of it.
    #[error("send queue is full")]
    Full,
    /// There is no session to send on.
    #[error("session is not established")]
    NotEstablished,
    /// The bytes are not one whole UPDATE message.
    #[error("not one whole UPDATE message")]
    NotAnUpdate,
    /// The message is longer than the peer can receive (RFC 8654 §4).
    #[error("message exceeds what the peer receives")]
    TooLong,
    /// The peer has not offered what the message needs.
    #[error("not negotiated with the peer")]
    NotNegotiated,
}

impl Session {
    /// The next bytes to write to a connection; `None` when nothing waits or
    /// the connection is not known. As many messages as lie together are lent in
    /// one slice. Report what the transport took by [`Self::consume_transmit`]
    /// before any other call: the next one may put a KEEPALIVE or a last
    /// NOTIFICATION in front. A transport that finishes later (a task, a ring of
    /// completions) is given a copy, which counts as taken at once. O(1).
    #[must_use]
    pub fn poll_transmit(&self, conn: ConnId) -> Option<&[u8]> {
        let link = self
            .core
            .link(conn)
            .or_else(|| self.core.env.closing.link(conn))?;
        link.outbox.pending()
    }

    /// The transport has taken the first `count` bytes of
    /// [`Self::poll_transmit`]; more than there were count as all. Messages that
    /// are whole now are counted as sent, and restart the keepalive and send
    /// hold timers. O(messages).
    pub fn consume_transmit(&mut self, now: Instant, conn: ConnId, count: usize) {
        let mut sent = self.core.env.counters.sent;
        let (mut any, mut alive) = (false, false);
        let finished = |message_type| {
            sent.count(message_type);
            any = true;
            alive |= matches!(message_type, kind::UPDATE | kind::KEEPALIVE);
        };
        let taken = match self.core.link_mut(conn) {
            Some(link) => link.outbox.consume(count, finished),
            None => self.core.env.closing.consume(conn, count, finished),
        };
        sent.count_bytes(taken);
        self.core.env.counters.sent = sent;
        if any {
            self.core.sent(now, conn, alive);
        }
    }

    /// Queues one whole UPDATE message, header included, encoded for
    /// [`Negotiated::context`]. Its content is not looked into. O(length).
    ///
    /// # Errors
    /// Nothing is queued then. [`SendError::Full`] is not a failure but the
    /// peer's pace: keep the message, or better, do not make it. Ask
    /// [`Self::send_capacity`] before encoding the next one:
    ///
    /// ```no_run
    /// # fn next_update(_: &mut [u8]) -> Option<usize> { None }
    /// # fn f(session: &mut bgp_session::Session) -> Result<(), bgp_session::SendError> {
    /// let mut message = [0; 65_535];
    /// while session.send_capacity() >= message.len() {
    ///     // Of a RIB: `rib.poll_transmit(peer, &mut message)`.
    ///     let Some(length) = next_update(&mut message) else { break };
    ///     session.send_update(&message[..length])?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn send_update(&mut self, message: &[u8]) -> Result<(), SendError> {
        let negotiated = self.negotiated().ok_or(SendError::NotEstablished)?;
        let header = Header {
            length: message.len(),
            message_type: kind::UPDATE,
        };
        if message.len() < HEADER || Header::read(message) != header {
            return Err(SendError::NotAnUpdate);
        }
        if message.len() > usize::from(negotiated.context.send_limit) {
            return Err(SendError::TooLong);
        }
        self.queue(message)
    }

    /// How many octets of UPDATEs may be queued now; 0 while there is no
    /// session.
    #[must_use]
    pub fn send_capacity(&self) -> usize {
        self.core
            .established_link()
            .map_or(0, |link| link.outbox.room())
    }

    /// Asks the peer for its routes of a family again (RFC 2918 §4), as a change
    /// of import policy may need. The request does not wait behind UPDATEs; the
    /// answer comes as [`Event::Update`](crate::Event::Update)s, between
    /// [`Event::BeginOfRefresh`](crate::Event::BeginOfRefresh) and
    /// [`Event::EndOfRefresh`](crate::Event::EndOfRefresh) if the peer speaks
    /// RFC 7313.
    ///
    /// # Errors
    /// [`SendError::NotNegotiated`] if the peer does not answer requests or the
    /// family is not exchanged, [`SendError::Full`] while 64 requests wait,
    /// [`SendError::NotEstablished`]. Nothing is queued then.
    pub fn request_refresh(&mut self, family: Family) -> Result<(), SendError> {
        let message = self.refresh(family, RefreshSubtype::Request, |negotiated| {
            negotiated.route_refresh
        })?;
        let link = self
            .core
            .established_link_mut()
            .ok_or(SendError::NotEstablished)?;
        if link.outbox.push_request(&message) {
            Ok(())
        } else {
            Err(SendError::Full)
        }
    }

    /// Announces, in its place among the UPDATEs, that all routes of a family
    /// will be sent again (BoRR, RFC 7313 §4). Only after the End-of-RIB of
    /// the family was sent. Send all routes after it, then [`Self::end_refresh`].
    ///
    /// # Errors
    /// As [`Self::send_update`], and [`SendError::NotNegotiated`] if not both
    /// speakers offered enhanced route refresh: then send the routes without.
    pub fn begin_refresh(&mut self, family: Family) -> Result<(), SendError> {
        self.demarcate(family, RefreshSubtype::Begin)
    }

    /// Announces, in its place among the UPDATEs, that all routes of a family
    /// have been sent again (EoRR, RFC 7313 §4). The peer then drops what it did
    /// not hear again.
    ///
    /// # Errors
    /// As [`Self::begin_refresh`]; an announced refresh must be ended, so keep
    /// trying while it is [`SendError::Full`].
    pub fn end_refresh(&mut self, family: Family) -> Result<(), SendError> {
        self.demarcate(family, RefreshSubtype::End)
    }

    fn demarcate(&mut self, family: Family, subtype: RefreshSubtype) -> Result<(), SendError> {
        let message = self.refresh(family, subtype, |negotiated| {
            negotiated.context.enhanced_route_refresh
        })?;
        self.queue(&message)
    }

    fn refresh(
        &self,
        family: Family,
        subtype: RefreshSubtype,
        offered: impl FnOnce(&Negotiated) -> bool,
    ) -> Result<[u8; RouteRefresh::ENCODED_LEN], SendError> {
        let negotiated = self.negotiated().ok_or(SendError::NotEstablished)?;
        if !negotiated.context.families.contains(family) || !offered(negotiated) {
            return Err(SendError::NotNegotiated);
        }
        let mut message = [0; RouteRefresh::ENCODED_LEN];
        match (RouteRefresh { family, subtype }).encode(&mut message) {
            Ok(_) => Ok(message),
            Err(_) => Err(SendError::NotNegotiated),
        }
    }

    fn queue(&mut self, message: &[u8]) -> Result<(), SendError> {
        let link = self
            .core
            .established_link_mut()
            .ok_or(SendError::NotEstablished)?;
        if link.outbox.push_bulk(message) {
            Ok(())
        } else {
            Err(SendError::Full)
        }
    }
}
