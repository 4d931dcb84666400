//! Reading EVPN routes, and which of their octets are the key.

use core::net::IpAddr;

use ipnet::IpNet;

use super::{EvpnRoute, MulticastFlags, MulticastFlow};
use crate::Afi;
use crate::nlri::field::prefix;
use crate::nlri::{MacAddr, Malformed};
use crate::reader::Reader;

impl<'a> EvpnRoute<'a> {
    /// Reads a whole NLRI.
    ///
    /// A route of a known type whose key cannot be read is malformed: for types
    /// 6 to 8 RFC 9251 §9.7 asks for a session reset. What follows the key of
    /// those is judged mildly, as drafts before it had other forms.
    pub(crate) fn decode(octets: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(octets);
        let [route_type, _] = reader.array().ok_or(Malformed::Field)?;
        let unknown = Self::Unknown {
            route_type,
            value: reader.rest(),
        };
        let reader = &mut reader;
        let route = match route_type {
            1 => ethernet_auto_discovery(reader),
            2 => mac_ip(reader),
            3 => inclusive_multicast(reader),
            4 => ethernet_segment(reader),
            5 => ip_prefix(reader),
            6..=8 => return multicast(reader, route_type, unknown),
            9 => per_region_pmsi(reader),
            10 => selective_pmsi(reader),
            11 => return Ok(leaf(reader.rest()).unwrap_or(unknown)),
            _ => return Ok(unknown),
        };
        route.filter(|_| reader.is_empty()).ok_or(Malformed::Field)
    }
}

fn ethernet_auto_discovery<'a>(reader: &mut Reader<'_>) -> Option<EvpnRoute<'a>> {
    Some(EvpnRoute::EthernetAutoDiscovery {
        rd: reader.distinguisher()?,
        esi: reader.esi()?,
        tag: reader.u32()?,
        label: reader.label()?,
    })
}

fn mac_ip<'a>(reader: &mut Reader<'_>) -> Option<EvpnRoute<'a>> {
    let (rd, esi, tag) = (reader.distinguisher()?, reader.esi()?, reader.u32()?);
    if reader.u8()? != 48 {
        return None;
    }
    let mac = reader.array().map(MacAddr)?;
    let ip = reader.optional_address()?;
    let label1 = reader.label()?;
    let label2 = match reader.is_empty() {
        true => None,
        false => Some(reader.label()?),
    };
    Some(EvpnRoute::MacIp {
        rd,
        esi,
        tag,
        mac,
        ip,
        label1,
        label2,
    })
}

fn inclusive_multicast<'a>(reader: &mut Reader<'_>) -> Option<EvpnRoute<'a>> {
    Some(EvpnRoute::InclusiveMulticast {
        rd: reader.distinguisher()?,
        tag: reader.u32()?,
        originator: reader.sized_address()?,
    })
}

fn ethernet_segment<'a>(reader: &mut Reader<'_>) -> Option<EvpnRoute<'a>> {
    Some(EvpnRoute::EthernetSegment {
        rd: reader.distinguisher()?,
        esi: reader.esi()?,
        originator: reader.sized_address()?,
    })
}

/// RFC 9136 §3.1: the length alone tells the IP version.
fn ip_prefix<'a>(reader: &mut Reader<'_>) -> Option<EvpnRoute<'a>> {
    let (afi, width) = match reader.len() {
        34 => (Afi::IPV4, 4),
        58 => (Afi::IPV6, 16),
        _ => return None,
    };
    let (rd, esi, tag) = (reader.distinguisher()?, reader.esi()?, reader.u32()?);
    let bits = reader.u8()?;
    let network: IpNet = prefix(afi, reader.take(width)?, bits)?;
    Some(EvpnRoute::IpPrefix {
        rd,
        esi,
        tag,
        prefix: network,
        gateway: reader.address(width)?,
        label: reader.label()?,
    })
}

fn flow(reader: &mut Reader<'_>) -> Option<MulticastFlow> {
    Some(MulticastFlow {
        source: reader.optional_address()?,
        group: reader.optional_address()?,
        originator: reader.sized_address()?,
    })
}

