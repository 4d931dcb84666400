//! Texts of a format, as the API server reads them.
//!
//! A schema's `format: cidr` is Go's `net.ParseCIDR`; the functions `cidr()`
//! and `ip()` of its CEL rules are stricter.

use std::net::IpAddr;

use ipnet::IpNet;

/// `address/length`, as `net.ParseCIDR` reads it: the length may have leading
/// zeros.
pub(crate) fn cidr(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/')?;
    net(address, length)
}

/// As the function `cidr()` of CEL reads it: no IPv4 within IPv6, no leading
/// zeros.
pub(crate) fn cel_cidr(text: &str) -> Option<IpNet> {
    let (address, length) = text.split_once('/')?;
    let canonical = length == "0" || !length.starts_with('0');
    cel_ip(address)?;
    net(address, length).filter(|_| canonical)
}

/// As the function `ip()` of CEL reads it: no IPv4 within IPv6.
pub(crate) fn cel_ip(text: &str) -> Option<IpAddr> {
    let mapped = |ip: &IpAddr| matches!(ip, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some());
    text.parse().ok().filter(|ip| !mapped(ip))
}

fn net(address: &str, length: &str) -> Option<IpNet> {
    if !length.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    IpNet::new(address.parse().ok()?, length.parse().ok()?).ok()
}

/// A time of RFC 3339 as Kubernetes checks it: a date and a time of day around
/// a `T`, with an offset; what follows a second `T` is not looked at.
pub(crate) fn is_date_time(text: &str) -> bool {
    let mut parts = text.split(['T', 't']);
    let (Some(date), Some(time)) = (parts.next(), parts.next()) else {
        return false;
    };
    is_date(date) && is_time(time)
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// `hh:mm:ss`, perhaps a sign and digits, then `Z` or `+hh:mm`.
fn is_time(text: &str) -> bool {
    let (Some(clock), Some(rest)) = (text.get(..8), text.get(8..)) else {
        return false;
    };
    let mut parts = clock.split(':');
    let mut within = |most: u32| {
        let part = parts.next().and_then(|part| digits(part, 2));
        part.is_some_and(|number| number <= most)
    };
    if !(within(23) && within(59) && within(59)) {
        return false;
    }
    is_offset(rest) || {
        let mut chars = rest.chars();
        let point = chars.next().is_some_and(|c| c != '\n');
        let fraction = chars.as_str();
        let offset = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        point && offset.len() < fraction.len() && is_offset(offset)
    }
}

fn is_offset(text: &str) -> bool {
    let numeric = |text: &str| {
        let parts = text.split_once(':');
        parts.is_some_and(|(hours, minutes)| {
            digits(hours, 2).is_some() && digits(minutes, 2).is_some()
        })
    };
    matches!(text, "Z" | "z") || text.strip_prefix(['+', '-']).is_some_and(numeric)
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<u32> {
    let plain = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_readings_of_a_cidr() {
        for (text, schema, cel) in [
            ("10.0.0.0/8", true, true),
            ("10.0.0.1/8", true, true),
            ("10.0.0.0/0", true, true),
            ("10.0.0.0/08", true, false),
            ("10.0.0.0/00", true, false),
            ("::ffff:10.0.0.0/104", true, false),
            ("::/0", true, true),
            ("010.0.0.0/8", false, false),
            ("10.0.0.0/+8", false, false),
            ("10.0.0.0/33", false, false),
            ("10.0.0.0", false, false),
            ("10.0.0.0/", false, false),
            ("fe80::1%eth0/64", false, false),
        ] {
            assert_eq!(cidr(text).is_some(), schema, "{text}");
            assert_eq!(cel_cidr(text).is_some(), cel, "{text}");
        }
        assert_eq!(cel_ip("::ffff:10.0.0.1"), None);
        assert!(cel_ip("::10.0.0.1").is_some());
    }

    // The verdicts of a kube-apiserver.
    #[test]
    fn times() {
        for (text, fits) in [
            ("2020-01-01T00:00:00Z", true),
            ("2020-01-01t00:00:00z", true),
            ("2020-01-01T00:00:00", false),
            ("2020-13-01T00:00:00Z", false),
            ("2020-02-29T00:00:00Z", true),
            ("2020-02-30T00:00:00Z", false),
            ("2021-02-29T00:00:00Z", false),
            ("2020-01-01T24:00:00Z", false),
            ("2020-01-01T00:00:60Z", false),
            ("2020-01-01T00:00:00.5+99:99", true),
            ("2020-01-01T00:00:00,5Z", true),
            ("2020-01-01T00:00:00X5Z", true),
            ("2020-01-01T00:00:00.Z", false),
            ("2020-1-01T00:00:00Z", false),
            (" 2020-01-01T00:00:00Z", false),
            ("2020-01-01T00:00:00Ztx", true),
            ("2020-01-01T00:00:00Z\n", false),
            ("2020-01-01T00:00:0é", false),
            ("T", false),
            ("", false),
        ] {
            assert_eq!(is_date_time(text), fits, "{text:?}");
        }
    }
}
