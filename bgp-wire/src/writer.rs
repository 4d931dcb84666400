//! A cursor that writes into the caller's buffer and counts what it wrote.

use crate::EncodeError;

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
