//! Why a rule does not match a packet, in data and in words.

use std::fmt;
use std::net::IpAddr;

use calico_types::selector::Selector;
use ipnet::IpNet;

use crate::{Family, Fault, HttpMatch, IcmpMatch, PortMatch, Protocol, ServiceName, Side};

/// The first thing in a rule that a packet is not like.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Mismatch<'a> {
    /// The rule could not be read.
    Fault(&'a Fault),
    /// The rule is for the other address family.
    Family {
        /// The rule's family.
        wanted: Family,
    },
    /// The rule is for another protocol.
    Protocol {
        /// The rule's protocol.
        wanted: Protocol,
        /// The packet's.
        found: Protocol,
    },
    /// The rule leaves this protocol out.
    NotProtocol(Protocol),
    /// The rule is for another ICMP type or code.
    Icmp {
        /// The rule's type and code.
        wanted: IcmpMatch,
        /// The packet's.
        found: Option<(u8, u8)>,
    },
    /// The rule leaves this ICMP type and code out.
    NotIcmp(IcmpMatch),
    /// The address is in none of the networks.
    Nets {
        /// Source or destination.
        side: Side,
        /// The rule's networks.
        nets: &'a [IpNet],
        /// The packet's address.
        address: IpAddr,
    },
    /// The address is in a network that the rule leaves out.
    NotNets {
        /// Source or destination.
        side: Side,
        /// The network.
        net: IpNet,
        /// The packet's address.
        address: IpAddr,
    },
    /// The rule leaves networks out, but none of the address's family: Felix renders no
    /// such rule for this family.
    NotNetsFamily {
        /// Source or destination.
        side: Side,
        /// The packet's address.
        address: IpAddr,
    },
    /// Nothing that has the address is selected.
    Selector {
        /// Source or destination.
        side: Side,
        /// The rule's selector, scoped.
        selector: &'a Selector,
        /// The packet's address.
        address: IpAddr,
    },
    /// Something that has the address is selected by `notSelector`.
    NotSelector {
        /// Source or destination.
        side: Side,
        /// The rule's selector.
        selector: &'a Selector,
        /// The packet's address.
        address: IpAddr,
    },
    /// The port is none of those.
    Ports {
        /// Source or destination.
        side: Side,
        /// The rule's ports.
        ports: &'a [PortMatch],
        /// The packet's port.
        port: u16,
    },
    /// The port is one that the rule leaves out.
    NotPorts {
        /// Source or destination.
        side: Side,
        /// Which one.
        unwanted: &'a PortMatch,
        /// The packet's port.
        port: u16,
    },
    /// Address and port do not belong to the service.
    Service {
        /// Source or destination.
        side: Side,
        /// The service.
        service: &'a ServiceName,
        /// The packet's address.
        address: IpAddr,
    },
    /// The HTTP request is another one.
    Http(&'a HttpMatch),
}

impl fmt::Display for Mismatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => write!(f, "the rule cannot be read: {fault}"),
            Self::Family { wanted } => write!(f, "only {wanted}"),
            Self::Protocol { wanted, found } => write!(f, "protocol {found} is not {wanted}"),
            Self::NotProtocol(found) => write!(f, "protocol {found} is left out"),
            Self::Icmp {
                wanted,
                found: Some((t, c)),
            } => {
                write!(f, "ICMP type {t} code {c} is not {wanted}")
            }
            Self::Icmp {
                wanted,
                found: None,
            } => write!(f, "not an ICMP message of {wanted}"),
            Self::NotIcmp(unwanted) => write!(f, "ICMP {unwanted} is left out"),
            Self::Nets {
                side,
                nets,
                address,
            } => {
                write!(f, "{side} {address} is in none of {}", List(nets))
            }
            Self::NotNets { side, net, address } => {
                write!(f, "{side} {address} is in {net}, which is left out")
            }
            Self::NotNetsFamily { side, address } => {
                write!(f, "{side} {address} is not of the family of notNets")
            }
            Self::Selector {
                side,
                selector,
                address,
            } => {
                write!(f, "{side} {address} is nothing that {selector} selects")
            }
            Self::NotSelector {
                side,
                selector,
                address,
            } => {
                write!(
                    f,
                    "{side} {address} is selected by {selector}, which is left out"
                )
            }
            Self::Ports { side, ports, port } => {
                write!(f, "{side} port {port} is none of {}", List(ports))
            }
            Self::NotPorts {
                side,
                unwanted,
                port,
            } => {
                write!(f, "{side} port {port} is left out by {unwanted}")
            }
            Self::Service {
                side,
                service,
                address,
            } => {
                write!(f, "{side} {address} does not belong to service {service}")
            }
            Self::Http(_) => f.write_str("the HTTP request is another one"),
        }
    }
}

/// A list with commas, cut off where it gets long.
struct List<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        for (index, item) in self.0.iter().take(SHOWN).enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{item}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
