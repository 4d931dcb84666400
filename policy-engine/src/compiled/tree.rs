//! The decision trees of all programs, in one place so that they share what is equal.
//!
//! ```text
//! program -> protocol -> destination port -> source port -> ICMP -> own class -> peer class
//! ```
//!
//! A level that decides nothing is left out. Fields with an order are split into intervals;
//! classes select from a row, which is cut into chunks of [`CHUNK`] targets.
//!
//! INVARIANT: a node refers only to nodes that were added before it. So a walk takes at most
//! as many steps as there are nodes, and none goes round in a circle.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::class::ClassId;
use crate::{HttpMatch, HttpRequest, Side};

/// How many classes of a row make a chunk.
const CHUNK: usize = 64;

/// Where a walk goes on: at a node, or at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Target(u32);

/// The number of a decider in the snapshot's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DeciderId(pub(super) u32);

/// Ids are below this; the builder stops long before.
const DECIDED: u32 = 1 << 30;
/// The most cells that a tree may have, so that all numbers are below [`DECIDED`].
pub(super) const MOST_CELLS: usize = 1 << 29;
/// In a row: the chunk is made of this one target.
const UNIFORM: u32 = 1 << 31;

impl Target {
    pub(super) const fn decided(DeciderId(id): DeciderId) -> Self {
        Self(id | DECIDED)
    }

    const fn node(index: u32) -> Self {
        Self(index)
    }

    pub(super) const fn decider(self) -> Option<DeciderId> {
        if self.0 & DECIDED == 0 {
            None
        } else {
            Some(DeciderId(self.0 & !DECIDED))
        }
    }
}

/// A field of a packet whose values have an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    /// The protocol number.
    Protocol,
    /// The destination port.
    DestinationPort,
    /// The source port.
    SourcePort,
    /// ICMP type and code, see [`Key::icmp`].
    Icmp,
}

#[derive(Clone, Copy, Debug)]
enum Node {
    /// The interval of a field: `len` entries of `splits` from `first`.
    Split { field: Field, first: u32, len: u32 },
    /// The class of a side: a row of `rows` from `row`.
    Classes { side: Side, row: u32 },
    /// The HTTP request.
    Http {
        matcher: u32,
        yes: Target,
        no: Target,
    },
}

/// What a walk looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    pub(super) protocol: u8,
    pub(super) source_port: u16,
    pub(super) destination_port: u16,
    /// `type << 8 | code`, [`NO_ICMP`] for anything but an ICMP message.
    pub(super) icmp: u32,
    pub(super) source: ClassId,
    pub(super) destination: ClassId,
    pub(super) http: Option<HttpRequest<'a>>,
}

/// The value of [`Key::icmp`] that is above every type and code.
pub(super) const NO_ICMP: u32 = 1 << 16;

impl Key<'_> {
    const fn field(&self, field: Field) -> u32 {
        match field {
            Field::Protocol => self.protocol as u32,
            Field::DestinationPort => self.destination_port as u32,
            Field::SourcePort => self.source_port as u32,
            Field::Icmp => self.icmp,
        }
    }

    const fn class(&self, side: Side) -> ClassId {
        match side {
            Side::Source => self.source,
            Side::Destination => self.destination,
        }
    }
}

/// All trees.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// `(lowest value, target)` of each interval, ascending; the first begins at 0.
    splits: Vec<(u32, Target)>,
    /// For each chunk of classes: [`UNIFORM`] and a target, or the number of a chunk.
    rows: Vec<u32>,
    chunks: Vec<Target>,
    http: Vec<HttpMatch>,
}

impl Tree {
    /// Walks from a target to a decider. `None` would be a defect of the builder; the caller
    /// denies then.
    pub(super) fn walk(&self, mut target: Target, key: &Key<'_>) -> Option<DeciderId> {
        loop {
            if let Some(decider) = target.decider() {
                return Some(decider);
            }
            target = match *self.nodes.get(target.0 as usize)? {
                Node::Split { field, first, len } => self.split(first, len, key.field(field))?,
                Node::Classes { side, row } => self.class(row, key.class(side))?,
                Node::Http { matcher, yes, no } => {
                    let matcher = self.http.get(matcher as usize)?;
                    let matches = key.http.is_none_or(|request| matcher.matches(&request));
                    if matches { yes } else { no }
                }
            };
        }
    }

