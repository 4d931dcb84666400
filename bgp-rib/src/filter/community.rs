//! Sets of communities, as ranges of their parts.

use bgp_wire::{Community, LargeCommunity};
use std::fmt;
use std::ops::RangeInclusive;

/// Communities (RFC 1997) whose halves lie in two ranges.
///
/// ```
/// use bgp_rib::CommunityPattern;
/// use bgp_wire::Community;
///
/// let action = CommunityPattern { asn: 64512..=64512, value: 100..=199 };
/// assert!(action.matches(Community::new(64512, 150)));
/// assert!(!action.matches(Community::new(64512, 200)));
/// assert_eq!(action.to_string(), "64512:100..199");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CommunityPattern {
    /// The upper half, an AS number as a rule.
    pub asn: RangeInclusive<u16>,
    /// The lower half.
    pub value: RangeInclusive<u16>,
}

impl CommunityPattern {
    /// Whether a community is one of them.
    #[must_use]
    pub fn matches(&self, community: Community) -> bool {
        let [high, low] = [community.0 >> 16, community.0 & 0xffff];
        let half = |part: u32| u16::try_from(part).unwrap_or(u16::MAX);
        self.asn.contains(&half(high)) && self.value.contains(&half(low))
    }
}

impl fmt::Display for CommunityPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        range(f, &self.asn)?;
        f.write_str(":")?;
        range(f, &self.value)
    }
}

/// Large communities (RFC 8092) whose three parts lie in ranges.
///
/// ```
/// use bgp_rib::LargeCommunityPattern;
/// use bgp_wire::LargeCommunity;
///
/// let from_us = LargeCommunityPattern { global: 64512..=64512, ..LargeCommunityPattern::ANY };
/// assert!(from_us.matches(LargeCommunity::new(64512, 7, 9)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LargeCommunityPattern {
    /// The Global Administrator, an AS number.
    pub global: RangeInclusive<u32>,
    /// Local Data Part 1.
    pub one: RangeInclusive<u32>,
    /// Local Data Part 2.
    pub two: RangeInclusive<u32>,
}

impl LargeCommunityPattern {
    /// All of them.
    pub const ANY: Self = Self {
        global: 0..=u32::MAX,
        one: 0..=u32::MAX,
        two: 0..=u32::MAX,
    };

    /// Whether a community is one of them.
    #[must_use]
    pub fn matches(&self, community: LargeCommunity) -> bool {
        self.global.contains(&community.global_administrator)
            && self.one.contains(&community.local_data_1)
            && self.two.contains(&community.local_data_2)
    }
}

impl fmt::Display for LargeCommunityPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        range(f, &self.global)?;
        f.write_str(":")?;
        range(f, &self.one)?;
        f.write_str(":")?;
        range(f, &self.two)
    }
}

fn range<T: fmt::Display + PartialEq>(
    f: &mut fmt::Formatter<'_>,
    range: &RangeInclusive<T>,
) -> fmt::Result {
    match range.start() == range.end() {
        true => range.start().fmt(f),
        false => write!(f, "{}..{}", range.start(), range.end()),
    }
}
