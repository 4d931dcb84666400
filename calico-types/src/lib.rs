#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod convert;
mod diagnostic;
pub mod k8s;
pub mod lint;
mod metadata;
pub mod mtu;
pub mod resources;
pub mod scalar;
pub mod selector;
mod source;
pub mod topology;

pub use diagnostic::{Code, Diagnostic, RefusedBy, Severity, render};
pub use metadata::{Metadata, OwnerReference};
pub use resources::{Kind, Resource};
pub use source::{Source, Span};
