//! What Calico's BIRD puts into the kernel's table, by pool and by where the next hop is.

use bgp_rib::{Event, LocalOrigin, LocalRoute, PeerConfig, Rib, RibConfig};
use bgp_session::Asn;
use bgp_wire::{
    AsPath, Context, Family, NextHop, Nlri, PathAttributes, PeerType, UpdatePacker, UpdateView,
};
use ipnet::IpNet;

use super::{Encapsulation, Forwarding};

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn forwarding() -> Forwarding {
    Forwarding {
        pools: vec![
            (net("192.168.0.0/16"), Encapsulation::IpipCrossSubnet),
            (net("192.168.128.0/17"), Encapsulation::Ipip),
            (net("172.16.0.0/16"), Encapsulation::Vxlan),
            (net("172.17.0.0/16"), Encapsulation::None),
        ],
        subnets: vec![net("10.0.0.1/24"), net("fd00::1/64")],
        reachable_by: [(net("203.0.113.9/32"), [10, 0, 0, 254].into())].into(),
    }
}

/// What the table is to have of a route that an internal peer of each of these addresses has sent.
fn shown(prefix: &str, hops: &[&str]) -> String {
    let mut rib = Rib::new(RibConfig::new(Asn(64_512), [10, 0, 0, 1].into()));
    for hop in hops {
        let context = Context::new(PeerType::Internal);
        let peer = rib.add_peer(PeerConfig::new(hop.parse().unwrap()));
        let _ = rib.apply(Event::PeerUp {
            peer,
            identifier: hop.parse().unwrap(),
            context: &context,
        });
        let attributes = PathAttributes {
            as_path: AsPath::default(),
            local_pref: Some(100),
            ..PathAttributes::new(NextHop::V4(hop.parse().unwrap()))
        };
        let mut nlri = [Nlri {
            family: Family::IPV4_UNICAST,
            prefix: net(prefix),
            path_id: None,
        }]
        .into_iter()
        .peekable();
        let mut message = [0; 4096];
        let length = UpdatePacker::new(&context)
            .announce(&attributes, Family::IPV4_UNICAST, &mut nlri, &mut message)
            .unwrap();
        let update = UpdateView::scan(&message[..length], &context).unwrap();
        let _ = rib.apply(Event::Update {
            peer,
            update: &update,
        });
    }
    let route = forwarding().route(net(prefix), &rib.multipath(net(prefix)));
    route.map_or_else(|| "nothing".to_owned(), |route| route.to_string())
}

#[test]
fn pools_say_how_packets_travel() {
    let rows = [
        ("172.17.1.0/26", "10.0.0.2", "via 10.0.0.2"),
        ("203.0.113.0/24", "10.0.0.2", "via 10.0.0.2"),
        ("192.168.1.0/26", "10.0.0.2", "via 10.0.0.2"),
        ("192.168.1.0/26", "10.0.1.2", "via 10.0.1.2 through tunl0"),
        ("192.168.200.0/26", "10.0.0.2", "via 10.0.0.2 through tunl0"),
        ("172.16.1.0/26", "10.0.0.2", "nothing"),
        ("203.0.113.9/32", "10.0.0.2", "via 10.0.0.254"),
    ];
    for (prefix, hop, expected) in rows {
        assert_eq!(shown(prefix, &[hop]), expected, "{prefix} via {hop}");
    }
}

#[test]
fn equal_routes_share_the_traffic() {
    assert_eq!(
        shown("192.168.1.0/26", &["10.0.0.3", "10.0.1.2"]),
        "via 10.0.0.3, 10.0.1.2 through tunl0"
    );
}

#[test]
fn own_blocks_lead_nowhere_and_other_own_routes_are_left_alone() {
    let mut rib = Rib::new(RibConfig::new(Asn(64_512), [10, 0, 0, 1].into()));
    for (prefix, origin, expected) in [
        ("192.168.9.0/26", LocalOrigin::OwnBlock, "blackhole"),
        ("10.96.0.0/16", LocalOrigin::Service, "nothing"),
        ("198.51.100.0/24", LocalOrigin::Static, "nothing"),
    ] {
        let prefix = net(prefix);
        let _ = rib.apply(Event::Originate(LocalRoute::new(prefix, origin)));
        let route = forwarding().route(prefix, &rib.multipath(prefix));
        let shown = route.map_or_else(|| "nothing".to_owned(), |route| route.to_string());
        assert_eq!(shown, expected, "{prefix}");
    }
}
