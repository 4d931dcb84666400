//! Mobile user plane routes (draft-ietf-bess-mup-safi-01 §3.1).
//!
//! ```text
//! +-----------------------+----------------+------------+---------------------+
//! | Architecture type (1) | Route type (2) | Length (1) | Route distinguisher |
//! |                       |                | in octets  | (8), then by type   |
//! +-----------------------+----------------+------------+---------------------+
//! ```
//!
//! | type | what follows, for architecture 1 (3GPP 5G) |
//! |---|---|
//! | 1 | bits (1), prefix |
//! | 2 | address (4, 16) |
//! | 3 | bits (1), prefix, TEID (4), QFI (1), bits (1), endpoint, bits (1), source, TLVs |
//! | 4 | bits (1) of what follows: endpoint (4, 16), TEID (0 to 4); TLVs |
//!
//! A TLV has an octet of type and one of length (§3.1.5). Early drafts had no
//! source. A route that is malformed within its length withdraws the UPDATE's
//! routes, and is skipped.

mod text;

use core::net::IpAddr;

use ipnet::IpNet;

use crate::nlri::field::{
    afi_of, afi_of_prefix, padded, put_address, put_prefix, put_sized_address,
};
use crate::nlri::{Malformed, RouteDistinguisher};
use crate::reader::Reader;
use crate::writer::{Count, Out};
use crate::{Afi, EncodeError};

/// The architecture type of 3GPP 5G, the only one that is defined.
const FIVE_G: u8 = 1;

/// A mobile user plane route.
///
/// ```
/// use bgp_wire::MupRoute;
/// let text = "[type:t2st][rd:65000:1][endpoint:192.0.2.1][teid:0x00003039/32]";
/// let route: MupRoute<'_> = text.parse()?;
/// assert_eq!(route.to_string(), text);
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MupRoute<'a> {
    /// Type 1, interwork segment discovery (§3.1.1).
    InterworkSegment {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The prefix of the radio side.
        prefix: IpNet,
    },
    /// Type 2, direct segment discovery (§3.1.2).
    DirectSegment {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The address of the originating provider edge.
        address: IpAddr,
    },
    /// Type 3, type 1 session transformed (§3.1.3).
    Session1 {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The prefix of the user equipment.
        prefix: IpNet,
        /// Tunnel endpoint identifier; no part of the key, as all that follows.
        teid: u32,
        /// QoS flow identifier.
        qfi: u8,
        /// Tunnel endpoint.
        endpoint: IpAddr,
        /// Tunnel source.
        source: Option<IpAddr>,
        /// TLVs, which travel unchanged (§3.1.5).
        tlvs: &'a [u8],
    },
    /// Type 4, type 2 session transformed (§3.1.4).
    Session2 {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// Tunnel endpoint.
        endpoint: IpAddr,
        /// Tunnel endpoint identifier, the bits behind `teid_bits` zero.
        teid: u32,
        /// How many bits of it count, up to 32.
        teid_bits: u8,
        /// TLVs, which travel unchanged and are no part of the key (§3.1.5).
        tlvs: &'a [u8],
    },
    /// A route of an unknown architecture or type.
    Unknown {
        /// Architecture type.
        architecture: u8,
        /// Route type.
        route_type: u16,
        /// What follows the length.
        value: &'a [u8],
    },
}

impl<'a> MupRoute<'a> {
    pub(crate) fn decode(octets: &'a [u8], afi: Afi) -> Result<Self, Malformed> {
        let mut reader = Reader::new(octets);
        let [architecture, high, low, _] = reader.array().ok_or(Malformed::Field)?;
        let route_type = u16::from_be_bytes([high, low]);
        let route = match (architecture, route_type) {
            (FIVE_G, 1) => interwork_segment(&mut reader, afi),
            (FIVE_G, 2) => direct_segment(&mut reader, afi),
            (FIVE_G, 3) => session_1(&mut reader, afi),
            (FIVE_G, 4) => session_2(&mut reader, afi),
            _ => {
                return Ok(Self::Unknown {
                    architecture,
                    route_type,
                    value: reader.rest(),
                });
            }
        };
        route
            .filter(|_| reader.is_empty())
            .ok_or(Malformed::Withdraw)
    }

    /// Architecture and route type.
    #[must_use]
    pub const fn route_type(&self) -> (u8, u16) {
        match self {
            Self::InterworkSegment { .. } => (FIVE_G, 1),
            Self::DirectSegment { .. } => (FIVE_G, 2),
            Self::Session1 { .. } => (FIVE_G, 3),
            Self::Session2 { .. } => (FIVE_G, 4),
            Self::Unknown {
                architecture,
                route_type,
                ..
            } => (*architecture, *route_type),
        }
    }

