//! The same choices as the daemons that people run: thousands of destinations with competing
//! routes, chosen by BIRD, FRR and OpenBGPD and by a RIB with the profile of each.
//!
//! The daemon has sessions with peers that announce, and with one that listens. What the listener
//! hears names the peer whose route was chosen by a community. The peers are played by this very
//! program, once more, in a namespace of its own: see [`player`].

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bgp_rib::{Event, PeerConfig, Profile, Rib, RibConfig};
use bgp_wire::{
    AsPath, Asn, Capability, Community, Context, Family, NextHop, Nlri, Open, Origin,
    PathAttributes, PeerType, UpdatePacker, UpdateView,
};
use ipnet::{IpNet, Ipv4Net};
use testkit::netns::routers::Kind;
use testkit::netns::{self, Daemon, Lan, Scratch};

const DAEMON: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 20);
const DAEMON_AS: u32 = 65_000;
const DESTINATIONS: u32 = 3_000;
/// The listener comes after the last feeder.
const LISTENER: usize = FEEDERS.len();
const LISTENER_AS: u32 = 65_100;
/// AS of each feeder: two of one neighbour, two of others, two internal ones.
const FEEDERS: [u32; 6] = [65_001, 65_001, 65_002, 65_003, DAEMON_AS, DAEMON_AS];
/// Marks routes with the feeder that sent them.
const MARK: u16 = 64_999;

fn address(peer: usize) -> Ipv4Addr {
    let last = u8::try_from(peer).unwrap();
    Ipv4Addr::new(10, 99, 1, 1 + last)
}

/// Identifiers that are in no order of the addresses.
fn identifier(peer: usize) -> Ipv4Addr {
    let numbers = [40, 10, 60, 30, 50, 20, 70];
    Ipv4Addr::new(10, 200, 0, numbers[peer])
}

fn asn(peer: usize) -> u32 {
    FEEDERS.get(peer).copied().unwrap_or(LISTENER_AS)
}

fn is_internal(peer: usize) -> bool {
    asn(peer) == DAEMON_AS
}

fn context(peer: usize) -> Context {
    Context::new(match is_internal(peer) {
        true => PeerType::Internal,
        false => PeerType::External,
    })
}

fn destination(number: u32) -> IpNet {
    Ipv4Net::new_assert(Ipv4Addr::from(0x1400_0000 + (number << 8)), 24).into()
}

