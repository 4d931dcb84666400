//! What names, labels, interfaces and addresses look like.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::scalar::net::{self, Prefix};

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`: an RFC 1123 label of any length.
pub(crate) fn is_label(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// Labels joined by dots: an RFC 1123 subdomain of any length.
pub(crate) fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

/// A Calico name: a subdomain of at most 253 bytes.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= 253 && is_subdomain(text)
}

/// The name part of a label key, and a label's value when not empty:
/// alphanumeric at both ends, `-_.` between, at most 63 bytes.
fn is_label_part(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let ends = |c: char| c.is_ascii_alphanumeric();
    (1..=63).contains(&text.len())
        && text.bytes().all(inner)
        && text.starts_with(ends)
        && text.ends_with(ends)
}

/// Kubernetes' qualified name: an optional subdomain and `/`, then a name.
pub(crate) fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        None => is_label_part(text),
        Some((prefix, name)) => prefix.len() <= 253 && is_subdomain(prefix) && is_label_part(name),
    }
}

/// A label's value.
pub(crate) fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_label_part(text)
}

/// Kubernetes' port name: at most 15 of `a-z0-9-`, with a letter, no doubled
/// or outer dash.
pub(crate) fn is_port_name(text: &str) -> bool {
    text.len() <= 15
        && is_label(text)
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && !text.contains("--")
}

/// Between `min` and `max` bytes, each alphanumeric or one of `others`.
pub(crate) fn consists(text: &str, min: usize, max: usize, others: &str) -> bool {
    (min..=max).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// A CIDR or a bare address.
pub(crate) fn net(text: &str) -> Option<IpNet> {
    <IpNet as Prefix>::read(text)
}

/// A CIDR, with its slash.
pub(crate) fn cidr(text: &str) -> Option<IpNet> {
    net::cidr(text)
}

/// An address, of the family that Go takes it for.
pub(crate) fn ip(text: &str) -> Option<IpAddr> {
    net::address(text)
}

/// Whether no host bit is set.
pub(crate) fn is_masked(net: &IpNet) -> bool {
    net.addr() == net.network()
}

/// Six, eight or twenty bytes in hexadecimal, joined by `:` or `-`; or the same
/// in groups of two bytes, joined by dots.
pub(crate) fn is_mac(text: &str) -> bool {
    let hex = |length: usize| {
        move |part: &str| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit())
    };
    [':', '-'].iter().any(|&separator| {
        let parts: Vec<&str> = text.split(separator).collect();
        matches!(parts.len(), 6 | 8 | 20) && parts.into_iter().all(hex(2))
    }) || {
        let parts: Vec<&str> = text.split('.').collect();
        matches!(parts.len(), 3 | 4 | 10) && parts.into_iter().all(hex(4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (text, fits) in [
            ("a", true),
            ("a-b.c", true),
            ("A", false),
            ("-a", false),
            ("a.", false),
            ("a..b", false),
            ("", false),
            ("a_b", false),
        ] {
            assert_eq!(is_name(text), fits, "{text}");
        }
        assert!(is_name(&"a".repeat(253)));
        assert!(!is_name(&"a".repeat(254)));
    }

    #[test]
    fn labels() {
        for (text, fits) in [
            ("app", true),
            ("kubernetes.io/name", true),
            ("a/b/c", false),
            (".a", false),
            ("a$", false),
            ("K8s_x.y", true),
            ("/a", false),
            ("A.b/c", false),
        ] {
            assert_eq!(is_qualified_name(text), fits, "{text}");
        }
        assert!(is_label_value(""));
        assert!(!is_label_value(&"x".repeat(64)));
    }

    #[test]
    fn port_names() {
        for (text, fits) in [
            ("http", true),
            ("80-90", false),
            ("a-very-long-port-name", false),
            ("a--b", false),
            ("Http", false),
        ] {
            assert_eq!(is_port_name(text), fits, "{text}");
        }
    }

    #[test]
    fn addresses_of_hardware() {
        for (text, fits) in [
            ("00:11:22:33:44:55", true),
            ("00-11-22-33-44-55", true),
            ("0011.2233.4455", true),
            ("00:11:22", false),
            ("zz:11:22:33:44:55", false),
        ] {
            assert_eq!(is_mac(text), fits, "{text}");
        }
    }
}
