//! BGP messages under test: what must hold of any octets, the octets to try it on, and ways
//! to damage them.
//!
//! [`laws`] holds octets to every promise of the codec, under any of the [`sessions`]. What
//! it is tried on are the messages of `vectors/messages.txt` ([`committed`]), whole, cut and
//! with each bit flipped ([`damage`]); real messages where the shared data has them
//! ([`real`]); and mutations of both ([`Mutator`]). The program `mutate` does all of it.
//! What stands around messages has laws of its own: archives, BMP and dissections.

mod corpus;
mod laws;
mod mutate;
mod session;
mod streams;
mod vectors;
mod walk;

pub use corpus::{Real, bmp_streams, real};
pub use laws::{decoding_laws, encoding_laws, laws};
pub use mutate::{Mutator, Random, mend_header};
pub use session::sessions;
pub use streams::{bmp_laws, dissection_laws, mrt_laws};
pub use vectors::{committed, shared};
pub use walk::{Walked, walk, walk_message};

/// Gives `visit` the message whole, every truncation of it, with the length that was and
/// with one that fits, and the message with each bit flipped: of the body with the header as
/// it was, of the header as it comes.
pub fn damage(message: &[u8], mut visit: impl FnMut(&[u8])) {
    visit(message);
    for length in 0..message.len() {
        let mut cut = message.get(..length).unwrap_or_default().to_vec();
        visit(&cut);
        mend_header(&mut cut);
        visit(&cut);
    }
    let mut damaged = message.to_vec();
    for at in 0..message.len() {
        for bit in 0..8 {
            mutate::flip(&mut damaged, at, bit);
            visit(&damaged);
            mutate::flip(&mut damaged, at, bit);
        }
    }
}
