//! What the programs share.

pub mod report;
pub mod sim;
