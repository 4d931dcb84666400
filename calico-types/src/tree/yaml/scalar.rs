//! What a scalar means.
//!
//! Kubernetes' tools read YAML 1.1 as go-yaml v2 does: `yes`, `on` and `y` are
//! booleans, `010` is eight, `1_000` is a thousand. A tag of YAML's own says
//! what a value must be; any other tag makes it text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Number;

use crate::tree::{Node, Text, Value, float32, without_point};

/// A scalar's value, and whether it is one that surprises.
pub(super) struct Resolved {
    pub(super) value: Value,
    pub(super) surprise: Option<Surprise>,
}

impl Resolved {
    const fn plain(value: Value) -> Self {
        Self {
            value,
            surprise: None,
        }
    }

    fn text(text: &str) -> Self {
        Self::plain(Value::String(text.into()))
    }

    fn number(number: impl Into<Number>) -> Self {
        Self::plain(Value::Number(number.into()))
    }

    const fn surprising(value: Value, surprise: Surprise) -> Self {
        Self {
            value,
            surprise: Some(surprise),
        }
    }
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

/// A plain scalar without a tag.
pub(super) fn resolve(text: &str) -> Resolved {
    match text.as_bytes().first() {
        None => Resolved::plain(Value::Null),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
            number(text).unwrap_or_else(|| Resolved::text(text))
        }
        Some(b'~' | b'n' | b'N' | b'y' | b'Y' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => {
            word(text)
        }
        Some(_) => Resolved::text(text),
    }
}

/// A plain scalar that is a key: what is not finite gets its usual name.
pub(super) fn resolve_key(text: &str) -> Resolved {
    let resolved = resolve(text);
    if resolved.surprise != Some(Surprise::NotFinite) {
        return resolved;
    }
    Resolved::text(match text.to_ascii_lowercase().as_str() {
        ".nan" => ".nan",
        "-.inf" => "-.inf",
        _ => ".inf",
    })
}

/// A scalar with a tag, of which `name` is the part behind YAML's own prefix.
/// `None` when the value is not what the tag says.
pub(super) fn tagged(text: &str, name: Option<&str>) -> Option<Resolved> {
    let resolved = resolve(text);
    let fits = match (name, &resolved.value) {
        (Some("bool"), Value::Bool(_)) | (Some("null"), Value::Null) => true,
        (Some("int"), Value::Number(number)) => !number.is_f64(),
        (Some("float"), _) => {
            return match resolved.value {
                Value::Number(number) => Some(Resolved::number(without_point(&number))),
                Value::Null if resolved.surprise.is_some() => Some(resolved),
                Value::Null
                | Value::Bool(_)
                | Value::String(_)
                | Value::Sequence(_)
                | Value::Mapping(_) => None,
            };
        }
        (Some("timestamp"), Value::String(_)) => is_date(text),
        (Some("bool" | "null" | "int" | "timestamp"), _) => false,
        (_, _) => return Some(Resolved::text(text)),
    };
    (fits && resolved.surprise != Some(Surprise::NotFinite)).then_some(resolved)
}

/// `!!binary`: the text that base64 stands for.
pub(super) fn binary(text: &str) -> Option<Resolved> {
    let packed: String = text.split(['\r', '\n']).collect();
    let bytes = STANDARD.decode(packed).ok()?;
    Some(Resolved::text(&String::from_utf8_lossy(&bytes)))
}

/// A scalar as a key of JSON. `None` for what cannot be one.
pub(super) fn key(node: &Node) -> Option<Text> {
    match &node.value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(Text::new_static(if *value { "true" } else { "false" })),
        Value::Number(number) => Some(float32(number).into()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// The words that stand for null and booleans.
fn word(text: &str) -> Resolved {
    let surprising = |value| Resolved::surprising(Value::Bool(value), Surprise::Boolean(value));
    match text {
        "~" | "null" | "Null" | "NULL" => Resolved::plain(Value::Null),
        "true" | "True" | "TRUE" => Resolved::plain(Value::Bool(true)),
        "false" | "False" | "FALSE" => Resolved::plain(Value::Bool(false)),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => surprising(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => surprising(false),
        _ => Resolved::text(text),
    }
}

/// Integers of base 2, 8, 10 and 16, and decimals.
fn number(text: &str) -> Option<Resolved> {
    if is_not_finite(text) {
        return Some(Resolved::surprising(Value::Null, Surprise::NotFinite));
    }
    if text.starts_with('.') {
        return separates_digits(text).then(|| decimal(&text.replace('_', "")))?;
    }
    // What is neither is most often an address or a date.
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_');
    if !text.bytes().all(fits) || is_date(text) {
        return None;
    }
    let digits = text.replace('_', "");
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(&digits);
    let negative = digits.starts_with('-');
    if let Some((magnitude, base)) = integer(unsigned) {
        let octal = base == 8 && unsigned.len() > 1 && !unsigned.contains(['o', 'O']);
        if let Some(value) = signed(magnitude, negative) {
            let resolved = Resolved::number(value);
            return Some(Resolved {
                surprise: octal.then_some(Surprise::Octal(value)),
                ..resolved
            });
        }
        if !negative {
            return Some(Resolved::number(magnitude));
        }
    }
    decimal(&digits)
}

fn is_not_finite(text: &str) -> bool {
    let name = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(name, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// Whether each underscore stands between two digits.
fn separates_digits(text: &str) -> bool {
    let digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, b)| {
        *b != b'_' || digit(bytes.get(at.wrapping_sub(1))) && digit(bytes.get(at + 1))
    })
}

/// Whether a scalar is one of the dates that go-yaml knows, which become text.
fn is_date(text: &str) -> bool {
    let (year, rest) = match text.split_once('-') {
        Some((year, rest)) if year.len() == 4 => (year, rest),
        _ => return false,
    };
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let (day, time) = match rest.find(['T', 't', ' ']) {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at + 1..)),
        None => (rest, None),
    };
    let Some((month, day)) = day.split_once('-') else {
        return false;
    };
    digits(year, 4)
        && digits(month, 2)
        && digits(day, 2)
        && time.is_none_or(|time| time.bytes().filter(|b| *b == b':').count() >= 2)
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

/// A decimal number, `text` without underscores.
fn decimal(text: &str) -> Option<Resolved> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let decimal = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !unsigned.bytes().all(decimal)
    {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    // What is too large for a float is text.
    Number::from_f64(value).map(Resolved::number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> serde_json::Value {
        let span = crate::source::Span::default();
        Node::new(span, resolve(text).value).to_json()
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
