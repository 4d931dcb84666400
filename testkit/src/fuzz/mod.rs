//! What the fuzzer calls: functions that take any bytes and panic when a promise of a
//! crate is broken.
//!
//! libFuzzer drives them from the workspace `fuzz`, one binary for each; `cargo test`
//! drives them over the inputs committed in `fuzz/corpus` and over mutations of those. An
//! input that once broke something belongs there, under a name that says what it broke.

mod manifest;
mod message;
mod roundtrip;
mod selector;
mod session;
mod streams;

pub use manifest::manifest;
pub use message::{input, message};
pub use roundtrip::roundtrip;
pub use selector::selector;
pub use session::session;
pub use streams::{bmp, dissection, mrt};

/// A function that the fuzzer calls.
pub type Target = fn(&[u8]);

/// Every target, by the name of its binary and of its directory in `fuzz/corpus`.
pub const TARGETS: [(&str, Target); 8] = [
    ("bmp", bmp),
    ("dissection", dissection),
    ("manifest", manifest),
    ("message", message),
    ("mrt", mrt),
    ("roundtrip", roundtrip),
    ("selector", selector),
    ("session", session),
];
