//! One file a crate: what it takes to read an UPDATE with it, and to write one.

mod bgp_wire;
mod bgpkit;
mod floor;
mod netgauze;
mod routecore;
mod rustbgpd;
mod sketch;
mod zettabgp;

pub use bgp_wire::BgpWire;
pub use bgpkit::Bgpkit;
pub use floor::Floor;
pub use netgauze::NetGauze;
pub use routecore::Routecore;
pub use rustbgpd::Rustbgpd;
pub use sketch::Sketch;
pub use zettabgp::ZettaBgp;

use crate::Digest;

/// A way to read UPDATEs.
pub trait Decode {
    /// What the crate is called.
    const NAME: &'static str;

    /// Reads a whole message, header included, and touches all that a [`Digest`] has.
    /// `None` where it cannot be read.
    fn digest(&self, message: &[u8]) -> Option<Digest>;
}

/// A way to write UPDATEs.
pub trait Encode: Decode {
    /// A message in the crate's own form.
    type Message;

    fn decode(&self, message: &[u8]) -> Option<Self::Message>;

    /// Writes the message, header included. How many octets it has.
    fn encode(&self, message: &Self::Message, out: &mut Vec<u8>) -> Option<usize>;
}
