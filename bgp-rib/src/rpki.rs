//! Origin validation (RFC 6811, RFC 8893).
//!
//! The table says which AS may originate which prefixes; where it comes from
//! (RTR, a file) is the embedder's business. What follows from a state is
//! policy's: [`Matcher::Rpki`](crate::Matcher::Rpki).

use crate::covering::Covering;
use bgp_wire::{AsPath, Asn, SegmentType};
use ipnet::IpNet;
use smallvec::SmallVec;
use std::fmt;

/// A Validated ROA Payload (RFC 6811 §2): an AS that may originate a prefix and
/// what lies in it, up to a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vrp {
    /// The prefix, host bits ignored.
    pub prefix: IpNet,
    /// The longest prefix that may be originated.
    pub max_length: u8,
    /// Who may. AS 0: nobody (RFC 6483 §4).
    pub asn: Asn,
}

/// What the table says of a route (RFC 6811 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RpkiState {
    /// Nothing.
    #[default]
    NotFound,
    /// Its origin may.
    Valid,
    /// Others may, or not as long.
    Invalid,
}

impl fmt::Display for RpkiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not-found",
            Self::Valid => "valid",
            Self::Invalid => "invalid",
        })
    }
}

/// Validated ROA Payloads, by prefix.
///
/// ```
/// use bgp_rib::{RpkiState, Vrp, VrpTable};
/// use bgp_wire::Asn;
///
/// let mut table = VrpTable::default();
/// table.insert(Vrp { prefix: "192.0.2.0/24".parse()?, max_length: 25, asn: Asn(64496) });
/// let validate = |prefix: &str, asn| table.validate(&prefix.parse().unwrap(), Some(Asn(asn)));
/// assert_eq!(validate("192.0.2.128/25", 64496), RpkiState::Valid);
/// assert_eq!(validate("192.0.2.128/26", 64496), RpkiState::Invalid);
/// assert_eq!(validate("192.0.2.0/24", 64497), RpkiState::Invalid);
/// assert_eq!(validate("198.51.100.0/24", 64496), RpkiState::NotFound);
/// # Ok::<(), ipnet::AddrParseError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct VrpTable {
    entries: Covering<SmallVec<[(u8, Asn); 1]>>,
    len: usize,
}

impl VrpTable {
    /// Adds a payload; false when it was there.
    pub fn insert(&mut self, vrp: Vrp) -> bool {
        let held = self.entries.entry(vrp.prefix.trunc());
        let entry = (vrp.max_length, vrp.asn);
        let new = !held.contains(&entry);
        if new {
            held.push(entry);
            self.len += 1;
        }
        new
    }

    /// Removes a payload; false when it was not there.
    pub fn remove(&mut self, vrp: &Vrp) -> bool {
        let prefix = vrp.prefix.trunc();
        let Some(held) = self.entries.get_mut(&prefix) else {
            return false;
        };
        let entry = (vrp.max_length, vrp.asn);
        let Some(at) = held.iter().position(|held| *held == entry) else {
            return false;
        };
        held.swap_remove(at);
        self.len -= 1;
        if held.is_empty() {
            self.entries.remove(&prefix);
        }
        true
    }

    /// The state of a prefix that this AS originates (RFC 6811 §2). `None`: the path ends in
    /// an AS_SET, which no payload matches. A lookup for each length of prefix in the table.
    #[must_use]
    pub fn validate(&self, prefix: &IpNet, origin: Option<Asn>) -> RpkiState {
        let mut state = RpkiState::NotFound;
        for (max_length, asn) in self.entries.of(prefix).flatten() {
            state = RpkiState::Invalid;
            if prefix.prefix_len() <= *max_length && origin == Some(*asn) && *asn != Asn::ZERO {
                return RpkiState::Valid;
            }
        }
        state
    }

    /// Number of payloads.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none: then nobody asks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The payloads, in order.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Vrp> {
        let all = self.entries.iter().flat_map(|(prefix, held)| {
            held.iter().map(|(max_length, asn)| Vrp {
                prefix: *prefix,
                max_length: *max_length,
                asn: *asn,
            })
        });
        let mut all: Vec<Vrp> = all.collect();
        all.sort_unstable();
        all
    }
}

/// Tables are equal that hold the same payloads, however they came and went.
impl PartialEq for VrpTable {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.to_vec() == other.to_vec()
    }
}

impl Eq for VrpTable {}

/// The Route Origin ASN (RFC 6811 §2): the last AS of a path that ends in a sequence; `own`
/// where the path is empty, or a confederation's alone; `None` behind an AS_SET.
pub(crate) fn origin_of(path: &AsPath, own: Asn) -> Option<Asn> {
    let last = path.view().segments().last();
    match last.map(|segment| (segment.segment_type(), segment)) {
        Some((SegmentType::Sequence, segment)) => segment.asns().next_back(),
        Some((SegmentType::Set, _)) => None,
        Some((SegmentType::ConfederationSequence | SegmentType::ConfederationSet, _)) | None => {
            Some(own)
        }
    }
}
