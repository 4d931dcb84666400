//! Rules in the form that the tree builder takes: tests of fields that have an order, and
//! clauses of predicates about the two addresses.

use std::collections::{BTreeMap, BTreeSet};

use calico_types::selector::Selector;

use super::line::{ConditionId, Conditions};
use super::predicate::{Predicate, PredicateId, Predicates};
use super::tree::NO_ICMP;
use crate::{
    Action, Family, HttpMatch, IcmpMatch, PeerMatch, PolicySet, PortMatch, Protocol, Rule, Side,
};

/// One part of what a rule says about an address: it has one of the predicates, or (negated)
/// none of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Clause {
    pub(super) negated: bool,
    pub(super) any_of: Vec<PredicateId>,
}

impl Clause {
    fn is(predicate: PredicateId) -> Self {
        Self {
            negated: false,
            any_of: vec![predicate],
        }
    }

    fn is_not(predicate: PredicateId) -> Self {
        Self {
            negated: true,
            any_of: vec![predicate],
        }
    }
}

/// A rule, lowered.
#[derive(Clone, Debug)]
pub(super) struct Lowered {
    pub(super) action: Action,
    protocol: Option<Protocol>,
    not_protocol: Option<Protocol>,
    icmp: Option<IcmpMatch>,
    not_icmp: Option<IcmpMatch>,
    source: LoweredSide,
    destination: LoweredSide,
    pub(super) http: Option<HttpMatch>,
    /// The conditions about both sides, when they are the same at every point.
    pub(super) conditions: Option<[ConditionId; 2]>,
}

/// What a rule says about one side, lowered.
#[derive(Clone, Debug, Default)]
struct LoweredSide {
    clauses: Vec<Clause>,
    /// The port must be in each of these…
    ports: Vec<PortSet>,
    /// …and not in this one.
    not_ports: PortSet,
}

/// Ports: ranges, and points that need a predicate to hold of the address.
#[derive(Clone, Debug, Default)]
struct PortSet {
    ranges: Vec<(u16, u16)>,
    points: BTreeMap<(Protocol, u16), Vec<PredicateId>>,
}

/// What the fields with an order say about a rule at one point of them.
pub(super) enum Residual {
    /// The rule does not match.
    Never,
    /// It matches when these clauses about source and destination do.
    When([Vec<Clause>; 2]),
}

/// A point of the fields with an order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Point {
    pub(super) protocol: u8,
    pub(super) destination_port: u16,
    pub(super) source_port: u16,
    pub(super) icmp: u32,
}

