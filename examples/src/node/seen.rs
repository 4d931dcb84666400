//! What a monitoring station is to know of a session.

use std::sync::Arc;

use bgp_session::{DownReason, Family, Negotiated};

/// Something that happened on a session that is, or was, Established.
#[derive(Clone, Debug)]
pub enum Seen {
    /// It was established.
    Up(Arc<Negotiated>),
    /// It ended.
    Down(Arc<Negotiated>, DownReason),
    /// The peer sent an UPDATE: its octets, header included.
    Update(Arc<Negotiated>, Vec<u8>),
    /// The peer has told all its routes of a family (RFC 4724 §2).
    EndOfRib(Arc<Negotiated>, Family),
}
