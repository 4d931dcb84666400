//! Times and sizes as people read them.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// A span of virtual time. In JSON: whole microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        match seconds {
            long if long >= 10.0 => write!(f, "{long:.1} s"),
            middle if middle >= 1.0 => write!(f, "{middle:.2} s"),
            short if short >= 1e-3 => write!(f, "{:.2} ms", short * 1e3),
            shortest => write!(f, "{:.0} µs", shortest * 1e6),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(self.0.as_micros()).unwrap_or(u64::MAX))
    }
}

/// A count with a comma between thousands.
#[must_use]
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 session`, `2 sessions`.
#[must_use]
pub fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!(
        "{} {noun}{ending}",
        thousands(u64::try_from(count).unwrap_or(u64::MAX))
    )
}

/// The first few of a list, and how many more there are; `none` where it is empty.
#[must_use]
pub fn listed(items: &[String], none: &str) -> String {
    const SHOWN: usize = 4;
    let first = items
        .iter()
        .take(SHOWN)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("; ");
    match items.len() {
        0 => none.to_owned(),
        1..=SHOWN => first,
        more => format!("{first}; and {} more", more - SHOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chooses_the_unit() {
        let text = |micros| Span(Duration::from_micros(micros)).to_string();
        assert_eq!(text(42), "42 µs");
        assert_eq!(text(1_230), "1.23 ms");
        assert_eq!(text(2_000_000), "2.00 s");
        assert_eq!(text(92_100_000), "92.1 s");
    }

    #[test]
    fn cuts_long_lists_short() {
        let items: Vec<String> = (1..=6).map(|n| n.to_string()).collect();
        assert_eq!(listed(&items, "none"), "1; 2; 3; 4; and 2 more");
        assert_eq!(listed(&items[..4], "none"), "1; 2; 3; 4");
        assert_eq!(listed(&[], "none"), "none");
    }

    #[test]
    fn groups_digits_by_three() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(thousands),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(plural(1, "session"), "1 session");
        assert_eq!(plural(66, "session"), "66 sessions");
    }
}
