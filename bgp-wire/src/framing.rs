//! Framing of NLRI that stay raw: whether the routes of a family fill their
//! field, for the families that [`Nlri`](crate::Nlri) does not hold.
//!
//! What lies inside a route is not looked at. That keeps a message of such a
//! family whole for those who read the raw octets, and finds the overruns that
//! RFC 7606 §5.3 wants found.

use crate::reader::Reader;
use crate::{Afi, Family, Safi};

/// Octets of a route distinguisher (RFC 4364 §4.2).
const DISTINGUISHER: usize = 8;

/// Walks the routes of `field`; `Err` is where they cannot be framed. Families
/// whose framing is not known pass.
pub(crate) fn check(
    field: &[u8],
    family: Family,
    add_path: bool,
    reach: bool,
) -> Result<(), usize> {
    let Some(framing) = Framing::of(family) else {
        return Ok(());
    };
    let mut reader = Reader::new(field);
    while !reader.is_empty() {
        let at = field.len().saturating_sub(reader.len());
        let route = if add_path {
            reader.u32().map(drop)
        } else {
            Some(())
        };
        route
            .and_then(|()| framing.route(&mut reader, reach))
            .ok_or(at)?;
    }
    Ok(())
}

/// How the routes of a family say how long they are.
#[derive(Clone, Copy)]
enum Framing {
    /// Length in bits, then labels, a route distinguisher or not, and a prefix
    /// (RFC 8277 §2.2, RFC 4364 §4.3.4).
    Labeled {
        distinguisher: bool,
        address_bits: usize,
    },
    /// Length in bits, one of a range, or 0 (RFC 4684 §4).
    Bits { least: usize, most: usize },
    /// Type octets, then a length of one octet in octets (RFC 7432 §7, RFC
    /// 6514 §4).
    Typed { before_length: usize },
    /// Two-octet type or none, two-octet length (RFC 7752 §3.2, RFC 4761 §3.2.2).
    Wide { before_length: usize },
    /// Length of one octet, or of two from 240 on (RFC 8955 §4.1).
    FlowSpec,
}

impl Framing {
    const fn of(family: Family) -> Option<Self> {
        let address_bits = match family.afi {
            Afi::IPV6 => 128,
            _ => 32,
        };
        Some(match family.safi {
            Safi::LABELED => Self::Labeled {
                distinguisher: false,
                address_bits,
            },
            Safi::MPLS_VPN => Self::Labeled {
                distinguisher: true,
                address_bits,
            },
            Safi::ROUTE_TARGET => Self::Bits {
                least: 32,
                most: 96,
            },
            Safi::SR_POLICY => Self::Bits {
                least: 64 + address_bits,
                most: 64 + address_bits,
            },
            Safi::EVPN | Safi::MVPN => Self::Typed { before_length: 1 },
            Safi::MUP => Self::Typed { before_length: 3 },
            Safi::VPLS => Self::Wide { before_length: 0 },
            Safi::BGP_LS | Safi::BGP_LS_VPN => Self::Wide { before_length: 2 },
            Safi::FLOW_SPEC | Safi::FLOW_SPEC_VPN => Self::FlowSpec,
            _ => return None,
        })
    }

    /// Reads one route.
    fn route(self, reader: &mut Reader<'_>, reach: bool) -> Option<()> {
        match self {
            Self::Labeled {
                distinguisher,
                address_bits,
            } => labeled(reader, distinguisher, address_bits, reach),
            Self::Bits { least, most } => {
                let bits = usize::from(reader.u8()?);
                reader.take(bits.div_ceil(8))?;
                (bits == 0 && least == 32 || (least..=most).contains(&bits)).then_some(())
            }
            Self::Typed { before_length } => {
                reader.take(before_length)?;
                let length = reader.u8()?;
                reader.take(length.into()).map(drop)
            }
            Self::Wide { before_length } => {
                reader.take(before_length)?;
                let length = reader.u16()?;
                reader.take(length.into()).map(drop)
            }
            Self::FlowSpec => {
                let length = match reader.u8()? {
                    wide @ 0xf0.. => usize::from(wide & 0x0f) << 8 | usize::from(reader.u8()?),
                    short => usize::from(short),
                };
                reader.take(length)?;
                (length > 0).then_some(())
            }
        }
    }
}

