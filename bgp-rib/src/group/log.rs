//! Encoded messages of a group, kept until every member has read them.
//!
//! INVARIANT: numbers are never used again, and `bytes` is the sum over the
//! messages held. How long the log may grow is `RibConfig::group_backlog`'s to
//! say: then those who lag behind are given a group of their own.

use super::Audience;
use std::collections::VecDeque;
use std::sync::Arc;

/// One encoded message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// The whole message with its header; shared when a group is split.
    pub(crate) bytes: Arc<[u8]>,
    /// Who reads it; the others pass over it.
    pub(crate) audience: Audience,
}

/// Messages in order, numbered without gaps.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    messages: VecDeque<Message>,
    first: u64,
    bytes: usize,
}

impl Log {
    /// Number of the next message to be added.
    pub(crate) fn end(&self) -> u64 {
        self.first.saturating_add(self.messages.len() as u64)
    }

    /// Number of the first message held.
    pub(crate) const fn first(&self) -> u64 {
        self.first
    }

    /// Bytes held.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds a message at the end.
    pub(crate) fn push(&mut self, message: Message) {
        self.bytes += message.bytes.len();
        self.messages.push_back(message);
    }

    /// The message of a number; `None` before it is written and after it is
    /// forgotten.
    pub(crate) fn get(&self, number: u64) -> Option<&Message> {
        let position = number.checked_sub(self.first)?;
        self.messages.get(usize::try_from(position).ok()?)
    }

    /// Drops the messages before `number`.
    pub(crate) fn forget_before(&mut self, number: u64) {
        while self.first < number {
            let Some(message) = self.messages.pop_front() else {
                return;
            };
            self.bytes -= message.bytes.len();
            self.first += 1;
        }
    }
}
