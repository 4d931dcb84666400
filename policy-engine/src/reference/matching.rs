//! Whether one rule matches one packet.

use std::net::IpAddr;

use calico_types::selector::Selector;
use ipnet::IpNet;

use super::Mismatch;
use crate::{
    Action, Family, LabelMap, Packet, PeerMatch, PolicySet, PortMatch, Protocol, Rule,
    ServiceMember, Side,
};

/// A packet, and what is needed to compare rules with it.
pub(super) struct Matching<'s, 'p> {
    set: &'s PolicySet,
    packet: &'p Packet<'p>,
}

impl<'s, 'p> Matching<'s, 'p> {
    pub(super) const fn new(set: &'s PolicySet, packet: &'p Packet<'p>) -> Self {
        Self { set, packet }
    }

    /// The first thing in a rule that the packet is not like; `None` when the rule matches.
    pub(super) fn first_mismatch(&self, rule: &'s Rule) -> Option<Mismatch<'s>> {
        if let Some(fault) = &rule.fault {
            return match rule.action {
                Action::Allow | Action::Log => Some(Mismatch::Fault(fault)),
                Action::Deny | Action::Pass => None,
            };
        }
        self.family(rule)
            .or_else(|| self.protocol(rule))
            .or_else(|| self.icmp(rule))
            .or_else(|| self.side(rule, Side::Source))
            .or_else(|| self.side(rule, Side::Destination))
            .or_else(|| self.http(rule))
    }

    fn family(&self, rule: &Rule) -> Option<Mismatch<'s>> {
        let wanted = rule
            .family
            .filter(|family| *family != self.packet.family())?;
        Some(Mismatch::Family { wanted })
    }

