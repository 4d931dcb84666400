//! Two ends of a session, or three, in a network of their own.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use ipnet::IpNet;
use testkit::netns::routers::{Announcement, Held, Kind, Neighbor, Router, Setup};
use testkit::netns::{Lan, Scratch, wait_for};

use super::ours::Ours;

/// How long anything may take: a daemon has timers of its own.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// A host, by the last octet of its addresses.
pub(super) type Host = u8;
/// The daemon's.
pub(super) const THEIRS: Host = 1;
/// A second speaker of ours.
pub(super) const OTHER: Host = 2;
/// Ours.
pub(super) const OURS: Host = 3;

/// AS numbers that do not fit two octets.
pub(super) const OUR_AS: u32 = 4_200_000_003;
pub(super) const THEIR_AS: u32 = 4_200_000_001;

/// A network, and a place for files.
pub(super) struct Scene {
    pub(super) kind: Kind,
    pub(super) lan: Lan,
    pub(super) scratch: Scratch,
}

/// What the transport is.
#[derive(Clone, Copy)]
pub(super) enum Over {
    Ipv4,
    Ipv6,
}

impl Scene {
    pub(super) fn new(kind: Kind, what: &str) -> Self {
        let addresses = |host| {
            [
                net(&format!("10.99.0.{host}/24")),
                net(&format!("fd99::{host}/64")),
            ]
        };
        let (theirs, other, ours) = (addresses(THEIRS), addresses(OTHER), addresses(OURS));
        let hosts: [(&str, &[IpNet]); 3] =
            [("theirs", &theirs), ("other", &other), ("ours", &ours)];
        let label = format!("{kind}-{what}").to_lowercase();
        Self {
            kind,
            lan: Lan::new(&hosts).unwrap(),
            scratch: Scratch::new(&label).unwrap(),
        }
    }

    /// Starts the daemon.
    pub(super) fn theirs(&self, setup: &Setup) -> Box<dyn Router + '_> {
        self.kind
            .start(self.lan.host("theirs"), &self.scratch, setup)
            .unwrap()
    }

    /// Starts our speaker.
    pub(super) fn ours(&self, config: &str) -> Ours<'_> {
        Ours::start(self.lan.host("ours"), &self.scratch, "ours", config, &[])
    }

    /// Starts our speaker where one was a moment ago.
    pub(super) fn ours_restarted(&self, config: &str) -> Ours<'_> {
        let more = ["--restarted"];
        Ours::start(self.lan.host("ours"), &self.scratch, "ours", config, &more)
    }

    /// Starts another of our speakers.
    pub(super) fn other(&self, config: &str) -> Ours<'_> {
        Ours::start(self.lan.host("other"), &self.scratch, "other", config, &[])
    }
}

impl Scene {
    /// Stops all processes where they are, or lets them go on.
    pub(super) fn freeze(&self, host: &str, frozen: bool) {
        let signal = if frozen { "STOP" } else { "CONT" };
        self.lan.host(host).signal(signal).unwrap();
    }

    /// Ends all processes without a word.
    pub(super) fn kill(&self, host: &str) {
        self.lan.host(host).signal("KILL").unwrap();
    }

    /// The ends know each other's link addresses, without asking for them.
    pub(super) fn know_each_other(&self) {
        let ends = [("theirs", "ours", OURS), ("ours", "theirs", THEIRS)];
        for (host, other, number) in ends {
            let link = self.lan.host(other);
            let link = link.run("cat", &["/sys/class/net/eth0/address"]).unwrap();
            let address = v4(number).to_string();
            let words = [
                "neighbor",
                "replace",
                &address,
                "dev",
                "eth0",
                "lladdr",
                link.trim(),
            ];
            self.lan.host(host).run("ip", &words).unwrap();
        }
    }

    /// Lets no packet pass between the ends, or lets them pass again.
    pub(super) fn cut(&self, cut: bool) {
        self.lan.cut(["theirs", "ours"], cut).unwrap();
    }

