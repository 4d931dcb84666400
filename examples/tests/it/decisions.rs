//! The same choices as the daemons that people run: thousands of destinations with competing
//! routes, chosen by BIRD, FRR and OpenBGPD and by a RIB with the profile of each.
//!
//! The daemon has sessions with peers that announce, and with one that listens. What the listener
//! hears names the peer whose route was chosen by a community.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::Ipv4Addr;

use bgp_rib::{Event, PeerConfig, Profile, Rib, RibConfig};
use bgp_wire::{
    AsPath, Asn, Community, Family, NextHop, Nlri, Origin, PathAttributes, UpdatePacker, UpdateView,
};
use ipnet::{IpNet, Ipv4Net};
use testkit::netns::routers::Kind;
use testkit::netns::{self, Daemon, Scratch};

use crate::played::{DAEMON, DAEMON_AS, Listener, Peer, chance, establish, lan, play};

const DESTINATIONS: u32 = 3_000;
/// The listener comes after the last feeder.
const LISTENER: usize = FEEDERS.len();
const LISTENER_AS: u32 = 65_100;
/// AS of each feeder: two of one neighbour, two of others, two internal ones.
const FEEDERS: [u32; 6] = [65_001, 65_001, 65_002, 65_003, DAEMON_AS, DAEMON_AS];
/// Marks routes with the feeder that sent them.
const MARK: u16 = 64_999;

fn peer(number: usize) -> Peer {
    let last = u8::try_from(number).unwrap();
    // Identifiers are in no order of the addresses.
    let identifiers = [40, 10, 60, 30, 50, 20, 70];
    Peer {
        address: Ipv4Addr::new(10, 99, 1, 1 + last),
        asn: FEEDERS.get(number).copied().unwrap_or(LISTENER_AS),
        identifier: Ipv4Addr::new(10, 200, 0, identifiers[number]),
    }
}

fn destination(number: u32) -> IpNet {
    Ipv4Net::new_assert(Ipv4Addr::from(0x1400_0000 + (number << 8)), 24).into()
}

/// What a feeder says of a destination, if it knows a way: few values of each attribute, so that
/// every step of the decision is often reached.
fn route(feeder: usize, number: u32) -> Option<PathAttributes> {
    let peer = peer(feeder);
    let seed = u32::try_from(feeder).unwrap();
    let pick = |what, below| chance([seed, number, what], below);
    if pick(0, 5) == 0 {
        return None;
    }
    let neighbour = match peer.is_internal() {
        true => 65_001 + pick(1, 3),
        false => peer.asn,
    };
    let behind = (0..1 + pick(2, 2)).map(|hop| Asn(66_000 + 10 * hop));
    let mut attributes = PathAttributes::new(NextHop::V4(peer.address));
    attributes.as_path = AsPath::from_sequence([Asn(neighbour)].into_iter().chain(behind));
    attributes.origin = [Origin::Igp, Origin::Igp, Origin::Incomplete][pick(3, 3) as usize];
    attributes.med = [None, Some(0), Some(1), Some(2)][pick(4, 4) as usize];
    attributes.communities = vec![Community::new(MARK, u16::try_from(feeder).unwrap())];
    if peer.is_internal() {
        attributes.local_pref = Some([100, 100, 100, 90, 110][pick(5, 5) as usize]);
        if pick(6, 2) == 0 {
            let far = u8::try_from(pick(7, 4)).unwrap();
            attributes.originator_id = Some(Ipv4Addr::new(10, 200, 0, 15 + 10 * far));
            let clusters = 0..=pick(8, 2);
            let cluster = |number| Ipv4Addr::from(0x0a96_0000 + number);
            attributes.cluster_list = clusters.map(cluster).collect();
        }
    }
    Some(attributes)
}

/// The UPDATEs of a feeder, a route each.
fn updates(feeder: usize) -> Vec<Vec<u8>> {
    let context = peer(feeder).context();
    let packer = UpdatePacker::new(&context);
    let announce = |number| {
        let attributes = route(feeder, number)?;
        let mut nlri = [Nlri::unicast(destination(number))].into_iter().peekable();
        let mut out = vec![0; 4096];
        let length = packer.announce(&attributes, Family::IPV4_UNICAST, &mut nlri, &mut out);
        out.truncate(length.unwrap());
        Some(out)
    };
    (0..DESTINATIONS).filter_map(announce).collect()
}

/// Whose route our RIB chooses for each destination.
fn ours(profile: Profile) -> BTreeMap<IpNet, usize> {
    let mut config = RibConfig::new(Asn(DAEMON_AS), DAEMON);
    config.profile = profile;
    let mut rib = Rib::new(config);
    for feeder in 0..FEEDERS.len() {
        let peer = peer(feeder);
        let config = PeerConfig::new(peer.address.into()).local_address(DAEMON.into());
        let id = rib.add_peer(config);
        let context = peer.context();
        let _ = rib.apply(Event::PeerUp {
            peer: id,
            identifier: peer.identifier,
            context: &context,
        });
        for bytes in updates(feeder) {
            let update = UpdateView::scan(&bytes, &context).unwrap();
            let _ = rib.apply(Event::Update {
                peer: id,
                update: &update,
            });
        }
    }
    let chosen = rib.loc_rib().map(|route| {
        (
            route.destination.as_unicast().unwrap(),
            marked(&route.attributes.communities),
        )
    });
    chosen.collect()
}

fn marked(communities: &[Community]) -> usize {
    let mark = communities.iter().find(|it| it.0 >> 16 == u32::from(MARK));
    usize::try_from(mark.unwrap().0 & 0xffff).unwrap()
}

