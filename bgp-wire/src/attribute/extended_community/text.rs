//! Extended communities as text: the forms that operators write, and octets in
//! hexadecimal for all others. What prints under a name parses to the same
//! octets.

use core::fmt;
use core::net::Ipv6Addr;
use core::str::FromStr;

use super::{ExtendedCommunity, Ipv6ExtendedCommunity};
use crate::{MacAddr, ParseError, RouteDistinguisher};

/// What a type says, and how its value reads. One table for both directions.
const FORMS: [([u8; 2], &str, Form); 22] = [
    // RFC 4360 §4, §5; RFC 5668 §2, §3.
    ([0x00, 0x02], "rt", Form::Administrator),
    ([0x01, 0x02], "rt", Form::Administrator),
    ([0x02, 0x02], "rt", Form::Administrator),
    ([0x00, 0x03], "soo", Form::Administrator),
    ([0x01, 0x03], "soo", Form::Administrator),
    ([0x02, 0x03], "soo", Form::Administrator),
    // draft-ietf-idr-link-bandwidth.
    ([0x40, 0x04], "link-bandwidth", Form::Rate),
    ([0x00, 0x04], "link-bandwidth-transitive", Form::Rate),
    // RFC 9012 §4.1, §4.3; RFC 7432 §7.8.
    ([0x03, 0x0b], "color", Form::Color),
    ([0x03, 0x0c], "encapsulation", Form::Last16),
    ([0x03, 0x0d], "default-gateway", Form::Nothing),
    // RFC 8097 §2.
    ([0x43, 0x00], "validation-state", Form::Validation),
    // RFC 7432 §7.5–7.7, RFC 9135 §8.1.
    ([0x06, 0x00], "mac-mobility", Form::Mobility),
    ([0x06, 0x01], "esi-label", Form::EsiLabel),
    ([0x06, 0x02], "es-import-rt", Form::Mac),
    ([0x06, 0x03], "router-mac", Form::Mac),
    // RFC 8955 §7.
    ([0x80, 0x06], "rate-bytes", Form::Rate),
    ([0x80, 0x0c], "rate-packets", Form::Rate),
    ([0x80, 0x08], "redirect", Form::Administrator),
    ([0x81, 0x08], "redirect", Form::Administrator),
    ([0x82, 0x08], "redirect", Form::Administrator),
    ([0x80, 0x09], "mark", Form::Mark),
];

/// How the six octets of a value read.
#[derive(Clone, Copy)]
enum Form {
    /// As a route distinguisher of the same kind.
    Administrator,
    /// An AS number of two octets and a number of IEEE 754.
    Rate,
    /// Two bits of flags and a colour.
    Color,
    /// A number in the last two octets.
    Last16,
    Nothing,
    Validation,
    /// The sticky flag and a sequence number.
    Mobility,
    /// The single-active flag and a label.
    EsiLabel,
    Mac,
    /// A DSCP value.
    Mark,
}

/// States of origin validation (RFC 8097 §2).
const STATES: [&str; 3] = ["valid", "not-found", "invalid"];

impl fmt::Display for ExtendedCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [high, low, value @ ..] = self.0;
        let form = FORMS.iter().find(|(kind, ..)| *kind == [high, low]);
        match form {
            Some((_, name, form)) if form.has(value) => {
                f.write_str(name)?;
                form.show(high, value, f)
            }
            _ => write!(f, "0x{:016x}", u64::from_be_bytes(self.0)),
        }
    }
}

impl Form {
    /// Whether the value has nothing that the text would lose.
    fn has(self, value: [u8; 6]) -> bool {
        match (self, value) {
            (Self::Administrator | Self::Mac, _) => true,
            (Self::Rate, [_, _, rate @ ..]) => f32::from_be_bytes(rate).is_finite(),
            (Self::Color, [flags, 0, ..]) => flags & 0x3f == 0,
            (Self::Last16, [0, 0, 0, 0, ..]) => true,
            (Self::Nothing, value) => value == [0; 6],
            (Self::Validation, [0, 0, 0, 0, 0, state]) => state < 3,
            (Self::Mobility, [flags, 0, ..]) => flags < 2,
            (Self::EsiLabel, [flags, 0, 0, ..]) => flags < 2,
            (Self::Mark, [0, 0, 0, 0, 0, dscp]) => dscp < 64,
            (
                Self::Color
                | Self::Last16
                | Self::Validation
                | Self::Mobility
                | Self::EsiLabel
                | Self::Mark,
                _,
            ) => false,
        }
    }

