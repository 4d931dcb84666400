//! `IPReservation`: addresses that IPAM leaves alone.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::given::Given;
use crate::metadata::Metadata;
use crate::resources::Kind;

/// Addresses never to assign automatically.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IPReservation {
    /// Name, labels and annotations.
    #[serde(default)]
    pub metadata: Metadata,
    /// What is wanted.
    #[serde(default)]
    pub spec: IPReservationSpec,
}

impl Kind for IPReservation {
    const KIND: &'static str = "IPReservation";
    const NAMESPACED: bool = false;

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// See [`IPReservation`].
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IPReservationSpec {
    /// The addresses.
    #[serde(
        rename = "reservedCIDRs",
        with = "crate::scalar::net::list",
        default,
        skip_serializing_if = "Given::is_absent"
    )]
    pub reserved_cidrs: Given<Vec<IpNet>>,
}
