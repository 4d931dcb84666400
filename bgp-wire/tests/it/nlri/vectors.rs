//! One NLRI of each kind, its octets worked out by hand from the RFC that is cited.

use bgp_wire::{Afi, Family, Safi};

/// A family, an NLRI of it, and what it prints as.
pub(crate) struct Vector {
    pub(crate) family: Family,
    pub(crate) octets: Vec<u8>,
    pub(crate) text: &'static str,
}

fn vector(afi: Afi, safi: Safi, parts: &[&[u8]], text: &'static str) -> Vector {
    Vector {
        family: Family::new(afi, safi),
        octets: parts.concat(),
        text,
    }
}

/// RFC 4364 §4.2: type 0, AS 65000, number 1.
const RD: &[u8] = &[0, 0, 0xfd, 0xe8, 0, 0, 0, 1];
/// RFC 7432 §5: a segment configured by an operator.
const ESI: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/// 192.0.2.1, and behind its length in bits.
const IP: &[u8] = &[192, 0, 2, 1];
const SIZED_IP: &[u8] = &[32, 192, 0, 2, 1];
/// 233.252.0.1 behind its length in bits.
const GROUP: &[u8] = &[32, 233, 252, 0, 1];

/// Every kind of NLRI that is typed, plain prefixes left out.
pub(crate) fn all() -> Vec<Vector> {
    let mut all = ip();
    all.extend(evpn());
    all.extend(evpn_multicast());
    all.extend(mvpn());
    all.extend(others());
    all
}

fn ip() -> Vec<Vector> {
    vec![
        // RFC 8277 §2.2: 24 + 24 bits; label 16 at the bottom of the stack.
        vector(
            Afi::IPV4,
            Safi::LABELED,
            &[&[48, 0, 1, 1, 203, 0, 113]],
            "203.0.113.0/24 label 16",
        ),
        vector(
            Afi::IPV6,
            Safi::LABELED,
            &[&[56, 0xff, 0xff, 0xf1, 0x20, 1, 0xd, 0xb8]],
            "2001:db8::/32 label 1048575",
        ),
        // RFC 4364 §4.3.4: 24 + 64 + 24 bits.
        vector(
            Afi::IPV4,
            Safi::MPLS_VPN,
            &[&[112, 0, 1, 1], RD, &[203, 0, 113]],
            "65000:1:203.0.113.0/24 label 16",
        ),
        // RFC 4659 §3.2: 24 + 64 + 32 bits.
        vector(
            Afi::IPV6,
            Safi::MPLS_VPN,
            &[&[120, 0, 1, 1], RD, &[0x20, 1, 0xd, 0xb8]],
            "65000:1:2001:db8::/32 label 16",
        ),
        // RFC 4684 §4: 32 + 64 bits; RFC 4360 §4: type 0, sub-type 2.
        vector(
            Afi::IPV4,
            Safi::ROUTE_TARGET,
            &[&[96, 0, 0, 0xfd, 0xe9, 0, 2, 0xfd, 0xe8, 0, 0, 0, 100]],
            "65001:rt:65000:100",
        ),
        vector(Afi::IPV4, Safi::ROUTE_TARGET, &[&[0]], "default"),
    ]
}

