//! Packets and flows: what is asked about.

use std::fmt;
use std::net::IpAddr;

use crate::{EndpointId, Family, HttpRequest, Protocol, Side};

/// The first packet of a connection, as far as policy looks at it.
///
/// Later packets of an accepted connection, and those related to it, are let through by
/// connection tracking before any policy is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The source address.
    pub source: IpAddr,
    /// The destination address, of the same family.
    pub destination: IpAddr,
    /// The protocol.
    pub protocol: Protocol,
    /// The source port; 0 where the protocol has none.
    pub source_port: u16,
    /// The destination port; 0 where the protocol has none.
    pub destination_port: u16,
    /// ICMP type and code.
    pub icmp: Option<(u8, u8)>,
    /// The HTTP request, for enforcers that see it.
    pub http: Option<HttpRequest<'a>>,
}

impl<'a> Packet<'a> {
    /// A packet without ports, type or request.
    #[must_use]
    pub const fn new(source: IpAddr, destination: IpAddr, protocol: Protocol) -> Self {
        Self {
            source,
            destination,
            protocol,
            source_port: 0,
            destination_port: 0,
            icmp: None,
            http: None,
        }
    }

    /// The same packet to a port.
    #[must_use]
    pub const fn to_port(mut self, port: u16) -> Self {
        self.destination_port = port;
        self
    }

    /// The same packet from a port.
    #[must_use]
    pub const fn from_port(mut self, port: u16) -> Self {
        self.source_port = port;
        self
    }

    /// The same packet with an ICMP type and code.
    #[must_use]
    pub const fn with_icmp(mut self, icmp_type: u8, code: u8) -> Self {
        self.icmp = Some((icmp_type, code));
        self
    }

    /// The same packet with an HTTP request.
    #[must_use]
    pub const fn with_http(mut self, request: HttpRequest<'a>) -> Self {
        self.http = Some(request);
        self
    }

    /// The address family, by the source.
    #[must_use]
    pub const fn family(&self) -> Family {
        Family::of(self.source)
    }

    /// The address of one side.
    #[must_use]
    pub const fn address(&self, side: Side) -> IpAddr {
        match side {
            Side::Source => self.source,
            Side::Destination => self.destination,
        }
    }

    /// The port of one side.
    #[must_use]
    pub const fn port(&self, side: Side) -> u16 {
        match side {
            Side::Source => self.source_port,
            Side::Destination => self.destination_port,
        }
    }
}

/// `TCP 10.1.0.1:40000 -> 10.1.0.2:80`.
impl fmt::Display for Packet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |f: &mut fmt::Formatter<'_>, address: IpAddr, port: u16| match (port, address) {
            (0, address) => write!(f, "{address}"),
            (port, IpAddr::V4(address)) => write!(f, "{address}:{port}"),
            (port, IpAddr::V6(address)) => write!(f, "[{address}]:{port}"),
        };
        write!(f, "{} ", self.protocol)?;
        end(f, self.source, self.source_port)?;
        f.write_str(" -> ")?;
        end(f, self.destination, self.destination_port)?;
        if let Some((icmp_type, code)) = self.icmp {
            write!(f, " type {icmp_type} code {code}")?;
        }
        if let Some(http) = &self.http {
            write!(f, " {} {}", http.method, http.path)?;
        }
        Ok(())
    }
}

/// One end of a [`Flow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer<'a> {
    /// An endpoint by name: `namespace/name` (of a `WorkloadEndpoint` or pod).
    Name(&'a str),
    /// An endpoint by number.
    Id(EndpointId),
    /// An address. When exactly one endpoint has it, that endpoint is meant; when none has
    /// it, the peer is outside, and no policy is asked on its side.
    Address(IpAddr),
}

impl From<IpAddr> for Peer<'_> {
    fn from(address: IpAddr) -> Self {
        Self::Address(address)
    }
}

impl From<EndpointId> for Peer<'_> {
    fn from(id: EndpointId) -> Self {
        Self::Id(id)
    }
}

