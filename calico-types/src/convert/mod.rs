//! Conversion of Kubernetes' own resources into Calico's model.

mod node;

pub use node::node;
