//! Messages about routes, to the kernel and from it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use rtnetlink::packet_route::AddressFamily;
use rtnetlink::packet_route::route::{
    RouteAddress, RouteAttribute, RouteMessage, RouteProtocol, RouteScope, RouteType,
};
use rtnetlink::{RouteMessageBuilder, RouteNextHopBuilder};

use super::KernelSettings;

/// A next hop as the kernel takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resolved {
    pub(super) gateway: IpAddr,
    pub(super) interface: u32,
    pub(super) onlink: bool,
}

/// A route as it was given to the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Programmed {
    Blackhole,
    Via(Vec<Resolved>),
}

/// Puts a route there.
pub(super) fn put(settings: KernelSettings, prefix: IpNet, route: &Programmed) -> RouteMessage {
    let mut message = ours(settings, prefix);
    match route {
        Programmed::Blackhole => message.header.kind = RouteType::BlackHole,
        Programmed::Via(hops) => {
            let hops = hops.iter().filter_map(|hop| {
                let mut builder = match prefix {
                    IpNet::V4(_) => RouteNextHopBuilder::new_ipv4(),
                    IpNet::V6(_) => RouteNextHopBuilder::new_ipv6(),
                };
                builder = builder.interface(hop.interface);
                if hop.onlink {
                    builder = builder.onlink();
                }
                // IPv6 goes through no IPv4 address; BGP has no such route.
                builder
                    .via(hop.gateway)
                    .ok()
                    .map(RouteNextHopBuilder::build)
            });
            message
                .attributes
                .push(RouteAttribute::MultiPath(hops.collect()));
        }
    }
    message
}

/// Takes a route of ours away, whatever it is.
pub(super) fn delete(settings: KernelSettings, prefix: IpNet) -> RouteMessage {
    let mut message = ours(settings, prefix);
    message.header.scope = RouteScope::NoWhere;
    message.header.kind = RouteType::Unspec;
    message
}

/// What all messages about a route of ours have in common.
fn ours(settings: KernelSettings, prefix: IpNet) -> RouteMessage {
    let KernelSettings {
        table,
        protocol,
        metric,
        ..
    } = settings;
    let protocol = RouteProtocol::from(protocol);
    match prefix {
        IpNet::V4(prefix) => RouteMessageBuilder::<Ipv4Addr>::new()
            .destination_prefix(prefix.network(), prefix.prefix_len())
            .table_id(table)
            .protocol(protocol)
            .priority(metric)
            .build(),
        IpNet::V6(prefix) => RouteMessageBuilder::<Ipv6Addr>::new()
            .destination_prefix(prefix.network(), prefix.prefix_len())
            .table_id(table)
            .protocol(protocol)
            .priority(metric)
            .build(),
    }
}

/// Asks for all routes, of each family.
pub(super) fn questions() -> [RouteMessage; 2] {
    [
        RouteMessageBuilder::<Ipv4Addr>::new().build(),
        RouteMessageBuilder::<Ipv6Addr>::new().build(),
    ]
}

/// Asks how an address is reached.
pub(super) fn question(address: IpAddr) -> RouteMessage {
    match address {
        IpAddr::V4(address) => RouteMessageBuilder::<Ipv4Addr>::new()
            .destination_prefix(address, 32)
            .build(),
        IpAddr::V6(address) => RouteMessageBuilder::<Ipv6Addr>::new()
            .destination_prefix(address, 128)
            .build(),
    }
}

/// How it is: directly, or through another router, as whoever routes inside the AS says.
pub(super) fn resolved(address: IpAddr, answer: &RouteMessage) -> Resolved {
    let mut resolved = Resolved {
        gateway: address,
        interface: 0,
        onlink: false,
    };
    for attribute in &answer.attributes {
        if let RouteAttribute::Oif(interface) = attribute {
            resolved.interface = *interface;
        } else if let RouteAttribute::Gateway(gateway) = attribute {
            resolved.gateway = ip(gateway).unwrap_or(address);
        }
    }
    resolved
}

/// The destination of a route, if it is one of ours.
pub(super) fn destination(settings: KernelSettings, route: &RouteMessage) -> Option<IpNet> {
    let header = &route.header;
    let (mut table, mut destination) = (u32::from(header.table), None);
    for attribute in &route.attributes {
        if let RouteAttribute::Table(number) = attribute {
            table = *number;
        } else if let RouteAttribute::Destination(address) = attribute {
            destination = ip(address);
        }
    }
    let is_ours =
        table == settings.table && header.protocol == RouteProtocol::from(settings.protocol);
    // A default route has none.
    let all = match header.address_family == AddressFamily::Inet {
        true => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        false => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let destination = IpNet::new(destination.unwrap_or(all), header.destination_prefix_length);
    destination.ok().filter(|_| is_ours)
}

const fn ip(address: &RouteAddress) -> Option<IpAddr> {
    if let RouteAddress::Inet(address) = address {
        Some(IpAddr::V4(*address))
    } else if let RouteAddress::Inet6(address) = address {
        Some(IpAddr::V6(*address))
    } else {
        None
    }
}
