//! A table as a full feed has it: 4.1 prefixes an attribute set, lengths 16 to
//! 24, paths of three to five ASes.

use bgp_wire::{
    AsPath, Asn, Context, EncodeError, Family, NextHop, Nlri, PathAttributes, UpdatePacker,
};
use ipnet::Ipv4Net;

/// The attributes of set `number`.
#[must_use]
pub fn attributes(number: u32, next_hop: [u8; 4]) -> PathAttributes {
    let length = 3 + number % 3;
    let path = (0..length).map(|hop| Asn(64_600 + number.wrapping_mul(31 * hop + 7) % 50_000));
    PathAttributes {
        as_path: AsPath::from_sequence(path),
        local_pref: Some(100),
        ..PathAttributes::new(NextHop::V4(next_hop.into()))
    }
}

/// Prefix `number`, all of them different.
#[must_use]
pub fn prefix(number: u32) -> Nlri {
    let length = 24 - u8::try_from(number % 3).unwrap_or(0);
    let net = Ipv4Net::new((0x0100_0000 + number * 1024).into(), length);
    Nlri::unicast(net.unwrap_or_default().trunc())
}

/// The messages that announce `count` prefixes with the given next hop.
///
/// # Errors
/// None for tables below 3 million prefixes.
pub fn feed(context: &Context, count: u32, next_hop: [u8; 4]) -> Result<Vec<Vec<u8>>, EncodeError> {
    let packer = UpdatePacker::new(context);
    let mut messages = Vec::new();
    let (mut next, mut set) = (0, 0);
    while next < count {
        // 4, 4, 4, 4, 4, 4, 4, 4, 4, 5: 4.1 on average.
        let size = if set % 10 == 9 { 5 } else { 4 };
        let end = count.min(next + size);
        let mut nlri = (next..end).map(prefix).peekable();
        let mut message = vec![0; 4096];
        let attributes = attributes(set, next_hop);
        let length = packer.announce(&attributes, Family::IPV4_UNICAST, &mut nlri, &mut message)?;
        message.truncate(length);
        messages.push(message);
        (next, set) = (end, set + 1);
    }
    Ok(messages)
}
