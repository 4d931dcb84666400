//! NLRI of every family, in whole UPDATEs.

mod damage;
mod errors;
mod packing;
mod random;
mod session;
mod vectors;

use bgp_wire::{Context, Family, FamilySet, PeerType, Safi};

use crate::bytes::{AS_PATH, ORIGIN, update};

/// A session with every family.
fn context() -> Context {
    let mut context = Context::new(PeerType::Internal);
    context.families = FamilySet::all();
    context
}

/// The next-hop field that the family needs.
fn next_hop(family: Family) -> Vec<u8> {
    let length = match (family.afi.0, family.safi) {
        (_, Safi::FLOW_SPEC | Safi::FLOW_SPEC_VPN) => 0,
        (1, Safi::MPLS_VPN) => 12,
        (2, Safi::MPLS_VPN) => 24,
        (2, Safi::LABELED) => 16,
        _ => 4,
    };
    vec![1; length]
}

/// An UPDATE that announces a field of NLRI.
fn reach(family: Family, field: &[u8]) -> Vec<u8> {
    let next_hop = next_hop(family);
    let mut value = family.afi.0.to_be_bytes().to_vec();
    value.extend([family.safi.0, u8::try_from(next_hop.len()).unwrap()]);
    value.extend(next_hop);
    value.push(0);
    value.extend(field);
    // RFC 9830 §4.2.1.
    let tunnel: &[u8] = match family.safi {
        Safi::SR_POLICY => &[0xc0, 23, 4, 0, 15, 0, 0],
        _ => &[],
    };
    update(&[], &[&wide(14, &value), ORIGIN, AS_PATH, tunnel], &[])
}

/// An UPDATE that withdraws a field of NLRI.
fn unreach(family: Family, field: &[u8]) -> Vec<u8> {
    let mut value = family.afi.0.to_be_bytes().to_vec();
    value.push(family.safi.0);
    value.extend(field);
    update(&[], &[&wide(15, &value)], &[])
}

/// An MP attribute with a length of two octets.
fn wide(code: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x90, code];
    bytes.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
    bytes.extend(value);
    bytes
}
