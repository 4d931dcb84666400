//! NLRI of plain prefixes: the families that IP forwarding uses (RFC 4271
//! §4.3, RFC 4760 §5, RFC 7911 §3).
//!
//! ```text
//! +----------------------------+-------------------+------------------------+
//! | Path identifier (4, where  | Length (1) in     | Prefix (as many octets |
//! | ADD-PATH is negotiated)    | bits              | as the length needs)   |
//! +----------------------------+-------------------+------------------------+
//! ```

use core::fmt;
use core::str::FromStr;

use ipnet::IpNet;

use crate::reader::Reader;
use crate::writer::Writer;
use crate::{Afi, DecodeErrorKind, EncodeError, Family, ParseError, Safi};

/// A prefix of a unicast or multicast family.
///
/// Bits behind the prefix length are irrelevant (RFC 4271 §4.3) and are zero
/// in what is decoded and encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Nlri {
    /// The family, one for which [`Family::is_prefix`] holds.
    pub family: Family,
    /// The prefix, of the family's IP version.
    pub prefix: IpNet,
    /// The path identifier, where ADD-PATH is in use (RFC 7911 §3).
    pub path_id: Option<u32>,
}

impl Nlri {
    /// A unicast prefix without path identifier.
    #[must_use]
    pub fn unicast(prefix: impl Into<IpNet>) -> Self {
        let prefix = prefix.into();
        let family = match prefix {
            IpNet::V4(_) => Family::IPV4_UNICAST,
            IpNet::V6(_) => Family::IPV6_UNICAST,
        };
        Self {
            family,
            prefix,
            path_id: None,
        }
    }

    /// Octets on the wire.
    #[must_use]
    pub fn encoded_len(&self, add_path: bool) -> usize {
        let prefix = 1 + usize::from(self.prefix.prefix_len()).div_ceil(8);
        if add_path { prefix + 4 } else { prefix }
    }

    /// Writes the NLRI; without a path identifier of its own it gets 0 where
    /// one is needed.
    pub(crate) fn write(&self, writer: &mut Writer<'_>, add_path: bool) -> Result<(), EncodeError> {
        if add_path {
            writer.u32(self.path_id.unwrap_or(0))?;
        }
        let length = self.prefix.prefix_len();
        writer.u8(length)?;
        let octets = usize::from(length).div_ceil(8);
        match self.prefix {
            IpNet::V4(net) => writer.put(net.network().octets().get(..octets).unwrap_or_default()),
            IpNet::V6(net) => writer.put(net.network().octets().get(..octets).unwrap_or_default()),
        }
    }

    /// Whether the prefix has the family's IP version and the family is one of
    /// prefixes.
    pub(crate) fn fits(&self, family: Family) -> bool {
        let afi = match self.prefix {
            IpNet::V4(_) => Afi::IPV4,
            IpNet::V6(_) => Afi::IPV6,
        };
        self.family == family && family.afi == afi && family.is_prefix()
    }
}

impl fmt::Display for Nlri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path_id {
            Some(id) => write!(f, "{} id={id}", self.prefix),
            None => fmt::Display::fmt(&self.prefix, f),
        }
    }
}

/// Reads "203.0.113.0/24" and "203.0.113.0/24 id=7" as unicast routes.
impl FromStr for Nlri {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (prefix, path_id) = match text.split_once(" id=") {
            Some((prefix, id)) => {
                let id = id
                    .parse()
                    .map_err(|_| ParseError::Invalid("path identifier"))?;
                (prefix, Some(id))
            }
            None => (text, None),
        };
        let prefix: IpNet = prefix.parse().map_err(|_| ParseError::Invalid("prefix"))?;
        Ok(Self {
            path_id,
            ..Self::unicast(prefix.trunc())
        })
    }
}

/// A field of prefixes of one family, walked as it is read. It ends at the
/// first octet that is no NLRI, which a scanned UPDATE does not have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefixes<'a> {
    reader: Reader<'a>,
    family: Family,
    add_path: bool,
    announced: bool,
}

impl<'a> Prefixes<'a> {
    pub(crate) const fn new(octets: &'a [u8], family: Family, add_path: bool) -> Self {
        Self {
            reader: Reader::new(octets),
            family,
            add_path,
            announced: false,
        }
    }

    /// The same, without the prefixes that [`check`] finds semantically wrong.
    pub(crate) const fn announced(mut self) -> Self {
        self.announced = true;
        self
    }

    pub(crate) const fn family(&self) -> Family {
        self.family
    }

    /// The field of no prefix.
    pub(crate) const fn none() -> Self {
        Self::new(&[], Family::IPV4_UNICAST, false)
    }

