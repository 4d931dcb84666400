//! A cursor that writes into the caller's buffer and counts what it wrote.

use crate::EncodeError;

/// Where octets go: into a buffer, or into a count. One walk over a value serves
/// both, so that the size said before is the size written.
pub(crate) trait Out {
    fn put(&mut self, bytes: &[u8]) -> Result<(), EncodeError>;

    fn u8(&mut self, value: u8) -> Result<(), EncodeError> {
        self.put(&[value])
    }

    fn u16(&mut self, value: u16) -> Result<(), EncodeError> {
        self.put(&value.to_be_bytes())
    }

    fn u32(&mut self, value: u32) -> Result<(), EncodeError> {
        self.put(&value.to_be_bytes())
    }
}

/// A count of octets.
#[derive(Debug, Default)]
pub(crate) struct Count(pub(crate) usize);

impl Count {
    /// How many octets `emit` writes; `usize::MAX` where it fails.
    pub(crate) fn of(emit: impl FnOnce(&mut Self) -> Result<(), EncodeError>) -> usize {
        let mut count = Self::default();
        emit(&mut count).map_or(usize::MAX, |()| count.0)
    }
}

impl Out for Count {
    fn put(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(())
    }
}

#[cfg(feature = "alloc")]
impl Out for alloc::vec::Vec<u8> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

impl Out for Writer<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        Writer::put(self, bytes)
    }
}

/// The unwritten rest of a buffer, with the position reached.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    out: &'a mut [u8],
    at: usize,
}

impl<'a> Writer<'a> {
    pub(crate) const fn new(out: &'a mut [u8]) -> Self {
        Self { out, at: 0 }
    }

    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    pub(crate) const fn capacity(&self) -> usize {
        self.out.len()
    }

    #[inline]
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        let end = self.at.saturating_add(bytes.len());
        let room = self
            .out
            .get_mut(self.at..end)
            .ok_or(EncodeError::BufferTooSmall)?;
        room.copy_from_slice(bytes);
        self.at = end;
        Ok(())
    }

    #[inline]
    pub(crate) fn u8(&mut self, value: u8) -> Result<(), EncodeError> {
        self.put(&[value])
    }

    #[inline]
    pub(crate) fn u16(&mut self, value: u16) -> Result<(), EncodeError> {
        self.put(&value.to_be_bytes())
    }

    #[inline]
    pub(crate) fn u32(&mut self, value: u32) -> Result<(), EncodeError> {
        self.put(&value.to_be_bytes())
    }

    /// Lets `write` have the rest of the buffer; it returns how much it took.
    #[inline]
    pub(crate) fn fill(
        &mut self,
        write: impl FnOnce(&mut [u8]) -> Result<usize, EncodeError>,
    ) -> Result<(), EncodeError> {
        let rest = self.out.get_mut(self.at..).unwrap_or_default();
        self.at = self.at.saturating_add(write(rest)?);
        Ok(())
    }

    /// Overwrites two octets that were written before, for a length that is
    /// known only at the end.
    pub(crate) fn patch_u16(&mut self, at: usize, value: usize) -> Result<(), EncodeError> {
        let value = u16::try_from(value).map_err(|_| EncodeError::MessageTooLong)?;
        let room = self
            .out
            .get_mut(at..at.saturating_add(2))
            .ok_or(EncodeError::BufferTooSmall)?;
        room.copy_from_slice(&value.to_be_bytes());
        Ok(())
    }

    /// Overwrites one octet that was written before.
    #[cfg(feature = "alloc")]
    pub(crate) fn patch_u8(&mut self, at: usize, value: usize) -> Result<(), EncodeError> {
        let value = u8::try_from(value).map_err(|_| EncodeError::ValueTooLong)?;
        let room = self.out.get_mut(at).ok_or(EncodeError::BufferTooSmall)?;
        *room = value;
        Ok(())
    }
}
