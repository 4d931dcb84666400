//! A value for each kind of connection: protocol, ports, ICMP type and code.
//!
//! Only what a packet of the protocol has is looked at: ports of TCP, UDP, SCTP and UDP-Lite,
//! type and code of ICMP and ICMPv6, nothing of the others.

use super::intervals::Intervals;
use crate::{Packet, Protocol};

/// Highest protocol number.
pub(crate) const PROTOCOLS: u32 = u8::MAX as u32;
/// Highest port.
pub(crate) const PORTS: u32 = u16::MAX as u32;

/// What is the case for one protocol.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Traffic<V> {
    /// By destination port, then by source port.
    Ports(Intervals<Intervals<V>>),
    /// By `type << 8 | code`.
    Icmp(Intervals<V>),
    /// For the protocol as a whole.
    Whole(V),
}

/// What a protocol's packets have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Ports,
    Icmp,
    Whole,
}

impl Shape {
    pub(crate) const fn of(protocol: Protocol) -> Self {
        match protocol {
            Protocol::TCP | Protocol::UDP | Protocol::SCTP | Protocol::UDP_LITE => Self::Ports,
            Protocol::ICMP | Protocol::ICMPV6 => Self::Icmp,
            _ => Self::Whole,
        }
    }
}

/// Where shapes change along the protocols.
pub(crate) fn shape_bounds() -> impl Iterator<Item = u32> {
    let shaped = [
        Protocol::ICMP,
        Protocol::TCP,
        Protocol::UDP,
        Protocol::ICMPV6,
        Protocol::SCTP,
        Protocol::UDP_LITE,
    ];
    let bounds = shaped.into_iter().flat_map(|Protocol(number)| {
        let number = u32::from(number);
        [number, number + 1]
    });
    bounds.chain([0])
}

/// A value for each kind of connection, in the one form that there is for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Partition<V>(pub(crate) Intervals<Traffic<V>>);

impl<V: Clone + PartialEq> Partition<V> {
    /// The same for all.
    pub(crate) fn constant(value: &V) -> Self {
        let mut bounds: Vec<u32> = shape_bounds().collect();
        bounds.sort_unstable();
        bounds.dedup();
        let traffic = |bound: u32| {
            let protocol = Protocol(u8::try_from(bound).unwrap_or(u8::MAX));
            let one = || Intervals::constant(value.clone());
            match Shape::of(protocol) {
                Shape::Ports => Traffic::Ports(Intervals::constant(one())),
                Shape::Icmp => Traffic::Icmp(one()),
                Shape::Whole => Traffic::Whole(value.clone()),
            }
        };
        let rest = bounds
            .into_iter()
            .skip(1)
            .map(|bound| (bound, traffic(bound)));
        Self(Intervals::new(traffic(0), rest))
    }

    /// The value for a packet.
    pub(crate) fn at(&self, packet: &Packet<'_>) -> Option<&V> {
        Some(match self.0.at(u32::from(packet.protocol.0)) {
            Traffic::Ports(by_port) => by_port
                .at(u32::from(packet.destination_port))
                .at(u32::from(packet.source_port)),
            Traffic::Icmp(by_type) => {
                let (icmp_type, code) = packet.icmp?;
                by_type.at(u32::from(icmp_type) << 8 | u32::from(code))
            }
            Traffic::Whole(value) => value,
        })
    }

    /// What `f` makes of the values of both.
    pub(crate) fn combine<W: Clone + PartialEq, X: Clone + PartialEq>(
        &self,
        other: &Partition<W>,
        f: impl Fn(&V, &W) -> X + Copy,
    ) -> Partition<X> {
        // Shapes go by the protocol, so both have the same at each.
        Partition(self.0.combine(&other.0, |one, other| match (one, other) {
            (Traffic::Ports(one), Traffic::Ports(other)) => {
                Traffic::Ports(one.combine(other, |one, other| one.combine(other, f)))
            }
            (Traffic::Icmp(one), Traffic::Icmp(other)) => Traffic::Icmp(one.combine(other, f)),
            (one, other) => Traffic::Whole(f(one.any(), other.any())),
        }))
    }

    /// What `f` makes of the values.
    pub(crate) fn map<X: Clone + PartialEq>(&self, f: impl Fn(&V) -> X + Copy) -> Partition<X> {
        Partition(self.0.map(|traffic| match traffic {
            Traffic::Ports(ports) => Traffic::Ports(ports.map(|ports| ports.map(f))),
            Traffic::Icmp(types) => Traffic::Icmp(types.map(f)),
            Traffic::Whole(value) => Traffic::Whole(f(value)),
        }))
    }

    /// All values, some perhaps several times.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.values().flat_map(|traffic| {
            let (ports, types, whole) = match traffic {
                Traffic::Ports(ports) => (Some(ports), None, None),
                Traffic::Icmp(types) => (None, Some(types), None),
                Traffic::Whole(value) => (None, None, Some(value)),
            };
            let ports = ports.into_iter().flat_map(|ports| ports.values());
            let ports = ports.flat_map(Intervals::values);
            let types = types.into_iter().flat_map(Intervals::values);
            ports.chain(types).chain(whole)
        })
    }
}

impl<V: Clone + PartialEq> Traffic<V> {
    /// Some value of it; the only one where the shape is [`Shape::Whole`].
    fn any(&self) -> &V {
        match self {
            Self::Ports(ports) => ports.at(0).at(0),
            Self::Icmp(types) => types.at(0),
            Self::Whole(value) => value,
        }
    }
}
