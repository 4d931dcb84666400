//! Pools.

use std::net::IpAddr;

use ipnet::IpNet;

use super::super::findings::Rule;
use super::super::formats;
use super::super::lexical::is_masked;
use super::{integer, lists, rule, said};
use crate::tree::Node;

pub(crate) const IP_POOL: &[Rule] = &[
    // What makes the functions of the other rules fail.
    rule(
        "invalid-cidr",
        "cidr",
        |spec| {
            let cidr = spec.get("cidr").map(Node::text);
            let malformed = |text| formats::cidr(text).is_none();
            match cidr {
                None => true,
                Some(None) => false,
                Some(Some(text)) => malformed(text) || formats::cel_cidr(text).is_some(),
            }
        },
        "the CIDR of a pool is one address/length, without leading zeros or IPv4 within IPv6",
    )
    .corrected(|spec| {
        let cidr = formats::cidr(spec.text_of("cidr"))?;
        Some(format!("cidr: {}", without_mapping(cidr)?))
    }),
    rule(
        "conflicting-fields",
        "vxlanMode",
        |spec| !on(spec, "ipipMode") || !on(spec, "vxlanMode"),
        "ipipMode and vxlanMode exclude each other",
    )
    .help("one encapsulation is enough: let the other be Never"),
    rule(
        "load-balancer-pool",
        "allowedUses",
        |spec| !load_balancer(spec) || (!on(spec, "ipipMode") && !on(spec, "vxlanMode")),
        "a LoadBalancer pool takes no encapsulation",
    )
    .help("leave ipipMode and vxlanMode out"),
    rule(
        "load-balancer-pool",
        "allowedUses",
        |spec| {
            !load_balancer(spec)
                || (!lists(spec, "allowedUses", "Workload")
                    && !lists(spec, "allowedUses", "Tunnel"))
        },
        "LoadBalancer goes with no other use",
    )
    .help("make two pools, each with a CIDR of its own")
    .instead("allowedUses: [LoadBalancer]"),
    rule(
        "ipip-on-ipv6",
        "ipipMode",
        |spec| !on(spec, "ipipMode") || of_cidr(spec, |cidr| cidr.addr().is_ipv4()),
        "there is no IP-in-IP for IPv6 pools",
    )
    .help("VXLAN encapsulates IPv6: vxlanMode: CrossSubnet"),
    rule(
        "load-balancer-pool",
        "disableBGPExport",
        |spec| !load_balancer(spec) || !spec.is_true("disableBGPExport"),
        "a LoadBalancer pool cannot stay out of BGP",
    )
    .help("leave disableBGPExport out"),
    rule(
        "load-balancer-pool",
        "nodeSelector",
        |spec| !load_balancer(spec) || spec.text_of("nodeSelector") == "all()",
        "a LoadBalancer pool is for all nodes",
    )
    .instead("nodeSelector: all()"),
    rule(
        "tunnel-pool",
        "namespaceSelector",
        |spec| !lists(spec, "allowedUses", "Tunnel") || !said(spec, "namespaceSelector"),
        "a pool for tunnels has no namespaceSelector",
    )
    .help("tunnels belong to nodes; leave one of the two out"),
    rule(
        "misplaced-global",
        "nodeSelector",
        |spec| !spec.text_of("nodeSelector").contains("global("),
        "global() has no meaning in a pool",
    )
    .help("for all nodes: all()"),
    rule(
        "misplaced-global",
        "namespaceSelector",
        |spec| !spec.text_of("namespaceSelector").contains("global("),
        "global() has no meaning in a pool",
    )
    .help("for all namespaces, leave the field out"),
    rule(
        "invalid-cidr",
        "cidr",
        |spec| of_cidr(spec, |cidr| is_masked(&cidr)),
        "the CIDR of a pool has no host bits",
    )
    .corrected(|spec| Some(format!("cidr: {}", cidr(spec)?.trunc()))),
    rule(
        "link-local-pool",
        "cidr",
        |spec| of_cidr(spec, |cidr| !overlaps(cidr, "169.254.0.0/16")),
        "the pool overlaps the link-local range 169.254.0.0/16",
    ),
    rule(
        "link-local-pool",
        "cidr",
        |spec| of_cidr(spec, |cidr| !overlaps(cidr, "fe80::/10")),
        "the pool overlaps the link-local range fe80::/10",
    ),
    rule(
        "invalid-block-size",
        "blockSize",
        |spec| {
            of_cidr(spec, |cidr| {
                match (integer(spec, "blockSize"), cidr.addr().is_ipv4()) {
                    (None | Some(0), _) => true,
                    (Some(size), true) => (20..=32).contains(&size),
                    (Some(size), false) => (116..=128).contains(&size),
                }
            })
        },
        "blocks are /20 to /32 for IPv4 and /116 to /128 for IPv6",
    )
    .help("leave it out for the usual sizes: 26 and 122"),
    rule(
        "pool-smaller-than-block",
        "cidr",
        |spec| {
            spec.is_true("disabled")
                || of_cidr(spec, |cidr| {
                    i64::from(cidr.prefix_len()) <= block_size(spec, cidr)
                })
        },
        "the pool is smaller than one of its blocks",
    )
    .help("a blockSize of at least the length of the CIDR makes it fit (26 and 122 if absent)"),
];

fn cidr(spec: &Node) -> Option<IpNet> {
    formats::cel_cidr(spec.text_of("cidr"))
}

/// The IPv4 network that is written as part of IPv6; others as they are.
fn without_mapping(cidr: IpNet) -> Option<IpNet> {
    let IpAddr::V6(address) = cidr.addr() else {
        return Some(cidr);
    };
    match address.to_ipv4_mapped() {
        Some(v4) => IpNet::new(v4.into(), cidr.prefix_len().checked_sub(96)?).ok(),
        None => Some(cidr),
    }
}

/// For rules about a CIDR: they say nothing about one that is not.
fn of_cidr(spec: &Node, holds: impl Fn(IpNet) -> bool) -> bool {
    cidr(spec).is_none_or(holds)
}

fn on(spec: &Node, mode: &str) -> bool {
    !matches!(spec.text_of(mode), "" | "Never")
}

fn load_balancer(spec: &Node) -> bool {
    lists(spec, "allowedUses", "LoadBalancer")
}

/// Whether two prefixes share an address.
fn overlaps(a: IpNet, b: &str) -> bool {
    b.parse::<IpNet>()
        .is_ok_and(|b| a.contains(&b.network()) || b.contains(&a.addr()))
}

fn block_size(spec: &Node, cidr: IpNet) -> i64 {
    match integer(spec, "blockSize") {
        None | Some(0) => {
            if cidr.addr().is_ipv4() {
                26
            } else {
                122
            }
        }
        Some(size) => size,
    }
}
