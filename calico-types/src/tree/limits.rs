//! Bounds on what a source may cost.

/// What decoding may spend on one source.
///
/// Time and memory are linear in the bytes of the source plus
/// `aliased_values`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest source, in bytes.
    pub bytes: usize,
    /// The deepest nesting of lists and mappings.
    pub depth: usize,
    /// How many values YAML's anchors and aliases may copy, all told.
    pub aliased_values: usize,
}

impl Default for Limits {
    /// 64 MiB, 64 levels, 100 000 copied values: the export of a large cluster
    /// passes, and a document made to exhaust memory does not.
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            depth: 64,
            aliased_values: 100_000,
        }
    }
}