impl<'a> From<&'a str> for Peer<'a> {
    fn from(name: &'a str) -> Self {
        Self::Name(name)
    }
}

/// A connection between two peers.
///
/// ```
/// use policy_engine::{Flow, Protocol};
///
/// let flow = Flow::new("shop/front", "shop/back", Protocol::TCP).to_port(8080);
/// assert_eq!(flow.destination_port, 8080);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow<'a> {
    /// Who begins.
    pub source: Peer<'a>,
    /// Who is spoken to.
    pub destination: Peer<'a>,
    /// The protocol.
    pub protocol: Protocol,
    /// The source port; 0 where the protocol has none, or it does not matter.
    pub source_port: u16,
    /// The destination port; 0 where the protocol has none.
    pub destination_port: u16,
    /// ICMP type and code.
    pub icmp: Option<(u8, u8)>,
    /// The HTTP request.
    pub http: Option<HttpRequest<'a>>,
    /// The address family; by default that of an address given as peer, else the first of
    /// the source's addresses for which the destination has one of the same family.
    pub family: Option<Family>,
}

impl<'a> Flow<'a> {
    /// A flow without ports, type or request.
    pub fn new(
        source: impl Into<Peer<'a>>,
        destination: impl Into<Peer<'a>>,
        protocol: Protocol,
    ) -> Self {
        Self {
            source: source.into(),
            destination: destination.into(),
            protocol,
            source_port: 0,
            destination_port: 0,
            icmp: None,
            http: None,
            family: None,
        }
    }

    /// The same flow to a port.
    #[must_use]
    pub const fn to_port(mut self, port: u16) -> Self {
        self.destination_port = port;
        self
    }

    /// The same flow from a port.
    #[must_use]
    pub const fn from_port(mut self, port: u16) -> Self {
        self.source_port = port;
        self
    }

    /// The same flow over one address family.
    #[must_use]
    pub const fn over(mut self, family: Family) -> Self {
        self.family = Some(family);
        self
    }

    /// The same flow with an ICMP type and code.
    #[must_use]
    pub const fn with_icmp(mut self, icmp_type: u8, code: u8) -> Self {
        self.icmp = Some((icmp_type, code));
        self
    }

    /// The same flow with an HTTP request.
    #[must_use]
    pub const fn with_http(mut self, request: HttpRequest<'a>) -> Self {
        self.http = Some(request);
        self
    }

    /// The packet of the flow between two addresses.
    #[must_use]
    pub(crate) const fn packet(&self, source: IpAddr, destination: IpAddr) -> Packet<'a> {
        Packet {
            source,
            destination,
            protocol: self.protocol,
            source_port: self.source_port,
            destination_port: self.destination_port,
            icmp: self.icmp,
            http: self.http,
        }
    }
}

/// A flow whose peers were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved<'a> {
    /// The source's endpoint; `None` for an address that no endpoint has.
    pub source: Option<EndpointId>,
    /// The destination's endpoint; `None` for an address that no endpoint has.
    pub destination: Option<EndpointId>,
    /// The packet.
    pub packet: Packet<'a>,
}

/// Why a flow has no verdict.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// No endpoint has this name.
    #[error("no endpoint is called {0}")]
    UnknownEndpoint(String),
    /// There is no endpoint of this number.
    #[error("no endpoint has the number {0}")]
    UnknownEndpointId(u32),
    /// Several endpoints have this address: say which one by name.
    #[error("several endpoints have the address {0}")]
    AmbiguousAddress(IpAddr),
    /// The peer is a host endpoint, whose policy is not evaluated.
    #[error("{0} is a host endpoint: policy on host endpoints is not evaluated")]
    UnsupportedHostEndpoint(String),
    /// An endpoint has no address of the flow's family, or the two peers have no family in
    /// common.
    #[error("the peers have no address family in common")]
    NoCommonFamily,
}
