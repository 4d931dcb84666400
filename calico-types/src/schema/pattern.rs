//! The regular expressions of the CRDs, as what they accept.

use crate::validate::{is_label_value, is_port_name, is_qualified_name};

/// What a text must look like. Each variant is one pattern of the CRDs, or one check of
/// Kubernetes' own kinds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pattern {
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
            Self::AnyCase(words) => {
                text.is_empty() || words.iter().any(|word| word.eq_ignore_ascii_case(text))
            }
            Self::LooseCommunity => {
                let parts: Vec<&str> = text.split(':').collect();
                matches!(parts.len(), 2 | 3) && parts.iter().all(|part| digits(part))
            }
            Self::Community => community(text),
            Self::Duration { decimal } => elements(text, &["ms", "s", "m", "h"], decimal),
            Self::ConntrackTimeout => {
                text == "Auto" || (!text.is_empty() && conntrack_timeout(text))
            }
            Self::FeatureDetectOverride => {
                pairs(text, |value| matches!(value, "true" | "false" | ""))
            }
            Self::FeatureGates => pairs(text, |value| !value.is_empty() && !value.contains('=')),
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
            Self::PortName => text.is_empty() || is_port_name(text),
            Self::LabelKey => is_qualified_name(text),
            Self::LabelValue => is_label_value(text),
            Self::DomainName => domain_name(text),
        }
    }

    /// What the text should have been.
    pub(crate) fn expected(self) -> String {
        match self {
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
            Self::Affinity => "host:NAME or virtual:NAME".to_owned(),
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

/// Communities without leading zeros.
fn community(text: &str) -> bool {
    let canonical = |part: &str| part == "0" || !part.starts_with('0');
    text.split(':').all(canonical) && text.parse::<crate::scalar::Community>().is_ok()
}

/// `([0-9]+(\.[0-9]+)?UNIT)*`
fn elements(text: &str, units: &[&str], decimal: bool) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if after.len() == rest.len() {
            return false;
        }
        let after = match after.strip_prefix('.') {
            Some(fraction) if decimal => {
                let end = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
                if end.len() == fraction.len() {
                    return false;
                }
                end
            }
            _ => after,
        };
        match units.iter().find_map(|unit| after.strip_prefix(unit)) {
            Some(tail) => rest = tail,
            None => return false,
        }
    }
    true
}

/// `(([0-9]*(\.[0-9]*)?(ms|s|h|m|us)+)+`: numbers may be empty, units repeat.
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

/// `name=value` separated by commas; a comma may end the list.
fn pairs(text: &str, value: impl Fn(&str) -> bool) -> bool {
    if text.is_empty() {
        return true;
    }
    text.strip_suffix(',')
        .unwrap_or(text)
        .split(',')
        .all(|pair| {
            pair.split_once('=').is_some_and(|(name, is)| {
                !name.is_empty()
                    && name
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
                    && value(is)
            })
        })
}

fn rate(text: &str) -> bool {
    text.split_once('/').is_some_and(|(number, unit)| {
        digits(number)
            && number.len() <= 4
            && !number.starts_with('0')
            && matches!(unit, "second" | "minute" | "hour" | "day")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let whole = Pattern::Duration { decimal: false };
        for (text, fits) in [
            ("", true),
            ("30s", true),
            ("1m30s", true),
            ("100ms", true),
            ("1.5s", false),
            ("30", false),
            ("s", false),
            ("1d", false),
        ] {
            assert_eq!(whole.matches(text), fits, "{text}");
        }
        assert!(Pattern::Duration { decimal: true }.matches("1.5s"));
        assert!(Pattern::ConntrackTimeout.matches("Auto"));
        assert!(Pattern::ConntrackTimeout.matches("1.5us"));
        assert!(!Pattern::ConntrackTimeout.matches("auto"));
        assert!(!Pattern::ConntrackTimeout.matches("10"));
    }

    #[test]
    fn communities() {
        for (text, fits) in [
            ("65535:0", true),
            ("65536:1", false),
            ("01:1", false),
            ("1:2:3", true),
            ("4294967296:1:1", false),
        ] {
            assert_eq!(Pattern::Community.matches(text), fits, "{text}");
        }
        assert!(Pattern::LooseCommunity.matches("99999:1"));
        assert!(!Pattern::LooseCommunity.matches("1:2:3:4"));
    }

    #[test]
    fn lists_of_pairs() {
        assert!(Pattern::FeatureDetectOverride.matches("a=true,b=false"));
        assert!(!Pattern::FeatureDetectOverride.matches("a=yes"));
        assert!(Pattern::FeatureGates.matches("a=x"));
        assert!(!Pattern::FeatureGates.matches("a"));
        assert!(Pattern::RateLimit.matches("100/minute"));
        assert!(!Pattern::RateLimit.matches("0/minute"));
    }
}
