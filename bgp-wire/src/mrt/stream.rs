//! Records of an archive that is read as it comes.

use std::io::{self, Read};

use super::error::{MrtError, MrtErrorKind};
use super::record::{HEADER, Header, Record};
use super::records::{DEFAULT_LIMIT, is_record};
use crate::stream_buffer::StreamBuffer;

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
    stream: StreamBuffer<R>,
    limit: usize,
    last: Option<u32>,
}

impl<R: Read> MrtReader<R> {
    /// Reads an archive from its beginning.
    #[must_use]
    pub const fn new(source: R) -> Self {
        Self {
            stream: StreamBuffer::new(source),
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
        self.stream.offset()
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
        if !self.stream.fill(HEADER)? {
            if self.stream.rest().is_empty() {
                return Ok(None);
            }
            return Err(MrtError::new(MrtErrorKind::Torn, at).into());
        }
        let length = Header::read(self.stream.rest()).map_or(0, |header| header.length);
        if length > self.limit {
            return Err(MrtError::new(MrtErrorKind::Length, at).into());
        }
        self.stream.fill(HEADER.saturating_add(length))?;
        let split = Record::split(self.stream.rest()).map_err(|error| error.after(at))?;
        let Some((_, length)) = split else {
            return Ok(None);
        };
        let record = Record::split(self.stream.take(length))?.map(|(record, _)| record);
        self.last = record.map(|record| record.timestamp);
        Ok(record)
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
            self.stream.take(1);
            if !self.stream.fill(HEADER)? {
                self.stream.take(HEADER);
                return Ok(None);
            }
            let header = Header::read(self.stream.rest());
            let Some(header) = header.filter(|it| it.is_plausible(self.last, self.limit)) else {
                continue;
            };
            // The header behind it is looked at too, where there is one.
            self.stream.fill(2 * HEADER + header.length)?;
            if is_record(self.stream.rest(), self.last, self.limit) == Some(true) {
                return Ok(Some(self.offset().saturating_sub(from)));
            }
        }
    }
}
