//! Sets and queues of destinations, as bitmaps over the dense index.
//!
//! Destinations are numbered without gaps, so a set is a bitmap: a full table
//! in one costs an eighth of a byte a destination, and membership is one load.

use crate::table::PrefixId;

const WORDS: usize = 64;
const BITS: u32 = u64::BITS;
const CHUNK_BITS: u32 = WORDS as u32 * BITS;

type Chunk = Box<[u64; WORDS]>;

/// A set of destinations in chunks of 4,096; an empty chunk costs one word, so
/// a set of few destinations stays small in a large table.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrefixSet {
    chunks: Vec<Option<Chunk>>,
}

impl PrefixSet {
    /// Adds `id`; false when it was there.
    pub(crate) fn insert(&mut self, id: PrefixId) -> bool {
        let (chunk, word, bit) = position(id);
        if self.chunks.len() <= chunk {
            self.chunks.resize_with(chunk + 1, || None);
        }
        let Some(slot) = self.chunks.get_mut(chunk) else {
            return false;
        };
        let words = slot.get_or_insert_with(|| Box::new([0; WORDS]));
        let Some(held) = words.get_mut(word) else {
            return false;
        };
        let added = *held & bit == 0;
        *held |= bit;
        added
    }

    /// Removes `id`; false when it was not there.
    pub(crate) fn remove(&mut self, id: PrefixId) -> bool {
        let (chunk, word, bit) = position(id);
        let words = self.chunks.get_mut(chunk).and_then(Option::as_mut);
        let Some(held) = words.and_then(|words| words.get_mut(word)) else {
            return false;
        };
        let removed = *held & bit != 0;
        *held &= !bit;
        removed
    }

    /// The members in ascending order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = PrefixId> + '_ {
        let chunks = (0u32..).step_by(CHUNK_BITS as usize).zip(&self.chunks);
        chunks
            .filter_map(|(base, chunk)| Some((base, chunk.as_ref()?)))
            .flat_map(|(base, words)| (base..).step_by(BITS as usize).zip(words.iter()))
            .flat_map(|(base, word)| Bits { base, word: *word })
    }
}

/// Chunk, word in the chunk, bit in the word.
const fn position(id: PrefixId) -> (usize, usize, u64) {
    let index = id.0;
    let word = (index % CHUNK_BITS) / BITS;
    (
        (index / CHUNK_BITS) as usize,
        word as usize,
        1 << (index % BITS),
    )
}

struct Bits {
    base: u32,
    word: u64,
}

impl Iterator for Bits {
    type Item = PrefixId;

    fn next(&mut self) -> Option<PrefixId> {
        let bit = self.word.trailing_zeros();
        if bit == BITS {
            return None;
        }
        self.word &= self.word - 1;
        Some(PrefixId(self.base + bit))
    }
}

/// Destinations to look at again, each once, first come first served.
#[derive(Debug, Clone, Default)]
pub(crate) struct DirtyQueue {
    order: std::collections::VecDeque<PrefixId>,
    members: PrefixSet,
}

impl DirtyQueue {
    /// Adds `id` at the end unless it waits already; tells whether it was added.
    pub(crate) fn push(&mut self, id: PrefixId) -> bool {
        let added = self.members.insert(id);
        if added {
            self.order.push_back(id);
        }
        added
    }

    /// Takes the first.
    pub(crate) fn pop(&mut self) -> Option<PrefixId> {
        let id = self.order.pop_front()?;
        self.members.remove(id);
        Some(id)
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The waiting destinations in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = PrefixId> + '_ {
        self.order.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_a_set() {
        let mut set = PrefixSet::default();
        let ids = [0, 1, 63, 64, 4095, 4096, 100_000].map(PrefixId);
        for id in ids.iter().rev() {
            assert!(set.insert(*id));
            assert!(!set.insert(*id));
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), ids);
        assert!(set.remove(PrefixId(64)));
        assert!(!set.remove(PrefixId(64)));
        assert!(!set.remove(PrefixId(9_999_999)));
        assert_eq!(set.iter().count(), ids.len() - 1);
    }

    #[test]
    fn a_queue_keeps_the_first_place() {
        let mut queue = DirtyQueue::default();
        assert!(queue.push(PrefixId(5)) && queue.push(PrefixId(3)));
        assert!(!queue.push(PrefixId(5)));
        assert_eq!(queue.iter().collect::<Vec<_>>(), [PrefixId(5), PrefixId(3)]);
        assert_eq!(queue.pop(), Some(PrefixId(5)));
        assert!(queue.push(PrefixId(5)));
        assert_eq!(
            [queue.pop(), queue.pop(), queue.pop()],
            [Some(PrefixId(3)), Some(PrefixId(5)), None]
        );
        assert!(queue.is_empty());
    }
}
