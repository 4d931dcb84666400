//! Messages that can be sent, whatever their type: one trait.

#[cfg(feature = "bytes")]
use bytes::BufMut;

use crate::frame::HEADER;
use crate::{Context, EncodeError, NotificationView, RouteRefresh, keepalive};

/// A whole message to send: [`Keepalive`], [`RouteRefresh`], [`NotificationView`],
/// with `alloc` `Open`, `Update`, `Notification` and `OrfRequest`, with `bytes`
/// `FrameBuf`. UPDATEs made of routes are an
/// [`UpdatePacker`](crate::UpdatePacker)'s, which needs several messages as a rule.
///
/// The trait is sealed.
///
/// ```
/// use bgp_wire::{Context, EncodeMessage, Keepalive, PeerType};
/// let context = Context::new(PeerType::External);
/// let mut out = [0; 19];
/// assert_eq!(Keepalive.message_len(&context), 19);
/// assert_eq!(Keepalive.encode_message(&context, &mut out)?, 19);
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
pub trait EncodeMessage: sealed::Sealed {
    /// Octets of the message, header included; one beyond the session's limit
    /// does not encode.
    fn message_len(&self, context: &Context) -> usize;

    /// Writes the message at the front of `out` and returns its size.
    ///
    /// # Errors
    /// The message exceeds the buffer or what the session may send, or a value
    /// its length field.
    fn encode_message(&self, context: &Context, out: &mut [u8]) -> Result<usize, EncodeError>;

    /// Appends the message to a buffer and returns its size; on an error
    /// nothing is appended. See [`put_message`].
    ///
    /// # Errors
    /// As [`EncodeMessage::encode_message`].
    #[cfg(feature = "bytes")]
    fn put_message(&self, context: &Context, buf: &mut impl BufMut) -> Result<usize, EncodeError>
    where
        Self: Sized,
    {
        let length = self.message_len(context);
        if length > usize::from(u16::MAX) {
            return Err(EncodeError::MessageTooLong);
        }
        put_message(buf, length, |out| self.encode_message(context, out))
    }
}

/// Appends to a buffer what an encoder writes, at most `limit` octets, and
/// returns how many there were; on an error nothing is appended.
///
/// A `BufMut` cannot be written to out of order without `unsafe`, and the
/// length of a message stands before what it counts. So the message is made
/// aside and copied: on the stack up to 4096 octets, beyond that in one
/// allocation.
///
/// ```
/// use bgp_wire::{Context, Family, Nlri, PeerType, UpdatePacker, put_message};
/// let packer = UpdatePacker::new(&Context::new(PeerType::Internal));
/// let mut buf = bytes::BytesMut::new();
/// let prefix: ipnet::IpNet = "203.0.113.0/24".parse().unwrap();
/// let mut routes = [Nlri::unicast(prefix)].into_iter().peekable();
/// put_message(&mut buf, 4096, |out| packer.withdraw(Family::IPV4_UNICAST, &mut routes, out))?;
/// assert_eq!(buf[16..], [0, 27, 2, 0, 4, 24, 203, 0, 113, 0, 0]);
/// # Ok::<(), bgp_wire::EncodeError>(())
/// ```
///
/// # Errors
/// What the encoder says, and [`EncodeError::BufferTooSmall`] for a buffer that
/// cannot grow as far.
#[cfg(feature = "bytes")]
pub fn put_message(
    buf: &mut impl BufMut,
    limit: usize,
    encode: impl FnOnce(&mut [u8]) -> Result<usize, EncodeError>,
) -> Result<usize, EncodeError> {
    let mut small = [0; crate::MAX_MESSAGE as usize];
    let mut large;
    let room = limit.min(usize::from(u16::MAX)).min(buf.remaining_mut());
    let out = match small.get_mut(..room) {
        Some(out) => out,
        None => {
            large = alloc::vec![0; room];
            &mut large
        }
    };
    let length = encode(out)?;
    let message = out.get(..length).ok_or(EncodeError::BufferTooSmall)?;
    buf.put_slice(message);
    Ok(length)
}

/// KEEPALIVE (RFC 4271 §4.4), the message without a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Keepalive;

impl EncodeMessage for Keepalive {
    fn message_len(&self, _: &Context) -> usize {
        HEADER
    }

    fn encode_message(&self, _: &Context, out: &mut [u8]) -> Result<usize, EncodeError> {
        keepalive(out)
    }
}

impl EncodeMessage for RouteRefresh {
    fn message_len(&self, _: &Context) -> usize {
        Self::ENCODED_LEN
    }

    fn encode_message(&self, _: &Context, out: &mut [u8]) -> Result<usize, EncodeError> {
        self.encode(out)
    }
}

impl EncodeMessage for NotificationView<'_> {
    fn message_len(&self, _: &Context) -> usize {
        self.encoded_len()
    }

    fn encode_message(&self, context: &Context, out: &mut [u8]) -> Result<usize, EncodeError> {
        match self.encoded_len() <= usize::from(context.send_limit) {
            true => self.encode(out),
            false => Err(EncodeError::MessageTooLong),
        }
    }
}

#[cfg(feature = "alloc")]
mod owned {
    use super::EncodeMessage;
    use crate::{Context, EncodeError, Notification, Open, OrfRequest, Update};

    impl EncodeMessage for Notification {
        fn message_len(&self, _: &Context) -> usize {
            self.encoded_len()
        }

        fn encode_message(&self, context: &Context, out: &mut [u8]) -> Result<usize, EncodeError> {
            self.view().encode_message(context, out)
        }
    }

    impl EncodeMessage for Open {
        fn message_len(&self, _: &Context) -> usize {
            self.encoded_len()
        }

        fn encode_message(&self, _: &Context, out: &mut [u8]) -> Result<usize, EncodeError> {
            self.encode(out)
        }
    }

    impl EncodeMessage for Update {
        fn message_len(&self, context: &Context) -> usize {
            self.encoded_len(context)
        }

        fn encode_message(&self, context: &Context, out: &mut [u8]) -> Result<usize, EncodeError> {
            self.encode(context, out)
        }
    }

    impl EncodeMessage for OrfRequest {
        fn message_len(&self, _: &Context) -> usize {
            self.encoded_len()
        }

        fn encode_message(&self, context: &Context, out: &mut [u8]) -> Result<usize, EncodeError> {
            self.encode(context, out)
        }
    }
}

impl<T: EncodeMessage> EncodeMessage for &T {
    fn message_len(&self, context: &Context) -> usize {
        (**self).message_len(context)
    }

    fn encode_message(&self, context: &Context, out: &mut [u8]) -> Result<usize, EncodeError> {
        (**self).encode_message(context, out)
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Keepalive {}
    impl Sealed for crate::RouteRefresh {}
    impl Sealed for crate::NotificationView<'_> {}
    #[cfg(feature = "alloc")]
    impl Sealed for crate::Notification {}
    #[cfg(feature = "alloc")]
    impl Sealed for crate::Open {}
    #[cfg(feature = "alloc")]
    impl Sealed for crate::Update {}
    #[cfg(feature = "alloc")]
    impl Sealed for crate::OrfRequest {}
    #[cfg(feature = "bytes")]
    impl Sealed for crate::FrameBuf {}
    impl<T: Sealed> Sealed for &T {}
}
