//! A vector that grows without moving: by chunks.
//!
//! One that doubles may need its old and its new place at once while it grows. An
//! allocator that moves pages instead of octets, as glibc's does, spares that; where
//! one copies, the peak of a large table would be half as high again.

/// Items of a chunk; a power of two, so that an index is two shifts.
const CHUNK: usize = 1024;

/// Items by index.
///
/// INVARIANT: every chunk but the last is full.
#[derive(Debug, Clone)]
pub(crate) struct Chunks<T>(Vec<Vec<T>>);

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Chunks<T> {
    pub(crate) fn len(&self) -> usize {
        let full = self.0.len().saturating_sub(1) * CHUNK;
        full + self.0.last().map_or(0, Vec::len)
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.0.get(index / CHUNK)?.get(index % CHUNK)
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.0.get_mut(index / CHUNK)?.get_mut(index % CHUNK)
    }

    pub(crate) fn push(&mut self, item: T) {
        match self.0.last_mut() {
            // A small table stays small: only the first chunk grows by doubling.
            Some(last) if last.len() < CHUNK => last.push(item),
            Some(_) => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(item);
                self.0.push(chunk);
            }
            None => self.0.push(vec![item]),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_where_they_were_put() {
        let mut chunks = Chunks::default();
        for number in 0..3 * CHUNK + 1 {
            assert_eq!((chunks.len(), chunks.get(number)), (number, None));
            chunks.push(number);
        }
        *chunks.get_mut(CHUNK).unwrap() += 5;
        assert_eq!(chunks.get(CHUNK), Some(&(CHUNK + 5)));
        assert!(
            chunks
                .iter()
                .enumerate()
                .all(|(at, it)| *it == at || at == CHUNK)
        );
        assert_eq!(chunks.iter().count(), 3 * CHUNK + 1);
    }
}
