//! Components of a flow specification (RFC 8955 §4.2.2, RFC 8956 §3).

use core::cmp::Ordering;
use core::net::Ipv6Addr;

use ipnet::{IpNet, Ipv6Net};

use super::FlowTests;
use crate::Afi;
use crate::nlri::field::padded;
use crate::reader::Reader;

/// The field of a packet that a component of tests looks at, by its type code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum FlowField {
    /// IP protocol, or the first upper-layer protocol of IPv6.
    Protocol,
    /// Source or destination port.
    Port,
    /// Destination port.
    DestinationPort,
    /// Source port.
    SourcePort,
    /// ICMP type.
    IcmpType,
    /// ICMP code.
    IcmpCode,
    /// TCP flags: bits.
    TcpFlags,
    /// Length of the packet with its IP header.
    PacketLength,
    /// Differentiated services code point.
    Dscp,
    /// Which fragment it is: bits.
    Fragment,
    /// Flow label, IPv6 only.
    FlowLabel,
}

impl FlowField {
    /// All fields in the order of their types.
    pub(super) const ALL: [Self; 11] = [
        Self::Protocol,
        Self::Port,
        Self::DestinationPort,
        Self::SourcePort,
        Self::IcmpType,
        Self::IcmpCode,
        Self::TcpFlags,
        Self::PacketLength,
        Self::Dscp,
        Self::Fragment,
        Self::FlowLabel,
    ];

    /// The component's type code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Protocol => 3,
            Self::Port => 4,
            Self::DestinationPort => 5,
            Self::SourcePort => 6,
            Self::IcmpType => 7,
            Self::IcmpCode => 8,
            Self::TcpFlags => 9,
            Self::PacketLength => 10,
            Self::Dscp => 11,
            Self::Fragment => 12,
            Self::FlowLabel => 13,
        }
    }

    /// Whether the tests are of bits, not of a number.
    #[must_use]
    pub const fn is_bitmask(self) -> bool {
        matches!(self, Self::TcpFlags | Self::Fragment)
    }

    fn from_code(code: u8, afi: Afi) -> Option<Self> {
        let field = Self::ALL.into_iter().find(|it| it.code() == code)?;
        (field != Self::FlowLabel || afi == Afi::IPV6).then_some(field)
    }
}

/// A prefix to match, for IPv6 perhaps without its first bits (RFC 8956 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FlowPrefix {
    /// The prefix; bits before `offset` are zero and do not count.
    pub prefix: IpNet,
    /// How many leading bits do not count; 0 for IPv4.
    pub offset: u8,
}

impl FlowPrefix {
    /// A prefix of which all bits count.
    #[must_use]
    pub const fn new(prefix: IpNet) -> Self {
        Self { prefix, offset: 0 }
    }

    fn read(reader: &mut Reader<'_>, afi: Afi) -> Option<Self> {
        let length = reader.u8()?;
        if afi == Afi::IPV4 {
            return reader.prefix(afi, length).map(Self::new);
        }
        let offset = reader.u8()?;
        if length > 128 || offset >= length && (length, offset) != (0, 0) {
            return None;
        }
        let bits = length.checked_sub(offset)?;
        let octets = reader.take(usize::from(bits).div_ceil(8))?;
        let pattern = u128::from_be_bytes(padded(octets)?);
        let address = Ipv6Addr::from(pattern.checked_shr(offset.into()).unwrap_or(0));
        let prefix = Ipv6Net::new(address, length).ok()?.trunc();
        Some(Self {
            prefix: IpNet::V6(prefix),
            offset,
        })
    }

    /// The component's octets behind its type.
    #[cfg(feature = "alloc")]
    pub(super) fn emit(&self, out: &mut alloc::vec::Vec<u8>) {
        let length = self.prefix.prefix_len();
        out.push(length);
        match self.prefix {
            IpNet::V4(net) => {
                let octets = net.network().octets();
                let used = usize::from(length).div_ceil(8);
                out.extend(octets.get(..used).unwrap_or_default());
            }
            IpNet::V6(net) => {
                let offset = self.offset.min(length.saturating_sub(1));
                out.push(offset);
                let bits = u128::from(net.network());
                let pattern = bits.checked_shl(offset.into()).unwrap_or(0);
                let used = usize::from(length.saturating_sub(offset)).div_ceil(8);
                out.extend(pattern.to_be_bytes().get(..used).unwrap_or_default());
            }
        }
    }

