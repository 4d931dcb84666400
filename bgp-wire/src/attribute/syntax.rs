//! Syntax of attributes that stay raw: the checks that their RFCs ask of every
//! speaker which knows them, so that a malformed one does not travel on.

use super::Fault;
use crate::reader::Reader;
use crate::update::Disposition;

/// How wide the type and length of a TLV are.
#[derive(Clone, Copy)]
enum Header {
    /// One octet of type, one of length.
    Narrow,
    /// One octet of type, two of length.
    Mixed,
    /// Two octets of type, two of length.
    Wide,
    /// One octet of type; two of length from type 128 on (RFC 9012 §2).
    ByType,
}

/// Walks TLVs that must fill `octets`; `visit` judges each type and value.
/// The fault's place is relative to `octets`.
fn tlvs(
    octets: &[u8],
    header: Header,
    mut visit: impl FnMut(u16, &[u8]) -> bool,
) -> Result<(), Fault> {
    let mut reader = Reader::new(octets);
    while !reader.is_empty() {
        let at = octets.len().saturating_sub(reader.len());
        let (kind, value) = read_tlv(&mut reader, header).ok_or(Fault::value(at))?;
        if !visit(kind, value) {
            return Err(Fault::value(at));
        }
    }
    Ok(())
}

fn read_tlv<'a>(reader: &mut Reader<'a>, header: Header) -> Option<(u16, &'a [u8])> {
    let kind = match header {
        Header::Wide => reader.u16()?,
        Header::Narrow | Header::Mixed | Header::ByType => reader.u8()?.into(),
    };
    let length = match header {
        Header::Narrow => reader.u8()?.into(),
        Header::ByType if kind < 128 => reader.u8()?.into(),
        Header::Mixed | Header::Wide | Header::ByType => reader.u16()?,
    };
    Some((kind, reader.take(length.into())?))
}

/// PMSI_TUNNEL (RFC 6514 §5): flags, tunnel type, label, and an identifier
/// that parses for its type. A tunnel type that nobody assigned is malformed.
pub(crate) fn pmsi_tunnel(value: &[u8]) -> Result<(), Fault> {
    let mut reader = Reader::new(value);
    let [_, tunnel, ..] = reader.array::<5>().ok_or(Fault::LENGTH)?;
    let identifier = reader.rest();
    let fits = match tunnel {
        0 => identifier.is_empty(),
        1 => matches!(identifier.len(), 12 | 24),
        2 | 7 => multipoint_fec(identifier).is_some(),
        3..=5 => matches!(identifier.len(), 8 | 32),
        6 => matches!(identifier.len(), 4 | 16),
        // Assigned later, each with an identifier of its own.
        8 | 0x0a..=0x0d | 0x7b..=0xfe => true,
        9 | 0x0e..=0x7a | 0xff => false,
    };
    if fits { Ok(()) } else { Err(Fault::value(1)) }
}

/// A multipoint LDP FEC element: type, address family, root address, opaque
/// value.
fn multipoint_fec(octets: &[u8]) -> Option<()> {
    let mut reader = Reader::new(octets);
    let [_, _, _, address] = reader.array()?;
    reader.take(address.into())?;
    let opaque = reader.u16()?;
    reader.take(opaque.into())?;
    reader.is_empty().then_some(())
}

/// Tunnel Encapsulation (RFC 9012 §2, §13): TLVs of sub-TLVs that all end
/// exactly, at least one of them. A sub-TLV's own value is not judged: a
/// malformed one is as good as an unknown one.
pub(crate) fn tunnel_encapsulation(value: &[u8]) -> Result<(), Fault> {
    if value.is_empty() {
        return Err(Fault::LENGTH);
    }
    tlvs(value, Header::Wide, |_, sub_tlvs| {
        tlvs(sub_tlvs, Header::ByType, |_, _| true).is_ok()
    })
}

