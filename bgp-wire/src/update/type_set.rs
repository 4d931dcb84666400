//! Attribute types that were met.

use crate::AttributeType;

/// A set of attribute types.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TypeSet([u64; 4]);

impl TypeSet {
    /// Adds a type; `false` when it was there.
    pub(crate) fn insert(&mut self, attribute: AttributeType) -> bool {
        let bit = 1 << (attribute.0 & 63);
        let Some(word) = self.0.get_mut(usize::from(attribute.0 >> 6)) else {
            return false;
        };
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    pub(super) fn contains(&self, attribute: AttributeType) -> bool {
        let word = self
            .0
            .get(usize::from(attribute.0 >> 6))
            .copied()
            .unwrap_or_default();
        word & 1 << (attribute.0 & 63) != 0
    }

    pub(super) fn has_other_than(mut self, attribute: AttributeType) -> bool {
        self.insert(attribute);
        self.0.iter().map(|word| word.count_ones()).sum::<u32>() > 1
    }
}
