//! A stream that is read piece by piece, through one buffer.

use alloc::vec::Vec;
use std::io::{self, Read};

/// How many octets are asked for at a time.
const CHUNK: usize = 1 << 16;

/// What was read of a source and not yet given out. The buffer is used again: once it is
/// as large as the largest piece, nothing is allocated.
#[derive(Debug)]
pub(crate) struct StreamBuffer<R> {
    source: R,
    buffer: Vec<u8>,
    /// What of the buffer has been given out.
    taken: usize,
    /// Octets of the stream before the buffer.
    before: u64,
    ended: bool,
}

impl<R: Read> StreamBuffer<R> {
    pub(crate) const fn new(source: R) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            taken: 0,
            before: 0,
            ended: false,
        }
    }

    /// Octets of the stream that were given out.
    pub(crate) const fn offset(&self) -> u64 {
        self.before.saturating_add(self.taken as u64)
    }

    /// What is there and was not given out.
    pub(crate) fn rest(&self) -> &[u8] {
        self.buffer.get(self.taken..).unwrap_or_default()
    }

    /// Gives out so many octets, or all that are there.
    pub(crate) fn take(&mut self, count: usize) -> &[u8] {
        let begin = self.taken;
        self.taken = begin.saturating_add(count).min(self.buffer.len());
        self.buffer.get(begin..self.taken).unwrap_or_default()
    }

    /// Reads until so many octets are there that were not given out; `false` where the
    /// stream ends before.
    pub(crate) fn fill(&mut self, count: usize) -> io::Result<bool> {
        if self.rest().len() < count && self.taken > 0 {
            self.before = self.before.saturating_add(self.taken as u64);
            self.buffer.drain(..self.taken);
            self.taken = 0;
        }
        while self.buffer.len() < count && !self.ended {
            // By steps: a length that lies makes nothing grow.
            let there = self.buffer.len();
            self.buffer.resize(there.saturating_add(CHUNK), 0);
            let free = self.buffer.get_mut(there..).unwrap_or_default();
            let read = self.source.read(free);
            let count = *read.as_ref().unwrap_or(&0);
            self.buffer.truncate(there.saturating_add(count));
            match read {
                Ok(count) => self.ended = count == 0,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.rest().len() >= count)
    }
}
