//! Flow specifications (RFC 8955 §4, RFC 8956 §3).
//!
//! ```text
//! +---------------------+--------------------------+------------------------+
//! | Length (1, or 2 for | Route distinguisher (8), | Components: type (1),  |
//! | 0xf0f0 and above)   | SAFI 134 only            | then by type           |
//! +---------------------+--------------------------+------------------------+
//!
//! Prefix, IPv4      | Length (1) in bits | Prefix |
//! Prefix, IPv6      | Length (1) | Offset (1) | Pattern |
//! Tests             | Operator (1) | Value (1, 2, 4, 8) | … the last has bit e |
//! ```

mod component;
mod operator;
mod text;

#[cfg(feature = "alloc")]
mod build;

use core::cmp::Ordering;

#[cfg(feature = "alloc")]
pub use build::FlowSpecBuilder;
pub use component::{FlowComponent, FlowComponents, FlowField, FlowPrefix};
pub use operator::{FlowTest, FlowTests};

use crate::nlri::{Malformed, RouteDistinguisher};
use crate::reader::Reader;
use crate::writer::Out;
use crate::{Afi, EncodeError, Family, Safi};

/// The longest value that the length field can tell (RFC 8955 §4.1).
const LONGEST: usize = 4095;

/// A flow specification: which packets, by components that all must match.
///
/// It prints as the configuration languages write it; a `FlowSpecBuilder` parses
/// from that.
///
/// ```
/// use bgp_wire::{Afi, FlowSpecBuilder};
/// // RFC 8955 §4.3.2
/// let text = "destination 192.0.2.0/24 source 203.0.113.0/24 port [ >=137&<=139 =8080 ]";
/// let builder: FlowSpecBuilder = text.parse()?;
/// let flow = builder.as_flow_spec();
/// assert_eq!(flow.components().count(), 3);
/// assert_eq!(flow.to_string(), text);
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowSpec<'a> {
    afi: Afi,
    distinguisher: Option<RouteDistinguisher>,
    components: &'a [u8],
}

impl<'a> FlowSpec<'a> {
    /// Reads a whole NLRI of a family of IPv4 or IPv6.
    ///
    /// Malformed are an unknown component type, types out of order, a prefix
    /// that is too long, and a list of tests without end (RFC 8955 §4.2, RFC
    /// 8956 §3.1). How wide a value is, is not judged: the widths that RFC 8955
    /// asks of senders change nothing of what a test means.
    pub(crate) fn decode(octets: &'a [u8], family: Family) -> Result<Self, Malformed> {
        let value = value(octets).ok_or(Malformed::Field)?;
        let mut reader = Reader::new(value);
        let distinguisher = match family.safi {
            Safi::FLOW_SPEC_VPN => Some(reader.distinguisher().ok_or(Malformed::Field)?),
            _ => None,
        };
        let flow = Self {
            afi: family.afi,
            distinguisher,
            components: reader.rest(),
        };
        match flow.components().check() {
            true => Ok(flow),
            false => Err(Malformed::Field),
        }
    }

    #[cfg(feature = "alloc")]
    pub(crate) const fn from_parts(
        afi: Afi,
        distinguisher: Option<RouteDistinguisher>,
        components: &'a [u8],
    ) -> Self {
        Self {
            afi,
            distinguisher,
            components,
        }
    }

    /// The IP version of its packets.
    #[must_use]
    pub const fn afi(&self) -> Afi {
        self.afi
    }

    /// The route distinguisher of a VPN's flow specification.
    #[must_use]
    pub const fn distinguisher(&self) -> Option<RouteDistinguisher> {
        self.distinguisher
    }

    /// The components in the order of their types.
    #[must_use]
    pub const fn components(&self) -> FlowComponents<'a> {
        FlowComponents::new(self.components, self.afi)
    }

    /// The destination prefix, which decides whether a speaker may send the
    /// flow (RFC 8955 §6).
    #[must_use]
    pub fn destination(&self) -> Option<FlowPrefix> {
        self.components().find_map(|component| match component {
            FlowComponent::Destination(prefix) => Some(prefix),
            FlowComponent::Source(_)
            | FlowComponent::Numeric { .. }
            | FlowComponent::Bitmask { .. } => None,
        })
    }

    /// Which of two flows comes first: `Less` for the one that matches before
    /// the other (RFC 8955 §5.1, RFC 8956 §4). Distinguishers are not compared.
    #[must_use]
    pub fn precedence(&self, other: &Self) -> Ordering {
        let (mut ours, mut theirs) = (self.components(), other.components());
        loop {
            let order = match (ours.next(), theirs.next()) {
                (None, None) => return Ordering::Equal,
                // More components are more specific.
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(ours), Some(theirs)) => ours.precedence(&theirs),
            };
            if order.is_ne() {
                return order;
            }
        }
    }

    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let distinguisher = self.distinguisher.map_or(0, |_| 8);
        let length = self.components.len().saturating_add(distinguisher);
        match u16::try_from(length).map_err(|_| EncodeError::ValueTooLong)? {
            short @ ..0xf0 => out.u8(short as u8)?,
            wide if length <= LONGEST => out.u16(0xf000 | wide)?,
            _ => return Err(EncodeError::ValueTooLong),
        }
        if let Some(rd) = self.distinguisher {
            out.put(&rd.octets())?;
        }
        out.put(self.components)
    }
}

