//! What the family's tests share and no published crate carries: the conformance
//! runner and its suites, the shared test data, what the fuzzer calls, two sessions in
//! virtual time, what must hold of any BGP message, real daemons in network namespaces, a real Kubernetes API server, and an
//! allocator that counts.
//!
//! This crate may import every other one, and is published with none of them. Tests
//! that use it live in the `tests/it` of their crate: a unit test inside `src` would be
//! linked against two copies of that crate, one with `cfg(test)` and one without.

pub mod alloc;
pub mod apiserver;
pub mod conformance;
pub mod fuzz;
pub mod netns;
pub mod pair;
pub mod shared;
pub mod wire;
