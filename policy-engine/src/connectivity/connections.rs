//! Sets of connections.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::intervals::Intervals;
use super::traffic::{PORTS, PROTOCOLS, Partition, Shape, Traffic};
use crate::{Packet, Protocol};

/// A set of connections by protocol, destination port, source port, ICMP type and code: what
/// may pass between two peers.
///
/// Equal sets are equal values, however they came about. HTTP requests play no part. Prints in
/// a few words, which [`str::parse`] reads: `TCP 80,443,8000-8080; UDP 53; ICMP type 8`, `all`,
/// `none`.
///
/// ```
/// use policy_engine::{Connections, Packet, Protocol};
///
/// let web = Connections::port(Protocol::TCP, 80).union(&Connections::port(Protocol::TCP, 443));
/// assert_eq!(web.to_string(), "TCP 80,443");
/// assert!(web.is_subset(&"TCP 1-1023".parse()?));
/// let rest = Connections::all().difference(&web);
/// assert_eq!(rest.to_string(), "all but TCP 80,443");
/// assert!(rest.union(&web).is_all());
/// let packet = Packet::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), Protocol::TCP);
/// assert!(web.contains(&packet.to_port(443)));
/// # Ok::<(), policy_engine::ConnectionsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Connections(pub(super) Partition<bool>);

impl Connections {
    /// Every connection.
    #[must_use]
    pub fn all() -> Self {
        Self(Partition::constant(&true))
    }

    /// No connection.
    #[must_use]
    pub fn none() -> Self {
        Self(Partition::constant(&false))
    }

    /// All connections of a protocol.
    #[must_use]
    pub fn protocol(protocol: Protocol) -> Self {
        let full = Self::all();
        Self::of(protocol, full.0.0.at(u32::from(protocol.0)).clone())
    }

    /// Connections to a port; of a protocol without ports, all of them.
    #[must_use]
    pub fn port(protocol: Protocol, port: u16) -> Self {
        Self::ports(protocol, port..=port, 0..=u16::MAX)
    }

    /// Connections to some ports from some ports; of a protocol without ports, all of them.
    #[must_use]
    pub fn ports(protocol: Protocol, to: RangeInclusive<u16>, from: RangeInclusive<u16>) -> Self {
        if Shape::of(protocol) != Shape::Ports {
            return Self::protocol(protocol);
        }
        let from = Intervals::within(&wide(&from), true, false);
        let to = Intervals::within(&wide(&to), from, Intervals::constant(false));
        Self::of(protocol, Traffic::Ports(to))
    }

    /// ICMP messages of a type, of one code or all; of another protocol, all connections.
    #[must_use]
    pub fn icmp(protocol: Protocol, icmp_type: u8, code: Option<u8>) -> Self {
        if Shape::of(protocol) != Shape::Icmp {
            return Self::protocol(protocol);
        }
        let first = u32::from(icmp_type) << 8;
        let range = match code {
            Some(code) => first + u32::from(code)..=first + u32::from(code),
            None => first..=first + 0xff,
        };
        Self::of(
            protocol,
            Traffic::Icmp(Intervals::within(&range, true, false)),
        )
    }

    fn of(protocol: Protocol, traffic: Traffic<bool>) -> Self {
        let number = u32::from(protocol.0);
        let inside = Intervals::within(&(number..=number), true, false);
        let none = Self::none();
        Self(Partition(none.0.0.combine(&inside, |none, inside| {
            if *inside {
                traffic.clone()
            } else {
                none.clone()
            }
        })))
    }

    /// What is in one or the other.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.combine(&other.0, |one, other| *one || *other))
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.combine(&other.0, |one, other| *one && *other))
    }

    /// What is here and not in the other.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.combine(&other.0, |one, other| *one && !*other))
    }

    /// What is not here.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self(self.0.map(|one| !*one))
    }

    /// Whether there is no connection.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.values().all(|allowed| !*allowed)
    }

    /// Whether every connection is here.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0.values().all(|allowed| *allowed)
    }

    /// Whether the other has all of these.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.difference(other).is_none()
    }

    /// Whether they have nothing in common.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.intersection(other).is_none()
    }

    /// Whether the connection that a packet begins is here. An ICMP packet without a type is in
    /// no set.
    #[must_use]
    pub fn contains(&self, packet: &Packet<'_>) -> bool {
        self.0.at(packet).is_some_and(|allowed| *allowed)
    }

    /// The terms of the text, each for one protocol or a range of them.
    fn terms(&self) -> Vec<String> {
        let mut terms = Vec::new();
        for (protocols, traffic) in self.0.0.ranges(PROTOCOLS) {
            match traffic {
                Traffic::Ports(ports) => {
                    for number in protocols {
                        port_terms(&name(number), ports, &mut terms);
                    }
                }
                Traffic::Icmp(types) => {
                    for number in protocols {
                        icmp_terms(&name(number), types, &mut terms);
                    }
                }
                Traffic::Whole(true) if protocols.start() == protocols.end() => {
                    terms.push(format!("protocol {}", protocols.start()));
                }
                Traffic::Whole(true) => {
                    terms.push(format!(
                        "protocol {}-{}",
                        protocols.start(),
                        protocols.end()
                    ));
                }
                Traffic::Whole(false) => {}
            }
        }
        terms
    }
}

