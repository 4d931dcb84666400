//! The kernel's routing table, kept as BIRD keeps it on a Calico node.
//!
//! [`Forwarding`] says what the table is to have for a destination; [`Kernel`] sees to it, by
//! netlink, under a protocol number and in a table of its own.

mod kernel;
mod message;
mod route;
#[cfg(test)]
mod tests;

pub use kernel::{Kernel, KernelSettings, KernelTask};
pub use route::{Encapsulation, Forwarding, Hop, KernelRoute, TUNNEL};
