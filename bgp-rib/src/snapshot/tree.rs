//! A persistent ordered map from destinations: a B+ tree with shared nodes.
//!
//! A clone is one reference count. Writing to a tree whose nodes are shared
//! with a clone copies the nodes on the way to the entry, at most one a level;
//! nodes that are not shared are written in place.
//!
//! Nodes are wide because copying one is a memory copy, while each level is a
//! cache miss for every reader: a table of a million prefixes has four levels.
//! Prefixes are ordered by family, address and length, so that what contains an
//! address lies just before it, which is what the longest match needs.
//!
//! INVARIANT: all leaves are at one depth; entries and children are sorted;
//! no node but the root is empty; a branch knows the first key below each child.

use ipnet::IpNet;
use std::net::IpAddr;
use std::sync::Arc;

/// Most entries of a leaf and most children of a branch.
const FULL: usize = 64;
/// A node smaller than this joins its neighbour if both fit into one.
const SMALL: usize = FULL / 4;

#[derive(Debug, Clone)]
enum Node<K, V> {
    Leaf(Vec<(K, V)>),
    Branch(Vec<(K, Arc<Self>)>),
}

/// The map.
#[derive(Debug, Clone)]
pub(crate) struct Tree<K, V> {
    root: Arc<Node<K, V>>,
    len: usize,
}

impl<K, V> Default for Tree<K, V> {
    fn default() -> Self {
        Self {
            root: Arc::new(Node::Leaf(Vec::new())),
            len: 0,
        }
    }
}

impl<K: Ord + Clone, V: Clone> Tree<K, V> {
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Sets the value of `key`.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        let (added, split) = Node::insert(&mut self.root, key, value);
        self.len += usize::from(added);
        if let Some(right) = split
            && let (Some(first), Some(second)) = (self.root.first_key(), right.first_key())
        {
            let left = Arc::clone(&self.root);
            self.root = Arc::new(Node::Branch(vec![(first, left), (second, right)]));
        }
    }

    /// Removes `key`.
    pub(crate) fn remove(&mut self, key: &K) {
        if !Node::remove(&mut self.root, key) {
            return;
        }
        self.len -= 1;
        while let Node::Branch(children) = &*self.root {
            match children.as_slice() {
                [] => self.root = Arc::new(Node::Leaf(Vec::new())),
                [(_, only)] => self.root = Arc::clone(only),
                [..] => break,
            }
        }
    }

    /// The value of exactly `key`. O(log n).
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let (found, value) = self.at_or_before(key)?;
        (found == key).then_some(value)
    }

    /// The last entry not after `key`.
    fn at_or_before(&self, key: &K) -> Option<(&K, &V)> {
        let mut node = &*self.root;
        loop {
            match node {
                Node::Branch(children) => {
                    node = &*children.get(upper_bound(children, key).checked_sub(1)?)?.1;
                }
                Node::Leaf(entries) => {
                    let (held, value) = entries.get(upper_bound(entries, key).checked_sub(1)?)?;
                    return Some((held, value));
                }
            }
        }
    }

    /// The entries from `key` on, in order. O(log n) to begin.
    pub(crate) fn iter_from(&self, key: &K) -> Iter<'_, K, V> {
        let mut iter = Iter {
            path: Vec::new(),
            entries: [].iter(),
        };
        let mut node = &*self.root;
        loop {
            match node {
                Node::Branch(children) => {
                    // What comes before the first key of a child may be in the one before.
                    let at = upper_bound(children, key).saturating_sub(1);
                    let mut rest = children.get(at..).unwrap_or_default().iter();
                    let Some((_, child)) = rest.next() else {
                        return iter;
                    };
                    iter.path.push(rest);
                    node = child;
                }
                Node::Leaf(entries) => {
                    let at = entries.partition_point(|(held, _)| held < key);
                    iter.entries = entries.get(at..).unwrap_or_default().iter();
                    return iter;
                }
            }
        }
    }

    /// The entries in order.
    pub(crate) fn iter(&self) -> Iter<'_, K, V> {
        let mut iter = Iter {
            path: Vec::new(),
            entries: [].iter(),
        };
        iter.descend(&self.root);
        iter
    }
}