fn wide(range: &RangeInclusive<u16>) -> RangeInclusive<u32> {
    u32::from(*range.start())..=u32::from(*range.end())
}

fn name(number: u32) -> String {
    Protocol(u8::try_from(number).unwrap_or(u8::MAX)).to_string()
}

/// Destination ports that are open to the same source ports share a term.
fn port_terms(name: &str, ports: &Intervals<Intervals<bool>>, terms: &mut Vec<String>) {
    let mut groups: Vec<(&Intervals<bool>, Vec<String>)> = Vec::new();
    for (to, from) in ports.ranges(PORTS) {
        if from.values().any(|open| *open) {
            match groups.iter_mut().find(|(held, _)| *held == from) {
                Some((_, held)) => held.push(range(&to)),
                None => groups.push((from, vec![range(&to)])),
            }
        }
    }
    for (from, to) in groups {
        let to = to.join(",");
        let to = if to == "0-65535" {
            String::new()
        } else {
            format!(" {to}")
        };
        let open = from.ranges(PORTS).filter(|(_, open)| **open);
        let from: Vec<String> = open.map(|(from, _)| range(&from)).collect();
        let from = from.join(",");
        let from = if from == "0-65535" {
            String::new()
        } else {
            format!(" from {from}")
        };
        terms.push(format!("{name}{to}{from}"));
    }
}

fn icmp_terms(name: &str, types: &Intervals<bool>, terms: &mut Vec<String>) {
    for (open, _) in types.ranges(PORTS).filter(|(_, open)| **open) {
        if open == (0..=PORTS) {
            terms.push(name.to_owned());
            continue;
        }
        for icmp_type in open.start() >> 8..=open.end() >> 8 {
            let first = icmp_type << 8;
            let (low, high) = ((*open.start()).max(first), (*open.end()).min(first + 0xff));
            terms.push(match (low - first, high - first) {
                (0, 0xff) => format!("{name} type {icmp_type}"),
                (low, high) => {
                    let codes = range(&(low..=high));
                    format!("{name} type {icmp_type} code {codes}")
                }
            });
        }
    }
}

fn range(range: &RangeInclusive<u32>) -> String {
    match range.start() == range.end() {
        true => range.start().to_string(),
        false => format!("{}-{}", range.start(), range.end()),
    }
}

impl fmt::Display for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.write_str("all");
        }
        let (terms, others) = (self.terms(), self.complement().terms());
        if terms.is_empty() {
            return f.write_str("none");
        }
        let length = |terms: &[String]| terms.iter().map(String::len).sum::<usize>();
        if length(&others) < length(&terms) {
            return write!(f, "all but {}", others.join("; "));
        }
        f.write_str(&terms.join("; "))
    }
}

/// Text that is no set of connections.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no set of connections, such as \"TCP 80,443; ICMP type 8\"")]
pub struct ConnectionsError(String);

impl FromStr for Connections {
    type Err = ConnectionsError;