/// Traffic Engineering (RFC 5543 §3): descriptors of at least 36 octets.
pub(crate) fn traffic_engineering(value: &[u8]) -> Result<(), Fault> {
    if value.len() >= 36 {
        Ok(())
    } else {
        Err(Fault::LENGTH)
    }
}

/// PE Distinguisher Labels (RFC 6514 §8): an address of either IP version and
/// three octets of label each.
pub(crate) fn pe_distinguisher_labels(value: &[u8]) -> Result<(), Fault> {
    let fits =
        !value.is_empty() && (value.len().is_multiple_of(7) || value.len().is_multiple_of(19));
    if fits { Ok(()) } else { Err(Fault::LENGTH) }
}

/// BGP-LS (RFC 7752 §6.2.2): TLVs that fill the attribute.
pub(crate) fn bgp_ls(value: &[u8]) -> Result<(), Fault> {
    tlvs(value, Header::Wide, |_, _| true)
}

/// SFP (RFC 9015 §3.2.1): TLVs that fill the attribute, unknown ones ignored;
/// at least one hop, and each hop a service index and sub-TLVs.
pub(crate) fn service_function_path(value: &[u8]) -> Result<(), Fault> {
    const HOP: u16 = 2;
    let mut hops = 0_usize;
    tlvs(value, Header::Mixed, |kind, value| {
        if kind != HOP {
            return true;
        }
        hops = hops.saturating_add(1);
        let sub_tlvs = value.get(1..).filter(|rest| !rest.is_empty());
        sub_tlvs.is_some_and(|rest| tlvs(rest, Header::Mixed, |_, _| true).is_ok())
    })?;
    if hops > 0 { Ok(()) } else { Err(Fault::LENGTH) }
}

/// BFD Discriminator (RFC 9026 §3.1.6): mode, discriminator, and TLVs with the
/// source IP address among them.
pub(crate) fn bfd_discriminator(value: &[u8]) -> Result<(), Fault> {
    const SOURCE_ADDRESS: u16 = 1;
    if value.len() < 11 {
        return Err(Fault::LENGTH);
    }
    let options = value.get(5..).unwrap_or_default();
    let mut has_source = false;
    tlvs(options, Header::Narrow, |kind, address| {
        has_source |= kind == SOURCE_ADDRESS;
        kind != SOURCE_ADDRESS || matches!(address.len(), 4 | 16)
    })
    .map_err(|fault| Fault::value(fault.at.saturating_add(5)))?;
    if has_source {
        Ok(())
    } else {
        Err(Fault::value(5))
    }
}

/// Prefix-SID (RFC 8669 §3, §6): TLVs that fill the attribute, label index and
/// SRGB of their lengths, else the attribute is discarded; a malformed SRv6
/// service TLV withdraws (RFC 9252 §7).
pub(crate) fn prefix_sid(value: &[u8]) -> Result<(), (Fault, Disposition)> {
    const LABEL_INDEX: u16 = 1;
    const ORIGINATOR_SRGB: u16 = 3;
    if value.is_empty() {
        return Err((Fault::LENGTH, Disposition::AttributeDiscard));
    }
    let mut service_fits = true;
    let result = tlvs(value, Header::Mixed, |kind, value| match kind {
        LABEL_INDEX => value.len() == 7,
        ORIGINATOR_SRGB => value.len() >= 8 && (value.len() - 2).is_multiple_of(6),
        5 | 6 => {
            service_fits = srv6_service(value);
            service_fits
        }
        _ => true,
    });
    let disposition = match service_fits {
        true => Disposition::AttributeDiscard,
        false => Disposition::TreatAsWithdraw,
    };
    result.map_err(|fault| (fault, disposition))
}

