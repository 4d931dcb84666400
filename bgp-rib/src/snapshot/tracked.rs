//! A table as readers see it, and what has changed since they saw it last.

use super::tree::Tree;
use crate::Destination;
use crate::set::DirtyQueue;
use crate::table::{PrefixId, Table};

/// A persistent copy of a table.
///
/// INVARIANT: a destination that waits holds a reference to its place.
#[derive(Debug, Clone)]
pub(crate) struct Tracked<V> {
    tree: Tree<Destination, V>,
    dirty: DirtyQueue,
}

impl<V> Default for Tracked<V> {
    fn default() -> Self {
        Self {
            tree: Tree::default(),
            dirty: DirtyQueue::default(),
        }
    }
}

impl<V: Clone> Tracked<V> {
    /// Notes a change.
    pub(crate) fn mark(&mut self, id: PrefixId, table: &mut Table) {
        if self.dirty.push(id) {
            table.reference(id);
        }
    }

    /// Follows the changes; whether there were some. `now` tells what is there.
    pub(crate) fn follow(
        &mut self,
        table: &mut Table,
        now: impl Fn(&Table, PrefixId) -> Option<V>,
    ) -> bool {
        let changed = !self.dirty.is_empty();
        while let Some(id) = self.dirty.pop() {
            if let Some(destination) = table.destination(id) {
                match now(table, id) {
                    Some(value) => self.tree.insert(destination, value),
                    None => self.tree.remove(&destination),
                }
            }
            table.unreference(id);
        }
        changed
    }

    /// Takes a destination out at once.
    pub(crate) fn remove(&mut self, destination: &Destination) {
        self.tree.remove(destination);
    }

    /// What waits, each with a reference.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = PrefixId> + '_ {
        self.dirty.iter()
    }

    /// The table as it was followed last.
    pub(super) fn tree(&self) -> &Tree<Destination, V> {
        &self.tree
    }
}