/// Lowers rules of one policy set.
pub(super) struct Lowering<'a> {
    set: &'a PolicySet,
    pub(super) predicates: Predicates,
    /// Which protocols and ports endpoints have under a name.
    named: BTreeMap<&'a str, BTreeSet<(Protocol, u16)>>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(set: &'a PolicySet) -> Self {
        let mut named: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for port in set.endpoints().iter().flat_map(|endpoint| &endpoint.ports) {
            named
                .entry(port.name.as_str())
                .or_default()
                .insert((port.protocol, port.port));
        }
        Self {
            set,
            predicates: Predicates::default(),
            named,
        }
    }

    /// The rule, `None` when it decides nothing: it logs, or cannot be read and so never
    /// matches.
    pub(super) fn rule(&mut self, rule: &Rule) -> Option<Lowered> {
        match (rule.action, &rule.fault) {
            (Action::Log, _) | (Action::Allow, Some(_)) => None,
            (Action::Deny | Action::Pass, Some(_)) => Some(self.matcher(&Rule::any(Action::Deny))),
            (Action::Allow | Action::Deny | Action::Pass, None) => Some(self.matcher(rule)),
        }
    }

    fn matcher(&mut self, rule: &Rule) -> Lowered {
        let mut source = self.side(rule, Side::Source);
        if let Some(family) = rule.family {
            source.clauses.push(self.family(family));
        }
        Lowered {
            action: rule.action,
            protocol: rule.protocol,
            not_protocol: rule.not_protocol,
            icmp: rule.icmp,
            not_icmp: rule.not_icmp,
            source,
            destination: self.side(rule, Side::Destination),
            http: rule.http.clone(),
            conditions: None,
        }
    }

    fn family(&mut self, family: Family) -> Clause {
        let ipv4 = self.predicates.intern(Predicate::Ipv4);
        match family {
            Family::V4 => Clause::is(ipv4),
            Family::V6 => Clause::is_not(ipv4),
        }
    }

    fn side(&mut self, rule: &Rule, side: Side) -> LoweredSide {
        let wanted = rule.side(side);
        let mut lowered = LoweredSide {
            clauses: self.addresses(wanted),
            ..LoweredSide::default()
        };
        let selector = wanted.selector.as_ref();
        if !wanted.ports.is_empty() {
            lowered
                .ports
                .push(self.ports(&wanted.ports, rule.protocol, selector));
        }
        lowered.not_ports = self.ports(&wanted.not_ports, rule.protocol, selector);
        self.service(wanted, side, &mut lowered);
        lowered
    }

    fn addresses(&mut self, wanted: &PeerMatch) -> Vec<Clause> {
        let mut clauses = Vec::new();
        if !wanted.nets.is_empty() {
            clauses.push(Clause::is(self.nets(&wanted.nets)));
        }
        if !wanted.not_nets.is_empty() {
            clauses.push(Clause::is_not(self.nets(&wanted.not_nets)));
            for family in [Family::V4, Family::V6] {
                if !wanted
                    .not_nets
                    .iter()
                    .any(|net| Family::of(net.addr()) == family)
                {
                    clauses.push(self.family(match family {
                        Family::V4 => Family::V6,
                        Family::V6 => Family::V4,
                    }));
                }
            }
        }
        if let Some(selector) = &wanted.selector {
            clauses.push(Clause::is(self.selector(selector)));
        }
        if let Some(selector) = &wanted.not_selector {
            clauses.push(Clause::is_not(self.selector(selector)));
        }
        clauses
    }

    fn nets(&mut self, nets: &[ipnet::IpNet]) -> PredicateId {
        let mut nets: Vec<_> = nets.iter().map(ipnet::IpNet::trunc).collect();
        nets.sort_unstable();
        nets.dedup();
        self.predicates.intern(Predicate::Nets(nets))
    }

    fn selector(&mut self, selector: &Selector) -> PredicateId {
        self.predicates
            .intern(Predicate::Selector(selector.clone()))
    }

    fn ports(
        &mut self,
        ports: &[PortMatch],
        protocol: Option<Protocol>,
        selector: Option<&Selector>,
    ) -> PortSet {
        let mut set = PortSet::default();
        for port in ports {
            match port {
                PortMatch::Range(low, high) => set.ranges.push((*low, *high)),
                PortMatch::Named(name) => {
                    for point in self.named.get(name.as_str()).into_iter().flatten() {
                        if protocol.is_none_or(|wanted| wanted == point.0) {
                            let predicate = Predicate::NamedPort {
                                name: name.clone(),
                                selector: selector.cloned(),
                                protocol: point.0,
                                port: point.1,
                            };
                            let id = self.predicates.intern(predicate);
                            set.points.entry(*point).or_default().push(id);
                        }
                    }
                }
            }
        }
        set
    }

    fn service(&mut self, wanted: &PeerMatch, side: Side, lowered: &mut LoweredSide) {
        let Some(name) = &wanted.service else { return };
        if side == Side::Source {
            let service = Predicate::Service(name.clone());
            lowered
                .clauses
                .push(Clause::is(self.predicates.intern(service)));
            return;
        }
        let mut set = PortSet::default();
        let members = self
            .set
            .service(name)
            .map(|s| s.members.as_slice())
            .unwrap_or_default();
        let points: BTreeSet<_> = members.iter().filter_map(|member| member.port).collect();
        for (protocol, port) in points {
            let predicate = Predicate::ServicePort(name.clone(), protocol, port);
            set.points
                .insert((protocol, port), vec![self.predicates.intern(predicate)]);
        }
        lowered.ports.push(set);
    }
}

impl Lowered {
    pub(super) fn accepts_protocol(&self, protocol: u8) -> bool {
        let protocol = Protocol(protocol);
        self.protocol.is_none_or(|wanted| wanted == protocol) && self.not_protocol != Some(protocol)
    }

    /// Where the rule's answer may change along the protocols.
    pub(super) fn protocol_bounds(&self, bounds: &mut BTreeSet<u32>) {
        let named = [self.protocol, self.not_protocol].into_iter().flatten();
        let points = [&self.source, &self.destination]
            .into_iter()
            .flat_map(|side| side.ports.iter().chain([&side.not_ports]))
            .flat_map(|set| set.points.keys().map(|(protocol, _)| *protocol));
        for Protocol(protocol) in named.chain(points) {
            bounds.insert(u32::from(protocol));
            bounds.insert(u32::from(protocol) + 1);
        }
    }

