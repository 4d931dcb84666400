//! Fields that the routes of several families share: addresses behind a length
//! in bits, prefixes without their host octets, and the text of bracketed fields.

use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::nlri::{Esi, Label, ParseError, RouteDistinguisher};
use crate::reader::Reader;
use crate::writer::Out;
use crate::{Afi, EncodeError};

impl Reader<'_> {
    pub(crate) fn distinguisher(&mut self) -> Option<RouteDistinguisher> {
        self.array().map(RouteDistinguisher)
    }

    pub(crate) fn esi(&mut self) -> Option<Esi> {
        self.array().map(Esi)
    }

    pub(crate) fn label(&mut self) -> Option<Label> {
        self.array().map(Label)
    }

    /// An address of 4 or 16 octets.
    pub(crate) fn address(&mut self, octets: usize) -> Option<IpAddr> {
        match octets {
            4 => self.array::<4>().map(IpAddr::from),
            16 => self.array::<16>().map(IpAddr::from),
            _ => None,
        }
    }

    /// An address behind its length of 32 or 128 bits.
    pub(crate) fn sized_address(&mut self) -> Option<IpAddr> {
        match self.u8()? {
            32 => self.address(4),
            128 => self.address(16),
            _ => None,
        }
    }

    /// The same, where a length of 0 means that there is none.
    pub(crate) fn optional_address(&mut self) -> Option<Option<IpAddr>> {
        match self.u8()? {
            0 => Some(None),
            32 => self.address(4).map(Some),
            128 => self.address(16).map(Some),
            _ => None,
        }
    }

    /// A prefix of `bits` bits in as many octets as it needs, host bits cleared.
    #[inline]
    pub(crate) fn prefix(&mut self, afi: Afi, bits: u8) -> Option<IpNet> {
        match afi {
            Afi::IPV4 => self.prefix_v4(bits),
            Afi::IPV6 => self.prefix_v6(bits),
            _ => None,
        }
    }

    /// Where four octets are there, they are read at once and what is too many
    /// of them masked out: that needs no copy of a length known only now.
    #[inline]
    pub(crate) fn prefix_v4(&mut self, bits: u8) -> Option<IpNet> {
        let spare = 32_u32.checked_sub(bits.into())?;
        let ahead = self.rest().first_chunk().copied();
        let octets = self.take(usize::from(bits).div_ceil(8))?;
        let address = u32::from_be_bytes(ahead.or_else(|| padded(octets))?);
        let mask = u32::MAX.checked_shl(spare).unwrap_or(0);
        let net = Ipv4Net::new((address & mask).into(), bits).ok()?;
        Some(IpNet::V4(net))
    }

    /// The same with sixteen octets.
    #[inline]
    pub(crate) fn prefix_v6(&mut self, bits: u8) -> Option<IpNet> {
        let spare = 128_u32.checked_sub(bits.into())?;
        let ahead = self.rest().first_chunk().copied();
        let octets = self.take(usize::from(bits).div_ceil(8))?;
        let address = u128::from_be_bytes(ahead.or_else(|| padded(octets))?);
        let mask = u128::MAX.checked_shl(spare).unwrap_or(0);
        let net = Ipv6Net::new((address & mask).into(), bits).ok()?;
        Some(IpNet::V6(net))
    }
}

/// The prefix whose first octets these are, host bits cleared; octets behind
/// those that it needs are not looked at.
pub(crate) fn prefix(afi: Afi, octets: &[u8], bits: u8) -> Option<IpNet> {
    Reader::new(octets).prefix(afi, bits)
}

/// The octets followed by zeros.
pub(crate) fn padded<const N: usize>(octets: &[u8]) -> Option<[u8; N]> {
    let mut whole = [0; N];
    whole.get_mut(..octets.len())?.copy_from_slice(octets);
    Some(whole)
}

/// Writes the octets of an address.
pub(crate) fn put_address(out: &mut impl Out, address: IpAddr) -> Result<(), EncodeError> {
    match address {
        IpAddr::V4(address) => out.put(&address.octets()),
        IpAddr::V6(address) => out.put(&address.octets()),
    }
}

