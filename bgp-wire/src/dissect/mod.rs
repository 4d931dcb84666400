//! Dissection: any octets as a tree that says what each of them means.
//!
//! Nothing fails here: what cannot be understood is a node of octets with the reason. The
//! leaves of a tree partition the input. The tree has at most a dozen levels and no more
//! nodes than a small multiple of the octets.

mod attribute;
#[cfg(feature = "bmp")]
mod bmp;
mod capability;
mod fields;
mod learn;
mod link_state;
mod message;
mod node;
mod notification;
mod open;
mod refresh;
mod route;
mod tunnel;
mod update;

#[cfg(feature = "bmp")]
pub use bmp::BmpDissector;
pub use learn::{Direction, Dissector};
pub use node::{Node, Note, Outcome};

use crate::Context;

/// Dissects the messages in `bytes`, read by what the session negotiated.
///
/// Garbage before a marker is a node of its own; a last message that is cut off is read as
/// far as it goes. [`Dissector`] finds the context by itself.
///
/// ```
/// use bgp_wire::{Context, PeerType, dissect::dissect, keepalive};
/// let mut bytes = [0; 21];
/// keepalive(&mut bytes[2..])?;
/// let tree = dissect(&bytes, &Context::new(PeerType::External));
/// let names: Vec<&str> = tree.children.iter().map(|node| &*node.name).collect();
/// assert_eq!(names, ["octets", "KEEPALIVE"]);
/// assert!(tree.render(&bytes).contains("0012      Length"));
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
#[must_use]
pub fn dissect(bytes: &[u8], context: &Context) -> Node {
    message::stream(bytes, |_| *context)
}
