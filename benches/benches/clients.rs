//! A route reflector and its clients: how long until all sessions are Established and
//! everybody has everybody's route, and what the reflector holds then.
//!
//! ```text
//! cargo bench -p benches --bench clients -- [CLIENTS [memory|loopback]]
//! ```
//!
//! 2,500 clients unless told otherwise. The reflector is the speaker of `examples`; `memory`
//! hands octets over by calls, `loopback` runs the daemon with a connection for each client. A client is a
//! session and a count of what it was told.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark that goes wrong is of no use, and measures time"
)]

#[path = "clients/client.rs"]
mod client;
#[path = "clients/loopback.rs"]
mod loopback;
#[path = "clients/memory.rs"]
mod memory;

use std::fmt;
use std::time::Duration;

use testkit::alloc::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// What one run took.
#[derive(Clone, Copy, Debug)]
struct Figures {
    clients: usize,
    /// From the first connection to the last session Established.
    established: Duration,
    /// From the first route to the last one that the last client is told.
    converged: Duration,
    /// Octets that the reflector holds, where it is alone in its thread.
    held: Option<i64>,
    /// UPDATEs that clients were sent.
    updates: u64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            clients,
            established,
            converged,
            updates,
            ..
        } = self;
        let routes = clients * (clients - 1);
        write!(
            f,
            "{clients} clients: Established in {established:.1?}, {routes} routes told in \
             {converged:.1?} by {updates} UPDATEs"
        )?;
        match self.held {
            Some(held) => write!(
                f,
                ", the reflector holds {:.1} MiB",
                held as f64 / f64::from(1 << 20)
            ),
            None => Ok(()),
        }
    }
}

fn main() {
    // Cargo adds words of its own.
    let mut words = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'));
    let clients = words
        .next()
        .map_or(2_500, |word| word.parse().expect("a number"));
    let only = words.next();
    let is_wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    if is_wanted("memory") {
        println!("in memory: {}", memory::run(clients));
    }
    if is_wanted("loopback") {
        println!("over loopback: {}", loopback::run(clients));
    }
}
