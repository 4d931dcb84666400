use std::net::{Ipv4Addr, Ipv6Addr};

use super::Decode;
use crate::Digest;

/// A cursor of sixty lines that checks lengths and knows no rule of RFC 7606, no other
/// family than unicast, and no session: what safe Rust can do at best.
#[derive(Clone, Copy, Debug)]
pub struct Sketch;

impl Decode for Sketch {
    const NAME: &'static str = "sketch";

    fn digest(&self, message: &[u8]) -> Option<Digest> {
        let mut digest = Digest::default();
        let mut body = message.get(19..)?;
        let withdrawn = counted(&mut body)?;
        let mut attributes = counted(&mut body)?;
        v4(withdrawn, |address, length| {
            digest.withdrawn_v4(address, length)
        })?;
        while let [flags, code, rest @ ..] = attributes {
            attributes = rest;
            let length = match flags & 0x10 {
                0 => usize::from(take::<1>(&mut attributes)?[0]),
                _ => usize::from(u16::from_be_bytes(take(&mut attributes)?)),
            };
            let (value, rest) = attributes.split_at_checked(length)?;
            attributes = rest;
            attribute(*code, value, &mut digest)?;
        }
        v4(body, |address, length| digest.announced_v4(address, length))?;
        attributes.is_empty().then_some(digest)
    }
}

fn attribute(code: u8, mut value: &[u8], digest: &mut Digest) -> Option<()> {
    match code {
        1 => digest.origin = *value.first()?,
        2 => {
            while let [_, count, rest @ ..] = value {
                let (asns, rest) = rest.split_at_checked(4 * usize::from(*count))?;
                value = rest;
                let (asns, _) = asns.as_chunks();
                asns.iter()
                    .for_each(|asn| digest.asn(u32::from_be_bytes(*asn)));
            }
        }
        3 => digest.next_hop(Ipv4Addr::from(take::<4>(&mut value)?).into()),
        4 => digest.med = u32::from_be_bytes(take(&mut value)?),
        5 => digest.local_pref = u32::from_be_bytes(take(&mut value)?),
        8 => {
            let (communities, []) = value.as_chunks() else {
                return None;
            };
            communities
                .iter()
                .for_each(|it| digest.community(u32::from_be_bytes(*it)));
        }
        14 if take::<3>(&mut value)? == [0, 2, 1] => {
            let length = usize::from(take::<1>(&mut value)?[0]);
            let (mut next_hop, rest) = value.split_at_checked(length)?;
            digest.next_hop(Ipv6Addr::from(take::<16>(&mut next_hop)?).into());
            v6(rest.get(1..)?, |address, length| {
                digest.announced(address.into(), length)
            })?;
        }
        15 if take::<3>(&mut value)? == [0, 2, 1] => {
            v6(value, |address, length| {
                digest.withdrawn(address.into(), length)
            })?;
        }
        _ => {}
    }
    Some(())
}

fn v4(mut octets: &[u8], mut visit: impl FnMut(Ipv4Addr, u8)) -> Option<()> {
    while let [length @ 0..=32, rest @ ..] = octets {
        let (prefix, rest) = rest.split_at_checked(usize::from(length.div_ceil(8)))?;
        let mut address = [0; 4];
        address[..prefix.len()].copy_from_slice(prefix);
        let mask = u32::MAX.checked_shl(32 - u32::from(*length)).unwrap_or(0);
        visit((u32::from_be_bytes(address) & mask).into(), *length);
        octets = rest;
    }
    octets.is_empty().then_some(())
}

fn v6(mut octets: &[u8], mut visit: impl FnMut(Ipv6Addr, u8)) -> Option<()> {
    while let [length @ 0..=128, rest @ ..] = octets {
        let (prefix, rest) = rest.split_at_checked(usize::from(length.div_ceil(8)))?;
        let mut address = [0; 16];
        address[..prefix.len()].copy_from_slice(prefix);
        let mask = u128::MAX.checked_shl(128 - u32::from(*length)).unwrap_or(0);
        visit((u128::from_be_bytes(address) & mask).into(), *length);
        octets = rest;
    }
    octets.is_empty().then_some(())
}

fn counted<'a>(octets: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u16::from_be_bytes(take(octets)?);
    let (field, rest) = octets.split_at_checked(usize::from(length))?;
    *octets = rest;
    Some(field)
}

fn take<const N: usize>(octets: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = octets.split_first_chunk()?;
    *octets = rest;
    Some(*taken)
}
