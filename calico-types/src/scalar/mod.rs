//! Scalar values of Calico's API: what a YAML string or number means.
//!
//! Every type parses exactly what Calico's own decoder takes, prints the
//! canonical form, and round-trips through serde. Whether a decoded value is
//! also *acceptable* (a port name of at most 15 letters, say) is a question
//! for [`validate`](crate::validate), not for the type.

mod asn;
mod community;
mod duration;
pub(crate) mod float;
mod ip_version;
mod mac;
pub(crate) mod net;
mod peer_address;
mod port;
mod protocol;

pub use asn::{Asn, ParseAsnError};
pub use community::{Community, ParseCommunityError};
pub use duration::{Duration, ParseDurationError};
pub use ip_version::IpVersion;
pub use mac::{MacAddress, ParseMacAddressError};
pub use peer_address::{ParsePeerAddressError, PeerAddress};
pub use port::{ParsePortError, Port};
pub use protocol::Protocol;
