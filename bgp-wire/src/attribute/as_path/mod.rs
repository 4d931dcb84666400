//! AS_PATH and AS4_PATH: the ASes that a route has crossed (RFC 4271 §5.1.2,
//! RFC 5065, RFC 6793).
//!
//! ```text
//! +-------------------+-----------+---------------------------------------+
//! | Segment type (1)  | Count (1) | Count AS numbers (2 or 4 octets each) |
//! +-------------------+-----------+---------------------------------------+
//! ```

mod check;
mod iter;
#[cfg(feature = "alloc")]
mod merge;
#[cfg(feature = "alloc")]
mod owned;
#[cfg(feature = "alloc")]
mod text;
mod view;

pub(crate) use check::{as4_path_has_set, check, check_as4_path};
pub use iter::{Asns, PathAsns, Segments};
#[cfg(feature = "alloc")]
pub use owned::{AsPath, AsPathSegment};
pub use view::{AsPathView, SegmentView};

/// The kind of an AS_PATH segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum SegmentType {
    /// AS_SET: unordered (RFC 4271 §4.3).
    Set,
    /// AS_SEQUENCE: ordered, the latest first.
    Sequence,
    /// AS_CONFED_SEQUENCE: member ASes, ordered (RFC 5065 §3).
    ConfederationSequence,
    /// AS_CONFED_SET: member ASes, unordered (RFC 5065 §3).
    ConfederationSet,
}

impl SegmentType {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Set => 1,
            Self::Sequence => 2,
            Self::ConfederationSequence => 3,
            Self::ConfederationSet => 4,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Set,
            2 => Self::Sequence,
            3 => Self::ConfederationSequence,
            4 => Self::ConfederationSet,
            _ => return None,
        })
    }

    /// Whether the segment names member ASes of a confederation.
    #[must_use]
    pub const fn is_confederation(self) -> bool {
        matches!(self, Self::ConfederationSequence | Self::ConfederationSet)
    }

    /// What stands around the segment in text.
    const fn brackets(self) -> (&'static str, &'static str) {
        match self {
            Self::Set => ("{", "}"),
            Self::Sequence => ("", ""),
            Self::ConfederationSequence => ("(", ")"),
            Self::ConfederationSet => ("[", "]"),
        }
    }

    /// What a segment of so many ASes adds to the length of the path (RFC 4271
    /// §9.1.2.2 a, RFC 5065 §5.3).
    const fn length(self, count: usize) -> usize {
        match self {
            Self::Set => 1,
            Self::Sequence => count,
            Self::ConfederationSequence | Self::ConfederationSet => 0,
        }
    }
}
