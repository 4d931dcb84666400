//! Sockets of a BGP speaker: the source address, the TTL and the MD5 signature that the
//! topology asks for, on the dialling and on the listening side.

mod listen;
mod option;
mod secure;

pub use listen::{bind, dial};
pub use secure::{Keyring, SecureError, Security};
