//! Runs conformance case files.
fn main() {}
