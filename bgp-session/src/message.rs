//! The nineteen octets that begin every message, and reassembly of messages
//! from a byte stream (RFC 4271 §4.1).
//!
//! ```text
//!  0                   1                   2                   3
//! +---------------------------------------------------------------+
//! |                     Marker: 16 octets of ff                   |
//! +-------------------------------+---------------+---------------+
//! |     Length, header included   |     Type      |
//! +-------------------------------+---------------+
//! ```
//!
//! A message that lies whole in what the transport has read is lent from there.
//! One that does not is collected in a buffer that never outgrows the longest
//! message, as its length is checked before its body is taken in.

use bgp_wire::Frame;

use crate::Malformed;

/// Octets of the message header.
pub(crate) const HEADER: usize = 19;

/// Message type codes (RFC 4271 §4.1, RFC 2918 §3).
pub(crate) mod kind {
    pub(crate) const OPEN: u8 = 1;
    pub(crate) const UPDATE: u8 = 2;
    pub(crate) const NOTIFICATION: u8 = 3;
    pub(crate) const KEEPALIVE: u8 = 4;
    pub(crate) const ROUTE_REFRESH: u8 = 5;
}

/// Length and type of a message whose header was checked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) length: usize,
    pub(crate) message_type: u8,
}

impl Header {
    /// Reads the header at the front of `bytes`. What is too short reads as an
    /// empty message of header length, so that a caller's loop always advances.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        match bytes.get(16..HEADER) {
            Some(&[high, low, message_type]) => Self {
                length: usize::from(u16::from_be_bytes([high, low])).max(HEADER),
                message_type,
            },
            _ => Self {
                length: HEADER,
                message_type: 0,
            },
        }
    }
}

/// The beginning of a message whose end has not arrived.
#[derive(Debug, Default)]
pub(crate) struct Reassembly {
    bytes: Vec<u8>,
}

/// What [`Reassembly::feed`] made of the input.
#[derive(Debug)]
pub(crate) enum Feed<'a> {
    /// All input was taken; the message has not ended.
    Incomplete,
    /// A message that the caller has no room for begins; of the input `taken`
    /// octets were taken.
    Refused { taken: usize },
    /// One whole message; of the input `taken` octets belong to it.
    Whole { taken: usize, message: &'a [u8] },
}

impl Reassembly {
    /// Takes input up to the end of the next message. A message that lies
    /// whole in `input` is lent from there without a copy.
    ///
    /// `admit` is asked before the body of a message is taken in, so that a
    /// full receiver stops the stream at a place where it can go on later.
    ///
    /// # Errors
    /// A header that RFC 4271 §6.1 refuses. The stream is out of step then.
    pub(crate) fn feed<'a>(
        &'a mut self,
        input: &'a [u8],
        limit: u16,
        admit: impl FnOnce(Header) -> bool,
    ) -> Result<Feed<'a>, Malformed> {
        if self.bytes.is_empty() {
            return self.begin(input, limit, admit);
        }
        let head = HEADER.saturating_sub(self.bytes.len()).min(input.len());
        let (start, rest) = input.split_at_checked(head).unwrap_or((input, &[]));
        self.bytes.extend_from_slice(start);
        if self.bytes.len() < HEADER {
            return Ok(Feed::Incomplete);
        }
        if let Err(error) = Frame::split(&self.bytes, limit) {
            return Err(Malformed::new(error, &self.bytes));
        }
        let header = Header::read(&self.bytes);
        if !admit(header) {
            return Ok(Feed::Refused { taken: head });
        }
        let missing = header.length.saturating_sub(self.bytes.len());
        let Some(body) = rest.get(..missing) else {
            self.bytes.extend_from_slice(rest);
            return Ok(Feed::Incomplete);
        };
        self.bytes.extend_from_slice(body);
        Ok(Feed::Whole {
            taken: head.saturating_add(missing),
            message: &self.bytes,
        })
    }

    fn begin<'a>(
        &mut self,
        input: &'a [u8],
        limit: u16,
        admit: impl FnOnce(Header) -> bool,
    ) -> Result<Feed<'a>, Malformed> {
        let frame = Frame::split(input, limit).map_err(|error| Malformed::new(error, input))?;
        if input.len() >= HEADER && !admit(Header::read(input)) {
            return Ok(Feed::Refused { taken: 0 });
        }
        match frame {
            Some(frame) => Ok(Feed::Whole {
                taken: frame.bytes.len(),
                message: frame.bytes,
            }),
            None => {
                self.bytes.extend_from_slice(input);
                Ok(Feed::Incomplete)
            }
        }
    }

    /// Forgets a whole message that was lent from here.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }
}
