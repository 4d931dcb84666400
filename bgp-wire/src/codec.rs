//! A BGP stream as messages, for `tokio_util::codec` (feature `tokio-util`).

use std::io;

use bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

use crate::frame::HEADER;
use crate::{Context, DecodeError, EncodeError, EncodeMessage, FrameBuf, NotificationView};

/// Cuts a byte stream into messages, and writes messages into one.
///
/// Received messages come out whole and undecoded ([`FrameBuf`]): what they mean
/// depends on what the OPENs negotiate, which is known later than the codec is
/// made. [`BgpCodec::set_context`] tells it then. Sent are any
/// [`EncodeMessage`], and what an [`UpdatePacker`](crate::UpdatePacker) wrote,
/// as a `FrameBuf`.
///
/// The codec asks for room for the one message that is on its way, as soon as
/// its header is there and right, and never for more: 4096 octets, or 65,535
/// with extended messages. What a `Framed` reads at once is its own to choose
/// (`with_capacity`).
///
/// ```
/// use bgp_wire::{BgpCodec, Context, Keepalive, MessageType, PeerType};
/// use tokio_util::codec::{Decoder as _, Encoder as _};
/// let mut codec = BgpCodec::new(&Context::new(PeerType::External));
/// let mut stream = bytes::BytesMut::new();
/// codec.encode(Keepalive, &mut stream)?;
/// let frame = codec.decode(&mut stream)?.unwrap();
/// assert_eq!(frame.message_type(), MessageType::Keepalive);
/// # Ok::<(), bgp_wire::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BgpCodec {
    context: Context,
}

impl BgpCodec {
    /// A codec for a session. Before the OPENs `Context::new` is right: an OPEN
    /// has 4096 octets at most (RFC 8654 §3).
    #[must_use]
    pub const fn new(context: &Context) -> Self {
        Self { context: *context }
    }

    /// What the session negotiated. It counts from the next message on.
    pub const fn set_context(&mut self, context: &Context) {
        self.context = *context;
    }

    /// The session's context.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }
}

impl Decoder for BgpCodec {
    type Item = FrameBuf;
    type Error = CodecError;

    fn decode(&mut self, src: &mut BytesMut) -> Result<Option<FrameBuf>, CodecError> {
        match FrameBuf::split(src, self.context.receive_limit) {
            Ok(Some(frame)) => Ok(Some(frame)),
            Ok(None) => {
                // A header that is whole has passed, so that its length is bounded.
                let length = match src.get(16..HEADER) {
                    Some([high, low, _]) => u16::from_be_bytes([*high, *low]).into(),
                    Some(_) | None => HEADER,
                };
                src.reserve(length.saturating_sub(src.len()));
                Ok(None)
            }
            Err(error) => {
                let header = src.first_chunk().copied().unwrap_or([0; HEADER]);
                Err(CodecError::Decode { error, header })
            }
        }
    }

    fn decode_eof(&mut self, src: &mut BytesMut) -> Result<Option<FrameBuf>, CodecError> {
        match self.decode(src)? {
            None if !src.is_empty() => Err(CodecError::Truncated),
            frame => Ok(frame),
        }
    }
}

impl<M: EncodeMessage> Encoder<M> for BgpCodec {
    type Error = CodecError;

    fn encode(&mut self, message: M, dst: &mut BytesMut) -> Result<(), CodecError> {
        let length = message.message_len(&self.context);
        if length > usize::from(self.context.send_limit) {
            return Err(EncodeError::MessageTooLong.into());
        }
        let before = dst.len();
        dst.resize(before.saturating_add(length), 0);
        let out = dst.get_mut(before..).unwrap_or_default();
        match message.encode_message(&self.context, out) {
            Ok(written) => {
                dst.truncate(before.saturating_add(written));
                Ok(())
            }
            Err(error) => {
                dst.truncate(before);
                Err(error.into())
            }
        }
    }
}

/// Why a stream of messages ended, or a message was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// A header that ends the session ([`CodecError::notification`] answers it).
    /// There is no way to tell where the next message begins.
    #[error("{error}")]
    Decode {
        /// What is wrong.
        error: DecodeError,
        /// The header at fault.
        header: [u8; HEADER],
    },
    /// The stream ended within a message.
    #[error("stream ends within a message")]
    Truncated,
    /// The message cannot be sent on this session; nothing of it was written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The stream failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl CodecError {
    /// The NOTIFICATION that answers a bad header (RFC 4271 §6.1); `None` where
    /// there is nothing to answer.
    #[must_use]
    pub fn notification(&self) -> Option<NotificationView<'_>> {
        match self {
            Self::Decode { error, header } => Some(error.notification(header)),
            Self::Truncated | Self::Encode(_) | Self::Io(_) => None,
        }
    }
}
