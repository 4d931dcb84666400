//! UPDATE messages (RFC 4271 §4.3) and their error handling (RFC 7606).

#[cfg(feature = "alloc")]
mod attributes;
mod block;
mod finding;
mod index;
mod iter;
#[cfg(feature = "alloc")]
mod owned;
#[cfg(feature = "alloc")]
mod packed;
mod routes;
mod rules;
mod scan;
mod sr_policy;
mod text;
mod type_set;
mod view;

#[cfg(feature = "alloc")]
pub use block::AttributeBlockBuf;
pub use block::{AttributeBlock, BlockAttributes, Reflection};
pub use finding::{Disposition, Finding, FindingIter, Findings};
pub use iter::{Announcements, Attributes};
#[cfg(feature = "alloc")]
pub use owned::{Attribute, AttributeValue, NlriField, Update};
#[cfg(feature = "alloc")]
pub use packed::PackedAttributes;
pub use routes::{Announcement, Routes};
#[cfg(feature = "alloc")]
pub(crate) use rules::flags_of;
pub use view::UpdateView;
