//! What policies select and name: endpoints, profiles, network sets and services.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::{Direction, Protocol, Rule, ServiceName};

/// Labels by name.
pub type LabelMap = BTreeMap<String, String>;

/// The number of an endpoint in its [`PolicySet`](crate::PolicySet), from 0. Another set, a
/// later snapshot included, has other numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointId(pub(crate) u32);

impl EndpointId {
    /// The position in [`PolicySet::endpoints`](crate::PolicySet::endpoints).
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A workload or host endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Endpoint {
    /// What identifies it: `namespace/name`, of a host endpoint the name alone.
    pub name: String,
    /// Another name that it is found by, and shown under: of a workload, `namespace/pod`.
    pub alias: Option<String>,
    /// Workload or host.
    pub kind: EndpointKind,
    /// Its own labels.
    pub labels: LabelMap,
    /// Its profiles, in the order in which they give labels and rules.
    pub profiles: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// The ports that have a name.
    pub ports: Vec<NamedPort>,
    /// Whether the interface is administratively up; down drops everything.
    pub admin_up: bool,
}

/// What an endpoint is the boundary of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndpointKind {
    /// A pod, container or virtual machine.
    Workload,
    /// A host's own interface. It is seen by selectors and named ports of rules; policy *on*
    /// it is not evaluated (see [`Reason::HostEndpoint`](crate::Reason::HostEndpoint)).
    Host,
}

/// A port of an endpoint that rules can name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamedPort {
    /// The name.
    pub name: String,
    /// The protocol.
    pub protocol: Protocol,
    /// The port.
    pub port: u16,
}

/// A profile: labels that endpoints inherit, and rules for what no tier decided.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// The name; `kns.NAMESPACE` and `ksa.NAMESPACE.NAME` in Kubernetes.
    pub name: String,
    /// Labels for the endpoints and network sets that have the profile.
    pub labels: LabelMap,
    /// The ingress rules.
    pub ingress: Vec<Rule>,
    /// The egress rules.
    pub egress: Vec<Rule>,
}

impl Profile {
    /// The rules of a direction.
    #[must_use]
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }
}

/// A set of networks with labels.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkSet {
    /// `namespace/name` of a `NetworkSet`, the name of a `GlobalNetworkSet`.
    pub name: String,
    /// Its own labels.
    pub labels: LabelMap,
    /// The profile of its namespace, from which it inherits labels.
    pub profile: Option<String>,
    /// The networks.
    pub nets: Vec<IpNet>,
}

/// The members of a Kubernetes service, from its `EndpointSlice`s.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Namespace and name.
    pub name: ServiceName,
    /// Addresses, each with its ports. Readiness plays no part, as in Felix.
    pub members: Vec<ServiceMember>,
}

/// An address that a service leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceMember {
    /// The address.
    pub address: IpAddr,
    /// Protocol and port; several of one address are several members.
    pub port: Option<(Protocol, u16)>,
}

/// The alias where there is one, else the name.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.alias.as_ref().unwrap_or(&self.name))
    }
}
