//! Outbound route filters in ROUTE-REFRESH (RFC 5291 §4), and those of address
//! prefixes (RFC 5292 §3).
//!
//! ```text
//! +---------------------+----------------------------------------------------+
//! | When to refresh (1) | Groups: ORF type (1), length (2), entries          |
//! +---------------------+----------------------------------------------------+
//! Entry          | Action (2 bits) | Match (1 bit) | Reserved (5 bits) | by type |
//! Address prefix | Sequence (4) | Minlen (1) | Maxlen (1) | Length (1) | Prefix |
//! ```

#[cfg(feature = "alloc")]
mod request;

use core::fmt;

#[cfg(feature = "alloc")]
pub use request::{OrfFilters, OrfRequest};

use ipnet::IpNet;

use crate::open::OrfType;
use crate::reader::Reader;
use crate::{Afi, Family};

/// When the receiver is to send its routes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum WhenToRefresh {
    /// At once.
    Immediate,
    /// With the next request.
    Defer,
    /// A value that is not defined.
    Unknown(u8),
}

impl WhenToRefresh {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Immediate => 1,
            Self::Defer => 2,
            Self::Unknown(code) => code,
        }
    }

    const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Immediate,
            2 => Self::Defer,
            code => Self::Unknown(code),
        }
    }
}

/// The filters of a received ROUTE-REFRESH.
///
/// No RFC says what becomes of one that is cut off (RFC 5291 §6); the walk then
/// ends at the last whole entry, and [`OrfView::is_whole`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrfView<'a> {
    /// When to refresh.
    pub when: WhenToRefresh,
    family: Family,
    groups: &'a [u8],
}

impl<'a> OrfView<'a> {
    /// `None` where there are no filters.
    pub(crate) fn new(octets: &'a [u8], family: Family) -> Option<Self> {
        let (when, groups) = octets.split_first()?;
        Some(Self {
            when: WhenToRefresh::from_code(*when),
            family,
            groups,
        })
    }

    /// The groups of entries, one for each ORF type.
    #[must_use]
    pub const fn groups(&self) -> OrfGroups<'a> {
        OrfGroups {
            reader: Reader::new(self.groups),
            family: self.family,
        }
    }

    /// Whether every group and every entry of address prefixes is there to its
    /// end.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let mut groups = self.groups();
        while let Some(group) = groups.read() {
            if let OrfGroup::AddressPrefix(mut entries) = group {
                while entries.read().is_some() {}
                if !entries.reader.is_empty() {
                    return false;
                }
            }
        }
        groups.reader.is_empty()
    }
}

impl fmt::Display for WhenToRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Immediate => f.write_str("immediate"),
            Self::Defer => f.write_str("defer"),
            Self::Unknown(code) => write!(f, "when {code}"),
        }
    }
}

/// When to refresh, and the filters with commas between.
impl fmt::Display for OrfView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.when, f)?;
        for group in self.groups() {
            match group {
                OrfGroup::AddressPrefix(mut entries) => {
                    entries.try_for_each(|entry| write!(f, ", {entry}"))?;
                }
                OrfGroup::Other { kind, octets } => {
                    write!(f, ", type {kind} 0x{}", crate::nlri::Hex(octets))?;
                }
            }
        }
        Ok(())
    }
}

/// The groups of a request, decoded as they are walked.
#[derive(Clone, Copy, Debug)]
pub struct OrfGroups<'a> {
    reader: Reader<'a>,
    family: Family,
}

impl<'a> OrfGroups<'a> {
    fn read(&mut self) -> Option<OrfGroup<'a>> {
        let mut reader = self.reader;
        let kind = reader.u8()?;
        let length = reader.u16()?;
        let octets = reader.take(length.into())?;
        self.reader = reader;
        Some(match kind {
            OrfType::ADDRESS_PREFIX => OrfGroup::AddressPrefix(OrfEntries {
                reader: Reader::new(octets),
                afi: self.family.afi,
            }),
            kind => OrfGroup::Other { kind, octets },
        })
    }
}

impl<'a> Iterator for OrfGroups<'a> {
    type Item = OrfGroup<'a>;

    fn next(&mut self) -> Option<OrfGroup<'a>> {
        let group = self.read();
        if group.is_none() {
            self.reader = Reader::new(&[]);
        }
        group
    }
}

impl core::iter::FusedIterator for OrfGroups<'_> {}

/// The entries of one ORF type.
#[derive(Clone, Copy, Debug)]
pub enum OrfGroup<'a> {
    /// Type 64: address prefixes.
    AddressPrefix(OrfEntries<'a>),
    /// Another type, whose entries only who knows it can tell apart.
    Other {
        /// ORF type.
        kind: u8,
        /// The entries.
        octets: &'a [u8],
    },
}

/// Entries of address prefixes, decoded as they are walked.
#[derive(Clone, Copy, Debug)]
pub struct OrfEntries<'a> {
    reader: Reader<'a>,
    afi: Afi,
}

impl OrfEntries<'_> {
    fn read(&mut self) -> Option<OrfEntry> {
        let mut reader = self.reader;
        let head = reader.u8()?;
        let entry = match head >> 6 {
            2 => OrfEntry::RemoveAll,
            action => {
                let filter = PrefixFilter::read(&mut reader, head & 0x20 == 0, self.afi)?;
                match action {
                    0 => OrfEntry::Add(filter),
                    1 => OrfEntry::Remove(filter),
                    _ => return None,
                }
            }
        };
        self.reader = reader;
        Some(entry)
    }
}

impl Iterator for OrfEntries<'_> {
    type Item = OrfEntry;

    fn next(&mut self) -> Option<OrfEntry> {
        let entry = self.read();
        if entry.is_none() {
            self.reader = Reader::new(&[]);
        }
        entry
    }
}

