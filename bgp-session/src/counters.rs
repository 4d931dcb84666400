//! What a session counts, for the operator's eye (RFC 4273 `bgpPeerTable`).
//!
//! All counters only grow, and stop at their maximum instead of wrapping; two
//! readings and the time between them give a rate.

use std::time::Instant;

use crate::DownReason;
use crate::message::kind;

/// Messages of each type and bytes, in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// OPEN messages.
    pub opens: u64,
    /// UPDATE messages.
    pub updates: u64,
    /// NOTIFICATION messages.
    pub notifications: u64,
    /// KEEPALIVE messages.
    pub keepalives: u64,
    /// ROUTE-REFRESH messages.
    pub route_refreshes: u64,
    /// Octets of the byte stream, whole messages or not.
    pub bytes: u64,
}

impl Traffic {
    /// All messages together.
    #[must_use]
    pub const fn messages(&self) -> u64 {
        self.opens
            .saturating_add(self.updates)
            .saturating_add(self.notifications)
            .saturating_add(self.keepalives)
            .saturating_add(self.route_refreshes)
    }

    pub(crate) fn count(&mut self, message_type: u8) {
        let counter = match message_type {
            kind::OPEN => &mut self.opens,
            kind::UPDATE => &mut self.updates,
            kind::NOTIFICATION => &mut self.notifications,
            kind::KEEPALIVE => &mut self.keepalives,
            _ => &mut self.route_refreshes,
        };
        *counter = counter.saturating_add(1);
    }

    pub(crate) fn count_bytes(&mut self, bytes: usize) {
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
    }
}

/// Counters of a session since it was made; they survive resets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// What came from the peer, counted at receipt.
    pub received: Traffic,
    /// What the transport accepted, counted when the last octet went.
    pub sent: Traffic,
    /// How often the session left Established.
    pub flaps: u64,
    /// How often it reached Established.
    pub established: u64,
    /// The ConnectRetryCounter of RFC 4271 §8: failed attempts since the last
    /// manual start or stop.
    pub connect_retry_counter: u64,
    /// UPDATEs whose handling by RFC 7606 fell short of a session reset:
    /// treated as withdraw, an attribute discarded, a family disabled.
    pub malformed_updates: u64,
    /// Connections that lost a collision (RFC 4271 §6.8).
    pub collisions: u64,
    /// Since when the session is Established, if it is.
    pub established_since: Option<Instant>,
    /// Why the last connection ended, and when; one that lost a collision has not failed.
    pub last_error: Option<(Instant, DownReason)>,
}
