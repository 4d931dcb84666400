//! Tests on the prefix of a route.
//!
//! A test is two comparisons on integers, whatever its operator; a prefix list
//! is asked entry by entry.

use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;

/// How a route's prefix relates to the given one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrefixOperator {
    /// The same prefix.
    Equal,
    /// Any other prefix.
    NotEqual,
    /// The same prefix or a more specific one.
    In,
    /// Neither the same prefix nor a more specific one.
    NotIn,
}

/// A prefix, an operator and the lengths that count as inside.
///
/// Prefixes of the other address family are inside nothing: `In` and `Equal` do
/// not match them, `NotIn` and `NotEqual` do.
///
/// ```
/// use bgp_rib::{PrefixMatcher, PrefixOperator};
///
/// let pods = PrefixMatcher::new("10.0.0.0/8".parse().unwrap(), PrefixOperator::In).lengths(16, 24);
/// assert!(pods.matches(&"10.1.0.0/16".parse().unwrap()));
/// assert!(!pods.matches(&"10.1.2.128/25".parse().unwrap()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PrefixMatcher {
    net: IpNet,
    operator: PrefixOperator,
    min: u8,
    max: u8,
}

impl PrefixMatcher {
    /// A test against `net`, host bits ignored, lengths from its own to the
    /// longest of its family.
    #[must_use]
    pub fn new(net: IpNet, operator: PrefixOperator) -> Self {
        let net = net.trunc();
        Self {
            net,
            operator,
            min: net.prefix_len(),
            max: net.max_prefix_len(),
        }
    }

    /// Limits what counts as inside to prefixes of `min` to `max` bits, both
    /// included, as BIRD's `10.0.0.0/8{16,24}` does. An empty range
    /// (`min > max`) contains nothing. Of no effect on `Equal` and `NotEqual`.
    #[must_use]
    pub const fn lengths(mut self, min: u8, max: u8) -> Self {
        self.min = min;
        self.max = max;
        self
    }

    /// Whether `prefix` passes.
    #[must_use]
    pub fn matches(&self, prefix: &IpNet) -> bool {
        match self.operator {
            PrefixOperator::Equal => *prefix == self.net,
            PrefixOperator::NotEqual => *prefix != self.net,
            PrefixOperator::In => self.covers(prefix),
            PrefixOperator::NotIn => !self.covers(prefix),
        }
    }

    fn covers(&self, prefix: &IpNet) -> bool {
        (self.min..=self.max).contains(&prefix.prefix_len()) && contains(&self.net, prefix)
    }
}

impl PrefixMatcher {
    /// What it tests against.
    #[must_use]
    pub const fn net(&self) -> IpNet {
        self.net
    }

    /// The lengths, least and most, of prefixes inside of [`Self::net`] that pass; `None`
    /// where others pass too.
    pub(crate) fn lengths_inside(&self) -> Option<(u8, u8)> {
        match self.operator {
            PrefixOperator::Equal => Some((self.net.prefix_len(), self.net.prefix_len())),
            PrefixOperator::In => Some((self.min, self.max)),
            PrefixOperator::NotEqual | PrefixOperator::NotIn => None,
        }
    }
}

/// Whether `inner` is `outer` or more specific.
pub(crate) fn contains(outer: &IpNet, inner: &IpNet) -> bool {
    if outer.prefix_len() > inner.prefix_len() {
        return false;
    }
    match (outer.addr(), inner.addr()) {
        (IpAddr::V4(outer_addr), IpAddr::V4(inner_addr)) => {
            let differing = outer_addr.to_bits() ^ inner_addr.to_bits();
            differing.leading_zeros() >= u32::from(outer.prefix_len())
        }
        (IpAddr::V6(outer_addr), IpAddr::V6(inner_addr)) => {
            let differing = outer_addr.to_bits() ^ inner_addr.to_bits();
            differing.leading_zeros() >= u32::from(outer.prefix_len())
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

impl fmt::Display for PrefixMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operator = match self.operator {
            PrefixOperator::Equal => "=",
            PrefixOperator::NotEqual => "!=",
            PrefixOperator::In => "~",
            PrefixOperator::NotIn => "!~",
        };
        write!(f, "prefix {operator} {}", self.net)?;
        if (self.min, self.max) != (self.net.prefix_len(), self.net.max_prefix_len()) {
            write!(f, "{{{},{}}}", self.min, self.max)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    #[test]
    fn operators() {
        let test = |operator, prefix| {
            PrefixMatcher::new(net("10.0.0.0/8"), operator).matches(&net(prefix))
        };
        assert!(test(PrefixOperator::Equal, "10.0.0.0/8"));
        assert!(!test(PrefixOperator::Equal, "10.0.0.0/9"));
        assert!(test(PrefixOperator::NotEqual, "10.0.0.0/9"));
        assert!(!test(PrefixOperator::NotEqual, "10.0.0.0/8"));
        assert!(test(PrefixOperator::In, "10.255.0.0/16"));
        assert!(test(PrefixOperator::In, "10.0.0.0/8"));
        assert!(!test(PrefixOperator::In, "0.0.0.0/0"));
        assert!(test(PrefixOperator::NotIn, "0.0.0.0/0"));
        assert!(test(PrefixOperator::NotIn, "11.0.0.0/8"));
        assert!(!test(PrefixOperator::NotIn, "10.9.9.9/32"));
    }

    /// `[ 10.0.0.0/8{16,24} ]` contains 10.1.0.0/16 and not 10.1.0.0/25.
    #[test]
    fn lengths_limit_the_inside() {
        let inside = PrefixMatcher::new(net("10.0.0.0/8"), PrefixOperator::In).lengths(16, 24);
        let outside = PrefixMatcher::new(net("10.0.0.0/8"), PrefixOperator::NotIn).lengths(16, 24);
        for (prefix, expected) in [
            ("10.0.0.0/8", false),
            ("10.1.0.0/16", true),
            ("10.1.1.0/24", true),
            ("10.1.1.0/25", false),
        ] {
            assert_eq!(inside.matches(&net(prefix)), expected, "{prefix}");
            assert_eq!(outside.matches(&net(prefix)), !expected, "{prefix}");
        }
        assert!(!inside.lengths(24, 20).matches(&net("10.1.0.0/22")));
    }

    #[test]
    fn families_never_contain_each_other() {
        assert!(!contains(&net("0.0.0.0/0"), &net("::/0")));
        assert!(!contains(&net("::/0"), &net("10.0.0.0/8")));
        assert!(contains(&net("::/0"), &net("2001:db8::/32")));
        assert!(contains(&net("0.0.0.0/0"), &net("0.0.0.0/0")));
    }
}
