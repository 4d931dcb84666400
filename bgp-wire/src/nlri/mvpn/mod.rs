//! Multicast VPN routes (RFC 6514 §4, RFC 6515).
//!
//! ```text
//! +----------------+------------+----------------------------+
//! | Route type (1) | Length (1) | Route type specific (that  |
//! |                | in octets  | many octets)               |
//! +----------------+------------+----------------------------+
//! ```
//!
//! All but type 4 begin with a route distinguisher (8). Sources and groups
//! stand behind their length in bits (1); an originating router does not, its
//! IP version follows from how many octets are left.

mod text;

use core::net::IpAddr;

use crate::nlri::field::{put_address, put_sized_address};
use crate::nlri::{Malformed, RouteDistinguisher};
use crate::reader::Reader;
use crate::writer::{Count, Out};
use crate::{Asn, EncodeError};

/// An MVPN route. All but the last two own their fields; each encodes.
///
/// It prints as fields in brackets, and parses from that except for Leaf A-D
/// and unknown routes.
///
/// ```
/// use bgp_wire::MvpnRoute;
/// let text = "[type:source-tree-join][rd:65000:1][as:65000][source:192.0.2.1][group:233.252.0.1]";
/// let route: MvpnRoute<'_> = text.parse()?;
/// assert_eq!(route.route_type(), 7);
/// assert_eq!(route.to_string(), text);
/// # Ok::<(), bgp_wire::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MvpnRoute<'a> {
    /// Type 1, intra-AS I-PMSI A-D (RFC 6514 §4.1).
    IntraAsPmsi {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The router that originates the route.
        originator: IpAddr,
    },
    /// Type 2, inter-AS I-PMSI A-D (RFC 6514 §4.2).
    InterAsPmsi {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The source AS.
        source_as: Asn,
    },
    /// Type 3, S-PMSI A-D (RFC 6514 §4.3).
    SelectivePmsi {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The source; `None` for any (RFC 6625 §3).
        source: Option<IpAddr>,
        /// The group; `None` for any.
        group: Option<IpAddr>,
        /// The router that originates the route.
        originator: IpAddr,
    },
    /// Type 5, source active A-D (RFC 6514 §4.5).
    SourceActive {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The source.
        source: IpAddr,
        /// The group.
        group: IpAddr,
    },
    /// Type 6, shared tree join (RFC 6514 §4.6).
    SharedTreeJoin {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The source AS.
        source_as: Asn,
        /// The rendezvous point.
        source: IpAddr,
        /// The group.
        group: IpAddr,
    },
    /// Type 7, source tree join (RFC 6514 §4.6).
    SourceTreeJoin {
        /// Route distinguisher.
        rd: RouteDistinguisher,
        /// The source AS.
        source_as: Asn,
        /// The source.
        source: IpAddr,
        /// The group.
        group: IpAddr,
    },
    /// Type 4, leaf A-D (RFC 6514 §4.4).
    Leaf {
        /// The NLRI of the route that asked for leaves.
        route_key: &'a [u8],
        /// The router that originates the route.
        originator: IpAddr,
    },
    /// A type that is not known, to be discarded (RFC 7606 §5.4), or a route
    /// with something else than addresses inside, such as an mLDP opaque value
    /// (RFC 6514 §11.3.2).
    Unknown {
        /// The type.
        route_type: u8,
        /// What follows type and length.
        value: &'a [u8],
    },
}

impl<'a> MvpnRoute<'a> {
    /// Reads a whole NLRI. A route too short for its type is malformed.
    pub(crate) fn decode(octets: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(octets);
        let [route_type, _] = reader.array().ok_or(Malformed::Field)?;
        let value = reader.rest();
        let unknown = Self::Unknown { route_type, value };
        if route_type == 4 {
            return Ok(leaf(value).unwrap_or(unknown));
        }
        if !(1..=7).contains(&route_type) {
            return Ok(unknown);
        }
        let rd = reader.distinguisher().ok_or(Malformed::Field)?;
        let source_as = match route_type {
            2 | 6 | 7 => reader.u32().map(Asn).ok_or(Malformed::Field)?,
            _ => Asn::ZERO,
        };
        let route = match route_type {
            1 => originator(&mut reader).map(|originator| Self::IntraAsPmsi { rd, originator }),
            2 => Some(Self::InterAsPmsi { rd, source_as }),
            _ => match flow(&mut reader)? {
                Some((source, group)) => {
                    flow_route(route_type, rd, source_as, source, group, &mut reader)
                }
                None => return Ok(unknown),
            },
        };
        route.filter(|_| reader.is_empty()).ok_or(Malformed::Field)
    }