    /// The IP version that the family must have, where the route tells.
    pub(crate) const fn afi(&self) -> Option<Afi> {
        match self {
            Self::InterworkSegment { prefix, .. } | Self::Session1 { prefix, .. } => {
                Some(afi_of_prefix(prefix))
            }
            Self::DirectSegment { address, .. } => Some(afi_of(address)),
            Self::Session2 { endpoint, .. } => Some(afi_of(endpoint)),
            Self::Unknown { .. } => None,
        }
    }

    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let length = Count::of(|count| self.emit_value(count));
        let (architecture, route_type) = self.route_type();
        out.u8(architecture)?;
        out.u16(route_type)?;
        out.u8(u8::try_from(length).map_err(|_| EncodeError::ValueTooLong)?)?;
        self.emit_value(out)
    }

    fn emit_value(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        match *self {
            Self::InterworkSegment { rd, prefix } => {
                out.put(&rd.octets())?;
                out.u8(prefix.prefix_len())?;
                put_prefix(out, prefix)
            }
            Self::DirectSegment { rd, address } => {
                out.put(&rd.octets())?;
                put_address(out, address)
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
                out.put(&rd.octets())?;
                out.u8(prefix.prefix_len())?;
                put_prefix(out, prefix)?;
                out.u32(teid)?;
                out.u8(qfi)?;
                put_sized_address(out, Some(endpoint))?;
                put_sized_address(out, source)?;
                out.put(tlvs)
            }
            Self::Session2 {
                rd,
                endpoint,
                teid,
                teid_bits,
                tlvs,
            } => {
                out.put(&rd.octets())?;
                let bits = teid_bits.min(32);
                out.u8(bits.saturating_add(if endpoint.is_ipv4() { 32 } else { 128 }))?;
                put_address(out, endpoint)?;
                let teid = (teid & mask(bits)).to_be_bytes();
                let octets = usize::from(bits).div_ceil(8);
                out.put(teid.get(..octets).unwrap_or_default())?;
                out.put(tlvs)
            }
            Self::Unknown { value, .. } => out.put(value),
        }
    }
}

/// The upper `bits` bits.
fn mask(bits: u8) -> u32 {
    u32::MAX
        .checked_shl(32_u32.saturating_sub(bits.into()))
        .unwrap_or(0)
}

fn interwork_segment<'a>(reader: &mut Reader<'_>, afi: Afi) -> Option<MupRoute<'a>> {
    let rd = reader.distinguisher()?;
    let bits = reader.u8()?;
    let prefix = reader.prefix(afi, bits)?;
    Some(MupRoute::InterworkSegment { rd, prefix })
}

fn direct_segment<'a>(reader: &mut Reader<'_>, afi: Afi) -> Option<MupRoute<'a>> {
    let rd = reader.distinguisher()?;
    let address = reader.address(width(afi).into())?;
    Some(MupRoute::DirectSegment { rd, address })
}

/// Octets of an address of the family.
const fn width(afi: Afi) -> u8 {
    match afi {
        Afi::IPV4 => 4,
        _ => 16,
    }
}

fn session_1<'a>(reader: &mut Reader<'a>, afi: Afi) -> Option<MupRoute<'a>> {
    let rd = reader.distinguisher()?;
    let bits = reader.u8()?;
    Some(MupRoute::Session1 {
        rd,
        prefix: reader.prefix(afi, bits)?,
        teid: reader.u32().filter(|teid| *teid != 0)?,
        qfi: reader.u8()?,
        endpoint: reader.sized_address()?,
        source: match reader.is_empty() {
            true => None,
            false => reader.optional_address()?,
        },
        tlvs: tlvs(reader)?,
    })
}

fn session_2<'a>(reader: &mut Reader<'a>, afi: Afi) -> Option<MupRoute<'a>> {
    let rd = reader.distinguisher()?;
    let width = width(afi);
    let teid_bits = reader.u8()?.checked_sub(width.saturating_mul(8))?;
    let endpoint = reader.address(width.into())?;
    let octets = reader.take(usize::from(teid_bits).div_ceil(8))?;
    let teid = u32::from_be_bytes(padded(octets)?) & mask(teid_bits);
    let valid = teid_bits < 32 || teid != 0;
    Some(MupRoute::Session2 {
        rd,
        endpoint,
        teid,
        teid_bits,
        tlvs: tlvs(reader)?,
    })
    .filter(|_| valid)
}

/// TLVs that fill the rest.
fn tlvs<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let whole = reader.take(reader.len())?;
    let mut rest = Reader::new(whole);
    while !rest.is_empty() {
        let [_, length] = rest.array()?;
        rest.take(length.into())?;
    }
    Some(whole)
}

