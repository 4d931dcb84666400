//! Prefixes behind MPLS labels: labeled unicast (RFC 8277) and VPN-IP (RFC 4364
//! §4.3.4, RFC 4659 §3.2).
//!
//! ```text
//! +----------------+----------------+------------------------+--------+
//! | Length (1)     | Labels (3 each)| Route distinguisher (8,| Prefix |
//! | in bits of all |                | VPN-IP only)           |        |
//! +----------------+----------------+------------------------+--------+
//! ```
//!
//! How many labels there are depends on the session: one, unless both sides
//! sent the multiple-labels capability for the family (RFC 8277 §2.1), and a
//! field without meaning in a withdrawal (§2.4).

use core::fmt;
use core::str::FromStr;

use ipnet::IpNet;

use crate::nlri::field::{afi_of_prefix, put_prefix};
use crate::nlri::{Label, LabelForm, LabelStack, Malformed, ParseError, RouteDistinguisher};
use crate::reader::Reader;
use crate::writer::Out;
use crate::{Afi, EncodeError};

/// Bits of a route distinguisher.
const DISTINGUISHER: usize = 64;
/// Bits of a label.
const LABEL: usize = 24;

/// A prefix and the labels that lead to it.
///
/// ```
/// use bgp_wire::LabeledPrefix;
/// let route: LabeledPrefix = "203.0.113.0/24 label 16".parse()?;
/// assert_eq!(route.labels.labels()[0].value(), 16);
/// assert_eq!(route.to_string(), "203.0.113.0/24 label 16");
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LabeledPrefix {
    /// The labels; none in a withdrawal.
    pub labels: LabelStack,
    /// The prefix.
    pub prefix: IpNet,
}

impl LabeledPrefix {
    pub(crate) fn decode(octets: &[u8], afi: Afi, form: LabelForm) -> Result<Self, Malformed> {
        let (labels, _, prefix) = decode(octets, afi, form, false).ok_or(Malformed::Field)?;
        Ok(Self { labels, prefix })
    }

    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        emit(out, &self.labels, None, self.prefix)
    }

    pub(crate) const fn afi(&self) -> Afi {
        afi_of_prefix(&self.prefix)
    }
}

/// A prefix of a VPN and the labels that lead to it.
///
/// ```
/// use bgp_wire::VpnPrefix;
/// let route: VpnPrefix = "65000:1:10.0.0.0/8 label 16".parse()?;
/// assert_eq!(route.distinguisher.to_string(), "65000:1");
/// assert_eq!(route.to_string(), "65000:1:10.0.0.0/8 label 16");
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VpnPrefix {
    /// The labels; none in a withdrawal.
    pub labels: LabelStack,
    /// The route distinguisher.
    pub distinguisher: RouteDistinguisher,
    /// The prefix within the VPN.
    pub prefix: IpNet,
}

impl VpnPrefix {
    pub(crate) fn decode(octets: &[u8], afi: Afi, form: LabelForm) -> Result<Self, Malformed> {
        let (labels, distinguisher, prefix) =
            decode(octets, afi, form, true).ok_or(Malformed::Field)?;
        Ok(Self {
            labels,
            distinguisher,
            prefix,
        })
    }

    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        emit(out, &self.labels, Some(self.distinguisher), self.prefix)
    }

    pub(crate) const fn afi(&self) -> Afi {
        afi_of_prefix(&self.prefix)
    }
}

/// How many labels stand in front of the rest: `None` where no number of them
/// leaves room for a prefix of the family.
///
/// With one label expected, more are taken where the rest would be too long for
/// a prefix: senders of RFC 3107 put stacks there without any capability, and
/// only one reading is possible then.
pub(crate) fn count_labels(
    octets: &[u8],
    afi: Afi,
    form: LabelForm,
    distinguisher: bool,
) -> Option<usize> {
    let (bits, rest) = octets.split_first()?;
    let most = match afi {
        Afi::IPV4 => 32,
        Afi::IPV6 => 128,
        _ => return None,
    };
    let before = if distinguisher { DISTINGUISHER } else { 0 };
    let mut reader = Reader::new(rest);
    for count in 1_usize.. {
        let label = reader.label()?;
        let used = count.saturating_mul(LABEL).saturating_add(before);
        let prefix = usize::from(*bits).checked_sub(used)?;
        let fits = prefix <= most;
        match form {
            LabelForm::Single if fits => return Some(count),
            LabelForm::Stack if label.is_bottom() => return fits.then_some(count),
            LabelForm::Withdrawn => return fits.then_some(count),
            LabelForm::Single if label.is_bottom() => return None,
            LabelForm::Single | LabelForm::Stack => {}
        }
    }
    None
}