    #[inline]
    fn split(&self, first: u32, len: u32, value: u32) -> Option<Target> {
        let first = first as usize;
        let entries = self.splits.get(first..first.checked_add(len as usize)?)?;
        let after = entries.partition_point(|(low, _)| *low <= value);
        entries
            .get(after.checked_sub(1)?)
            .map(|(_, target)| *target)
    }

    #[inline]
    fn class(&self, row: u32, ClassId(class): ClassId) -> Option<Target> {
        let class = class as usize;
        let cell = *self.rows.get((row as usize).checked_add(class / CHUNK)?)?;
        if cell & UNIFORM != 0 {
            return Some(Target(cell & !UNIFORM));
        }
        let index = (cell as usize)
            .checked_mul(CHUNK)?
            .checked_add(class % CHUNK)?;
        self.chunks.get(index).copied()
    }

    /// Where a walk between two classes (of source and destination) comes to when it needs a
    /// field, or to its end. As for packets without an HTTP request.
    pub(super) fn settle(&self, mut target: Target, classes: [ClassId; 2]) -> Option<Target> {
        let [source, destination] = classes;
        while target.decider().is_none() {
            target = match *self.nodes.get(target.0 as usize)? {
                Node::Split { .. } => return Some(target),
                Node::Classes { side, row } => match side {
                    Side::Source => self.class(row, source)?,
                    Side::Destination => self.class(row, destination)?,
                },
                Node::Http { yes, .. } => yes,
            };
        }
        Some(target)
    }

    /// Where such a walk goes on, by the value of a field: `(lowest value, target)`, ascending
    /// from 0.
    pub(super) fn intervals(
        &self,
        target: Target,
        field: Field,
        classes: [ClassId; 2],
    ) -> Option<Vec<(u32, Target)>> {
        let target = self.settle(target, classes)?;
        let node = match target.decider() {
            Some(_) => None,
            None => self.nodes.get(target.0 as usize),
        };
        match node {
            Some(Node::Split {
                field: asked,
                first,
                len,
            }) if *asked == field => {
                let first = *first as usize;
                let entries = self.splits.get(first..first.checked_add(*len as usize)?)?;
                Some(entries.to_vec())
            }
            Some(_) | None => Some(vec![(0, target)]),
        }
    }

    /// The bytes that walks read.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.nodes.as_slice())
            + size_of_val(self.splits.as_slice())
            + size_of_val(self.rows.as_slice())
            + size_of_val(self.chunks.as_slice())
    }

    /// The number of nodes.
    pub(super) fn nodes(&self) -> usize {
        self.nodes.len()
    }
}

/// `(lowest value, target)`, ascending.
type Intervals = Box<[(u32, Target)]>;

/// Adds to a [`Tree`], each thing once.
#[derive(Debug, Default)]
pub(super) struct TreeBuilder {
    tree: Tree,
    splits: FxHashMap<(Field, Intervals), Target>,
    rows: FxHashMap<(Side, Box<[u32]>), Target>,
    chunks: FxHashMap<Box<[Target]>, u32>,
    https: FxHashMap<(u32, Target, Target), Target>,
}

impl TreeBuilder {
    pub(super) fn finish(self) -> Tree {
        let mut tree = self.tree;
        tree.nodes.shrink_to_fit();
        tree.splits.shrink_to_fit();
        tree.rows.shrink_to_fit();
        tree.chunks.shrink_to_fit();
        tree
    }

    /// How much there is, in cells of a few bytes.
    pub(super) fn size(&self) -> usize {
        self.tree.nodes.len()
            + self.tree.splits.len()
            + self.tree.rows.len()
            + self.tree.chunks.len()
    }

    /// The number of an HTTP match.
    pub(super) fn http(&mut self, matcher: &HttpMatch) -> u32 {
        let known = self.tree.http.iter().position(|m| m == matcher);
        let index = known.unwrap_or_else(|| {
            self.tree.http.push(matcher.clone());
            self.tree.http.len() - 1
        });
        index_u32(index)
    }

    /// The target of one interval after another, ascending from 0. Neighbours with the same
    /// target become one; a single one needs no node.
    pub(super) fn split(&mut self, field: Field, entries: &[(u32, Target)]) -> Option<Target> {
        let mut merged = entries.to_vec();
        merged.dedup_by_key(|(_, target)| *target);
        if let [(_, only)] = merged.as_slice() {
            return Some(*only);
        }
        let key = (field, merged.into_boxed_slice());
        if let Some(known) = self.splits.get(&key) {
            return Some(*known);
        }
        let first = index_u32(self.tree.splits.len());
        let len = index_u32(key.1.len());
        self.tree.splits.extend_from_slice(&key.1);
        let target = self.push(Node::Split { field, first, len });
        self.splits.insert(key, target);
        Some(target)
    }

