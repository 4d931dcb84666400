//! speaker
fn main() {}