/// A daemon with those peers.
fn start<'ns>(kind: Kind, namespace: &'ns netns::Namespace, scratch: &Scratch) -> Daemon<'ns> {
    let here = scratch.path().display().to_string();
    let config = scratch
        .write("config", &configuration(kind, &here))
        .unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&config, mode).unwrap();
    let config = config.display().to_string();
    let (socket, pid) = (format!("{here}/socket"), format!("{here}/pid"));
    let words: Vec<&str> = match kind {
        Kind::Bird => vec!["bird", "-f", "-c", &config, "-s", &socket],
        Kind::Frr => vec![
            "/usr/lib/frr/bgpd",
            "-Z",
            "-n",
            "-S",
            "-P",
            "0",
            "-i",
            &pid,
            "--vty_socket",
            &here,
            "-f",
            &config,
            "--log",
            "stdout",
            "--log-level",
            "err",
        ],
        Kind::OpenBgpd | Kind::GoBgp | Kind::ExaBgp => {
            std::fs::create_dir_all("/run/openbgpd").unwrap();
            vec!["/usr/sbin/bgpd", "-d", "-f", &config]
        }
    };
    Daemon::start(namespace, scratch, "daemon", words[0], &words[1..]).unwrap()
}

fn configuration(kind: Kind, here: &str) -> String {
    let mut text = match kind {
        Kind::Bird => format!(
            "router id {DAEMON};\nprotocol device {{ }}\nprotocol direct {{ ipv4; interface \"eth0\"; }}\n"
        ),
        Kind::Frr => format!(
            "router bgp {DAEMON_AS}\n bgp router-id {DAEMON}\n no bgp ebgp-requires-policy\n \
             no bgp network import-check\n bgp deterministic-med\n"
        ),
        Kind::OpenBgpd | Kind::GoBgp | Kind::ExaBgp => format!(
            "AS {DAEMON_AS}\nrouter-id {DAEMON}\nfib-update no\nsocket \"{here}/socket\"\n\
             rde med compare strict\nallow from any\nallow to any\n"
        ),
    };
    for number in 0..=LISTENER {
        let Peer { address, asn, .. } = peer(number);
        let part = match kind {
            Kind::Bird => format!(
                "protocol bgp p{number} {{ local {DAEMON} as {DAEMON_AS}; neighbor {address} as {asn}; \
                 passive; deterministic med; ipv4 {{ import all; export where source = RTS_BGP; }}; }}\n"
            ),
            Kind::Frr => format!(
                " neighbor {address} remote-as {asn}\n neighbor {address} passive\n \
                 neighbor {address} advertisement-interval 0\n"
            ),
            Kind::OpenBgpd | Kind::GoBgp | Kind::ExaBgp => format!(
                "neighbor {address} {{\n remote-as {asn}\n passive\n enforce neighbor-as no\n}}\n"
            ),
        };
        text.push_str(&part);
    }
    text
}

fn same_choices(kind: Kind, profile: Profile) {
    if !netns::ready(kind.programs()) {
        return;
    }
    let lan = lan((0..=LISTENER).map(peer));
    let scratch = Scratch::new("decisions").unwrap();
    let _daemon = start(kind, lan.host("daemon"), &scratch);
    let printed = play(lan.host("peers"), "decisions::player");
    let chosen = |line: &str| {
        let (prefix, peer) = line.strip_prefix("chosen ")?.split_once(' ')?;
        Some((prefix.parse().ok()?, peer.parse().ok()?))
    };
    let theirs: BTreeMap<IpNet, usize> = printed.lines().filter_map(chosen).collect();
    let ours = ours(profile);
    let mut wrong = String::new();
    let differing = ours
        .iter()
        .filter(|(prefix, peer)| theirs.get(prefix) != Some(peer));
    for (prefix, peer) in differing.clone().take(4) {
        let _ = writeln!(
            wrong,
            "{prefix}: {peer}, {kind} says {:?}",
            theirs.get(prefix)
        );
        for feeder in 0..FEEDERS.len() {
            let number = (0..DESTINATIONS)
                .find(|number| destination(*number) == *prefix)
                .unwrap();
            let _ = writeln!(wrong, "  {feeder}: {:?}", route(feeder, number));
        }
    }
    let count = differing.count();
    println!(
        "{kind}: {} destinations, {count} chosen otherwise",
        ours.len()
    );
    assert!(ours.len() > DESTINATIONS as usize * 9 / 10);
    assert_eq!((theirs.len(), count), (ours.len(), 0), "{wrong}");
}

#[test]
fn bird_chooses_alike() {
    same_choices(Kind::Bird, Profile::Bird);
}

#[test]
fn frr_chooses_alike() {
    same_choices(Kind::Frr, Profile::Frr);
}

#[test]
fn openbgpd_chooses_alike() {
    same_choices(Kind::OpenBgpd, Profile::Openbgpd);
}

/// Plays the peers, one feeder after the other, and prints what the listener has heard in the end:
/// the other process of the tests above, which run it where it has its addresses.
#[test]
#[ignore = "a part of the others, not a test"]
fn player() {
    let mut listener = Listener::new(peer(LISTENER));
    let mut feeders = Vec::new();
    for feeder in 0..FEEDERS.len() {
        let mut stream = establish(peer(feeder));
        for bytes in updates(feeder) {
            stream.write_all(&bytes).unwrap();
        }
        // Whatever is kept because it was first was first with everybody.
        listener.until_quiet();
        feeders.push(stream);
    }
    for (prefix, attributes) in &listener.heard {
        println!("chosen {prefix} {}", marked(&attributes.communities));
    }
}
