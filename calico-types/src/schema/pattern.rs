//! The regular expressions of the CRDs, as what they accept.
//!
//! A matcher by hand costs no engine and no backtracking; a test holds each to
//! its expression.

use std::fmt::Write as _;

use crate::validate::{is_label_value, is_port_name, is_qualified_name};

/// What a text must look like. Each variant is one pattern of the CRDs, or one check of
/// Kubernetes' own kinds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pattern {
    /// A pattern that every text fits.
    Anything,
    /// One of these words in any case, or nothing.
    AnyCase(&'static [&'static str]),
    /// `a:b` or `a:b:c`, digits of any size.
    LooseCommunity,
    /// `a:b` of 16 bits or `a:b:c` of 32 bits.
    Community,
    /// Numbers with units `ms s m h`; decimals only where `decimal`.
    Duration { decimal: bool },
    /// As `Duration`, with `us` and with the word `Auto`.
    ConntrackTimeout,
    /// `name=true,name=false`.
    FeatureDetectOverride,
    /// `name=value,name=value`.
    FeatureGates,
    /// `100/minute`.
    RateLimit,
    /// Letters, digits and ` %:/_-`.
    LogPrefix,
    /// `host:NAME` or `virtual:NAME`.
    Affinity,
    /// A condition's type: a qualified name of any length.
    ConditionType,
    /// A condition's reason: a word in camel case.
    ConditionReason,
    /// Kubernetes' name of a port.
    PortName,
    /// Kubernetes' name of a label.
    LabelKey,
    /// The value of a label.
    LabelValue,
    /// A domain name of at least two labels, the first of which may be `*`.
    DomainName,
}

impl Pattern {
    /// Whether the text fits.
    pub(crate) fn matches(self, text: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::AnyCase(words) => text.is_empty() || words.iter().any(|word| same(word, text)),
            Self::LooseCommunity => {
                let parts: Vec<&str> = text.split(':').collect();
                matches!(parts.len(), 2 | 3) && parts.iter().all(|part| digits(part))
            }
            Self::Community => community(text),
            Self::Duration { decimal } => duration(text, decimal),
            Self::ConntrackTimeout => {
                text == "Auto" || (!text.is_empty() && conntrack_timeout(text))
            }
            Self::FeatureDetectOverride => feature_overrides(text),
            Self::FeatureGates => feature_gates(text),
            Self::RateLimit => rate(text),
            Self::LogPrefix => text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "%: /_-".contains(c)),
            Self::Affinity => text
                .strip_prefix("host:")
                .or_else(|| text.strip_prefix("virtual:"))
                .is_some_and(|name| {
                    !name.is_empty()
                        && name
                            .chars()
                            .all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
                }),
            Self::ConditionType => condition_type(text),
            Self::ConditionReason => condition_reason(text),
            Self::PortName => text.is_empty() || is_port_name(text),
            Self::LabelKey => is_qualified_name(text),
            Self::LabelValue => is_label_value(text),
            Self::DomainName => domain_name(text),
        }
    }

    /// What the text should have been.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::Anything => "anything".to_owned(),
            Self::AnyCase(words) => format!("one of {}", words.join(", ")),
            Self::LooseCommunity | Self::Community => {
                "aa:nn (16 bits each) or aa:nn:mm (32 bits each)".to_owned()
            }
            Self::Duration { decimal: false } => {
                "whole numbers with units ms, s, m, h: 1m30s".to_owned()
            }
            Self::Duration { decimal: true } => "numbers with units ms, s, m, h: 1m30s".to_owned(),
            Self::ConntrackTimeout => "a duration such as 60s, or Auto".to_owned(),
            Self::FeatureDetectOverride => "name=true,name=false".to_owned(),
            Self::FeatureGates => "name=value,name=value".to_owned(),
            Self::RateLimit => {
                "a number up to 9999 per second, minute, hour or day: 100/minute".to_owned()
            }
            Self::LogPrefix => "letters, digits, blanks and % : / _ -".to_owned(),
            Self::Affinity => "host:NODE or virtual:NAME".to_owned(),
            Self::ConditionType => "a name such as Ready or example.org/Ready".to_owned(),
            Self::ConditionReason => "a word such as PoolDisabled".to_owned(),
            Self::PortName => "a port name: at most 15 of a-z, 0-9 and -, with a letter".to_owned(),
            Self::LabelKey => {
                "a label's name, with or without a prefix: app or example.org/app".to_owned()
            }
            Self::LabelValue => {
                "a label's value: at most 63 letters, digits, - _ ., alphanumeric at both ends"
                    .to_owned()
            }
            Self::DomainName => "a domain name: example.org or *.example.org".to_owned(),
        }
    }

    /// The expression as the CRDs have it.
    pub(crate) fn regex(self) -> String {
        let fixed = match self {
            Self::AnyCase(words) => return format!("^(?i)({})?$", words.join("|")),
            Self::Community => return community_regex(),
            Self::Anything => "^.*",
            Self::LooseCommunity => r"^(\d+):(\d+)$|^(\d+):(\d+):(\d+)$",
            // A doubled backslash: a backslash and anything, where a point was meant.
            Self::Duration { decimal: false } => r"^([0-9]+(\\.[0-9]+)?(ms|s|m|h))*$",
            Self::Duration { decimal: true } => r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))*$",
            Self::ConntrackTimeout => r"^(([0-9]*(\.[0-9]*)?(ms|s|h|m|us)+)+|Auto)$",
            Self::FeatureDetectOverride => {
                "^([a-zA-Z0-9-_]+=(true|false|),)*([a-zA-Z0-9-_]+=(true|false|))?$"
            }
            Self::FeatureGates => "^([a-zA-Z0-9-_]+=([^=]+),)*([a-zA-Z0-9-_]+=([^=]+))?$",
            Self::RateLimit => r"^[1-9]\d{0,3}/(?:second|minute|hour|day)$",
            Self::LogPrefix => "^([a-zA-Z0-9%: /_-])*$",
            Self::Affinity => r"^(host|virtual):[a-zA-Z0-9\.\-_]+$",
            Self::ConditionType => {
                r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$"
            }
            Self::ConditionReason => "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
            Self::PortName => "^([a-z0-9]+(-[a-z0-9]+)*)?$",
            Self::LabelKey => {
                r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$"
            }
            Self::LabelValue => "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$",
            Self::DomainName => {
                r"^(\*\.)?([a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$"
            }
        };
        fixed.to_owned()
    }

    /// The expression in the dialect of JSON Schema (ECMA-262), which has no
    /// `(?i)`: both cases of each letter.
    pub(crate) fn ecma(self) -> String {
        let Self::AnyCase(words) = self else {
            return self.regex();
        };
        let mut regex = String::from("^(");
        for (number, word) in words.iter().enumerate() {
            if number > 0 {
                regex.push('|');
            }
            for c in word.chars() {
                let other = match c {
                    's' | 'S' => "\u{17f}",
                    'k' | 'K' => "\u{212a}",
                    _ => "",
                };
                let (upper, lower) = (c.to_ascii_uppercase(), c.to_ascii_lowercase());
                let _ = write!(regex, "[{upper}{lower}{other}]");
            }
        }
        regex.push_str(")?$");
        regex
    }
}

