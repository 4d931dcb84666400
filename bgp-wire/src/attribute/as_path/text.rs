//! Paths out of text.

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use super::{AsPath, AsPathSegment, SegmentType};
use crate::attribute::list_text;
use crate::{Asn, ParseError};

impl fmt::Display for AsPathSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = self.segment_type.brackets();
        f.write_str(open)?;
        list_text(f, &self.asns)?;
        f.write_str(close)
    }
}

/// Reads what a path prints as: "65001 65002 {7 8}", with AS numbers of a
/// confederation in "()" and sets of them in "[]". Commas in sets are spaces.
///
/// ```
/// use bgp_wire::AsPath;
/// let path: AsPath = "(65001 65002) 64512 {7,8}".parse()?;
/// assert_eq!((path.to_string().as_str(), path.length()), ("(65001 65002) 64512 {7 8}", 2));
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
impl FromStr for AsPath {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).ok_or(ParseError::Invalid("AS path"))
    }
}

fn parse(mut text: &str) -> Option<AsPath> {
    let mut path = AsPath::empty();
    loop {
        text = text.trim_start();
        let kind = match text.chars().next() {
            None => return Some(path),
            Some('{') => SegmentType::Set,
            Some('(') => SegmentType::ConfederationSequence,
            Some('[') => SegmentType::ConfederationSet,
            Some(_) => SegmentType::Sequence,
        };
        let (inside, rest) = match kind.brackets() {
            ("", _) => {
                let end = text.find(['{', '(', '[']).unwrap_or(text.len());
                text.split_at_checked(end)?
            }
            (_, close) => text.get(1..)?.split_once(close)?,
        };
        let numbers = inside.split([' ', ',']).filter(|it| !it.is_empty());
        let asns: Vec<Asn> = numbers.map(|it| it.parse().ok()).collect::<Option<_>>()?;
        if asns.is_empty() {
            return None;
        }
        path.push(kind, &asns);
        text = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn text_reads_back() {
        for text in [
            "",
            "65001",
            "1 2 {3 4} 5",
            "(65001) [65002 65003] 9 {8}",
            "{1} {2}",
        ] {
            let path: AsPath = text.parse().unwrap();
            assert_eq!(path.to_string(), text);
        }
        assert_eq!(
            "1  {2,3}4".parse::<AsPath>().unwrap().to_string(),
            "1 {2 3} 4"
        );
        for wrong in ["a", "{1", "{}", "1}", "(1]", "1 -2", "4294967296"] {
            assert!(wrong.parse::<AsPath>().is_err(), "{wrong}");
        }
    }
}
