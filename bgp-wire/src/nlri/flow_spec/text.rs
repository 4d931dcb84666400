//! Flow specifications as text, in the words of the tools that send them.

use core::fmt;

use super::{FlowComponent, FlowField, FlowPrefix, FlowSpec, FlowTest, FlowTests};

/// The word for a field.
pub(super) const fn word(field: FlowField) -> &'static str {
    match field {
        FlowField::Protocol => "protocol",
        FlowField::Port => "port",
        FlowField::DestinationPort => "destination-port",
        FlowField::SourcePort => "source-port",
        FlowField::IcmpType => "icmp-type",
        FlowField::IcmpCode => "icmp-code",
        FlowField::TcpFlags => "tcp-flags",
        FlowField::PacketLength => "packet-length",
        FlowField::Dscp => "dscp",
        FlowField::Fragment => "fragment",
        FlowField::FlowLabel => "flow-label",
    }
}

/// Protocols that have a word.
pub(super) const PROTOCOLS: [(u64, &str); 10] = [
    (1, "icmp"),
    (2, "igmp"),
    (6, "tcp"),
    (17, "udp"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (58, "icmpv6"),
    (89, "ospf"),
    (132, "sctp"),
];

/// TCP flags, the lowest bit first.
pub(super) const TCP_FLAGS: [&str; 9] = [
    "fin", "syn", "rst", "push", "ack", "urgent", "ece", "cwr", "ns",
];

/// Fragment bits, the lowest bit first.
pub(super) const FRAGMENT_BITS: [&str; 4] = [
    "dont-fragment",
    "is-fragment",
    "first-fragment",
    "last-fragment",
];

/// The words for the bits of a field.
pub(super) const fn bit_words(field: FlowField) -> &'static [&'static str] {
    if matches!(field, FlowField::TcpFlags) {
        &TCP_FLAGS
    } else {
        &FRAGMENT_BITS
    }
}

/// The sign of each combination of less, greater and equal.
pub(super) const SIGNS: [&str; 8] = ["false", "=", ">", ">=", "<", "<=", "!=", "true"];

impl fmt::Display for FlowSpec<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, component) in self.components().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{component}")?;
        }
        self.distinguisher()
            .map_or(Ok(()), |rd| write!(f, " rd {rd}"))
    }
}

impl fmt::Display for FlowComponent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Destination(prefix) => write!(f, "destination {prefix}"),
            Self::Source(prefix) => write!(f, "source {prefix}"),
            Self::Numeric { field, tests } => write_tests(f, *field, *tests, write_numeric),
            Self::Bitmask { field, tests } => write_tests(f, *field, *tests, write_bitmask),
        }
    }
}

/// RFC 8956 §3.1: `address/length`, or `address/offset-length`.
impl fmt::Display for FlowPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.prefix.prefix_len();
        match self.offset {
            0 => fmt::Display::fmt(&self.prefix, f),
            offset => write!(f, "{}/{offset}-{length}", self.prefix.network()),
        }
    }
}

type WriteTest = fn(&mut fmt::Formatter<'_>, FlowField, FlowTest) -> fmt::Result;

/// Groups of and-ed tests, in brackets where there is more than one.
fn write_tests(
    f: &mut fmt::Formatter<'_>,
    field: FlowField,
    tests: FlowTests<'_>,
    write: WriteTest,
) -> fmt::Result {
    f.write_str(word(field))?;
    let several = tests.skip(1).any(|test| !test.and);
    f.write_str(if several { " [" } else { "" })?;
    for test in tests {
        f.write_str(if test.and { "&" } else { " " })?;
        write(f, field, test)?;
    }
    f.write_str(if several { " ]" } else { "" })
}

fn write_numeric(f: &mut fmt::Formatter<'_>, field: FlowField, test: FlowTest) -> fmt::Result {
    let sign = SIGNS.get(usize::from(test.operator & 0x07));
    f.write_str(sign.copied().unwrap_or_default())?;
    if matches!(test.operator & 0x07, 0 | 7) {
        return Ok(());
    }
    let name = PROTOCOLS.iter().find(|(number, _)| *number == test.value);
    match name.filter(|_| field == FlowField::Protocol) {
        Some((_, name)) => f.write_str(name),
        None => write!(f, "{}", test.value),
    }
}

fn write_bitmask(f: &mut fmt::Formatter<'_>, field: FlowField, test: FlowTest) -> fmt::Result {
    if test.operator & FlowTest::NOT != 0 {
        f.write_str("!")?;
    }
    if test.operator & FlowTest::MATCH != 0 {
        f.write_str("=")?;
    }
    let words = bit_words(field);
    if test.value == 0 || test.value >> words.len() != 0 {
        return write!(f, "0x{:x}", test.value);
    }
    let set = words
        .iter()
        .enumerate()
        .filter(|(bit, _)| test.value >> bit & 1 == 1);
    for (at, (_, word)) in set.enumerate() {
        let plus = if at == 0 { "" } else { "+" };
        write!(f, "{plus}{word}")?;
    }
    Ok(())
}
