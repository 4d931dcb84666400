//! The address of a BGP peer, with or without a port.

use std::fmt;
use std::net::{IpAddr, SocketAddrV4, SocketAddrV6};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::net::address;

/// `BGPPeer.spec.peerIP`: `10.0.0.1`, `10.0.0.1:1790`, `fd00::1` or
/// `[fd00::1]:1790`. Brackets stand only with a port; Calico takes them around
/// an IPv4 address too.
///
/// ```
/// use calico_types::scalar::PeerAddress;
/// let peer: PeerAddress = "[fd00::1]:1790".parse().unwrap();
/// assert_eq!(peer.port, Some(1790));
/// assert_eq!(peer.to_string(), "[fd00::1]:1790");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PeerAddress {
    /// The peer's address.
    pub ip: IpAddr,
    /// The TCP port; absent means 179.
    pub port: Option<u16>,
}

/// Text that is no address, or carries a port that is not 1..65535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a peer address: expected an IP address, IPv4:port or [IPv6]:port")]
pub struct ParsePeerAddressError;

impl From<IpAddr> for PeerAddress {
    fn from(ip: IpAddr) -> Self {
        Self { ip, port: None }
    }
}

impl FromStr for PeerAddress {
    type Err = ParsePeerAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(ip) = address(text) {
            return Ok(Self::from(ip));
        }
        let (ip, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once("]:"),
            None => text.split_once(':'),
        }
        .ok_or(ParsePeerAddressError)?;
        match (address(ip), digits(port)) {
            (Some(ip), Some(port)) => Ok(Self {
                ip,
                port: Some(port),
            }),
            _ => Err(ParsePeerAddressError),
        }
    }
}

/// A port that is not zero; `FromStr` of integers would take a leading `+`.
fn digits(port: &str) -> Option<u16> {
    let digits = port.bytes().all(|b| b.is_ascii_digit());
    port.parse().ok().filter(|port| digits && *port > 0)
}

impl fmt::Display for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.ip, self.port) {
            (ip, None) => ip.fmt(f),
            (IpAddr::V4(ip), Some(port)) => SocketAddrV4::new(ip, port).fmt(f),
            (IpAddr::V6(ip), Some(port)) => SocketAddrV6::new(ip, port, 0, 0).fmt(f),
        }
    }
}

impl TryFrom<String> for PeerAddress {
    type Error = ParsePeerAddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PeerAddress> for String {
    fn from(address: PeerAddress) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_reads() {
        for text in ["10.0.0.1", "10.0.0.1:500", "fd00::1", "[fd00::1]:179"] {
            assert_eq!(text.parse::<PeerAddress>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn takes_what_go_takes() {
        for (text, printed) in [
            ("[10.0.0.1]:179", "10.0.0.1:179"),
            ("10.0.0.1:00179", "10.0.0.1:179"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(text.parse::<PeerAddress>().unwrap().to_string(), printed);
        }
    }

    #[test]
    fn refuses_names_masks_and_bad_ports() {
        for text in [
            "",
            "router-1",
            "10.0.0.1/32",
            "10.0.0.1:0",
            "10.0.0.1:65536",
            "10.0.0.1:",
            "[fd00::1]",
            "fd00::1:x",
            "[10.0.0.1]",
            "10.0.0.1:+179",
            "[fd00::1%eth0]:179",
            ":179",
            "[]:179",
        ] {
            assert_eq!(
                text.parse::<PeerAddress>(),
                Err(ParsePeerAddressError),
                "{text}"
            );
        }
    }
}
