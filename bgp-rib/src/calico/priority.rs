//! Route priorities: kernel metrics carried in LOCAL_PREF.
//!
//! Calico sends a route's kernel metric as its complement, so that the lower
//! metric wins: LOCAL_PREF = 2³¹ − 1 − metric.
//!
//! Normal routes have metric 1024; a workload that is moving to another node is
//! announced from there with a lower one, and wins over the block of its old
//! node before that lets go. Receivers give such a route a higher protocol
//! preference too, so that it wins over a route of their own.

use ipnet::IpNet;

/// LOCAL_PREF of metric 0.
const CEILING: u32 = 0x7fff_ffff;

/// BIRD's preference of static routes, which Calico gives to received routes of
/// a priority above normal.
const ELEVATED_PREFERENCE: u16 = 200;

/// `ipv4NormalRoutePriority` and `ipv6NormalRoutePriority` of
/// FelixConfiguration; the default is 1024 for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NormalPriority {
    /// Kernel metric of a normal IPv4 route.
    pub ipv4: u32,
    /// Kernel metric of a normal IPv6 route.
    pub ipv6: u32,
}

impl Default for NormalPriority {
    fn default() -> Self {
        Self {
            ipv4: 1024,
            ipv6: 1024,
        }
    }
}

impl NormalPriority {
    /// The normal priority in the family of `prefix`.
    #[must_use]
    pub const fn of(self, prefix: &IpNet) -> u32 {
        match prefix {
            IpNet::V4(_) => self.ipv4,
            IpNet::V6(_) => self.ipv6,
        }
    }

    /// The preference that replaces BGP's for routes received with a priority
    /// above normal.
    pub(crate) fn import_preference(self, prefix: &IpNet, local_pref: Option<u32>) -> Option<u16> {
        let normal = complement(self.of(prefix));
        local_pref
            .is_some_and(|value| value > normal)
            .then_some(ELEVATED_PREFERENCE)
    }
}

/// LOCAL_PREF of a metric and metric of a LOCAL_PREF, in BIRD's 32-bit
/// arithmetic, which wraps.
pub(crate) const fn complement(value: u32) -> u32 {
    CEILING.wrapping_sub(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lower_metric_is_a_higher_local_pref() {
        assert_eq!(complement(1024), 2_147_482_623);
        assert_eq!(complement(complement(512)), 512);
        let normal = NormalPriority::default();
        let prefix = "10.0.0.0/26".parse().unwrap();
        assert_eq!(
            normal.import_preference(&prefix, Some(complement(512))),
            Some(200)
        );
        assert_eq!(
            normal.import_preference(&prefix, Some(complement(1024))),
            None
        );
        assert_eq!(normal.import_preference(&prefix, Some(100)), None);
        assert_eq!(normal.import_preference(&prefix, None), None);
    }
}
