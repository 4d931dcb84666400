//! What users of the RIB depend on, through encoded messages.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

mod speaker;

mod export;
mod reflection;
