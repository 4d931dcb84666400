//! Where one NLRI ends and the next begins, in each family.

use crate::reader::Reader;
use crate::{Afi, Family, Safi};

/// How the routes of a family say how long they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// One octet of length in bits (RFC 4271 §4.3, RFC 8277 §2.2, RFC 4364
    /// §4.3.4, RFC 4684 §4, RFC 9830 §2.1).
    Bits,
    /// Type octets, then a length of one octet in octets (RFC 7432 §7, RFC
    /// 6514 §4).
    Typed { before_length: usize },
    /// Two-octet type or none, two-octet length (RFC 9552 §5.2, RFC 4761 §3.2.2).
    Wide { before_length: usize },
    /// Length of one octet, or of two from 240 on (RFC 8955 §4.1).
    FlowSpec,
    /// Not known: one NLRI fills the field.
    Opaque,
}

impl Framing {
    pub(crate) const fn of(family: Family) -> Self {
        match (family.afi, family.safi) {
            (
                Afi::IPV4 | Afi::IPV6,
                Safi::UNICAST | Safi::MULTICAST | Safi::LABELED | Safi::MPLS_VPN | Safi::SR_POLICY,
            )
            | (_, Safi::ROUTE_TARGET) => Self::Bits,
            (Afi::L2VPN, Safi::EVPN) | (_, Safi::MVPN) => Self::Typed { before_length: 1 },
            (_, Safi::MUP) => Self::Typed { before_length: 3 },
            (Afi::L2VPN, Safi::VPLS) => Self::Wide { before_length: 0 },
            (_, Safi::BGP_LS | Safi::BGP_LS_VPN) => Self::Wide { before_length: 2 },
            (_, Safi::FLOW_SPEC | Safi::FLOW_SPEC_VPN) => Self::FlowSpec,
            _ => Self::Opaque,
        }
    }

    /// Takes one NLRI off the front; `None` where it is cut off.
    pub(crate) fn take<'a>(self, reader: &mut Reader<'a>) -> Option<&'a [u8]> {
        let all = reader.rest();
        match self {
            Self::Bits => {
                let bits = usize::from(reader.u8()?);
                reader.take(bits.div_ceil(8))?;
            }
            Self::Typed { before_length } => {
                reader.take(before_length)?;
                let length = reader.u8()?;
                reader.take(length.into())?;
            }
            Self::Wide { before_length } => {
                reader.take(before_length)?;
                let length = reader.u16()?;
                reader.take(length.into())?;
            }
            Self::FlowSpec => {
                let length = match reader.u8()? {
                    wide @ 0xf0.. => usize::from(wide & 0x0f) << 8 | usize::from(reader.u8()?),
                    short => usize::from(short),
                };
                reader.take(length)?;
            }
            Self::Opaque => {
                reader.take(reader.len())?;
            }
        }
        all.get(..all.len().checked_sub(reader.len())?)
    }
}

/// Whether the crate knows where an NLRI of the family ends.
#[cfg(feature = "mrt")]
pub(crate) fn is_framed(family: Family) -> bool {
    Framing::of(family) != Framing::Opaque
}

/// One NLRI of a family off the front, with the path identifier before it.
#[cfg(feature = "mrt")]
pub(crate) fn one<'a>(reader: &mut Reader<'a>, family: Family, add_path: bool) -> Option<&'a [u8]> {
    let all = reader.rest();
    if add_path {
        reader.u32()?;
    }
    Framing::of(family).take(reader)?;
    all.get(..all.len().checked_sub(reader.len())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(afi: Afi, safi: Safi, field: &[u8]) -> Option<usize> {
        let framing = Framing::of(Family::new(afi, safi));
        framing.take(&mut Reader::new(field)).map(<[u8]>::len)
    }

    #[test]
    fn the_first_of_two() {
        for (afi, safi, field, length) in [
            (Afi::IPV4, Safi::UNICAST, &[17, 10, 0, 0, 0][..], Some(4)),
            (Afi::IPV4, Safi::LABELED, &[40, 0, 1, 1, 10, 1, 0], Some(6)),
            (Afi::L2VPN, Safi::EVPN, &[2, 1, 0, 77, 0], Some(3)),
            (Afi::L2VPN, Safi::EVPN, &[2, 2, 0], None),
            (Afi::IPV6, Safi::MUP, &[1, 0, 1, 1, 9, 0], Some(5)),
            (Afi::BGP_LS, Safi::BGP_LS, &[0, 1, 0, 1, 9, 0], Some(5)),
            (Afi::BGP_LS, Safi::BGP_LS, &[0, 1, 0], None),
            (Afi::L2VPN, Safi::VPLS, &[0, 1, 9, 0], Some(3)),
            (Afi::IPV4, Safi::FLOW_SPEC, &[3, 1, 8, 10, 0], Some(4)),
            (Afi::IPV4, Safi::FLOW_SPEC, &[0xf0, 1, 1, 0], Some(3)),
            (Afi::IPV4, Safi::FLOW_SPEC, &[0xf1, 0, 1], None),
            (Afi(256), Safi(7), &[1, 2, 3], Some(3)),
        ] {
            assert_eq!(taken(afi, safi, field), length, "{field:?}");
        }
    }
}
