//! What a plain scalar means.
//!
//! Kubernetes' tools read YAML 1.1 as go-yaml v2 does: `yes`, `on` and `y` are
//! booleans, `010` is eight, `1_000` is a thousand.

use serde_json::Number;

use crate::tree::{Value, without_point};

/// A plain scalar's value, and whether it is one that surprises.
pub(super) struct Resolved {
    pub(super) value: Value,
    pub(super) surprise: Option<Surprise>,
}

/// A scalar that most readers take for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surprise {
    /// `yes`, `no`, `on`, `off`, `y`, `n`.
    Boolean(bool),
    /// A number with a leading zero.
    Octal(i64),
    /// `.inf` and `.nan`, which JSON does not have.
    NotFinite,
}

pub(super) fn resolve(text: &str) -> Resolved {
    let plain = |value| Resolved {
        value,
        surprise: None,
    };
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return plain(Value::Null),
        "true" | "True" | "TRUE" => return plain(Value::Bool(true)),
        "false" | "False" | "FALSE" => return plain(Value::Bool(false)),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return surprising(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return surprising(false),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF"
        | "-.inf" | "-.Inf" | "-.INF" => {
            return Resolved {
                value: Value::Null,
                surprise: Some(Surprise::NotFinite),
            };
        }
        _ => {}
    }
    number(text).unwrap_or_else(|| plain(Value::String(text.to_owned())))
}

fn surprising(value: bool) -> Resolved {
    Resolved {
        value: Value::Bool(value),
        surprise: Some(Surprise::Boolean(value)),
    }
}

/// Integers of base 2, 8, 10 and 16, and decimals.
fn number(text: &str) -> Option<Resolved> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let digits: String = text.chars().filter(|&c| c != '_').collect();
    let unsigned = digits.trim_start_matches(['+', '-']);
    if digits.len() - unsigned.len() > 1 {
        return None;
    }
    let negative = digits.starts_with('-');
    if let Some((magnitude, base)) = integer(unsigned) {
        let octal = base == 8 && unsigned.len() > 1 && !unsigned.contains(['o', 'O']);
        if let Some(value) = signed(magnitude, negative) {
            return Some(Resolved {
                value: Value::Number(value.into()),
                surprise: octal.then_some(Surprise::Octal(value)),
            });
        }
        if !negative {
            let value = Value::Number(magnitude.into());
            return Some(Resolved {
                value,
                surprise: None,
            });
        }
    }
    decimal(&digits, unsigned)
}

fn signed(magnitude: u64, negative: bool) -> Option<i64> {
    if negative {
        0_i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

/// A magnitude and the base it is written in, by Go's rules for base 0.
fn integer(text: &str) -> Option<(u64, u32)> {
    let (base, digits) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, text.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, text.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, text.get(2..)?),
        [b'0', _, ..] => (8, text.get(1..)?),
        _ => (10, text),
    };
    if !digits.starts_with(|c: char| c.is_digit(base)) {
        return None;
    }
    Some((u64::from_str_radix(digits, base).ok()?, base))
}

fn decimal(text: &str, unsigned: &str) -> Option<Resolved> {
    let decimal = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !unsigned.chars().all(decimal)
    {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    let number = without_point(&Number::from_f64(value)?);
    Some(Resolved {
        value: Value::Number(number),
        surprise: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> serde_json::Value {
        let span = crate::source::Span::default();
        crate::tree::Node::new(span, resolve(text).value).to_json()
    }

    #[test]
    fn reads_yaml_1_1() {
        use serde_json::json as j;
        for (text, value) in [
            ("n", j!(false)),
            ("On", j!(true)),
            ("True", j!(true)),
            ("tRUE", j!("tRUE")),
            ("~", j!(null)),
            ("010", j!(8)),
            ("08", j!(8)),
            ("0x1F", j!(31)),
            ("0b11", j!(3)),
            ("0o17", j!(15)),
            ("1_000", j!(1000)),
            ("-5", j!(-5)),
            ("+5", j!(5)),
            ("18446744073709551615", j!(u64::MAX)),
            ("1e3", j!(1000)),
            (".5", j!(0.5)),
            ("1.5", j!(1.5)),
            ("1.2.3", j!("1.2.3")),
            ("10.0.0.0/8", j!("10.0.0.0/8")),
            ("-", j!("-")),
            (".", j!(".")),
            ("+-1", j!("+-1")),
            ("1-2", j!("1-2")),
            ("80:90", j!("80:90")),
            ("2001-01-01", j!("2001-01-01")),
            ("infinity", j!("infinity")),
        ] {
            assert_eq!(json(text), value, "{text}");
        }
    }

    #[test]
    fn points_out_surprises() {
        assert_eq!(resolve("no").surprise, Some(Surprise::Boolean(false)));
        assert_eq!(resolve("010").surprise, Some(Surprise::Octal(8)));
        assert_eq!(resolve("0o10").surprise, None);
        assert_eq!(resolve("0").surprise, None);
        assert_eq!(resolve(".inf").surprise, Some(Surprise::NotFinite));
    }
}
