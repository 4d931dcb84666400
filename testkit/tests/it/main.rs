//! The test support, tested from outside: the counting allocator, and every conformance
//! suite against the number of cases it is known to pass, and the network namespaces.
#![expect(
    clippy::unwrap_used,
    reason = "a test's helper functions may fail the test"
)]

mod alloc;
mod apiserver;
mod archives;
mod bmp;
mod damage;
mod floor;
mod flow_text;
mod fuzz;
mod mrt;
mod netns;
mod real;
