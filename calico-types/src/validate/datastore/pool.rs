//! Pools beside other pools, and beside the blocks that nodes have taken.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::refuse;
use crate::decode::Located;
use crate::diagnostic::Diagnostic;
use crate::resources::{IPPool, Resource};
use crate::validate::Version;

fn pool(located: &Located) -> Option<&IPPool> {
    let Resource::IPPool(pool) = &located.resource else {
        return None;
    };
    Some(pool)
}

/// The length of a pool's blocks, as the client fills it in.
pub(in crate::validate) fn block_length(pool: &IPPool) -> u8 {
    let full = if pool.spec.cidr.addr().is_ipv4() {
        26
    } else {
        122
    };
    match pool.spec.block_size {
        None | Some(0) => full,
        Some(length) => length,
    }
}

/// Pools that have addresses in common: the client refuses the second, and an
/// API server that stores it finds it a condition, `CIDROverlap`.
pub(super) fn overlaps(resources: &[Located], found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<IpNet, &IPPool> = BTreeMap::new();
    for located in resources {
        let Some(pool) = pool(located) else { continue };
        let cidr = pool.spec.cidr.trunc();
        let name = &pool.metadata.name;
        let other = sharing(&seen, cidr).find(|other| other.metadata.name != *name);
        if let Some(other) = other {
            let message = format!(
                "the pool has addresses in common with pool {} ({})",
                other.metadata.name, other.spec.cidr
            );
            found.push(
                refuse(located, "overlapping-pools", "spec.cidr", message).help(
                    "calicoctl refuses the second; an API server stores it and never allocates from it",
                ),
            );
        }
        seen.entry(cidr).or_insert(pool);
    }
}

/// Pools around a prefix, then those inside: a look-up for each length, however
/// many pools there are.
fn sharing<'s, 'a>(
    seen: &'s BTreeMap<IpNet, &'a IPPool>,
    cidr: IpNet,
) -> impl Iterator<Item = &'a IPPool> + use<'s, 'a> {
    let around = std::iter::successors(Some(cidr), IpNet::supernet);
    let around = around.filter_map(|net| seen.get(&net).copied());
    let inside = seen.range(cidr..=IpNet::from(cidr.broadcast()));
    around.chain(inside.map(|(_, pool)| *pool))
}

/// Blocks of another length than the pool that they are in.
///
/// A pool that changed its block size, or came after blocks of its addresses
/// were taken, has some; the client takes no pool over them.
pub(super) fn blocks(resources: &[Located], found: &mut Vec<Diagnostic>) {
    let mut pools: BTreeMap<IpNet, (&Located, &IPPool)> = BTreeMap::new();
    for located in resources {
        if let Some(pool) = pool(located) {
            pools
                .entry(pool.spec.cidr.trunc())
                .or_insert((located, pool));
        }
    }
    let mut told: BTreeMap<IpNet, ()> = BTreeMap::new();
    for located in resources {
        let Resource::IPAMBlock(block) = &located.resource else {
            continue;
        };
        let block = block.spec.cidr.trunc();
        let around = std::iter::successors(Some(block), IpNet::supernet);
        for (cidr, (at, pool)) in around.filter_map(|net| pools.get_key_value(&net)) {
            let length = block_length(pool);
            // Of each pool the first block: the others are the same mistake.
            if block.prefix_len() != length && told.insert(*cidr, ()).is_none() {
                let message = format!(
                    "the pool has blocks of /{length}, and the block {block} of its addresses is taken"
                );
                found.push(
                    refuse(at, "block-size-conflict", "spec.blockSize", message)
                        .help("move the workloads to another pool before blocks change their size"),
                );
            }
        }
    }
}

/// How long blocks are, before the resource definition said so.
pub(super) fn block_size(located: &Located, release: Version, found: &mut Vec<Diagnostic>) {
    let Some(pool) = pool(located).filter(|_| release < Version::HEAD) else {
        return;
    };
    let bounds = if pool.spec.cidr.addr().is_ipv4() {
        20..=32
    } else {
        116..=128
    };
    if !bounds.contains(&block_length(pool)) {
        let message = "blocks are /20 to /32 for IPv4 and /116 to /128 for IPv6";
        found.push(refuse(
            located,
            "invalid-block-size",
            "spec.blockSize",
            message,
        ));
    }
}
