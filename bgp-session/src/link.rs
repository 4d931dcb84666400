//! One TCP connection as the session sees it: its name, its ends, the message
//! that is coming in and the messages that wait to go out.
//!
//! A link is boxed and moves from state to state, so that a machine without a
//! connection is small and a transition copies a pointer.

use std::net::SocketAddr;

use bgp_wire::Notification;

use crate::message::Reassembly;
use crate::outbox::Outbox;
use crate::{ConnId, Direction};

/// A connection that the transport has established.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) id: ConnId,
    pub(crate) direction: Direction,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    pub(crate) reassembly: Reassembly,
    pub(crate) outbox: Outbox,
    /// Input was turned away because UPDATEs wait to be polled. The peer is
    /// not silent then, whatever the hold timer says.
    pub(crate) input_refused: bool,
}

impl Link {
    /// Queues the last message of this connection, before every UPDATE that has
    /// not begun to leave: nobody would act on those any more.
    pub(crate) fn notify(&mut self, notification: &Notification) {
        self.outbox.abandon_bulk();
        let mut bytes = vec![0; notification.view().encoded_len()];
        if notification.encode(&mut bytes).is_ok() {
            self.outbox.push_urgent(&bytes);
        }
    }

    /// Queues a KEEPALIVE unless one waits already.
    pub(crate) fn keepalive(&mut self) {
        let mut bytes = [0; crate::message::HEADER];
        if bgp_wire::keepalive(&mut bytes).is_ok() {
            self.outbox.push_urgent(&bytes);
        }
    }
}
