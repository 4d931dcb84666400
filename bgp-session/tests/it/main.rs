//! The session as its users see it: bytes in, bytes and events out, and a
//! clock that only tests move.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that goes wrong must stop, and says where"
)]

mod bounds;
mod buffers;
mod limits;
mod opens;
mod pairs;
mod properties;
mod reconfigure;
mod refresh;
mod restart;
mod solo;
mod transitions;
mod updates;

#[global_allocator]
static ALLOCATOR: testkit::alloc::CountingAllocator = testkit::alloc::CountingAllocator;
