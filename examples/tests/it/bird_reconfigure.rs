//! What BIRD 2 does to a session when a property of it changes: the table of
//! `calico_types::topology::Field::effect`, asked of BIRD itself.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use calico_types::topology::{Bird as Release, Effect, Field};
use ipnet::IpNet;
use testkit::netns::bird::{Bird, Config};
use testkit::netns::{self, Lan, Scratch};

const LIMIT: Duration = Duration::from_secs(60);

/// What the configuration of the node under test says, by the name of the blank.
type Blanks = BTreeMap<&'static str, &'static str>;

/// The configuration of the node under test.
fn node(blanks: &Blanks) -> String {
    let blank = |name: &str, usual: &'static str| blanks.get(name).copied().unwrap_or(usual);
    format!(
        "log stderr all;\nrouter id {};\nprotocol device {{ }}\nprotocol direct {{ ipv4; }}\n\
         filter incoming {{ {} }}\nfilter outgoing {{ {} }}\n\
         protocol bgp {} {{\n  local {} as {};\n  neighbor 10.99.0.2 port {} as {};\n  multihop {};\n  \
         ttl security {};\n  graceful restart;\n  graceful restart time {};\n  keepalive time {};\n  {}\n  \
         connect delay time 1; connect retry time 1; error wait time 1, 2;\n  \
         ipv4 {{ import filter incoming; export filter outgoing; add paths on; {} }};\n}}\n",
        blank("router id", "10.99.0.1"),
        blank("import", "accept;"),
        blank("export", "accept;"),
        blank("name", "session"),
        blank("source", "10.99.0.1"),
        blank("local as", "64512"),
        blank("port", "179"),
        blank("peer as", "64512"),
        blank("hops", ""),
        blank("ttl security", "off"),
        blank("restart", "120"),
        blank("keepalive", "30"),
        blank("more", ""),
        blank("next hop", ""),
    )
}

/// The other end takes whoever comes.
const PEER: &str = "log stderr all;\nrouter id 10.99.0.2;\nprotocol device { }\n\
    protocol direct { ipv4; }\nprotocol bgp peer {\n  local 10.99.0.2 as 64512;\n  \
    neighbor range 10.99.0.0/24 as 64512;\n  multihop; passive; graceful restart;\n  \
    ipv4 { import all; export all; add paths on; };\n}\n";

/// Properties, and how they are written when they are different.
const CHANGES: [(Field, &str, &str); 19] = [
    (Field::Name, "name", "renamed"),
    (Field::PeerPort, "port", "1790"),
    (Field::PeerAs, "peer as", "64513"),
    (Field::LocalAs, "local as", "64513"),
    (Field::SourceAddress, "source", ""),
    (Field::RouteReflectorClient, "more", "rr client;"),
    (Field::ClusterId, "more", "rr cluster id 244.0.0.1;"),
    (Field::Passive, "more", "passive on;"),
    (Field::NextHop, "next hop", "next hop self;"),
    (Field::TtlSecurity, "more", "multihop 3; ttl security on;"),
    (Field::MultihopHops, "hops", "3"),
    (Field::AllowLocalAs, "more", "allow local as 2;"),
    (Field::Keepalive, "keepalive", "20"),
    (Field::GracefulRestart, "restart", "60"),
    (Field::Password, "more", "password \"sesame\";"),
    (Field::ImportFilters, "import", "reject;"),
    (Field::ExportFilters, "export", "reject;"),
    // Both come from one list of a BGPConfiguration into the export filter.
    (
        Field::AdvertisedCommunities,
        "export",
        "bgp_community.add((64512, 1)); accept;",
    ),
    (Field::RouterId, "router id", "10.99.0.9"),
];

#[test]
fn bird_resets_what_a_difference_says() {
    if !netns::ready(&["bird", "birdc"]) {
        return;
    }
    let address = |text: &str| -> [IpNet; 1] { [text.parse().unwrap()] };
    let (ours, theirs) = (address("10.99.0.1/24"), address("10.99.0.2/24"));
    let lan = Lan::new(&[("node", ours.as_slice()), ("peer", theirs.as_slice())]).unwrap();
    let scratch = Scratch::new("reconfigure").unwrap();
    let start = |name: &'static str, last: u8| {
        let empty = Config {
            router_id: Ipv4Addr::new(10, 99, 0, last),
            asn: 64512,
            announce: Vec::new(),
            peers: Vec::new(),
        };
        Bird::start(lan.host(name), &scratch, name, &empty).unwrap()
    };
    let (node_bird, peer_bird) = (start("node", 1), start("peer", 2));
    let configure = |bird: &Bird<'_>, name: &str, text: &str| {
        scratch.write(&format!("{name}.conf"), text).unwrap();
        let answer = bird.query("configure").unwrap();
        assert!(answer.contains("Reconfig"), "{answer}");
        answer
    };
    configure(&peer_bird, "peer", PEER);
    for (field, blank, different) in CHANGES {
        configure(&node_bird, "node", &node(&Blanks::new()));
        let is_up = |answer: &str| answer.contains("Established");
        node_bird.wait("show protocols session", LIMIT, is_up);
        let text = node(&Blanks::from([(blank, different)]));
        let answer = configure(&node_bird, "node", &text);
        // BIRD is done at once, unless a protocol has to go down first.
        let resets = answer.contains("Reconfiguration in progress");
        let expected = field.effect(Release::V2) >= Effect::Reset;
        assert_eq!(resets, expected, "{field}: {answer}");
    }
}