/// An SRv6 service TLV (RFC 9252 §2): a reserved octet and sub-TLVs, of which
/// SID information has at least 21 octets and sub-sub-TLVs behind them.
fn srv6_service(value: &[u8]) -> bool {
    const SID_INFORMATION: u16 = 1;
    let Some((_, sub_tlvs)) = value.split_first() else {
        return false;
    };
    let sub_tlvs = tlvs(sub_tlvs, Header::Mixed, |kind, value| {
        kind != SID_INFORMATION
            || value
                .get(21..)
                .is_some_and(|rest| tlvs(rest, Header::Mixed, |_, _| true).is_ok())
    });
    sub_tlvs.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tunnel_types_and_identifiers() {
        assert!(pmsi_tunnel(&[0, 6, 0, 0, 0, 192, 0, 2, 1]).is_ok());
        assert!(pmsi_tunnel(&[0, 6, 0, 0, 0, 192, 0, 2]).is_err());
        assert!(pmsi_tunnel(&[0, 9, 0, 0, 0]).is_err(), "unassigned");
        assert!(pmsi_tunnel(&[0, 0, 0, 0]).is_err());
        let fec = [0, 2, 0, 0, 0, 6, 0, 1, 4, 192, 0, 2, 1, 0, 1, 7];
        assert!(pmsi_tunnel(&fec).is_ok());
        assert!(pmsi_tunnel(&fec[..15]).is_err());
    }

    #[test]
    fn tunnel_encapsulation_ends_exactly() {
        // VXLAN with a color sub-TLV, then one of type 128 with a wide length.
        assert!(tunnel_encapsulation(&[0, 8, 0, 6, 4, 4, 0, 0, 0, 1]).is_ok());
        assert!(tunnel_encapsulation(&[0, 8, 0, 4, 128, 0, 1, 9]).is_ok());
        assert!(
            tunnel_encapsulation(&[0, 8, 0, 3, 4, 4, 0]).is_err(),
            "sub-TLV overruns"
        );
        assert!(tunnel_encapsulation(&[3, 1, 0]).is_err());
        assert!(tunnel_encapsulation(&[]).is_err());
    }

    #[test]
    fn prefix_sid_classes() {
        let class = |value: &[u8]| prefix_sid(value).err().map(|(_, class)| class);
        assert_eq!(class(&[1, 0, 7, 0, 0, 0, 0, 0, 0, 1]), None);
        assert_eq!(
            class(&[1, 0, 3, 0, 0, 0]),
            Some(Disposition::AttributeDiscard)
        );
        assert_eq!(class(&[3, 0, 2, 0, 0]), Some(Disposition::AttributeDiscard));
        assert_eq!(class(&[5, 0, 0]), Some(Disposition::TreatAsWithdraw));
        let mut sid = [0; 28];
        sid[..7].copy_from_slice(&[5, 0, 25, 0, 1, 0, 21]);
        assert_eq!(class(&sid), None);
        sid[6] = 20;
        assert_eq!(class(&sid), Some(Disposition::TreatAsWithdraw));
    }

    #[test]
    fn bfd_needs_a_source_address() {
        let mut value = [1, 0, 0, 0, 7, 1, 4, 192, 0, 2, 1];
        assert!(bfd_discriminator(&value).is_ok());
        value[5] = 2;
        assert_eq!(
            bfd_discriminator(&value),
            Err(Fault::value(5)),
            "no source address"
        );
        assert_eq!(bfd_discriminator(&value[..10]), Err(Fault::LENGTH));
    }

    #[test]
    fn a_service_path_has_hops() {
        let hop = [2, 0, 4, 255, 4, 0, 0];
        assert!(service_function_path(&hop).is_ok());
        assert!(service_function_path(&hop[..6]).is_err());
        assert!(
            service_function_path(&[2, 0, 1, 255]).is_err(),
            "no sub-TLV"
        );
        assert!(service_function_path(&[5, 0, 0]).is_err(), "no hop");
    }

    #[test]
    fn plain_tlv_lists_fill_their_attribute() {
        assert!(bgp_ls(&[4, 0, 0, 1, 0]).is_ok());
        assert!(bgp_ls(&[4, 0, 0, 2, 0]).is_err());
        assert!(pe_distinguisher_labels(&[0; 14]).is_ok());
        assert!(pe_distinguisher_labels(&[0; 8]).is_err());
    }
}