    /// RFC 8955 §5.1 and RFC 8956 §4: the lower offset first, then the more
    /// specific prefix, then the lower address.
    fn precedence(&self, other: &Self) -> Ordering {
        let specific = match (self.contains(other), other.contains(self)) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => self.prefix.network().cmp(&other.prefix.network()),
        };
        self.offset.cmp(&other.offset).then(specific)
    }

    fn contains(&self, other: &Self) -> bool {
        self.prefix.contains(&other.prefix)
    }
}

/// One component.
#[derive(Clone, Copy, Debug)]
pub enum FlowComponent<'a> {
    /// Type 1: where packets go.
    Destination(FlowPrefix),
    /// Type 2: where packets come from.
    Source(FlowPrefix),
    /// Tests of a number.
    Numeric {
        /// Which number.
        field: FlowField,
        /// The tests.
        tests: FlowTests<'a>,
    },
    /// Tests of bits.
    Bitmask {
        /// Which bits.
        field: FlowField,
        /// The tests.
        tests: FlowTests<'a>,
    },
}

impl<'a> FlowComponent<'a> {
    fn read(reader: &mut Reader<'a>, afi: Afi) -> Option<Self> {
        let field = match reader.u8()? {
            1 => return FlowPrefix::read(reader, afi).map(Self::Destination),
            2 => return FlowPrefix::read(reader, afi).map(Self::Source),
            code => FlowField::from_code(code, afi)?,
        };
        let tests = FlowTests::read(reader)?;
        Some(match field.is_bitmask() {
            true => Self::Bitmask { field, tests },
            false => Self::Numeric { field, tests },
        })
    }

    /// The type code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Destination(_) => 1,
            Self::Source(_) => 2,
            Self::Numeric { field, .. } | Self::Bitmask { field, .. } => field.code(),
        }
    }

    /// Which of two components makes its flow come first (RFC 8955 §5.1).
    pub(super) fn precedence(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Destination(ours), Self::Destination(theirs))
            | (Self::Source(ours), Self::Source(theirs)) => ours.precedence(theirs),
            _ => self
                .code()
                .cmp(&other.code())
                .then_with(|| compare(self.octets(), other.octets())),
        }
    }

    const fn octets(&self) -> &'a [u8] {
        match self {
            Self::Destination(_) | Self::Source(_) => &[],
            Self::Numeric { tests, .. } | Self::Bitmask { tests, .. } => tests.octets(),
        }
    }
}

/// memcmp of what both have, then the longer one first.
fn compare(ours: &[u8], theirs: &[u8]) -> Ordering {
    let common = ours.len().min(theirs.len());
    ours.get(..common)
        .cmp(&theirs.get(..common))
        .then(theirs.len().cmp(&ours.len()))
}

/// The components of a flow specification, decoded as they are walked.
#[derive(Clone, Copy, Debug)]
pub struct FlowComponents<'a> {
    reader: Reader<'a>,
    afi: Afi,
}

impl<'a> FlowComponents<'a> {
    pub(super) const fn new(octets: &'a [u8], afi: Afi) -> Self {
        Self {
            reader: Reader::new(octets),
            afi,
        }
    }

    /// Octets of the components that are still to come.
    #[cfg(feature = "alloc")]
    pub(super) const fn remaining(&self) -> usize {
        self.reader.len()
    }

    /// Whether there is a component, each can be read, and the types ascend.
    pub(super) fn check(mut self) -> bool {
        let mut last = 0;
        while !self.reader.is_empty() {
            match FlowComponent::read(&mut self.reader, self.afi) {
                Some(component) if component.code() > last => last = component.code(),
                Some(_) | None => return false,
            }
        }
        last > 0
    }
}

impl<'a> Iterator for FlowComponents<'a> {
    type Item = FlowComponent<'a>;

    fn next(&mut self) -> Option<FlowComponent<'a>> {
        let afi = self.afi;
        self.reader.item(|reader| FlowComponent::read(reader, afi))
    }
}

impl core::iter::FusedIterator for FlowComponents<'_> {}
