//! Calico's rules about single values.

mod re2;
mod text;

use super::findings::{Findings, Place};
use super::lexical::{consists, is_label_value, is_port_name, is_qualified_name};
use crate::decode::{printable, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::scalar::{Port, Protocol};
use crate::selector::Selector;
use crate::source::Span;
use crate::tree::{Node, Value};

/// A rule about one value.
///
/// All but [`Required`](Self::Required) and [`Given`](Self::Given) pass over
/// what is not there; whether they pass over empty text, [`Empty`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Must be there, and not be Go's zero value.
    Required,
    /// Must be there: `required` on a list or a pointer, which an empty list
    /// and a pointer to zero satisfy.
    Given,
    /// A pointer in Go: the other tags of the field judge empty text too.
    Pointer,
    Unique,
    OneOf(&'static [&'static str]),
    AtLeast(i64),
    Range(i64, i64),
    Name,
    PortName,
    Selector,
    /// A selector in which `global()` may stand, but only alone.
    NamespaceSelector,
    Labels,
    Annotations,
    Port,
    Protocol,
    /// CIDR or address, no host bits.
    Net,
    NetV4,
    NetV6,
    /// CIDR or address, host bits allowed.
    Cidr,
    CidrV4,
    CidrV6,
    Ip,
    IpV4,
    IpV6,
    PeerAddress,
    Mac,
    Interface,
    FilterInterface,
    IgnoredInterface,
    IfaceFilter,
    ContainerId,
    Regexp,
    KeyValueList,
    PrometheusHost,
    HealthName,
    WireguardKey,
    BpfLogFilters,
}

/// What tags make of empty text.
///
/// Calico's fields are `omitempty`: empty text is as good as none. Items of
/// lists have no such word, and a pointer to empty text is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Empty {
    PassedOver,
    Judged,
}

/// Applies a rule to a value that is there.
pub(super) fn apply(tag: Tag, place: &Place<'_>, empty: Empty, findings: &mut Findings<'_>) {
    if tag == Tag::Required {
        if is_zero(place.node) {
            findings.refuse(place, "missing-field", "the value must not be empty");
        }
    } else if matches!(tag, Tag::Given | Tag::Pointer) {
        // The one is about values that are not there, the other about its
        // neighbours.
    } else if tag == Tag::Unique {
        unique(place, findings);
    } else if let Tag::AtLeast(minimum) = tag {
        range(minimum, i64::MAX, place, findings);
    } else if let Tag::Range(minimum, maximum) = tag {
        range(minimum, maximum, place, findings);
    } else if tag == Tag::Port {
        port(place, findings);
    } else if tag == Tag::Protocol {
        protocol(place, findings);
    } else if matches!(tag, Tag::Labels | Tag::Annotations | Tag::BpfLogFilters) {
        keys(tag, place, findings);
    } else if matches!(tag, Tag::Selector | Tag::NamespaceSelector) {
        selector(tag, place, findings);
    } else {
        word(tag, place, empty, findings);
    }
}

fn word(tag: Tag, place: &Place<'_>, empty: Empty, findings: &mut Findings<'_>) {
    let node = place.node;
    if let Some(text) = node.text()
        && (empty == Empty::Judged || !text.is_empty())
        && let Some((code, expected)) = text::fault(tag, text)
    {
        let message = format!("{} is not {expected}", shown(node));
        let mut diagnostic = Diagnostic::error(Code(code), message);
        diagnostic.suggestion =
            text::corrected(tag, text).map(|text| super::calico::assign(place, &text));
        findings.add(place.path.to_string(), node.span, diagnostic);
    }
}

/// Mappings whose keys are limited.
fn keys(tag: Tag, place: &Place<'_>, findings: &mut Findings<'_>) {
    if tag == Tag::Annotations && annotations_size(place.node) > MAX_ANNOTATIONS {
        findings.refuse(place, "too-long", "the annotations exceed 256 KiB");
    }
    for entry in place.node.entries() {
        let key = entry.key.as_str();
        let (fits, code, what) = if tag == Tag::Labels {
            let value = entry.value.text().unwrap_or_default();
            (
                is_qualified_name(key) && is_label_value(value),
                "invalid-label",
                "label",
            )
        } else if tag == Tag::Annotations {
            (
                is_qualified_name(&key.to_ascii_lowercase()),
                "invalid-annotation",
                "annotation",
            )
        } else {
            (
                consists(key, 1, 15, "_.-"),
                "invalid-interface",
                "interface",
            )
        };
        if !fits {
            let message = format!("{}: {} is no {what}", printable(key), shown(&entry.value));
            findings.refuse(place, code, message);
        }
    }
}

/// All annotations of an object together, keys and values.
pub(super) const MAX_ANNOTATIONS: usize = 256 << 10;

pub(super) fn annotations_size(annotations: &Node) -> usize {
    let entries = annotations.entries().iter();
    entries
        .map(|entry| entry.key.len() + entry.value.text().map_or(0, str::len))
        .sum()
}

/// Go's zero value.
pub(super) fn is_zero(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
    }
}

