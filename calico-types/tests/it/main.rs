//! Integration tests of `calico-types`.

mod selector;
