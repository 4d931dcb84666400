//! Fields that many parts of messages have.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};

use super::node::{Node, Walk, hex, number};
use crate::nlri::read_prefix;
use crate::reader::Reader;
use crate::{Afi, Esi, Family, Label, MacAddr, RouteDistinguisher, Safi};

/// An IPv4 or IPv6 address, by how many octets there are.
pub(super) fn address(octets: &[u8]) -> String {
    match (<[u8; 4]>::try_from(octets), <[u8; 16]>::try_from(octets)) {
        (Ok(four), _) => core::net::Ipv4Addr::from(four).to_string(),
        (_, Ok(sixteen)) => core::net::Ipv6Addr::from(sixteen).to_string(),
        _ => hex(octets),
    }
}

/// A peer's text, without what would do something on a terminal.
pub(super) fn utf8(octets: &[u8]) -> String {
    match core::str::from_utf8(octets) {
        Ok(text) => text.escape_debug().to_string(),
        Err(_) => format!("{} (not UTF-8)", hex(octets)),
    }
}

/// The octets as a number that is named.
pub(super) fn named(name: impl Fn(u64) -> Option<&'static str>) -> impl Fn(&[u8]) -> String {
    move |octets| {
        let value = number(octets);
        match name(value) {
            Some(name) => format!("{value} ({name})"),
            None => value.to_string(),
        }
    }
}

impl Walk<'_> {
    /// All that is left, if there is something.
    pub(super) fn all(&mut self, name: &'static str, text: impl FnOnce(&[u8]) -> String) {
        let _ = self.field(name, self.rest.octets.len(), text);
    }

    pub(super) fn rd(&mut self) -> Option<()> {
        self.field(
            "Route Distinguisher",
            8,
            |octets| match <[u8; 8]>::try_from(octets) {
                Ok(octets) => RouteDistinguisher(octets).to_string(),
                Err(_) => hex(octets),
            },
        )
    }

    pub(super) fn label(&mut self, name: &'static str) -> Option<()> {
        self.field(name, 3, |octets| match <[u8; 3]>::try_from(octets) {
            Ok(octets @ [.., last]) => {
                let label = Label(octets);
                let (value, class, vni) = (label.value(), last >> 1 & 7, label.vni());
                let bottom = if last & 1 == 1 {
                    ", bottom of stack"
                } else {
                    ""
                };
                format!("{value}, traffic class {class}{bottom}; as a VNI {vni}")
            }
            Err(_) => hex(octets),
        })
    }

    pub(super) fn esi(&mut self) -> Option<()> {
        self.field("Ethernet Segment Identifier", 10, |octets| {
            <[u8; 10]>::try_from(octets).map_or_else(|_| hex(octets), |it| Esi(it).to_string())
        })
    }

    pub(super) fn mac(&mut self) -> Option<()> {
        self.field("MAC Address", 6, |octets| {
            <[u8; 6]>::try_from(octets).map_or_else(|_| hex(octets), |it| MacAddr(it).to_string())
        })
    }

    /// An address behind its length in bits, which may be 0.
    pub(super) fn sized(&mut self, length: &'static str, name: &'static str) -> Option<()> {
        let bits = self.number(length, 1)?;
        self.field(name, usize::try_from(bits / 8).ok()?, address)
    }

    /// A prefix of an IP version behind its length in bits.
    pub(super) fn prefix(&mut self, afi: Afi) -> Option<()> {
        let bits = u8::try_from(self.number("Prefix Length", 1)?).ok()?;
        self.bits(afi, bits)
    }

    /// A prefix of so many bits.
    pub(super) fn bits(&mut self, afi: Afi, bits: u8) -> Option<()> {
        self.field("Prefix", usize::from(bits.div_ceil(8)), |octets| {
            read_prefix(afi, octets, bits).map_or_else(|| hex(octets), |it| it.to_string())
        })
    }

    /// AFI and SAFI.
    pub(super) fn family(&mut self) -> Option<Family> {
        let afi = u16::try_from(number(self.peek(2)?.octets)).ok()?;
        self.field("AFI", 2, |_| numbered(afi.into(), &Afi(afi).to_string()))?;
        let safi = u8::try_from(number(self.peek(1)?.octets)).ok()?;
        self.field("SAFI", 1, |_| {
            numbered(safi.into(), &Safi(safi).to_string())
        })?;
        Some(Family::new(Afi(afi), Safi(safi)))
    }

    /// TLVs up to the end, with types and lengths of so many octets. `value` walks over what
    /// stands in one of a type, and names it; a rest that is none is left.
    pub(super) fn tlvs(
        &mut self,
        form: TlvForm,
        mut value: impl FnMut(&mut Walk<'_>, u16) -> Cow<'static, str>,
    ) {
        while let Some((code, length)) = form.head(self.rest.octets) {
            let made = self.node(length, |part| {
                let mut walk = Walk::new(part);
                let _ = walk.number("Type", form.code);
                let _ = walk.number("Length", form.length(code));
                let name = value(&mut walk, code);
                walk.finish(name, String::new(), "not of the form of the type")
            });
            if made.is_none() {
                return;
            }
        }
    }
}

fn numbered(value: u64, name: &str) -> String {
    format!("{value} ({name})")
}

/// How TLVs of a place are framed.
#[derive(Clone, Copy)]
pub(super) struct TlvForm {
    code: usize,
    length: usize,
    /// From this type on the length has two octets (RFC 9012 §2).
    wide_from: u16,
    /// The length counts type and length too (RFC 7311 §3).
    counts_all: bool,
}

impl TlvForm {
    /// Types and lengths of two octets.
    pub(super) const WIDE: Self = Self::new(2, 2);
    /// Types of one octet, lengths of two.
    pub(super) const MIXED: Self = Self::new(1, 2);
    /// Types and lengths of one octet.
    pub(super) const NARROW: Self = Self::new(1, 1);
    /// Sub-TLVs of a tunnel.
    pub(super) const TUNNEL: Self = Self {
        wide_from: 128,
        ..Self::NARROW
    };
    /// TLVs of AIGP.
    pub(super) const AIGP: Self = Self {
        counts_all: true,
        ..Self::MIXED
    };

    const fn new(code: usize, length: usize) -> Self {
        Self {
            code,
            length,
            wide_from: u16::MAX,
            counts_all: false,
        }
    }

    const fn length(self, code: u16) -> usize {
        if code >= self.wide_from {
            2
        } else {
            self.length
        }
    }

    /// The type of the first TLV, and how many octets it has in all; `None` where it is cut
    /// off.
    fn head(self, octets: &[u8]) -> Option<(u16, usize)> {
        let mut reader = Reader::new(octets);
        let code = u16::try_from(number(reader.take(self.code)?)).ok()?;
        let length = usize::try_from(number(reader.take(self.length(code))?)).ok()?;
        let head = octets.len().saturating_sub(reader.len());
        let whole = match self.counts_all {
            true => length,
            false => length.saturating_add(head),
        };
        (whole >= head && whole <= octets.len()).then_some((code, whole))
    }
}

/// A node of what `fields` walks over; what is left of it is octets.
pub(super) fn group(
    walk: &mut Walk<'_>,
    name: impl Into<Cow<'static, str>>,
    length: usize,
    fields: impl FnOnce(&mut Walk<'_>),
) -> Option<()> {
    walk.node(length, |part| {
        let mut inner = Walk::new(part);
        fields(&mut inner);
        let node: Node = inner.finish(name, String::new(), "not of the form of the part");
        node
    })
}
