//! The routes that are fed: prefixes with the AS they come from, and UPDATEs made of them.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::path::Path;

use bgp_wire::{
    AsPath, Asn, Community, Context, EncodeError, Family, NextHop, Nlri, Origin, PathAttributes,
    UpdatePacker,
};
use flate2::read::MultiGzDecoder;
use ipnet::Ipv4Net;

/// A destination, and the AS that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub prefix: Ipv4Net,
    pub origin: u32,
}

/// `count` routes: those of the file as far as they go, then made ones with the same ASes.
pub fn routes(file: Option<&Path>, count: usize) -> io::Result<Vec<Route>> {
    let mut routes = Vec::with_capacity(count);
    let mut seen = HashSet::with_capacity(count);
    if let Some(file) = file {
        let text = read(file)?;
        let known = text
            .lines()
            .filter_map(line)
            .filter(|route| is_global(route.prefix));
        routes.extend(known.filter(|route| seen.insert(route.prefix)).take(count));
    }
    let known = routes.len();
    let mut number = 0;
    while routes.len() < count {
        let mixed = mix(number);
        number += 1;
        let Ok(prefix) = Ipv4Net::new(Ipv4Addr::from(mixed as u32), 24) else {
            continue;
        };
        let prefix = prefix.trunc();
        if is_global(prefix) && seen.insert(prefix) {
            let pick = (mixed >> 32) as usize;
            let origin = match routes.get(pick % known.max(1)) {
                Some(route) if known > 0 => route.origin,
                // Four prefixes an AS, as on the Internet at large.
                _ => 100_000 + routes.len() as u32 / 4,
            };
            routes.push(Route { prefix, origin });
        }
    }
    Ok(routes)
}

fn read(file: &Path) -> io::Result<String> {
    let mut octets = Vec::new();
    File::open(file)?.read_to_end(&mut octets)?;
    if octets.starts_with(&[0x1f, 0x8b]) {
        let packed = std::mem::take(&mut octets);
        MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut octets)?;
    }
    String::from_utf8(octets).map_err(io::Error::other)
}

/// `address,length,AS`.
fn line(line: &str) -> Option<Route> {
    let mut words = line.split(',');
    let address = words.next()?.parse().ok()?;
    let prefix = Ipv4Net::new(address, words.next()?.parse().ok()?).ok()?;
    let origin = match words.next()?.trim().parse().ok()? {
        // Private numbers would meet those of the sessions, and be loops.
        0 | 23_456 | 64_512..=65_535 => 64_499,
        origin => origin,
    };
    Some(Route {
        prefix: prefix.trunc(),
        origin,
    })
}

/// Whether a daemon would take it: no prefix of its own network, of hosts, or for special use.
fn is_global(prefix: Ipv4Net) -> bool {
    let [first, second, ..] = prefix.network().octets();
    let special = matches!(first, 0 | 10 | 127 | 224..) || (first, second) == (169, 254);
    (8..=24).contains(&prefix.prefix_len()) && !special
}

/// A number that looks like chance, the same every time.
const fn mix(mut number: u64) -> u64 {
    number ^= number >> 33;
    number = number.wrapping_mul(0xff51_afd7_ed55_8ccd);
    number ^= number >> 33;
    number = number.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ (number >> 33)
}

/// The UPDATEs by which a peer announces routes, and those by which it withdraws them.
///
/// An AS announces with two attribute sets, three quarters of its prefixes with one.
pub fn stream(
    routes: &[Route],
    next_hop: Ipv4Addr,
    peer_as: Option<u32>,
) -> Result<(Vec<u8>, Vec<u8>), EncodeError> {
    let context = Context::new(match peer_as {
        Some(_) => bgp_wire::PeerType::External,
        None => bgp_wire::PeerType::Internal,
    });
    let packer = UpdatePacker::new(&context);
    let mut message = [0; 4096];
    let mut sets: Vec<((u32, u64), Vec<Nlri>)> = Vec::new();
    let mut index = HashMap::new();
    for route in routes {
        let bits = u64::from(u32::from(route.prefix.network()));
        let variant = u64::from(mix(bits).is_multiple_of(4));
        let set = (route.origin, variant);
        let place = *index.entry(set).or_insert_with(|| {
            sets.push((set, Vec::new()));
            sets.len() - 1
        });
        if let Some((_, nlri)) = sets.get_mut(place) {
            nlri.push(Nlri::unicast(route.prefix));
        }
    }
    let mut announcements = Vec::new();
    for ((origin, variant), nlri) in sets {
        let attributes = attributes(origin, variant, next_hop, peer_as);
        let mut nlri = nlri.into_iter().peekable();
        while nlri.peek().is_some() {
            let family = Family::IPV4_UNICAST;
            let length = packer.announce(&attributes, family, &mut nlri, &mut message)?;
            announcements.extend(message.get(..length).unwrap_or_default());
        }
    }
    let mut withdrawals = Vec::new();
    let mut nlri = routes
        .iter()
        .map(|route| Nlri::unicast(route.prefix))
        .peekable();
    while nlri.peek().is_some() {
        let length = packer.withdraw(Family::IPV4_UNICAST, &mut nlri, &mut message)?;
        withdrawals.extend(message.get(..length).unwrap_or_default());
    }
    Ok((announcements, withdrawals))
}

/// A path of two to six ASes, a MED on a quarter, up to six communities.
fn attributes(
    origin: u32,
    variant: u64,
    next_hop: Ipv4Addr,
    peer_as: Option<u32>,
) -> PathAttributes {
    let seed = mix(u64::from(origin) << 8 | variant);
    let mut attributes = PathAttributes::new(NextHop::V4(next_hop));
    if seed.is_multiple_of(16) {
        attributes.origin = Origin::Incomplete;
    }
    let transit = (0..1 + (seed >> 8) % 5).map(|hop| 100_000 + (mix(seed ^ hop) % 30_000) as u32);
    let path = peer_as.into_iter().chain(transit).chain([origin.max(1)]);
    attributes.as_path = AsPath::from_sequence(path.map(Asn));
    attributes.med = (seed >> 16 & 3 == 0).then_some((seed >> 20) as u32 % 1000);
    attributes.local_pref = peer_as.is_none().then_some(100);
    let community = |number| Community::new(64_999, mix(seed ^ 0xc0 ^ number) as u16 & 0xfff);
    attributes.communities = (0..(seed >> 24) % 7).map(community).collect();
    attributes
}