/// Reads length, labels, distinguisher and prefix.
fn decode(
    octets: &[u8],
    afi: Afi,
    form: LabelForm,
    distinguisher: bool,
) -> Option<(LabelStack, RouteDistinguisher, IpNet)> {
    let count = count_labels(octets, afi, form, distinguisher)?;
    let mut reader = Reader::new(octets);
    let mut bits = usize::from(reader.u8()?);
    let mut labels = LabelStack::empty();
    for _ in 0..count {
        let label = reader.label()?;
        bits = bits.checked_sub(LABEL)?;
        if form != LabelForm::Withdrawn && !labels.push_raw(label) {
            return None;
        }
    }
    let mut rd = RouteDistinguisher::default();
    if distinguisher {
        rd = reader.distinguisher()?;
        bits = bits.checked_sub(DISTINGUISHER)?;
    }
    let prefix = reader.prefix(afi, u8::try_from(bits).ok()?)?;
    reader.is_empty().then_some((labels, rd, prefix))
}

fn emit(
    out: &mut impl Out,
    labels: &LabelStack,
    distinguisher: Option<RouteDistinguisher>,
    prefix: IpNet,
) -> Result<(), EncodeError> {
    let count = labels.labels().len().max(1);
    let bits = count
        .saturating_mul(LABEL)
        .saturating_add(distinguisher.map_or(0, |_| DISTINGUISHER))
        .saturating_add(prefix.prefix_len().into());
    out.u8(u8::try_from(bits).map_err(|_| EncodeError::ValueTooLong)?)?;
    if labels.labels().is_empty() {
        out.put(&Label::WITHDRAWN.octets())?;
    }
    for (at, label) in labels.labels().iter().enumerate() {
        // The end of a stack is found by this bit; that of one label is ignored
        // (RFC 8277 §2.2), and goes out as it came.
        let label = match count {
            1 => *label,
            _ => label.with_bottom(at.saturating_add(1) == count),
        };
        out.put(&label.octets())?;
    }
    if let Some(distinguisher) = distinguisher {
        out.put(&distinguisher.octets())?;
    }
    put_prefix(out, prefix)
}

impl fmt::Display for LabeledPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.prefix, f)?;
        write_labels(f, &self.labels)
    }
}

impl fmt::Display for VpnPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.distinguisher, self.prefix)?;
        write_labels(f, &self.labels)
    }
}

fn write_labels(f: &mut fmt::Formatter<'_>, labels: &LabelStack) -> fmt::Result {
    match labels.labels() {
        [] => Ok(()),
        _ => write!(f, " label {labels}"),
    }
}

impl FromStr for LabeledPrefix {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (prefix, labels) = split_labels(text)?;
        let prefix = parse_prefix(prefix)?;
        Ok(Self { labels, prefix })
    }
}

impl FromStr for VpnPrefix {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (route, labels) = split_labels(text)?;
        // A distinguisher holds one colon, or none in hexadecimal digits; an
        // IPv6 prefix several.
        let within = usize::from(!route.starts_with("0x"));
        let colon = route
            .match_indices(':')
            .nth(within)
            .ok_or(ParseError::Missing("prefix"))?;
        let (distinguisher, prefix) = route.split_at_checked(colon.0).ok_or(ParseError::Form)?;
        Ok(Self {
            labels,
            distinguisher: distinguisher.parse()?,
            prefix: parse_prefix(prefix.strip_prefix(':').unwrap_or(prefix))?,
        })
    }
}

