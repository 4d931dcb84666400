//! What is asked of a daemon, and what came of it.

use std::fmt;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net};

/// AS of the daemon, and of all when it reflects.
pub const SUBJECT_AS: u32 = 65_000;
pub const SUBJECT: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 20);
pub const SUBJECT_NET: IpNet = IpNet::V4(Ipv4Net::new_assert(SUBJECT, 16));

/// A load.
#[derive(Debug)]
pub struct Scenario {
    pub name: &'static str,
    pub what: &'static str,
    /// Sessions that announce.
    pub feeders: u8,
    /// Sessions that only listen.
    pub sinks: u8,
    /// Prefixes of each feeder.
    pub prefixes: usize,
    /// All feeders have the same prefixes.
    pub overlap: bool,
    /// The daemon is a route reflector, and everybody its client.
    pub reflector: bool,
}

pub const SCENARIOS: [Scenario; 6] = [
    Scenario {
        name: "200k",
        what: "1 × 200,000 prefixes to 1 external peer",
        feeders: 1,
        sinks: 1,
        prefixes: 200_000,
        overlap: false,
        reflector: false,
    },
    Scenario {
        name: "4x100k",
        what: "4 × 100,000 prefixes to 1 external peer",
        feeders: 4,
        sinks: 1,
        prefixes: 100_000,
        overlap: false,
        reflector: false,
    },
    Scenario {
        name: "4x100k-same",
        what: "4 × the same 100,000 prefixes to 1 external peer",
        feeders: 4,
        sinks: 1,
        prefixes: 100_000,
        overlap: true,
        reflector: false,
    },
    Scenario {
        name: "1m",
        what: "1 × 1,000,000 prefixes to 1 external peer",
        feeders: 1,
        sinks: 1,
        prefixes: 1_000_000,
        overlap: false,
        reflector: false,
    },
    Scenario {
        name: "reflector-20",
        what: "20,000 prefixes of a client reflected to 20 clients",
        feeders: 1,
        sinks: 20,
        prefixes: 20_000,
        overlap: false,
        reflector: true,
    },
    Scenario {
        name: "reflector-200",
        what: "20,000 prefixes of a client reflected to 200 clients",
        feeders: 1,
        sinks: 200,
        prefixes: 20_000,
        overlap: false,
        reflector: true,
    },
];

/// One session of the load.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    pub address: Ipv4Addr,
    pub asn: u32,
}

impl Scenario {
    pub fn feeder(&self, number: u8) -> Peer {
        self.peer(1, number)
    }

    pub fn sink(&self, number: u8) -> Peer {
        self.peer(2, number)
    }

    /// Everybody, feeders first.
    pub fn peers(&self) -> impl Iterator<Item = Peer> + '_ {
        let feeders = (0..self.feeders).map(|number| self.feeder(number));
        feeders.chain((0..self.sinks).map(|number| self.sink(number)))
    }

    fn peer(&self, net: u8, number: u8) -> Peer {
        let own = 65_000 + 256 * u32::from(net) + u32::from(number);
        Peer {
            address: Ipv4Addr::new(10, 99, net, number + 1),
            asn: if self.reflector { SUBJECT_AS } else { own },
        }
    }

    /// How many prefixes there are in all.
    pub fn total(&self) -> usize {
        match self.overlap {
            true => self.prefixes,
            false => self.prefixes * usize::from(self.feeders),
        }
    }
}

/// A scenario with what it is fed from.
#[derive(Debug)]
pub struct Load {
    pub scenario: &'static Scenario,
    pub routes: Option<PathBuf>,
    pub limit: Duration,
}

impl Load {
    pub const fn new(
        scenario: &'static Scenario,
        routes: Option<PathBuf>,
        limit: Duration,
    ) -> Self {
        Self {
            scenario,
            routes,
            limit,
        }
    }

    /// What the host of the load needs.
    pub fn addresses(&self) -> Vec<IpNet> {
        let peers = self.scenario.peers();
        peers
            .map(|peer| IpNet::V4(Ipv4Net::new_assert(peer.address, 16)))
            .collect()
    }

    /// As a command line, which [`Self::parse`] reads.
    pub fn words(&self) -> Vec<String> {
        let routes = self.routes.as_ref().map(|path| path.display().to_string());
        let limit = self.limit.as_secs().to_string();
        vec![
            self.scenario.name.to_owned(),
            limit,
            routes.unwrap_or_default(),
        ]
    }

    pub fn parse(words: &[String]) -> Option<Self> {
        let [name, limit, routes] = words else {
            return None;
        };
        Some(Self {
            scenario: SCENARIOS.iter().find(|it| it.name == *name)?,
            routes: (!routes.is_empty()).then(|| routes.into()),
            limit: Duration::from_secs(limit.parse().ok()?),
        })
    }
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// From the first octet fed until every sink has everything, in seconds.
    pub converged: f64,
    /// CPU of the daemon meanwhile, in seconds.
    pub cpu: f64,
    /// Most memory it ever had, in kB.
    pub peak: u64,
    /// From the first withdrawal until every sink has nothing, in seconds.
    pub withdrawn: f64,
    /// CPU of the daemon meanwhile, in seconds.
    pub cpu_withdrawing: f64,
    /// UPDATEs that the first sink read until it had everything.
    pub messages: u64,
}

impl Measured {
    /// As one line, which [`Self::parse`] reads.
    pub fn line(&self) -> String {
        let Self {
            converged,
            cpu,
            peak,
            withdrawn,
            cpu_withdrawing,
            messages,
        } = self;
        format!("measured {converged} {cpu} {peak} {withdrawn} {cpu_withdrawing} {messages}")
    }

    pub fn parse(printed: &str) -> Option<Self> {
        let line = printed
            .lines()
            .find_map(|line| line.strip_prefix("measured "))?;
        let words: Vec<&str> = line.split(' ').collect();
        let [converged, cpu, peak, withdrawn, cpu_withdrawing, messages] = words[..] else {
            return None;
        };
        Some(Self {
            converged: converged.parse().ok()?,
            cpu: cpu.parse().ok()?,
            peak: peak.parse().ok()?,
            withdrawn: withdrawn.parse().ok()?,
            cpu_withdrawing: cpu_withdrawing.parse().ok()?,
            messages: messages.parse().ok()?,
        })
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "| {:.2} | {:.2} | {:.0} | {:.2} | {:.2} | {} |",
            self.converged,
            self.cpu,
            self.peak as f64 / 1024.0,
            self.withdrawn,
            self.cpu_withdrawing,
            self.messages,
        )
    }
}
