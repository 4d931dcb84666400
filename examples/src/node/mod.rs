//! A BGP speaker: sessions and a RIB joined, without sockets and without a clock.
//!
//! This is all the glue that the two crates need, and the same for every program: the
//! simulation drives a [`Speaker`] with virtual time, the `speaker` program with tokio.
//! Sessions and RIB exchange what they are made to exchange: UPDATEs that were parsed
//! once go in, messages encoded for the peer come out.

mod host;
mod notice;
mod peering;
mod seen;
mod speaker;
#[cfg(test)]
mod tests;

pub use notice::Notice;
pub use peering::Peering;
pub use seen::Seen;
pub use speaker::{RefreshError, Request, Speaker};