    /// Where the rule's answer may change along the ports of a side.
    pub(super) fn port_bounds(&self, side: Side, protocol: u8, bounds: &mut BTreeSet<u32>) {
        let side = self.side(side);
        for set in side.ports.iter().chain([&side.not_ports]) {
            for (low, high) in &set.ranges {
                bounds.insert(u32::from(*low));
                bounds.insert(u32::from(*high) + 1);
            }
            for (_, port) in set.points.keys().filter(|(p, _)| p.0 == protocol) {
                bounds.insert(u32::from(*port));
                bounds.insert(u32::from(*port) + 1);
            }
        }
    }

    /// Where the rule's answer may change along ICMP types and codes.
    pub(super) fn icmp_bounds(&self, bounds: &mut BTreeSet<u32>) {
        for wanted in [self.icmp, self.not_icmp].into_iter().flatten() {
            let first = u32::from(wanted.icmp_type) << 8;
            let (low, high) = match wanted.code {
                Some(code) => (first + u32::from(code), first + u32::from(code)),
                None => (first, first + 0xff),
            };
            bounds.extend([low, high + 1, NO_ICMP]);
        }
    }

    /// Whether the port of a side can be right at all, predicates aside.
    pub(super) fn accepts_port(&self, side: Side, protocol: u8, port: u16) -> bool {
        let side = self.side(side);
        side.ports
            .iter()
            .all(|set| set.may_contain(Protocol(protocol), port))
            && !side.not_ports.contains(port)
    }

    /// Looks up the conditions, if they are the same at every point.
    pub(super) fn prepare(&mut self, conditions: &mut Conditions) {
        if self.source.is_fixed() && self.destination.is_fixed() {
            let sides = [&self.source, &self.destination];
            self.conditions = Some(sides.map(|side| {
                let mut clauses = side.clauses.clone();
                clauses.sort_unstable();
                clauses.dedup();
                conditions.intern(clauses)
            }));
        }
    }

    /// Whether the fields with an order are right at a point, predicates aside.
    pub(super) fn accepts(&self, point: Point) -> bool {
        self.accepts_protocol(point.protocol)
            && self.accepts_icmp(point.icmp)
            && self.accepts_port(Side::Source, point.protocol, point.source_port)
            && self.accepts_port(Side::Destination, point.protocol, point.destination_port)
    }

    /// What remains of the rule at a point.
    pub(super) fn at(&self, point: Point) -> Residual {
        if !self.accepts(point) {
            return Residual::Never;
        }
        let protocol = Protocol(point.protocol);
        match (
            self.source.at(protocol, point.source_port),
            self.destination.at(protocol, point.destination_port),
        ) {
            (Some(source), Some(destination)) => Residual::When([source, destination]),
            _ => Residual::Never,
        }
    }

    fn accepts_icmp(&self, icmp: u32) -> bool {
        let is = |wanted: IcmpMatch| {
            let [_, high, icmp_type, code] = icmp.to_be_bytes();
            high == 0 && wanted.matches(icmp_type, code)
        };
        self.icmp.is_none_or(is) && !self.not_icmp.is_some_and(is)
    }

    const fn side(&self, side: Side) -> &LoweredSide {
        match side {
            Side::Source => &self.source,
            Side::Destination => &self.destination,
        }
    }
}

impl LoweredSide {
    /// Whether its clauses are the same at every port that it accepts.
    fn is_fixed(&self) -> bool {
        self.ports
            .iter()
            .chain([&self.not_ports])
            .all(|set| set.points.is_empty())
    }

    /// The clauses that remain at a port, `None` when the port is a wrong one.
    fn at(&self, protocol: Protocol, port: u16) -> Option<Vec<Clause>> {
        let mut clauses = self.clauses.clone();
        for set in self.ports.iter().filter(|set| !set.contains(port)) {
            let any_of = set.points.get(&(protocol, port))?.clone();
            clauses.push(Clause {
                negated: false,
                any_of,
            });
        }
        if self.not_ports.contains(port) {
            return None;
        }
        if let Some(any_of) = self.not_ports.points.get(&(protocol, port)) {
            clauses.push(Clause {
                negated: true,
                any_of: any_of.clone(),
            });
        }
        clauses.sort_unstable();
        clauses.dedup();
        Some(clauses)
    }
}

impl PortSet {
    fn contains(&self, port: u16) -> bool {
        self.ranges
            .iter()
            .any(|(low, high)| (*low..=*high).contains(&port))
    }

    fn may_contain(&self, protocol: Protocol, port: u16) -> bool {
        self.contains(port) || self.points.contains_key(&(protocol, port))
    }
}