    /// Waits until this end dials.
    pub(super) fn wait_for_syn(&self, host: &str) {
        wait_for(&format!("{host} to dial"), LIMIT, || {
            let dialled = self.sockets(host, "syn-sent");
            match dialled.is_empty() {
                true => Err("no SYN".to_owned()),
                false => Ok(()),
            }
        });
    }

    /// Whether both ends' dials get through, in time for neither to give up.
    pub(super) fn has_two_connections(&self) -> bool {
        let tries = (0..40).find(|_| {
            pause(Duration::from_millis(100));
            self.connections() == [false, true]
        });
        tries.is_some()
    }

    /// The open connections, by whether we have dialled.
    pub(super) fn connections(&self) -> Vec<bool> {
        let sockets = self.sockets("ours", "established");
        let mut dialled: Vec<bool> = sockets
            .lines()
            .map(|line| {
                line.split_whitespace()
                    .nth(3)
                    .is_some_and(|to| to.ends_with(":179"))
            })
            .collect();
        dialled.sort_unstable();
        dialled
    }

    fn sockets(&self, host: &str, state: &str) -> String {
        let words = ["-Htn", "state", state];
        self.lan.host(host).run("ss", &words).unwrap()
    }

    /// Segments that had no signature or another than expected.
    pub(super) fn refused_segments(&self, host: &str) -> u64 {
        let text = self
            .lan
            .host(host)
            .run("cat", &["/proc/net/netstat"])
            .unwrap();
        let lines = text.lines().filter(|line| line.starts_with("TcpExt:"));
        let lines: Vec<&str> = lines.collect();
        let (names, values) = (lines.first().unwrap(), lines.get(1).unwrap());
        let counters = names.split_whitespace().zip(values.split_whitespace());
        let refused = counters.filter(|(name, _)| name.starts_with("TCPMD5"));
        refused
            .filter_map(|(_, value)| value.parse::<u64>().ok())
            .sum()
    }
}

/// Waits, for what nobody shows.
#[expect(
    clippy::disallowed_methods,
    reason = "a test waits for other programs in real time"
)]
pub(super) fn pause(time: Duration) {
    std::thread::sleep(time);
}

pub(super) fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

/// Its IPv4 address.
pub(super) const fn identifier(host: Host) -> Ipv4Addr {
    Ipv4Addr::new(10, 99, 0, host)
}

pub(super) fn v4(host: Host) -> IpAddr {
    identifier(host).into()
}

pub(super) fn v6(host: Host) -> IpAddr {
    format!("fd99::{host}").parse().unwrap()
}

/// The address of a host by what carries the session.
pub(super) fn at(over: Over, host: Host) -> IpAddr {
    match over {
        Over::Ipv4 => v4(host),
        Over::Ipv6 => v6(host),
    }
}

/// The address of a host in the family of a prefix.
pub(super) fn like(prefix: IpNet, host: Host) -> IpAddr {
    match prefix {
        IpNet::V4(_) => v4(host),
        IpNet::V6(_) => v6(host),
    }
}

/// A destination of a host in each family.
pub(super) fn own(host: Host, number: u8) -> [IpNet; 2] {
    [
        net(&format!("10.{}.{number}.0/24", 100 + host)),
        net(&format!("fd00:{host}:{number}::/64")),
    ]
}

/// The daemon's end of one session with us.
pub(super) fn setup(over: Over, asn: u32) -> Setup {
    let announce = |prefix| Announcement {
        prefix,
        mark: Some(u16::from(THEIRS)),
    };
    Setup {
        asn,
        ipv4: identifier(THEIRS),
        ipv6: v6(THEIRS),
        announce: own(THEIRS, 1).map(announce).to_vec(),
        neighbors: vec![neighbor(over, OURS, OUR_AS)],
        restarted: false,
    }
}

/// The daemon's end of a session.
pub(super) fn neighbor(over: Over, host: Host, asn: u32) -> Neighbor {
    Neighbor {
        local: at(over, THEIRS),
        remote: at(over, host),
        asn,
        passive: false,
        password: None,
        client: false,
        add_path: false,
        hold_time: 90,
        graceful_restart: false,
        maximum_prefixes: None,
    }
}