    fn show(self, high: u8, value: [u8; 6], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, y, z] = value;
        let number = u32::from_be_bytes([c, d, y, z]);
        match self {
            Self::Administrator => {
                let kind = high & 0x3f;
                write!(f, ":{}", RouteDistinguisher([0, kind, a, b, c, d, y, z]))
            }
            Self::Rate => {
                let rate = f32::from_be_bytes([c, d, y, z]);
                write!(f, ":{}:{rate}", u16::from_be_bytes([a, b]))
            }
            Self::Color => write!(f, ":{}:{number}", a >> 6),
            Self::Last16 => write!(f, ":{}", u16::from_be_bytes([y, z])),
            Self::Nothing => Ok(()),
            Self::Validation => {
                let state = STATES.get(usize::from(z)).copied().unwrap_or_default();
                write!(f, ":{state}")
            }
            Self::Mobility if a == 1 => write!(f, ":sticky:{number}"),
            Self::Mobility => write!(f, ":{number}"),
            Self::EsiLabel => {
                let mode = if a == 1 { ":single-active" } else { "" };
                write!(f, "{mode}:{}", u32::from_be_bytes([0, d, y, z]))
            }
            Self::Mac => write!(f, ":{}", MacAddr(value)),
            Self::Mark => write!(f, ":{z}"),
        }
    }

    /// The octets of a type that the text behind its name stands for.
    fn parse(self, [high, low]: [u8; 2], text: Option<&str>) -> Option<[u8; 8]> {
        let whole = |[a, b, c, d, y, z]: [u8; 6]| [high, low, a, b, c, d, y, z];
        let numbered = |a, number: u32| {
            let [c, d, y, z] = number.to_be_bytes();
            whole([a, 0, c, d, y, z])
        };
        if let Self::Nothing = self {
            return text.is_none().then(|| whole([0; 6]));
        }
        let text = text?;
        Some(match self {
            Self::Administrator => {
                let [0, kind, value @ ..] = text.parse::<RouteDistinguisher>().ok()?.octets()
                else {
                    return None;
                };
                return (kind == high & 0x3f).then(|| whole(value));
            }
            Self::Rate => {
                let (asn, rate) = text.split_once(':')?;
                let [a, b] = asn.parse::<u16>().ok()?.to_be_bytes();
                let rate: f32 = rate.parse().ok().filter(|it: &f32| it.is_finite())?;
                let [c, d, y, z] = rate.to_be_bytes();
                whole([a, b, c, d, y, z])
            }
            Self::Color => {
                let (flags, color) = text.split_once(':')?;
                let flags: u8 = flags.parse().ok().filter(|it| *it < 4)?;
                numbered(flags << 6, color.parse().ok()?)
            }
            Self::Last16 => numbered(0, text.parse::<u16>().ok()?.into()),
            Self::Nothing => return None,
            Self::Validation => {
                let state = STATES.iter().position(|state| *state == text)?;
                numbered(0, u32::try_from(state).ok()?)
            }
            Self::Mobility => match text.strip_prefix("sticky:") {
                Some(number) => numbered(1, number.parse().ok()?),
                None => numbered(0, text.parse().ok()?),
            },
            Self::EsiLabel => {
                let (flags, number) = match text.strip_prefix("single-active:") {
                    Some(number) => (1, number),
                    None => (0, text),
                };
                let number: u32 = number.parse().ok()?;
                numbered(flags, (number < 1 << 24).then_some(number)?)
            }
            Self::Mac => whole(text.parse::<MacAddr>().ok()?.0),
            Self::Mark => numbered(0, text.parse::<u8>().ok().filter(|it| *it < 64)?.into()),
        })
    }
}

/// Reads what a community prints as: "rt:65000:7", "soo:192.0.2.1:9",
/// "rt:65000L:7" (the 4-octet form of a small AS number), "color:0:100",
/// "mac-mobility:sticky:4", "0x0002fde800000007" and the like.
impl FromStr for ExtendedCommunity {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse(text).ok_or(ParseError::Invalid("extended community"))
    }
}

fn parse(text: &str) -> Option<ExtendedCommunity> {
    if let Some(digits) = text.strip_prefix("0x").filter(|it| it.len() == 16) {
        let octets = u64::from_str_radix(digits, 16).ok()?;
        return Some(ExtendedCommunity(octets.to_be_bytes()));
    }
    let (name, value) = match text.split_once(':') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let mut forms = FORMS.iter().filter(|(_, other, _)| *other == name);
    let octets = forms.find_map(|(kind, _, form)| form.parse(*kind, value))?;
    Some(ExtendedCommunity(octets))
}

/// The types that an IPv6 address administers (RFC 5701 §3).
const IPV6_NAMES: [([u8; 2], &str); 2] = [([0x00, 0x02], "rt"), ([0x00, 0x03], "soo")];

impl fmt::Display for Ipv6ExtendedCommunity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [high, low, .., y, z] = self.0;
        match IPV6_NAMES.iter().find(|(kind, _)| *kind == [high, low]) {
            Some((_, name)) => f.write_str(name)?,
            None => write!(f, "0x{high:02x}{low:02x}")?,
        }
        let number = u16::from_be_bytes([y, z]);
        write!(f, ":[{}]:{number}", self.address())
    }
}

/// Reads `rt:[2001:db8::1]:7`, and `0x000b:[2001:db8::1]:7` for a type without
/// a name.
impl FromStr for Ipv6ExtendedCommunity {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse_ipv6(text).ok_or(ParseError::Invalid("IPv6 extended community"))
    }
}

fn parse_ipv6(text: &str) -> Option<Ipv6ExtendedCommunity> {
    let (name, rest) = text.split_once(":[")?;
    let (address, number) = rest.split_once("]:")?;
    let kind = match name.strip_prefix("0x") {
        Some(digits) if digits.len() == 4 => u16::from_str_radix(digits, 16).ok()?.to_be_bytes(),
        Some(_) => return None,
        None => IPV6_NAMES.iter().find(|(_, other)| *other == name)?.0,
    };
    let address = address.parse::<Ipv6Addr>().ok()?.octets();
    let number = number.parse::<u16>().ok()?.to_be_bytes();
    let mut octets = [0; 20];
    let parts = kind.into_iter().chain(address).chain(number);
    for (slot, octet) in octets.iter_mut().zip(parts) {
        *slot = octet;
    }
    Some(Ipv6ExtendedCommunity(octets))
}
