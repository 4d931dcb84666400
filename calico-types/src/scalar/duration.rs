//! Durations in Go's notation (`1h15m30.918s`), which Calico's API uses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A span of time in nanoseconds, which may be negative, of about ±292 years.
///
/// Text needs a unit (`ns`, `us`, `µs`, `ms`, `s`, `m`, `h`); only `0` stands
/// alone. [`Display`](fmt::Display) prints Go's canonical form.
///
/// ```
/// use calico_types::scalar::Duration;
/// let quarter: Duration = "1h15m".parse().unwrap();
/// assert_eq!(quarter.as_secs(), 4500);
/// assert_eq!(quarter.to_string(), "1h15m0s");
/// assert!("90".parse::<Duration>().is_err());
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Duration {
    nanoseconds: i64,
}

/// Text that is not a Go duration, or one that does not fit 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDurationError {
    /// No number where one is needed, or an empty text.
    #[error("not a duration: expected a number with a unit, such as 90s or 1h30m")]
    Number,
    /// A number without a unit, or with an unknown one.
    #[error("a duration needs a unit: ns, us, ms, s, m or h")]
    Unit,
    /// More than 292 years.
    #[error("the duration does not fit 64 bits of nanoseconds")]
    Overflow,
}

impl Duration {
    /// A duration of whole nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanoseconds: i64) -> Self {
        Self { nanoseconds }
    }

    /// A duration of whole seconds; saturates beyond 292 years.
    #[must_use]
    pub const fn from_secs(seconds: u32) -> Self {
        Self {
            nanoseconds: (seconds as i64).saturating_mul(1_000_000_000),
        }
    }

    /// The nanoseconds, negative for a negative duration.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.nanoseconds
    }

    /// Whole seconds, rounded towards zero.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.nanoseconds / 1_000_000_000
    }

    /// The standard library's type; `None` for a negative duration.
    #[must_use]
    pub fn to_std(self) -> Option<std::time::Duration> {
        u64::try_from(self.nanoseconds)
            .ok()
            .map(std::time::Duration::from_nanos)
    }
}

impl FromStr for Duration {
    type Err = ParseDurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if rest == "0" {
            return Ok(Self::default());
        }
        if rest.is_empty() {
            return Err(ParseDurationError::Number);
        }
        let mut total: i128 = 0;
        while !rest.is_empty() {
            let (nanoseconds, tail) = element(rest)?;
            total = total.saturating_add(nanoseconds);
            rest = tail;
        }
        let signed = if negative { -total } else { total };
        i64::try_from(signed)
            .map(Self::from_nanos)
            .map_err(|_| ParseDurationError::Overflow)
    }
}

/// One `number unit` pair at the start of `text`, and what follows it.
fn element(text: &str) -> Result<(i128, &str), ParseDurationError> {
    let number_end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .ok_or(ParseDurationError::Unit)?;
    let (number, rest) = text.split_at(number_end);
    let unit_end = rest
        .find(|c: char| c.is_ascii_digit() || c == '.')
        .unwrap_or(rest.len());
    let (unit, tail) = rest.split_at(unit_end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return Err(ParseDurationError::Number);
    }
    let scale = unit_nanoseconds(unit).ok_or(ParseDurationError::Unit)?;
    let whole: i64 = match whole {
        "" => 0,
        digits => digits.parse().map_err(|_| ParseDurationError::Overflow)?,
    };
    let nanoseconds = i128::from(whole).saturating_mul(i128::from(scale));
    Ok((
        nanoseconds.saturating_add(fractional(fraction, scale)),
        tail,
    ))
}

fn unit_nanoseconds(unit: &str) -> Option<i64> {
    Some(match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// The digits after the point; those below a nanosecond are dropped.
fn fractional(digits: &str, scale: i64) -> i128 {
    let mut place = i128::from(scale) * 1_000_000_000_000;
    let mut sum: i128 = 0;
    for digit in digits.bytes() {
        place /= 10;
        sum += place * i128::from(digit.saturating_sub(b'0'));
    }
    sum / 1_000_000_000_000
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.nanoseconds.unsigned_abs();
        if self.nanoseconds < 0 {
            f.write_str("-")?;
        }
        if total < 1_000_000_000 {
            return match total {
                0 => f.write_str("0s"),
                1..1_000 => write!(f, "{total}ns"),
                1_000..1_000_000 => decimal(f, total, 1_000, "\u{b5}s"),
                _ => decimal(f, total, 1_000_000, "ms"),
            };
        }
        let (minutes, seconds) = (total / 60_000_000_000, total % 60_000_000_000);
        if minutes >= 60 {
            write!(f, "{}h", minutes / 60)?;
        }
        if minutes > 0 {
            write!(f, "{}m", minutes % 60)?;
        }
        decimal(f, seconds, 1_000_000_000, "s")
    }
}

/// Writes `value / scale` without trailing zeros.
fn decimal(f: &mut fmt::Formatter<'_>, value: u64, scale: u64, unit: &str) -> fmt::Result {
    write!(f, "{}", value / scale)?;
    let mut fraction = value % scale;
    if fraction != 0 {
        let mut width = scale.ilog10() as usize;
        while fraction.is_multiple_of(10) {
            fraction /= 10;
            width -= 1;
        }
        write!(f, ".{fraction:0width$}")?;
    }
    f.write_str(unit)
}

impl TryFrom<String> for Duration {
    type Error = ParseDurationError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Duration> for String {
    fn from(duration: Duration) -> Self {
        duration.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of Go's `time.ParseDuration` input and `Duration.String` output.
    #[test]
    fn prints_as_go_does() {
        for (text, printed) in [
            ("0", "0s"),
            ("120s", "2m0s"),
            ("1h", "1h0m0s"),
            ("1.5s", "1.5s"),
            ("100ms", "100ms"),
            ("1500us", "1.5ms"),
            ("-1h0.5m", "-1h0m30s"),
            (".5m", "30s"),
            ("1.000000001s", "1.000000001s"),
            ("3ns", "3ns"),
        ] {
            assert_eq!(
                text.parse::<Duration>().unwrap().to_string(),
                printed,
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_bare_numbers_and_overflow() {
        assert_eq!("90".parse::<Duration>(), Err(ParseDurationError::Unit));
        assert_eq!("".parse::<Duration>(), Err(ParseDurationError::Number));
        assert_eq!("-".parse::<Duration>(), Err(ParseDurationError::Number));
        assert_eq!("s".parse::<Duration>(), Err(ParseDurationError::Number));
        assert_eq!("1d".parse::<Duration>(), Err(ParseDurationError::Unit));
        assert_eq!("1..5s".parse::<Duration>(), Err(ParseDurationError::Number));
        assert_eq!(
            "9999999h".parse::<Duration>(),
            Err(ParseDurationError::Overflow)
        );
        assert_eq!(
            "99999999999999999999s".parse::<Duration>(),
            Err(ParseDurationError::Overflow)
        );
    }
}
