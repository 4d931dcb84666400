//! MP_REACH_NLRI and MP_UNREACH_NLRI: routes of any family (RFC 4760 §3, §4).
//!
//! ```text
//! MP_REACH    | AFI (2) | SAFI (1) | length (1) | Next hop | reserved (1) | NLRI |
//! MP_UNREACH  | AFI (2) | SAFI (1) | NLRI |
//! ```

use super::{Fault, NextHop};
use crate::reader::Reader;
use crate::{Afi, DecodeErrorKind, Family, Safi};

/// The parts of MP_REACH_NLRI. The NLRI are raw, so that families unknown to
/// this crate are within reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MpReachView<'a> {
    /// The family of the NLRI.
    pub family: Family,
    /// The next-hop field as it was received.
    pub next_hop_octets: &'a [u8],
    /// The NLRI field.
    pub nlri: &'a [u8],
}

impl<'a> MpReachView<'a> {
    /// RFC 7606 §7.11: at least five octets, and the next hop within them.
    pub(crate) fn decode(value: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(value);
        let family = read_family(&mut reader).ok_or(Fault::value(0))?;
        let next_hop_octets = (|| {
            let length = reader.u8()?;
            reader.take(length.into())
        })();
        let next_hop_octets = next_hop_octets.ok_or(Fault::new(DecodeErrorKind::MpNextHop, 3))?;
        reader.u8().ok_or(Fault::value(value.len()))?;
        Ok(Self {
            family,
            next_hop_octets,
            nlri: reader.rest(),
        })
    }

    /// The next hop, where the field is one or two IP addresses, with or
    /// without route distinguishers.
    #[must_use]
    pub fn next_hop(&self) -> Option<NextHop> {
        NextHop::decode_mp(self.next_hop_octets)
    }
}

/// The parts of MP_UNREACH_NLRI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MpUnreachView<'a> {
    /// The family of the NLRI.
    pub family: Family,
    /// The withdrawn NLRI.
    pub nlri: &'a [u8],
}

impl<'a> MpUnreachView<'a> {
    /// RFC 7606 §7.12: at least three octets.
    pub(crate) fn decode(value: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(value);
        let family = read_family(&mut reader).ok_or(Fault::value(0))?;
        Ok(Self {
            family,
            nlri: reader.rest(),
        })
    }
}

/// The family at the front of either attribute.
pub(crate) fn read_family(reader: &mut Reader<'_>) -> Option<Family> {
    let [high, low, safi] = reader.array()?;
    Some(Family::new(
        Afi(u16::from_be_bytes([high, low])),
        Safi(safi),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REACH: [u8; 14] = [0, 1, 1, 4, 192, 0, 2, 1, 0, 24, 10, 1, 2, 0];

    #[test]
    fn parts_of_mp_reach() {
        let view = MpReachView::decode(&REACH).unwrap();
        assert_eq!(view.family, Family::IPV4_UNICAST);
        assert_eq!(view.next_hop(), Some(NextHop::V4([192, 0, 2, 1].into())));
        assert_eq!(view.nlri, [24, 10, 1, 2, 0]);
    }

    #[test]
    fn every_cut_before_the_nlri_is_a_fault() {
        for length in 0..9 {
            assert!(MpReachView::decode(&REACH[..length]).is_err(), "{length}");
        }
        assert!(MpReachView::decode(&REACH[..9]).is_ok());
        for length in 0..3 {
            assert!(MpUnreachView::decode(&REACH[..length]).is_err(), "{length}");
        }
    }
}
