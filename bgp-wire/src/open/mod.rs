//! OPEN messages (RFC 4271 §4.2), their optional parameters (RFC 9072) and
//! capabilities (RFC 5492).
//!
//! ```text
//! +-------------+-----------+---------------+----------------+
//! | Version (1) | My AS (2) | Hold time (2) | Identifier (4) |
//! +-------------+-----------+---------------+----------------+
//! | Parameters length (1) | Optional parameters              |
//! +-----------------------+----------------------------------+
//! ```

mod capability;
mod filtering;
mod per_family;
mod text;
mod view;

pub use capability::{
    AddPath, AddPathDirection, CapabilityView, ExtendedNextHop, GracefulRestartFamily,
    LongLivedFamily, Role,
};
pub use filtering::{OrfFamilies, OrfFamilyView, OrfType};
pub use per_family::{BgpsecCapability, MultipleLabels, PathsLimit};
pub use view::{Capabilities, OpenView, RawCapabilities};

#[cfg(feature = "alloc")]
mod owned;
#[cfg(feature = "alloc")]
pub use owned::{Capability, Open, OrfFamily};