/// What stands behind the length.
pub(crate) fn value(octets: &[u8]) -> Option<&[u8]> {
    match octets.split_first()? {
        (0xf0.., rest) => rest.get(1..),
        (_, rest) => Some(rest),
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    const V4: Family = Family::new(Afi::IPV4, Safi::FLOW_SPEC);
    const V6: Family = Family::new(Afi::IPV6, Safi::FLOW_SPEC);

    /// The examples of RFC 8955 §4.3 and RFC 8956 §3.8. The RFC's first IPv6
    /// example has typing errors in its octets; its table has the right ones.
    #[test]
    fn the_examples_of_the_rfcs() {
        let tcp_25 = [0x0b, 1, 0x18, 0xc0, 0, 2, 3, 0x81, 6, 4, 0x81, 0x19];
        let ports = [
            0x12, 1, 0x18, 0xc0, 0, 2, 2, 0x18, 0xcb, 0, 0x71, 4, 3, 0x89, 0x45, 0x8b, 0x91, 0x1f,
            0x90,
        ];
        let fragment = [0x09, 1, 0x20, 0xc0, 0, 2, 1, 0x0c, 0x80, 5];
        let offset = [
            0x12, 1, 0x20, 0, 0x20, 1, 0x0d, 0xb8, 2, 0x68, 0x40, 0x12, 0x34, 0x56, 0x78, 0x9a, 3,
            0x81, 6,
        ];
        let odd = [
            0x0f, 1, 0x20, 0, 0x20, 1, 0x0d, 0xb8, 2, 0x68, 0x41, 0x24, 0x68, 0xac, 0xf1, 0x34,
        ];
        for (octets, family, text) in [
            (
                &tcp_25[..],
                V4,
                "destination 192.0.2.0/24 protocol =tcp port =25",
            ),
            (
                &ports,
                V4,
                "destination 192.0.2.0/24 source 203.0.113.0/24 port [ >=137&<=139 =8080 ]",
            ),
            (
                &fragment,
                V4,
                "destination 192.0.2.1/32 fragment dont-fragment+first-fragment",
            ),
            (
                &offset,
                V6,
                "destination 2001:db8::/32 source ::1234:5678:9a00:0/64-104 protocol =tcp",
            ),
            (
                &odd,
                V6,
                "destination 2001:db8::/32 source ::1234:5678:9a00:0/65-104",
            ),
        ] {
            let flow = FlowSpec::decode(octets, family).unwrap();
            assert_eq!(flow.to_string(), text);
            let mut out = Vec::new();
            flow.emit(&mut out).unwrap();
            assert_eq!(out, octets);
            let built: FlowSpecBuilder = text.parse().unwrap();
            assert_eq!(built.as_flow_spec(), flow);
        }
    }

    #[test]
    fn malformed_flows() {
        for (octets, why) in [
            (&[3, 4, 0x81][..], "cut off"),
            (&[3, 14, 0x81, 0], "unknown type"),
            (&[3, 13, 0x81, 0], "flow label in IPv4"),
            (&[6, 4, 0x81, 1, 3, 0x81, 6], "out of order"),
            (&[6, 4, 0x81, 1, 4, 0x81, 6], "twice"),
            (&[3, 4, 0x01, 1], "no end of list"),
            (&[7, 1, 33, 1, 1, 1, 1, 1], "33 bits"),
            (&[0], "no component"),
        ] {
            assert_eq!(FlowSpec::decode(octets, V4), Err(Malformed::Field), "{why}");
        }
        let backwards = [5, 1, 0x20, 0x21, 0, 0];
        assert_eq!(FlowSpec::decode(&backwards, V6), Err(Malformed::Field));
        let all = [3, 1, 0, 0];
        assert!(FlowSpec::decode(&all, V6).is_ok());
    }

    /// RFC 8955 §4.1: 239 is 0xef, 240 is 0xf0f0.
    #[test]
    fn long_flows_have_two_octets_of_length() {
        for (ports, head) in [(119, &[239][..]), (120, &[0xf0, 241])] {
            let mut text = String::from("destination-port [");
            for port in 1..=ports {
                text.push_str(&alloc::format!(" ={port}"));
            }
            let flow: FlowSpecBuilder = (text + " ]").parse().unwrap();
            let mut out = Vec::new();
            flow.as_flow_spec().emit(&mut out).unwrap();
            assert_eq!(out.len(), head.len() + 1 + 2 * ports);
            assert_eq!(&out[..head.len()], head);
        }
    }

    /// RFC 8955 §5.1, RFC 8956 §4.
    #[test]
    fn precedence_follows_the_rfc() {
        let order = [
            "destination 192.0.2.1/32 protocol =tcp",
            "destination 192.0.2.1/32",
            "destination 192.0.2.0/24 port [ =80 =443 ]",
            "destination 192.0.2.0/24 port =80",
            "destination 192.0.2.0/24",
            "destination 198.51.100.0/24",
            "source 192.0.2.0/24",
            "protocol =tcp",
        ];
        let flows: Vec<FlowSpecBuilder> = order.iter().map(|it| it.parse().unwrap()).collect();
        for (at, ours) in flows.iter().enumerate() {
            for (other, theirs) in flows.iter().enumerate() {
                let got = ours.as_flow_spec().precedence(&theirs.as_flow_spec());
                assert_eq!(
                    got,
                    at.cmp(&other),
                    "{} against {}",
                    order[at],
                    order[other]
                );
            }
        }
    }
}
