//! VPLS routes: label blocks (RFC 4761 §3.2.2) and the auto-discovery that
//! shares their family (RFC 6074 §3.2.2.1).
//!
//! ```text
//! Block      | Length (2): 17 | RD (8) | VE ID (2) | VE block offset (2) |
//!            | VE block size (2) | Label base (3) |
//! Discovery  | Length (2): 12 | RD (8) | PE address (4) |
//! ```

use core::fmt;
use core::net::Ipv4Addr;
use core::str::FromStr;

use crate::EncodeError;
use crate::nlri::field::{Fields, Hex};
use crate::nlri::{Label, Malformed, ParseError, RouteDistinguisher};
use crate::reader::Reader;
use crate::writer::Out;

/// A VPLS route.
///
/// ```
/// use bgp_wire::VplsRoute;
/// let text = "[type:block][rd:192.0.2.1:7][ve-id:5][offset:1][size:8][label-base:262144]";
/// let route: VplsRoute<'_> = text.parse()?;
/// assert_eq!(route.to_string(), text);
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VplsRoute<'a> {
    /// A block of labels, one for each remote edge (RFC 4761 §3.2.2).
    Block {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The edge that the labels lead to.
        ve_id: u16,
        /// The first remote edge of the block.
        block_offset: u16,
        /// How many remote edges the block serves; no part of the key.
        block_size: u16,
        /// The label of the first one; no part of the key.
        label_base: Label,
    },
    /// A member that signals its labels by LDP (RFC 6074 §3.2.2.1).
    Discovery {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The member's address.
        pe: Ipv4Addr,
    },
    /// A route of another length.
    Unknown(&'a [u8]),
}

impl<'a> VplsRoute<'a> {
    pub(crate) fn decode(octets: &'a [u8]) -> Result<Self, Malformed> {
        let value = octets.get(2..).ok_or(Malformed::Field)?;
        let mut reader = Reader::new(value);
        let route = match value.len() {
            17 => block(&mut reader),
            12 => discovery(&mut reader),
            _ => None,
        };
        Ok(route.unwrap_or(Self::Unknown(value)))
    }

    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        match *self {
            Self::Block {
                rd,
                ve_id,
                block_offset,
                block_size,
                label_base,
            } => {
                out.u16(17)?;
                out.put(&rd.octets())?;
                out.u16(ve_id)?;
                out.u16(block_offset)?;
                out.u16(block_size)?;
                out.put(&label_base.octets())
            }
            Self::Discovery { rd, pe } => {
                out.u16(12)?;
                out.put(&rd.octets())?;
                out.put(&pe.octets())
            }
            Self::Unknown(value) => {
                out.u16(u16::try_from(value.len()).map_err(|_| EncodeError::ValueTooLong)?)?;
                out.put(value)
            }
        }
    }
}

fn block<'a>(reader: &mut Reader<'_>) -> Option<VplsRoute<'a>> {
    Some(VplsRoute::Block {
        rd: reader.distinguisher()?,
        ve_id: reader.u16()?,
        block_offset: reader.u16()?,
        block_size: reader.u16()?,
        label_base: reader.label()?,
    })
}

fn discovery<'a>(reader: &mut Reader<'_>) -> Option<VplsRoute<'a>> {
    Some(VplsRoute::Discovery {
        rd: reader.distinguisher()?,
        pe: reader.array::<4>()?.into(),
    })
}

impl fmt::Display for VplsRoute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block {
                rd,
                ve_id,
                block_offset,
                block_size,
                label_base,
            } => {
                write!(
                    f,
                    "[type:block][rd:{rd}][ve-id:{ve_id}][offset:{block_offset}]"
                )?;
                write!(f, "[size:{block_size}][label-base:{label_base}]")
            }
            Self::Discovery { rd, pe } => write!(f, "[type:discovery][rd:{rd}][pe:{pe}]"),
            Self::Unknown(value) => write!(f, "[value:0x{}]", Hex(value)),
        }
    }
}

impl FromStr for VplsRoute<'static> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (kind, fields) = Fields::parse(text)?;
        match kind {
            "block" => {
                let fields = fields.only(&["rd", "ve-id", "offset", "size", "label-base"])?;
                Ok(Self::Block {
                    rd: fields.need("rd")?,
                    ve_id: fields.need("ve-id")?,
                    block_offset: fields.need("offset")?,
                    block_size: fields.need("size")?,
                    label_base: fields.need("label-base")?,
                })
            }
            "discovery" => {
                let fields = fields.only(&["rd", "pe"])?;
                Ok(Self::Discovery {
                    rd: fields.need("rd")?,
                    pe: fields.need("pe")?,
                })
            }
            _ => Err(ParseError::Type),
        }
    }
}

/// The octets that name a block: distinguisher, edge and offset.
pub(crate) fn key(octets: &[u8]) -> Option<[&[u8]; 2]> {
    match octets.len() {
        19 => Some([octets.get(2..14)?, &[]]),
        _ => None,
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[test]
    fn every_form_reads_writes_and_prints() {
        let block = [
            0, 17, 0, 1, 192, 0, 2, 1, 0, 7, 0, 5, 0, 1, 0, 8, 0x40, 0, 1,
        ];
        let discovery = [0, 12, 0, 0, 0xfd, 0xe8, 0, 0, 0, 1, 192, 0, 2, 1];
        for (octets, text) in [
            (
                &block[..],
                "[type:block][rd:192.0.2.1:7][ve-id:5][offset:1][size:8][label-base:262144]",
            ),
            (&discovery, "[type:discovery][rd:65000:1][pe:192.0.2.1]"),
        ] {
            let route = VplsRoute::decode(octets).unwrap();
            assert_eq!(route.to_string(), text);
            assert_eq!(text.parse(), Ok(route));
            let mut out = Vec::new();
            route.emit(&mut out).unwrap();
            assert_eq!(out, octets);
        }
        assert_eq!(VplsRoute::decode(&[0, 1, 9]), Ok(VplsRoute::Unknown(&[9])));
    }
}