impl<V: Clone> Tree<IpNet, V> {
    /// The longest prefix that contains `address`. Each probe either answers or
    /// shortens the prefix in question to what the neighbour shares with the
    /// address, so there are few: at most one a bit, as a rule two to four.
    pub(crate) fn longest_match(&self, address: IpAddr) -> Option<(&IpNet, &V)> {
        let mut probe = IpNet::from(address);
        loop {
            let (held, value) = self.at_or_before(&probe)?;
            if held.contains(&address) {
                return Some((held, value));
            }
            let shared = shared_bits(held.addr(), address)?.min(probe.prefix_len().checked_sub(1)?);
            probe = IpNet::new(address, shared).ok()?.trunc();
        }
    }
}

/// Number of entries whose key is not after `key`.
fn upper_bound<K: Ord, T>(entries: &[(K, T)], key: &K) -> usize {
    entries.partition_point(|(held, _)| held <= key)
}

/// Leading bits that two addresses of one family share.
fn shared_bits(one: IpAddr, other: IpAddr) -> Option<u8> {
    let bits = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return None,
    };
    u8::try_from(bits).ok()
}

impl<K: Ord + Clone, V: Clone> Node<K, V> {
    fn first_key(&self) -> Option<K> {
        match self {
            Self::Leaf(entries) => entries.first().map(|(key, _)| key.clone()),
            Self::Branch(children) => children.first().map(|(key, _)| key.clone()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Leaf(entries) => entries.len(),
            Self::Branch(children) => children.len(),
        }
    }

    /// Whether the key is new, and the right half if the node had to be split.
    /// The recursion is as deep as the tree: at most six for 2³² entries.
    fn insert(node: &mut Arc<Self>, key: K, value: V) -> (bool, Option<Arc<Self>>) {
        match Arc::make_mut(node) {
            Self::Leaf(entries) => {
                let position = upper_bound(entries, &key);
                let before = position
                    .checked_sub(1)
                    .and_then(|before| entries.get_mut(before));
                if let Some((held, old)) = before
                    && *held == key
                {
                    *old = value;
                    return (false, None);
                }
                entries.insert(position, (key, value));
                (
                    true,
                    split_off(entries).map(|right| Arc::new(Self::Leaf(right))),
                )
            }
            Self::Branch(children) => {
                let position = upper_bound(children, &key).saturating_sub(1);
                let Some((first, child)) = children.get_mut(position) else {
                    return (false, None);
                };
                if key < *first {
                    first.clone_from(&key);
                }
                let (added, split) = Self::insert(child, key, value);
                if let Some(right) = split
                    && let Some(first) = right.first_key()
                {
                    children.insert(position + 1, (first, right));
                }
                (
                    added,
                    split_off(children).map(|right| Arc::new(Self::Branch(right))),
                )
            }
        }
    }

    /// Whether the key was there.
    fn remove(node: &mut Arc<Self>, key: &K) -> bool {
        match Arc::make_mut(node) {
            Self::Leaf(entries) => {
                let found = entries.binary_search_by(|(held, _)| held.cmp(key));
                found.is_ok_and(|position| {
                    entries.remove(position);
                    true
                })
            }
            Self::Branch(children) => {
                let Some(position) = upper_bound(children, key).checked_sub(1) else {
                    return false;
                };
                let Some((first, child)) = children.get_mut(position) else {
                    return false;
                };
                let removed = Self::remove(child, key);
                match child.first_key() {
                    Some(now) => *first = now,
                    None => {
                        children.remove(position);
                    }
                }
                if removed {
                    join_small(children, position);
                }
                removed
            }
        }
    }

    /// Takes over the contents of the right neighbour, a node of the same depth.
    fn append(&mut self, right: &Self) {
        match (self, right) {
            (Self::Leaf(entries), Self::Leaf(more)) => entries.extend_from_slice(more),
            (Self::Branch(children), Self::Branch(more)) => children.extend_from_slice(more),
            // Depths are equal; see the invariant.
            (Self::Leaf(_), Self::Branch(_)) | (Self::Branch(_), Self::Leaf(_)) => {}
        }
    }
}

/// The upper half of an overfull node.
fn split_off<T>(entries: &mut Vec<T>) -> Option<Vec<T>> {
    (entries.len() > FULL).then(|| entries.split_off(entries.len() / 2))
}

/// Joins the child at `position` with a neighbour if it is small and both fit.
fn join_small<K: Ord + Clone, V: Clone>(children: &mut Vec<(K, Arc<Node<K, V>>)>, position: usize) {
    let size = |at: usize| children.get(at).map(|(_, child)| child.len());
    if size(position).is_none_or(|len| len >= SMALL) {
        return;
    }
    let left = if position + 1 < children.len() {
        position
    } else {
        position.saturating_sub(1)
    };
    let (Some(one), Some(two)) = (size(left), size(left + 1)) else {
        return;
    };
    if one + two > FULL {
        return;
    }
    let (_, right) = children.remove(left + 1);
    if let Some((_, child)) = children.get_mut(left) {
        Arc::make_mut(child).append(&right);
    }
}

type Children<'a, K, V> = std::slice::Iter<'a, (K, Arc<Node<K, V>>)>;

/// Entries in order.
#[derive(Debug)]
pub(crate) struct Iter<'a, K, V> {
    path: Vec<Children<'a, K, V>>,
    entries: std::slice::Iter<'a, (K, V)>,
}

