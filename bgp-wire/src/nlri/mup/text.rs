//! Mobile user plane routes as text: fields in brackets.

use core::fmt;
use core::str::FromStr;

use ipnet::IpNet;

use super::{MupRoute, mask};
use crate::nlri::ParseError;
use crate::nlri::field::{Fields, Hex};

impl fmt::Display for MupRoute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InterworkSegment { rd, prefix } => {
                write!(f, "[type:isd][rd:{rd}][prefix:{prefix}]")
            }
            Self::DirectSegment { rd, address } => {
                write!(f, "[type:dsd][rd:{rd}][address:{address}]")
            }
            Self::Session1 {
                rd,
                prefix,
                teid,
                qfi,
                endpoint,
                source,
                tlvs,
            } => {
                write!(
                    f,
                    "[type:t1st][rd:{rd}][prefix:{prefix}][teid:{teid}][qfi:{qfi}]"
                )?;
                write!(f, "[endpoint:{endpoint}]")?;
                source.map_or(Ok(()), |source| write!(f, "[source:{source}]"))?;
                show_tlvs(tlvs, f)
            }
            Self::Session2 {
                rd,
                endpoint,
                teid,
                teid_bits,
                tlvs,
            } => {
                write!(f, "[type:t2st][rd:{rd}][endpoint:{endpoint}]")?;
                write!(f, "[teid:0x{teid:08x}/{teid_bits}]")?;
                show_tlvs(tlvs, f)
            }
            Self::Unknown {
                architecture,
                route_type,
                value,
            } => write!(
                f,
                "[type:{architecture}/{route_type}][value:0x{}]",
                Hex(value)
            ),
        }
    }
}

fn show_tlvs(tlvs: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match tlvs {
        [] => Ok(()),
        tlvs => write!(f, "[tlvs:0x{}]", Hex(tlvs)),
    }
}

/// A route without TLVs.
impl FromStr for MupRoute<'static> {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (kind, fields) = Fields::parse(text)?;
        let fields = fields.only(match kind {
            "isd" => &["rd", "prefix"],
            "dsd" => &["rd", "address"],
            "t1st" => &["rd", "prefix", "teid", "qfi", "endpoint", "source"],
            "t2st" => &["rd", "endpoint", "teid"],
            _ => return Err(ParseError::Type),
        })?;
        let rd = fields.need("rd")?;
        Ok(match kind {
            "isd" => Self::InterworkSegment {
                rd,
                prefix: fields.need::<IpNet>("prefix")?.trunc(),
            },
            "dsd" => Self::DirectSegment {
                rd,
                address: fields.need("address")?,
            },
            "t1st" => Self::Session1 {
                rd,
                prefix: fields.need::<IpNet>("prefix")?.trunc(),
                teid: fields.need("teid")?,
                qfi: fields.need("qfi")?,
                endpoint: fields.need("endpoint")?,
                source: fields.optional("source")?,
                tlvs: &[],
            },
            _ => {
                let Teid(teid, teid_bits) = fields.need("teid")?;
                Self::Session2 {
                    rd,
                    endpoint: fields.need("endpoint")?,
                    teid,
                    teid_bits,
                    tlvs: &[],
                }
            }
        })
    }
}

/// A TEID and how many bits of it count.
struct Teid(u32, u8);

impl FromStr for Teid {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let parse = || {
            let (digits, bits) = text.strip_prefix("0x")?.split_once('/')?;
            let bits: u8 = bits.parse().ok().filter(|bits| *bits <= 32)?;
            let teid = u32::from_str_radix(digits, 16).ok()?;
            Some(Self(teid & mask(bits), bits))
        };
        parse().ok_or(ParseError::Invalid("teid"))
    }
}
