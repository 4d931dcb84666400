//! Attributes that can be announced: one trait for those built here and those
//! passed on.

use crate::{Context, EncodeError, NextHop};

/// The attributes of an announcement: [`AttributeBlock`](crate::AttributeBlock),
/// and with `alloc` `PathAttributes` and `AttributeBlockBuf`.
///
/// The trait is sealed: how attributes stand on the wire is this crate's
/// concern.
pub trait EncodeAttributes: sealed::Sealed {
    /// Where the routes lead; `None` for a flow specification.
    fn next_hop(&self) -> Option<NextHop>;

    /// Octets of all attributes on the wire, MP_REACH_NLRI left out; NEXT_HOP
    /// counts only for `body_next_hop`.
    ///
    /// # Errors
    /// [`EncodeError::NoNextHop`]: no IPv4 next hop for `body_next_hop`.
    /// [`EncodeError::AsNumberWidth`]: an [`AttributeBlock`](crate::AttributeBlock)
    /// of another kind of session.
    fn attributes_len(&self, context: &Context, body_next_hop: bool) -> Result<usize, EncodeError>;

    /// Writes as many octets at the front of `out`.
    ///
    /// # Errors
    /// As [`EncodeAttributes::attributes_len`], and a buffer that is too small,
    /// or a value that exceeds its length field.
    fn encode_attributes(
        &self,
        context: &Context,
        body_next_hop: bool,
        out: &mut [u8],
    ) -> Result<usize, EncodeError>;
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for crate::AttributeBlock<'_> {}
    #[cfg(feature = "alloc")]
    impl Sealed for crate::AttributeBlockBuf {}
    #[cfg(feature = "alloc")]
    impl Sealed for crate::PathAttributes {}
    #[cfg(feature = "alloc")]
    impl Sealed for crate::PackedAttributes<'_> {}
    impl<T: Sealed> Sealed for &T {}
}

#[cfg(feature = "alloc")]
impl EncodeAttributes for crate::PathAttributes {
    fn next_hop(&self) -> Option<NextHop> {
        self.next_hop
    }

    fn attributes_len(&self, context: &Context, body_next_hop: bool) -> Result<usize, EncodeError> {
        match self.encoded_len(context, body_next_hop) {
            usize::MAX => Err(EncodeError::NoNextHop),
            length => Ok(length),
        }
    }

    fn encode_attributes(
        &self,
        context: &Context,
        body_next_hop: bool,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        let mut writer = crate::writer::Writer::new(out);
        self.write(&mut writer, context, body_next_hop)?;
        Ok(writer.position())
    }
}

impl<T: EncodeAttributes> EncodeAttributes for &T {
    fn next_hop(&self) -> Option<NextHop> {
        (**self).next_hop()
    }

    fn attributes_len(&self, context: &Context, body_next_hop: bool) -> Result<usize, EncodeError> {
        (**self).attributes_len(context, body_next_hop)
    }

    fn encode_attributes(
        &self,
        context: &Context,
        body_next_hop: bool,
        out: &mut [u8],
    ) -> Result<usize, EncodeError> {
        (**self).encode_attributes(context, body_next_hop, out)
    }
}
