//! Lists of prefix tests.

use super::PrefixMatcher;
use crate::covering::Covering;
use ipnet::IpNet;
use smallvec::SmallVec;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A list of [`PrefixMatcher`]s of which one must hold, shared by cloning.
///
/// However long it is, a test costs one lookup for each prefix length that
/// occurs in it; `NotEqual` and `NotIn`, which hold for nearly everything, are
/// asked one by one.
///
/// ```
/// use bgp_rib::{PrefixList, PrefixMatcher, PrefixOperator};
///
/// let inside = |net: &str| PrefixMatcher::new(net.parse().unwrap(), PrefixOperator::In);
/// let bogons: PrefixList = [inside("10.0.0.0/8"), inside("192.168.0.0/16")].into_iter().collect();
/// assert!(bogons.contains(&"10.1.0.0/16".parse().unwrap()));
/// assert!(!bogons.contains(&"0.0.0.0/0".parse().unwrap()));
/// assert_eq!(bogons.entries().len(), 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct PrefixList(Arc<Contents>);

#[derive(Debug, Default)]
struct Contents {
    entries: Vec<PrefixMatcher>,
    /// Lengths that count, least and most, by what they have to lie in.
    inside: Covering<SmallVec<[(u8, u8); 1]>>,
    /// What cannot be looked up.
    others: Vec<PrefixMatcher>,
}

impl PrefixList {
    /// Whether one of the tests holds.
    #[must_use]
    pub fn contains(&self, prefix: &IpNet) -> bool {
        let length = prefix.prefix_len();
        let fits = |(least, most): &(u8, u8)| (*least..=*most).contains(&length);
        self.0.inside.of(prefix).flatten().any(fits)
            || self.0.others.iter().any(|matcher| matcher.matches(prefix))
    }

    /// The tests, as they were given.
    #[must_use]
    pub fn entries(&self) -> &[PrefixMatcher] {
        &self.0.entries
    }
}

impl FromIterator<PrefixMatcher> for PrefixList {
    fn from_iter<I: IntoIterator<Item = PrefixMatcher>>(entries: I) -> Self {
        let mut contents = Contents {
            entries: entries.into_iter().collect(),
            ..Contents::default()
        };
        for matcher in &contents.entries {
            match matcher.lengths_inside() {
                Some(lengths) => contents.inside.entry(matcher.net()).push(lengths),
                None => contents.others.push(*matcher),
            }
        }
        Self(Arc::new(contents))
    }
}

impl PartialEq for PrefixList {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.entries() == other.entries()
    }
}

impl Eq for PrefixList {}

impl Hash for PrefixList {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.entries().hash(state);
    }
}