impl core::iter::FusedIterator for OrfEntries<'_> {}

/// What to do with an entry of the filter that the peer keeps for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum OrfEntry {
    /// Add it.
    Add(PrefixFilter),
    /// Remove it.
    Remove(PrefixFilter),
    /// Remove all entries of the type.
    RemoveAll,
}

/// One entry of a filter of prefixes (RFC 5292 §3).
///
/// ```
/// use bgp_wire::PrefixFilter;
/// let filter = PrefixFilter {
///     sequence: 5,
///     permit: true,
///     min_len: 16,
///     max_len: 24,
///     prefix: "10.0.0.0/8".parse().unwrap(),
/// };
/// assert_eq!(filter.to_string(), "seq 5 permit 10.0.0.0/8 ge 16 le 24");
/// assert!(filter.matches(&"10.1.2.0/24".parse().unwrap()));
/// assert!(!filter.matches(&"10.0.0.0/8".parse().unwrap()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PrefixFilter {
    /// The order of entries: of those that match, the lowest decides.
    pub sequence: u32,
    /// Whether what matches may be sent.
    pub permit: bool,
    /// The shortest prefix length that matches; 0 for none given.
    pub min_len: u8,
    /// The longest prefix length that matches; 0 for none given.
    pub max_len: u8,
    /// What a route must be equal to, or lie within.
    pub prefix: IpNet,
}

impl PrefixFilter {
    fn read(reader: &mut Reader<'_>, permit: bool, afi: Afi) -> Option<Self> {
        let sequence = reader.u32()?;
        let [min_len, max_len, length] = reader.array()?;
        Some(Self {
            sequence,
            permit,
            min_len,
            max_len,
            prefix: reader.prefix(afi, length)?,
        })
    }

    /// Whether a route matches (RFC 5292 §4, table 1).
    #[must_use]
    pub fn matches(&self, route: &IpNet) -> bool {
        let length = route.prefix_len();
        let fits = match (self.min_len, self.max_len) {
            (0, 0) => length == self.prefix.prefix_len(),
            (least, 0) => length >= least,
            (least, most) => length >= least && length <= most,
        };
        fits && self.prefix.contains(route)
    }
}

impl fmt::Display for PrefixFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.permit { "permit" } else { "deny" };
        write!(f, "seq {} {verdict} {}", self.sequence, self.prefix)?;
        if self.min_len != 0 {
            write!(f, " ge {}", self.min_len)?;
        }
        match self.max_len {
            0 => Ok(()),
            length => write!(f, " le {length}"),
        }
    }
}

impl fmt::Display for OrfEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add(filter) => write!(f, "add {filter}"),
            Self::Remove(filter) => write!(f, "remove {filter}"),
            Self::RemoveAll => f.write_str("remove all"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5292 §3, as a router sends it: two entries, the second one denies.
    const ENTRIES: [u8; 27] = [
        1, 64, 0, 23, // at once, address prefixes
        0, 0, 0, 0, 5, 0, 0, 32, 100, 100, 100, 100, // add, permit
        0x20, 0, 0, 0, 10, 9, 24, 16, 10, 1,    // add, deny
        0x80, // remove all
    ];

    #[test]
    fn entries_of_each_action() {
        let view = OrfView::new(&ENTRIES, Family::IPV4_UNICAST).unwrap();
        assert_eq!(view.when, WhenToRefresh::Immediate);
        assert!(view.is_whole());
        let Some(OrfGroup::AddressPrefix(mut entries)) = view.groups().next() else {
            panic!("{view:?}");
        };
        let Some(OrfEntry::Add(first)) = entries.next() else {
            panic!("{entries:?}");
        };
        assert!(first.permit && first.matches(&"100.100.100.100/32".parse().unwrap()));
        let Some(OrfEntry::Add(second)) = entries.next() else {
            panic!("{entries:?}");
        };
        assert_eq!(
            (second.permit, second.min_len, second.max_len),
            (false, 9, 24)
        );
        assert_eq!(entries.next(), Some(OrfEntry::RemoveAll));
        assert_eq!(entries.next(), None);
    }

    #[test]
    fn a_cut_off_filter_is_not_whole() {
        for length in 2..ENTRIES.len() {
            let view = OrfView::new(&ENTRIES[..length], Family::IPV4_UNICAST).unwrap();
            assert!(!view.is_whole(), "{length}");
        }
        let mut inner = ENTRIES;
        inner[4 + 7] = 33;
        let view = OrfView::new(&inner, Family::IPV4_UNICAST).unwrap();
        assert!(!view.is_whole(), "33 bits");
    }

    /// RFC 5292 §4, table 1.
    #[test]
    fn matching() {
        let filter = |min_len, max_len| PrefixFilter {
            sequence: 1,
            permit: true,
            min_len,
            max_len,
            prefix: "10.0.0.0/8".parse().unwrap(),
        };
        for (min_len, max_len, text, matches) in [
            (0, 0, "10.0.0.0/8", true),
            (0, 0, "10.0.0.0/9", false),
            (16, 0, "10.1.0.0/16", true),
            (16, 0, "10.0.0.0/15", false),
            (0, 16, "10.0.0.0/8", true),
            (0, 16, "10.0.0.0/17", false),
            (9, 16, "10.0.0.0/8", false),
            (9, 16, "11.0.0.0/12", false),
            (9, 16, "10.0.0.0/12", true),
        ] {
            let got = filter(min_len, max_len).matches(&text.parse().unwrap());
            assert_eq!(got, matches, "{min_len} {max_len} {text}");
        }
    }
}
