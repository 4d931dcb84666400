//! Our BGP codec beside those of others.
//!
//! Each decodes the same UPDATEs and touches the same fields of them; what it saw comes
//! out as a [`Digest`], so that nothing is timed that has not read the same.

pub mod codec;
pub mod corpus;
mod digest;

pub use digest::Digest;
