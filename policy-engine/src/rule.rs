//! Rules: what a packet must be like, and what becomes of it then.

use std::fmt;

use calico_types::selector::Selector;
use ipnet::IpNet;

use crate::{Action, Family, HttpMatch, Protocol, Side};

/// One rule of a policy or profile. It matches a packet when *every* field that says
/// something does; a rule that says nothing matches everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What becomes of a matching packet.
    pub action: Action,
    /// The address family; given, or implied by the *name* `ICMP` or `ICMPv6` as protocol.
    pub family: Option<Family>,
    /// The protocol.
    pub protocol: Option<Protocol>,
    /// The protocol must be another one than this.
    pub not_protocol: Option<Protocol>,
    /// The ICMP type, and code where given.
    pub icmp: Option<IcmpMatch>,
    /// The ICMP type and code must not be these *together*.
    pub not_icmp: Option<IcmpMatch>,
    /// What the source must be like.
    pub source: PeerMatch,
    /// What the destination must be like.
    pub destination: PeerMatch,
    /// What the HTTP request must be like. Only packets that carry a request are judged by
    /// it; for others the rule is as if it said nothing about HTTP, which is how Felix's
    /// dataplanes read it.
    pub http: Option<HttpMatch>,
    /// The rule's own name, where its kind gives names to rules.
    pub name: Option<String>,
    /// Something in the rule could not be read. It then fails closed, as Calico does with
    /// rules of `ClusterNetworkPolicy` that it cannot convert: Allow and Log match nothing,
    /// Deny and Pass deny everything.
    pub fault: Option<Fault>,
}

impl Rule {
    /// The rule that matches everything.
    #[must_use]
    pub fn any(action: Action) -> Self {
        Self {
            action,
            family: None,
            protocol: None,
            not_protocol: None,
            icmp: None,
            not_icmp: None,
            source: PeerMatch::default(),
            destination: PeerMatch::default(),
            http: None,
            name: None,
            fault: None,
        }
    }

    /// What becomes of a matching packet: the rule's action, except that a Pass that could
    /// not be read denies.
    #[must_use]
    pub const fn effective_action(&self) -> Action {
        match (self.action, &self.fault) {
            (Action::Pass, Some(_)) => Action::Deny,
            (action, _) => action,
        }
    }

    /// What the rule says about one side.
    #[must_use]
    pub const fn side(&self, side: Side) -> &PeerMatch {
        match side {
            Side::Source => &self.source,
            Side::Destination => &self.destination,
        }
    }
}

/// What a rule says about one side of a packet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeerMatch {
    /// The address must be in one of these; empty says nothing. A list that has no network
    /// of the packet's family matches no packet of it.
    pub nets: Vec<IpNet>,
    /// The address must be in none of these; empty says nothing. Here too a list without a
    /// network of the packet's family matches no packet of it, as in Felix.
    pub not_nets: Vec<IpNet>,
    /// Some endpoint or network set that has the address must have these labels. Selector,
    /// `namespaceSelector`, `serviceAccounts` and (beside one of these) the negation of
    /// `notSelector`, scoped and joined.
    pub selector: Option<Selector>,
    /// No endpoint or network set that has the address may have these labels. Addresses
    /// that nobody has match.
    pub not_selector: Option<Selector>,
    /// The port must be one of these; empty says nothing.
    pub ports: Vec<PortMatch>,
    /// The port must be none of these; empty says nothing.
    pub not_ports: Vec<PortMatch>,
    /// The address (of a destination: address, protocol and port) must belong to the
    /// service.
    pub service: Option<ServiceName>,
}

impl PeerMatch {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self == Self::default()
    }
}

/// A port, or the name of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PortMatch {
    /// From the first to the second, both included.
    Range(u16, u16),
    /// Ports that an endpoint has under this name: the packet's address, protocol and port
    /// must be those of such a port, on an endpoint that the rule's selector (of the same
    /// side) selects.
    Named(String),
}

impl fmt::Display for PortMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(low, high) if low == high => low.fmt(f),
            Self::Range(low, high) => write!(f, "{low}:{high}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// An ICMP type, with or without a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IcmpMatch {
    /// The type.
    pub icmp_type: u8,
    /// The code; `None` for any.
    pub code: Option<u8>,
}

impl IcmpMatch {
    /// Whether a message of this type and code is meant.
    #[must_use]
    pub fn matches(self, icmp_type: u8, code: u8) -> bool {
        self.icmp_type == icmp_type && self.code.is_none_or(|wanted| wanted == code)
    }
}

impl fmt::Display for IcmpMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "type {}", self.icmp_type)?;
        match self.code {
            Some(code) => write!(f, " code {code}"),
            None => Ok(()),
        }
    }
}

/// The name of a Kubernetes service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceName {
    /// The service's namespace.
    pub namespace: String,
    /// The service's name.
    pub name: String,
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// Why a rule could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A selector does not parse.
    #[error("selector {text:?}: {reason}")]
    Selector {
        /// The selector as it was written.
        text: String,
        /// What the parser said.
        reason: String,
    },
    /// A protocol has a name that Calico does not know.
    #[error("{0:?} is no protocol")]
    Protocol(String),
    /// An ICMP match has a code but no type.
    #[error("an ICMP code without a type")]
    IcmpCodeAlone,
    /// A service is named without its namespace in a policy that has none.
    #[error("service {0:?} without a namespace")]
    ServiceNamespace(String),
    /// A path of an HTTP match is neither exact nor a prefix.
    #[error("an HTTP path that is neither exact nor a prefix")]
    HttpPath,
    /// The conversion from a Kubernetes kind could not express the rule.
    #[error(transparent)]
    Conversion(#[from] calico_types::convert::Fault),
}
