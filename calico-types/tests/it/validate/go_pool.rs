//! Calico's own rules about pools, reservations and blocks.

use super::{Decoder, Rules, Taken, go};

#[test]
fn pools() {
    go(
        "IPPool",
        &[
            ("{cidr: 10.0.0.0/16}", Taken),
            ("{cidr: 'fd00::/64'}", Taken),
            ("{cidr: 10.0.0.0}", Taken),
            ("{}", Rules),
            ("{cidr: ''}", Rules),
            ("{cidr: 10.0.0.1/16}", Rules),
            ("{cidr: 10.0.0.0/33}", Rules),
            ("{cidr: 10.0.0.0/16, nodeSelector: all()}", Taken),
            ("{cidr: 10.0.0.0/16, nodeSelector: all}", Rules),
            ("{cidr: 10.0.0.0/16, namespaceSelector: '!'}", Rules),
            (
                "{cidr: 10.0.0.0/16, allowedUses: [Workload, Tunnel]}",
                Taken,
            ),
            ("{cidr: 10.0.0.0/16, allowedUses: [workload]}", Rules),
            ("{cidr: 10.0.0.0/16, allowedUses: ['']}", Rules),
            ("{cidr: 10.0.0.0/16, natOutgoing: Enabled}", Decoder),
            // The API server's rules have the rest since Calico 3.32.
            ("{cidr: 10.0.0.0/30}", Taken),
            ("{cidr: 169.254.0.0/16}", Taken),
            ("{cidr: 'fd00::/64', ipipMode: Always}", Taken),
            (
                "{cidr: 10.0.0.0/16, ipipMode: Always, vxlanMode: Always}",
                Taken,
            ),
            ("{cidr: 10.0.0.0/16, ipipMode: always}", Taken),
            ("{cidr: 10.0.0.0/16, blockSize: 8}", Taken),
            (
                "{cidr: 10.0.0.0/16, allowedUses: [LoadBalancer, Workload]}",
                Taken,
            ),
        ],
    );
}

#[test]
fn reservations_and_sets() {
    go(
        "IPReservation",
        &[
            ("{}", Taken),
            (
                "{reservedCIDRs: [10.0.0.1, 10.0.0.1/8, 'fd00::/64', '']}",
                Taken,
            ),
            ("{reservedCIDRs: [10.0.0.0/33]}", Rules),
            ("{reservedCIDRs: [x]}", Rules),
        ],
    );
    for kind in ["NetworkSet", "GlobalNetworkSet"] {
        go(
            kind,
            &[
                ("{nets: [10.0.0.1/8, 10.0.0.1, 'fd00::1', '']}", Taken),
                ("{nets: [example.org]}", Rules),
                ("{nets: ['fe80::1%eth0']}", Rules),
            ],
        );
    }
}

#[test]
fn ipam() {
    go(
        "IPAMConfiguration",
        &[
            (
                "{autoAllocateBlocks: true, strictAffinity: false, maxBlocksPerHost: 0}",
                Taken,
            ),
            (
                "{autoAllocateBlocks: true, strictAffinity: false, maxBlocksPerHost: -1}",
                Rules,
            ),
        ],
    );
    go(
        "BlockAffinity",
        &[
            (
                "{cidr: 10.0.0.0/26, node: a, state: confirmed, deleted: false}",
                Taken,
            ),
            (
                "{cidr: 10.0.0.0/26, node: a, state: confirmed, deleted: true}",
                Rules,
            ),
        ],
    );
}
