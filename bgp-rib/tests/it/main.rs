//! What users of the RIB depend on, through encoded messages.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

mod native;
mod oracle;
mod speaker;

mod add_path;
#[cfg(feature = "calico")]
mod calico;
mod churn;
mod decision;
mod export;
mod families;
mod filters;
mod lifecycle;
mod packing;
mod reflection;
mod roles;
mod rpki;
mod shutdown;
mod snapshot;
