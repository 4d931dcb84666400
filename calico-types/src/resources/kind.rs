//! What all kinds have in common.

use crate::metadata::Metadata;

/// A kind of resource.
///
/// ```
/// use calico_types::resources::{BGPPeer, Kind};
/// assert_eq!(BGPPeer::API_VERSION, "projectcalico.org/v3");
/// assert!(!BGPPeer::NAMESPACED);
/// ```
pub trait Kind {
    /// The word after `kind:`.
    const KIND: &'static str;
    /// The words after `apiVersion:`.
    const API_VERSION: &'static str = "projectcalico.org/v3";
    /// Whether each object belongs to a namespace.
    const NAMESPACED: bool;

    /// Name, labels and annotations.
    fn metadata(&self) -> &Metadata;
}
