//! Records of an archive in memory.

use super::error::{MrtError, MrtErrorKind};
use super::record::{HEADER, Header, Record};

/// How many octets a record may have, header aside, where nobody says otherwise: 16 MiB.
/// The largest that a collector writes is a prefix with the paths of all its peers.
pub const DEFAULT_LIMIT: usize = 1 << 24;

/// The records of an archive in memory, without a copy.
///
/// An error ends the walk, and the error's place is the first octet of what cannot be
/// read; [`resync`](Self::resync) goes on behind it.
///
/// ```
/// use bgp_wire::mrt::{MrtErrorKind, RecordType, Records};
/// // A BGP4MP record without a body, and the beginning of another.
/// let octets = [0, 0, 0, 1, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
/// let mut records = Records::new(&octets);
/// let first = records.next().unwrap().unwrap();
/// assert_eq!((first.timestamp, first.record_type), (1, RecordType::BGP4MP));
/// let torn = records.next().unwrap().unwrap_err();
/// assert_eq!((torn.kind, torn.offset), (MrtErrorKind::Torn, 12));
/// assert!(records.next().is_none());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    octets: &'a [u8],
    at: usize,
    limit: usize,
    /// The time of the last record.
    last: Option<u32>,
    failed: bool,
}

impl<'a> Records<'a> {
    /// The records in these octets.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self {
            octets,
            at: 0,
            limit: DEFAULT_LIMIT,
            last: None,
            failed: false,
        }
    }

    /// The same with another limit to a record's length.
    #[must_use]
    pub const fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Where the next record begins, in octets from the beginning.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// After an error, goes to the next place where a record can stand, and says how
    /// many octets are left out; `None` where there is none, and nothing follows.
    ///
    /// A record can stand where type and subtype are known, the time is within a day of
    /// that of the last record, and another such header follows behind it, or the
    /// archive ends there. That is a guess, but a good one: one in some 2^50 places of
    /// random octets is like that.
    pub fn resync(&mut self) -> Option<usize> {
        let from = self.at.saturating_add(1);
        let found = (from..self.octets.len()).find(|at| {
            let rest = self.octets.get(*at..).unwrap_or_default();
            is_record(rest, self.last, self.limit) == Some(true)
        });
        match found {
            Some(at) => {
                let skipped = at.saturating_sub(self.at);
                self.at = at;
                self.failed = false;
                Some(skipped)
            }
            None => {
                self.at = self.octets.len();
                None
            }
        }
    }
}

/// Whether a record stands at the front of `octets`, which go on to the end of the archive;
/// `None` where too few of them are there to say.
pub(super) fn is_record(octets: &[u8], since: Option<u32>, limit: usize) -> Option<bool> {
    let header = Header::read(octets)?;
    if !header.is_plausible(since, limit) {
        return Some(false);
    }
    let behind = octets.get(HEADER.saturating_add(header.length)..)?;
    if behind.is_empty() {
        return Some(true);
    }
    let next = Header::read(behind)?;
    Some(next.is_plausible(Some(header.timestamp), limit))
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, MrtError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let rest = self.octets.get(self.at..).unwrap_or_default();
        let too_long = Header::read(rest).is_some_and(|header| header.length > self.limit);
        let split = match too_long {
            true => Err(MrtError::new(MrtErrorKind::Length, 0)),
            false => Record::split(rest),
        };
        match split {
            Ok(Some((record, length))) => {
                self.at = self.at.saturating_add(length);
                self.last = Some(record.timestamp);
                Some(Ok(record))
            }
            Ok(None) => None,
            Err(error) => {
                self.failed = true;
                Some(Err(error.after(self.at as u64)))
            }
        }
    }
}

impl core::iter::FusedIterator for Records<'_> {}