fn unique(place: &Place<'_>, findings: &mut Findings<'_>) {
    let mut seen = Vec::new();
    for item in place.node.items().iter().map(Node::to_json) {
        if seen.contains(&item) {
            findings.refuse(place, "duplicate-item", "an item is given twice");
            return;
        }
        seen.push(item);
        if seen.len() > 64 {
            // No list with this rule takes so many; the schema says so.
            return;
        }
    }
}

fn range(minimum: i64, maximum: i64, place: &Place<'_>, findings: &mut Findings<'_>) {
    if let Some(number) = place.node.integer()
        && !(minimum..=maximum).contains(&number)
    {
        let message = match maximum {
            i64::MAX => format!("{number} is below {minimum}"),
            _ => format!("{number} is not within {minimum}..{maximum}"),
        };
        findings.refuse(place, "out-of-range", message);
    }
}

fn port(place: &Place<'_>, findings: &mut Findings<'_>) {
    let number = || u16::try_from(place.node.integer()?).ok().map(Port::Number);
    let port = place
        .node
        .text()
        .and_then(|text| text.parse().ok())
        .or_else(number);
    let fault = match port {
        Some(Port::Number(0) | Port::Range { min: 0, .. }) => Some("ports are 1..65535".to_owned()),
        Some(Port::Name(name)) if !is_port_name(&name) => Some(format!(
            "{} is no port name: at most 15 of a-z, 0-9 and -, with a letter",
            shown(place.node)
        )),
        _ => None,
    };
    let Some(message) = fault else { return };
    let mut diagnostic = Diagnostic::error(Code("invalid-port"), message);
    if let Some((min, max)) = place.node.text().and_then(|text| text.split_once('-'))
        && min.parse::<u16>().is_ok()
        && max.parse::<u16>().is_ok()
    {
        diagnostic = diagnostic
            .help("a range is written with a colon")
            .suggest(super::calico::assign(place, &format!("\"{min}:{max}\"")));
    }
    findings.add(place.path.to_string(), place.node.span, diagnostic);
}

fn protocol(place: &Place<'_>, findings: &mut Findings<'_>) {
    let node = place.node;
    let fits = match read_protocol(node) {
        Some(Protocol::Number(number)) => number != 0,
        Some(Protocol::Name(name)) => Protocol::names().any(|known| known == name),
        // Not within a byte: the decoder has said so.
        None => true,
    };
    if fits {
        return;
    }
    let names: Vec<&str> = Protocol::names().collect();
    let message = format!(
        "{} is no protocol: 1..255 or {}",
        shown(node),
        names.join(", ")
    );
    let mut diagnostic = Diagnostic::error(Code("invalid-protocol"), message);
    if let Some(known) = node.text().and_then(crate::decode::protocol) {
        diagnostic = diagnostic
            .help(format!("did you mean {known}?"))
            .suggest(super::calico::assign(place, known));
    }
    findings.add(place.path.to_string(), node.span, diagnostic);
}

/// A protocol as Calico's decoder reads it: text of digits is a number.
pub(super) fn read_protocol(node: &Node) -> Option<Protocol> {
    let Some(name) = node.text() else {
        return u8::try_from(node.integer()?).ok().map(Protocol::Number);
    };
    let number = name
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| name.parse().ok());
    Some(match number.flatten() {
        Some(number) => Protocol::Number(number),
        None => Protocol::Name(name.to_owned()),
    })
}

fn selector(tag: Tag, place: &Place<'_>, findings: &mut Findings<'_>) {
    let Some(text) = place.node.text() else {
        return;
    };
    let selector = match Selector::parse(text) {
        Ok(selector) => selector,
        Err(error) => {
            let mut diagnostic =
                Diagnostic::error(Code("invalid-selector"), format!("not a selector: {error}"));
            if let Some(hint) = error.hint() {
                diagnostic = diagnostic.help(hint.to_string());
            }
            if let Some(corrected) = error.corrected(text) {
                diagnostic = diagnostic.suggest(super::calico::assign(place, &corrected));
            }
            let span = inside(place.node.span, text, error.span());
            findings.add(place.path.to_string(), span, diagnostic);
            return;
        }
    };
    // Calico counts tokens: even brackets around it are too many.
    let alone = text.trim_start().starts_with("global(") && selector.to_string() == "global()";
    if tag == Tag::NamespaceSelector && text.contains("global(") && !alone {
        findings.refuse(
            place,
            "invalid-selector",
            "global() stands alone or not at all",
        );
    }
}

/// The part of a scalar that a selector error is about; the whole of it where
/// quotes or escapes make offsets uncertain.
fn inside(whole: Span, text: &str, part: std::ops::Range<usize>) -> Span {
    let length = whole.end.saturating_sub(whole.start);
    match length.checked_sub(text.len()) {
        Some(0) if text.is_ascii() => whole.part(part.start, part.len().max(1)),
        Some(2) if text.is_ascii() => whole.part(part.start + 1, part.len().max(1)),
        _ => whole,
    }
}