    #[inline]
    fn read(&mut self) -> Option<Nlri> {
        let path_id = if self.add_path {
            Some(self.reader.u32()?)
        } else {
            None
        };
        let length = self.reader.u8()?;
        Some(Nlri {
            family: self.family,
            prefix: self.reader.prefix(self.family.afi, length)?,
            path_id,
        })
    }

    /// The next prefix that counts, of a field that has some.
    #[inline]
    fn advance(&mut self) -> Option<Nlri> {
        loop {
            let Some(nlri) = self.read() else {
                *self = Self::none();
                return None;
            };
            if !(self.announced && is_unroutable(nlri.family, &nlri.prefix)) {
                return Some(nlri);
            }
        }
    }

    /// Hands each prefix to `visit`. What holds of the whole field is asked once,
    /// not once for each.
    #[inline]
    fn walk<B>(
        self,
        mut sum: B,
        mut visit: impl FnMut(B, Nlri) -> B,
        read: impl Fn(&mut Reader<'_>) -> Option<IpNet>,
    ) -> B {
        let (family, announced) = (self.family, self.announced);
        let mut reader = self.reader;
        while !reader.is_empty() {
            let Some(prefix) = read(&mut reader) else {
                break;
            };
            if !(announced && is_unroutable(family, &prefix)) {
                sum = visit(
                    sum,
                    Nlri {
                        family,
                        prefix,
                        path_id: None,
                    },
                );
            }
        }
        sum
    }
}

impl Iterator for Prefixes<'_> {
    type Item = Nlri;

    #[inline]
    fn next(&mut self) -> Option<Nlri> {
        // Most fields of an UPDATE are empty, and each is asked.
        if self.reader.is_empty() {
            return None;
        }
        self.advance()
    }

    #[inline]
    fn fold<B, F: FnMut(B, Nlri) -> B>(self, mut sum: B, mut visit: F) -> B {
        match (self.family.afi, self.add_path) {
            _ if self.reader.is_empty() => sum,
            (Afi::IPV4, false) => self.walk(sum, visit, |reader| {
                let bits = reader.u8()?;
                reader.prefix_v4(bits)
            }),
            (Afi::IPV6, false) => self.walk(sum, visit, |reader| {
                let bits = reader.u8()?;
                reader.prefix_v6(bits)
            }),
            _ => {
                for nlri in self {
                    sum = visit(sum, nlri);
                }
                sum
            }
        }
    }
}

/// Whether an announced prefix of the family cannot be routed: a group where
/// hosts should be (RFC 4271 §6.3).
#[inline]
pub(crate) fn is_unroutable(family: Family, prefix: &IpNet) -> bool {
    family.safi == Safi::UNICAST && is_group(prefix)
}

/// Whether every address of the prefix is a multicast group, which is no
/// unicast destination (RFC 4271 §6.3). Its host bits are zero already.
#[inline]
fn is_group(prefix: &IpNet) -> bool {
    match prefix {
        IpNet::V4(net) => net.prefix_len() >= 4 && net.addr().octets()[0] >> 4 == 0xe,
        IpNet::V6(net) => net.prefix_len() >= 8 && net.addr().octets()[0] == 0xff,
    }
}

/// Walks a field of prefixes without decoding them. `Err`: where it cannot be
/// parsed (RFC 7606 §5.3). `found` is told each semantic fault with its place;
/// only what is announced has any (RFC 4271 §6.3).
pub(crate) fn check(
    field: &[u8],
    family: Family,
    add_path: bool,
    announced: bool,
    mut found: impl FnMut(DecodeErrorKind, usize, usize),
) -> Result<(), usize> {
    // Groups are found by the first octet: of IPv4 from 224 to 239, of IPv6 255.
    let (bits, group_bits, first_group, last_group) = match family.afi {
        Afi::IPV4 => (32, 4, 0xe0, 0xef),
        Afi::IPV6 => (128, 8, 0xff, 0xff),
        _ => return Ok(()),
    };
    let judged = announced && family.safi == Safi::UNICAST;
    let before = if add_path { 4 } else { 0 };
    let mut rest = field;
    while !rest.is_empty() {
        let at = field.len().saturating_sub(rest.len());
        let (length, tail) = rest
            .get(before..)
            .and_then(<[u8]>::split_first)
            .filter(|(length, _)| **length <= bits)
            .ok_or(at)?;
        let (octets, tail) = tail
            .split_at_checked(usize::from(*length).div_ceil(8))
            .ok_or(at)?;
        rest = tail;
        let first = octets.first().copied().unwrap_or_default();
        if judged && first >= first_group && first <= last_group && *length >= group_bits {
            let length = field.len().saturating_sub(at).saturating_sub(rest.len());
            found(DecodeErrorKind::Prefix, at, length);
        }
    }
    Ok(())
}