/// The octets that name a session: distinguisher and prefix of type 1,
/// distinguisher, endpoint and TEID of type 2. `None` where all octets do.
pub(crate) fn key(octets: &[u8]) -> Option<[&[u8]; 2]> {
    let (head, value) = octets.split_at_checked(4)?;
    let [FIVE_G, 0, 3 | 4, length] = *head else {
        return None;
    };
    if usize::from(length) != value.len() {
        return None;
    }
    // Both begin with a distinguisher and an octet of how many bits follow.
    let bits = usize::from(*value.get(8)?);
    let end = bits.div_ceil(8).checked_add(9)?;
    Some([value.get(..end)?, &[]])
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    const RD: [u8; 8] = [0, 0, 0xfd, 0xe8, 0, 0, 0, 1];

    fn nlri(route_type: u8, value: &[&[u8]]) -> Vec<u8> {
        let value = [&RD[..], &value.concat()].concat();
        let length = value.len() as u8;
        [&[1, 0, route_type, length][..], &value].concat()
    }

    #[test]
    fn every_type_reads_writes_and_prints() {
        let session: &[&[u8]] = &[
            &[32, 203, 0, 113, 1],
            &[0, 0, 0x30, 0x39, 9],
            &[32, 192, 0, 2, 1],
            &[0],
        ];
        for (octets, text) in [
            (
                nlri(1, &[&[24, 203, 0, 113]]),
                "[type:isd][rd:65000:1][prefix:203.0.113.0/24]",
            ),
            (
                nlri(2, &[&[192, 0, 2, 1]]),
                "[type:dsd][rd:65000:1][address:192.0.2.1]",
            ),
            (
                nlri(3, session),
                "[type:t1st][rd:65000:1][prefix:203.0.113.1/32][teid:12345][qfi:9][endpoint:192.0.2.1]",
            ),
            (
                nlri(4, &[&[52, 192, 0, 2, 1, 0xab, 0xcd, 0xe0]]),
                "[type:t2st][rd:65000:1][endpoint:192.0.2.1][teid:0xabcde000/20]",
            ),
        ] {
            let route = MupRoute::decode(&octets, Afi::IPV4).unwrap();
            assert_eq!(route.to_string(), text);
            assert_eq!(text.parse(), Ok(route));
            let mut out = Vec::new();
            route.emit(&mut out).unwrap();
            assert_eq!(out, octets);
        }
    }

    #[test]
    fn earlier_drafts_had_no_source() {
        let octets = nlri(3, &[&[0, 0, 0, 0, 1, 9], &[32, 192, 0, 2, 1]]);
        assert!(MupRoute::decode(&octets, Afi::IPV4).is_ok());
        let cut = nlri(3, &[&[0, 0, 0, 0, 1, 9], &[32, 192, 0, 2]]);
        assert_eq!(MupRoute::decode(&cut, Afi::IPV4), Err(Malformed::Withdraw));
    }

    /// §3.1.3.1, §3.1.4.1, §3.1.5.
    #[test]
    fn tlvs_follow_and_are_no_part_of_the_key() {
        let session: &[&[u8]] = &[
            &[32, 203, 0, 113, 1],
            &[0, 0, 0x30, 0x39, 9],
            &[32, 192, 0, 2, 1],
            &[0],
        ];
        let tlv = [2, 4, 198, 51, 100, 1];
        for (kind, value, text) in [
            (
                3,
                session.concat(),
                "[type:t1st][rd:65000:1][prefix:203.0.113.1/32][teid:12345][qfi:9]\
                 [endpoint:192.0.2.1][tlvs:0x0204c6336401]",
            ),
            (
                4,
                [52, 192, 0, 2, 1, 0xab, 0xcd, 0xe0].to_vec(),
                "[type:t2st][rd:65000:1][endpoint:192.0.2.1][teid:0xabcde000/20]\
                 [tlvs:0x0204c6336401]",
            ),
        ] {
            let octets = nlri(kind, &[&value, &tlv]);
            let route = MupRoute::decode(&octets, Afi::IPV4).unwrap();
            assert_eq!(route.to_string(), text);
            let mut out = Vec::new();
            route.emit(&mut out).unwrap();
            assert_eq!(out, octets);
            let plain = nlri(kind, &[&value]);
            assert!(key(&octets).is_some());
            assert_eq!(key(&octets), key(&plain));
            for broken in [&[2][..], &[2, 4, 198], &[2, 0, 1]] {
                let octets = nlri(kind, &[&value, broken]);
                let result = MupRoute::decode(&octets, Afi::IPV4);
                assert_eq!(result, Err(Malformed::Withdraw));
            }
        }
    }

    #[test]
    fn what_the_draft_calls_malformed() {
        for octets in [
            nlri(1, &[&[33, 203, 0, 113, 1, 0]]),
            nlri(2, &[&[0; 16]]),
            nlri(
                3,
                &[&[32, 203, 0, 113, 1], &[0, 0, 0, 0, 9], &[32, 192, 0, 2, 1]],
            ),
            nlri(4, &[&[65, 192, 0, 2, 1, 1, 1, 1, 1, 1]]),
            nlri(4, &[&[64, 192, 0, 2, 1, 0, 0, 0, 0]]),
        ] {
            let result = MupRoute::decode(&octets, Afi::IPV4);
            assert_eq!(result, Err(Malformed::Withdraw), "{octets:?}");
        }
    }
}