/// Reads a labeled route: labels, a route distinguisher where the family has
/// one, and a prefix.
///
/// Without the multiple-labels capability there is one label, whose bottom bit
/// is ignored (RFC 8277 §2.2); a withdrawal has one label of any value (§2.4).
/// With it the stack ends at that bit (§2.3). The route is fine when it can be
/// read in either way.
fn labeled(
    reader: &mut Reader<'_>,
    distinguisher: bool,
    address_bits: usize,
    reach: bool,
) -> Option<()> {
    let bits = usize::from(reader.u8()?);
    let mut route = Reader::new(reader.take(bits.div_ceil(8))?);
    let before_prefix = if distinguisher { DISTINGUISHER * 8 } else { 0 };
    let mut rest = bits;
    loop {
        let [_, _, last] = route.array()?;
        rest = rest.checked_sub(24)?;
        let prefix = rest.checked_sub(before_prefix)?;
        if prefix <= address_bits {
            return Some(());
        }
        if last & 1 == 1 || !reach {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(afi: Afi, safi: Safi, field: &[u8]) -> bool {
        check(field, Family::new(afi, safi), false, true).is_ok()
    }

    #[test]
    fn labeled_routes() {
        // 10.1.0.0/16 behind label 16, bottom of stack.
        assert!(ok(Afi::IPV4, Safi::LABELED, &[40, 0, 1, 1, 10, 1]));
        assert!(
            !ok(Afi::IPV4, Safi::LABELED, &[8, 10]),
            "shorter than a label"
        );
        assert!(
            !ok(Afi::IPV4, Safi::LABELED, &[57, 0, 1, 1, 10, 1, 1, 1, 1]),
            "33 bits"
        );
        assert!(!ok(Afi::IPV4, Safi::LABELED, &[40, 0, 1, 1, 10]), "cut off");
    }

    #[test]
    fn vpn_routes_hold_a_distinguisher() {
        let route = [96, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 2, 10];
        assert!(ok(Afi::IPV4, Safi::MPLS_VPN, &route));
        assert!(!ok(Afi::IPV4, Safi::MPLS_VPN, &[32, 0, 1, 1, 10]));
    }

    #[test]
    fn flow_specs_are_not_empty() {
        assert!(ok(Afi::IPV4, Safi::FLOW_SPEC, &[3, 1, 8, 10]));
        assert!(!ok(Afi::IPV4, Safi::FLOW_SPEC, &[0]));
        assert!(!ok(Afi::IPV4, Safi::FLOW_SPEC, &[0xf1, 0, 1]));
    }

    #[test]
    fn typed_routes() {
        assert!(ok(Afi::L2VPN, Safi::EVPN, &[2, 1, 0, 77, 0]));
        assert!(!ok(Afi::L2VPN, Safi::EVPN, &[2, 2, 0]));
        assert!(ok(Afi::BGP_LS, Safi::BGP_LS, &[0, 1, 0, 1, 9]));
        assert!(!ok(Afi::BGP_LS, Safi::BGP_LS, &[0, 1, 0]));
    }

    #[test]
    fn route_targets_have_an_origin_as_or_nothing() {
        assert!(ok(Afi::IPV4, Safi::ROUTE_TARGET, &[0]));
        assert!(ok(Afi::IPV4, Safi::ROUTE_TARGET, &[32, 0, 0, 0, 1]));
        assert!(!ok(Afi::IPV4, Safi::ROUTE_TARGET, &[16, 0, 0]));
    }
}
