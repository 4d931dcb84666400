//! Encoded messages of a group, kept until every member has read them.

use super::Audience;
use std::collections::VecDeque;
use std::sync::Arc;

/// One encoded message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) bytes: Arc<[u8]>,
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

    pub(crate) fn push(&mut self, message: Message) {
        self.bytes += message.bytes.len();
        self.messages.push_back(message);
    }

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
