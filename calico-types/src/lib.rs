#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod k8s;
mod metadata;
pub mod resources;
pub mod scalar;
pub mod selector;

pub use metadata::{Metadata, OwnerReference};
pub use resources::{Kind, Resource};
