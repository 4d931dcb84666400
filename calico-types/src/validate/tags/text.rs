//! Rules about texts: what they are not, and what they should have been.

use std::net::IpAddr;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::PAD;
use ipnet::IpNet;

use super::Tag;
use crate::scalar::PeerAddress;
use crate::validate::lexical::{
    cidr, consists, ip, is_mac, is_masked, is_port_name, is_subdomain, net,
};

/// What is wrong with a text: the code of the finding, and what was expected.
pub(super) type Fault = (&'static str, String);

/// What `tag` has against a text. Tags that are not about texts have nothing
/// against any.
pub(super) fn fault(tag: Tag, text: &str) -> Option<Fault> {
    if let Tag::OneOf(words) = tag {
        let expected = format!("one of {}", words.join(", "));
        return (!words.contains(&text)).then_some(("unsupported-value", expected));
    }
    let (fits, code, expected) = network(tag, text)
        .or_else(|| name(tag, text))
        .or_else(|| other(tag, text))?;
    (!fits).then(|| (code, expected.to_owned()))
}

/// Whether a text fits, and what to say when it does not.
type Verdict = Option<(bool, &'static str, &'static str)>;

fn network(tag: Tag, text: &str) -> Verdict {
    const CIDR: &str = "invalid-cidr";
    const ADDRESS: &str = "invalid-address";
    // Go reads no text as no address, and that as an address of no family.
    let none = text.is_empty();
    let masked =
        |family: fn(&IpNet) -> bool| net(text).is_some_and(|net| is_masked(&net) && family(&net));
    let host = |family: fn(&IpNet) -> bool| net(text).is_some_and(|net| family(&net));
    let address = |family: fn(&IpAddr) -> bool| ip(text).is_some_and(|ip| family(&ip));
    let v4 = |net: &IpNet| net.addr().is_ipv4();
    let v6 = |net: &IpNet| net.addr().is_ipv6();
    Some(if tag == Tag::Net {
        (
            none || masked(|_| true),
            CIDR,
            "a CIDR without host bits, or an address",
        )
    } else if tag == Tag::NetV4 {
        (masked(v4), CIDR, "an IPv4 CIDR without host bits")
    } else if tag == Tag::NetV6 {
        (masked(v6), CIDR, "an IPv6 CIDR without host bits")
    } else if tag == Tag::Cidr {
        (none || host(|_| true), CIDR, "a CIDR or an address")
    } else if tag == Tag::CidrV4 {
        (host(v4), CIDR, "an IPv4 address and prefix length")
    } else if tag == Tag::CidrV6 {
        (host(v6), CIDR, "an IPv6 address and prefix length")
    } else if tag == Tag::Ip {
        (address(|_| true), ADDRESS, "an IP address")
    } else if tag == Tag::IpV4 {
        (address(IpAddr::is_ipv4), ADDRESS, "an IPv4 address")
    } else if tag == Tag::IpV6 {
        (address(IpAddr::is_ipv6), ADDRESS, "an IPv6 address")
    } else if tag == Tag::PeerAddress {
        let fits = text.parse::<PeerAddress>().is_ok();
        (
            fits,
            ADDRESS,
            "a peer: an IP address, IPv4:port or [IPv6]:port",
        )
    } else if tag == Tag::Mac {
        (is_mac(text), "invalid-mac", "a MAC address")
    } else {
        return None;
    })
}

fn name(tag: Tag, text: &str) -> Verdict {
    const NAME: &str = "invalid-name";
    const INTERFACE: &str = "invalid-interface";
    Some(if tag == Tag::Name {
        // Of any length: only the names of resources are measured.
        (is_subdomain(text), NAME, "a name: a-z, 0-9, - and . only")
    } else if tag == Tag::PortName {
        let expected = "a port name: at most 15 of a-z, 0-9 and -, with a letter";
        (is_port_name(text), "invalid-port-name", expected)
    } else if tag == Tag::Interface {
        let fits = text == "*" || consists(text, 1, 15, "_.-");
        (fits, INTERFACE, "an interface of at most 15 letters, or *")
    } else if tag == Tag::FilterInterface {
        let fits = text == "*" || consists(text, 1, 15, "_.*-");
        (
            fits,
            INTERFACE,
            "an interface of at most 15 letters; * is a wildcard",
        )
    } else if tag == Tag::IgnoredInterface {
        let fits = text != "*" && consists(text, 1, 15, "_.*-");
        (
            fits,
            INTERFACE,
            "an interface of at most 15 letters; * is a wildcard, but not alone",
        )
    } else if tag == Tag::IfaceFilter {
        (
            consists(text, 1, 15, ":._+-"),
            INTERFACE,
            "an interface of at most 15 letters",
        )
    } else if tag == Tag::ContainerId {
        (
            is_container_id(text),
            NAME,
            "a container id: letters, digits and - between",
        )
    } else if tag == Tag::HealthName {
        (
            consists(text, 1, usize::MAX, "_ -"),
            NAME,
            "a name: letters, digits, _ and -",
        )
    } else {
        return None;
    })
}

fn other(tag: Tag, text: &str) -> Verdict {
    Some(if tag == Tag::Regexp {
        (
            super::re2::is_re2(text),
            "invalid-regexp",
            "a regular expression as Go reads them (RE2)",
        )
    } else if tag == Tag::KeyValueList {
        (
            is_key_value_list(text),
            "invalid-list",
            "a list name=value, name=value",
        )
    } else if tag == Tag::PrometheusHost {
        (
            consists(text, 1, 64, ":._+-"),
            "invalid-address",
            "a host to listen on",
        )
    } else if tag == Tag::WireguardKey {
        (
            is_wireguard_key(text),
            "invalid-key",
            "a WireGuard key: 32 bytes in base64",
        )
    } else {
        return None;
    })
}

/// The nearest text that fits, where that is plain.
pub(super) fn corrected(tag: Tag, text: &str) -> Option<String> {
    if let Tag::OneOf(words) = tag {
        return crate::decode::meant(text, words).map(str::to_owned);
    }
    let candidate = if tag == Tag::Name {
        text.to_ascii_lowercase().replace('_', "-")
    } else {
        cidr(text)
            .filter(|net| !is_masked(net))?
            .trunc()
            .to_string()
    };
    fault(tag, &candidate).is_none().then_some(candidate)
}

fn is_container_id(text: &str) -> bool {
    consists(text, 1, usize::MAX, "-") && !text.starts_with('-') && !text.ends_with('-')
}

/// Base64 as Go decodes it: line ends are passed over, and the bits that the
/// last letter has too many.
fn is_wireguard_key(text: &str) -> bool {
    let lenient = GeneralPurpose::new(&STANDARD, PAD.with_decode_allow_trailing_bits(true));
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    lenient.decode(text).is_ok_and(|key| key.len() == 32)
}

/// Go's `^\s*(\w+)=(.*)$` for each item; only an item of no letter at all is
/// passed over.
fn is_key_value_list(text: &str) -> bool {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
    text.trim().is_empty()
        || text.split(',').filter(|item| !item.is_empty()).all(|item| {
            item.trim_start_matches(blank)
                .split_once('=')
                .is_some_and(|(key, value)| {
                    consists(key, 1, usize::MAX, "_") && !value.contains('\n')
                })
        })
}