/// A number that looks like chance, below `below`.
fn chance(seed: [u32; 3], below: u32) -> u32 {
    let mut mixed = 0x9e37_79b9_u64;
    for part in seed {
        mixed = (mixed ^ u64::from(part)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^= mixed >> 32;
    }
    u32::try_from(mixed % u64::from(below)).unwrap()
}

/// What a feeder says of a destination, if it knows a way: few values of each attribute, so that
/// every step of the decision is often reached.
fn route(peer: usize, number: u32) -> Option<PathAttributes> {
    let feeder = u32::try_from(peer).unwrap();
    let pick = |what, below| chance([feeder, number, what], below);
    if pick(0, 5) == 0 {
        return None;
    }
    let neighbour = match is_internal(peer) {
        true => 65_001 + pick(1, 3),
        false => asn(peer),
    };
    let behind = (0..1 + pick(2, 2)).map(|hop| Asn(66_000 + 10 * hop));
    let mut attributes = PathAttributes::new(NextHop::V4(address(peer)));
    attributes.as_path = AsPath::from_sequence([Asn(neighbour)].into_iter().chain(behind));
    attributes.origin = [Origin::Igp, Origin::Igp, Origin::Incomplete][pick(3, 3) as usize];
    attributes.med = [None, Some(0), Some(1), Some(2)][pick(4, 4) as usize];
    attributes.communities = vec![Community::new(MARK, u16::try_from(peer).unwrap())];
    if is_internal(peer) {
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
fn updates(peer: usize) -> Vec<Vec<u8>> {
    let context = context(peer);
    let packer = UpdatePacker::new(&context);
    let announce = |number| {
        let attributes = route(peer, number)?;
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
    for peer in 0..FEEDERS.len() {
        let id = rib.add_peer(PeerConfig::new(address(peer).into()).local_address(DAEMON.into()));
        let context = context(peer);
        let _ = rib.apply(Event::PeerUp {
            peer: id,
            identifier: identifier(peer),
            context: &context,
        });
        for bytes in updates(peer) {
            let update = UpdateView::scan(&bytes, &context).unwrap();
            let _ = rib.apply(Event::Update {
                peer: id,
                update: &update,
            });
        }
    }
    let chosen = rib
        .loc_rib()
        .map(|route| (route.prefix, marked(&route.attributes.communities)));
    chosen.collect()
}

fn marked(communities: &[Community]) -> usize {
    let mark = communities.iter().find(|it| it.0 >> 16 == u32::from(MARK));
    usize::try_from(mark.unwrap().0 & 0xffff).unwrap()
}

/// A daemon with those peers.
fn start<'ns>(kind: Kind, namespace: &'ns netns::Namespace, scratch: &Scratch) -> Daemon<'ns> {
    let here = scratch.path().display().to_string();
    let peers: Vec<usize> = (0..=LISTENER).collect();
    let config = scratch
        .write("config", &configuration(kind, &peers, &here))
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

fn configuration(kind: Kind, peers: &[usize], here: &str) -> String {
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
    for peer in peers.iter().copied() {
        let (address, asn) = (address(peer), asn(peer));
        let part = match kind {
            Kind::Bird => format!(
                "protocol bgp p{peer} {{ local {DAEMON} as {DAEMON_AS}; neighbor {address} as {asn}; \
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
    let net = |address| IpNet::V4(Ipv4Net::new_assert(address, 16));
    let peers: Vec<IpNet> = (0..=LISTENER).map(|peer| net(address(peer))).collect();
    let lan = Lan::new(&[("daemon", &[net(DAEMON)]), ("peers", &peers)]).unwrap();
    let scratch = Scratch::new("decisions").unwrap();
    let _daemon = start(kind, lan.host("daemon"), &scratch);
    let program = std::env::current_exe().unwrap();
    let mut player = lan.host("peers").command(program.to_str().unwrap());
    player.args(["--exact", "decisions::player", "--ignored", "--nocapture"]);
    let output = player.output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
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
    let mut listener = Listener::new(establish(LISTENER));
    let mut feeders = Vec::new();
    for peer in 0..FEEDERS.len() {
        let mut stream = establish(peer);
        for bytes in updates(peer) {
            stream.write_all(&bytes).unwrap();
        }
        // Whatever is kept because it was first was first with everybody.
        listener.until_quiet();
        feeders.push(stream);
    }
    for (prefix, peer) in &listener.heard {
        println!("chosen {prefix} {peer}");
    }
}

/// Opens a session; the daemon may be starting.
#[expect(
    clippy::disallowed_methods,
    reason = "a test waits for other programs in real time"
)]
fn establish(peer: usize) -> TcpStream {
    let start = Instant::now();
    loop {
        match attempt(peer) {
            Ok(stream) => return stream,
            Err(error) => assert!(start.elapsed() < Duration::from_secs(40), "{peer}: {error}"),
        }
        std::thread::sleep(Duration::from_millis(300));
    }
}

fn attempt(peer: usize) -> std::io::Result<TcpStream> {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((address(peer), 0)).into())?;
    socket.connect_timeout(
        &SocketAddr::from((DAEMON, 179)).into(),
        Duration::from_secs(2),
    )?;
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let open = Open {
        my_as: Asn(asn(peer)),
        hold_time: 240,
        identifier: identifier(peer),
        capabilities: vec![
            Capability::MultiProtocol(Family::IPV4_UNICAST),
            Capability::FourOctetAs(Asn(asn(peer))),
        ],
    };
    let mut message = vec![0; open.encoded_len()];
    open.encode(&mut message).unwrap();
    stream.write_all(&message)?;
    loop {
        let (kind, _) = read_message(&mut stream)?;
        match kind {
            1 => {
                let mut message = [0; 19];
                bgp_wire::keepalive(&mut message).unwrap();
                stream.write_all(&message)?;
            }
            4 => return Ok(stream),
            _ => return Err(std::io::Error::other(format!("a message of type {kind}"))),
        }
    }
}

/// Type and octets of the next message.
fn read_message(stream: &mut TcpStream) -> std::io::Result<(u8, Vec<u8>)> {
    let mut message = vec![0; 19];
    stream.read_exact(&mut message)?;
    let length = usize::from(u16::from_be_bytes([message[16], message[17]]));
    message.resize(length, 0);
    stream.read_exact(&mut message[19..])?;
    Ok((message[18], message))
}

/// The session that hears what was chosen.
struct Listener {
    stream: TcpStream,
    heard: BTreeMap<IpNet, usize>,
}

impl Listener {
    fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            heard: BTreeMap::new(),
        }
    }

    /// Reads until nothing has come for a while.
    fn until_quiet(&mut self) {
        let quiet = Some(Duration::from_millis(1500));
        self.stream.set_read_timeout(quiet).unwrap();
        let context = context(LISTENER);
        while let Ok((kind, message)) = read_message(&mut self.stream) {
            assert_ne!(kind, 3, "a NOTIFICATION");
            if kind != 2 {
                continue;
            }
            let update = UpdateView::scan(&message, &context).unwrap();
            for nlri in update.unreachable() {
                self.heard.remove(&nlri.prefix);
            }
            let attributes = update.path_attributes(Family::IPV4_UNICAST);
            for nlri in update.reachable() {
                // The network between us may be told of too.
                if nlri.prefix.prefix_len() == 24 {
                    self.heard
                        .insert(nlri.prefix, marked(&attributes.communities));
                }
            }
        }
    }
}
