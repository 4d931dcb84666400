//! Building flow specifications, from values and from text.

use alloc::vec::Vec;
use core::net::Ipv6Addr;
use core::str::FromStr;

use ipnet::{IpNet, Ipv6Net};

use super::text::{PROTOCOLS, SIGNS, bit_words, word};
use super::{FlowField, FlowPrefix, FlowSpec, FlowTest};
use crate::Afi;
use crate::nlri::{ParseError, RouteDistinguisher};

/// A flow specification in the making. Components may come in any order; they
/// end up in that of their types, the last one of each type.
///
/// ```
/// use bgp_wire::{Afi, FlowField, FlowPrefix, FlowSpecBuilder, FlowTest};
/// // RFC 8955 §4.3.1
/// let mut builder = FlowSpecBuilder::new(Afi::IPV4);
/// builder
///     .tests(FlowField::Port, &[FlowTest::numeric(FlowTest::EQUAL, 25)])
///     .tests(FlowField::Protocol, &[FlowTest::numeric(FlowTest::EQUAL, 6)])
///     .destination(FlowPrefix::new("192.0.2.0/24".parse().unwrap()));
/// let flow = builder.as_flow_spec();
/// assert_eq!(flow.to_string(), "destination 192.0.2.0/24 protocol =tcp port =25");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowSpecBuilder {
    afi: Afi,
    distinguisher: Option<RouteDistinguisher>,
    components: Vec<u8>,
}

impl FlowSpecBuilder {
    /// A flow of an IP version, without a component.
    #[must_use]
    pub const fn new(afi: Afi) -> Self {
        Self {
            afi,
            distinguisher: None,
            components: Vec::new(),
        }
    }

    /// Makes it a flow of a VPN.
    pub const fn distinguisher(&mut self, rd: RouteDistinguisher) -> &mut Self {
        self.distinguisher = Some(rd);
        self
    }

    /// Where packets go. A prefix of the other IP version changes nothing.
    pub fn destination(&mut self, prefix: FlowPrefix) -> &mut Self {
        self.prefix(1, prefix)
    }

    /// Where packets come from. A prefix of the other IP version changes nothing.
    pub fn source(&mut self, prefix: FlowPrefix) -> &mut Self {
        self.prefix(2, prefix)
    }

    fn prefix(&mut self, code: u8, prefix: FlowPrefix) -> &mut Self {
        let afi = match prefix.prefix {
            IpNet::V4(_) => Afi::IPV4,
            IpNet::V6(_) => Afi::IPV6,
        };
        if afi == self.afi {
            let mut octets = alloc::vec![code];
            prefix.emit(&mut octets);
            self.put(code, &octets);
        }
        self
    }

    /// Tests of a field; without any, and for the flow label in IPv4, nothing
    /// changes.
    pub fn tests(&mut self, field: FlowField, tests: &[FlowTest]) -> &mut Self {
        if tests.is_empty() || field == FlowField::FlowLabel && self.afi != Afi::IPV6 {
            return self;
        }
        let mut octets = alloc::vec![field.code()];
        let last = tests.len().saturating_sub(1);
        for (at, test) in tests.iter().enumerate() {
            let (all, length) = test.octets(at == 0, at == last);
            octets.extend(all.get(..length).unwrap_or_default());
        }
        self.put(field.code(), &octets);
        self
    }

    /// Puts a component in its place, instead of one of the same type.
    fn put(&mut self, code: u8, component: &[u8]) {
        let mut walk = self.as_flow_spec().components();
        let whole = self.components.len();
        let (mut start, mut end) = (0, 0);
        while let Some(next) = walk.next().filter(|it| it.code() <= code) {
            let behind = whole.saturating_sub(walk.remaining());
            if next.code() < code {
                start = behind;
            }
            end = behind;
        }
        self.components
            .splice(start..end, component.iter().copied());
    }

