//! BGP messages, there and back.

use super::message::input;
use crate::wire::encoding_laws;

/// Reads the bytes as a message of a session that the first two octets choose. What was
/// accepted must encode again, as a message and as packed routes, and read back with the
/// same meaning.
///
/// # Panics
///
/// When it does not.
pub fn roundtrip(data: &[u8]) {
    if let Some((bytes, context)) = input(data) {
        encoding_laws(&bytes, &context);
    }
}
