//! Tests of a packet's field: an operator and a value (RFC 8955 §4.2.1).
//!
//! ```text
//! Numeric  | e | a |  len  | 0 |lt |gt |eq |
//! Bitmask  | e | a |  len  | 0 | 0 |not| m |
//! ```

use crate::reader::Reader;

/// The last test of a list.
const END: u8 = 0x80;
/// Both this test and the one before must hold.
const AND: u8 = 0x40;

/// One test: operator and value.
///
/// ```
/// use bgp_wire::FlowTest;
/// let privileged = FlowTest::numeric(FlowTest::LESS, 1024);
/// assert!(privileged.holds_numeric(80) && !privileged.holds_numeric(8080));
/// let syn = FlowTest::bitmask(FlowTest::MATCH, 0x02);
/// assert!(syn.holds_bitmask(0x12) && !syn.holds_bitmask(0x10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FlowTest {
    /// The operator's low four bits: a combination of [`FlowTest::LESS`],
    /// [`FlowTest::GREATER`] and [`FlowTest::EQUAL`] for numbers, of
    /// [`FlowTest::NOT`] and [`FlowTest::MATCH`] for bits.
    pub operator: u8,
    /// Whether the test before must hold too; it binds stronger than "or".
    pub and: bool,
    /// What is compared with.
    pub value: u64,
}

impl FlowTest {
    /// Numbers: less than the value.
    pub const LESS: u8 = 0x04;
    /// Numbers: greater than the value.
    pub const GREATER: u8 = 0x02;
    /// Numbers: equal to the value.
    pub const EQUAL: u8 = 0x01;
    /// Bits: the opposite.
    pub const NOT: u8 = 0x02;
    /// Bits: all of them are set, not just any.
    pub const MATCH: u8 = 0x01;

    /// A test of a number, or-ed with the one before.
    #[must_use]
    pub const fn numeric(operator: u8, value: u64) -> Self {
        Self {
            operator: operator & 0x07,
            and: false,
            value,
        }
    }

    /// A test of bits, or-ed with the one before.
    #[must_use]
    pub const fn bitmask(operator: u8, value: u64) -> Self {
        Self {
            operator: operator & 0x03,
            and: false,
            value,
        }
    }

    /// The same test, and-ed with the one before.
    #[must_use]
    pub const fn and(self) -> Self {
        Self { and: true, ..self }
    }

    /// Whether a number passes (RFC 8955 §4.2.1.1).
    #[must_use]
    pub const fn holds_numeric(self, number: u64) -> bool {
        self.operator & Self::LESS != 0 && number < self.value
            || self.operator & Self::GREATER != 0 && number > self.value
            || self.operator & Self::EQUAL != 0 && number == self.value
    }

    /// Whether bits pass (RFC 8955 §4.2.1.2).
    #[must_use]
    pub const fn holds_bitmask(self, bits: u64) -> bool {
        let common = bits & self.value;
        let found = match self.operator & Self::MATCH != 0 {
            true => common == self.value,
            false => common != 0,
        };
        found != (self.operator & Self::NOT != 0)
    }

    /// Operator octet and value in as few octets as can be, and how many.
    #[cfg(feature = "alloc")]
    pub(super) fn octets(self, first: bool, last: bool) -> ([u8; 9], usize) {
        let (length, width) = match self.value {
            0..=0xff => (0, 1),
            0x100..=0xffff => (0x10, 2),
            0x1_0000..=0xffff_ffff => (0x20, 4),
            _ => (0x30, 8),
        };
        let and = if self.and && !first { AND } else { 0 };
        let end = if last { END } else { 0 };
        let mut octets = [0; 9];
        let value = self.value.to_be_bytes();
        let tail = value.get(8 - width..).unwrap_or_default();
        for (slot, octet) in octets.iter_mut().zip(
            [self.operator & 0x07 | length | and | end]
                .iter()
                .chain(tail),
        ) {
            *slot = *octet;
        }
        (octets, width + 1)
    }
}

/// The tests of a component, decoded as they are walked.
#[derive(Clone, Copy, Debug)]
pub struct FlowTests<'a> {
    reader: Reader<'a>,
    first: bool,
}

impl<'a> FlowTests<'a> {
    /// Takes a list of tests off the front of `reader`; `None` where it has no
    /// end.
    pub(super) fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let octets = reader.rest();
        loop {
            let operator = reader.u8()?;
            reader.take(width(operator))?;
            if operator & END != 0 {
                let length = octets.len().checked_sub(reader.len())?;
                return Some(Self {
                    reader: Reader::new(octets.get(..length)?),
                    first: true,
                });
            }
        }
    }

    pub(super) const fn octets(&self) -> &'a [u8] {
        self.reader.rest()
    }
}

/// Octets of the value behind an operator.
const fn width(operator: u8) -> usize {
    1 << (operator >> 4 & 0x03)
}

impl Iterator for FlowTests<'_> {
    type Item = FlowTest;

    fn next(&mut self) -> Option<FlowTest> {
        let operator = self.reader.u8()?;
        let value = self.reader.take(width(operator))?;
        let mut octets = [0; 8];
        let shift = 8_usize.checked_sub(value.len())?;
        octets.get_mut(shift..)?.copy_from_slice(value);
        // "MUST be treated as always unset" in the first one.
        let and = operator & AND != 0 && !self.first;
        self.first = false;
        Some(FlowTest {
            operator: operator & 0x07,
            and,
            value: u64::from_be_bytes(octets),
        })
    }
}

impl core::iter::FusedIterator for FlowTests<'_> {}
