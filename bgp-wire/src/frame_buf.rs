//! Messages that own their octets without a copy (feature `bytes`).

use bytes::{Bytes, BytesMut};

use crate::{Context, DecodeError, EncodeError, EncodeMessage, Frame, Message, MessageType};

/// One whole message, split off a receive buffer: it shares the buffer's
/// memory, is cheap to clone and can be sent to another thread.
///
/// ```
/// use bgp_wire::{Context, EncodeMessage, FrameBuf, Keepalive, Message, PeerType};
/// let context = Context::new(PeerType::External);
/// let mut stream = bytes::BytesMut::new();
/// Keepalive.put_message(&context, &mut stream)?;
/// stream.extend([0xff; 5]); // the beginning of another one
/// let frame = FrameBuf::split(&mut stream, context.receive_limit)?.unwrap();
/// assert!(matches!(frame.decode(&context)?, Message::Keepalive));
/// assert_eq!(FrameBuf::split(&mut stream, context.receive_limit)?, None);
/// assert_eq!(stream.len(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FrameBuf {
    message_type: MessageType,
    bytes: Bytes,
}

impl FrameBuf {
    /// Splits the first message off a receive buffer; `None`, and the buffer as
    /// it was, while it is not complete. As [`Frame::split`] otherwise.
    ///
    /// # Errors
    /// As [`Frame::split`]; the buffer is as it was.
    pub fn split(buf: &mut BytesMut, receive_limit: u16) -> Result<Option<Self>, DecodeError> {
        let Some(frame) = Frame::split(buf, receive_limit)? else {
            return Ok(None);
        };
        let (message_type, length) = (frame.message_type, frame.bytes.len());
        let bytes = buf.split_to(length).freeze();
        Ok(Some(Self {
            message_type,
            bytes,
        }))
    }

    /// What the header says.
    #[must_use]
    pub const fn message_type(&self) -> MessageType {
        self.message_type
    }

    /// The message, header included.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The message, header included.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// The same, borrowed.
    #[must_use]
    pub fn as_frame(&self) -> Frame<'_> {
        Frame {
            message_type: self.message_type,
            bytes: &self.bytes,
        }
    }

    /// The message.
    ///
    /// # Errors
    /// As [`Message::decode`].
    pub fn decode(&self, context: &Context) -> Result<Message<'_>, DecodeError> {
        Message::decode(&self.bytes, context)
    }
}

/// Octets that are one message and nothing else, of any size.
impl TryFrom<Bytes> for FrameBuf {
    type Error = DecodeError;

    fn try_from(bytes: Bytes) -> Result<Self, DecodeError> {
        let message_type = Frame::exact(&bytes, u16::MAX)?.message_type;
        Ok(Self {
            message_type,
            bytes,
        })
    }
}

/// The message as it is: one encoded before, or one to be passed on.
impl EncodeMessage for FrameBuf {
    fn message_len(&self, _: &Context) -> usize {
        self.bytes.len()
    }

    fn encode_message(&self, context: &Context, out: &mut [u8]) -> Result<usize, EncodeError> {
        let length = self.bytes.len();
        if length > usize::from(context.send_limit) {
            return Err(EncodeError::MessageTooLong);
        }
        let room = out.get_mut(..length).ok_or(EncodeError::BufferTooSmall)?;
        room.copy_from_slice(&self.bytes);
        Ok(length)
    }
}
