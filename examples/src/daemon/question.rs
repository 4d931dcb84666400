//! What can be asked of a running speaker over its local socket: a line, and the end of
//! what is sent.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Instant;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::{metrics, status};
use crate::node::Speaker;

/// One question. It prints as the line that asks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Sessions and best routes, for whoever sends nothing. JSON.
    Everything,
    /// Sessions. JSON.
    Status,
    /// The best routes of all prefixes, or every route of one. JSON.
    Routes(Option<Destination>),
    /// Why the best route of a prefix is the best. JSON.
    Explain(Destination),
    /// Counters in the text format of Prometheus.
    Metrics,
    /// Ask a peer for its routes again: a session's name, or its peer's address. JSON.
    Refresh(String),
}

/// A prefix, or an address, which stands for the longest prefix that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The prefix itself.
    Prefix(IpNet),
    /// The longest prefix with this address.
    Address(IpAddr),
}

/// A line that is no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// Another word.
    #[error("expected status, routes [PREFIX], explain PREFIX, metrics or refresh PEER")]
    Word,
    /// Not a destination.
    #[error("expected a prefix or an address")]
    Destination,
}

impl FromStr for Destination {
    type Err = QuestionError;

    fn from_str(text: &str) -> Result<Self, QuestionError> {
        match (text.parse::<IpNet>(), text.parse()) {
            (Ok(prefix), _) => Ok(Self::Prefix(prefix.trunc())),
            (_, Ok(address)) => Ok(Self::Address(address)),
            (Err(_), Err(_)) => Err(QuestionError::Destination),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix(prefix) => prefix.fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl FromStr for Question {
    type Err = QuestionError;

    fn from_str(line: &str) -> Result<Self, QuestionError> {
        let mut words = line.split_whitespace();
        let question = match (words.next(), words.next()) {
            (None, _) => Self::Everything,
            (Some("status"), None) => Self::Status,
            (Some("routes"), None) => Self::Routes(None),
            (Some("routes"), Some(destination)) => Self::Routes(Some(destination.parse()?)),
            (Some("explain"), Some(destination)) => Self::Explain(destination.parse()?),
            (Some("metrics"), None) => Self::Metrics,
            (Some("refresh"), Some(peer)) => Self::Refresh(peer.to_owned()),
            (Some(_), _) => return Err(QuestionError::Word),
        };
        match words.next() {
            None => Ok(question),
            Some(_) => Err(QuestionError::Word),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => Ok(()),
            Self::Status => f.write_str("status"),
            Self::Routes(None) => f.write_str("routes"),
            Self::Routes(Some(destination)) => write!(f, "routes {destination}"),
            Self::Explain(destination) => write!(f, "explain {destination}"),
            Self::Metrics => f.write_str("metrics"),
            Self::Refresh(peer) => write!(f, "refresh {peer}"),
        }
    }
}

impl Question {
    /// The whole answer.
    pub(super) fn answer(&self, speaker: &mut Speaker, now: Instant) -> String {
        let document = match self {
            Self::Metrics => return metrics::text(speaker, now),
            Self::Everything => status::everything(speaker, now),
            Self::Status => status::sessions(speaker, now),
            Self::Routes(None) => status::routes(speaker),
            Self::Routes(Some(destination)) => about(speaker, destination, status::candidates),
            Self::Explain(destination) => about(speaker, destination, status::explanation),
            Self::Refresh(peer) => refresh(speaker, peer, now),
        };
        format!("{document:#}\n")
    }
}

/// Asks the peer for its routes; the families that were asked for, or why none.
fn refresh(speaker: &mut Speaker, peer: &str, now: Instant) -> Value {
    match speaker.refresh(now, peer) {
        Ok(families) => {
            let families = families.iter().map(|family| family.to_string());
            json!({"peer": peer, "asked": families.collect::<Vec<_>>()})
        }
        Err(error) => json!({"peer": peer, "error": error.to_string()}),
    }
}

/// What is said of a destination; of one that there is no route to, that.
fn about(
    speaker: &Speaker,
    destination: &Destination,
    say: impl FnOnce(&Speaker, IpNet) -> Value,
) -> Value {
    let prefix = match destination {
        Destination::Prefix(prefix) => Some(*prefix),
        Destination::Address(address) => longest(speaker, *address),
    };
    match prefix {
        Some(prefix) => say(speaker, prefix),
        None => json!({"prefix": null, "routes": []}),
    }
}

/// The longest prefix with the address that has a best route.
fn longest(speaker: &Speaker, address: IpAddr) -> Option<IpNet> {
    let routes = speaker.rib().loc_rib();
    let prefixes = routes.filter_map(|route| route.destination.as_unicast());
    prefixes
        .filter(|prefix| prefix.contains(&address))
        .max_by_key(IpNet::prefix_len)
}
