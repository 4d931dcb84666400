//! Functions of a number, constant on intervals.

use std::ops::RangeInclusive;

/// A value for each number from 0 on.
///
/// INVARIANT: beginnings ascend from 1, and neighbours have different values: two functions are
/// equal when their intervals are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Intervals<V> {
    /// The value from 0 on.
    first: V,
    /// Where it changes, and to what.
    rest: Vec<(u32, V)>,
}

impl<V: Clone + PartialEq> Intervals<V> {
    /// The same everywhere.
    pub(crate) const fn constant(value: V) -> Self {
        Self {
            first: value,
            rest: Vec::new(),
        }
    }

    /// A value from 0 on, and `(beginning, value)`, ascending.
    pub(crate) fn new(first: V, rest: impl IntoIterator<Item = (u32, V)>) -> Self {
        let mut made = Self::constant(first);
        for (low, value) in rest {
            made.push(low, value);
        }
        made
    }

    /// The value changes at `low`, behind all changes so far.
    fn push(&mut self, low: u32, value: V) {
        let last = self.rest.last().map_or(&self.first, |(_, last)| last);
        if *last != value {
            self.rest.push((low, value));
        }
    }

    /// One value in a range, another around it.
    pub(crate) fn within(range: &RangeInclusive<u32>, inside: V, outside: V) -> Self {
        let after = range.end().checked_add(1);
        let after = after.map(|next| (next, outside.clone()));
        match *range.start() {
            0 => Self::new(inside, after),
            start => Self::new(outside, [(start, inside)].into_iter().chain(after)),
        }
    }

    pub(crate) fn at(&self, number: u32) -> &V {
        let after = self.rest.partition_point(|(low, _)| *low <= number);
        let found = after.checked_sub(1).and_then(|at| self.rest.get(at));
        found.map_or(&self.first, |(_, value)| value)
    }

    fn parts(&self) -> impl Iterator<Item = (u32, &V)> {
        let rest = self.rest.iter().map(|(low, value)| (*low, value));
        std::iter::once((0, &self.first)).chain(rest)
    }

    /// Each interval, up to `most`.
    pub(crate) fn ranges(&self, most: u32) -> impl Iterator<Item = (RangeInclusive<u32>, &V)> {
        let next = self.rest.iter().map(|(low, _)| low.saturating_sub(1));
        let ends = next.chain([most]);
        let ranges = self.parts().zip(ends);
        let ranges = ranges.map(move |((low, value), high)| (low..=high.min(most), value));
        ranges.filter(|(range, _)| !range.is_empty())
    }

    /// What `f` makes of the values of both, number by number.
    pub(crate) fn combine<W: Clone + PartialEq, X: Clone + PartialEq>(
        &self,
        other: &Intervals<W>,
        f: impl Fn(&V, &W) -> X,
    ) -> Intervals<X> {
        let mut made = Intervals::constant(f(&self.first, &other.first));
        let (mut one, mut two) = (self.rest.iter().peekable(), other.rest.iter().peekable());
        let (mut left, mut right) = (&self.first, &other.first);
        while let Some(low) = [one.peek().map(|it| it.0), two.peek().map(|it| it.0)]
            .into_iter()
            .flatten()
            .min()
        {
            if let Some((_, value)) = one.next_if(|it| it.0 == low) {
                left = value;
            }
            if let Some((_, value)) = two.next_if(|it| it.0 == low) {
                right = value;
            }
            made.push(low, f(left, right));
        }
        made
    }

    /// What `f` makes of the values.
    pub(crate) fn map<X: Clone + PartialEq>(&self, f: impl Fn(&V) -> X) -> Intervals<X> {
        let rest = self.rest.iter().map(|(low, value)| (*low, f(value)));
        Intervals::new(f(&self.first), rest)
    }

    /// The values, interval by interval.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.parts().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn intervals() -> impl Strategy<Value = Intervals<bool>> {
        prop::collection::btree_map(0u32..40, any::<bool>(), 1..8).prop_map(|mut parts| {
            parts.remove(&0);
            Intervals::new(false, parts)
        })
    }

    proptest! {
        #[test]
        fn combined_number_by_number(one in intervals(), other in intervals()) {
            let and = one.combine(&other, |a, b| *a && *b);
            for number in 0..50 {
                prop_assert_eq!(*and.at(number), *one.at(number) && *other.at(number));
            }
            // The form is the only one of its function.
            let again = Intervals::new(*and.at(0), (1..50).map(|n| (n, *and.at(n))));
            prop_assert_eq!(and, again);
        }
    }

    #[test]
    fn ranges_cover_all() {
        let inside = Intervals::within(&(5..=9), true, false);
        let ranges: Vec<_> = inside
            .ranges(12)
            .map(|(range, value)| (range, *value))
            .collect();
        assert_eq!(ranges, [(0..=4, false), (5..=9, true), (10..=12, false)]);
        assert_eq!(
            Intervals::within(&(0..=u32::MAX), 1, 2),
            Intervals::constant(1)
        );
    }
}
