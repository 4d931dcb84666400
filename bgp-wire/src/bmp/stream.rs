//! Messages of a stream that is read as it comes.

use std::io::{self, Read};

use super::error::{BmpError, BmpErrorKind};
use super::frame::{BmpFrame, DEFAULT_LIMIT, HEADER};
use crate::stream_buffer::StreamBuffer;

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
    stream: StreamBuffer<R>,
    limit: usize,
}

impl<R: Read> BmpReader<R> {
    /// Reads a stream from its beginning.
    #[must_use]
    pub const fn new(source: R) -> Self {
        Self {
            stream: StreamBuffer::new(source),
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
        self.stream.offset()
    }

    /// The next message; `None` at the end.
    ///
    /// # Errors
    /// What the source says; [`BmpErrorKind::Torn`] where the stream ends within a message,
    /// and [`BmpErrorKind::Length`] where a length cannot be. The same again when called
    /// again.
    pub fn next_frame(&mut self) -> Result<Option<BmpFrame<'_>>, BmpReadError> {
        let at = self.offset();
        let has_header = self.stream.fill(HEADER)?;
        // Fewer octets can be wrong already.
        BmpFrame::split(self.stream.rest(), self.limit).map_err(|error| error.after(at))?;
        if !has_header && self.stream.rest().is_empty() {
            return Ok(None);
        }
        let length = length(self.stream.rest());
        if !has_header || !self.stream.fill(length)? {
            return Err(BmpError::new(BmpErrorKind::Torn, at).into());
        }
        Ok(BmpFrame::split(self.stream.take(length), self.limit)?)
    }
}

/// The length in a header.
fn length(header: &[u8]) -> usize {
    let field = header.get(1..5).and_then(|field| field.try_into().ok());
    usize::try_from(u32::from_be_bytes(field.unwrap_or_default())).unwrap_or(usize::MAX)
}