    fn protocol(&self, rule: &Rule) -> Option<Mismatch<'s>> {
        let found = self.packet.protocol;
        if let Some(wanted) = rule.protocol.filter(|wanted| *wanted != found) {
            return Some(Mismatch::Protocol { wanted, found });
        }
        (rule.not_protocol == Some(found)).then_some(Mismatch::NotProtocol(found))
    }

    fn icmp(&self, rule: &Rule) -> Option<Mismatch<'s>> {
        let found = self.packet.icmp;
        let is = |wanted: crate::IcmpMatch| found.is_some_and(|(t, c)| wanted.matches(t, c));
        if let Some(wanted) = rule.icmp.filter(|wanted| !is(*wanted)) {
            return Some(Mismatch::Icmp { wanted, found });
        }
        rule.not_icmp
            .filter(|unwanted| is(*unwanted))
            .map(Mismatch::NotIcmp)
    }

    fn side(&self, rule: &'s Rule, side: Side) -> Option<Mismatch<'s>> {
        let wanted = rule.side(side);
        self.nets(wanted, side)
            .or_else(|| self.selectors(wanted, side))
            .or_else(|| self.ports(rule, side))
            .or_else(|| self.service(wanted, side))
    }

    fn nets(&self, wanted: &'s PeerMatch, side: Side) -> Option<Mismatch<'s>> {
        let address = self.packet.address(side);
        let contains = |net: &&IpNet| net.contains(&address);
        let of_family = |net: &IpNet| Family::of(net.addr()) == Family::of(address);
        if !wanted.nets.is_empty() && !wanted.nets.iter().any(|net| net.contains(&address)) {
            return Some(Mismatch::Nets {
                side,
                nets: &wanted.nets,
                address,
            });
        }
        if wanted.not_nets.is_empty() {
            return None;
        }
        if !wanted.not_nets.iter().any(of_family) {
            return Some(Mismatch::NotNetsFamily { side, address });
        }
        let net = *wanted.not_nets.iter().find(contains)?;
        Some(Mismatch::NotNets { side, net, address })
    }

    fn selectors(&self, wanted: &'s PeerMatch, side: Side) -> Option<Mismatch<'s>> {
        let address = self.packet.address(side);
        let selected = |selector: &Selector| self.labels_at(address).any(|l| selector.matches(l));
        if let Some(selector) = wanted.selector.as_ref().filter(|s| !selected(s)) {
            return Some(Mismatch::Selector {
                side,
                selector,
                address,
            });
        }
        let selector = wanted.not_selector.as_ref().filter(|s| selected(s))?;
        Some(Mismatch::NotSelector {
            side,
            selector,
            address,
        })
    }

    /// The labels of everything that has an address: endpoints, and the network sets whose
    /// networks cover it.
    fn labels_at(&self, address: IpAddr) -> impl Iterator<Item = &'s LabelMap> {
        let set = self.set;
        let endpoints = set
            .endpoints_at(address)
            .iter()
            .filter_map(|id| set.labels(*id));
        let sets = set
            .network_sets()
            .filter(move |(network_set, _)| {
                network_set.nets.iter().any(|net| net.contains(&address))
            })
            .map(|(_, labels)| labels);
        endpoints.chain(sets)
    }

    fn ports(&self, rule: &'s Rule, side: Side) -> Option<Mismatch<'s>> {
        let wanted = rule.side(side);
        let port = self.packet.port(side);
        if !wanted.ports.is_empty() && !wanted.ports.iter().any(|p| self.port(rule, side, p)) {
            return Some(Mismatch::Ports {
                side,
                ports: &wanted.ports,
                port,
            });
        }
        let unwanted = wanted.not_ports.iter().find(|p| self.port(rule, side, p))?;
        Some(Mismatch::NotPorts {
            side,
            unwanted,
            port,
        })
    }

    fn port(&self, rule: &Rule, side: Side, wanted: &PortMatch) -> bool {
        let port = self.packet.port(side);
        match wanted {
            PortMatch::Range(low, high) => (*low..=*high).contains(&port),
            PortMatch::Named(name) => self.named_port(rule, side, name),
        }
    }

    /// Whether the packet's address, protocol and port are those of a port of this name, on
    /// an endpoint that the rule selects, of the protocol that the rule wants.
    fn named_port(&self, rule: &Rule, side: Side, name: &str) -> bool {
        let Packet { protocol, .. } = *self.packet;
        let port = self.packet.port(side);
        let selector = rule.side(side).selector.as_ref();
        let wanted = |p: Protocol| rule.protocol.is_none_or(|wanted| wanted == p);
        self.set
            .endpoints_at(self.packet.address(side))
            .iter()
            .any(|id| {
                let endpoint = self.set.endpoint(*id);
                let ports = endpoint.map(|e| e.ports.as_slice()).unwrap_or_default();
                ports.iter().any(|p| {
                    p.name == name && p.protocol == protocol && p.port == port && wanted(protocol)
                }) && selector.is_none_or(|s| self.set.labels(*id).is_some_and(|l| s.matches(l)))
            })
    }

    fn service(&self, wanted: &'s PeerMatch, side: Side) -> Option<Mismatch<'s>> {
        let service = wanted.service.as_ref()?;
        let members = self
            .set
            .service(service)
            .map(|s| s.members.as_slice())
            .unwrap_or_default();
        let belongs = members.iter().any(|member| self.member(member, side));
        (!belongs).then_some(Mismatch::Service {
            side,
            service,
            address: self.packet.address(side),
        })
    }

    /// A source belongs to a service by its address alone, a destination by its port too.
    fn member(&self, member: &ServiceMember, side: Side) -> bool {
        member.address == self.packet.address(side)
            && match side {
                Side::Source => true,
                Side::Destination => {
                    member.port == Some((self.packet.protocol, self.packet.destination_port))
                }
            }
    }

    fn http(&self, rule: &'s Rule) -> Option<Mismatch<'s>> {
        let wanted = rule.http.as_ref()?;
        let request = self.packet.http.as_ref()?;
        (!wanted.matches(request)).then_some(Mismatch::Http(wanted))
    }
}
