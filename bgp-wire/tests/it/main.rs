//! The codec, tested from outside: published octets, the rules of RFC 7606, round trips
//! and damaged messages.
#![expect(
    clippy::unwrap_used,
    reason = "a test's helper functions may fail the test"
)]

mod allocation;
mod attributes;
#[cfg(feature = "bmp")]
mod bmp;
mod byte_order;
mod bytes;
#[cfg(feature = "dissect")]
mod dissect;
mod iterators;
#[cfg(feature = "mrt")]
mod mrt;
mod mutation;
mod nlri;
mod open;
mod packing;
mod reflection;
mod rfc7606;
mod round_trip;
mod sizes;
mod strategy;
#[cfg(feature = "tokio-util")]
mod stream;
mod text;
mod values;

use testkit::alloc::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;
