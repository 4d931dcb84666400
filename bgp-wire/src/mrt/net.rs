//! Addresses and AS numbers as records have them.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Asn;
use crate::reader::Reader;

pub(super) fn read_address(reader: &mut Reader<'_>, ipv6: bool) -> Option<IpAddr> {
    Some(match ipv6 {
        true => Ipv6Addr::from(reader.array::<16>()?).into(),
        false => Ipv4Addr::from(reader.array::<4>()?).into(),
    })
}

pub(super) fn put_address(address: IpAddr, out: &mut Vec<u8>) {
    match address {
        IpAddr::V4(address) => out.extend(address.octets()),
        IpAddr::V6(address) => out.extend(address.octets()),
    }
}

pub(super) fn read_asn(reader: &mut Reader<'_>, four_octet: bool) -> Option<Asn> {
    Some(match four_octet {
        true => Asn(reader.u32()?),
        false => Asn(reader.u16()?.into()),
    })
}
