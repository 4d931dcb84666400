#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod convert;
mod decode;
pub mod defaults;
mod diagnostic;
mod edit;
pub mod k8s;
pub mod lint;
mod metadata;
pub mod mtu;
mod path;
mod prune;
pub mod resources;
pub mod scalar;
mod schema;
pub mod selector;
mod source;
pub mod topology;
mod tree;
pub mod validate;

pub use decode::{Decoded, Located, check, decode, decode_within, diagnose};
pub use diagnostic::{
    Code, Diagnostic, RefusedBy, SarifRule, SarifTool, Severity, Summary, fix, json, render, sarif,
};
pub use metadata::{Metadata, OwnerReference};
pub use prune::{Pruned, prune};
pub use resources::{Kind, Resource};
pub use source::{Source, Span};
pub use tree::Limits;