fn evpn() -> Vec<Vector> {
    let evpn = |parts: &[&[u8]], text| vector(Afi::L2VPN, Safi::EVPN, parts, text);
    vec![
        // RFC 7432 §7.1: 8 + 10 + 4 + 3.
        evpn(
            &[&[1, 25], RD, ESI, &[0xff; 4], &[0, 1, 1]],
            "[type:ad][rd:65000:1][esi:00:01:02:03:04:05:06:07:08:09][etag:4294967295][vni:257]",
        ),
        // RFC 7432 §7.2: 8 + 10 + 4 + 1 + 6 + 1 + 4 + 3 + 3.
        evpn(
            &[
                &[2, 40],
                RD,
                &[0; 10],
                &[0, 0, 0, 7],
                &[48, 0, 0, 0x5e, 0, 0x53, 1],
                SIZED_IP,
                &[0, 0x27, 0x10, 0, 0x27, 0x11],
            ],
            "[type:macadv][rd:65000:1][esi:0][etag:7][mac:00:00:5e:00:53:01][ip:192.0.2.1][vni:10000][vni2:10001]",
        ),
        // RFC 7432 §7.3, §7.4.
        evpn(
            &[&[3, 17], RD, &[0; 4], SIZED_IP],
            "[type:multicast][rd:65000:1][etag:0][ip:192.0.2.1]",
        ),
        evpn(
            &[&[4, 23], RD, ESI, SIZED_IP],
            "[type:es][rd:65000:1][esi:00:01:02:03:04:05:06:07:08:09][ip:192.0.2.1]",
        ),
        // RFC 9136 §3.1: 34 octets.
        evpn(
            &[
                &[5, 34],
                RD,
                &[0; 14],
                &[24, 203, 0, 113, 0],
                &[0; 4],
                &[0, 0x27, 0x10],
            ],
            "[type:prefix][rd:65000:1][esi:0][etag:0][prefix:203.0.113.0/24][vni:10000]",
        ),
    ]
}

fn evpn_multicast() -> Vec<Vector> {
    let evpn = |parts: &[&[u8]], text| vector(Afi::L2VPN, Safi::EVPN, parts, text);
    vec![
        // RFC 9251 §9.1–9.3.
        evpn(
            &[&[6, 24], RD, &[0; 4], &[0], GROUP, SIZED_IP, &[2]],
            "[type:smet][rd:65000:1][etag:0][source:*][group:233.252.0.1][originator:192.0.2.1][flags:2]",
        ),
        evpn(
            &[&[7, 38], RD, ESI, &[0; 4], SIZED_IP, GROUP, SIZED_IP, &[4]],
            "[type:report-synch][rd:65000:1][esi:00:01:02:03:04:05:06:07:08:09][etag:0][source:192.0.2.1][group:233.252.0.1][originator:192.0.2.1][flags:4]",
        ),
        evpn(
            &[
                &[8, 39],
                RD,
                ESI,
                &[0; 4],
                &[0],
                GROUP,
                SIZED_IP,
                &[0, 0, 0, 0, 10, 2],
            ],
            "[type:leave-synch][rd:65000:1][esi:00:01:02:03:04:05:06:07:08:09][etag:0][source:*][group:233.252.0.1][originator:192.0.2.1][mrt:10][flags:2]",
        ),
        // RFC 9572 §3.1–3.3.
        evpn(
            &[&[9, 20], RD, &[0; 4], &[0, 2, 0xfd, 0xe8, 0, 0, 0, 1]],
            "[type:i-pmsi][rd:65000:1][etag:0][region:0x0002fde800000001]",
        ),
        evpn(
            &[&[10, 23], RD, &[0; 4], &[0], GROUP, SIZED_IP],
            "[type:s-pmsi][rd:65000:1][etag:0][source:*][group:233.252.0.1][originator:192.0.2.1]",
        ),
        evpn(
            &[&[11, 24, 3, 17], RD, &[0; 4], SIZED_IP, SIZED_IP],
            "[type:leaf][key:0x03110000fde8000000010000000020c0000201][ip:192.0.2.1]",
        ),
    ]
}