fn split_labels(text: &str) -> Result<(&str, LabelStack), ParseError> {
    match text.trim().split_once(" label ") {
        Some((route, labels)) => Ok((route.trim(), labels.trim().parse()?)),
        None => Ok((text.trim(), LabelStack::empty())),
    }
}

fn parse_prefix(text: &str) -> Result<IpNet, ParseError> {
    let prefix: IpNet = text.parse().map_err(|_| ParseError::Invalid("prefix"))?;
    Ok(prefix.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labeled(octets: &[u8], form: LabelForm) -> Option<LabeledPrefix> {
        LabeledPrefix::decode(octets, Afi::IPV4, form).ok()
    }

    /// 10.1.0.0/16 behind labels 100 and 200.
    const STACK: [u8; 9] = [64, 0x00, 0x06, 0x40, 0x00, 0x0c, 0x81, 10, 1];

    #[test]
    fn the_capability_decides_how_many_labels_there_are() {
        let stack = labeled(&STACK, LabelForm::Stack).unwrap();
        assert_eq!(stack.labels.labels().len(), 2);
        assert_eq!(stack.prefix, "10.1.0.0/16".parse::<IpNet>().unwrap());
        // Without it the bottom bit is ignored, and 40 bits are no prefix.
        assert_eq!(labeled(&STACK, LabelForm::Single), Some(stack));
        // 56 bits: one label before 32 bits, whatever they look like.
        let short = [56, 0x00, 0x06, 0x40, 0x00, 0x0c, 0x81, 10];
        let single = labeled(&short, LabelForm::Single).unwrap();
        assert_eq!(single.prefix, "0.12.129.10/32".parse::<IpNet>().unwrap());
        let stack = labeled(&short, LabelForm::Stack).unwrap();
        assert_eq!(stack.prefix, "10.0.0.0/8".parse::<IpNet>().unwrap());
    }

    #[test]
    fn a_withdrawal_has_one_field_of_any_value() {
        let route = labeled(&[40, 0x12, 0x34, 0x56, 10, 1], LabelForm::Withdrawn).unwrap();
        assert!(route.labels.labels().is_empty());
        assert_eq!(route.prefix, "10.1.0.0/16".parse::<IpNet>().unwrap());
        let mut out = [0; 6];
        route
            .emit(&mut crate::writer::Writer::new(&mut out))
            .unwrap();
        assert_eq!(out, [40, 0x80, 0, 0, 10, 1], "RFC 8277 §2.4");
    }

    #[test]
    fn lengths_that_leave_no_prefix() {
        for (octets, form) in [
            (&[8, 10][..], LabelForm::Single),
            (&[57, 0, 1, 1, 10, 1, 1, 1, 1], LabelForm::Single),
            (&[40, 0, 1, 0, 10, 1], LabelForm::Stack),
            (&[40, 0, 1, 1, 10], LabelForm::Single),
            (&[40, 0, 1, 1, 10, 1, 1], LabelForm::Single),
        ] {
            assert_eq!(labeled(octets, form), None, "{octets:?}");
        }
    }

    /// RFC 4364 §4.3.4: label, distinguisher and prefix in one length.
    #[test]
    fn a_vpn_route() {
        let octets = [112, 0, 1, 1, 0, 0, 0xfd, 0xe8, 0, 0, 0, 1, 203, 0, 113];
        let route = VpnPrefix::decode(&octets, Afi::IPV4, LabelForm::Single).unwrap();
        let text = "65000:1:203.0.113.0/24 label 16";
        assert_eq!(Ok(route), text.parse());
        let mut out = [0; 15];
        route
            .emit(&mut crate::writer::Writer::new(&mut out))
            .unwrap();
        assert_eq!(out, octets);
    }

    #[test]
    fn a_vpn_route_of_ipv6_parses() {
        let route: VpnPrefix = "192.0.2.1:1:2001:db8::/32".parse().unwrap();
        assert_eq!(route.distinguisher, "192.0.2.1:1".parse().unwrap());
        assert_eq!(route.prefix, "2001:db8::/32".parse::<IpNet>().unwrap());
        assert!("65000:1".parse::<VpnPrefix>().is_err());
    }
}
