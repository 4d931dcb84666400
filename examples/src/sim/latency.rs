//! Latency of each link, drawn from the seed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use super::{MachineId, Random};

/// One-way latencies between machines, which sit in zones (racks).
///
/// A link gets its latency when it is first asked for, from a generator seeded with the
/// seed of the run and the two ends: the order of asking changes nothing.
#[derive(Clone, Debug)]
pub struct Latencies {
    seed: u64,
    inside: Range<Duration>,
    across: Range<Duration>,
    zones: BTreeMap<MachineId, String>,
}

impl Latencies {
    /// Latencies drawn from `inside` for two machines of one zone, from `across` for
    /// all others.
    #[must_use]
    pub const fn new(seed: u64, inside: Range<Duration>, across: Range<Duration>) -> Self {
        Self {
            seed,
            inside,
            across,
            zones: BTreeMap::new(),
        }
    }

    /// Says in which zone a machine is. One that is in none is far from all.
    pub fn place(&mut self, machine: MachineId, zone: &str) {
        self.zones.insert(machine, zone.to_owned());
    }

    /// The one-way latency between two machines, the same both ways.
    #[must_use]
    pub fn between(&self, one: MachineId, other: MachineId) -> Duration {
        let (low, high) = if one < other {
            (one, other)
        } else {
            (other, one)
        };
        let link = (u64::from(low.0) << 32) | u64::from(high.0);
        let mut random = Random::new(self.seed ^ Random::new(link).next_u64());
        match (self.zones.get(&one), self.zones.get(&other)) {
            (Some(zone), Some(same)) if zone == same => random.duration(&self.inside),
            _ => random.duration(&self.across),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn micros(range: Range<u64>) -> Range<Duration> {
        Duration::from_micros(range.start)..Duration::from_micros(range.end)
    }

    #[test]
    fn is_the_same_both_ways_and_shorter_inside_a_zone() {
        let mut latencies = Latencies::new(1, micros(40..90), micros(120..260));
        let [a, b, c] = [MachineId(0), MachineId(1), MachineId(2)];
        latencies.place(a, "rack-a");
        latencies.place(b, "rack-a");
        latencies.place(c, "rack-b");
        assert_eq!(latencies.between(a, b), latencies.between(b, a));
        assert!(micros(40..90).contains(&latencies.between(a, b)));
        assert!(micros(120..260).contains(&latencies.between(a, c)));
    }

    #[test]
    fn follows_the_seed() {
        let link = |seed| {
            let latencies = Latencies::new(seed, micros(1..2), micros(0..1_000_000));
            (0..8)
                .map(|i| latencies.between(MachineId(i), MachineId(9)))
                .collect::<Vec<_>>()
        };
        assert_eq!(link(5), link(5));
        assert_ne!(link(5), link(6));
    }
}
