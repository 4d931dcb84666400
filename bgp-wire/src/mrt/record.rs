//! The record: what stands around every body.

use core::fmt;

use super::Body;
use super::error::{MrtError, MrtErrorKind};
use crate::reader::Reader;

/// What a record is about, as IANA assigns it (RFC 6396 §4, §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RecordType(pub u16);

#[expect(missing_docs, reason = "the names of the registry")]
impl RecordType {
    pub const BGP: Self = Self(5);
    pub const BGP4PLUS: Self = Self(9);
    pub const OSPFV2: Self = Self(11);
    pub const TABLE_DUMP: Self = Self(12);
    pub const TABLE_DUMP_V2: Self = Self(13);
    pub const BGP4MP: Self = Self(16);
    pub const BGP4MP_ET: Self = Self(17);
    pub const ISIS: Self = Self(32);
    pub const ISIS_ET: Self = Self(33);
    pub const OSPFV3: Self = Self(48);
    pub const OSPFV3_ET: Self = Self(49);
}

impl RecordType {
    /// Whether microseconds stand before the body (RFC 6396 §3).
    #[must_use]
    pub const fn is_extended(self) -> bool {
        matches!(self, Self::BGP4MP_ET | Self::ISIS_ET | Self::OSPFV3_ET)
    }

    /// Whether it is one that is written today or was in the past.
    pub(super) const fn is_known(self) -> bool {
        matches!(self.0, 0..=13 | 16 | 17 | 32 | 33 | 48 | 49)
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::BGP => "BGP",
            Self::BGP4PLUS => "BGP4PLUS",
            Self::OSPFV2 => "OSPFv2",
            Self::TABLE_DUMP => "TABLE_DUMP",
            Self::TABLE_DUMP_V2 => "TABLE_DUMP_V2",
            Self::BGP4MP => "BGP4MP",
            Self::BGP4MP_ET => "BGP4MP_ET",
            Self::ISIS => "ISIS",
            Self::ISIS_ET => "ISIS_ET",
            Self::OSPFV3 => "OSPFv3",
            Self::OSPFV3_ET => "OSPFv3_ET",
            Self(other) => return write!(f, "type {other}"),
        })
    }
}

/// Octets of the common header.
pub(super) const HEADER: usize = 12;

/// One record of an archive.
///
/// ```text
/// +---------------+----------+-------------+------------+------------------------+------+
/// | Timestamp (4) | Type (2) | Subtype (2) | Length (4) | Microseconds (4), only | Body |
/// |               |          |             |            | of types with _ET      |      |
/// +---------------+----------+-------------+------------+------------------------+------+
/// ```
///
/// The length counts the microseconds (RFC 6396 §3).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Seconds since 1970.
    pub timestamp: u32,
    /// Microseconds of the second, where the type has them.
    pub microseconds: Option<u32>,
    /// What the record is about.
    pub record_type: RecordType,
    /// Which form the body has; its meaning depends on the type.
    pub subtype: u16,
    /// What stands behind the header.
    pub body: &'a [u8],
}

impl<'a> Record<'a> {
    /// Takes a record off the front of `octets`: the record, and how many octets it
    /// has. `None` where there are none.
    ///
    /// # Errors
    /// [`MrtErrorKind::Torn`] when there are fewer octets than the record has, and
    /// [`MrtErrorKind::Length`] when its length cannot be; the place is 0.
    pub fn split(octets: &'a [u8]) -> Result<Option<(Self, usize)>, MrtError> {
        if octets.is_empty() {
            return Ok(None);
        }
        let torn = MrtError::new(MrtErrorKind::Torn, 0);
        let Header {
            timestamp,
            record_type,
            subtype,
            length,
        } = Header::read(octets).ok_or(torn)?;
        let mut reader = Reader::new(octets.get(HEADER..).unwrap_or_default());
        let mut reader = Reader::new(reader.take(length).ok_or(torn)?);
        let microseconds = match record_type.is_extended() {
            true => Some(reader.u32().ok_or(MrtError::new(MrtErrorKind::Length, 0))?),
            false => None,
        };
        let record = Self {
            timestamp,
            microseconds,
            record_type,
            subtype,
            body: reader.rest(),
        };
        Ok(Some((record, HEADER.saturating_add(length))))
    }

    /// What the record says.
    ///
    /// # Errors
    /// [`MrtErrorKind::Body`] when the body does not have the form of its type; the
    /// place is that in the body where it goes wrong, if one can be named.
    pub fn decode(&self) -> Result<Body<'a>, MrtError> {
        Body::decode(self.record_type, self.subtype, self.body)
    }

    /// Octets on the wire.
    #[must_use]
    pub const fn encoded_len(&self) -> usize {
        let microseconds = if self.microseconds.is_some() { 4 } else { 0 };
        HEADER + microseconds + self.body.len()
    }

    /// Appends the record. Of a type without microseconds none are written, of one
    /// with them 0 where there are none.
    pub fn encode(&self, out: &mut alloc::vec::Vec<u8>) {
        let microseconds = self.record_type.is_extended();
        let length = self
            .body
            .len()
            .saturating_add(if microseconds { 4 } else { 0 });
        out.extend(self.timestamp.to_be_bytes());
        out.extend(self.record_type.0.to_be_bytes());
        out.extend(self.subtype.to_be_bytes());
        out.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        if microseconds {
            out.extend(self.microseconds.unwrap_or_default().to_be_bytes());
        }
        out.extend(self.body);
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("timestamp", &self.timestamp)
            .field("microseconds", &self.microseconds)
            .field("record_type", &self.record_type)
            .field("subtype", &self.subtype)
            .field("body", &format_args!("0x{}", crate::nlri::Hex(self.body)))
            .finish()
    }
}

/// The common header.
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub(super) timestamp: u32,
    pub(super) record_type: RecordType,
    pub(super) subtype: u16,
    pub(super) length: usize,
}

impl Header {
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(octets);
        Some(Self {
            timestamp: reader.u32()?,
            record_type: RecordType(reader.u16()?),
            subtype: reader.u16()?,
            length: usize::try_from(reader.u32()?).ok()?,
        })
    }

    /// Whether a record can begin so, `since` the time of one before it.
    pub(super) fn is_plausible(self, since: Option<u32>, limit: usize) -> bool {
        const DAY: u32 = 86_400;
        let subtypes = match self.record_type {
            RecordType::TABLE_DUMP => 1..=2,
            RecordType::TABLE_DUMP_V2 => 1..=12,
            RecordType::BGP4MP | RecordType::BGP4MP_ET => 0..=11,
            _ => 0..=16,
        };
        self.record_type.is_known()
            && subtypes.contains(&self.subtype)
            && self.length > 0
            && self.length <= limit
            && since.is_none_or(|since| since.abs_diff(self.timestamp) <= DAY)
    }
}