/// Types 6 to 8.
fn multicast<'a>(
    reader: &mut Reader<'_>,
    route_type: u8,
    unknown: EvpnRoute<'a>,
) -> Result<EvpnRoute<'a>, Malformed> {
    let key = (|| {
        let rd = reader.distinguisher()?;
        let esi = match route_type {
            6 => Default::default(),
            _ => reader.esi()?,
        };
        Some((rd, esi, reader.u32()?, flow(reader)?))
    })();
    let (rd, esi, tag, flow) = key.ok_or(Malformed::Session)?;
    Ok(match (route_type, reader.rest()) {
        (6, &[flags]) => EvpnRoute::SelectiveMulticast {
            rd,
            tag,
            flow,
            flags: MulticastFlags(flags),
        },
        (7, &[flags]) => EvpnRoute::ReportSynch {
            rd,
            esi,
            tag,
            flow,
            flags: MulticastFlags(flags),
        },
        (8, &[_, _, _, _, max_response_time, flags]) => EvpnRoute::LeaveSynch {
            rd,
            esi,
            tag,
            flow,
            max_response_time,
            flags: MulticastFlags(flags),
        },
        _ => unknown,
    })
}

fn per_region_pmsi<'a>(reader: &mut Reader<'_>) -> Option<EvpnRoute<'a>> {
    Some(EvpnRoute::PerRegionPmsi {
        rd: reader.distinguisher()?,
        tag: reader.u32()?,
        region: reader.array()?,
    })
}

fn selective_pmsi<'a>(reader: &mut Reader<'_>) -> Option<EvpnRoute<'a>> {
    Some(EvpnRoute::SelectivePmsi {
        rd: reader.distinguisher()?,
        tag: reader.u32()?,
        flow: flow(reader)?,
    })
}

/// The route key is an NLRI and says how long it is.
fn leaf(value: &[u8]) -> Option<EvpnRoute<'_>> {
    let length = value.get(1).map(|length| usize::from(*length))?;
    let (route_key, rest) = value.split_at_checked(length.saturating_add(2))?;
    let mut reader = Reader::new(rest);
    let originator: IpAddr = reader.sized_address()?;
    reader.is_empty().then_some(EvpnRoute::LeafAutoDiscovery {
        route_key,
        originator,
    })
}

