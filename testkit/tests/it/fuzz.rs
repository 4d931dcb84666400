//! The fuzz targets over the committed inputs, and over mutations of them that are the
//! same in every run.

use std::fs;
use std::path::Path;

use testkit::fuzz::{TARGETS, Target};

/// Mutations of each input. The fuzzer makes more; these make sure that a target works
/// at all, and catch what is broken grossly.
const MUTATIONS: u64 = 200;

#[test]
fn every_target_survives_its_corpus() {
    for (name, target) in TARGETS {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../fuzz/corpus")
            .join(name);
        let inputs: Vec<_> = fs::read_dir(&directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert!(!inputs.is_empty(), "{name} has no committed input");
        for input in inputs {
            replay(target, &fs::read(input).unwrap());
        }
    }
}

fn replay(target: Target, input: &[u8]) {
    target(input);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..MUTATIONS {
        let mut mutant = input.to_vec();
        for _ in 0..=random.below(4) {
            random.mutate(&mut mutant);
        }
        target(&mutant);
    }
}

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    /// Changes a byte, flips a bit, cuts the end off, or repeats a part.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        match (self.below(8), bytes.get_mut(at)) {
            (_, None) => bytes.push(0),
            (0..3, Some(byte)) => *byte = u8::try_from(self.below(256)).unwrap(),
            (3..6, Some(byte)) => *byte ^= 1 << self.below(8),
            (6, Some(_)) => bytes.truncate(at),
            (_, Some(_)) => bytes.extend_from_within(at..),
        }
    }
}