fn mvpn() -> Vec<Vector> {
    let mvpn = |parts: &[&[u8]], text| vector(Afi::IPV4, Safi::MVPN, parts, text);
    let source_as: &[u8] = &[0, 0, 0xfd, 0xe8];
    vec![
        // RFC 6514 §4.1–4.6.
        mvpn(
            &[&[1, 12], RD, IP],
            "[type:intra-as-i-pmsi][rd:65000:1][originator:192.0.2.1]",
        ),
        mvpn(
            &[&[2, 12], RD, source_as],
            "[type:inter-as-i-pmsi][rd:65000:1][as:65000]",
        ),
        mvpn(
            &[&[3, 22], RD, SIZED_IP, GROUP, IP],
            "[type:s-pmsi][rd:65000:1][source:192.0.2.1][group:233.252.0.1][originator:192.0.2.1]",
        ),
        mvpn(
            &[&[4, 18, 2, 12], RD, source_as, IP],
            "[type:leaf][key:0x020c0000fde8000000010000fde8][originator:192.0.2.1]",
        ),
        mvpn(
            &[&[5, 18], RD, SIZED_IP, GROUP],
            "[type:source-active][rd:65000:1][source:192.0.2.1][group:233.252.0.1]",
        ),
        mvpn(
            &[&[6, 22], RD, source_as, SIZED_IP, GROUP],
            "[type:shared-tree-join][rd:65000:1][as:65000][source:192.0.2.1][group:233.252.0.1]",
        ),
        mvpn(
            &[&[7, 22], RD, source_as, SIZED_IP, GROUP],
            "[type:source-tree-join][rd:65000:1][as:65000][source:192.0.2.1][group:233.252.0.1]",
        ),
    ]
}

fn others() -> Vec<Vector> {
    vec![
        // RFC 8955 §4.3.2, and of a VPN (§8).
        vector(
            Afi::IPV4,
            Safi::FLOW_SPEC,
            &[
                &[18, 1, 24, 192, 0, 2, 2, 24, 203, 0, 113],
                &[4, 3, 137, 0x45, 139, 0x91, 0x1f, 0x90],
            ],
            "destination 192.0.2.0/24 source 203.0.113.0/24 port [ >=137&<=139 =8080 ]",
        ),
        vector(
            Afi::IPV4,
            Safi::FLOW_SPEC_VPN,
            &[&[11], RD, &[3, 0x81, 6]],
            "protocol =tcp rd 65000:1",
        ),
        // RFC 8956 §3.8.2: one bit of padding.
        vector(
            Afi::IPV6,
            Safi::FLOW_SPEC,
            &[&[8, 2, 104, 65, 0x24, 0x68, 0xac, 0xf1, 0x34]],
            "source ::1234:5678:9a00:0/65-104",
        ),
        // RFC 9552 §5.2: a node of IS-IS level 2, AS 65000, system 0000.0000.0001.
        vector(
            Afi::BGP_LS,
            Safi::BGP_LS,
            &[
                &[0, 1, 0, 31, 2, 0, 0, 0, 0, 0, 0, 0, 0],
                &[1, 0, 0, 18, 2, 0, 0, 4, 0, 0, 0xfd, 0xe8],
                &[2, 3, 0, 6, 0, 0, 0, 0, 0, 1],
            ],
            "[type:node][protocol:isis-l2][id:0][local:{as 65000, router-id 0000.0000.0001}]",
        ),
        // RFC 9830 §2.1.
        vector(
            Afi::IPV4,
            Safi::SR_POLICY,
            &[&[96, 0, 0, 0, 1, 0, 0, 0, 100], IP],
            "[distinguisher:1][color:100][endpoint:192.0.2.1]",
        ),
        // RFC 4761 §3.2.2.
        vector(
            Afi::L2VPN,
            Safi::VPLS,
            &[&[0, 17], RD, &[0, 5, 0, 1, 0, 8, 0x40, 0, 1]],
            "[type:block][rd:65000:1][ve-id:5][offset:1][size:8][label-base:262144]",
        ),
        // draft-mpmz-bess-mup-safi-03 §3.1.
        vector(
            Afi::IPV4,
            Safi::MUP,
            &[&[1, 0, 1, 12], RD, &[24, 203, 0, 113]],
            "[type:isd][rd:65000:1][prefix:203.0.113.0/24]",
        ),
        vector(
            Afi::IPV4,
            Safi::MUP,
            &[&[1, 0, 4, 17], RD, &[64], IP, &[0, 0, 0x30, 0x39]],
            "[type:t2st][rd:65000:1][endpoint:192.0.2.1][teid:0x00003039/32]",
        ),
    ]
}