/// The octets that name a route, in two pieces; the rest of the NLRI are
/// attributes of it (RFC 7432 §7, RFC 9136 §3.1, RFC 9251 §9). `None` where
/// all of them do.
pub(crate) fn key(octets: &[u8]) -> Option<[&[u8]; 2]> {
    let (head, value) = octets.split_at_checked(2)?;
    Some(match head.first()? {
        // All but the label.
        1 => [value.get(..22)?, &[]],
        // Distinguisher, and all between ESI and labels.
        2 => {
            let bits = usize::from(*value.get(29)?);
            let end = bits.div_ceil(8).checked_add(30)?;
            [value.get(..8)?, value.get(18..end)?]
        }
        // Distinguisher, tag, and as many octets as the prefix needs.
        5 => {
            let bits = usize::from(*value.get(22)?);
            let end = bits.div_ceil(8).checked_add(23)?;
            [value.get(..8)?, value.get(18..end)?]
        }
        // All but the flags.
        6 | 7 => [value.split_last()?.1, &[]],
        // All behind the originator: reserved, response time, flags.
        8 => {
            let mut reader = Reader::new(value);
            reader.take(22)?;
            flow(&mut reader)?;
            let end = value.len().checked_sub(reader.len())?;
            [value.get(..end)?, &[]]
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::Writer;

    const RD: [u8; 8] = [0, 0, 0xfd, 0xe8, 0, 0, 0, 10];
    const ESI: [u8; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    /// Decodes an NLRI from its parts, which must encode again.
    fn check(route_type: u8, parts: &[&[u8]], inspect: impl FnOnce(EvpnRoute<'_>)) {
        let mut octets = [0; 128];
        let mut at = 2;
        for part in parts {
            octets[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        }
        octets[0] = route_type;
        octets[1] = u8::try_from(at - 2).unwrap();
        let route = EvpnRoute::decode(&octets[..at]).unwrap();
        assert_eq!(route.route_type(), route_type);
        let mut out = [0; 128];
        let mut writer = Writer::new(&mut out);
        route.emit(&mut writer).unwrap();
        assert_eq!(writer.position(), at);
        assert_eq!(out, octets);
        for cut in 0..at {
            let _ = EvpnRoute::decode(&octets[..cut]);
        }
        inspect(route);
    }

    #[test]
    fn every_type_reads_and_writes() {
        let flow: [&[u8]; 3] = [
            &[32, 192, 0, 2, 1],
            &[32, 233, 252, 0, 1],
            &[32, 198, 51, 100, 1],
        ];
        let [source, group, originator] = flow;
        check(1, &[&RD, &ESI, &[0xff; 4], &[0, 1, 1]], |_| ());
        check(3, &[&RD, &[0; 4], originator], |_| ());
        check(4, &[&RD, &ESI, originator], |_| ());
        check(
            5,
            &[
                &RD,
                &ESI,
                &[0; 4],
                &[24, 203, 0, 113, 0],
                &[0; 4],
                &[0, 0, 9],
            ],
            |_| (),
        );
        check(6, &[&RD, &[0; 4], source, group, originator, &[2]], |_| ());
        check(6, &[&RD, &[0; 4], &[0], &[0], originator, &[6]], |_| ());
        check(
            7,
            &[&RD, &ESI, &[0; 4], source, group, originator, &[2]],
            |_| (),
        );
        check(
            8,
            &[
                &RD,
                &ESI,
                &[0; 4],
                source,
                group,
                originator,
                &[0, 0, 0, 0, 10, 2],
            ],
            |_| (),
        );
        check(9, &[&RD, &[0; 4], &[0, 2, 0xfd, 0xe8, 0, 0, 0, 1]], |_| ());
        check(10, &[&RD, &[0; 4], source, group, originator], |_| ());
        check(
            11,
            &[&[3, 17], &RD, &[0; 4], originator, originator],
            |_| (),
        );
        check(200, &[&[1, 2, 3]], |_| ());
    }

    #[test]
    fn a_mac_route_has_one_label_or_two_and_an_address_or_none() {
        let mac = [48, 0, 0, 0x5e, 0, 0x53, 1];
        for (ip, label2) in [
            (&[0][..], &[][..]),
            (&[32, 192, 0, 2, 9], &[0, 0, 7]),
            (&[128; 17], &[]),
        ] {
            let parts = [&RD[..], &ESI, &[0; 4], &mac, ip, &[0, 0, 1], label2];
            check(2, &parts, |route| {
                let EvpnRoute::MacIp {
                    ip: address,
                    label2: second,
                    ..
                } = route
                else {
                    panic!("{route:?}");
                };
                assert_eq!(address.is_some(), ip.len() > 1);
                assert_eq!(second.is_some(), !label2.is_empty());
            });
        }
    }

    #[test]
    fn wrong_lengths_are_malformed() {
        // A MAC length of 47 bits; an originator of 33; a prefix of 35 octets.
        let mut mac = [0; 35];
        mac[..2].copy_from_slice(&[2, 33]);
        mac[24] = 47;
        assert_eq!(EvpnRoute::decode(&mac), Err(Malformed::Field));
        let mut originator = [0; 19];
        originator[..2].copy_from_slice(&[3, 17]);
        originator[14] = 33;
        assert_eq!(EvpnRoute::decode(&originator), Err(Malformed::Field));
        let mut prefix = [0; 37];
        prefix[..2].copy_from_slice(&[5, 35]);
        assert_eq!(EvpnRoute::decode(&prefix), Err(Malformed::Field));
        // RFC 9251 §9.7: no key, no session.
        assert_eq!(EvpnRoute::decode(&[6, 1, 0]), Err(Malformed::Session));
    }
}
