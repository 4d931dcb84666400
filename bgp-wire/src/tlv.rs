//! TLVs with two octets of type and two of length, as BGP-LS, tunnel encapsulations and
//! BMP have them (RFC 9552 §5.1, RFC 9012 §2, RFC 7854 §4.4).
//!
//! ```text
//! +----------+------------+-------+
//! | Type (2) | Length (2) | Value |
//! +----------+------------+-------+
//! ```

use core::fmt;

use crate::reader::Reader;

/// One TLV.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tlv<'a> {
    /// The type.
    pub code: u16,
    /// The value.
    pub value: &'a [u8],
}

impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: 0x{}", self.code, crate::nlri::Hex(self.value))
    }
}

/// TLVs, decoded as they are walked. What does not make up a whole TLV at the
/// end is left out; in a scanned UPDATE there is no such rest.
#[derive(Clone, Copy)]
pub struct Tlvs<'a> {
    reader: Reader<'a>,
}

impl<'a> Tlvs<'a> {
    /// The TLVs in these octets.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(octets),
        }
    }

    /// The octets of the TLVs that are still to come.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.reader.rest()
    }

    /// The value of the first TLV of a type.
    #[must_use]
    pub fn find(mut self, code: u16) -> Option<&'a [u8]> {
        self.find_map(|tlv| (tlv.code == code).then_some(tlv.value))
    }

    /// Whether TLVs fill the octets and each is one that `fits`.
    pub(crate) fn check(mut self, mut fits: impl FnMut(Tlv<'a>) -> bool) -> bool {
        while !self.reader.is_empty() {
            if !read(&mut self.reader).is_some_and(&mut fits) {
                return false;
            }
        }
        true
    }
}

fn read<'a>(reader: &mut Reader<'a>) -> Option<Tlv<'a>> {
    let (code, length) = (reader.u16()?, reader.u16()?);
    let value = reader.take(length.into())?;
    Some(Tlv { code, value })
}

impl<'a> Iterator for Tlvs<'a> {
    type Item = Tlv<'a>;

    fn next(&mut self) -> Option<Tlv<'a>> {
        self.reader.item(read)
    }
}

impl core::iter::FusedIterator for Tlvs<'_> {}

/// The same octets.
impl PartialEq for Tlvs<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for Tlvs<'_> {}

impl fmt::Debug for Tlvs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}
