//! The test support, tested from outside: the counting allocator, and every conformance
//! suite against the number of cases it is known to pass.

mod alloc;
mod floor;