    /// The flow as it is now.
    #[must_use]
    pub fn as_flow_spec(&self) -> FlowSpec<'_> {
        FlowSpec::from_parts(self.afi, self.distinguisher, &self.components)
    }
}

impl FromStr for FlowSpecBuilder {
    type Err = ParseError;

    /// Reads what a flow prints as. The IP version is that of its prefixes;
    /// without any it is IPv4, unless there is a flow label.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let is_v6 = text.split_whitespace().any(|word| word == "flow-label")
            || prefixes(text).any(|prefix| prefix.contains(':'));
        Self::parse(text, is_v6)
    }
}

impl FlowSpecBuilder {
    /// Reads a flow of an IP version.
    pub(crate) fn parse(text: &str, is_v6: bool) -> Result<Self, ParseError> {
        let mut builder = Self::new(if is_v6 { Afi::IPV6 } else { Afi::IPV4 });
        let mut words = text.split_whitespace();
        while let Some(name) = words.next() {
            let value = words.next().ok_or(ParseError::Form)?;
            match name {
                "destination" => builder.destination(parse_prefix(value, is_v6)?),
                "source" => builder.source(parse_prefix(value, is_v6)?),
                "rd" => builder.distinguisher(value.parse()?),
                _ => {
                    let field = FlowField::ALL.into_iter().find(|it| word(*it) == name);
                    let field = field.ok_or(ParseError::Unexpected)?;
                    builder.tests(field, &parse_tests(field, value, &mut words)?)
                }
            };
        }
        match builder.components.is_empty() {
            true => Err(ParseError::Form),
            false => Ok(builder),
        }
    }
}

/// The words behind "destination" and "source".
fn prefixes(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split_whitespace();
    let values = text.split_whitespace().skip(1);
    names
        .zip(values)
        .filter(|(name, _)| matches!(*name, "destination" | "source"))
        .map(|(_, value)| value)
}

fn parse_prefix(text: &str, is_v6: bool) -> Result<FlowPrefix, ParseError> {
    let invalid = ParseError::Invalid("prefix");
    if let Some((address, range)) = text.split_once('/')
        && let Some((offset, length)) = range.split_once('-')
    {
        let address: Ipv6Addr = address.parse().map_err(|_| invalid)?;
        let length = length.parse().map_err(|_| invalid)?;
        let offset: u8 = offset.parse().map_err(|_| invalid)?;
        let prefix = Ipv6Net::new(address, length).map_err(|_| invalid)?.trunc();
        let skipped = u128::MAX.checked_shr(offset.into()).unwrap_or(0);
        if offset >= length || u128::from(prefix.network()) & !skipped != 0 {
            return Err(invalid);
        }
        return Ok(FlowPrefix {
            prefix: IpNet::V6(prefix),
            offset,
        });
    }
    let prefix: IpNet = text.parse().map_err(|_| invalid)?;
    match matches!(prefix, IpNet::V6(_)) == is_v6 {
        true => Ok(FlowPrefix::new(prefix.trunc())),
        false => Err(invalid),
    }
}

/// One group of tests, or several in brackets.
fn parse_tests<'a>(
    field: FlowField,
    first: &'a str,
    words: &mut impl Iterator<Item = &'a str>,
) -> Result<Vec<FlowTest>, ParseError> {
    let mut tests = Vec::new();
    if first != "[" {
        parse_group(field, first, &mut tests)?;
        return Ok(tests);
    }
    for group in words {
        if group == "]" {
            return Ok(tests);
        }
        parse_group(field, group, &mut tests)?;
    }
    Err(ParseError::Form)
}

fn parse_group(field: FlowField, text: &str, tests: &mut Vec<FlowTest>) -> Result<(), ParseError> {
    for (at, part) in text.split('&').enumerate() {
        let test = match field.is_bitmask() {
            true => parse_bitmask(field, part),
            false => parse_numeric(field, part),
        };
        let test = test.ok_or(ParseError::Invalid(word(field)))?;
        tests.push(if at == 0 { test } else { test.and() });
    }
    Ok(())
}