    /// The route type.
    #[must_use]
    pub const fn route_type(&self) -> u8 {
        match self {
            Self::IntraAsPmsi { .. } => 1,
            Self::InterAsPmsi { .. } => 2,
            Self::SelectivePmsi { .. } => 3,
            Self::Leaf { .. } => 4,
            Self::SourceActive { .. } => 5,
            Self::SharedTreeJoin { .. } => 6,
            Self::SourceTreeJoin { .. } => 7,
            Self::Unknown { route_type, .. } => *route_type,
        }
    }

    /// Writes type, length and the route.
    pub(crate) fn emit(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        let length = Count::of(|count| self.emit_value(count));
        out.u8(self.route_type())?;
        out.u8(u8::try_from(length).map_err(|_| EncodeError::ValueTooLong)?)?;
        self.emit_value(out)
    }

    fn emit_value(&self, out: &mut impl Out) -> Result<(), EncodeError> {
        match *self {
            Self::IntraAsPmsi { rd, originator } => {
                out.put(&rd.octets())?;
                put_address(out, originator)
            }
            Self::InterAsPmsi { rd, source_as } => {
                out.put(&rd.octets())?;
                out.u32(source_as.0)
            }
            Self::SelectivePmsi {
                rd,
                source,
                group,
                originator,
            } => {
                out.put(&rd.octets())?;
                put_sized_address(out, source)?;
                put_sized_address(out, group)?;
                put_address(out, originator)
            }
            Self::SourceActive { rd, source, group } => {
                out.put(&rd.octets())?;
                put_sized_address(out, Some(source))?;
                put_sized_address(out, Some(group))
            }
            Self::SharedTreeJoin {
                rd,
                source_as,
                source,
                group,
            }
            | Self::SourceTreeJoin {
                rd,
                source_as,
                source,
                group,
            } => {
                out.put(&rd.octets())?;
                out.u32(source_as.0)?;
                put_sized_address(out, Some(source))?;
                put_sized_address(out, Some(group))
            }
            Self::Leaf {
                route_key,
                originator,
            } => {
                out.put(route_key)?;
                put_address(out, originator)
            }
            Self::Unknown { value, .. } => out.put(value),
        }
    }
}

/// A source and a group; none where one is wild.
type Flow = (Option<IpAddr>, Option<IpAddr>);

/// `None` where a length is neither that of an address nor 0: whatever stands
/// there, this crate does not know it.
fn flow(reader: &mut Reader<'_>) -> Result<Option<Flow>, Malformed> {
    let mut part = || {
        let bits = reader.u8().ok_or(Malformed::Field)?;
        match bits {
            0 => Ok(Some(None)),
            32 | 128 => {
                let address = reader.address(usize::from(bits) / 8);
                Ok(Some(Some(address.ok_or(Malformed::Field)?)))
            }
            _ => Ok(None),
        }
    };
    let Some(source) = part()? else {
        return Ok(None);
    };
    Ok(part()?.map(|group| (source, group)))
}

/// The types that name a source and a group.
fn flow_route<'a>(
    route_type: u8,
    rd: RouteDistinguisher,
    source_as: Asn,
    source: Option<IpAddr>,
    group: Option<IpAddr>,
    reader: &mut Reader<'_>,
) -> Option<MvpnRoute<'a>> {
    if route_type == 3 {
        return Some(MvpnRoute::SelectivePmsi {
            rd,
            source,
            group,
            originator: originator(reader)?,
        });
    }
    let (source, group) = (source?, group?);
    Some(match route_type {
        5 => MvpnRoute::SourceActive { rd, source, group },
        6 => MvpnRoute::SharedTreeJoin {
            rd,
            source_as,
            source,
            group,
        },
        _ => MvpnRoute::SourceTreeJoin {
            rd,
            source_as,
            source,
            group,
        },
    })
}

