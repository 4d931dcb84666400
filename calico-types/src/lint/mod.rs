//! Lints: what is valid and still not what was meant.

mod meaning;

pub use meaning::meaning_of_rule;
