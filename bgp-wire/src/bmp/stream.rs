//! Messages of a stream that is read as it comes.

use alloc::vec::Vec;
use std::io::{self, Read};

use super::error::{BmpError, BmpErrorKind};
use super::frame::{BmpFrame, DEFAULT_LIMIT};

/// Why the next message cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum BmpReadError {
    /// The reader failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The stream is not what it should be.
    #[error(transparent)]
    Bmp(#[from] BmpError),
}

/// How many octets are asked for at a time.
const CHUNK: usize = 1 << 16;

/// The messages of a stream, out of one buffer that is used again: once it is as large as
/// the largest message, nothing is allocated.
///
/// It waits as its source does. Where sockets do not block, fill a buffer and call
/// [`BmpFrame::split`].
///
/// ```
/// use bgp_wire::bmp::{BmpMessage, BmpReader};
/// let stream = [3, 0, 0, 0, 12, 5, 0, 1, 0, 2, 0, 0];
/// let mut reader = BmpReader::new(stream.as_slice());
/// while let Some(frame) = reader.next_frame()? {
///     match frame.decode() {
///         Ok(BmpMessage::Termination(bye)) => println!("the router leaves: {:?}", bye.reason()),
///         Ok(message) => println!("{}", message.message_type()),
///         Err(error) => println!("left out: {error}"),
///     }
/// }
/// # Ok::<(), bgp_wire::bmp::BmpReadError>(())
/// ```
#[derive(Debug)]
pub struct BmpReader<R> {
    source: R,
    buffer: Vec<u8>,
    /// What of the buffer has been given out.
    taken: usize,
    /// Octets of the stream before the buffer.
    before: u64,
    ended: bool,
    limit: usize,
}

impl<R: Read> BmpReader<R> {
    /// Reads a stream from its beginning.
    #[must_use]
    pub const fn new(source: R) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            taken: 0,
            before: 0,
            ended: false,
            limit: DEFAULT_LIMIT,
        }
    }

    /// The same with another limit to a message's length, and so to the buffer.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Where the next message begins, in octets from the beginning of the stream.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.before.saturating_add(self.taken as u64)
    }

    /// The next message; `None` at the end.
    ///
    /// # Errors
    /// What the source says; [`BmpErrorKind::Torn`] where the stream ends within a message,
    /// and [`BmpErrorKind::Length`] where a length cannot be. The same again when called
    /// again.
    pub fn next_frame(&mut self) -> Result<Option<BmpFrame<'_>>, BmpReadError> {
        let at = self.offset();
        let length = loop {
            let split = BmpFrame::split(self.rest(), self.limit);
            if let Some(frame) = split.map_err(|error| error.after(at))? {
                break frame.bytes.len();
            }
            if !self.fill()? {
                return match self.rest().is_empty() {
                    true => Ok(None),
                    false => Err(BmpError::new(BmpErrorKind::Torn, at).into()),
                };
            }
        };
        let begin = self.taken;
        self.taken = begin.saturating_add(length);
        let rest = self.buffer.get(begin..).unwrap_or_default();
        Ok(BmpFrame::split(rest, self.limit)?)
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.taken..).unwrap_or_default()
    }

    /// Reads some octets more; `false` at the end of the stream.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.taken > 0 {
            self.before = self.before.saturating_add(self.taken as u64);
            self.buffer.drain(..self.taken);
            self.taken = 0;
        }
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
        Ok(!self.ended)
    }
}
