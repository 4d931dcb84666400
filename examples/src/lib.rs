//! What the programs share.

pub mod net;
pub mod report;
pub mod sim;
