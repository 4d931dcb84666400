//! A bounded byte queue of whole BGP messages.
//!
//! Messages lie one behind the other; the header of each says where it ends
//! (RFC 4271 §4.1), so no index is kept. At most `limit` bytes wait at a time
//! and at most twice as many are allocated: waiting bytes move only when the
//! second half has run full, which makes a push O(length) amortised.
//!
//! INVARIANT: `start <= bytes.len()`, and what lies between is a sequence of
//! whole messages whose headers were checked before they were pushed, of which
//! the first may have been taken in part (`partial`). The loops below therefore
//! always advance; [`Header::read`] makes them advance on anything else too.
//!
//! A contiguous buffer, not a queue of boxed messages: the transport writes
//! many messages in one call, UPDATEs are lent without a copy, and nothing is
//! allocated per message.

use std::ops::Range;

use crate::message::Header;

/// What an idle queue may keep allocated. Thousands of sessions that have carried a table
/// each would else hold its size for ever.
const KEPT: usize = 16 * 1024;

/// Whole messages in order of arrival.
#[derive(Debug)]
pub(crate) struct MessageQueue {
    bytes: Vec<u8>,
    start: usize,
    limit: usize,
    partial: Option<Partial>,
}

/// A first message of which some bytes were taken already.
#[derive(Clone, Copy, Debug)]
struct Partial {
    left: usize,
    message_type: u8,
}

impl MessageQueue {
    pub(crate) const fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            limit,
            partial: None,
        }
    }

    /// Changes how many bytes may wait; what waits already stays.
    pub(crate) const fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Bytes that may still be pushed.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.pending().len())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pending().is_empty()
    }

    /// Appends one whole message; `false` when it does not fit.
    #[must_use]
    pub(crate) fn push(&mut self, message: &[u8]) -> bool {
        if message.len() > self.room() {
            return false;
        }
        let crowded = self.bytes.len().saturating_add(message.len()) > self.limit.saturating_mul(2);
        if crowded || self.is_empty() {
            self.bytes.drain(..self.start.min(self.bytes.len()));
            self.start = 0;
        }
        self.bytes.extend_from_slice(message);
        true
    }

    /// Everything that waits, contiguous.
    pub(crate) fn pending(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// What is left of a message that was taken in part: nothing else may be
    /// put on the wire before it.
    pub(crate) fn unfinished(&self) -> Option<&[u8]> {
        self.partial
            .and_then(|partial| self.pending().get(..partial.left))
    }

    /// Takes up to `count` bytes from the front and calls `finished` with the
    /// type of every message that ends among them. Returns the bytes taken.
    pub(crate) fn take(&mut self, count: usize, mut finished: impl FnMut(u8)) -> usize {
        let taken = count.min(self.pending().len());
        let mut left = taken;
        while left > 0 {
            let first = self.partial.take().unwrap_or_else(|| self.first());
            let step = left.min(first.left);
            self.start = self.start.saturating_add(step);
            left = left.saturating_sub(step);
            if step == first.left {
                finished(first.message_type);
            } else {
                self.partial = Some(Partial {
                    left: first.left.saturating_sub(step),
                    ..first
                });
            }
        }
        self.relax();
        taken
    }

    /// Gives back what a burst has left allocated, once nothing waits and nobody reads.
    pub(crate) fn relax(&mut self) {
        if self.is_empty() && self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
            self.start = 0;
        }
    }

    fn first(&self) -> Partial {
        let header = Header::read(self.pending());
        Partial {
            left: header.length,
            message_type: header.message_type,
        }
    }

    /// Takes the first message and says where its bytes lie. They stay
    /// readable through [`Self::slice`] until the next push.
    pub(crate) fn pop(&mut self) -> Option<Range<usize>> {
        if self.is_empty() {
            return None;
        }
        let end = self
            .start
            .saturating_add(self.first().left)
            .min(self.bytes.len());
        let range = self.start..end;
        self.start = end;
        Some(range)
    }

    /// The bytes of a message that [`Self::pop`] named.
    pub(crate) fn slice(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// Forgets every message except the rest of one that is on its way.
    pub(crate) fn truncate_to_unfinished(&mut self) {
        let keep = self.partial.map_or(0, |partial| partial.left);
        self.bytes.truncate(self.start.saturating_add(keep));
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A burst costs memory while it lasts.
    #[test]
    fn gives_back_what_a_burst_took() {
        let mut queue = MessageQueue::new(1 << 20);
        let one = message(2, 200);
        while queue.bytes.len() < 2 * KEPT {
            assert!(queue.push(&one));
        }
        let waiting = queue.pending().len();
        assert_eq!(queue.take(waiting - 10, |_| {}), waiting - 10);
        assert!(queue.bytes.capacity() > KEPT, "the rest of a message waits");
        assert_eq!(queue.take(10, |_| {}), 10);
        assert_eq!(queue.bytes.capacity(), 0);
        assert!(queue.push(&one));
        assert_eq!(queue.pending(), one);
    }

    fn message(message_type: u8, length: u8) -> Vec<u8> {
        let mut bytes = vec![0xff; 16];
        bytes.extend([0, length, message_type]);
        bytes.resize(usize::from(length), 0);
        bytes
    }

    #[test]
    fn refuses_what_exceeds_the_limit() {
        let mut queue = MessageQueue::new(50);
        assert!(queue.push(&message(2, 30)));
        assert!(!queue.push(&message(2, 23)));
        assert!(queue.push(&message(4, 19)));
        assert_eq!(queue.room(), 1);
    }

    #[test]
    fn reports_messages_that_end_across_partial_writes() {
        let mut queue = MessageQueue::new(100);
        assert!(queue.push(&message(2, 30)) && queue.push(&message(4, 19)));
        let mut seen = Vec::new();
        queue.take(29, |kind| seen.push(kind));
        assert_eq!(
            (seen.as_slice(), queue.unfinished().map(<[u8]>::len)),
            (&[][..], Some(1))
        );
        queue.take(usize::MAX, |kind| seen.push(kind));
        assert_eq!((seen.as_slice(), queue.is_empty()), (&[2, 4][..], true));
    }

    #[test]
    fn memory_stays_within_twice_the_limit_whatever_passes_through() {
        let mut queue = MessageQueue::new(100);
        for _ in 0..1000 {
            while queue.push(&message(2, 23)) {}
            assert!(queue.bytes.len() <= 200);
            queue.pop();
        }
        assert!(queue.bytes.capacity() <= 400);
    }

    #[test]
    fn what_is_on_its_way_survives_truncation() {
        let mut queue = MessageQueue::new(100);
        assert!(queue.push(&message(2, 30)) && queue.push(&message(2, 30)));
        queue.take(10, |_| {});
        queue.truncate_to_unfinished();
        assert_eq!(queue.pending().len(), 20);
    }
}
