//! The programs, against programs that other people wrote.
#![expect(
    clippy::unwrap_used,
    reason = "a test's helper functions may fail the test"
)]

mod analyzer;
#[cfg(feature = "watch")]
mod api_server;
mod bird_reconfigure;
mod bird_reflector;
mod calico_filters;
mod decisions;
mod dissect;
mod families;
mod fib;
mod gaps;
mod hostile;
mod interop;
mod lint;
mod played;
mod policy;
mod reload;
mod speaker;
mod standalone;
mod topology;
