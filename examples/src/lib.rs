#![doc = include_str!("../README.md")]

pub mod asking;
pub mod cluster;
pub mod daemon;
pub mod dissect;
pub mod lint;
pub mod manifests;
pub mod monitor;
pub mod net;
pub mod node;
pub mod output;
pub mod paths;
pub mod plan;
pub mod report;
pub mod sim;
#[cfg(feature = "watch")]
pub mod watch;
