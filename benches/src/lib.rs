//! Workloads that the benchmarks share: inputs of a stated shape, the same in every run.
//!
//! `cargo bench -p benches` runs them all, `cargo bench -p benches --bench NAME` one. A
//! figure means something beside another from the same run on the same machine.

pub mod clusters;
pub mod manifests;
pub mod policies;
pub mod routes;
pub mod selectors;
pub mod updates;
pub mod walk;
