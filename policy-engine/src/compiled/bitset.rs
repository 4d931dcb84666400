//! Sets of small numbers, as bits.

/// A set of numbers below a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BitSet {
    words: Box<[u64]>,
    bound: usize,
}

impl BitSet {
    /// The empty set of numbers below `bound`.
    pub(super) fn empty(bound: usize) -> Self {
        Self {
            words: vec![0; bound.div_ceil(64)].into_boxed_slice(),
            bound,
        }
    }

    /// All numbers below `bound`.
    pub(super) fn full(bound: usize) -> Self {
        Self::empty(bound).complement()
    }

    /// Adds a number; one that is not below the bound is not added.
    pub(super) fn insert(&mut self, number: usize) {
        if number < self.bound
            && let Some(word) = self.words.get_mut(number / 64)
        {
            *word |= 1 << (number % 64);
        }
    }

    pub(super) fn contains(&self, number: usize) -> bool {
        self.words
            .get(number / 64)
            .is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    pub(super) fn union(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    pub(super) fn intersect(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    pub(super) fn subtract(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// The numbers below the bound that are not in the set.
    pub(super) fn complement(mut self) -> Self {
        for word in &mut self.words {
            *word = !*word;
        }
        if let Some(last) = self.words.last_mut()
            && !self.bound.is_multiple_of(64)
        {
            *last &= (1 << (self.bound % 64)) - 1;
        }
        self
    }

    /// The numbers in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.checked_ilog2().map(|_| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(index * 64 + bit as usize)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complements_stay_below_the_bound() {
        for bound in [0, 1, 63, 64, 65, 130] {
            let full = BitSet::full(bound);
            assert!(full.iter().eq(0..bound));
            assert!(full.complement().iter().next().is_none());
        }
    }

    #[test]
    fn set_operations() {
        let of = |numbers: &[usize]| {
            let mut set = BitSet::empty(200);
            numbers.iter().for_each(|number| set.insert(*number));
            set
        };
        let mut set = of(&[1, 64, 199, 300]);
        assert!(set.iter().eq([1, 64, 199]));
        set.union(&of(&[2]));
        set.subtract(&of(&[64]));
        assert!(set.iter().eq([1, 2, 199]));
        set.intersect(&of(&[2, 3, 199]));
        assert!(set.iter().eq([2, 199]));
        assert!(set.contains(199) && !set.contains(1) && !set.contains(1_000));
    }
}
