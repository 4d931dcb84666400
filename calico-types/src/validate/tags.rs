//! Calico's rules about single values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::findings::{Findings, Place};
use super::lexical::{
    cidr, consists, is_ip, is_ipv4, is_ipv6, is_label_value, is_mac, is_masked, is_name,
    is_port_name, is_qualified_name, net,
};
use crate::decode::{printable, shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::scalar::{PeerAddress, Port, Protocol};
use crate::selector::Selector;
use crate::source::Span;
use crate::tree::{Node, Value};

/// A rule about one value. All but `Required` pass over what is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Required,
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
    Dscp,
}

/// Applies a rule to a value that is there.
pub(super) fn apply(tag: Tag, place: &Place<'_>, findings: &mut Findings<'_>) {
    let node = place.node;
    match tag {
        Tag::Required if is_zero(node) => {
            findings.refuse(place, "missing-field", "the value must not be empty")
        }
        Tag::Required => {}
        Tag::Unique => unique(place, findings),
        Tag::AtLeast(minimum) => range(minimum, i64::MAX, place, findings),
        Tag::Range(minimum, maximum) => range(minimum, maximum, place, findings),
        Tag::Port => port(place, findings),
        Tag::Protocol => protocol(place, findings),
        Tag::Dscp => {}
        Tag::Labels => {
            for entry in node.entries() {
                if !is_qualified_name(&entry.key)
                    || !is_label_value(entry.value.text().unwrap_or_default())
                {
                    let message = format!(
                        "{}: {} is no label",
                        printable(&entry.key),
                        shown(&entry.value)
                    );
                    findings.refuse(place, "invalid-label", message);
                }
            }
        }
        Tag::Annotations => {
            for entry in node.entries() {
                if !is_qualified_name(&entry.key.to_ascii_lowercase()) {
                    let message = format!("{} is no annotation name", printable(&entry.key));
                    findings.refuse(place, "invalid-annotation", message);
                }
            }
        }
        Tag::BpfLogFilters => {
            for entry in node.entries() {
                if !consists(&entry.key, 1, 15, "_.-:*") {
                    findings.refuse(
                        place,
                        "invalid-interface",
                        format!("{} is no interface", printable(&entry.key)),
                    );
                }
            }
        }
        Tag::Selector | Tag::NamespaceSelector => selector(tag, place, findings),
        _ => {
            if let Some(text) = node.text().filter(|text| !text.is_empty())
                && let Some((code, expected)) = text_fault(tag, text)
            {
                let mut diagnostic =
                    Diagnostic::error(Code(code), format!("{} is not {expected}", shown(node)));
                diagnostic.suggestion =
                    corrected(tag, text).map(|text| super::calico::assign(place, &text));
                findings.add(place.path.to_string(), node.span, diagnostic);
            }
        }
    }
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
    let port = match &place.node.value {
        Value::Number(_) => place
            .node
            .integer()
            .and_then(|port| u16::try_from(port).ok())
            .map(Port::Number),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
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
    let fits = match &node.value {
        Value::Number(_) => node
            .integer()
            .is_some_and(|number| (1..=255).contains(&number)),
        Value::String(name) => Protocol::names().any(|known| known == name),
        _ => true,
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
    if tag == Tag::NamespaceSelector
        && text.contains("global(")
        && selector.to_string() != "global()"
    {
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

/// What is wrong with a text, as a code and what it should have been.
fn text_fault(tag: Tag, text: &str) -> Option<(&'static str, String)> {
    let (fits, code, expected): (bool, _, &str) = match tag {
        Tag::OneOf(words) => {
            let message = format!("one of {}", words.join(", "));
            return (!words.contains(&text)).then_some(("unsupported-value", message));
        }
        Tag::Name => (
            is_name(text),
            "invalid-name",
            "a name: a-z, 0-9, - and . only, at most 253",
        ),
        Tag::PortName => (
            is_port_name(text),
            "invalid-port-name",
            "a port name: at most 15 of a-z, 0-9 and -, with a letter",
        ),
        Tag::Net => (
            masked(text, |_| true),
            "invalid-cidr",
            "a CIDR without host bits, or an address",
        ),
        Tag::NetV4 => (
            masked(text, |net| net.addr().is_ipv4()),
            "invalid-cidr",
            "an IPv4 CIDR without host bits",
        ),
        Tag::NetV6 => (
            masked(text, |net| net.addr().is_ipv6()),
            "invalid-cidr",
            "an IPv6 CIDR without host bits",
        ),
        Tag::Cidr => (net(text).is_some(), "invalid-cidr", "a CIDR or an address"),
        Tag::CidrV4 => (
            net(text).is_some_and(|net| net.addr().is_ipv4()),
            "invalid-cidr",
            "an IPv4 address and prefix length",
        ),
        Tag::CidrV6 => (
            net(text).is_some_and(|net| net.addr().is_ipv6()),
            "invalid-cidr",
            "an IPv6 address and prefix length",
        ),
        Tag::Ip => (is_ip(text), "invalid-address", "an IP address"),
        Tag::IpV4 => (is_ipv4(text), "invalid-address", "an IPv4 address"),
        Tag::IpV6 => (is_ipv6(text), "invalid-address", "an IPv6 address"),
        Tag::PeerAddress => (
            text.parse::<PeerAddress>().is_ok(),
            "invalid-address",
            "a peer: an IP address, IPv4:port or [IPv6]:port",
        ),
        Tag::Mac => (is_mac(text), "invalid-mac", "a MAC address"),
        Tag::Interface => (
            text == "*" || consists(text, 1, 15, "_.-"),
            "invalid-interface",
            "an interface of at most 15 letters, or *",
        ),
        Tag::FilterInterface => (
            text == "*" || consists(text, 1, 15, "_.*-"),
            "invalid-interface",
            "an interface of at most 15 letters; * is a wildcard",
        ),
        Tag::IgnoredInterface => (
            text != "*" && consists(text, 1, 15, "_.*-"),
            "invalid-interface",
            "an interface of at most 15 letters; * is a wildcard, but not alone",
        ),
        Tag::IfaceFilter => (
            consists(text, 1, 15, ":._+-"),
            "invalid-interface",
            "an interface of at most 15 letters",
        ),
        Tag::ContainerId => (
            is_container_id(text),
            "invalid-name",
            "a container id: letters, digits and - between",
        ),
        Tag::Regexp => (is_regexp(text), "invalid-regexp", "a regular expression"),
        Tag::KeyValueList => (
            is_key_value_list(text),
            "invalid-list",
            "a list name=value, name=value",
        ),
        Tag::PrometheusHost => (
            consists(text, 1, 64, ":._+-"),
            "invalid-address",
            "a host to listen on",
        ),
        Tag::HealthName => (
            consists(text, 1, usize::MAX, "_ -"),
            "invalid-name",
            "a name: letters, digits, _ and -",
        ),
        Tag::WireguardKey => (
            STANDARD.decode(text).is_ok_and(|key| key.len() == 32),
            "invalid-key",
            "a WireGuard key: 32 bytes in base64",
        ),
        Tag::Required
        | Tag::Unique
        | Tag::AtLeast(_)
        | Tag::Range(..)
        | Tag::Selector
        | Tag::NamespaceSelector
        | Tag::Labels
        | Tag::Annotations
        | Tag::Port
        | Tag::Protocol
        | Tag::BpfLogFilters
        | Tag::Dscp => return None,
    };
    (!fits).then(|| (code, expected.to_owned()))
}

fn masked(text: &str, family: impl Fn(&ipnet::IpNet) -> bool) -> bool {
    net(text).is_some_and(|net| is_masked(&net) && family(&net))
}

/// The nearest value that fits, where that is plain.
fn corrected(tag: Tag, text: &str) -> Option<String> {
    match tag {
        Tag::Net | Tag::NetV4 | Tag::NetV6 => {
            let masked = cidr(text)
                .filter(|net| !is_masked(net))?
                .trunc()
                .to_string();
            text_fault(tag, &masked).is_none().then_some(masked)
        }
        Tag::Name => {
            let lower = text.to_ascii_lowercase().replace('_', "-");
            is_name(&lower).then_some(lower)
        }
        Tag::OneOf(words) => crate::decode::meant(text, words).map(str::to_owned),
        _ => None,
    }
}

fn is_container_id(text: &str) -> bool {
    consists(text, 1, usize::MAX, "-") && !text.starts_with('-') && !text.ends_with('-')
}

fn is_regexp(text: &str) -> bool {
    // RE2, which Go speaks, has no look-around and no back references; nor has
    // this parser. Its nesting is bounded.
    regex_syntax::ParserBuilder::new()
        .nest_limit(250)
        .build()
        .parse(text)
        .is_ok()
}

fn is_key_value_list(text: &str) -> bool {
    text.split(',')
        .map(str::trim_start)
        .filter(|item| !item.is_empty())
        .all(|item| {
            item.split_once('=')
                .is_some_and(|(key, _)| consists(key, 1, usize::MAX, "_"))
        })
}
