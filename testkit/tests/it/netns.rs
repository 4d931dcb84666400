//! The namespaces are real: two BIRDs in them become neighbours and exchange routes of
//! both families.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use testkit::netns::bird::{Bird, Config, Peer};
use testkit::netns::{self, Lan, Scratch};

const AS: u32 = 64512;
const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn two_birds_exchange_routes() {
    if !netns::ready(&["bird", "birdc"]) {
        return;
    }
    let lan = Lan::new(&[
        ("one", &[net("10.99.0.1/24"), net("fd99::1/64")]),
        ("two", &[net("10.99.0.2/24"), net("fd99::2/64")]),
    ])
    .unwrap();
    let scratch = Scratch::new("birds").unwrap();
    let one = Bird::start(lan.host("one"), &scratch, "one", &config(1, 2)).unwrap();
    let two = Bird::start(lan.host("two"), &scratch, "two", &config(2, 1)).unwrap();

    for (bird, route) in [
        (&two, "10.100.1.0/24"),
        (&two, "fd00:100:1::/64"),
        (&one, "10.100.2.0/24"),
        (&one, "fd00:100:2::/64"),
    ] {
        bird.wait(&format!("show route all {route}"), LIMIT, |answer| {
            answer.contains("BGP.next_hop")
        });
    }
}

#[test]
fn a_namespace_is_gone_when_dropped() {
    if !netns::ready(&[]) {
        return;
    }
    let namespace = netns::Namespace::new("short-lived").unwrap();
    let path = format!("/run/netns/{namespace}");
    assert!(std::fs::exists(&path).unwrap());
    drop(namespace);
    assert!(!std::fs::exists(&path).unwrap());
}

fn config(own: u8, other: u8) -> Config {
    Config {
        router_id: Ipv4Addr::new(10, 99, 0, own),
        asn: AS,
        announce: vec![
            net(&format!("10.100.{own}.0/24")),
            net(&format!("fd00:100:{own}::/64")),
        ],
        peers: vec![
            peer(
                "peer4",
                |host| Ipv4Addr::new(10, 99, 0, host).into(),
                own,
                other,
            ),
            peer(
                "peer6",
                |host| format!("fd99::{host}").parse().unwrap(),
                own,
                other,
            ),
        ],
    }
}

fn peer(name: &str, address: fn(u8) -> IpAddr, own: u8, other: u8) -> Peer {
    Peer {
        name: name.to_owned(),
        local: address(own),
        remote: address(other),
        asn: AS,
        cluster_id: None,
    }
}

fn net(text: &str) -> ipnet::IpNet {
    text.parse().unwrap()
}
