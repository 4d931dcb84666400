//! The agenda of a simulation: what happens next, in an order that is total.
//!
//! Two events of the same instant happen in the order in which they were put down, so
//! a run depends on nothing but its input.

use std::collections::BTreeMap;
use std::time::Duration;

/// Events ordered by time, then by the order of their entry.
///
/// Entering and taking cost O(log n).
#[derive(Debug)]
pub struct Agenda<E> {
    events: BTreeMap<(Duration, u64), E>,
    entered: u64,
}

impl<E> Agenda<E> {
    /// An agenda with nothing on it.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            events: BTreeMap::new(),
            entered: 0,
        }
    }

    /// Puts `event` down for the time `at`, after whatever is there for that time.
    pub fn enter(&mut self, at: Duration, event: E) {
        self.events.insert((at, self.entered), event);
        self.entered += 1;
    }

    /// The time of the next event.
    #[must_use]
    pub fn next_time(&self) -> Option<Duration> {
        self.events.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next event off.
    pub fn take_next(&mut self) -> Option<(Duration, E)> {
        self.events.pop_first().map(|((at, _), event)| (at, event))
    }
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_by_time_and_then_by_entry() {
        let mut agenda = Agenda::new();
        for (at, event) in [(2, 'c'), (1, 'a'), (2, 'd'), (1, 'b')] {
            agenda.enter(Duration::from_secs(at), event);
        }
        assert_eq!(agenda.next_time(), Some(Duration::from_secs(1)));
        let order: String = std::iter::from_fn(|| agenda.take_next())
            .map(|(_, event)| event)
            .collect();
        assert_eq!(order, "abcd");
    }
}
