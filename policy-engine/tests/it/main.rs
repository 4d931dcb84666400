//! Integration tests of the public interface.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test ends where its premises do not hold"
)]

mod bypasses;
mod connectivity;
mod equivalence;
mod generate;
mod lints;
mod semantics;
