//! MPLS labels as NLRI carry them (RFC 8277 §2.2, RFC 3032 §2.1).
//!
//! ```text
//! +------------+--------------------+-------------------+
//! | Label (20) | Traffic class (3)  | Bottom of stack   |
//! |            |                    | (1)               |
//! +------------+--------------------+-------------------+
//! ```

use core::fmt;
use core::str::FromStr;

use crate::nlri::ParseError;

/// A label field of three octets.
///
/// EVPN puts a VXLAN network identifier into the same field, all 24 bits of it
/// (RFC 8365 §5.1.3); which it is, the encapsulation extended community says.
///
/// ```
/// use bgp_wire::Label;
/// assert_eq!(Label::new(16).octets(), [0, 1, 1]); // bottom of stack
/// assert_eq!(Label::from_vni(10_100).vni(), 10_100);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Label(pub [u8; 3]);

impl Label {
    /// What stands in place of a label in a withdrawal (RFC 8277 §2.4).
    pub(crate) const WITHDRAWN: Self = Self([0x80, 0, 0]);

    /// A label at the bottom of its stack; the low 20 bits of `value`.
    #[must_use]
    pub const fn new(value: u32) -> Self {
        Self::from_vni(value << 4 | 1)
    }

    /// A VXLAN network identifier; the low 24 bits of `vni`.
    #[must_use]
    pub const fn from_vni(vni: u32) -> Self {
        let [_, a, b, c] = vni.to_be_bytes();
        Self([a, b, c])
    }

    /// The 20 bits of an MPLS label.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.vni() >> 4
    }

    /// All 24 bits.
    #[must_use]
    pub const fn vni(self) -> u32 {
        let [a, b, c] = self.0;
        u32::from_be_bytes([0, a, b, c])
    }

    /// The octets on the wire.
    #[must_use]
    pub const fn octets(self) -> [u8; 3] {
        self.0
    }

    /// Whether the label is the last of its stack.
    #[must_use]
    pub const fn is_bottom(self) -> bool {
        let [.., last] = self.0;
        last & 1 == 1
    }

    /// The same label, the last of its stack or not.
    #[must_use]
    pub const fn with_bottom(self, bottom: bool) -> Self {
        let [a, b, last] = self.0;
        Self([a, b, last & 0xfe | bottom as u8])
    }
}

/// The MPLS label.
impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}

impl FromStr for Label {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let value: u32 = text.parse().map_err(|_| ParseError::Invalid("label"))?;
        match value < 1 << 20 {
            true => Ok(Self::new(value)),
            false => Err(ParseError::Invalid("label")),
        }
    }
}

/// The labels of one route, the outermost first: at most ten, as many as the
/// length octet of an NLRI can count.
///
/// ```
/// use bgp_wire::{Label, LabelStack};
/// let stack: LabelStack = "16/17".parse()?;
/// assert_eq!(stack.labels()[1], Label::new(17));
/// assert!(!stack.labels()[0].is_bottom());
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct LabelStack {
    labels: [Label; Self::MOST],
    length: u8,
}

impl LabelStack {
    /// 255 bits hold ten labels of 24.
    const MOST: usize = 10;

    /// No label: what a withdrawal has.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            labels: [Label([0; 3]); Self::MOST],
            length: 0,
        }
    }

    /// Puts a label beneath the others and marks it the bottom; `false`, and
    /// nothing changed, when there are ten.
    pub fn push(&mut self, label: Label) -> bool {
        let length = usize::from(self.length);
        let Some(slot) = self.labels.get_mut(length) else {
            return false;
        };
        *slot = label.with_bottom(true);
        if let Some(above) = length.checked_sub(1).and_then(|at| self.labels.get_mut(at)) {
            *above = above.with_bottom(false);
        }
        self.length = self.length.saturating_add(1);
        true
    }

    /// The same, as it was received.
    pub(crate) fn push_raw(&mut self, label: Label) -> bool {
        let Some(slot) = self.labels.get_mut(usize::from(self.length)) else {
            return false;
        };
        *slot = label;
        self.length = self.length.saturating_add(1);
        true
    }

    /// The labels, the outermost first.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        self.labels.get(..self.length.into()).unwrap_or_default()
    }
}

impl From<Label> for LabelStack {
    fn from(label: Label) -> Self {
        let mut stack = Self::empty();
        stack.push(label);
        stack
    }
}

impl PartialEq for LabelStack {
    fn eq(&self, other: &Self) -> bool {
        self.labels() == other.labels()
    }
}

impl Eq for LabelStack {}

impl core::hash::Hash for LabelStack {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.labels().hash(state);
    }
}

impl fmt::Debug for LabelStack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.labels()).finish()
    }
}

/// Labels with slashes between them.
impl fmt::Display for LabelStack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, label) in self.labels().iter().enumerate() {
            let slash = if at == 0 { "" } else { "/" };
            write!(f, "{slash}{label}")?;
        }
        Ok(())
    }
}

impl FromStr for LabelStack {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut stack = Self::empty();
        for label in text.split('/') {
            if !stack.push(label.parse()?) {
                return Err(ParseError::Invalid("label"));
            }
        }
        Ok(stack)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_label_is_the_bottom() {
        let mut stack = LabelStack::from(Label::new(100));
        assert!(stack.push(Label::new(200)));
        let octets: [[u8; 3]; 2] = [[0x00, 0x06, 0x40], [0x00, 0x0c, 0x81]];
        assert!(stack.labels().iter().map(|it| it.octets()).eq(octets));
    }

    #[test]
    fn a_stack_has_ten_labels_at_most() {
        let mut stack = LabelStack::empty();
        for value in 0..10 {
            assert!(stack.push(Label::new(value)));
        }
        assert!(!stack.push(Label::new(10)));
        assert!("1048576".parse::<Label>().is_err(), "21 bits");
    }
}