/// Equality as Go's `(?i)` sees it: two letters outside ASCII fold into it.
fn same(word: &str, text: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    word.chars().map(fold).eq(text.chars().map(fold))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `(\*\.)?(LABEL\.)+LABEL\.?`. A label begins with `[a-zA-z0-9]`, which is written so in the
/// definition and has the signs between `Z` and `a` in it.
fn domain_name(text: &str) -> bool {
    let first = |b: u8| b.is_ascii_digit() || (b'A'..=b'z').contains(&b);
    let label = |label: &str| {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        match label.as_bytes() {
            [] => false,
            [only] => first(*only),
            [start, middle @ .., end] => {
                first(*start) && middle.iter().all(|&b| inner(b)) && end.is_ascii_alphanumeric()
            }
        }
    };
    let text = text.strip_prefix("*.").unwrap_or(text);
    let text = text.strip_suffix('.').unwrap_or(text);
    text.contains('.') && text.split('.').all(label)
}

/// Communities of plain digits without leading zeros.
fn community(text: &str) -> bool {
    let canonical = |part: &str| digits(part) && (part == "0" || !part.starts_with('0'));
    text.split(':').all(canonical) && text.parse::<crate::scalar::Community>().is_ok()
}

fn community_regex() -> String {
    const U16: &str = "([0-9]|[1-9][0-9]{1,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|\
        655[0-2][0-9]|6553[0-5])";
    const U32: &str = "([0-9]|[1-9][0-9]{1,8}|[1-3][0-9]{9}|4[0-1][0-9]{8}|42[0-8][0-9]{7}|\
        429[0-3][0-9]{6}|4294[0-8][0-9]{5}|42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|\
        4294967[0-1][0-9]{2}|42949672[0-8][0-9]|429496729[0-5])";
    format!("^({U16}:{U16}|{U32}:{U32}:{U32})$")
}

/// `([0-9]+(\.[0-9]+)?UNIT)*`; without decimals the point is a backslash and
/// any one character of the same line, as the CRDs have it.
fn duration(text: &str, decimal: bool) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let Some(after) = after_digits(rest) else {
            return false;
        };
        let point = if decimal {
            after.strip_prefix('.')
        } else {
            after
                .strip_prefix('\\')
                .and_then(|after| after.strip_prefix(|c| c != '\n'))
        };
        let after = match point.map(after_digits) {
            Some(Some(fraction)) => fraction,
            Some(None) => return false,
            None => after,
        };
        match ["ms", "s", "m", "h"]
            .iter()
            .find_map(|unit| after.strip_prefix(unit))
        {
            Some(tail) => rest = tail,
            None => return false,
        }
    }
    true
}

/// What follows one or more digits.
fn after_digits(text: &str) -> Option<&str> {
    let after = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (after.len() < text.len()).then_some(after)
}

