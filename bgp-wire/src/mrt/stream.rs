//! Records of an archive that is read as it comes.

use alloc::vec::Vec;
use std::io::{self, Read};

use super::error::{MrtError, MrtErrorKind};
use super::record::{HEADER, Header, Record};
use super::records::{DEFAULT_LIMIT, is_record};

/// Why the next record cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum MrtReadError {
    /// The reader failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The archive is not what it should be.
    #[error(transparent)]
    Mrt(#[from] MrtError),
}

/// How many octets are asked for at a time.
const CHUNK: usize = 1 << 16;

/// The records of an archive, out of one buffer that is used again: once it is as large
/// as the largest record, nothing is allocated.
///
/// Archives are compressed as a rule; a decompressor is a [`Read`] too.
///
/// ```
/// use bgp_wire::mrt::MrtReader;
/// let archive = [0, 0, 0, 1, 0, 16, 0, 0, 0, 0, 0, 0];
/// let mut reader = MrtReader::new(archive.as_slice());
/// while let Some(record) = reader.next_record()? {
///     println!("{}: {} of subtype {}", record.timestamp, record.record_type, record.subtype);
/// }
/// # Ok::<(), bgp_wire::mrt::MrtReadError>(())
/// ```
#[derive(Debug)]
pub struct MrtReader<R> {
    source: R,
    buffer: Vec<u8>,
    /// What of the buffer has been given out.
    taken: usize,
    /// Octets of the archive before the buffer.
    before: u64,
    ended: bool,
    limit: usize,
    last: Option<u32>,
}

impl<R: Read> MrtReader<R> {
    /// Reads an archive from its beginning.
    #[must_use]
    pub const fn new(source: R) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            taken: 0,
            before: 0,
            ended: false,
            limit: DEFAULT_LIMIT,
            last: None,
        }
    }

    /// The same with another limit to a record's length, and so to the buffer.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Where the next record begins, in octets from the beginning of the archive.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.before.saturating_add(self.taken as u64)
    }

    /// The next record; `None` at the end.
    ///
    /// # Errors
    /// What the source says; [`MrtErrorKind::Torn`] where the archive ends within a
    /// record, and [`MrtErrorKind::Length`] where a record is longer than the limit or
    /// too short for its type. The same again when called again; [`Self::resync`] goes on
    /// behind it.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, MrtReadError> {
        let at = self.offset();
        if !self.fill(HEADER)? {
            if self.rest().is_empty() {
                return Ok(None);
            }
            return Err(MrtError::new(MrtErrorKind::Torn, at).into());
        }
        let length = Header::read(self.rest()).map_or(0, |header| header.length);
        if length > self.limit {
            return Err(MrtError::new(MrtErrorKind::Length, at).into());
        }
        self.fill(HEADER.saturating_add(length))?;
        let rest = self.buffer.get(self.taken..).unwrap_or_default();
        let Some((record, length)) = Record::split(rest).map_err(|error| error.after(at))? else {
            return Ok(None);
        };
        self.taken = self.taken.saturating_add(length);
        self.last = Some(record.timestamp);
        Ok(Some(record))
    }

    /// After an error, goes to the next place where a record can stand, as
    /// [`Records::resync`](super::Records::resync) does; how many octets are left out,
    /// `None` where there is no such place.
    ///
    /// # Errors
    /// What the source says.
    pub fn resync(&mut self) -> io::Result<Option<u64>> {
        let from = self.offset();
        loop {
            self.taken = self.taken.saturating_add(1).min(self.buffer.len());
            if !self.fill(HEADER)? {
                self.taken = self.buffer.len();
                return Ok(None);
            }
            let header = Header::read(self.rest());
            let Some(header) = header.filter(|it| it.is_plausible(self.last, self.limit)) else {
                continue;
            };
            // The header behind it is looked at too, where there is one.
            self.fill(2 * HEADER + header.length)?;
            if is_record(self.rest(), self.last, self.limit) == Some(true) {
                return Ok(Some(self.offset().saturating_sub(from)));
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.taken..).unwrap_or_default()
    }

    /// Reads until `count` octets are there that were not given out; `false` where the
    /// archive ends before.
    fn fill(&mut self, count: usize) -> io::Result<bool> {
        if self.rest().len() < count && self.taken > 0 {
            self.before = self.before.saturating_add(self.taken as u64);
            self.buffer.drain(..self.taken);
            self.taken = 0;
        }
        while self.buffer.len() < count && !self.ended {
            // By steps: a length that lies makes nothing grow.
            let there = self.buffer.len();
            self.buffer.resize(there.saturating_add(CHUNK), 0);
            let free = self.buffer.get_mut(there..).unwrap_or_default();
            let read = self.source.read(free);
            let count = *read.as_ref().unwrap_or(&0);
            self.buffer.truncate(there.saturating_add(count));
            match read {
                Ok(count) => self.ended = count == 0,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.rest().len() >= count)
    }
}