    fn from_str(text: &str) -> Result<Self, ConnectionsError> {
        let text = text.trim();
        parse(text).ok_or_else(|| ConnectionsError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Connections> {
    match text {
        "all" => return Some(Connections::all()),
        "none" => return Some(Connections::none()),
        _ => {}
    }
    if let Some(rest) = text.strip_prefix("all but ") {
        return parse(rest.trim()).map(|rest| rest.complement());
    }
    let mut all = Connections::none();
    for term in text.split(';') {
        all = all.union(&parse_term(term.trim())?);
    }
    Some(all)
}

fn parse_term(term: &str) -> Option<Connections> {
    let (first, rest) = term.split_once(' ').unwrap_or((term, ""));
    let rest = rest.trim();
    if first.eq_ignore_ascii_case("protocol") {
        let mut all = Connections::none();
        for number in parse_range::<u8>(rest)? {
            all = all.union(&Connections::protocol(Protocol(number)));
        }
        return Some(all);
    }
    let protocol = Protocol::named(first)?;
    if rest.is_empty() {
        return Some(Connections::protocol(protocol));
    }
    match Shape::of(protocol) {
        Shape::Ports => parse_ports(protocol, rest),
        Shape::Icmp => parse_icmp(protocol, rest),
        Shape::Whole => None,
    }
}

fn parse_ports(protocol: Protocol, text: &str) -> Option<Connections> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (to, from) = match *words.as_slice() {
        [to] => (to, "0-65535"),
        ["from", from] => ("0-65535", from),
        [to, "from", from] => (to, from),
        _ => return None,
    };
    let mut all = Connections::none();
    for to in to.split(',') {
        for from in from.split(',') {
            let some = Connections::ports(protocol, parse_range(to)?, parse_range(from)?);
            all = all.union(&some);
        }
    }
    Some(all)
}

fn parse_icmp(protocol: Protocol, text: &str) -> Option<Connections> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (icmp_type, codes) = match *words.as_slice() {
        ["type", icmp_type] => (icmp_type, None),
        ["type", icmp_type, "code", codes] => (icmp_type, Some(parse_range::<u8>(codes)?)),
        _ => return None,
    };
    let icmp_type = icmp_type.parse().ok()?;
    let Some(codes) = codes else {
        return Some(Connections::icmp(protocol, icmp_type, None));
    };
    let each = codes.map(|code| Connections::icmp(protocol, icmp_type, Some(code)));
    Some(each.fold(Connections::none(), |all, one| all.union(&one)))
}

/// `80` or `8000-8080`.
fn parse_range<N: FromStr + Copy + PartialOrd>(text: &str) -> Option<RangeInclusive<N>> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let (low, high) = (low.parse().ok()?, high.parse().ok()?);
    (low <= high).then_some(low..=high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn term() -> impl Strategy<Value = Connections> {
        let protocol = prop::sample::select(vec![1u8, 6, 17, 47, 58, 132, 255, 0]);
        (
            protocol,
            any::<(u8, Option<u8>)>(),
            [0u16..99, 0u16..99],
            any::<bool>(),
        )
            .prop_map(|(protocol, (icmp_type, code), [low, more], all)| {
                let protocol = Protocol(protocol);
                match Shape::of(protocol) {
                    Shape::Ports if all => Connections::port(protocol, low),
                    Shape::Ports => Connections::ports(protocol, low..=low + more, more..=more * 2),
                    Shape::Icmp if !all => Connections::icmp(protocol, icmp_type, code),
                    Shape::Icmp | Shape::Whole => Connections::protocol(protocol),
                }
            })
    }

    fn connections() -> impl Strategy<Value = Connections> {
        (prop::collection::vec(term(), 0..5), any::<bool>()).prop_map(|(terms, complement)| {
            let none = Connections::none();
            let all = terms.iter().fold(none, |all, one| all.union(one));
            if complement { all.complement() } else { all }
        })
    }

    fn packet() -> impl Strategy<Value = Packet<'static>> {
        let protocol = prop::sample::select(vec![1u8, 6, 17, 47, 58, 132, 255, 0]);
        (protocol, 0u16..200, 0u16..200, any::<(u8, u8)>()).prop_map(
            |(protocol, to, from, icmp)| {
                let packet = Packet::new(
                    [10, 0, 0, 1].into(),
                    [10, 0, 0, 2].into(),
                    Protocol(protocol),
                );
                packet.to_port(to).from_port(from).with_icmp(icmp.0, icmp.1)
            },
        )
    }

    proptest! {
        #[test]
        fn sets_are_sets(a in connections(), b in connections(), packet in packet()) {
            let (in_a, in_b) = (a.contains(&packet), b.contains(&packet));
            prop_assert_eq!(a.union(&b).contains(&packet), in_a || in_b);
            prop_assert_eq!(a.intersection(&b).contains(&packet), in_a && in_b);
            prop_assert_eq!(a.difference(&b).contains(&packet), in_a && !in_b);
            prop_assert_eq!(a.complement().contains(&packet), !in_a);
            prop_assert_eq!(a.is_subset(&b), a.union(&b) == b);
            prop_assert_eq!(a.difference(&b).union(&a.intersection(&b)), a);
        }

        #[test]
        fn text_is_read_back(a in connections()) {
            prop_assert_eq!(a.to_string().parse::<Connections>(), Ok(a));
        }
    }

    #[test]
    fn words() {
        for text in [
            "all",
            "none",
            "TCP",
            "TCP 22 from 1000-2000; UDP 53",
            "ICMP type 3 code 1; ICMP type 8",
            "protocol 47",
            "all but TCP 443",
        ] {
            assert_eq!(text.parse::<Connections>().unwrap().to_string(), text);
        }
        for text in ["", "TCP eighty", "TCP 80-79", "ICMP 8", "GRE"] {
            assert!(text.parse::<Connections>().is_err(), "{text}");
        }
    }
}