/// A sign and a number; without a sign it is "=".
fn parse_numeric(field: FlowField, text: &str) -> Option<FlowTest> {
    // The longest sign that fits, since ">" begins ">=" too.
    let (operator, sign) = (0_u8..)
        .zip(SIGNS)
        .filter(|(_, sign)| text.starts_with(sign))
        .max_by_key(|(_, sign)| sign.len())
        .unwrap_or((FlowTest::EQUAL, ""));
    let value = text.strip_prefix(sign)?;
    if matches!(operator, 0 | 7) {
        return value.is_empty().then_some(FlowTest::numeric(operator, 0));
    }
    let protocol = PROTOCOLS.iter().find(|(_, name)| *name == value);
    match protocol.filter(|_| field == FlowField::Protocol) {
        Some((number, _)) => Some(FlowTest::numeric(operator, *number)),
        None => Some(FlowTest::numeric(operator, value.parse().ok()?)),
    }
}

/// "!", "=", both or neither, and bits joined by "+".
fn parse_bitmask(field: FlowField, text: &str) -> Option<FlowTest> {
    let mut operator = 0;
    let mut rest = text;
    if let Some(tail) = rest.strip_prefix('!') {
        (operator, rest) = (operator | FlowTest::NOT, tail);
    }
    if let Some(tail) = rest.strip_prefix('=') {
        (operator, rest) = (operator | FlowTest::MATCH, tail);
    }
    if let Some(digits) = rest.strip_prefix("0x") {
        let value = u64::from_str_radix(digits, 16).ok()?;
        return Some(FlowTest::bitmask(operator, value));
    }
    let mut value = 0;
    for name in rest.split('+') {
        let bit = bit_words(field).iter().position(|word| *word == name)?;
        value |= 1_u64.checked_shl(u32::try_from(bit).ok()?)?;
    }
    Some(FlowTest::bitmask(operator, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_component_replaces_the_one_of_its_type() {
        let equal = |value| [FlowTest::numeric(FlowTest::EQUAL, value)];
        let mut builder = FlowSpecBuilder::new(Afi::IPV4);
        for (field, value) in [
            (FlowField::Port, 1),
            (FlowField::Dscp, 46),
            (FlowField::Protocol, 17),
            (FlowField::Port, 70_000),
        ] {
            builder.tests(field, &equal(value));
        }
        let text = "protocol =udp port =70000 dscp =46";
        assert_eq!(builder.as_flow_spec().to_string(), text);
        builder
            .tests(FlowField::FlowLabel, &equal(1))
            .tests(FlowField::Port, &[]);
        assert_eq!(builder.as_flow_spec().to_string(), text);
    }

    #[test]
    fn text_of_every_component() {
        for text in [
            "destination 10.0.0.0/8 source 192.0.2.0/24 rd 65000:1",
            "protocol [ =tcp =udp ] port >=1024&<=2048 destination-port !=443",
            "source-port [ =1 >5000000000 ] icmp-type =8 icmp-code =0",
            "tcp-flags [ =syn !=ack+rst 0x1000 ]",
            "tcp-flags [ =rst =fin+push ] packet-length <=1500 dscp =46",
            "protocol true port false",
            "fragment [ is-fragment !first-fragment&=last-fragment ]",
            "source 2001:db8::/32 flow-label =74565",
        ] {
            let flow: FlowSpecBuilder = text.parse().unwrap();
            let again = flow.as_flow_spec().to_string();
            let again: FlowSpecBuilder = again.parse().unwrap();
            assert_eq!(again, flow, "{text}");
            assert!(flow.as_flow_spec().components().check(), "{text}");
        }
        for wrong in [
            "",
            "port",
            "port [ =1",
            "port =x",
            "ports =1",
            "destination 10.0.0.0/8 source ::/0",
            "source ::/64-32",
            "tcp-flags =psh",
        ] {
            assert!(wrong.parse::<FlowSpecBuilder>().is_err(), "{wrong}");
        }
    }
}
