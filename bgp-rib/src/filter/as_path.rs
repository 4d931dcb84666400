//! Expressions on the AS_PATH.

use bgp_wire::{AsPath, Asn, SegmentType};
use smallvec::SmallVec;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A pattern that the whole AS_PATH must fit, nearest AS first, in the notation
/// of BIRD's path masks: `*` any number of elements, `?` one element,
/// `64512..65534` one of a range, `[64512 65000..65010]` one of several, and
/// numbers for themselves. An AS_SET is one element, which fits what any of its
/// members fits.
///
/// ```
/// use bgp_rib::AsPathPattern;
/// use bgp_wire::{AsPath, Asn};
///
/// let path = |list: &[u32]| AsPath::from_sequence(list.iter().copied().map(Asn));
/// let through: AsPathPattern = "64512 * [65001 65100..65199] ?".parse()?;
/// assert!(through.matches(&path(&[64512, 3, 65150, 7])));
/// assert!(!through.matches(&path(&[64512, 3, 65150])));
/// assert_eq!(through.to_string(), "64512 * [65001 65100..65199] ?");
/// # Ok::<(), bgp_rib::AsPathPatternError>(())
/// ```
///
/// A match costs O(elements of the path · elements of the pattern), whatever
/// either holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AsPathPattern(Vec<Element>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Element {
    /// `*`
    Some,
    /// `?`
    One,
    /// A number, a range, several of them.
    Of(SmallVec<[RangeInclusive<u32>; 1]>),
}

/// A text that is no [`AsPathPattern`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AsPathPatternError {
    /// A word that is neither a number, a range, `*` nor `?`.
    Word(Box<str>),
    /// A range that ends before it begins.
    EmptyRange(Box<str>),
    /// Brackets that are not closed, or within each other.
    Brackets,
}

impl std::error::Error for AsPathPatternError {}

impl fmt::Display for AsPathPatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => write!(f, "{word}: neither an AS number, a range, * nor ?"),
            Self::EmptyRange(word) => write!(f, "{word}: ends before it begins"),
            Self::Brackets => f.write_str("brackets are not closed, or within each other"),
        }
    }
}

impl FromStr for AsPathPattern {
    type Err = AsPathPatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let spaced = text.replace('[', " [ ").replace(']', " ] ");
        let mut elements = Vec::new();
        let mut several: Option<SmallVec<[RangeInclusive<u32>; 1]>> = None;
        for word in spaced.split_whitespace() {
            match (word, &mut several) {
                ("[", None) => several = Some(SmallVec::new()),
                ("]", Some(_)) => elements.extend(several.take().map(Element::Of)),
                ("[" | "]", _) => return Err(AsPathPatternError::Brackets),
                ("*", None) => elements.push(Element::Some),
                ("?", None) => elements.push(Element::One),
                (word, Some(ranges)) => ranges.push(range(word)?),
                (word, None) => elements.push(Element::Of(SmallVec::from_elem(range(word)?, 1))),
            }
        }
        match several {
            None => Ok(Self(elements)),
            Some(_) => Err(AsPathPatternError::Brackets),
        }
    }
}

fn range(word: &str) -> Result<RangeInclusive<u32>, AsPathPatternError> {
    let number = |text: &str| {
        text.parse::<u32>()
            .map_err(|_| AsPathPatternError::Word(word.into()))
    };
    let range = match word.split_once("..") {
        Some((first, last)) => number(first)?..=number(last)?,
        None => number(word)?..=number(word)?,
    };
    match range.is_empty() {
        true => Err(AsPathPatternError::EmptyRange(word.into())),
        false => Ok(range),
    }
}

impl AsPathPattern {
    /// Whether a path fits.
    #[must_use]
    pub fn matches(&self, path: &AsPath) -> bool {
        // What of the pattern may come next, after the elements so far: bit i says that the
        // first i elements of it are used up.
        let mut states = Bits::new(self.0.len() + 1);
        states.set(0);
        self.skip(&mut states);
        for segment in path.view().segments() {
            match segment.segment_type() {
                SegmentType::Set | SegmentType::ConfederationSet => {
                    let fits = |element: &Element| segment.asns().any(|asn| element.fits(asn));
                    self.step(&mut states, fits);
                }
                SegmentType::Sequence | SegmentType::ConfederationSequence => {
                    for asn in segment.asns() {
                        self.step(&mut states, |element| element.fits(asn));
                    }
                }
            }
        }
        states.get(self.0.len())
    }

    /// Takes one element of the path.
    fn step(&self, states: &mut Bits, fits: impl Fn(&Element) -> bool) {
        // From the end, so that what is set here is not looked at again.
        for (at, element) in self.0.iter().enumerate().rev() {
            let here = states.get(at);
            states.put(
                at + 1,
                here && *element != Element::Some && fits(element) || {
                    // `*` keeps its place.
                    states.get(at + 1) && self.0.get(at + 1) == Some(&Element::Some)
                },
            );
        }
        let stays = self.0.first() == Some(&Element::Some) && states.get(0);
        states.put(0, stays);
        self.skip(states);
    }

    /// `*` may be nothing.
    fn skip(&self, states: &mut Bits) {
        for (at, element) in self.0.iter().enumerate() {
            if *element == Element::Some && states.get(at) {
                states.set(at + 1);
            }
        }
    }
}

impl Element {
    fn fits(&self, asn: Asn) -> bool {
        match self {
            Self::Some | Self::One => true,
            Self::Of(ranges) => ranges.iter().any(|range| range.contains(&asn.0)),
        }
    }
}

/// A few bits.
struct Bits(SmallVec<[u64; 2]>);

impl Bits {
    fn new(count: usize) -> Self {
        Self(SmallVec::from_elem(0, count.div_ceil(64)))
    }

    fn get(&self, at: usize) -> bool {
        self.0
            .get(at / 64)
            .is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    fn set(&mut self, at: usize) {
        self.put(at, true);
    }

    fn put(&mut self, at: usize, value: bool) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word = *word & !(1 << (at % 64)) | u64::from(value) << (at % 64);
        }
    }
}

impl fmt::Display for AsPathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, element) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            match element {
                Element::Some => f.write_str("*")?,
                Element::One => f.write_str("?")?,
                Element::Of(ranges) => match ranges.as_slice() {
                    [one] => write_range(f, one)?,
                    several => {
                        f.write_str("[")?;
                        for (at, range) in several.iter().enumerate() {
                            f.write_str(if at > 0 { " " } else { "" })?;
                            write_range(f, range)?;
                        }
                        f.write_str("]")?;
                    }
                },
            }
        }
        Ok(())
    }
}

fn write_range(f: &mut fmt::Formatter<'_>, range: &RangeInclusive<u32>) -> fmt::Result {
    match range.start() == range.end() {
        true => write!(f, "{}", range.start()),
        false => write!(f, "{}..{}", range.start(), range.end()),
    }
}