/// `([0-9]*(\.[0-9]*)?(ms|s|h|m|us)+)+`: numbers may be empty, units repeat.
fn conntrack_timeout(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let after = after.strip_prefix('.').map_or(after, |fraction| {
            fraction.trim_start_matches(|c: char| c.is_ascii_digit())
        });
        match ["ms", "us", "s", "h", "m"]
            .iter()
            .find_map(|unit| after.strip_prefix(unit))
        {
            Some(tail) => rest = tail,
            None => return false,
        }
    }
    true
}

/// `name=true` and the like, separated by commas; a comma may end the list.
fn feature_overrides(text: &str) -> bool {
    text.is_empty()
        || text
            .strip_suffix(',')
            .unwrap_or(text)
            .split(',')
            .all(|pair| {
                pair.split_once('=').is_some_and(|(name, is)| {
                    feature_name(name) && matches!(is, "true" | "false" | "")
                })
            })
}

/// `name=value` separated by commas, of which values may have some too: a name
/// is what stands between a comma and an equals sign.
fn feature_gates(text: &str) -> bool {
    let mut parts = text.split('=').peekable();
    let Some(mut name) = parts.next() else {
        return true;
    };
    if parts.peek().is_none() {
        return text.is_empty();
    }
    while let Some(part) = parts.next() {
        if !feature_name(name) {
            return false;
        }
        if parts.peek().is_none() {
            return !part.is_empty();
        }
        match part.rsplit_once(',') {
            Some((value, next)) if !value.is_empty() => name = next,
            _ => return false,
        }
    }
    true
}

fn feature_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

fn rate(text: &str) -> bool {
    text.split_once('/').is_some_and(|(number, unit)| {
        digits(number)
            && number.len() <= 4
            && !number.starts_with('0')
            && matches!(unit, "second" | "minute" | "hour" | "day")
    })
}

fn condition_type(text: &str) -> bool {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let ends = |c: char| c.is_ascii_alphanumeric();
    prefix.is_none_or(crate::validate::is_subdomain)
        && name.starts_with(ends)
        && name.ends_with(ends)
        && name.chars().all(inner)
}

fn condition_reason(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "_,:".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.chars().all(inner)
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    const ALL: [Pattern; 14] = [
        Pattern::Anything,
        Pattern::AnyCase(&["Strict", "Kept", "Loose"]),
        Pattern::LooseCommunity,
        Pattern::Community,
        Pattern::Duration { decimal: false },
        Pattern::Duration { decimal: true },
        Pattern::ConntrackTimeout,
        Pattern::FeatureDetectOverride,
        Pattern::FeatureGates,
        Pattern::RateLimit,
        Pattern::LogPrefix,
        Pattern::Affinity,
        Pattern::ConditionType,
        Pattern::ConditionReason,
    ];

    /// Rust's `\d` knows the digits of all scripts, Go's does not.
    fn compiled(regex: &str) -> Regex {
        Regex::new(&regex.replace(r"\d", "[0-9]")).unwrap()
    }

    /// Pieces out of which texts near each pattern are put together.
    const PIECES: &[&str] = &[
        "",
        "0",
        "1",
        "9",
        "10",
        "65535",
        "65536",
        "4294967295",
        "4294967296",
        "007",
        "+1",
        ":",
        "::",
        ".",
        ",",
        "=",
        "/",
        "-",
        "_",
        "%",
        " ",
        "\\",
        "\\.",
        "\\x",
        "\n",
        "s",
        "ms",
        "m",
        "h",
        "us",
        "d",
        "Auto",
        "auto",
        "true",
        "false",
        "a",
        "Ready",
        "a=",
        "=b",
        "strict",
        "STRICT",
        "\u{17f}trict",
        "\u{212a}ept",
        "loose",
        "second",
        "minute",
        "host:",
        "virtual:",
        "\u{663}",
        "é",
        "A.b",
        "x/",
    ];

    #[test]
    fn each_matcher_agrees_with_its_expression() {
        let mut texts: Vec<String> = Vec::new();
        for a in PIECES {
            for b in PIECES {
                texts.push(format!("{a}{b}"));
                for c in PIECES {
                    texts.push(format!("{a}{b}{c}"));
                }
            }
        }
        for text in [
            "1:2:3",
            "1:2:3:4",
            "100/minute",
            "a=true,,b=",
            "1.5s2m",
            "1\\x5s",
            "5smm.us",
        ] {
            texts.extend((0..text.len()).flat_map(|cut| {
                PIECES
                    .iter()
                    .map(move |piece| format!("{}{piece}{}", &text[..cut], &text[cut..]))
            }));
        }
        for pattern in ALL {
            let (go, ecma) = (compiled(&pattern.regex()), compiled(&pattern.ecma()));
            let mut fit = 0;
            for text in &texts {
                let fits = pattern.matches(text);
                assert_eq!(fits, go.is_match(text), "{pattern:?} {text:?}");
                assert_eq!(fits, ecma.is_match(text), "{pattern:?} {text:?}");
                fit += usize::from(fits);
            }
            assert!(fit > 10, "{pattern:?} fits too little to tell: {fit}");
        }
    }
}
