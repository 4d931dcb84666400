//! Bytes from a connection: they become messages at once, and messages become
//! events of the machine, except that UPDATEs wait to be polled.
//!
//! The division of labour keeps a session alive under load: whatever touches a
//! timer or a state acts when its bytes arrive, however many UPDATEs wait
//! before it. An UPDATE restarts the hold timer when it arrives, and is parsed
//! when it is polled; one that RFC 7606 answers with a reset therefore ends the
//! session at the poll, after the UPDATEs before it have been handed out.

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use bgp_wire::{Notification, NotificationCode, NotificationView};

use super::Session;
use crate::message::{Feed, Header, kind};
use crate::state::{Input, Machine};
use crate::{ConnId, DownReason, Refused, ResetReason, State, open};

/// How far one message got.
enum Progress {
    /// So many octets were taken.
    Taken(usize),
    /// So many octets were taken, and the next message has no room.
    Full(usize),
}

impl Session {
    /// Bytes have come on a connection, in whatever pieces the transport makes.
    /// Returns how many were taken: all, unless UPDATEs wait that nobody polls.
    /// What was not taken is to be offered again, before anything newer, once
    /// events were polled; the hold timer waits until then.
    ///
    /// An error in a message ends the connection here; the rest of `bytes` then
    /// counts as taken. Bytes on a connection that is being closed are
    /// swallowed.
    ///
    /// KEEPALIVEs, NOTIFICATIONs and OPENs act at once. UPDATEs keep the
    /// session alive at once and wait for [`Self::poll_event`].
    ///
    /// O(bytes), of which UPDATEs are copied once.
    ///
    /// # Errors
    /// [`Refused::UnknownConnection`]: close the socket.
    pub fn handle_bytes(
        &mut self,
        now: Instant,
        conn: ConnId,
        bytes: &[u8],
    ) -> Result<usize, Refused> {
        if self.core.env.closing.contains(conn) {
            return Ok(bytes.len());
        }
        if self.core.link(conn).is_none() {
            return Err(Refused::UnknownConnection(conn));
        }
        let mut taken = 0_usize;
        while let Some(rest @ [_, ..]) = bytes.get(taken..) {
            match self.take_message(now, conn, rest) {
                Progress::Taken(count) => taken = taken.saturating_add(count),
                Progress::Full(count) => {
                    taken = taken.saturating_add(count);
                    break;
                }
            }
        }
        self.core.env.counters.received.count_bytes(taken);
        Ok(taken)
    }

    fn take_message(&mut self, now: Instant, conn: ConnId, input: &[u8]) -> Progress {
        self.drop_stale_updates();
        let limit = self.receive_limit(conn);
        let room = match self.core.machine(conn) {
            Some(Machine::Established(_)) => self.updates.room(),
            _ => usize::MAX,
        };
        let Some(link) = self.core.link_mut(conn) else {
            return Progress::Taken(input.len());
        };
        link.input_refused = false;
        let mut reassembly = mem::take(&mut link.reassembly);
        let admit = |header: Header| !is_queued(header.message_type) || header.length <= room;
        let progress = match reassembly.feed(input, limit, admit) {
            Ok(Feed::Incomplete) => Progress::Taken(input.len()),
            Ok(Feed::Refused { taken }) => Progress::Full(taken),
            Ok(Feed::Whole { taken, message }) => {
                self.message(now, conn, message);
                reassembly.clear();
                Progress::Taken(taken)
            }
            Err(malformed) => {
                let reason = DownReason::Malformed(malformed);
                self.core.deliver(now, conn, Input::MessageErr(reason));
                Progress::Taken(input.len())
            }
        };
        if let Some(link) = self.core.link_mut(conn) {
            link.reassembly = reassembly;
            link.input_refused = matches!(progress, Progress::Full(_));
        }
        progress
    }

    /// The longest message that the peer may send: RFC 8654 §4 looks at what
    /// we have offered.
    fn receive_limit(&self, conn: ConnId) -> u16 {
        match self.core.machine(conn).and_then(Machine::negotiated) {
            Some(negotiated) => negotiated.context.receive_limit,
            None if self.config().extended_message => bgp_wire::MAX_EXTENDED_MESSAGE,
            None => bgp_wire::MAX_MESSAGE,
        }
    }

    fn message(&mut self, now: Instant, conn: ConnId, message: &[u8]) {
        let Header { message_type, .. } = Header::read(message);
        self.core.env.counters.received.count(message_type);
        let input = match message_type {
            kind::OPEN => return self.open(now, conn, message),
            kind::KEEPALIVE => Input::Keepalive,
            // Long enough for code and subcode, or its header was refused; and
            // an error in it could not be reported (RFC 4271 §6.4).
            kind::NOTIFICATION => match NotificationView::decode(message) {
                Ok(received) => Input::Notification(received.into()),
                Err(_) => Input::Notification(Notification::new(UNREADABLE, Vec::new())),
            },
            _ => match self.core.machine(conn) {
                Some(Machine::Established(_)) if !self.updates.push(message) => {
                    Input::AutomaticStop(ResetReason::OutOfResources)
                }
                _ => Input::Update(message_type),
            },
        };
        self.core.deliver(now, conn, input);
    }

    fn open(&mut self, now: Instant, conn: ConnId, message: &[u8]) {
        let Some(machine) = self.core.machine(conn) else {
            return;
        };
        let state = machine.state();
        let Some(link) = machine.link() else { return };
        let unexpected = DownReason::UnexpectedMessage {
            state,
            message_type: kind::OPEN,
        };
        // A second OPEN is wrong; in OpenConfirm what is wrong with it comes first (RFC 4271
        // §8.2.2: event 22 there, "any other event" in Established).
        let reason = match (state, open::receive(self.config(), link, message)) {
            (State::Established, _) | (State::OpenConfirm, Ok(_)) => unexpected,
            (_, Err(reason)) => reason,
            (_, Ok(negotiated)) => {
                return self.core.opened(now, conn, Arc::new(negotiated));
            }
        };
        self.core.deliver(now, conn, Input::MessageErr(reason));
    }
}

/// Whether messages of this type wait to be polled.
const fn is_queued(message_type: u8) -> bool {
    matches!(message_type, kind::UPDATE | kind::ROUTE_REFRESH)
}

/// Stands for a NOTIFICATION without a code.
const UNREADABLE: NotificationCode = NotificationCode {
    code: 0,
    subcode: 0,
};
