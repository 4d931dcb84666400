//! Random numbers from a seed: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
//!
//! A simulation has to give the same run for the same seed on every machine and with
//! every version of its dependencies, so the generator is part of the program. It is
//! not for secrets.

use std::ops::Range;
use std::time::Duration;

/// A deterministic source of numbers.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator whose whole sequence follows from `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 where `limit` is 0. The bias is below 2⁻³² for limits
    /// that fit 32 bits.
    pub const fn below(&mut self, limit: u64) -> u64 {
        match self.next_u64().checked_rem(limit) {
            Some(number) => number,
            None => 0,
        }
    }

    /// A duration in whole microseconds from `range`; its start where it is empty.
    pub fn duration(&mut self, range: &Range<Duration>) -> Duration {
        let width = range.end.saturating_sub(range.start).as_micros();
        let micros = self.below(u64::try_from(width).unwrap_or(u64::MAX));
        range.start + Duration::from_micros(micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_published_sequence() {
        // First outputs of the reference implementation for seed 1234567.
        let mut random = Random::new(1_234_567);
        let drawn: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
        assert_eq!(
            drawn,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn keeps_durations_inside_their_range() {
        let range = Duration::from_micros(40)..Duration::from_micros(90);
        let mut random = Random::new(7);
        assert!((0..1000).all(|_| range.contains(&random.duration(&range))));
        let empty = Duration::from_secs(1)..Duration::from_secs(1);
        assert_eq!(random.duration(&empty), Duration::from_secs(1));
    }
}
