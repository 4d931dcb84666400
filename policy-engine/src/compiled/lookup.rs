//! From an address to its class, by longest prefix.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustc_hash::FxHashMap;

use super::class::ClassId;
use crate::Family;

/// What an address is inside a table.
pub(super) trait Bits: Copy + Ord + std::hash::Hash + 'static {
    /// The number of bits.
    const LENGTH: u8;
    /// The lowest address.
    const ZERO: Self;
    /// The highest address of the prefix that begins here.
    fn last(self, length: u8) -> Self;
    /// The next address; `None` after the highest.
    fn next(self) -> Option<Self>;
    /// The address before, of the lowest that itself.
    fn previous(self) -> Self;
}

impl Bits for u32 {
    const LENGTH: u8 = 32;
    const ZERO: Self = 0;

    fn last(self, length: u8) -> Self {
        self | Self::MAX.checked_shr(Self::from(length)).unwrap_or(0)
    }

    fn next(self) -> Option<Self> {
        self.checked_add(1)
    }

    fn previous(self) -> Self {
        self.saturating_sub(1)
    }
}

impl Bits for u128 {
    const LENGTH: u8 = 128;
    const ZERO: Self = 0;

    fn last(self, length: u8) -> Self {
        self | Self::MAX.checked_shr(u32::from(length)).unwrap_or(0)
    }

    fn next(self) -> Option<Self> {
        self.checked_add(1)
    }

    fn previous(self) -> Self {
        self.saturating_sub(1)
    }
}

/// A prefix: its lowest address and its length.
pub(super) type Prefix<B> = (B, u8);

/// Classes of the addresses of one family: whole addresses in a hash table, everything
/// shorter as intervals.
#[derive(Debug)]
pub(super) struct Table<B> {
    hosts: FxHashMap<B, ClassId>,
    /// `(lowest address, class)`, ascending; each reaches to the next.
    intervals: Vec<(B, ClassId)>,
    default: ClassId,
}

/// Every address has class 0.
impl<B: Bits> Default for Table<B> {
    fn default() -> Self {
        Self::new(std::iter::empty(), ClassId(0))
    }
}

impl<B: Bits> Table<B> {
    /// The table of prefixes in ascending order, shorter before longer of the same address;
    /// `default` is the class of addresses that none covers.
    pub(super) fn new(
        prefixes: impl Iterator<Item = (Prefix<B>, ClassId)>,
        default: ClassId,
    ) -> Self {
        let mut table = Self {
            hosts: FxHashMap::default(),
            intervals: vec![(B::ZERO, default)],
            default,
        };
        let mut open: Vec<(B, ClassId)> = Vec::new();
        for ((first, length), class) in prefixes {
            if length == B::LENGTH {
                table.hosts.insert(first, class);
                continue;
            }
            table.close(&mut open, Some(first));
            table.begin(first, class);
            open.push((first.last(length), class));
        }
        table.close(&mut open, None);
        table
    }

    /// Ends the open prefixes that end before an address.
    fn close(&mut self, open: &mut Vec<(B, ClassId)>, before: Option<B>) {
        while let Some((last, _)) = open.pop_if(|(last, _)| before.is_none_or(|b| *last < b)) {
            let outer = open.last().map_or(self.default, |(_, class)| *class);
            if let Some(next) = last.next() {
                self.begin(next, outer);
            }
        }
    }

    fn begin(&mut self, first: B, class: ClassId) {
        match self.intervals.last_mut() {
            Some((low, last)) if *low == first => *last = class,
            _ => self.intervals.push((first, class)),
        }
    }

    /// Gives every class another number.
    pub(super) fn renumber(&mut self, new: impl Fn(ClassId) -> ClassId) {
        self.hosts
            .values_mut()
            .for_each(|class| *class = new(*class));
        self.intervals
            .iter_mut()
            .for_each(|(_, class)| *class = new(*class));
        self.default = new(self.default);
    }

    #[inline]
    pub(super) fn class(&self, address: B) -> ClassId {
        if let Some(class) = self.hosts.get(&address) {
            return *class;
        }
        let after = self.intervals.partition_point(|(low, _)| *low <= address);
        let interval = after
            .checked_sub(1)
            .and_then(|index| self.intervals.get(index));
        interval.map_or(self.default, |(_, class)| *class)
    }

