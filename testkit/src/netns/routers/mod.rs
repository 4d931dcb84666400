//! BGP daemons of others behind one face: set up from the same data, asked the same
//! questions.
//!
//! What each shows in its own way (JSON where it has it, else text) becomes [`Held`], to be
//! compared with what our own speaker holds.

mod bird;
mod exabgp;
mod frr;
mod gobgp;
mod openbgpd;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use serde_json::Value;

use super::{Daemon, Namespace, NetnsError, Scratch};

/// Which daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// BIRD 2.
    Bird,
    /// bgpd of FRR, without zebra.
    Frr,
    /// GoBGP.
    GoBgp,
    /// ExaBGP, which speaks BGP and has no table.
    ExaBgp,
    /// OpenBGPD.
    OpenBgpd,
}

/// What a daemon is to be.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its AS.
    pub asn: u32,
    /// Its identifier, and its IPv4 address.
    pub ipv4: Ipv4Addr,
    /// Its IPv6 address.
    pub ipv6: IpAddr,
    /// What it announces.
    pub announce: Vec<Announcement>,
    /// Its peers.
    pub neighbors: Vec<Neighbor>,
    /// It has been here before, and its peers keep its routes (RFC 4724).
    pub restarted: bool,
}

/// A route of its own.
#[derive(Clone, Copy, Debug)]
pub struct Announcement {
    /// The destination.
    pub prefix: IpNet,
    /// `N` puts the communities 64512:N, 64512:1:N and rt:64512:N on it.
    pub mark: Option<u16>,
}

/// One session, of IPv4 and IPv6 unicast.
#[derive(Clone, Debug)]
pub struct Neighbor {
    /// Its own address.
    pub local: IpAddr,
    /// The peer's address.
    pub remote: IpAddr,
    /// The peer's AS.
    pub asn: u32,
    /// It waits for the peer to connect.
    pub passive: bool,
    /// Key of the TCP MD5 signature.
    pub password: Option<&'static str>,
    /// The peer is its route reflector client.
    pub client: bool,
    /// Several paths of a prefix, both ways.
    pub add_path: bool,
    /// Seconds.
    pub hold_time: u16,
    /// It takes part in graceful restart, as one that restarts.
    pub graceful_restart: bool,
    /// How many prefixes of IPv4 the peer may send.
    pub maximum_prefixes: Option<u32>,
}

/// A path that a daemon holds, in words that all have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The next hop.
    pub next_hop: IpAddr,
    /// The AS numbers of the path.
    pub as_path: Vec<u32>,
    /// As `64512:100`.
    pub communities: Vec<String>,
    /// As `64512:1:100`.
    pub large_communities: Vec<String>,
    /// As `rt:64512:100`.
    pub extended_communities: Vec<String>,
    /// ORIGINATOR_ID.
    pub originator: Option<Ipv4Addr>,
    /// CLUSTER_LIST.
    pub cluster_list: Vec<Ipv4Addr>,
}

/// A running daemon.
pub trait Router: fmt::Debug {
    /// The process.
    fn daemon(&self) -> &Daemon<'_>;

    /// Whether the session with this peer is Established.
    ///
    /// # Errors
    ///
    /// It does not answer, or not as expected.
    fn is_established(&self, peer: IpAddr) -> Result<bool, String>;

    /// The paths that it has of peers to a destination.
    ///
    /// # Errors
    ///
    /// It does not answer, or not as expected.
    fn held(&self, prefix: IpNet) -> Result<Vec<Held>, String>;

    /// Asks the peer for its routes again (RFC 2918).
    ///
    /// # Errors
    ///
    /// It does not do so.
    fn refresh(&self, peer: IpAddr) -> Result<(), String>;

    /// All that it has to say of the session with this peer and of what happened to it.
    fn account(&self, peer: IpAddr) -> String;
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Bird,
        Self::Frr,
        Self::GoBgp,
        Self::ExaBgp,
        Self::OpenBgpd,
    ];

    /// The programs that it needs, as names on `PATH` or as paths.
    #[must_use]
    pub const fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Bird => &["bird", "birdc"],
            Self::Frr => &[frr::PROGRAM, "vtysh"],
            Self::GoBgp => &["gobgpd", "gobgp"],
            Self::ExaBgp => &["exabgp"],
            Self::OpenBgpd => &[openbgpd::PROGRAM, "bgpctl"],
        }
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// It cannot be started.
    pub fn start<'ns>(
        self,
        namespace: &'ns Namespace,
        scratch: &Scratch,
        setup: &Setup,
    ) -> Result<Box<dyn Router + 'ns>, NetnsError> {
        Ok(match self {
            Self::Bird => Box::new(bird::BirdRouter::start(namespace, scratch, setup)?),
            Self::Frr => Box::new(frr::Frr::start(namespace, scratch, setup)?),
            Self::GoBgp => Box::new(gobgp::GoBgp::start(namespace, scratch, setup)?),
            Self::ExaBgp => Box::new(exabgp::ExaBgp::start(namespace, scratch, setup)?),
            Self::OpenBgpd => Box::new(openbgpd::OpenBgpd::start(namespace, scratch, setup)?),
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bird => "BIRD",
            Self::Frr => "FRR",
            Self::GoBgp => "GoBGP",
            Self::ExaBgp => "ExaBGP",
            Self::OpenBgpd => "OpenBGPD",
        })
    }
}

impl Setup {
    /// Its address in the family of a prefix.
    fn address(&self, prefix: IpNet) -> IpAddr {
        match prefix {
            IpNet::V4(_) => self.ipv4.into(),
            IpNet::V6(_) => self.ipv6,
        }
    }
}

impl Held {
    /// A path about which nothing but its next hop is known yet.
    const fn via(next_hop: IpAddr) -> Self {
        Self {
            next_hop,
            as_path: Vec::new(),
            communities: Vec::new(),
            large_communities: Vec::new(),
            extended_communities: Vec::new(),
            originator: None,
            cluster_list: Vec::new(),
        }
    }
}

/// `ipv4` or `ipv6`.
const fn family(prefix: IpNet) -> &'static str {
    match prefix {
        IpNet::V4(_) => "ipv4",
        IpNet::V6(_) => "ipv6",
    }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("{error}: {text}"))
}

/// The elements of a list, none where there is no list.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The texts of a list.
fn texts(value: &Value) -> Vec<String> {
    let texts = list(value).filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// A text as what it is the text of.
fn parse<T: std::str::FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.parse().ok()
}

/// Numbers in a text, whatever stands between them.
fn numbers(text: &str) -> Vec<u32> {
    let words = text.split(|c: char| !c.is_ascii_digit());
    words.filter_map(|word| word.parse().ok()).collect()
}
