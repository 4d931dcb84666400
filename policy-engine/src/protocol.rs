//! Small words of the model: protocol numbers, address families, directions and actions.

use std::fmt;
use std::net::IpAddr;

/// An IP protocol number, as in the IPv4 `Protocol` and IPv6 `Next Header` fields.
///
/// ```
/// use policy_engine::Protocol;
///
/// assert_eq!(Protocol::named("tcp"), Some(Protocol::TCP));
/// assert_eq!(Protocol::named("132"), Some(Protocol::SCTP));
/// assert_eq!(Protocol::named("HTTP"), None);
/// assert_eq!(Protocol(47).to_string(), "47");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol(pub u8);

/// The names that Calico has for protocols.
const NAMES: [(&str, Protocol); 6] = [
    ("TCP", Protocol::TCP),
    ("UDP", Protocol::UDP),
    ("ICMP", Protocol::ICMP),
    ("ICMPv6", Protocol::ICMPV6),
    ("SCTP", Protocol::SCTP),
    ("UDPLite", Protocol::UDP_LITE),
];

impl Protocol {
    /// Internet Control Message Protocol, 1.
    pub const ICMP: Self = Self(1);
    /// Transmission Control Protocol, 6.
    pub const TCP: Self = Self(6);
    /// User Datagram Protocol, 17.
    pub const UDP: Self = Self(17);
    /// ICMP for IPv6, 58.
    pub const ICMPV6: Self = Self(58);
    /// Stream Control Transmission Protocol, 132.
    pub const SCTP: Self = Self(132);
    /// Lightweight UDP, 136.
    pub const UDP_LITE: Self = Self(136);

    /// The protocol of one of Calico's six names, in any case, or of a number as text.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, protocol)| *protocol)
            .or_else(|| name.parse().ok().map(Self))
    }
}

/// Calico's name where it has one, else the number.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(_, protocol)| protocol == self) {
            Some((name, _)) => f.write_str(name),
            None => self.0.fmt(f),
        }
    }
}

/// An address family; what rules call `ipVersion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// The family of an address.
    #[must_use]
    pub const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}

/// Which way a packet crosses the boundary of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// To the endpoint: it is the destination.
    Ingress,
    /// From the endpoint: it is the source.
    Egress,
}

impl Direction {
    /// Both, in the order in which a packet meets them.
    pub const BOTH: [Self; 2] = [Self::Egress, Self::Ingress];
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        })
    }
}

/// One end of a packet, as rules name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Where the packet comes from.
    Source,
    /// Where it goes.
    Destination,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Destination => "destination",
        })
    }
}

/// What a rule does with the packets that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Let the packet through; nothing later is asked.
    Allow,
    /// Drop the packet.
    Deny,
    /// Leave the rest of the tier out and go on with the next tier.
    Pass,
    /// Take note and go on with the next rule.
    Log,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
            Self::Pass => "Pass",
            Self::Log => "Log",
        })
    }
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// It goes through.
    Allow,
    /// It is dropped.
    Deny,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        })
    }
}