    /// The target of each class of a side.
    pub(super) fn classes(&mut self, side: Side, targets: &[Target]) -> Option<Target> {
        let first = *targets.first()?;
        if targets.iter().all(|target| *target == first) {
            return Some(first);
        }
        let row: Box<[u32]> = targets
            .chunks(CHUNK)
            .map(|chunk| self.chunk(chunk))
            .collect();
        let key = (side, row);
        if let Some(known) = self.rows.get(&key) {
            return Some(*known);
        }
        let row = index_u32(self.tree.rows.len());
        self.tree.rows.extend_from_slice(&key.1);
        let target = self.push(Node::Classes { side, row });
        self.rows.insert(key, target);
        Some(target)
    }

    fn chunk(&mut self, targets: &[Target]) -> u32 {
        let Some(first) = targets.first() else {
            return UNIFORM;
        };
        if targets.iter().all(|target| target == first) {
            return first.0 | UNIFORM;
        }
        let mut full = targets.to_vec();
        full.resize(CHUNK, *first);
        if let Some(known) = self.chunks.get(full.as_slice()) {
            return *known;
        }
        let index = index_u32(self.tree.chunks.len() / CHUNK);
        self.tree.chunks.extend_from_slice(&full);
        self.chunks.insert(full.into_boxed_slice(), index);
        index
    }

    /// One target when the HTTP request matches, another when it does not.
    pub(super) fn branch(&mut self, matcher: u32, yes: Target, no: Target) -> Target {
        if yes == no {
            return yes;
        }
        if let Some(known) = self.https.get(&(matcher, yes, no)) {
            return *known;
        }
        let target = self.push(Node::Http { matcher, yes, no });
        self.https.insert((matcher, yes, no), target);
        target
    }

    fn push(&mut self, node: Node) -> Target {
        let index = index_u32(self.tree.nodes.len());
        self.tree.nodes.push(node);
        Target::node(index)
    }
}

/// An index that the compiler's limit (see `Limits`) keeps far below `DECIDED`.
pub(super) fn index_u32(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).min(DECIDED - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(port: u16, class: u32) -> Key<'static> {
        Key {
            protocol: 6,
            source_port: 0,
            destination_port: port,
            icmp: NO_ICMP,
            source: ClassId(class),
            destination: ClassId(0),
            http: None,
        }
    }

    fn decided(id: u32) -> Target {
        Target::decided(DeciderId(id))
    }

    #[test]
    fn equal_things_are_added_once_and_constant_ones_not_at_all() {
        let mut builder = TreeBuilder::default();
        let entries = [
            (0, decided(0)),
            (80, decided(1)),
            (81, decided(0)),
            (90, decided(0)),
        ];
        let a = builder.split(Field::DestinationPort, &entries);
        assert_eq!(a, builder.split(Field::DestinationPort, &entries));
        assert_eq!(builder.tree.splits.len(), 3);
        let same = [(0, decided(7)), (443, decided(7))];
        assert_eq!(builder.split(Field::SourcePort, &same), Some(decided(7)));
        assert_eq!(
            builder.classes(Side::Source, &[decided(3); 100]),
            Some(decided(3))
        );
        assert_eq!(builder.tree.nodes.len(), 1);
    }

    #[test]
    fn a_walk_follows_port_and_class() {
        let mut builder = TreeBuilder::default();
        let targets: Vec<_> = (0..200)
            .map(|class| decided(u32::from(class == 130)))
            .collect();
        let row = builder.classes(Side::Source, &targets).unwrap();
        let entries = [(0, decided(9)), (80, row), (81, decided(9))];
        let root = builder.split(Field::DestinationPort, &entries).unwrap();
        let tree = builder.finish();
        assert_eq!(tree.walk(root, &key(80, 130)), Some(DeciderId(1)));
        assert_eq!(tree.walk(root, &key(80, 131)), Some(DeciderId(0)));
        assert_eq!(tree.walk(root, &key(79, 130)), Some(DeciderId(9)));
        assert_eq!(tree.walk(root, &key(u16::MAX, 130)), Some(DeciderId(9)));
        assert_eq!(tree.walk(root, &key(80, 10_000)), None);
    }
}