/// Writes an address behind its length in bits; 0 where there is none.
pub(crate) fn put_sized_address(
    out: &mut impl Out,
    address: Option<IpAddr>,
) -> Result<(), EncodeError> {
    let Some(address) = address else {
        return out.u8(0);
    };
    out.u8(if address.is_ipv4() { 32 } else { 128 })?;
    put_address(out, address)
}

/// Writes as many octets of a prefix as it needs, host bits cleared.
pub(crate) fn put_prefix(out: &mut impl Out, prefix: IpNet) -> Result<(), EncodeError> {
    let octets = usize::from(prefix.prefix_len()).div_ceil(8);
    match prefix {
        IpNet::V4(net) => out.put(net.network().octets().get(..octets).unwrap_or_default()),
        IpNet::V6(net) => out.put(net.network().octets().get(..octets).unwrap_or_default()),
    }
}

/// The IP version of an address.
pub(crate) const fn afi_of(address: &IpAddr) -> Afi {
    match address {
        IpAddr::V4(_) => Afi::IPV4,
        IpAddr::V6(_) => Afi::IPV6,
    }
}

/// The IP version of a prefix.
pub(crate) const fn afi_of_prefix(prefix: &IpNet) -> Afi {
    match prefix {
        IpNet::V4(_) => Afi::IPV4,
        IpNet::V6(_) => Afi::IPV6,
    }
}

/// Octets as hexadecimal digits.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// An address, or "*" for any.
pub(crate) struct OrAny(pub(crate) Option<IpAddr>);

impl fmt::Display for OrAny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => fmt::Display::fmt(&address, f),
            None => f.write_str("*"),
        }
    }
}

impl FromStr for OrAny {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text {
            "*" => Ok(Self(None)),
            _ => {
                let address = text.parse().map_err(|_| ParseError::Invalid("address"))?;
                Ok(Self(Some(address)))
            }
        }
    }
}

/// The 24 bits of a label field, as EVPN prints them.
pub(crate) struct Vni(pub(crate) Label);

impl fmt::Display for Vni {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.vni(), f)
    }
}

impl FromStr for Vni {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let vni: u32 = text.parse().map_err(|_| ParseError::Invalid("vni"))?;
        match vni < 1 << 24 {
            true => Ok(Self(Label::from_vni(vni))),
            false => Err(ParseError::Invalid("vni")),
        }
    }
}

/// A route written as fields in brackets: `[type:es][rd:65000:1]…`.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    inner: &'a str,
}

impl<'a> Fields<'a> {
    /// The fields of a text.
    pub(crate) fn untyped(text: &'a str) -> Result<Self, ParseError> {
        let inner = text
            .trim()
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
            .ok_or(ParseError::Form)?;
        Ok(Self { inner })
    }

    /// The fields of a text whose first is the type, and the type.
    pub(crate) fn parse(text: &'a str) -> Result<(&'a str, Self), ParseError> {
        let fields = Self::untyped(text)?;
        match fields.each().next() {
            Some(("type", kind)) => Ok((kind, fields)),
            Some(_) | None => Err(ParseError::Missing("type")),
        }
    }

    fn each(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.inner
            .split("][")
            .map(|field| field.split_once(':').unwrap_or((field, "")))
    }

    /// Whether every field, the type aside, is one of these.
    pub(crate) fn only(self, names: &[&str]) -> Result<Self, ParseError> {
        let known = |(name, _): (&str, &str)| name == "type" || names.contains(&name);
        match self.each().all(known) {
            true => Ok(self),
            false => Err(ParseError::Unexpected),
        }
    }

    /// A field that may be absent.
    pub(crate) fn optional<T: FromStr>(self, name: &'static str) -> Result<Option<T>, ParseError> {
        let text = self.each().find(|(it, _)| *it == name);
        text.map(|(_, value)| value.parse().map_err(|_| ParseError::Invalid(name)))
            .transpose()
    }

    /// A field that must be there.
    pub(crate) fn need<T: FromStr>(self, name: &'static str) -> Result<T, ParseError> {
        self.optional(name)?.ok_or(ParseError::Missing(name))
    }
}