/// An address of all octets that are left (RFC 6515 §2).
fn originator(reader: &mut Reader<'_>) -> Option<IpAddr> {
    let octets = reader.len();
    reader.address(octets)
}

/// The route key is an NLRI and says how long it is.
fn leaf(value: &[u8]) -> Option<MvpnRoute<'_>> {
    let length = value.get(1).map(|length| usize::from(*length))?;
    let (route_key, rest) = value.split_at_checked(length.saturating_add(2))?;
    Some(MvpnRoute::Leaf {
        route_key,
        originator: originator(&mut Reader::new(rest))?,
    })
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    fn octets(hex: &str) -> Vec<u8> {
        let pair = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        (0..hex.len()).step_by(2).filter_map(pair).collect()
    }

    #[test]
    fn every_type_reads_writes_and_prints() {
        for (hex, text) in [
            (
                "010c0000fde800000001c0000201",
                "[type:intra-as-i-pmsi][rd:65000:1][originator:192.0.2.1]",
            ),
            (
                "020c0000fde8000000010000fde8",
                "[type:inter-as-i-pmsi][rd:65000:1][as:65000]",
            ),
            (
                "03160000fde80000000120c000020120e9fc0001c0000202",
                "[type:s-pmsi][rd:65000:1][source:192.0.2.1][group:233.252.0.1][originator:192.0.2.2]",
            ),
            (
                "030e0000fde8000000010000c0000202",
                "[type:s-pmsi][rd:65000:1][source:*][group:*][originator:192.0.2.2]",
            ),
            (
                "05120000fde80000000120c000020120e9fc0001",
                "[type:source-active][rd:65000:1][source:192.0.2.1][group:233.252.0.1]",
            ),
            (
                "06160000fde8000000010000fde820c000020120e9fc0001",
                "[type:shared-tree-join][rd:65000:1][as:65000][source:192.0.2.1][group:233.252.0.1]",
            ),
            (
                "07160000fde8000000010000fde820c000020120e9fc0001",
                "[type:source-tree-join][rd:65000:1][as:65000][source:192.0.2.1][group:233.252.0.1]",
            ),
        ] {
            let octets = octets(hex);
            let route = MvpnRoute::decode(&octets).unwrap();
            assert_eq!(route.to_string(), text);
            assert_eq!(text.parse(), Ok(route));
            let mut out = Vec::new();
            route.emit(&mut out).unwrap();
            assert_eq!(out, octets);
        }
    }

    #[test]
    fn a_leaf_holds_the_route_that_asked_for_it() {
        let octets = octets("0412020c0000fde8000000010000fde8c0000202");
        let route = MvpnRoute::decode(&octets).unwrap();
        let MvpnRoute::Leaf {
            route_key,
            originator,
        } = route
        else {
            panic!("{route:?}");
        };
        assert_eq!(originator, IpAddr::from([192, 0, 2, 2]));
        assert!(matches!(
            MvpnRoute::decode(route_key),
            Ok(MvpnRoute::InterAsPmsi { .. })
        ));
        let mut out = Vec::new();
        route.emit(&mut out).unwrap();
        assert_eq!(out, octets);
    }

    #[test]
    fn short_routes_are_malformed_and_strange_ones_unknown() {
        let short = octets("010b0000fde800000001c00002");
        assert_eq!(MvpnRoute::decode(&short), Err(Malformed::Field));
        let opaque = octets("060f0000fde8000000010000fde8080107");
        assert!(matches!(
            MvpnRoute::decode(&opaque),
            Ok(MvpnRoute::Unknown { route_type: 6, .. })
        ));
        assert!(matches!(
            MvpnRoute::decode(&[9, 0]),
            Ok(MvpnRoute::Unknown { route_type: 9, .. })
        ));
    }
}
