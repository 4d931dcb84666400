//! Values by prefix, and which of them a given prefix lies in.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use rustc_hash::FxHashMap;

/// A map from prefixes to values that finds all prefixes that cover another:
/// one hash lookup for each length that occurs, however many prefixes there are.
///
/// INVARIANT: the bit of a length is set if a prefix of that length is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Covering<V> {
    values: FxHashMap<IpNet, V>,
    ipv4: u64,
    ipv6: [u128; 2],
}

impl<V> Default for Covering<V> {
    fn default() -> Self {
        Self {
            values: FxHashMap::default(),
            ipv4: 0,
            ipv6: [0; 2],
        }
    }
}

impl<V> Covering<V> {
    /// The value of `prefix`, which has no host bits.
    pub(crate) fn get_mut(&mut self, prefix: &IpNet) -> Option<&mut V> {
        self.values.get_mut(prefix)
    }

    pub(crate) fn entry(&mut self, prefix: IpNet) -> &mut V
    where
        V: Default,
    {
        match prefix {
            IpNet::V4(net) => self.ipv4 |= 1 << net.prefix_len(),
            IpNet::V6(net) => {
                let (word, bit) = place(net.prefix_len());
                if let Some(word) = self.ipv6.get_mut(word) {
                    *word |= bit;
                }
            }
        }
        self.values.entry(prefix).or_default()
    }

    pub(crate) fn remove(&mut self, prefix: &IpNet) {
        self.values.remove(prefix);
        if self.values.is_empty() {
            *self = Self::default();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&IpNet, &V)> {
        self.values.iter()
    }

    /// The values of the prefixes that `prefix` lies in, the shortest first.
    pub(crate) fn of(&self, prefix: &IpNet) -> impl Iterator<Item = &V> {
        let lengths = 0..=prefix.prefix_len();
        let prefix = *prefix;
        let there = lengths.filter(move |length| self.has_length(&prefix, *length));
        there.filter_map(move |length| self.values.get(&shortened(&prefix, length)?))
    }

    fn has_length(&self, prefix: &IpNet, length: u8) -> bool {
        match prefix {
            IpNet::V4(_) => self.ipv4 & 1 << length != 0,
            IpNet::V6(_) => {
                let (word, bit) = place(length);
                self.ipv6.get(word).is_some_and(|held| held & bit != 0)
            }
        }
    }
}

/// Word and bit of a length of IPv6: there are 129 of them.
const fn place(length: u8) -> (usize, u128) {
    (length as usize / 128, 1 << (length % 128))
}

fn shortened(prefix: &IpNet, length: u8) -> Option<IpNet> {
    Some(match prefix {
        IpNet::V4(net) => Ipv4Net::new(net.addr(), length).ok()?.trunc().into(),
        IpNet::V6(net) => Ipv6Net::new(net.addr(), length).ok()?.trunc().into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefixes_around_another() {
        let mut map = Covering::<u8>::default();
        let nets = [
            "0.0.0.0/0",
            "10.0.0.0/8",
            "10.1.0.0/16",
            "10.1.2.3/32",
            "::/0",
            "::1/128",
        ];
        for (number, net) in (0..).zip(nets) {
            *map.entry(net.parse().unwrap()) = number;
        }
        let of = |net: &str| map.of(&net.parse().unwrap()).copied().collect::<Vec<_>>();
        assert_eq!(of("10.1.2.3/32"), [0, 1, 2, 3]);
        assert_eq!(of("10.1.0.0/15"), [0, 1]);
        assert_eq!(of("::1/128"), [4, 5]);
        assert_eq!(of("2001:db8::/32"), [4]);
        for net in nets {
            map.remove(&net.parse().unwrap());
        }
        assert_eq!(map, Covering::default());
    }
}