impl<'a, K, V> Iter<'a, K, V> {
    fn descend(&mut self, mut node: &'a Node<K, V>) {
        loop {
            match node {
                Node::Leaf(entries) => {
                    self.entries = entries.iter();
                    return;
                }
                Node::Branch(children) => {
                    let mut rest = children.iter();
                    let Some((_, first)) = rest.next() else {
                        return;
                    };
                    self.path.push(rest);
                    node = first;
                }
            }
        }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.entries.next() {
                return Some((key, value));
            }
            let branch = self.path.last_mut()?;
            match branch.next() {
                Some((_, child)) => self.descend(child),
                None => {
                    self.path.pop();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::net::Ipv4Addr;

    fn prefix() -> impl Strategy<Value = IpNet> {
        // Few bits, so that prefixes nest and repeat.
        (0u32..2048, 0u8..=32).prop_map(|(bits, length)| {
            IpNet::new(Ipv4Addr::from(bits << 21).into(), length)
                .unwrap()
                .trunc()
        })
    }

    fn check(tree: &Tree<IpNet, u32>, model: &BTreeMap<IpNet, u32>) {
        assert_eq!(tree.len(), model.len());
        assert!(tree.iter().eq(model.iter()));
    }

    proptest! {
        #[test]
        fn behaves_as_a_map_and_clones_stand_still(
            steps in prop::collection::vec((prefix(), any::<Option<u32>>()), 1..800),
            address in any::<u32>(),
        ) {
            let (mut tree, mut model) = (Tree::default(), BTreeMap::new());
            let half = steps.len() / 2;
            let mut frozen = None;
            for (number, (key, value)) in steps.into_iter().enumerate() {
                match value {
                    Some(value) => {
                        tree.insert(key, value);
                        model.insert(key, value);
                    }
                    None => {
                        tree.remove(&key);
                        model.remove(&key);
                    }
                }
                prop_assert_eq!(tree.get(&key), model.get(&key));
                if number == half {
                    frozen = Some((tree.clone(), model.clone()));
                }
            }
            check(&tree, &model);
            let (old_tree, old_model) = frozen.unwrap();
            check(&old_tree, &old_model);
            let address = IpAddr::V4(Ipv4Addr::from(address));
            let expected = model
                .iter()
                .filter(|(key, _)| key.contains(&address))
                .max_by_key(|(key, _)| key.prefix_len());
            prop_assert_eq!(tree.longest_match(address), expected);
            let from = IpNet::from(address);
            prop_assert!(tree.iter_from(&from).eq(model.range(from..)));
            for (key, _) in tree.iter() {
                prop_assert!(tree.iter_from(key).eq(model.range(*key..)));
            }
        }
    }

    #[test]
    fn grows_and_shrinks_through_every_depth() {
        let (mut tree, mut model) = (Tree::default(), BTreeMap::new());
        let key = |number: u32| {
            IpNet::from(IpAddr::V4(Ipv4Addr::from(
                number.wrapping_mul(2_654_435_761),
            )))
        };
        for number in 0..20_000 {
            tree.insert(key(number), number);
            model.insert(key(number), number);
        }
        check(&tree, &model);
        for number in (0..20_000).rev() {
            tree.remove(&key(number));
            model.remove(&key(number));
            if number % 997 == 0 {
                check(&tree, &model);
            }
        }
        assert_eq!(tree.len(), 0);
        assert_eq!(tree.longest_match(Ipv4Addr::LOCALHOST.into()), None);
    }
}
