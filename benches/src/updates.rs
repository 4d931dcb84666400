//! UPDATEs shaped like those of the public Internet: four routes to an attribute set, an
//! AS path of four hops, communities on half of them, a fifth of them withdrawals, one in
//! eight for IPv6.

use std::net::{Ipv4Addr, Ipv6Addr};

use bgp_wire::{
    Asn, Community, Context, EncodeError, Family, NextHop, Nlri, PathAttributes, UpdatePacker,
};
use ipnet::{Ipv4Net, Ipv6Net};

/// One UPDATE before it is encoded.
#[derive(Clone, Debug)]
pub struct Route {
    /// The family of all its prefixes.
    pub family: Family,
    /// Its attributes; `None` for a withdrawal.
    pub attributes: Option<PathAttributes>,
    /// Its prefixes.
    pub nlri: Vec<Nlri>,
}

/// `count` UPDATEs, the same at every call.
#[must_use]
pub fn routes(count: u32) -> Vec<Route> {
    (0..count).map(route).collect()
}

/// The UPDATEs as one session would send them, a message each.
///
/// # Errors
///
/// When one does not fit the session.
pub fn encode(routes: &[Route], context: &Context) -> Result<Vec<Vec<u8>>, EncodeError> {
    let packer = UpdatePacker::new(context);
    let mut buffer = vec![0; usize::from(context.send_limit)];
    routes
        .iter()
        .map(|route| {
            let length = encode_one(&packer, route, &mut buffer)?;
            Ok(buffer.get(..length).unwrap_or_default().to_vec())
        })
        .collect()
}

/// Encodes one UPDATE; its length.
///
/// # Errors
///
/// When it does not fit the session or the buffer.
pub fn encode_one(
    packer: &UpdatePacker,
    route: &Route,
    buffer: &mut [u8],
) -> Result<usize, EncodeError> {
    let mut nlri = route.nlri.iter().copied().peekable();
    match &route.attributes {
        Some(attributes) => packer.announce(attributes, route.family, &mut nlri, buffer),
        None => packer.withdraw(route.family, &mut nlri, buffer),
    }
}

fn route(index: u32) -> Route {
    let ipv6 = index % 8 == 7;
    let nlri = (0..4).map(|n| prefix(index * 4 + n, ipv6)).collect();
    Route {
        family: if ipv6 {
            Family::IPV6_UNICAST
        } else {
            Family::IPV4_UNICAST
        },
        attributes: (index % 5 != 4).then(|| attributes(index, ipv6)),
        nlri,
    }
}

fn prefix(index: u32, ipv6: bool) -> Nlri {
    // A multiplication by an odd number visits every prefix once, in no plain order.
    let mixed = index.wrapping_mul(0x9e37_79b1);
    if ipv6 {
        let address = Ipv6Addr::from((0x2001_u128 << 112) | (u128::from(mixed) << 80));
        Nlri::unicast(Ipv6Net::new_assert(address, 48))
    } else {
        // 16.0.0.0 to 79.255.255.0: neither loopback nor multicast.
        let address = 0x1000_0000 + (mixed & 0x3fff_ff00);
        Nlri::unicast(Ipv4Net::new_assert(Ipv4Addr::from(address), 24))
    }
}

fn attributes(index: u32, ipv6: bool) -> PathAttributes {
    let next_hop = if ipv6 {
        NextHop::V6 {
            global: Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1),
            link_local: None,
        }
    } else {
        NextHop::V4(Ipv4Addr::new(192, 0, 2, 1))
    };
    let mut attributes = PathAttributes::new(next_hop);
    for hop in 0..4 {
        attributes
            .as_path
            .prepend(Asn(64_500 + (index + hop) % 1000), 1);
    }
    attributes.local_pref = Some(100);
    if index.is_multiple_of(2) {
        attributes.communities = (0..6).map(|n| Community(index << 16 | n)).collect();
    }
    attributes
}
