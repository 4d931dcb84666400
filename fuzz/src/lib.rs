//! What the fuzzer calls and `testkit` cannot hold, because it needs crates that no graph of
//! ours may have.

pub mod differential;
