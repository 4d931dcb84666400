//! What a decoder saw of an UPDATE, as a few numbers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// All that is looked at in an UPDATE. Two decoders that read the same have equal digests,
/// in whatever order and container they keep prefixes and communities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    pub origin: u8,
    /// All AS numbers of the path, in order.
    path: u64,
    pub med: u32,
    pub local_pref: u32,
    next_hops: u64,
    communities: u64,
    announced: Sum,
    withdrawn: Sum,
}

/// Prefixes in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    count: u32,
    sum: u64,
}

impl Sum {
    #[inline]
    fn add(&mut self, address: u64, length: u8) {
        self.count += 1;
        self.sum = self.sum.wrapping_add((address << 8) ^ u64::from(length));
    }
}

impl Digest {
    #[inline]
    pub fn asn(&mut self, asn: u32) {
        self.path = self.path.rotate_left(5) ^ u64::from(asn);
    }

    #[inline]
    pub fn community(&mut self, community: u32) {
        self.communities = self.communities.wrapping_add(u64::from(community));
    }

    #[inline]
    pub fn next_hop(&mut self, address: IpAddr) {
        let value = match address {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => fold(address),
        };
        self.next_hops = self.next_hops.wrapping_add(value);
    }

    #[inline]
    pub fn announced(&mut self, address: IpAddr, length: u8) {
        self.announced.add(value(address), length);
    }

    #[inline]
    pub fn withdrawn(&mut self, address: IpAddr, length: u8) {
        self.withdrawn.add(value(address), length);
    }

    #[inline]
    pub fn announced_v4(&mut self, address: Ipv4Addr, length: u8) {
        self.announced.add(u64::from(address.to_bits()), length);
    }

    #[inline]
    pub fn withdrawn_v4(&mut self, address: Ipv4Addr, length: u8) {
        self.withdrawn.add(u64::from(address.to_bits()), length);
    }

    /// How many prefixes there are, announced and withdrawn.
    #[must_use]
    pub fn prefixes(&self) -> u32 {
        self.announced.count + self.withdrawn.count
    }
}

#[inline]
fn value(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => u64::from(address.to_bits()),
        IpAddr::V6(address) => fold(address),
    }
}

#[inline]
fn fold(address: Ipv6Addr) -> u64 {
    let [high, low] = [address.to_bits() >> 64, address.to_bits()].map(|half| half as u64);
    high ^ low
}
