//! A deterministic network in virtual time: machines, links with a latency and a rate,
//! and byte streams between them.
//!
//! Nothing here reads a clock. A [`World`] is given one base instant and adds virtual
//! time to it, so an hour of hold timers passes in milliseconds, and two runs with the
//! same seed are the same run, byte for byte.
//!
//! A stream behaves as TCP does to the programs at its ends: bytes arrive in order and
//! in pieces, a request to a machine that runs is accepted or refused, a machine that
//! crashes falls silent without a FIN, and bytes sent to it after it came back are
//! answered with a reset. Loss and retransmission are left out: to the programs they
//! are latency.

mod agenda;
mod host;
mod latency;
mod pipe;
mod random;
#[cfg(test)]
mod tests;
mod world;

pub use agenda::Agenda;
pub use host::{Action, Closed, Host, Socket};
pub use latency::Latencies;
pub use random::Random;
pub use world::{MachineId, Runaway, Traffic, World};