/// The head of a file of ours, with a route of each family that is marked with the host.
pub(super) fn speaker(host: Host, asn: u32) -> String {
    let mut text = format!(
        "name = \"host{host}\"\nas = {asn}\nrouter-id = \"{}\"\naddresses = [\"{}\", \"{}\"]\n",
        v4(host),
        v4(host),
        v6(host)
    );
    for prefix in own(host, 1) {
        text += &announced(prefix, host);
    }
    text
}

/// A route of ours.
pub(super) fn announced(prefix: IpNet, mark: Host) -> String {
    format!(
        "[[announce]]\nprefix = \"{prefix}\"\ncommunities = [\"64512:{mark}\"]\n\
         large-communities = [\"64512:1:{mark}\"]\nextended-communities = [\"rt:64512:{mark}\"]\n"
    )
}

/// Our end of a session.
pub(super) fn peer(over: Over, from: Host, to: Host, asn: u32, more: &str) -> String {
    let mut text = String::new();
    // A text takes whatever is written to it.
    let _ = write!(
        text,
        "[[peer]]\naddress = \"{}\"\nlocal-address = \"{}\"\nas = {asn}\n\
         families = [\"ipv4 unicast\", \"ipv6 unicast\"]\nimport = \"accept\"\nexport = \"accept\"\n{more}\n",
        at(over, to),
        at(over, from)
    );
    text
}

/// What a route of `host` looks like to its external peer, which puts `asn` before it.
pub(super) fn marked(prefix: IpNet, host: Host, as_path: &[u32]) -> Held {
    Held {
        next_hop: like(prefix, host),
        as_path: as_path.to_vec(),
        communities: vec![format!("64512:{host}")],
        large_communities: vec![format!("64512:1:{host}")],
        extended_communities: vec![format!("rt:64512:{host}")],
        originator: None,
        cluster_list: Vec::new(),
    }
}

/// Waits until both ends say that the session is up.
pub(super) fn wait_for_session(theirs: &dyn Router, ours: &Ours<'_>, over: Over) {
    wait_for("the session on both sides", LIMIT, || {
        let here = ours.is_established(at(over, THEIRS))?;
        let there = theirs.is_established(at(over, OURS))?;
        match here && there {
            true => Ok(()),
            false => Err(format!("here {here}, there {there}\n{}", ours.log())),
        }
    });
}

/// Waits until both ends of an external session hold what the other has announced.
pub(super) fn both_hold(theirs: &dyn Router, ours: &Ours<'_>, over: Over) {
    for prefix in own(THEIRS, 1) {
        let expected = marked(prefix, THEIRS, &[THEIR_AS]);
        wait_for_ours(ours, prefix, at(over, THEIRS), &[expected]);
    }
    for prefix in own(OURS, 1) {
        wait_for_theirs(theirs, prefix, &[marked(prefix, OURS, &[OUR_AS])]);
    }
}

/// Waits until the daemon holds just these paths, in any order.
pub(super) fn wait_for_theirs(theirs: &dyn Router, prefix: IpNet, expected: &[Held]) {
    let mut expected = expected.to_vec();
    expected.sort();
    wait_for(&format!("their paths to {prefix}"), LIMIT, || {
        let mut held = theirs.held(prefix)?;
        held.sort();
        match held == expected {
            true => Ok(()),
            false => Err(format!("{held:?}, expected {expected:?}")),
        }
    });
}

/// Waits until we hold just these paths of a peer.
pub(super) fn wait_for_ours(ours: &Ours<'_>, prefix: IpNet, from: IpAddr, expected: &[Held]) {
    let mut expected = expected.to_vec();
    expected.sort();
    wait_for(&format!("our paths to {prefix}"), LIMIT, || {
        let held = ours.held(prefix, from)?;
        let mut held: Vec<Held> = held.into_iter().map(|(path, _)| path).collect();
        held.sort();
        match held == expected {
            true => Ok(()),
            false => Err(format!("{held:?}, expected {expected:?}")),
        }
    });
}
