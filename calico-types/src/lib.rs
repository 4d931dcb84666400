#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod codes;
pub mod convert;
mod decode;
pub mod defaults;
mod diagnostic;
mod edit;
mod given;
pub mod json_schema;
pub mod k8s;
#[cfg(feature = "kube")]
pub mod kube;
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

pub use decode::{
    Decoded, Located, Presence, Unread, check, decode, decode_within, diagnose, diagnose_with,
};
pub use diagnostic::{
    Code, Diagnostic, RefusedBy, SarifRule, SarifTool, Severity, Summary, fix, json, render, sarif,
};
pub use given::Given;
pub use metadata::{Metadata, OwnerReference};
pub use prune::{Pruned, prune};
pub use resources::{Kind, Resource};
pub use source::{Source, Span};
pub use tree::Limits;
