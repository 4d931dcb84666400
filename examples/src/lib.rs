//! What the programs share.

pub mod sim;
