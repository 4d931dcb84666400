//! One walk over attributes that either writes or counts them.

#[cfg(feature = "alloc")]
use super::RawAttribute;
use super::{AttributeFlags, AttributeType, header_len, write_header};
use crate::EncodeError;
use crate::writer::Out;

/// Where attributes go: into a buffer, or into a sum of lengths. One walk
/// serves both, so that the size said before is the size written.
pub(crate) trait Sink {
    fn head(
        &mut self,
        flags: AttributeFlags,
        attribute_type: AttributeType,
        length: usize,
    ) -> Result<(), EncodeError>;

    fn octets(&mut self, octets: &[u8]) -> Result<(), EncodeError>;

    /// `count` items of `N` octets.
    #[cfg(feature = "alloc")]
    fn items<T, const N: usize>(
        &mut self,
        items: &[T],
        octets: impl Fn(&T) -> [u8; N],
    ) -> Result<(), EncodeError>;

    fn fixed(
        &mut self,
        flags: AttributeFlags,
        attribute_type: AttributeType,
        value: &[u8],
    ) -> Result<(), EncodeError> {
        self.head(flags, attribute_type, value.len())?;
        self.octets(value)
    }

    /// A list, which is no attribute when it is empty.
    #[cfg(feature = "alloc")]
    fn list<T, const N: usize>(
        &mut self,
        flags: AttributeFlags,
        attribute_type: AttributeType,
        items: &[T],
        octets: impl Fn(&T) -> [u8; N],
    ) -> Result<(), EncodeError> {
        if items.is_empty() {
            return Ok(());
        }
        self.head(flags, attribute_type, items.len().saturating_mul(N))?;
        self.items(items, octets)
    }

    #[cfg(feature = "alloc")]
    fn raw(&mut self, attribute: &RawAttribute<'_>) -> Result<(), EncodeError> {
        self.fixed(attribute.flags, attribute.attribute_type, attribute.value)
    }
}

impl<O: Out> Sink for O {
    fn head(
        &mut self,
        flags: AttributeFlags,
        attribute_type: AttributeType,
        length: usize,
    ) -> Result<(), EncodeError> {
        write_header(self, flags, attribute_type, length)
    }

    fn octets(&mut self, octets: &[u8]) -> Result<(), EncodeError> {
        self.put(octets)
    }

    #[cfg(feature = "alloc")]
    fn items<T, const N: usize>(
        &mut self,
        items: &[T],
        octets: impl Fn(&T) -> [u8; N],
    ) -> Result<(), EncodeError> {
        items.iter().try_for_each(|item| self.put(&octets(item)))
    }
}

/// A sum of lengths.
#[derive(Debug, Default)]
pub(crate) struct Sum(pub(crate) usize);

impl Sum {
    const fn add(&mut self, length: usize) {
        self.0 = self.0.saturating_add(length);
    }
}

impl Sink for Sum {
    fn head(
        &mut self,
        flags: AttributeFlags,
        _: AttributeType,
        length: usize,
    ) -> Result<(), EncodeError> {
        self.add(header_len(flags, length));
        Ok(())
    }

    fn octets(&mut self, octets: &[u8]) -> Result<(), EncodeError> {
        self.add(octets.len());
        Ok(())
    }

    #[cfg(feature = "alloc")]
    fn items<T, const N: usize>(
        &mut self,
        items: &[T],
        _: impl Fn(&T) -> [u8; N],
    ) -> Result<(), EncodeError> {
        self.add(items.len().saturating_mul(N));
        Ok(())
    }
}