    /// Ranges of addresses, ascending, with their classes: together all there are.
    fn ranges(&self) -> Vec<(B, B, ClassId)> {
        let mut hosts: Vec<(B, ClassId)> = self.hosts.iter().map(|(at, id)| (*at, *id)).collect();
        hosts.sort_unstable_by_key(|(address, _)| *address);
        let mut hosts = hosts.into_iter().peekable();
        let ends = self.intervals.iter().skip(1).map(|(low, _)| Some(*low));
        let mut ranges = Vec::new();
        for ((low, class), next) in self.intervals.iter().zip(ends.chain([None])) {
            let mut from = Some(*low);
            while let Some((host, own)) = hosts.next_if(|(host, _)| next.is_none_or(|n| *host < n))
            {
                if let Some(from) = from.filter(|from| *from < host) {
                    ranges.push((from, host.previous(), *class));
                }
                ranges.push((host, host, own));
                from = host.next();
            }
            let last = next.map_or(B::ZERO.last(0), Bits::previous);
            if let Some(from) = from.filter(|from| *from <= last) {
                ranges.push((from, last, *class));
            }
        }
        ranges
    }

    /// The bytes that lookups read.
    fn bytes(&self) -> usize {
        self.hosts.capacity() * size_of::<(B, ClassId)>() + size_of_val(self.intervals.as_slice())
    }
}

/// Classes of all addresses.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    pub(super) ipv4: Table<u32>,
    pub(super) ipv6: Table<u128>,
}

impl Addresses {
    #[inline]
    pub(super) fn class(&self, address: IpAddr) -> ClassId {
        match address {
            IpAddr::V4(address) => self.ipv4.class(Ipv4Addr::to_bits(address)),
            IpAddr::V6(address) => self.ipv6.class(Ipv6Addr::to_bits(address)),
        }
    }

    /// Ranges of addresses of a family, ascending, with their classes: together all there are.
    pub(super) fn ranges(&self, family: Family) -> Vec<(IpAddr, IpAddr, ClassId)> {
        match family {
            Family::V4 => {
                let ranges = self.ipv4.ranges().into_iter();
                let address = |bits| IpAddr::V4(Ipv4Addr::from_bits(bits));
                ranges
                    .map(|(a, b, id)| (address(a), address(b), id))
                    .collect()
            }
            Family::V6 => {
                let ranges = self.ipv6.ranges().into_iter();
                let address = |bits| IpAddr::V6(Ipv6Addr::from_bits(bits));
                ranges
                    .map(|(a, b, id)| (address(a), address(b), id))
                    .collect()
            }
        }
    }

    /// The bytes that lookups read.
    pub(super) fn bytes(&self) -> usize {
        self.ipv4.bytes() + self.ipv6.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(prefixes: &[(u32, u8, u32)]) -> Table<u32> {
        let prefixes = prefixes
            .iter()
            .map(|(first, len, class)| ((*first, *len), ClassId(*class)));
        Table::new(prefixes, ClassId(0))
    }

    #[test]
    fn the_longest_prefix_decides() {
        let table = table(&[
            (0x0a00_0000, 8, 1),
            (0x0a01_0000, 16, 2),
            (0x0a01_0000, 24, 3),
            (0x0a01_0005, 32, 4),
            (0x0a01_0100, 24, 5),
        ]);
        let cases = [
            (0x09ff_ffff, 0),
            (0x0a00_0000, 1),
            (0x0a01_0004, 3),
            (0x0a01_0005, 4),
            (0x0a01_0006, 3),
            (0x0a01_01ff, 5),
            (0x0a01_0200, 2),
            (0x0a02_0000, 1),
            (0x0b00_0000, 0),
        ];
        for (address, class) in cases {
            assert_eq!(table.class(address), ClassId(class), "{address:x}");
        }
    }

    #[test]
    fn ranges_are_all_addresses_with_their_classes() {
        let table = table(&[
            (0, 32, 7),
            (0x0a00_0000, 8, 1),
            (0x0a01_0000, 16, 2),
            (0x0a01_0000, 32, 3),
            (0x0a01_0005, 32, 4),
            (0xffff_ffff, 32, 5),
        ]);
        let ranges = table.ranges();
        let mut next = Some(0);
        for (low, high, class) in ranges {
            assert_eq!(Some(low), next);
            for address in [low, high] {
                assert_eq!(table.class(address), class, "{address:x}");
            }
            next = high.checked_add(1);
        }
        assert_eq!(next, None);
    }

    #[test]
    fn prefixes_may_reach_the_ends() {
        let table = table(&[(0, 0, 1), (0xff00_0000, 8, 2), (0xffff_ffff, 32, 3)]);
        for (address, class) in [(0, 1), (0xfeff_ffff, 1), (0xff00_0000, 2), (u32::MAX, 3)] {
            assert_eq!(table.class(address), ClassId(class), "{address:x}");
        }
    }
}
