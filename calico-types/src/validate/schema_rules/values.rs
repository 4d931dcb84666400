//! Texts and numbers against what the schema says of them.

use std::net::IpAddr;

use super::{Findings, Place};
use crate::decode::{assign, meant, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::scalar::Duration;
use crate::schema::{Form, Format, Pattern, Schema, Shape};
use crate::tree::{Node, Value};
use crate::validate::formats;

pub(super) fn text(text: &str, place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    if !schema.one_of.is_empty() && !schema.one_of.contains(&text) {
        unsupported(place, schema, findings);
    }
    length(text, place, schema, findings);
    if let Some(pattern) = schema.pattern
        && !pattern.matches(text)
    {
        let message = format!("{} does not fit: {}", shown(place.node), pattern.expected());
        let corrected = corrected(text, pattern);
        refuse(place, "invalid-format", message, corrected, findings);
    }
    match schema.format {
        Some(Format::Cidr) if formats::cidr(text).is_none() => {
            let message = format!("{} is not a CIDR (address/length)", shown(place.node));
            let mut diagnostic = Diagnostic::error(Code("invalid-cidr"), message);
            if let Some(corrected) = single(text) {
                diagnostic = diagnostic.suggest(assign(place.path, &corrected));
            } else if let Ok(address) = text.parse::<IpAddr>() {
                let length = if address.is_ipv4() { 24 } else { 64 };
                diagnostic = diagnostic.help(format!("say how large it is: {address}/{length}"));
            }
            findings.add(place.path.to_string(), place.node.span, diagnostic);
        }
        Some(Format::DateTime) if !formats::is_date_time(text) => {
            let message = format!(
                "{} is not a time such as 2026-01-31T12:00:00Z",
                shown(place.node)
            );
            findings.refuse(place, "invalid-time", message);
        }
        Some(Format::Cidr | Format::DateTime | Format::Int32 | Format::Int64) | None => {}
    }
}

fn unsupported(place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    let message = format!(
        "{} is not one of {}",
        shown(place.node),
        schema.one_of.join(", ")
    );
    let mut diagnostic = Diagnostic::error(Code("unsupported-value"), message);
    if let Some(word) = meant(place.node.text().unwrap_or_default(), schema.one_of) {
        diagnostic = diagnostic
            .help(format!("did you mean {word}?"))
            .suggest(assign(place.path, word));
    }
    findings.add(place.path.to_string(), place.node.span, diagnostic);
}

fn length(text: &str, place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    if schema.max_length.is_none() && schema.min_length.is_none() {
        return;
    }
    let length = text.chars().count();
    if let Some(max) = schema.max_length
        && length > max
    {
        let message = format!("{length} characters, where {max} are allowed");
        findings.refuse(place, "too-long", message);
    }
    if schema.min_length.is_some_and(|min| length < min) {
        findings.refuse(place, "too-short", "the text must not be empty");
    }
}

/// Beyond 2⁵³ a number with a point is not sure to be the whole number that it
/// looks like, and an API server does not take it for one.
fn is_exact(node: &Node) -> bool {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match &node.value {
        Value::Number(number) if number.is_f64() => {
            number.as_f64().is_some_and(|float| float.abs() < EXACT)
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Mapping(_) => true,
    }
}

pub(super) fn integer(place: &Place<'_>, schema: &Schema, findings: &mut Findings<'_>) {
    let node = place.node;
    let Some(number) = node.integer().filter(|_| is_exact(node)) else {
        let whole = matches!(&node.value, Value::Number(number) if !number.is_f64());
        let message = if whole {
            format!("{} does not fit 63 bits", shown(node))
        } else {
            format!("{} is not a whole number", shown(node))
        };
        return findings.refuse(place, "wrong-type", message);
    };
    if schema.form == Form::Asn && (WIDE..=i64::from(u32::MAX)).contains(&number) {
        findings.warn(place, wide_as_number());
    }
    if !schema.one_of.is_empty() && !schema.one_of.contains(&number.to_string().as_str()) {
        let message = format!("{number} is not one of {}", schema.one_of.join(", "));
        findings.refuse(place, "unsupported-value", message);
    }
    let message = match (schema.minimum, schema.maximum) {
        (Some(min), Some(max)) if !(min..=max).contains(&number) => {
            format!("{number} is not within {min}..{max}")
        }
        (Some(min), None) if number < min => format!("{number} is below {min}"),
        (None, Some(max)) if number > max => format!("{number} is above {max}"),
        _ => return,
    };
    findings.refuse(place, "out-of-range", message);
}

/// The CIDR of one address. Not of an address that looks like a network's, of
/// which nobody knows how large it is.
fn single(text: &str) -> Option<String> {
    match text.parse().ok()? {
        IpAddr::V4(address) if address.octets().ends_with(&[0]) => None,
        IpAddr::V4(address) => Some(format!("{address}/32")),
        IpAddr::V6(address) if address.segments().ends_with(&[0]) => None,
        IpAddr::V6(address) => Some(format!("{address}/128")),
    }
}

/// What a text that does not fit a pattern was most probably meant to be.
fn corrected(text: &str, pattern: Pattern) -> Option<String> {
    match pattern {
        Pattern::AnyCase(words) => {
            let begins = |word: &&&str| {
                let head = word.get(..text.len()).unwrap_or_default();
                text.len() > 2 && head.eq_ignore_ascii_case(text)
            };
            let word = words.iter().find(begins).copied();
            word.or_else(|| meant(text, words)).map(str::to_owned)
        }
        Pattern::Duration { .. } | Pattern::ConntrackTimeout => {
            if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
                return Some(format!("{text}s"));
            }
            let millis = text.parse::<Duration>().ok()?.to_std()?.as_millis();
            let whole = match millis {
                0 => return None,
                millis if millis % 1000 == 0 => format!("{}s", millis / 1000),
                millis => format!("{millis}ms"),
            };
            pattern.matches(&whole).then_some(whole)
        }
        Pattern::Anything
        | Pattern::LooseCommunity
        | Pattern::Community
        | Pattern::FeatureDetectOverride
        | Pattern::FeatureGates
        | Pattern::RateLimit
        | Pattern::LogPrefix
        | Pattern::Affinity
        | Pattern::ConditionType
        | Pattern::ConditionReason
        | Pattern::PortName
        | Pattern::LabelKey
        | Pattern::LabelValue
        | Pattern::DomainName => None,
    }
}

/// AS numbers from here do not fit 32 bits with a sign.
const WIDE: i64 = 1 << 31;

/// A word about an AS number that only some API servers take.
fn wide_as_number() -> Diagnostic {
    let message = "API servers from Kubernetes 1.36 on refuse AS numbers above 2147483647 here";
    Diagnostic::warning(Code("wide-as-number"), message)
        .help("Calico's schema calls AS numbers int32; older servers do not mind")
}

/// A scalar in the type that is wanted, where that is plain.
pub(super) fn retyped(node: &Node, schema: &Schema) -> Option<String> {
    match (schema.shape, &node.value) {
        (Shape::Text, Value::Number(number)) if schema.form == Form::Duration => {
            Some(format!("{number}s"))
        }
        (Shape::Text, Value::Bool(_) | Value::Number(_)) => {
            let text = shown(node);
            let fits = schema.pattern.is_none_or(|pattern| pattern.matches(&text));
            fits.then(|| format!("\"{text}\""))
        }
        (Shape::Integer | Shape::Number, Value::String(text)) => {
            text.trim().parse::<i64>().ok().map(|n| n.to_string())
        }
        (Shape::List(_) | Shape::Set(_), Value::Bool(_) | Value::Number(_)) => {
            Some(format!("[{}]", shown(node)))
        }
        _ => None,
    }
}

fn refuse(
    place: &Place<'_>,
    code: &'static str,
    message: String,
    corrected: Option<String>,
    findings: &mut Findings<'_>,
) {
    let mut diagnostic = Diagnostic::error(Code(code), message);
    if let Some(corrected) = corrected {
        diagnostic = diagnostic.suggest(assign(place.path, &corrected));
    }
    findings.add(place.path.to_string(), place.node.span, diagnostic);
}
